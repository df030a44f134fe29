// Which archives are opened, told by their first bytes and by their names.

import Bytes

extension Intake {
    /// What a container is; the raw values are recorded and never change.
    public enum ContainerKind: String, Sendable {
        /// Messages one after another, each after a `From ` line (RFC 4155).
        case mbox
        /// A ZIP archive.
        case zip
        /// A tar archive: ustar, pax or GNU.
        case tar
        /// A tar archive, compressed by gzip (RFC 1952).
        case tarGzip = "tar-gz"
        /// A tar archive, compressed by bzip2.
        case tarBzip2 = "tar-bz2"
        /// A tar archive, compressed by xz.
        case tarXZ = "tar-xz"
        /// A single file, compressed by gzip (RFC 1952).
        case gzip = "gz"
        /// A single file, compressed by bzip2.
        case bzip2 = "bz2"
        /// A single file, compressed by xz.
        case xz
        /// A 7-Zip archive.
        case sevenZip = "7z"
        /// A RAR archive of either format.
        case rar
    }
}

/// The format of an archive as its first bytes tell.
enum ArchiveFormat {
    case zip, tar, sevenZip, rar4, rar5, gzip, bzip2, xz

    private static let extensions = [
        ".zip", ".tar", ".tgz", ".tbz2", ".txz", ".gz", ".bz2", ".xz", ".7z", ".rar",
    ].map(\.bytes)

    private static let signatures: [(format: ArchiveFormat, bytes: [UInt8])] = [
        (.zip, [0x50, 0x4B, 0x03, 0x04]), (.zip, [0x50, 0x4B, 0x05, 0x06]),
        (.sevenZip, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
        (.rar4, [0x52, 0x61, 0x72, 0x21, 0x1A, 0x07, 0x00]), (.rar5, [0x52, 0x61, 0x72, 0x21, 0x1A, 0x07, 0x01, 0x00]),
        (.gzip, [0x1F, 0x8B, 0x08]), (.bzip2, "BZh".bytes), (.xz, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]),
    ]

    /// Whether a name has an extension by which archives are opened, in letters of either case.
    static func isNamedArchive(_ name: [UInt8]) -> Bool {
        let name = ASCII.lowercased(name)
        return extensions.contains { name.count > $0.count && name.suffix($0.count).elementsEqual($0) }
    }

    /// The format that starts with these bytes, 512 of them at least where there are as many.
    init?(magic prefix: [UInt8]) {
        if let found = Self.signatures.first(where: { prefix.starts(with: $0.bytes) }) {
            self = found.format
        } else if TarHeader.isHeader(prefix.prefix(TarHeader.length)) {
            self = .tar
        } else {
            return nil
        }
    }

    /// A reader of the members of an archive in this format.
    func reader(of input: Sorter.Input, _ allowance: Allowance) throws(ArchiveFault) -> any MemberReader {
        switch self {
        case .zip:
            let directory = ZipDirectory(of: input.content)
            let access: LibraryArchive.Access = directory == nil ? .zipStream : .zip
            return LibraryMembers(try LibraryArchive(input.content, access, allowance), .zip, directory: directory)
        case .sevenZip:
            return LibraryMembers(try LibraryArchive(input.content, .sevenZip, allowance), .sevenZip, tellsTime: true)
        case .rar4: return LibraryMembers(try LibraryArchive(input.content, .rar4, allowance), .rar)
        case .rar5: return LibraryMembers(try LibraryArchive(input.content, .rar5, allowance), .rar, tellsTime: true)
        case .tar: return TarReader(BufferedStream(ContentStream(input.content)), .tar)
        case .gzip: return try compressed(input, GzipStream(input.content, allowance), .tarGzip, .gzip)
        case .bzip2:
            let archive = try LibraryArchive(input.content, .bzip2, allowance)
            return try compressed(input, try DecompressedStream(archive), .tarBzip2, .bzip2)
        case .xz:
            let archive = try LibraryArchive(input.content, .xz, allowance)
            return try compressed(input, try DecompressedStream(archive), .tarXZ, .xz)
        }
    }

    private func compressed(
        _ input: Sorter.Input, _ stream: any ByteStream, _ tar: Intake.ContainerKind, _ single: Intake.ContainerKind
    ) throws(ArchiveFault) -> any MemberReader {
        let stream = BufferedStream(stream)
        if TarHeader.isHeader(try stream.peek(TarHeader.length)[...]) { return TarReader(stream, tar) }
        return SingleMember(stream, single, name: Self.withoutExtension(input.name))
    }

    /// The name that a compressed file had before.
    static func withoutExtension(_ name: [UInt8]) -> [UInt8] {
        let lower = ASCII.lowercased(name)
        for (suffix, kept) in [
            (".tgz", ".tar"), (".tbz2", ".tar"), (".txz", ".tar"), (".gz", ""), (".bz2", ""), (".xz", ""),
        ]
        where lower.count > suffix.utf8.count && lower.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) {
            return Array(name.dropLast(suffix.utf8.count)) + kept.bytes
        }
        return name
    }
}
