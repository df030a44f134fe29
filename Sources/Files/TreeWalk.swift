// A folder's tree, one entry at a time, in an order that does not depend on the disk.

import Bytes
import Glibc

/// Walks a tree in the order of the full relative paths' bytes; symbolic links are reported, never followed.
///
/// Memory holds the names of one folder per level, and one descriptor per level is open.
public struct TreeWalk {
    /// Folders deeper than this below the root are reported as failures, not entered.
    public static let depthLimit = 200

    /// One entry below the root.
    public struct Entry {
        /// The components of its path below the root.
        public let path: [[UInt8]]
        /// What it is.
        public let kind: Kind
    }

    /// What stands at a path.
    public enum Kind {
        /// A folder, reported before what it holds; with the names of the folders in it.
        case directory(subdirectories: [[UInt8]])
        /// A regular file, open.
        case file(ReadableFile)
        /// A symbolic link and its target's bytes.
        case symbolicLink(target: [UInt8])
        /// A pipe, socket or device, by its name.
        case special(String)
        /// A folder that lies deeper than the limit.
        case tooDeep
        /// Something that could not be opened or read.
        case unreadable(FileError)
    }

    private struct Level {
        let directory: Directory
        let entries: DirectoryNames
        var next = 0
    }

    /// The names of the folders right below the root.
    public let subdirectories: [[UInt8]]
    /// The identity and times of the root.
    public let stamp: FileStamp
    private var levels: [Level]
    private var path: [[UInt8]] = []
    private let shownRoot: String

    /// Opens the folder whose tree is walked; it must not itself be a symbolic link.
    public init(root: [UInt8]) throws(FileError) {
        let directory = try Directory(path: root)
        let entries = try directory.entries()
        stamp = FileStamp(try directory.handle.status())
        subdirectories = Self.folders(in: entries)
        levels = [Level(directory: directory, entries: entries)]
        shownRoot = root.displayText
    }

    /// The next entry, or nil after the last.
    public mutating func next() -> Entry? {
        while let level = levels.last {
            guard level.next < level.entries.count else {
                levels.removeLast()
                _ = path.popLast()
                continue
            }
            levels[levels.count - 1].next += 1
            let entry = level.entries[level.next]
            let full = path + [entry.name]
            do throws(FileError) {
                return Entry(path: full, kind: try kind(of: entry, in: level.directory))
            } catch {
                return Entry(path: full, kind: .unreadable(located(error, at: full)))
            }
        }
        return nil
    }

    private mutating func kind(of entry: Directory.Entry, in directory: Directory) throws(FileError) -> Kind {
        switch entry.type {
        case S_IFDIR:
            guard levels.count <= Self.depthLimit else { return .tooDeep }
            let child = try Directory(entry.name, in: directory)
            let entries = try child.entries()
            levels.append(Level(directory: child, entries: entries))
            path.append(entry.name)
            return .directory(subdirectories: Self.folders(in: entries))
        case S_IFLNK: return .symbolicLink(target: try directory.target(of: entry.name))
        case S_IFIFO: return .special("pipe")
        case S_IFSOCK: return .special("socket")
        case S_IFCHR, S_IFBLK: return .special("device")
        default: return .file(try ReadableFile(opening: try CPath(entry.name, for: "open"), in: directory.handle))
        }
    }

    private func located(_ error: FileError, at path: [[UInt8]]) -> FileError {
        let shown = ([shownRoot] + path.map(\.displayText)).joined(separator: "/")
        guard error.code != 0 else { return FileError(error.action, shown, reason: error.reason) }
        return FileError(error.action, shown, code: error.code)
    }

    private static func folders(in entries: DirectoryNames) -> [[UInt8]] {
        entries.lazy.filter { $0.type == S_IFDIR }.map(\.name)
    }
}
