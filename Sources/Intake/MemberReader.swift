// The seam between archive formats and what is made of their members.

import Files

/// One member of an archive, before its data.
struct Member {
    /// What a member is.
    enum Kind: Equatable {
        case file
        case directory
        case link(target: [UInt8])
        case special
        /// Stored in a way that is not read, for the reason given.
        case unsupported(String)

        /// A folder, link or device with data, of which other readers make a file.
        static let hidingData = unsupported("it is no file and holds data all the same")
    }

    /// The bytes of its path as the archive stores them.
    var path: [UInt8]
    var kind: Kind
    /// When it was last written, in seconds since 1970, where the format says so in UTC.
    var mtime: Int?
    var isEncrypted = false

    /// The path's components; empty ones and `.` say nothing and are left out.
    var components: [[UInt8]] {
        path.split(separator: UInt8(ascii: "/")).map { Array($0) }.filter { $0 != [UInt8(ascii: ".")] }
    }
}

/// Why an archive, or one member of it, cannot be read.
struct ArchiveFault: Error {
    let code: FailureCode
    let detail: String
    /// Whether nothing after it can be read either.
    var endsArchive = true

    /// A fault, by default one after which nothing can be read.
    init(code: FailureCode, detail: String, endsArchive: Bool = true) {
        self.code = code
        self.detail = detail
        self.endsArchive = endsArchive
    }

    /// More bytes than the allowance.
    static var expanding: ArchiveFault {
        ArchiveFault(code: .expansionLimit, detail: "it unpacks to far more than its size")
    }

    /// A fault of the file that holds the archive.
    init(_ error: FileError) { self.init(code: FailureCode(error), detail: "\(error)") }

    /// Damage that ends the reading.
    static func damaged(_ detail: String) -> ArchiveFault { ArchiveFault(code: .damagedArchive, detail: detail) }
}

/// An archive, read from front to back.
protocol MemberReader: AnyObject {
    /// What the archive is.
    var kind: Intake.ContainerKind { get }
    /// The library whose version the outcome may depend on.
    var library: String? { get }
    /// The next member in the archive's own order, the data of the one before skipped; nil at the end.
    func next() throws(ArchiveFault) -> Member?
    /// More data of the member that came last; empty at its end.
    func read() throws(ArchiveFault) -> [UInt8]
}

/// A compressed file: an archive of one member.
final class SingleMember: MemberReader {
    let kind: Intake.ContainerKind
    var library: String? { nil }
    private let stream: BufferedStream
    private let name: [UInt8]
    private var isDone = false

    /// The member of a name whose data are the whole stream.
    init(_ stream: BufferedStream, _ kind: Intake.ContainerKind, name: [UInt8]) {
        self.stream = stream
        self.kind = kind
        self.name = name
    }

    func next() throws(ArchiveFault) -> Member? {
        guard !isDone else { return nil }
        isDone = true
        return Member(path: name, kind: .file)
    }

    func read() throws(ArchiveFault) -> [UInt8] { try stream.read(upTo: 1 << 16) }
}
