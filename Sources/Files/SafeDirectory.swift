// Writing a tree of files strictly below one folder, whatever the names say and whoever else writes there.

import Bytes
import Glibc

/// A folder that new files are made below: no symbolic link is followed and nothing is overwritten.
public final class SafeDirectory {
    private let handle: Descriptor

    /// Opens a folder, made first when nothing stands there; its own parents are trusted.
    public init(path: [UInt8]) throws(FileError) {
        let path = try CPath(path, for: "create")
        if unsafe mkdir(path.characters, 0o777) != 0, errno != EEXIST {
            throw FileError("create", path.shown, code: errno)
        }
        handle = try Descriptor.open(path, flags: O_RDONLY | O_DIRECTORY)
    }

    /// Makes a new empty file at these components, and the folders on the way that are missing.
    ///
    /// Refused are no components at all, `.`, `..`, empty ones, and a slash or NUL within one; so are existing files.
    public func create(_ components: [[UInt8]]) throws(FileError) -> NewFile {
        let shown = components.map(\.displayText).joined(separator: "/")
        let (parent, path) = try place(components, shown)
        var status = stat()
        guard unsafe fstatat(parent.number, path.characters, &status, AT_SYMLINK_NOFOLLOW) != 0 else {
            throw FileError("create", shown, code: EEXIST)
        }
        let temporary = try CPath(RandomName.unfinished(), for: "create", shown: shown)
        let (file, slot) = try DoomedNames.making(temporary, in: parent.number) { () throws(FileError) in
            try Self.naming(shown) { () throws(FileError) in
                try Descriptor.open(temporary, in: parent, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o666)
            }
        }
        return NewFile(file, temporary, slot: slot, in: parent, target: path, shown: shown)
    }

    /// Makes a new symbolic link at these components, under the rules of `create`; its target is not looked at.
    public func link(_ components: [[UInt8]], to target: [UInt8]) throws(FileError) {
        let shown = components.map(\.displayText).joined(separator: "/")
        let (parent, path) = try place(components, shown)
        let target = try CPath(target, for: "link to")
        guard unsafe symlinkat(target.characters, parent.number, path.characters) == 0 else {
            throw FileError("create", shown, code: errno)
        }
    }

    /// The names that stand right in the folder, sorted by their bytes.
    public func names() throws(FileError) -> [[UInt8]] { try Directory(handle).entries().map(\.name) }

    /// Removes files that stand right in the folder, as far as that can be done.
    func remove(_ names: [CPath]) {
        for name in names { unsafe unlinkat(handle.number, name.characters, 0) }
    }

    /// Waits until the names in the folder are on the disk.
    func synchronize() throws(FileError) { try handle.synchronize() }

    /// The longest path below the folder, in bytes: no source has longer ones, and folders without end fill a disk.
    private static let pathLimit = 8192

    /// The folder that the last component goes into, made when it is missing, and that component.
    private func place(
        _ components: [[UInt8]], _ shown: String
    ) throws(FileError) -> (parent: Descriptor, name: CPath) {
        guard let name = components.last, components.allSatisfy(Self.isPlain) else {
            throw FileError("create", shown, reason: "it is not a plain relative path")
        }
        guard components.reduce(0, { $0 + $1.count + 1 }) <= Self.pathLimit else {
            throw FileError("create", shown, reason: "it is longer than \(Self.pathLimit) bytes")
        }
        var folder = handle
        for component in components.dropLast() {
            let path = try CPath(component, for: "create")
            if unsafe mkdirat(folder.number, path.characters, 0o777) != 0, errno != EEXIST {
                throw FileError("create", shown, code: errno)
            }
            folder = try Self.naming(shown) { () throws(FileError) in
                try Descriptor.open(path, in: folder, flags: O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
            }
        }
        return (folder, try CPath(name, for: "create"))
    }

    private static func isPlain(_ component: [UInt8]) -> Bool {
        !component.isEmpty && component != Array(".".utf8) && component != Array("..".utf8)
            && !component.contains(UInt8(ascii: "/")) && !component.contains(0)
    }

    /// An error that names the whole path and not its last component alone.
    private static func naming(
        _ shown: String, _ work: () throws(FileError) -> Descriptor
    ) throws(FileError) -> Descriptor {
        do throws(FileError) {
            return try work()
        } catch {
            throw FileError("create", shown, code: error.code)
        }
    }
}

/// A file under a temporary name; `finish` gives it its own, and without that it is removed again.
public final class NewFile {
    /// The bytes appended so far.
    public private(set) var size = 0
    private let handle: Descriptor
    private let temporary: CPath
    private let target: CPath
    private let folder: Descriptor
    private let shown: String
    private let slot: Int
    private var isFinished = false

    /// The new file that a descriptor is open on, and the place of its name among those that a signal removes.
    init(
        _ handle: Descriptor, _ temporary: CPath, slot: Int, in folder: Descriptor, target: CPath, shown: String
    ) {
        self.handle = handle
        self.temporary = temporary
        self.target = target
        self.folder = folder
        self.shown = shown
        self.slot = slot
    }

    deinit {
        if !isFinished { unsafe unlinkat(folder.number, temporary.characters, 0) }
        DoomedNames.remove([slot])
    }

    /// Appends bytes.
    public func append(_ bytes: Span<UInt8>) throws(FileError) {
        do throws(FileError) {
            try handle.write(bytes, at: size)
        } catch {
            throw FileError("write", shown, code: error.code)
        }
        size += bytes.count
    }

    /// Appends bytes.
    public func append(_ bytes: [UInt8]) throws(FileError) { try append(bytes.span) }

    /// States when the content was last written, in seconds since 1970-01-01T00:00:00Z; to be called after all bytes are appended.
    public func setModified(_ seconds: Int) throws(FileError) {
        let time = timespec(tv_sec: seconds, tv_nsec: 0)
        let times = [time, time]
        let result = unsafe times.withUnsafeBufferPointer { unsafe futimens(handle.number, $0.baseAddress) }
        guard result == 0 else { throw FileError("set the time of", shown, code: errno) }
    }

    /// Puts the file under its name once the system has taken all of it; `synchronize` also waits until it is on the disk.
    public func finish(synchronize: Bool = false) throws(FileError) {
        do throws(FileError) {
            if synchronize { try handle.synchronize() }
            try handle.handOver()
        } catch {
            throw FileError("write", shown, code: error.code)
        }
        do throws(FileError) {
            try NewName.give(target, to: temporary, in: folder.number)
        } catch {
            throw FileError("create", shown, code: error.code)
        }
        isFinished = true
    }
}
