// Whether two paths lead to one file, and which folders a path lies in.

import Bytes
import Glibc

/// The identity of files and folders, whatever they are called.
public enum Identity {
    /// The stamp of what a path leads to, symbolic links followed; nil when it leads nowhere.
    public static func stamp(of path: [UInt8]) -> FileStamp? {
        guard let path = try? CPath(path, for: "open") else { return nil }
        var status = stat()
        return unsafe stat(path.characters, &status) == 0 ? FileStamp(status) : nil
    }

    /// The stamps of the folders around a path, from the one that it lies in up to the root.
    public static func foldersAround(_ path: [UInt8]) throws(FileError) -> [FileStamp] {
        var parent = path
        while parent.count > 1, parent.last == UInt8(ascii: "/") { parent.removeLast() }
        var folder = try open(try CPath(CPath.split(parent).folder, for: "open"), in: nil)
        var stamps = [FileStamp(try folder.status())]
        let up = try CPath("..".bytes, for: "open")
        while true {
            folder = try open(up, in: folder)
            let stamp = FileStamp(try folder.status())
            if stamps.last?.isSameFile(as: stamp) == true { return stamps }
            stamps.append(stamp)
        }
    }

    private static func open(_ path: CPath, in folder: Descriptor?) throws(FileError) -> Descriptor {
        try Descriptor.open(path, in: folder, flags: passing | O_DIRECTORY)
    }

    /// `O_PATH`, which glibc declares for GNU sources only: folders that may not be listed can be opened too.
    private static let passing: Int32 = 0o10_000_000
}
