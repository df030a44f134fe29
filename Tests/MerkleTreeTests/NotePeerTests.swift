import Bytes
import Foundation
import MerkleTree
import ScratchFolders
import Testing

/// Go's `golang.org/x/mod/sumdb/note`, which the format comes from.
@Suite struct NotePeerTests {
    private static let text = "newsroom.example/archives/1\n5\nisDR5Guwm3OsZ8/NgC+e2ekkGGAhi5QxRYh+7/TMNoE=\n"

    /// The program of Tests/Peers/note.go, or nil when this machine cannot make it.
    private static let program: String? = {
        let root = URL(filePath: #filePath).appending(path: "../../..").standardized
        let sources = "/usr/share/gocode/src/golang.org/x/mod/sumdb/note"
        let program = root.path + "/.build/peers/note"
        let environment = [
            "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": root.path + "/.build/peers/cache",
        ]
        guard FileManager.default.fileExists(atPath: sources),
            let built = try? ProgramRun(
                ["go", "build", "-o", program, root.path + "/Tests/Peers/note.go"], environment: environment),
            built.status == 0
        else {
            print("Go or its package golang.org/x/mod is missing: the comparison with it steps aside")
            return nil
        }
        return program
    }()

    private func ownKey() throws -> NoteSignerKey {
        try NoteSignerKey(name: "newsroom.example/archives/1".bytes, seed: Array(0..<32))
    }

    @Test func `Go opens a note of ours with our key, and no other one`() throws {
        guard let program = Self.program else { return }
        let key = try ownKey()
        let note = try SignedNote(text: Self.text.bytes, signatures: [key.sign(Self.text.bytes)]).bytes
        let opened = try ProgramRun([program, "open", key.verifierKey.description], input: note)
        #expect(opened.output == "newsroom.example/archives/1\n")
        #expect(opened.status == 0)
        var changed = note
        changed[0] ^= 1
        #expect(try ProgramRun([program, "open", key.verifierKey.description], input: changed).status == 1)
    }

    @Test func `Go signs with our key file, to the byte as we do`() throws {
        guard let program = Self.program else { return }
        let key = try ownKey()
        let folder = try ScratchFolder()
        let file = try folder.write("key", key.text + [0x0A]).displayText
        let signed = try ProgramRun([program, "sign", file], input: Self.text.bytes)
        let ours = try SignedNote(text: Self.text.bytes, signatures: [key.sign(Self.text.bytes)]).bytes
        #expect(signed.output == ours.displayText)
    }

    @Test func `openssl verifies a note with the commands of the document`() throws {
        let page = URL(filePath: #filePath).appending(path: "../../../Docs/seals.md").standardized
        let text = try String(contentsOf: page, encoding: .utf8)
        let section = try #require(text.split(separator: "\n## The signed note\n").last)
        let commands = try #require(
            section.split(separator: "```sh\n").dropFirst().first?.split(separator: "```").first)
        let folder = try ScratchFolder()
        let key = try ownKey()
        let note = try SignedNote(text: Self.text.bytes, signatures: [key.sign(Self.text.bytes)]).bytes
        try folder.write("checkpoint.note", note)
        try folder.write("checkpoint", Self.text)
        let script = "VKEY='\(key.verifierKey)'\n\(commands)"
        let sound = try folder.attempt(script)
        #expect(sound.output == "the note is about this checkpoint\nSignature Verified Successfully\n")
        var changed = note
        changed[note.count - 10] ^= 1
        try folder.write("checkpoint.note", changed)
        #expect(try folder.attempt(script).status != 0)
    }

    @Test func `a key that Go makes is ours too`() throws {
        guard let program = Self.program else { return }
        let lines = try ProgramRun([program, "new", "example.org/log"]).output.split(separator: "\n").map(String.init)
        try #require(lines.count == 2)
        let key = try NoteSignerKey(parsing: lines[0].bytes)
        #expect(key.text.displayText == lines[0])
        #expect(key.verifierKey == (try NoteVerifierKey(parsing: lines[1].bytes)))
    }

    @Test func `a note of Go with two signatures is ours too`() throws {
        guard let program = Self.program else { return }
        let keys = [try ownKey(), try NoteSignerKey(name: "b".bytes, seed: [UInt8](repeating: 9, count: 32))]
        let note = try SignedNote(text: Self.text.bytes, signatures: keys.map { try $0.sign(Self.text.bytes) })
        let opened = try ProgramRun([program, "open"] + keys.map(\.verifierKey.description), input: note.bytes)
        #expect(opened.output == "newsroom.example/archives/1\nb\n")
        #expect(note.check(with: keys.map(\.verifierKey)) == .verified(keys.map(\.verifierKey)))
        // One known signature of two is enough for both.
        #expect(try ProgramRun([program, "open", keys[1].verifierKey.description], input: note.bytes).output == "b\n")
        #expect(note.check(with: [keys[1].verifierKey]) == .verified([keys[1].verifierKey]))
    }

    @Test(arguments: [
        "a\n", "a\n\n", "b\n\n", "a\n\n\n", "a\n\n\u{2014} b AAAAAAAA\n", "a\n\n\u{2014} b AAAAAA==\n",
        "a\n\n\u{2014} b AAAAAAA=\n",
        "a\n\n\u{2014} b c AAAAAAAA\n", "a\n\n\u{2014} b+c AAAAAAAA\n", "a\n\n- b AAAAAAAA\n",
        "a\n\n\u{2014} \u{7F} AAAAAAAA\n",
        "a\n\n\u{2014} b\u{A0} AAAAAAAA\n", "a\n\n\u{2014} b\u{200B} AAAAAAAA\n", "a\n\n\u{2014} b\u{3000} AAAAAAAA\n",
        "a\n\n\u{2014}  AAAAAAAA\n", "a\n\n\u{2014} b\tAAAAAAAA\n", "a\n\n\u{2014} b AAAAAAAA \n",
    ])
    func `Go and we agree about what is a note`(text: String) throws {
        guard let program = Self.program else { return }
        // With a good signature of a known key added, Go accepts all whose form is right.
        let key = try ownKey()
        let signature = (try? key.sign("a\n".bytes))?.line ?? []
        let note = text.bytes + signature
        let opened = try ProgramRun([program, "open", key.verifierKey.description], input: note)
        let read = try? SignedNote(parsing: note)
        let isVerified = read?.check(with: [key.verifierKey]) == .verified([key.verifierKey])
        #expect((opened.status == 0) == isVerified)
    }
}
