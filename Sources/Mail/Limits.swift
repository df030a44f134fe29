// How much of a message is looked at; going beyond is a defect, never a failure.

/// The bounds that parsing keeps, whatever the bytes say.
public enum Limits {
    /// How many multiparts and messages may stand around a part.
    public static let depth = 100
    /// How many parts a message may have, multiparts included.
    public static let parts = 100_000
    /// How many attachments a message may have.
    public static let attachments = 100_000
    /// How many fields of one header section are kept, and how many of its stray lines.
    public static let headerFields = 100_000
    /// How many parameters of one field are read.
    public static let parameters = 1_000
    /// How long a type or a subtype may be, in bytes (RFC 6838 §4.2).
    public static let mediaTypeName = 127
    /// How long a line may be, in bytes without its line end (RFC 5322 §2.1.1).
    public static let line = 998
    /// How many bytes of a file are looked at to see whether it is mail.
    public static let sniffed = 65_536
}
