// A file that appears under its name only when it is complete and on the disk.

import Bytes
import Glibc

/// A new file, written under a temporary name in its target's folder; `commit` gives it the target's name.
///
/// Without a `commit` nothing stays: the temporary file goes with the object, and on a deadly signal when
/// `Interruption.removeUnfinished` was called before.
public final class AtomicOutput {
    /// The bytes appended so far.
    public private(set) var size = 0
    /// The bytes that are on their way to the disk.
    private var startedSize = 0
    /// So many bytes are sent on their way together, 32 MiB.
    private static let stretch = 32 << 20
    private let handle: Descriptor
    private let folder: Descriptor
    private let temporary: CPath
    private let target: CPath
    private let slot: Int
    private var isOpen = true

    /// Starts a new file that is to stand at `path`; its folder must exist.
    ///
    /// With `isPrivate` nobody but its owner may read it.
    public init(path: [UInt8], isPrivate: Bool = false) throws(FileError) {
        let (parent, name) = CPath.split(path)
        target = try CPath(path, for: "create")
        guard !name.isEmpty else { throw FileError("create", target.shown, code: EISDIR) }
        try Self.checkReplaceable(target)
        folder = try Descriptor.open(try CPath(parent, for: "open"), flags: O_RDONLY | O_DIRECTORY)
        let separator: [UInt8] = parent.last == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]
        let hidden = parent + separator + RandomName.unfinished()
        // Sentences name what the user asked for.
        temporary = try CPath(hidden, for: "create", shown: target.shown)
        let (flags, mode): (Int32, mode_t) = (O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, isPrivate ? 0o600 : 0o666)
        (handle, slot) = try DoomedNames.making(temporary) { [temporary] () throws(FileError) in
            try Descriptor.open(temporary, flags: flags, mode: mode, for: "create")
        }
    }

    deinit { discard() }

    /// Writes a whole file, on the disk when this returns; see `init` and `commit`.
    public static func write(
        _ bytes: [UInt8], to path: [UInt8], force: Bool, isPrivate: Bool = false
    ) throws(FileError) {
        let output = try AtomicOutput(path: path, isPrivate: isPrivate)
        try output.append(bytes)
        try output.commit(force: force)
    }

    /// Whether anything, even a dangling symbolic link, stands at a path.
    public static func isTaken(_ path: [UInt8]) throws(FileError) -> Bool {
        let path = try CPath(path, for: "create")
        var status = stat()
        return unsafe lstat(path.characters, &status) == 0
    }

    /// Throws when something that is no file stands at a path, even behind a symbolic link: a device must never become a file.
    private static func checkReplaceable(_ path: CPath) throws(FileError) {
        var status = stat()
        guard unsafe stat(path.characters, &status) == 0 else { return }
        let kind: String
        switch status.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: kind = "folder"
        case S_IFIFO: kind = "pipe"
        case S_IFSOCK: kind = "socket"
        default: kind = "device"
        }
        throw FileError("create", path.shown, reason: "it is a \(kind)")
    }

    /// Appends bytes.
    public func append(_ bytes: Span<UInt8>) throws(FileError) {
        try handle.write(bytes, at: size)
        size += bytes.count
        guard size - startedSize >= Self.stretch else { return }
        handle.startWriting(startedSize..<size)
        startedSize = size
    }

    /// Appends bytes.
    public func append(_ bytes: [UInt8]) throws(FileError) { try append(bytes.span) }

    /// Replaces bytes that were appended before; a patch never makes the file longer.
    public func patch(_ bytes: [UInt8], at offset: Int) throws(FileError) {
        guard offset >= 0, offset <= size, bytes.count <= size - offset else {
            throw FileError("patch", target.shown, reason: "byte \(offset) is not written yet")
        }
        try handle.write(bytes.span, at: offset)
    }

    /// Exactly `count` bytes from `offset` of what was appended.
    public func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
        try handle.read(at: offset, count: count)
    }

    /// Puts the complete file under its name and waits until content and name are on the disk.
    ///
    /// Unless forced, whatever stands under the name already stays as it is, even when it came into being just now,
    /// and the error `isExisting`.
    public func commit(force: Bool) throws(FileError) {
        guard isOpen else { throw FileError("create", target.shown, code: EINVAL) }
        try handle.synchronize()
        if force {
            try rename()
        } else {
            try NewName.give(target, to: temporary, in: AT_FDCWD)
        }
        finish()
        try CPath.synchronize(folder, holding: target)
    }

    /// Removes what was written; what stands under the target's name stays untouched.
    public func discard() {
        guard isOpen else { return }
        unsafe unlink(temporary.characters)
        finish()
    }

    private func finish() {
        isOpen = false
        DoomedNames.remove([slot])
    }

    private func rename() throws(FileError) {
        try DoomedNames.whole { () throws(FileError) in
            guard unsafe Glibc.rename(temporary.characters, target.characters) == 0 else {
                throw FileError("create", target.shown, code: errno)
            }
        }
    }
}
