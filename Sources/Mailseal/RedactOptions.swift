// What `redact` is asked to do, and what it gives in the end.

public import Bytes
public import MerkleTree

/// Which messages are meant.
public struct MessageSelection: Sendable {
    /// By number.
    public var numbers: [ClosedRange<Int>]
    /// By number, digest or Message-ID; a Message-ID means all messages that have it.
    public var references: [MessageReference]

    /// The messages of these numbers and references.
    public init(numbers: [ClosedRange<Int>] = [], references: [MessageReference] = []) {
        self.numbers = numbers
        self.references = references
    }

    /// Whether nothing is meant.
    public var isEmpty: Bool { numbers.isEmpty && references.isEmpty }
}

/// What to withhold and where to.
public struct RedactOptions: Sendable {
    /// Which messages the public bundle holds.
    public enum Disclosure: Sendable {
        /// These and no others.
        case keep(MessageSelection)
        /// All but these.
        case withhold(MessageSelection)
    }

    /// The bundle, as a path on this machine.
    public var bundle: [UInt8]
    /// Where the public bundle is written.
    public var output: [UInt8]
    /// Which messages it holds.
    public var disclosure: Disclosure
    /// Which of these stand there by their lines only, without their bytes.
    public var listed = MessageSelection()
    /// Whether files that are no mail are kept.
    public var keepsFiles = false
    /// Whether an existing file may be replaced.
    public var force = false
    /// The number of workers.
    public var jobs = 2
    /// The memory to stay within, in bytes.
    public var memory = 512 << 20

    /// The defaults for a bundle, a place for the public one, and what it holds.
    public init(bundle: [UInt8], output: [UInt8], disclosure: Disclosure) {
        self.bundle = bundle
        self.output = output
        self.disclosure = disclosure
    }
}

/// What `redact` made.
public struct RedactSummary: Sendable {
    /// The bundle's name.
    public let name: RawText
    /// The root, which is that of the whole bundle.
    public let root: RootReference
    /// The messages of the whole bundle.
    public let messages: Int
    /// The messages that are disclosed with their bytes.
    public let disclosed: Int
    /// The messages that are disclosed by their lines only.
    public let listed: Int
    /// The lines that are withheld.
    public let withheldLines: Int
    /// Whether withheld lines have salts, so that nobody can confirm what they say.
    public let isSalted: Bool
    /// The size of the public bundle in bytes.
    public let size: Int
}
