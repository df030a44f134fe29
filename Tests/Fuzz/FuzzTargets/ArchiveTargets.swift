// Sources of every form as `create` reads them, and our tar reader against libarchive's.

import Bytes
import CArchive
import Intake

enum ArchiveTargets {
    /// Reads bytes as a source: whatever it is, all of it comes out or is told.
    static func archive(_ bytes: [UInt8]) throws {
        for keep in [false, true] {
            var balance: Intake.Balance?
            try forEachItem(of: bytes, keepContainers: keep) { item in
                if case .sourceEnd(let end) = item { balance = end.balance }
            }
            guard let balance else { throw FuzzFailure(description: "a source has an end") }
            try require(balance.isEven, "what was read and what came of it are even: \(balance)")
            try require(balance.read == bytes.count, "all bytes are read")
        }
    }

    /// A member: what it is called, as far as the name is plain, and its bytes.
    struct Member: Equatable {
        let path: [[UInt8]]
        let bytes: [UInt8]
    }

    /// Reads bytes as a tar archive: what we and libarchive both read without complaint has the same members.
    static func tar(_ bytes: [UInt8]) throws {
        let tar = bytes.starts(with: [0x1F, 0x8B]) ? bytes : TarText.withChecksums(bytes)
        try archive(tar)
        guard let own = try members(of: tar), let theirs = LibraryTar.members(of: tar) else { return }
        try require(own.count == theirs.count, "\(own.count) members, libarchive finds \(theirs.count)")
        for (one, other) in zip(own, theirs) {
            try require(one.bytes == other.bytes, "\(one.path.map(\.displayText)) has the bytes that libarchive finds")
            try require(
                one.path == other.path,
                "\(one.path.map(\.displayText)) is \(other.path.map(\.displayText)) to libarchive")
        }
    }

    /// The files of a tar archive in their order; nil when it is none, or when anything in it was not read plainly.
    private static func members(of tar: [UInt8]) throws -> [Member]? {
        var members: [Member] = []
        var isPlain = false
        try forEachItem(of: tar, keepContainers: false) { item in
            switch item {
            case .message(let message):
                members.append(Member(path: message.place.path.last ?? [], bytes: message.bytes))
            case .file(let file) where file.linkTarget == nil:
                members.append(Member(path: file.place.path.last ?? [], bytes: try file.content?.bytes() ?? []))
            case .containerEnd(let end) where end.place.path.count == 1:
                isPlain =
                    (end.kind == .tar || end.kind == .tarGzip) && end.members.failures == 0
                    && end.members.containers == 0
            default: break
            }
        }
        return isPlain ? members : nil
    }

    private static func forEachItem(
        of bytes: [UInt8], keepContainers: Bool, _ body: (Intake.Item) throws -> Void
    ) throws {
        let file = try InputFile(bytes)
        var options = Intake.Options()
        options.keepContainers = keepContainers
        let intake = try Intake(sources: [file.path], options: options)
        while let item = try intake.next() { try body(item) }
    }
}

/// What libarchive reads.
enum LibraryTar {
    /// The files of a tar archive, perhaps in gzip, in their order; nil when libarchive has anything to remark.
    static func members(of tar: [UInt8]) -> [ArchiveTargets.Member]? {
        guard hasLocale, let archive = unsafe archive_read_new() else { return nil }
        defer { unsafe archive_read_free(archive) }
        unsafe archive_read_support_format_tar(archive)
        unsafe archive_read_support_filter_gzip(archive)
        return unsafe tar.withUnsafeBytes { bytes in
            guard unsafe archive_read_open_memory(archive, bytes.baseAddress, bytes.count) == ARCHIVE_OK else {
                return nil
            }
            var members: [ArchiveTargets.Member] = []
            while true {
                var entry: OpaquePointer?
                let status = unsafe archive_read_next_header(archive, &entry)
                if status == ARCHIVE_EOF { return members }
                guard status == ARCHIVE_OK, let entry = unsafe entry, let name = unsafe archive_entry_pathname(entry)
                else { return nil }
                guard unsafe archive_entry_filetype(entry) == 0o100000, unsafe archive_entry_hardlink(entry) == nil
                else { continue }
                guard unsafe archive_entry_sparse_count(entry) == 0, let content = unsafe data(archive) else {
                    return nil
                }
                // A String would repair bytes that are no UTF-8.
                var text: [UInt8] = []
                while unsafe name[text.count] != 0 { text.append(UInt8(bitPattern: unsafe name[text.count])) }
                let path = text.split(separator: 0x2F).map { Array($0) }.filter { $0 != [0x2E] }
                members.append(ArchiveTargets.Member(path: path, bytes: content))
            }
        }
    }

    /// Without it libarchive complains of names in UTF-8.
    private static let hasLocale = Intake.useFixedLocale()

    private static func data(_ archive: OpaquePointer) -> [UInt8]? {
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while content.count <= 1 << 24 {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe archive_read_data(archive, $0.baseAddress, $0.count)
            }
            if count < 0 { return nil }
            if count == 0 { return content }
            content += buffer[..<count]
        }
        return nil
    }
}
