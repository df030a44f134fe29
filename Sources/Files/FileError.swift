// What the system, or we ourselves, refused to do with a file.

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

    /// Whether there is something under that name already, where something new was to be made.
    public var isExisting: Bool { code == EEXIST }

    /// Whether the path names nothing.
    public var isMissing: Bool { code == ENOENT }

    /// Whether this process, or the system, has as many files open as it may.
    public var isOutOfDescriptors: Bool { code == EMFILE || code == ENFILE }

    /// Whether the disk is full, or the user's share of it.
    public var isOutOfSpace: Bool { code == ENOSPC || code == EDQUOT }
}
