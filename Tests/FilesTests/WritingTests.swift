import Bytes
import Foundation
import ScratchFolders
import Testing

@testable import Files

@Suite struct WritingTests {
    @Test func `an output appears under its name only when it is committed`() throws {
        let folder = try ScratchFolder()
        let output = try AtomicOutput(path: folder.path("out"))
        try output.append("hello world".bytes)
        try output.patch("J".bytes, at: 0)
        try output.patch("D".bytes, at: 10)
        #expect(output.size == 11)
        #expect(try output.read(at: 0, count: 5) == "Jello".bytes)
        #expect(folder.text("out") == nil)
        #expect(try folder.names().count == 1)
        try output.commit(force: false)
        #expect(folder.text("out") == "Jello worlD")
        #expect(try folder.names() == ["out"])
    }

    @Test(arguments: [-1, 3, 4, Int.max])
    func `a patch never reaches beyond what was appended`(offset: Int) throws {
        let folder = try ScratchFolder()
        let output = try AtomicOutput(path: folder.path("out"))
        try output.append("abc".bytes)
        #expect(throws: FileError.self) { try output.patch("x".bytes, at: offset) }
        #expect(output.size == 3)
    }

    @Test func `an output that is given up leaves nothing`() throws {
        let folder = try ScratchFolder()
        do {
            let output = try AtomicOutput(path: folder.path("out"))
            try output.append([1])
        }
        #expect(try folder.names() == [])
        let discarded = try AtomicOutput(path: folder.path("out"))
        discarded.discard()
        #expect(try folder.names() == [])
        #expect(throws: FileError.self) { try discarded.commit(force: true) }
        #expect(throws: FileError.self) { try AtomicOutput(path: folder.path("missing/out")) }
    }

    @Test func `what stands under the name stays unless forced, even when it came late`() throws {
        let folder = try ScratchFolder()
        let output = try AtomicOutput(path: folder.path("out"))
        try output.append("new".bytes)
        #expect(try !AtomicOutput.isTaken(folder.path("out")))
        try folder.write("out", "old")
        #expect(try AtomicOutput.isTaken(folder.path("out")))
        let error = #expect(throws: FileError.self) { try output.commit(force: false) }
        #expect(error?.isExisting == true)
        #expect(folder.text("out") == "old")
        try output.commit(force: true)
        #expect(folder.text("out") == "new")
        #expect(try folder.names() == ["out"])
    }

    @Test func `a link under the name is not followed`() throws {
        let folder = try ScratchFolder()
        try folder.write("victim", "old")
        try folder.link("out", to: "victim")
        let output = try AtomicOutput(path: folder.path("out"))
        try output.append("new".bytes)
        #expect(throws: FileError.self) { try output.commit(force: false) }
        try output.commit(force: true)
        #expect(folder.text("victim") == "old")
        #expect(folder.text("out") == "new")
    }

    @Test func `a signal removes what is unfinished`() async throws {
        let folder = try ScratchFolder()
        try folder.write("kept", "")
        await #expect(processExitsWith: .signal(SIGTERM)) { [path = folder.path("out") as [UInt8]] in
            Interruption.removeUnfinished()
            let done = try AtomicOutput(path: path + [0x32])
            try done.commit(force: false)
            let output = try AtomicOutput(path: path)
            try output.append([1, 2, 3])
            kill(getpid(), SIGTERM)
            // Worker threads block signals; the one that takes it ends us.
            sleep(10)
            output.discard()
        }
        #expect(try folder.names() == ["kept", "out2"])
    }

    @Test func `a full disk is an error that says so`() throws {
        let full = try Descriptor.open(try CPath("/dev/full".bytes, for: "open"), flags: O_WRONLY)
        let error = #expect(throws: FileError.self) { try full.write([1, 2, 3].span, at: 0) }
        #expect(error?.isOutOfSpace == true)
        #expect(error?.description == "cannot write /dev/full: No space left on device")
    }

    @Test func `files are made strictly below the folder`() throws {
        let folder = try ScratchFolder()
        let target = try SafeDirectory(path: folder.path("out"))
        let file = try target.create(["data", "eml", "a"].map(\.bytes))
        try file.append("hello ".bytes)
        try file.append("world".bytes)
        try file.finish()
        #expect(folder.text("out/data/eml/a") == "hello world")
        for path in [[], [""], ["."], [".."], ["a", "..", "b"], ["/a"], ["a/b"], ["a\0"], ["a", ""]] {
            #expect(throws: FileError.self, "\(path)") { try target.create(path.map(\.bytes)) }
        }
        let deep = [[UInt8]](repeating: "a".bytes, count: 4097)
        #expect(throws: FileError.self) { try target.create(deep) }
        #expect(try folder.names() == ["out"] && folder.names(in: "out") == ["data"])
    }

    @Test func `nothing is overwritten and no link is followed on the way`() throws {
        let folder = try ScratchFolder()
        try folder.write("elsewhere/a", "old")
        try folder.write("out/taken", "old")
        try folder.link("out/folder", to: "../elsewhere")
        try folder.link("out/file", to: "../elsewhere/b")
        let target = try SafeDirectory(path: folder.path("out"))
        for path in [["taken"], ["taken", "x"], ["folder", "b"], ["folder", "a"], ["file"], ["folder"]] {
            #expect(throws: FileError.self, "\(path)") { try target.create(path.map(\.bytes)) }
        }
        #expect(folder.text("out/taken") == "old")
        #expect(folder.text("elsewhere/b") == nil)
    }

    @Test func `a file that is not finished is removed`() throws {
        let folder = try ScratchFolder()
        let target = try SafeDirectory(path: folder.path("out"))
        do {
            let file = try target.create(["a".bytes])
            try file.append([1])
        }
        #expect(folder.text("out/a") == nil)
        try target.create(["a".bytes]).finish(synchronize: true)
        #expect(folder.text("out/a") == "")
    }
}
