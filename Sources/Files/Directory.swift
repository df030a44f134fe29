// The names in one folder, in the order of the paths that they lead to.

import Glibc

/// An open folder.
final class Directory {
    /// One name in a folder.
    struct Entry {
        /// The name's bytes.
        let name: [UInt8]
        /// The type bits of `st_mode`, such as `S_IFREG`.
        let type: mode_t
    }

    let handle: Descriptor

    /// Opens the folder at a path.
    init(path: [UInt8]) throws(FileError) {
        handle = try Descriptor.open(try CPath(path, for: "open"), flags: O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    }

    /// Opens a folder by its name in another.
    init(_ name: [UInt8], in parent: Directory) throws(FileError) {
        let path = try CPath(name, for: "open")
        handle = try Descriptor.open(path, in: parent.handle, flags: O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    }

    /// The folder that a descriptor is open on.
    init(_ handle: Descriptor) { self.handle = handle }

    /// All entries but `.` and `..`, sorted.
    func entries() throws(FileError) -> DirectoryNames {
        // closedir closes its descriptor, so it gets one of its own.
        let descriptor = try Descriptor.open(try CPath([0x2E], for: "read"), in: handle, flags: O_RDONLY | O_DIRECTORY)
        let own = fcntl(descriptor.number, F_DUPFD_CLOEXEC, 0)
        guard own >= 0, let stream = unsafe fdopendir(own) else {
            let code = errno
            if own >= 0 { close(own) }
            throw FileError("read", handle.path, code: code)
        }
        defer { unsafe closedir(stream) }
        var entries = DirectoryNames()
        while true {
            errno = 0
            guard let record = unsafe readdir(stream) else { break }
            let name = unsafe Self.name(of: record)
            if name == [0x2E] || name == [0x2E, 0x2E] { continue }
            let type = unsafe mode_t(record.pointee.d_type) << 12
            guard entries.append(name, type: type == 0 ? self.type(of: name) : type) else {
                throw FileError("read", handle.path, reason: "its names take more than 4 GiB")
            }
        }
        guard errno == 0 else { throw FileError("read", handle.path, code: errno) }
        entries.sort()
        return entries
    }

    /// Where a symbolic link points.
    func target(of link: [UInt8]) throws(FileError) -> [UInt8] {
        let path = try CPath(link, for: "read")
        var failure: Int32 = 0
        let target = unsafe [CChar](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            let length = unsafe readlinkat(handle.number, path.characters, start, buffer.count)
            if length < 0 { failure = errno }
            count = max(0, length)
        }
        guard failure == 0 else { throw FileError("read", path.shown, code: failure) }
        return target.map { UInt8(bitPattern: $0) }
    }

    /// The type that the file system did not tell beside the name; 0 when it cannot be had.
    private func type(of name: [UInt8]) -> mode_t {
        guard let path = try? CPath(name, for: "read") else { return 0 }
        var status = stat()
        guard unsafe fstatat(handle.number, path.characters, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return 0 }
        return status.st_mode & S_IFMT
    }

    private static func name(of record: UnsafeMutablePointer<dirent>) -> [UInt8] {
        let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
        let start = unsafe UnsafeRawPointer(record) + offset
        let length = unsafe strlen(start.assumingMemoryBound(to: CChar.self))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: length))
    }
}
