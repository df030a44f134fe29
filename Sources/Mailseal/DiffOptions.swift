// What `diff` is asked to do.

/// What to compare and how much of it is shown.
public struct DiffOptions: Sendable {
    /// A bundle, or a source: a folder, an mbox, an archive.
    public var a: [UInt8]
    /// A bundle, or a source; one of the two must be a bundle.
    public var b: [UInt8]
    /// Whether only messages are compared: neither places nor keys, retrieval, other files or failures.
    public var messagesOnly = false
    /// Whether only manifests are read: two messages of one identity with different bytes are then altered, and no reason
    /// is given.
    public var manifestOnly = false
    /// Whether the decoded text of altered messages is compared line by line.
    public var content = false
    /// How many rows of each section are wanted; nil for all.
    public var rowLimit: Int? = 20
    /// The number of workers.
    public var jobs = 2
    /// The memory to stay within, in bytes.
    public var memory = 512 << 20

    /// The defaults for two inputs.
    public init(a: [UInt8], b: [UInt8]) {
        self.a = a
        self.b = b
    }
}

/// One of the two inputs of a comparison.
public enum DiffSide: String, Sendable, CaseIterable {
    /// The first one.
    case a
    /// The second one.
    case b

    /// The other one.
    public var other: DiffSide { self == .a ? .b : .a }
}
