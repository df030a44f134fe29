// Bytes that are too many for memory, in a file that no one else can see and that ends with the process.

import Glibc

/// A file without a name: it is appended to, read at positions, and gone when the last reference goes.
public final class TemporaryFile {
    /// The bytes appended so far.
    public private(set) var size = 0
    private let handle: Descriptor

    /// A new empty file in `$TMPDIR` or, when that is not set, in `/var/tmp`.
    public convenience init() throws(FileError) {
        let folder = unsafe getenv("TMPDIR").map { unsafe Array(String(cString: $0).utf8) } ?? []
        try self.init(in: folder.isEmpty ? Array("/var/tmp".utf8) : folder)
    }

    /// A new empty file on the file system of a folder.
    public init(in folder: [UInt8]) throws(FileError) {
        let name = folder + Array("/.mailseal-\(RandomName.next())".utf8)
        let path = try CPath(name, for: "create")
        handle = try DoomedNames.whole { () throws(FileError) in
            let flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW
            let handle = try Descriptor.open(path, flags: flags, mode: 0o600, for: "create")
            guard unsafe unlink(path.characters) == 0 else { throw FileError("create", path.shown, code: errno) }
            return handle
        }
    }

    /// Appends bytes.
    public func append(_ bytes: Span<UInt8>) throws(FileError) {
        try handle.write(bytes, at: size)
        size += bytes.count
    }

    /// Appends bytes.
    public func append(_ bytes: [UInt8]) throws(FileError) { try append(bytes.span) }

    /// Replaces bytes that were appended before; a patch never makes the file longer.
    public func patch(_ bytes: [UInt8], at offset: Int) throws(FileError) {
        guard offset >= 0, offset <= size, bytes.count <= size - offset else {
            throw FileError("patch", handle.path, reason: "byte \(offset) is not written yet")
        }
        try handle.write(bytes.span, at: offset)
    }

    /// Exactly `count` bytes from `offset`; throws when there are fewer.
    public func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
        try handle.read(at: offset, count: count)
    }

    /// The same file for reading only, as large as it is now; it must not be appended to afterwards.
    ///
    /// - Parameter source: where the bytes are from, for messages; nil for the path.
    public func readable(from source: String? = nil) throws(FileError) -> ReadableFile {
        ReadableFile(handle, FileStamp(try handle.status()), path: source)
    }
}

/// Parts of file names that no one can foresee.
enum RandomName {
    /// Sixteen hexadecimal digits.
    static func next() -> String {
        let digits = String(UInt64.random(in: 0...UInt64.max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// What a file or folder is called until it is finished.
    static func unfinished() -> [UInt8] { Array(".mailseal-\(getpid())-\(next()).partial".utf8) }
}
