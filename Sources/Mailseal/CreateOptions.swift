// What `create` is asked to do, what it tells while it works, and what it gives in the end.

public import Bytes
public import Manifest
public import MerkleTree

/// What to pack and how.
public struct CreateOptions: Sendable {
    /// The inputs, and how they are read.
    public var sources: SourceOptions
    /// Where the bundle is written; nil for `NAME.tar.gz` in the current folder.
    public var output: [UInt8]?
    /// The bundle's name; nil for the first source's base name.
    public var name: RawText?
    /// The checkpoint's origin; nil for `mailseal.invalid/NAME`.
    public var origin: RawText?
    /// A file of the seed of salts, 32 bytes; nil for lines without salts.
    public var seedFile: [UInt8]?
    /// Files of DKIM key records.
    public var keyFiles: [[UInt8]] = []
    /// The bagging time, when stated.
    public var baggedAt: Timestamp?
    /// Whether an existing file may be replaced.
    public var force = false
    /// The number of workers.
    public var jobs = 2
    /// The memory to stay within, in bytes.
    public var memory = 512 << 20
    /// Key records that are known beside those of the files, those of each edition of the bundle with which one that is
    /// made only for that is to be compared.
    var knownKeys: [[KeyLine]] = []
    /// Whether blocks are stored without compression, for a bundle that is only read here.
    var storesBlocks = false

    /// The defaults for these inputs.
    public init(sources: [[UInt8]]) { self.sources = SourceOptions(paths: sources) }
}

/// How far the work is.
public struct Progress: Sendable {
    /// Bytes done.
    public var bytes: Int
    /// Bytes in all, when known.
    public var totalBytes: Int?
    /// Messages done.
    public var messages: Int
    /// Messages in all, when known.
    public var totalMessages: Int?
}

/// What an operation tells while it works.
public struct Observer {
    /// Called now and then with how far the work is.
    public var progress: (Progress) -> Void
    /// Called with a sentence about something that could not be read, or a warning.
    public var notice: (Notice) -> Void
    /// Whether the sources are looked through first, so that progress can say how much there is in all.
    public var wantsTotal: Bool

    /// A sentence for the user.
    public enum Notice: Sendable {
        /// Something could not be read: where and why.
        case failure(String)
        /// Something that the user should know, and a hint.
        case warning(String, hint: String?)
    }

    /// An observer of these callbacks.
    public init(
        wantsTotal: Bool = false, progress: @escaping (Progress) -> Void = { _ in },
        notice: @escaping (Notice) -> Void = { _ in }
    ) {
        self.wantsTotal = wantsTotal
        self.progress = progress
        self.notice = notice
    }
}

/// What `create` made.
public struct CreateSummary: Sendable {
    /// Where the bundle is.
    public let path: [UInt8]
    /// The bundle's name.
    public let name: RawText
    /// The root to publish.
    public let root: RootReference
    /// The content root, in hex.
    public let contentRoot: String
    /// The counts.
    public let counts: EndLine
    /// For how many messages each reservation is one of the signature that gives their class, by code.
    public let reservations: [String: Int]
    /// The bundle's size in bytes.
    public let size: Int
}
