// The folder that seal makes and adds to, and what it makes of folders that are none.

import Bytes
import Foundation
import ScratchFolders
import Sealing
import Testing

@testable import Mailseal

struct SealDraftTests {
    @Test(arguments: [
        ("/x/mail.tar.gz", "/x/mail.seal"), ("mail.tar.gz", "mail.seal"), ("mail", "mail.seal"),
        (".tar.gz", ".tar.gz.seal"),
    ])
    func `the folder stands beside the bundle`(bundle: String, folder: String) {
        #expect(Seal.folder(of: bundle.bytes) == folder.bytes)
    }

    @Test func `a draft adds files and changes none`() throws {
        let bench = try CreateWorkbench()
        var draft = try SealDraft(path: bench.path("a.seal"))
        try draft.add(.checkpoint, "one\n".bytes)
        #expect(throws: MailsealError.self) { try draft.add(.checkpoint, "two\n".bytes) }
        #expect(throws: MailsealError.self) { try draft.add(.note, [UInt8](repeating: 0x61, count: 1 << 16 + 1)) }
        #expect(try bench.names() == [])
        try draft.commit()
        #expect(try bench.names() == ["a.seal"] && bench.names(in: "a.seal") == ["checkpoint"])
        var later = try SealDraft(path: bench.path("a.seal"))
        #expect(!later.isNew && later[.checkpoint] == "one\n".bytes)
        try later.add(.list(1), [])
        try bench.write("a.seal/SEAL", "taken")
        #expect(throws: (any Error).self) { try later.commit() }
        #expect(try bench.names(in: "a.seal") == ["SEAL", "checkpoint"] && bench.read("a.seal/SEAL") == "taken".bytes)
    }

    @Test func `a second stamp of an authority gets a name that a seal can have`() throws {
        let bench = try CreateWorkbench()
        var draft = try SealDraft(path: bench.path("a.seal"))
        let long = String(repeating: "a", count: SealFolderName.longestAuthority)
        for (name, second) in [("tsa.example", "tsa.example-2"), (long, String(long.dropLast(2)) + "-2")] {
            #expect(draft.freeStamp(name, list: 1).authority == name)
            try draft.add(.stamp(draft.freeStamp(name, list: 1), .request), [])
            #expect(draft.freeStamp(name, list: 1).authority == second && SealFolderName.isAuthority(second))
        }
    }

    @Test func `a folder that came into being meanwhile is not replaced`() throws {
        let bench = try CreateWorkbench()
        var draft = try SealDraft(path: bench.path("a.seal"))
        try draft.add(.checkpoint, [])
        try bench.write("a.seal/mine", "mine")
        #expect(throws: (any Error).self) { try draft.commit() }
        #expect(try bench.names() == ["a.seal"] && bench.names(in: "a.seal") == ["mine"])
    }

    @Test func `names that no seal has are passed over, and links refused`() throws {
        let bench = try CreateWorkbench()
        try bench.write("a.seal/checkpoint", "one\n")
        try bench.write("a.seal/notes.txt", "mine")
        let draft = try SealDraft(path: bench.path("a.seal"))
        #expect(draft.folder.names == [.checkpoint] && draft.unexpected == ["notes.txt".bytes])
        try bench.run("ln -s checkpoint a.seal/SEAL")
        #expect(throws: (any Error).self) { try SealDraft(path: bench.path("a.seal")) }
    }
}
