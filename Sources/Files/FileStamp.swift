// What tells whether a file is still the one that was opened.

import Glibc

/// A file's identity, size and times, as the system gave them at one moment.
public struct FileStamp: Equatable, Sendable {
    /// The size in bytes.
    public let size: Int
    /// When the content was last written, in seconds since 1970-01-01T00:00:00Z; rounded down.
    public let modified: Int
    /// The device that it lies on.
    public let device: UInt64
    /// Its number on that device.
    public let inode: UInt64
    // Nanoseconds and the time of the last change of any kind make rewriting, replacing and renaming visible.
    private let modifiedNanoseconds: Int
    private let changed: Int
    private let changedNanoseconds: Int

    /// The facts of a `stat` call.
    init(_ status: stat) {
        size = Int(status.st_size)
        modified = status.st_mtim.tv_sec
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        modifiedNanoseconds = status.st_mtim.tv_nsec
        changed = status.st_ctim.tv_sec
        changedNanoseconds = status.st_ctim.tv_nsec
    }

    /// Whether both stamps are of one file, whatever was done to it in between.
    public func isSameFile(as other: FileStamp) -> Bool { device == other.device && inode == other.inode }
}
