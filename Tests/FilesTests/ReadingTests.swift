import Bytes
import Foundation
import ScratchFolders
import Testing

@testable import Files

@Suite struct ReadingTests {
    @Test func `reads are positioned and exact`() throws {
        let folder = try ScratchFolder()
        try folder.write("a", "0123456789")
        let file = try ReadableFile(path: folder.path("a"))
        #expect(file.size == 10)
        #expect(try file.read(at: 3, count: 4) == "3456".bytes)
        #expect(try file.read(at: 10, count: 0) == [])
        #expect(throws: FileError.self) { try file.read(at: 8, count: 3) }
        #expect(throws: FileError.self) { try file.read(at: -1, count: 1) }
        #expect(throws: FileError.self) { try file.read(at: Int.max, count: 1) }
    }

    @Test func `links, folders, pipes and odd paths are no files`() throws {
        let folder = try ScratchFolder()
        try folder.write("a", "x")
        try folder.link("link", to: "a")
        let made = unsafe mkfifo(folder.root + "/pipe", 0o600)
        #expect(made == 0)
        for path in [folder.path("link"), folder.path("pipe"), folder.path(""), folder.path("a\0b"), []] {
            #expect(throws: FileError.self) { try ReadableFile(path: path) }
        }
    }

    @Test func `a changed file is told from an unchanged one`() throws {
        let folder = try ScratchFolder()
        try folder.write("a", "abc")
        let file = try ReadableFile(path: folder.path("a"))
        try file.checkUnchanged()
        try folder.write("b", "xyz")
        let renamed = unsafe rename(folder.root + "/b", folder.root + "/a")
        #expect(renamed == 0)
        #expect(throws: FileError("read", folder.root + "/a", reason: "it changed while it was read")) {
            try file.checkUnchanged()
        }
        let again = try ReadableFile(path: folder.path("a"))
        #expect(!again.stamp.isSameFile(as: file.stamp))
        #expect(try again.read(at: 0, count: 3) == "xyz".bytes)
    }

    @Test func `a walk's paths come in the order of their bytes`() throws {
        let folder = try ScratchFolder()
        let names = ["a", "a.b", "a-b", "a/b", "a0", "A", "a/b.c/d", "a/b/c"]
        // Folders and files of one name cannot stand together: each set of three is a tree of its own.
        for first in names {
            for second in names {
                let tree = try ScratchFolder()
                try tree.write(first + "/x", "")
                _ = try? tree.write(second + "/y", "")
                _ = try? tree.write(second + "z", "")
                var paths: [String] = []
                var walk = try TreeWalk(root: Array(tree.root.utf8))
                while let entry = walk.next() {
                    guard case .file = entry.kind else { continue }
                    paths.append(entry.path.map(\.displayText).joined(separator: "/"))
                }
                #expect(paths.count >= 2)
                #expect(paths == paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }, "\(first) \(second)")
            }
        }
        #expect(try folder.names() == [])
    }

    @Test func `a walk tells folders with the folders in them, and links with their targets`() throws {
        let folder = try ScratchFolder()
        try folder.write("m/cur/1", "")
        try folder.write("m/new/2", "")
        try folder.link("m/up", to: "../..")
        var walk = try TreeWalk(root: Array(folder.root.utf8))
        var lines: [String] = []
        while let entry = walk.next() {
            let path = entry.path.map(\.displayText).joined(separator: "/")
            switch entry.kind {
            case .directory(let names): lines.append("\(path)/ \(names.map(\.displayText))")
            case .symbolicLink(let target): lines.append("\(path) -> \(target.displayText)")
            default: lines.append(path)
            }
        }
        #expect(lines == ["m/ [\"cur\", \"new\"]", "m/cur/ []", "m/cur/1", "m/new/ []", "m/new/2", "m/up -> ../.."])
        #expect(walk.subdirectories == ["m".bytes])
    }

    @Test func `a temporary file has no name and keeps what it is given`() throws {
        let folder = try ScratchFolder()
        let file = try TemporaryFile(in: Array(folder.root.utf8))
        #expect(try folder.names() == [])
        try file.append("hello ".bytes)
        try file.append("world".bytes)
        #expect(file.size == 11)
        #expect(try file.read(at: 4, count: 5) == "o wor".bytes)
        let readable = try file.readable()
        #expect(readable.size == 11)
        try readable.checkUnchanged()
        #expect(throws: FileError.self) { try file.read(at: 11, count: 1) }
        #expect(throws: FileError.self) { try TemporaryFile(in: folder.path("missing")) }
    }
}
