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
    ///
    /// Of a path that is too long, as many as make it too long.
    var components: [[UInt8]] {
        var components: [[UInt8]] = []
        var (start, length) = (0, 0)
        while start < path.count, length <= Intake.pathLimit {
            let end = path[start...].firstIndex(of: Self.slash) ?? path.count
            if Self.isTelling(path[start..<end]) {
                components.append(Array(path[start..<end]))
                length += end - start + 1
            }
            start = end + 1
        }
        return components
    }

    /// The last component of the whole path; empty when there is none.
    var name: ArraySlice<UInt8> {
        var end = path.count
        while end > 0 {
            let start = path[..<end].lastIndex(of: Self.slash).map { $0 + 1 } ?? 0
            if Self.isTelling(path[start..<end]) { return path[start..<end] }
            end = max(0, start - 1)
        }
        return []
    }

    private static let slash = UInt8(ascii: "/")

    private static func isTelling(_ component: ArraySlice<UInt8>) -> Bool {
        !component.isEmpty && !component.elementsEqual(CollectionOfOne(UInt8(ascii: ".")))
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
