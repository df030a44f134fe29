// A file that is read at positions, never through a shared offset.

import Bytes
import Glibc

/// An open file for positioned reads; closed when the last reference goes.
public final class ReadableFile: Sendable {
    /// The path it was opened by, or where its bytes are from, for messages.
    public let path: String
    /// The descriptor; owned by this object.
    public var descriptor: Int32 { handle.number }
    /// The size in bytes when it was opened.
    public var size: Int { stamp.size }
    /// Its identity, size and times when it was opened.
    public let stamp: FileStamp

    private let handle: Descriptor

    /// Opens a regular file for reading, following no symbolic link at its last component.
    public convenience init(path: [UInt8]) throws(FileError) {
        let path = try CPath(path, for: "open")
        try self.init(opening: path, in: nil)
    }

    /// Opens a regular file that the user named, through symbolic links too: it is the user who chose it.
    public convenience init(named path: [UInt8]) throws(FileError) {
        let path = try CPath(path, for: "open")
        try self.init(opening: path, in: nil, links: 0)
    }

    /// Opens a regular file by its name in an open folder; `links` is O_NOFOLLOW, or 0 to follow a symbolic link.
    convenience init(opening path: CPath, in folder: Descriptor?, links: Int32 = O_NOFOLLOW) throws(FileError) {
        // Without O_NONBLOCK a pipe that took the file's place would keep us waiting for a writer.
        let handle: Descriptor
        do throws(FileError) {
            handle = try Descriptor.open(path, in: folder, flags: O_RDONLY | links | O_NONBLOCK | O_NOCTTY)
        } catch {
            throw error.code == ELOOP ? FileError("open", path.shown, reason: "it is a symbolic link") : error
        }
        let status = try handle.status()
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw FileError("read", path.shown, reason: "it is not a regular file")
        }
        self.init(handle, FileStamp(status))
    }

    /// Takes over an open descriptor; it is closed when this fails too.
    public convenience init(descriptor: Int32, path: String) throws(FileError) {
        let handle = Descriptor(descriptor, path: path)
        self.init(handle, FileStamp(try handle.status()))
    }

    /// The file that a descriptor is open on.
    init(_ handle: Descriptor, _ stamp: FileStamp, path: String? = nil) {
        self.handle = handle
        self.path = path ?? handle.path
        self.stamp = stamp
    }

    /// Exactly `count` bytes from `offset`; throws when the file ends before that.
    public func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
        try handle.read(at: offset, count: count)
    }

    /// Throws when the file is no longer as it was when it was opened, or holds more than its size says.
    public func checkUnchanged() throws(FileError) {
        let rest = try handle.read(at: size, upTo: 1)
        let now = FileStamp(try handle.status())
        guard now == stamp else { throw FileError("read", path, reason: "it changed while it was read") }
        guard rest.isEmpty else {
            throw FileError("read", path, reason: "it holds more than its size, \(size) bytes")
        }
    }
}
