import Bytes
import Foundation
import MerkleTree
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
            let built = try? run(
                ["go", "build", "-o", program, root.path + "/Tests/Peers/note.go"], environment: environment),
            built.status == 0
        else {
            print("Go or its package golang.org/x/mod is missing: the comparison with it steps aside")
            return nil
        }
        return program
    }()

    private static func run(
        _ command: [String], input: [UInt8] = [], environment: [String: String] = [:]
    ) throws -> (output: String, status: Int32) {
        let (process, entry, output) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = entry
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        // Shorter than what a pipe holds, so that nobody waits.
        try entry.fileHandleForWriting.write(contentsOf: Data(input))
        try entry.fileHandleForWriting.close()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (String(decoding: text, as: UTF8.self), process.terminationStatus)
    }

    private func ownKey() throws -> NoteSignerKey {
        try NoteSignerKey(name: "newsroom.example/archives/1".bytes, seed: Array(0..<32))
    }

    @Test func `Go opens a note of ours with our key, and no other one`() throws {
        guard let program = Self.program else { return }
        let key = try ownKey()
        let note = try SignedNote(text: Self.text.bytes, signatures: [key.sign(Self.text.bytes)]).bytes
        let opened = try Self.run([program, "open", key.verifierKey.description], input: note)
        #expect(opened.output == "newsroom.example/archives/1\n")
        #expect(opened.status == 0)
        var changed = note
        changed[0] ^= 1
        #expect(try Self.run([program, "open", key.verifierKey.description], input: changed).status == 1)
    }

    @Test func `Go signs with our key file, to the byte as we do`() throws {
        guard let program = Self.program else { return }
        let key = try ownKey()
        let file = FileManager.default.temporaryDirectory.path + "/mailseal-note-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try Data(key.text + [0x0A]).write(to: URL(filePath: file))
        let signed = try Self.run([program, "sign", file], input: Self.text.bytes)
        let ours = try SignedNote(text: Self.text.bytes, signatures: [key.sign(Self.text.bytes)]).bytes
        #expect(signed.output == ours.displayText)
    }

    @Test func `openssl verifies a note with the commands of the document`() throws {
        let page = URL(filePath: #filePath).appending(path: "../../../Docs/seals.md").standardized
        let text = try String(contentsOf: page, encoding: .utf8)
        let section = try #require(text.split(separator: "\n## The signed note\n").last)
        let commands = try #require(
            section.split(separator: "```sh\n").dropFirst().first?.split(separator: "```").first)
        let folder = FileManager.default.temporaryDirectory.path + "/mailseal-note-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let key = try ownKey()
        let note = try SignedNote(text: Self.text.bytes, signatures: [key.sign(Self.text.bytes)]).bytes
        try Data(note).write(to: URL(filePath: folder + "/checkpoint.note"))
        try Data(Self.text.utf8).write(to: URL(filePath: folder + "/checkpoint"))
        let script = "cd \(folder); VKEY='\(key.verifierKey)'\n\(commands)"
        let sound = try Self.run(["bash", "-euc", script])
        #expect(sound.output == "the note is about this checkpoint\nSignature Verified Successfully\n")
        var changed = note
        changed[note.count - 10] ^= 1
        try Data(changed).write(to: URL(filePath: folder + "/checkpoint.note"))
        #expect(try Self.run(["bash", "-euc", script]).status != 0)
    }

    @Test func `a key that Go makes is ours too`() throws {
        guard let program = Self.program else { return }
        let lines = try Self.run([program, "new", "example.org/log"]).output.split(separator: "\n").map(String.init)
        try #require(lines.count == 2)
        let key = try NoteSignerKey(parsing: lines[0].bytes)
        #expect(key.text.displayText == lines[0])
        #expect(key.verifierKey == (try NoteVerifierKey(parsing: lines[1].bytes)))
    }

    @Test func `a note of Go with two signatures is ours too`() throws {
        guard let program = Self.program else { return }
        let keys = [try ownKey(), try NoteSignerKey(name: "b".bytes, seed: [UInt8](repeating: 9, count: 32))]
        let note = try SignedNote(text: Self.text.bytes, signatures: keys.map { try $0.sign(Self.text.bytes) })
        let opened = try Self.run([program, "open"] + keys.map(\.verifierKey.description), input: note.bytes)
        #expect(opened.output == "newsroom.example/archives/1\nb\n")
        #expect(note.check(with: keys.map(\.verifierKey)) == .verified(keys.map(\.verifierKey)))
        // One known signature of two is enough for both.
        #expect(try Self.run([program, "open", keys[1].verifierKey.description], input: note.bytes).output == "b\n")
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
        let opened = try Self.run([program, "open", key.verifierKey.description], input: note)
        let read = try? SignedNote(parsing: note)
        let isVerified = read?.check(with: [key.verifierKey]) == .verified([key.verifierKey])
        #expect((opened.status == 0) == isVerified)
    }
}
