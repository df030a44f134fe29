// A folder that appears under its name only when all its files are complete and on the disk.

import Glibc

/// A new folder of small files, filled under a temporary name beside its target; `commit` gives it the target's name.
///
/// Without a `commit` nothing stays.
public final class AtomicFolder {
    private let target: CPath
    private let temporary: CPath
    private let parent: Descriptor
    private let folder: SafeDirectory
    private var names: [CPath] = []
    /// Where the folder's name and its files' stand among those that a signal removes.
    private var slots: [Int]
    private var isOpen = true

    /// Starts a new folder that is to stand at `path`; what it lies in must exist.
    public init(path: [UInt8]) throws(FileError) {
        let slash = UInt8(ascii: "/")
        let (around, name) = CPath.split(Array(path.reversed().drop { $0 == slash }.reversed()))
        target = try CPath(path, for: "create")
        guard !name.isEmpty else { throw FileError("create", target.shown, code: EEXIST) }
        parent = try Descriptor.open(try CPath(around, for: "open"), flags: O_RDONLY | O_DIRECTORY)
        let hidden = around + (around.last == slash ? [] : [slash])
        let own = hidden + RandomName.unfinished()
        temporary = try CPath(own, for: "create", shown: target.shown)
        let slot: Int
        (folder, slot) = try DoomedNames.making(temporary, isFolder: true) { [temporary, target] () throws(FileError) in
            do throws(FileError) {
                return try SafeDirectory(path: own)
            } catch {
                unsafe rmdir(temporary.characters)
                throw FileError(error.action, target.shown, code: error.code)
            }
        }
        slots = [slot]
    }

    deinit { discard() }

    /// Writes a file of these bytes.
    public func write(_ bytes: [UInt8], to name: [UInt8]) throws(FileError) {
        let path = try CPath(name, for: "create")
        // By a path through the temporary name, which leads nowhere once the folder has its own.
        let hidden = temporary.characters.dropLast().map { UInt8(bitPattern: $0) } + [UInt8(ascii: "/")] + name
        slots.append(DoomedNames.add(try CPath(hidden, for: "create")))
        let file = try folder.create([name])
        try file.append(bytes)
        try file.finish(synchronize: true)
        names.append(path)
    }

    /// Puts the folder under its name and waits until that is on the disk; whatever stands there already stays.
    public func commit() throws(FileError) {
        var status = stat()
        guard unsafe lstat(target.characters, &status) != 0 else {
            throw FileError("create", target.shown, code: EEXIST)
        }
        try folder.synchronize()
        // Of what came into being just now, only an empty folder can be replaced.
        try DoomedNames.whole { () throws(FileError) in
            guard unsafe rename(temporary.characters, target.characters) == 0 else {
                throw FileError("create", target.shown, code: errno)
            }
        }
        finish()
        try CPath.synchronize(parent, holding: target)
    }

    private func discard() {
        guard isOpen else { return }
        folder.remove(names)
        unsafe rmdir(temporary.characters)
        finish()
    }

    private func finish() {
        isOpen = false
        DoomedNames.remove(slots)
    }
}

/// A folder that nobody else can look into, gone with everything right in it when the last reference goes.
///
/// On a deadly signal it goes with the files that were foreseen.
public final class PrivateFolder {
    /// Where it is.
    public let path: [UInt8]
    private let folder: SafeDirectory
    private let slots: [Int]

    /// A new folder in `$TMPDIR` or, when that is not set, in `/var/tmp`, for files of these names.
    public init(for names: [String]) throws(FileError) {
        let given = unsafe getenv("TMPDIR").map { unsafe Array(String(cString: $0).utf8) } ?? []
        let path = (given.isEmpty ? Array("/var/tmp".utf8) : given) + Array("/mailseal-\(RandomName.next())".utf8)
        let name = try CPath(path, for: "create")
        let files = try names.map { name throws(FileError) in try CPath(path + Array("/\(name)".utf8), for: "create") }
        let slot: Int
        (folder, slot) = try DoomedNames.making(name, isFolder: true) { () throws(FileError) in
            guard unsafe mkdir(name.characters, 0o700) == 0 else { throw FileError("create", name.shown, code: errno) }
            do throws(FileError) {
                return try SafeDirectory(path: path)
            } catch {
                unsafe rmdir(name.characters)
                throw error
            }
        }
        self.path = path
        slots = [slot] + files.map { DoomedNames.add($0) }
    }

    deinit {
        folder.remove(((try? folder.names()) ?? []).compactMap { try? CPath($0, for: "remove") })
        if let path = try? CPath(path, for: "remove") { unsafe rmdir(path.characters) }
        DoomedNames.remove(slots)
    }

    /// Writes a new file and gives its path.
    public func write(_ bytes: [UInt8], to name: String) throws(FileError) -> [UInt8] {
        let file = try folder.create([Array(name.utf8)])
        try file.append(bytes)
        try file.finish()
        return path + Array("/\(name)".utf8)
    }
}
