// The names of the files of a seal, and what seal makes of folders that are none.

import Bytes
import Foundation
import Testing

@testable import Mailseal

struct SealNamesTests {
    @Test(arguments: [
        "checkpoint", "checkpoint.note", "checkpoint.sshsig", "README.txt", "SEAL", "SEAL.512", "SEAL-2", "SEAL-999",
        "SEAL.freetsa.org.tsr", "SEAL.a.tsq", "SEAL.127.0.0.1-2.chain.pem", "SEAL-3.tsa.example.crls.pem",
        "SEAL.512-2.tsr", "SEAL.tsr.tsr",
    ])
    func `a name of a seal is read and written`(name: String) throws {
        #expect(try #require(SealFileName(name.bytes)).text == name)
    }

    @Test(arguments: [
        "", "seal", "Checkpoint", "SEAL-1", "SEAL-02", "SEAL-1000", "SEAL-+2", "SEAL-", "SEAL.", "SEAL.tsr",
        "SEAL.512.tsr",
        "SEAL..tsr", "SEAL.A.tsr", "SEAL.-a.tsr", "SEAL..a.tsr", "SEAL.a b.tsr", "SEAL.\u{E9}.tsr", "SEAL.a.pem",
        "SEAL.a.tsr~", "SEAL-2.512", "SEAL.\(String(repeating: "a", count: 201)).tsr", "../checkpoint",
    ])
    func `another name is none`(name: String) { #expect(SealFileName(name.bytes) == nil) }

    @Test(arguments: [
        ("https://freetsa.org/tsr", "freetsa.org"), ("http://TSA.Example:8080/a?b#c", "tsa.example"),
        ("http://user:word@tsa.example/x", "tsa.example"), ("http://[::1]:80/", "1"), ("http://512/", "tsa-512"),
        ("http://a_b/", "a-b"), ("http://-/", "tsa-"), ("http://a?x", "a"),
    ])
    func `an authority is named by the host of its address`(url: String, name: String) {
        #expect(SealFileName.authority(of: url) == name)
        #expect(SealFileName.isAuthority(name))
    }

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
        #expect(draft.names == [.checkpoint] && draft.unexpected == ["notes.txt".bytes])
        try bench.run("ln -s checkpoint a.seal/SEAL")
        #expect(throws: (any Error).self) { try SealDraft(path: bench.path("a.seal")) }
    }
}
