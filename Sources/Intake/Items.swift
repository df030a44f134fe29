// What sources are made of: the items that come out of an intake, one by one.

public import Cryptography
public import Files

extension Intake {
    /// One item of the stream, in the order in which a manifest states it.
    public enum Item: Sendable {
        /// A source starts.
        case sourceBegin(SourceBegin)
        /// A message was read.
        case message(Message)
        /// Something that is no mail, or a symbolic or hard link.
        case file(File)
        /// All that a container holds has been given out.
        case containerEnd(ContainerEnd)
        /// Something could not be read.
        case failure(Failure)
        /// A source is done.
        case sourceEnd(SourceEnd)
    }

    /// What a source as a whole is.
    public enum SourceKind: String, Sendable {
        /// A folder.
        case tree
        /// A folder that is itself a Maildir: it holds `cur` and `new`.
        case maildir
        /// A single file.
        case file
    }

    /// The start of a source.
    public struct SourceBegin: Equatable, Sendable {
        /// Its number, from 1 in the order given.
        public let id: Int
        /// Its base name's bytes.
        public let name: [UInt8]
        /// What it is.
        public let kind: SourceKind
        /// Its size in bytes, when that is known without walking it.
        public let size: Int?
    }

    /// Where an input stood.
    public struct Place: Hashable, Sendable {
        /// The number of its source.
        public let source: Int
        /// Its path's components, one list per container level; the first is the path on disk below the source.
        public let path: [[[UInt8]]]
        /// Which part of the mbox at that path it is.
        public let range: MboxRange?

        /// The place of a part of the mbox that stands here.
        func part(_ range: MboxRange) -> Place { Place(source: source, path: path, range: range) }

        /// The place of a member of the container that stands here.
        func member(_ components: [[UInt8]]) -> Place {
            Place(source: source, path: path + [components], range: nil)
        }
    }

    /// A part of an mbox.
    public struct MboxRange: Hashable, Sendable {
        /// Where it starts, in bytes from the start of the mbox.
        public let offset: Int
        /// Its length in bytes.
        public let length: Int
        /// Every byte between the previous part and this one, the `From ` line among them.
        public let before: [UInt8]
    }

    /// A message.
    public struct Message: Sendable {
        /// Its bytes, exactly as they stood.
        public let bytes: [UInt8]
        /// Where they stood.
        public let place: Place
        /// When the file was last written, in seconds since 1970 (UTC), where that is known.
        public let mtime: Int?
    }

    /// An input that is no mail.
    public struct File: Sendable {
        /// Its bytes; nil for a link.
        public let content: Content?
        /// Where it stood.
        public let place: Place
        /// When it was last written, in seconds since 1970 (UTC), where that is known.
        public let mtime: Int?
        /// Where a link points.
        public let linkTarget: [UInt8]?
        /// Whether this is a container whose members are items, too.
        public let isContainer: Bool

        /// What stands in the file's place when its bytes cannot be read as they were.
        public func failure(_ error: FileError) -> Failure {
            let size = isContainer ? 0 : content?.size ?? 0
            return Failure(place: place, code: FailureCode(error), size: size, detail: "\(error)")
        }
    }

    /// The end of a container whose members came as items.
    public struct ContainerEnd: Sendable {
        /// Where the container stood.
        public let place: Place
        /// What it is.
        public let kind: ContainerKind
        /// The library that read it, where the outcome may depend on its version.
        public let reader: String?
        /// The SHA-256 of its bytes; nil when they could not be read to the end.
        public let digest: Digest?
        /// Its size in bytes.
        public let size: Int
        /// What follows the last message of an mbox; empty for other containers.
        public let after: [UInt8]
        /// When it was last written, in seconds since 1970 (UTC), where that is known.
        public let mtime: Int?
        /// Whether its own bytes came as a file item just before.
        public let isKept: Bool
        /// What it held.
        public let members: MemberCounts
    }

    /// How many members of each kind a container held, those of nested containers not counted.
    public struct MemberCounts: Equatable, Sendable {
        /// Messages.
        public internal(set) var messages = 0
        /// Files and links that are no mail.
        public internal(set) var files = 0
        /// Containers that were opened.
        public internal(set) var containers = 0
        /// Folders, of which nothing is recorded.
        public internal(set) var directories = 0
        /// Failures.
        public internal(set) var failures = 0
    }

    /// Something that could not be read.
    public struct Failure: Sendable {
        /// Where it stood.
        public let place: Place
        /// Which failure it is.
        public let code: FailureCode
        /// Bytes that are in no other item because of it.
        public let size: Int
        /// What happened, for a person; never recorded, since it may depend on the system.
        public let detail: String
    }

    /// The end of a source.
    public struct SourceEnd: Equatable, Sendable {
        /// Its number.
        public let id: Int
        /// What was read, against what came of it.
        public let balance: Balance
    }
}

/// Why an input could not be read; the raw values are recorded and never change.
public enum FailureCode: String, CaseIterable, Sendable {
    /// The system refused to open or read it.
    case unreadable
    /// It was written to, replaced or cut short while it was read.
    case changedWhileRead = "changed-while-read"
    /// A member of an archive, or the archive as a whole, is encrypted.
    case encryptedMember = "encrypted-member"
    /// An archive is damaged, cut short, or holds more than its members.
    case damagedArchive = "damaged-archive"
    /// A member is stored in a way that is not read, such as a sparse file.
    case unsupportedMember = "unsupported-member"
    /// A container lies within too many others, or a folder too deep.
    case nestingTooDeep = "nesting-too-deep"
    /// A pipe, socket or device.
    case specialFile = "special-file"
    /// A path is longer than a manifest line may hold.
    case nameTooLong = "name-too-long"
    /// A container unpacks to far more than its size.
    case expansionLimit = "expansion-limit"
    /// The parts of an mbox do not add up to the whole.
    case unaccountedBytes = "unaccounted-bytes"
}

extension FailureCode {
    /// The code of an error while a file was read: our own errors say that it changed, the system's that it refused.
    init(_ error: FileError) { self = error.code == 0 ? .changedWhileRead : .unreadable }
}

/// Why an intake cannot go on at all.
public enum IntakeError: Error, Equatable, CustomStringConvertible {
    /// A source that was named cannot be opened, or the system opens no further file at all.
    case source(FileError)
    /// There is no temporary file for bytes that are too many for memory.
    case spool(FileError)

    /// A sentence for a person.
    public var description: String {
        switch self {
        case .source(let error): "\(error)"
        case .spool(let error): "no place for temporary bytes: \(error)"
        }
    }
}
