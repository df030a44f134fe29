// A file that is read at positions, never through a shared offset.

import Glibc

/// What a system call on a file refused, with the file's path as it was given.
public struct FileError: Error, Equatable, CustomStringConvertible {
    /// What was tried, such as `open` or `read`.
    public let action: String
    /// The path, for showing.
    public let path: String
    /// The error number of the system (`errno`), or 0 when the file itself was the reason.
    public let code: Int32
    /// What was wrong when `code` is 0.
    public let reason: String

    /// A refusal by the system.
    public init(_ action: String, _ path: String, code: Int32) {
        self.init(action, path, code: code, reason: "")
    }

    /// A refusal of ours, for example `shrank while it was read`.
    public init(_ action: String, _ path: String, reason: String) {
        self.init(action, path, code: 0, reason: reason)
    }

    private init(_ action: String, _ path: String, code: Int32, reason: String) {
        self.action = action
        self.path = path
        self.code = code
        self.reason = reason
    }

    /// A sentence such as `cannot open mail.mbox: No such file or directory`.
    public var description: String {
        "cannot \(action) \(path): \(code == 0 ? reason : unsafe String(cString: strerror(code)))"
    }
}

/// An open file for positioned reads; closed when the last reference goes.
public final class ReadableFile: Sendable {
    /// The path it was opened by, for messages.
    public let path: String
    /// The descriptor; owned by this object.
    public let descriptor: Int32
    /// The size in bytes when it was opened.
    public let size: Int

    /// Opens a regular file for reading, following no symbolic link at its last component.
    public convenience init(path: [UInt8]) throws(FileError) {
        let shown = String(decoding: path, as: UTF8.self)
        let terminated = path.map { CChar(bitPattern: $0) } + [0]
        let descriptor = unsafe terminated.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return Int32(-1) }
            return unsafe open(start, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        }
        guard descriptor >= 0 else { throw FileError("open", shown, code: errno) }
        try self.init(descriptor: descriptor, path: shown)
    }

    /// Takes over an open descriptor; it is closed when this fails too.
    public init(descriptor: Int32, path: String) throws(FileError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw FileError("read", path, code: code)
        }
        self.path = path
        self.descriptor = descriptor
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Exactly `count` bytes from `offset`; throws when the file ends before that.
    public func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
        var failure: FileError?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let step = unsafe pread(
                    descriptor, buffer.baseAddress.map { unsafe $0 + filled }, count - filled, off_t(offset + filled))
                if step > 0 {
                    filled += step
                } else if step == 0 {
                    let missing = "it ended at byte \(offset + filled), expected \(count - filled) more"
                    failure = FileError("read", path, reason: missing)
                    return
                } else if errno != EINTR {
                    failure = FileError("read", path, code: errno)
                    return
                }
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
