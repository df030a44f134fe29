// One node of a message's MIME tree.

/// A body part, or the body of a message (RFC 2045 §2.6), as ranges into the message's bytes.
public struct Part: Equatable, Sendable {
    /// The part number of IMAP's `BODY[n]` in ASCII, such as `2.1` (RFC 9051 §6.4.5).
    ///
    /// A message that is no multipart has the one part `1`; parts of a message/rfc822 part n are `n.1` and so on. Empty
    /// for a multipart that is itself the body of a message: IMAP has no number for it. Never empty for a leaf.
    public internal(set) var number: [UInt8]
    /// The index of the part that this one stands in, or nil for the body of the whole message.
    public let parent: Int?
    /// How many parts this one stands in.
    public let depth: Int
    /// The header section, its empty line included.
    public let header: Range<Int>
    /// The body, still encoded; without the line end that belongs to the next delimiter line (RFC 2046 §5.1.1).
    public internal(set) var body: Range<Int>
    /// The media type in lower case, such as `text/plain`: where none is stated, that of RFC 2045 §5.2, or message/rfc822
    /// in a multipart/digest (RFC 2046 §5.1.5).
    public let mediaType: [UInt8]
    /// The parameters of Content-Type, each name once.
    public let parameters: [Parameter]
    /// The word of Content-Disposition in lower case, such as `attachment`.
    public let disposition: [UInt8]?
    /// The file name as raw bytes: the `filename` of Content-Disposition, else the `name` of Content-Type.
    ///
    /// Line ends are removed and quoting resolved as `Parameter` says. RFC 2231 forms (`filename*`, else `filename*0` and
    /// so on, joined) come before the plain form and are percent-decoded without their `charset'language'` prefix; no
    /// byte is converted to another character set, and RFC 2047 encoded words stay as they are.
    public let rawName: [UInt8]?
    /// The character set that RFC 2231 states for `rawName`.
    public let nameCharset: [UInt8]?
    /// How the body is encoded.
    public let encoding: TransferEncoding
    /// The unfolded value of Content-ID.
    public let contentID: [UInt8]?
    /// Whether no part stands in this one.
    public internal(set) var isLeaf: Bool

    /// Whether the media type is of this top-level type, such as `text`.
    public func isType(_ name: String) -> Bool {
        mediaType.starts(with: name.utf8) && mediaType.dropFirst(name.utf8.count).first == 0x2F
    }

    /// Whether the part is a whole message: message/rfc822 or message/global (RFC 6532).
    public var isMessage: Bool { mediaType == MediaType.message || mediaType == MediaType.globalMessage }

    /// The value of a parameter of Content-Type in the bytes that stand there, RFC 2231 forms resolved.
    public func parameter(_ name: String) -> [UInt8]? { parameters.value(of: name)?.bytes }
}
