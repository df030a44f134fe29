// Giving a complete file its name without ever replacing anything.

import Glibc

/// The name that a temporary file gets when it is complete.
enum NewName {
    /// Puts a file under a second name instead of the first, which the system does only when nothing stands there.
    ///
    /// Both names count from the folder with this descriptor, or `AT_FDCWD`.
    static func give(_ target: CPath, to temporary: CPath, in folder: Int32) throws(FileError) {
        try DoomedNames.whole { () throws(FileError) in try exchange(temporary, for: target, folder) }
    }

    private static func exchange(_ temporary: CPath, for target: CPath, _ folder: Int32) throws(FileError) {
        if unsafe linkat(folder, temporary.characters, folder, target.characters, 0) == 0 {
            unsafe unlinkat(folder, temporary.characters, 0)
            return
        }
        guard [EPERM, EOPNOTSUPP, ENOSYS, EMLINK].contains(errno) else {
            throw FileError("create", target.shown, code: errno)
        }
        // No second names on this file system (FAT, some network shares).
        if unsafe renameExclusively(temporary.characters, target.characters, folder) == 0 { return }
        guard [EINVAL, ENOSYS, EOPNOTSUPP].contains(errno) else {
            throw FileError("create", target.shown, code: errno)
        }
        // Nor a renaming that replaces nothing: take the name with an empty file first.
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let placeholder = unsafe openat(folder, target.characters, flags, 0o666)
        guard placeholder >= 0 else { throw FileError("create", target.shown, code: errno) }
        close(placeholder)
        guard unsafe renameat(folder, temporary.characters, folder, target.characters) == 0 else {
            let code = errno
            unsafe unlinkat(folder, target.characters, 0)
            throw FileError("create", target.shown, code: code)
        }
    }

    /// `renameat2` with RENAME_NOREPLACE, which glibc declares for GNU sources only.
    private static func renameExclusively(
        _ old: UnsafePointer<CChar>, _ new: UnsafePointer<CChar>, _ folder: Int32
    ) -> Int32 {
        typealias Call =
            @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
        guard let symbol = unsafe dlsym(nil, "renameat2") else {
            errno = ENOSYS
            return -1
        }
        return unsafe unsafeBitCast(symbol, to: Call.self)(folder, old, folder, new, 1)
    }
}
