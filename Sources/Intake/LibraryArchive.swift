// The one place that touches libarchive: its handle, its callbacks, its entries.

import Bytes
import CArchive
import Files
import Glibc

/// An archive that libarchive reads.
@safe
final class LibraryArchive {
    /// What libarchive is allowed to take the bytes for.
    enum Access {
        /// ZIP by its central directory, or by what stands before each member when that is missing.
        case zip, zipStream
        case sevenZip, rar4, rar5
        /// One compressed file.
        case bzip2, xz

        /// Whether libarchive may have to unpack a member's data to find the next one.
        var unpacksToSkip: Bool {
            switch self {
            case .zipStream, .sevenZip, .rar5: true
            case .zip, .rar4, .bzip2, .xz: false
            }
        }
    }

    /// The library's name and version, such as `libarchive 3.6.2`.
    static var version: String { unsafe String(cString: archive_version_string()) }

    private static let isRegular: UInt32 = 0o100000
    private static let isDirectory: UInt32 = 0o040000
    private static let isLink: UInt32 = 0o120000

    private let archive: OpaquePointer
    private let access: Access
    private let source: CallbackSource
    private let allowance: Allowance
    private var hasMember = false

    /// Opens content; every byte that comes out is taken off the allowance.
    init(_ content: Intake.Content, _ access: Access, _ allowance: Allowance) throws(ArchiveFault) {
        guard let archive = unsafe archive_read_new() else { throw .damaged("out of memory") }
        unsafe self.archive = archive
        self.access = access
        self.allowance = allowance
        source = CallbackSource(content)
        let allowed = unsafe Self.allow(access, archive)
        unsafe archive_read_set_callback_data(archive, Unmanaged.passUnretained(source).toOpaque())
        unsafe archive_read_set_read_callback(archive) { _, data, buffer in
            unsafe CallbackSource.of(data)?.read(into: buffer) ?? -1
        }
        unsafe archive_read_set_skip_callback(archive) { _, data, count in
            unsafe CallbackSource.of(data)?.skip(count) ?? 0
        }
        unsafe archive_read_set_seek_callback(archive) { _, data, offset, whence in
            unsafe CallbackSource.of(data)?.seek(offset, whence) ?? -1
        }
        guard allowed >= ARCHIVE_WARN, unsafe archive_read_open1(archive) == ARCHIVE_OK else { throw fault() }
    }

    deinit { unsafe archive_read_free(archive) }

    private static func allow(_ access: Access, _ archive: OpaquePointer) -> Int32 {
        switch access {
        case .zip: unsafe archive_read_support_format_zip_seekable(archive)
        case .zipStream: unsafe archive_read_support_format_zip_streamable(archive)
        case .sevenZip: unsafe archive_read_support_format_7zip(archive)
        case .rar4: unsafe archive_read_support_format_rar(archive)
        case .rar5: unsafe archive_read_support_format_rar5(archive)
        case .bzip2: unsafe min(archive_read_support_format_raw(archive), archive_read_support_filter_bzip2(archive))
        case .xz: unsafe min(archive_read_support_format_raw(archive), archive_read_support_filter_xz(archive))
        }
    }

    /// Whether a compression was found; otherwise the bytes come as they are.
    var isCompressed: Bool { unsafe archive_filter_code(archive, 0) != ARCHIVE_FILTER_NONE }

    /// The next member; nil at the end.
    func next() throws(ArchiveFault) -> Member? {
        let trouble = access.unpacksToSkip ? try skipData() : nil
        var entry: OpaquePointer?
        Self.forgetTrouble()
        let result = unsafe archive_read_next_header(archive, &entry)
        if result == ARCHIVE_EOF { return nil }
        guard result >= ARCHIVE_WARN, let entry = unsafe entry else {
            let fault = trouble ?? fault()
            if unsafe archive_read_has_encrypted_entries(archive) == 1 {
                throw ArchiveFault(code: .encryptedMember, detail: fault.detail)
            }
            throw fault
        }
        hasMember = true
        Self.forgetTrouble()
        guard let path = unsafe Self.bytes(archive_entry_pathname(entry) ?? archive_entry_pathname_utf8(entry)) else {
            throw .damaged("a member has no name that can be told")
        }
        return Member(
            path: path, kind: unsafe Self.kind(of: entry),
            mtime: unsafe archive_entry_mtime_is_set(entry) != 0 ? Int(archive_entry_mtime(entry)) : nil,
            isEncrypted: unsafe archive_entry_is_encrypted(entry) != 0)
    }

    /// Up to `count` bytes of the member that came last; none at its end.
    func read(upTo count: Int) throws(ArchiveFault) -> [UInt8] {
        var result = 0
        Self.forgetTrouble()
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            unsafe result = archive_read_data(archive, buffer.baseAddress, buffer.count)
            filled = max(0, result)
        }
        guard result >= 0 else { throw fault(endsArchive: result <= Int(ARCHIVE_FATAL)) }
        guard allowance.spend(bytes.count) else {
            throw .expanding
        }
        return bytes
    }

    /// Reads what is left of the current member, so that it is taken off the allowance; libarchive would unpack it unseen.
    ///
    /// - Returns: what went wrong with data that nobody asked for; whether that matters, the next header tells.
    private func skipData() throws(ArchiveFault) -> ArchiveFault? {
        guard hasMember else { return nil }
        do throws(ArchiveFault) {
            while try !read(upTo: 1 << 16).isEmpty {}
            return nil
        } catch {
            if error.code == .expansionLimit { throw error }
            return error.endsArchive ? error : nil
        }
    }

    private func fault(endsArchive: Bool = true) -> ArchiveFault {
        if let failure = source.failure { return ArchiveFault(failure) }
        let text = unsafe Self.bytes(archive_error_string(archive)) ?? "not readable as such an archive".bytes
        return ArchiveFault(code: .damagedArchive, detail: text.displayText, endsArchive: endsArchive)
    }

    private static func kind(of entry: OpaquePointer) -> Member.Kind {
        if let target = unsafe bytes(archive_entry_hardlink(entry)) { return .link(target: target) }
        switch unsafe UInt32(archive_entry_filetype(entry)) {
        // Some writers leave the type out of ZIP entries.
        case isRegular, 0: return .file
        case isLink: return .link(target: unsafe bytes(archive_entry_symlink(entry)) ?? [])
        case _ where unsafe archive_entry_size(entry) > 0: return .hidingData
        case isDirectory: return .directory
        default: return .special
        }
    }

    /// Clears `errno`: where a name cannot be told, libarchive ends the process when `errno` is ENOMEM, which may stem from an
    /// earlier archive that asked for more memory than there is.
    private static func forgetTrouble() { errno = 0 }

    private static func bytes(_ text: UnsafePointer<CChar>?) -> [UInt8]? {
        guard let text = unsafe text else { return nil }
        var length = 0
        while unsafe text[length] != 0 { length += 1 }
        return unsafe UnsafeBufferPointer(start: text, count: length).map { UInt8(bitPattern: $0) }
    }
}

/// Feeds content to libarchive.
@safe
private final class CallbackSource {
    private static let length = 1 << 17
    private(set) var failure: FileError?
    private let content: Intake.Content
    private var position = 0
    private let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: length)

    init(_ content: Intake.Content) { self.content = content }

    deinit { unsafe buffer.deallocate() }

    static func of(_ data: UnsafeMutableRawPointer?) -> CallbackSource? {
        unsafe data.map { unsafe Unmanaged<CallbackSource>.fromOpaque($0).takeUnretainedValue() }
    }

    func read(into place: UnsafeMutablePointer<UnsafeRawPointer?>?) -> Int {
        do throws(FileError) {
            let bytes = try content.read(at: position, count: min(Self.length, content.size - position))
            _ = unsafe buffer.update(fromContentsOf: bytes)
            unsafe place?.pointee = UnsafeRawPointer(buffer.baseAddress)
            position += bytes.count
            return bytes.count
        } catch {
            failure = error
            return -1
        }
    }

    func skip(_ count: Int64) -> Int64 {
        let step = max(0, min(Int(count), content.size - position))
        position += step
        return Int64(step)
    }

    func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
        let base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? position : content.size
        let (target, overflow) = base.addingReportingOverflow(Int(offset))
        guard !overflow, target >= 0 else { return Int64(ARCHIVE_FATAL) }
        position = min(target, content.size)
        return Int64(position)
    }
}
