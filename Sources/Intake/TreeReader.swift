// Sources on disk: a folder's tree, a Maildir among them, or a single file.

import Bytes
import Files
import Glibc

/// A source that was named and could be opened.
struct OpenSource {
    /// What it consists of.
    enum Root {
        case tree(TreeWalk)
        case file(ReadableFile)
    }

    let begin: Intake.SourceBegin
    let root: Root

    /// Opens what stands at a path; a symbolic link is not followed unless a slash follows its name.
    init(path: [UInt8], id: Int) throws(IntakeError) {
        do throws(FileError) {
            let name = Self.baseName(path)
            if let walk = try Self.walk(path) {
                let kind: Intake.SourceKind = Self.isMaildir(walk.subdirectories) ? .maildir : .tree
                begin = Intake.SourceBegin(id: id, name: name, kind: kind, size: nil)
                root = .tree(walk)
            } else {
                let file = try ReadableFile(path: path)
                begin = Intake.SourceBegin(id: id, name: name, kind: .file, size: file.size)
                root = .file(file)
            }
        } catch {
            throw .source(error)
        }
    }

    /// The walk of a folder; nil when the path is something else.
    private static func walk(_ path: [UInt8]) throws(FileError) -> TreeWalk? {
        do throws(FileError) {
            return try TreeWalk(root: path)
        } catch {
            if error.code == ENOTDIR || error.code == ELOOP { return nil }
            throw error
        }
    }

    /// Whether a folder with these folders in it is a Maildir.
    static func isMaildir(_ subdirectories: [[UInt8]]) -> Bool {
        subdirectories.contains("cur".bytes) && subdirectories.contains("new".bytes)
    }

    /// The last component of a path; for `.` and `..` that of the folder they stand for.
    static func baseName(_ path: [UInt8]) -> [UInt8] {
        let slash = UInt8(ascii: "/")
        let last = path.split(separator: slash).last.map { Array($0) }
        if let last, last != ".".bytes, last != "..".bytes { return last }
        let terminated = path.map { CChar(bitPattern: $0) } + [0]
        guard let resolved = unsafe realpath(terminated, nil) else { return last ?? path }
        defer { unsafe free(resolved) }
        let real = unsafe UnsafeBufferPointer(start: resolved, count: strlen(resolved)).map { UInt8(bitPattern: $0) }
        return real.split(separator: slash).last.map { Array($0) } ?? [slash]
    }
}

/// Reads a source on disk.
final class TreeReader: OpenContainer {
    private let source: Intake.SourceBegin
    private var walk: TreeWalk?
    private var single: ReadableFile?
    private let sorter: Sorter
    /// For each folder from the root to the one that was entered last, whether it is a Maildir.
    private var maildirs: [Bool]

    /// A reader of a source that is open.
    init(_ source: OpenSource, _ sorter: Sorter) {
        self.source = source.begin
        self.sorter = sorter
        maildirs = [source.begin.kind == .maildir]
        switch source.root {
        case .tree(let walk): self.walk = walk
        case .file(let file): single = file
        }
    }

    func next() throws(IntakeError) -> [Step]? {
        if let file = single {
            single = nil
            return sorter.sort(file, at: place([source.name]), as: .named)
        }
        guard let entry = walk?.next() else { return nil }
        return try steps(for: entry)
    }

    private func steps(for entry: TreeWalk.Entry) throws(IntakeError) -> [Step] {
        let place = place(entry.path)
        switch entry.kind {
        case .directory(let subdirectories):
            maildirs.removeSubrange(entry.path.count...)
            maildirs.append(OpenSource.isMaildir(subdirectories))
            return []
        case .file(let file): return sorter.sort(file, at: place, as: nature(of: entry.path))
        case .symbolicLink(let target): return sorter.link(to: target, at: place, mtime: nil)
        case .special(let kind):
            return sorter.refuse(place, .specialFile, "it is a \(kind)")
        case .tooDeep:
            return sorter.refuse(place, .nestingTooDeep, "more than \(TreeWalk.depthLimit) folders deep")
        case .unreadable(let error):
            // That is no fact about the file.
            guard !error.isOutOfDescriptors else { throw .source(error) }
            return sorter.refuse(place, .unreadable, "\(error)")
        }
    }

    /// In a Maildir, the folder that a file lies in says what it is.
    private func nature(of path: [[UInt8]]) -> Sorter.Nature {
        guard path.count >= 2, maildirs.count >= path.count - 1, maildirs[path.count - 2] else { return .unknown }
        let folder = path[path.count - 2]
        if folder == "cur".bytes || folder == "new".bytes { return .mail }
        return folder == "tmp".bytes ? .file : .unknown
    }

    private func place(_ path: [[UInt8]]) -> Intake.Place {
        Intake.Place(source: source.id, path: [path], range: nil)
    }
}
