// What `diff` found: the answer, the counts, and the rows behind them.

public import Bytes
public import Manifest
public import MerkleTree

/// The outcome of a comparison.
public struct DiffReport: Sendable {
    /// The answer in one word.
    public enum Verdict: String, Sendable {
        /// The messages are the same, and so is every fact that was compared.
        case same
        /// All that the source holds is in the bundle, byte for byte; the bundle holds more, or in other places.
        case contained
        /// Something differs.
        case different
    }

    /// What one input is.
    public struct Input: Sendable {
        /// The base name of its path.
        public let label: RawText
        /// Whether it is a source that was packed for the comparison.
        public let isSource: Bool
        /// The bundle's root, checked against the groups that were read; nil for a source.
        public let root: RootReference?
        /// The content root, recomputed from the lines that were read.
        public let contentRoot: String
        /// The counts that the manifest records.
        public let counts: EndLine
    }

    /// How many messages are in each class; each message of either input is in one.
    public struct Classes: Equatable, Sendable {
        /// The same bytes in the same places.
        public var same = 0
        /// The same bytes, in other places or in another number of places.
        public var moved = 0
        /// Other bytes that say the same: see `DiffReason.Code.isHarmless`.
        public var equivalent = 0
        /// One message by path, Message-ID or signature, with another content.
        public var altered = 0
        /// Messages that only the first input has.
        public var onlyA = 0
        /// Messages that only the second input has.
        public var onlyB = 0

        /// No messages.
        public init() {}

        /// The number of distinct messages of an input.
        public func total(_ side: DiffSide) -> Int {
            same + moved + equivalent + altered + (side == .a ? onlyA : onlyB)
        }
    }

    /// Messages whose DKIM results differ, by their classes.
    public struct Transition: Equatable, Sendable {
        /// The class in the first input.
        public let a: EvidenceClass
        /// The class in the second input.
        public let b: EvidenceClass
        /// The number of messages.
        public let count: Int
    }

    /// The answer.
    public let verdict: Verdict
    /// The first input.
    public let a: Input
    /// The second input.
    public let b: Input
    /// Whether both manifests have one root; then they were not read further.
    public let hasOneRoot: Bool
    /// The side that begins with all lines of the other one and has more editions.
    public let extending: DiffSide?
    /// Whether the two are different archives under one origin, neither of which begins with the other.
    public let isFork: Bool
    /// Whether only messages were compared.
    public let messagesOnly: Bool
    /// The counts of messages.
    public let classes: Classes
    /// The DKIM classes of messages with other results for the same bytes; the counts sum to that of the `dkim` section.
    public let transitions: [Transition]
    /// The sections that are not empty, in the order of `DiffSection.Kind`.
    public let sections: [DiffSection]
    /// Recorded facts that differ and make no difference, in sentences.
    public let notes: [String]

    /// The input on a side.
    public func input(_ side: DiffSide) -> Input { side == .a ? a : b }

    /// The side that is a source; nil when both are bundles.
    public var sourceSide: DiffSide? { a.isSource ? .a : b.isSource ? .b : nil }

    /// The number of differences of a kind.
    public func count(_ kind: DiffSection.Kind) -> Int { sections.first { $0.kind == kind }?.count ?? 0 }
}

/// All differences of one kind.
public struct DiffSection: Sendable {
    /// The kinds, in the order in which they are shown.
    public enum Kind: String, Sendable, CaseIterable {
        /// Messages that only the first input has.
        case onlyA = "only-in-a"
        /// Messages that only the second input has.
        case onlyB = "only-in-b"
        /// One message with another content.
        case altered
        /// One message in other bytes that say the same.
        case equivalent
        /// The same bytes in other places.
        case moved
        /// Other DKIM results for the same bytes.
        case dkim
        /// Other derived facts for the same bytes: no two honest bundles under the same rules have that.
        case derived
        /// Key records.
        case keys
        /// When and where something was retrieved.
        case retrieval
        /// Files that are no mail.
        case files
        /// What could not be read.
        case failures
    }

    /// The kind.
    public let kind: Kind
    /// The number of differences.
    public let count: Int
    /// The first rows, as many as were wanted; a row may stand for several differences.
    public let rows: [DiffRow]
}

/// One difference, or several that are alike.
public struct DiffRow: Sendable {
    /// The number of the message in the first input.
    public var a: Int?
    /// The number of the message in the second input.
    public var b: Int?
    /// For how many differences the row stands.
    public var count = 1
    /// The message's Message-ID, Date, From and Subject as recorded, those of the first input when it has it.
    public var messageID: RawText?
    /// See `messageID`.
    public var date: RawText?
    /// See `messageID`.
    public var from: RawText?
    /// See `messageID`.
    public var subject: RawText?
    /// A path, a key's name or a mailbox that the row is about.
    public var name: RawText?
    /// Why the row is there.
    public var reasons: [DiffReason] = []
    /// The unified diff of the decoded text, when it was asked for.
    public var content: RawText?
}
