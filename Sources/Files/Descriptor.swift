// Whole reads and writes on descriptors: interrupted and partial calls are carried on.

import Glibc

/// A descriptor that is closed when the last reference goes.
final class Descriptor: Sendable {
    let number: Int32
    /// The path it was opened by, for messages.
    let path: String

    /// Takes over an open descriptor.
    init(_ number: Int32, path: String) {
        self.number = number
        self.path = path
    }

    deinit { close(number) }

    /// Opens a path, or a name in the folder that `folder` is open on.
    static func open(
        _ path: CPath, in folder: Descriptor? = nil, flags: Int32, mode: mode_t = 0, for action: String = "open"
    ) throws(FileError) -> Descriptor {
        while true {
            let number = unsafe openat(folder?.number ?? AT_FDCWD, path.characters, flags | O_CLOEXEC, mode)
            if number >= 0 { return Descriptor(number, path: path.shown) }
            guard errno == EINTR else { throw FileError(action, path.shown, code: errno) }
        }
    }

    /// What the system says of the open file.
    func status() throws(FileError) -> stat {
        var status = stat()
        guard unsafe fstat(number, &status) == 0 else { throw FileError("read", path, code: errno) }
        return status
    }

    /// Up to `count` bytes from `offset`: fewer only when the file ends before.
    func read(at offset: Int, upTo count: Int) throws(FileError) -> [UInt8] {
        guard offset >= 0, count >= 0, offset <= Int.max - count else { throw FileError("read", path, code: EINVAL) }
        var failure: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let place = unsafe buffer.baseAddress.map { unsafe $0 + filled }
                let step = unsafe pread(number, place, count - filled, off_t(offset + filled))
                if step > 0 {
                    filled += step
                } else if step == 0 {
                    return
                } else if errno != EINTR {
                    failure = errno
                    return
                }
            }
        }
        guard failure == 0 else { throw FileError("read", path, code: failure) }
        return bytes
    }

    /// Exactly `count` bytes from `offset`; throws when the file ends before that.
    func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
        let bytes = try read(at: offset, upTo: count)
        guard bytes.count == count else {
            let missing = "it ended at byte \(offset + bytes.count), expected \(count - bytes.count) more"
            throw FileError("read", path, reason: missing)
        }
        return bytes
    }

    /// Writes all the bytes at `offset`.
    func write(_ bytes: Span<UInt8>, at offset: Int) throws(FileError) {
        let failure = unsafe bytes.withUnsafeBufferPointer { buffer -> Int32 in
            var written = 0
            while written < buffer.count {
                let place = unsafe buffer.baseAddress.map { unsafe $0 + written }
                let step = unsafe pwrite(number, place, buffer.count - written, off_t(offset + written))
                if step > 0 {
                    written += step
                } else if step == 0 {
                    return ENOSPC
                } else if errno != EINTR {
                    return errno
                }
            }
            return 0
        }
        guard failure == 0 else { throw FileError("write", path, code: failure) }
    }

    /// Has the system begin to bring a range to the disk, so that `synchronize` has less to wait for; no more than a hint.
    func startWriting(_ range: Range<Int>) {
        _ = posix_fadvise(number, off_t(range.lowerBound), off_t(range.count), POSIX_FADV_DONTNEED)
    }

    /// Waits until the content is on the disk.
    func synchronize() throws(FileError) {
        while fsync(number) != 0 {
            // Some file systems cannot synchronize a folder, and say so with EINVAL.
            if errno == EINVAL { return }
            guard errno == EINTR else { throw FileError("write", path, code: errno) }
        }
    }

    /// Hands the content over as closing does, which on network shares is when a full disk is told.
    func handOver() throws(FileError) {
        let other = fcntl(number, F_DUPFD_CLOEXEC, 0)
        guard other >= 0, close(other) == 0 || errno == EINTR else { throw FileError("write", path, code: errno) }
    }
}
