// What `extend` is asked to do, and what it gives in the end.

public import Bytes
public import Manifest
public import MerkleTree

/// What to append and where to.
public struct ExtendOptions: Sendable {
    /// The bundle to extend, as a path on this machine.
    public var bundle: [UInt8]
    /// More inputs, and how they are read; none when only evidence is to be added.
    public var sources = SourceOptions(paths: [])
    /// Files of DKIM key records.
    public var keyFiles: [[UInt8]] = []
    /// The file of the seed that the bundle was made with, when its lines are salted.
    public var seedFile: [UInt8]?
    /// Where the new bundle is written.
    public var output: [UInt8]
    /// The bagging time of the new edition, when stated.
    public var baggedAt: Timestamp?
    /// Whether an existing file may be replaced.
    public var force = false
    /// The number of workers.
    public var jobs = 2
    /// The memory to stay within, in bytes.
    public var memory = 512 << 20

    /// The defaults for a bundle and a place for the new one.
    public init(bundle: [UInt8], output: [UInt8]) {
        self.bundle = bundle
        self.output = output
    }
}

/// What `extend` made.
public struct ExtendSummary: Sendable {
    /// What was written.
    public struct Written: Sendable {
        /// The root to publish.
        public let root: RootReference
        /// The content root, in hex.
        public let contentRoot: String
        /// The number of the new edition.
        public let edition: Int
        /// The number of sources that it adds.
        public let sources: Int
        /// The number of messages that no edition before had.
        public let messages: Int
        /// The number of places where messages stood in the sources that it adds.
        public let places: Int
        /// The number of key records that it adds.
        public let keys: Int
        /// The number of earlier messages whose evidence it records anew.
        public let renewed: Int
        /// The counts with the new edition.
        public let counts: EndLine
        /// For how many messages each reservation is one of the signature that gives their class, by code.
        public let reservations: [String: Int]
        /// The size of the new bundle in bytes.
        public let size: Int
    }

    /// The bundle's name.
    public let name: RawText
    /// The editions that were there before.
    public let editions: [Edition]
    /// What was written; nil when no signature calls for a key record that was not known, so that nothing was.
    public let written: Written?
}
