// Archives whose lines are salted.

import Bytes
import Cryptography
import Manifest
import MerkleTree
import SampleArchive
import ScratchFolders
import Testing

@testable import Mailseal

struct SaltTests {
    private let bench: VerifyBench
    private let seed: [UInt8]

    init() throws {
        bench = try VerifyBench()
        seed = try bench.write("seed", (0..<32).map { UInt8($0) })
        try bench.write("leak/1.eml", Mails.generated(.verified))
        try bench.write("leak/2.eml", Mails.attached)
        try bench.write("leak/all.mbox", Mails.mailbox([Mails.plain(4, lineEnd: "\n"), Mails.plain(5, lineEnd: "\n")]))
    }

    private func salted(keys: Bool = true, seed: [UInt8]? = nil) async throws -> [UInt8] {
        try await bench.bundle(of: ["leak"], keys: keys) {
            $0.seedFile = seed ?? self.seed
            $0.origin = "newsroom.example/archives/1".bytes
        }
    }

    private func open(_ bytes: [UInt8]) throws -> Bundle { try Bundle(path: try bench.write("open.tar.gz", bytes)) }

    private func lines(of bundle: Bundle) throws -> [[UInt8]] {
        var texts: [[UInt8]] = []
        var lines = bundle.unread()
        while let line = try lines.next() { texts.append(line.text) }
        return texts
    }

    @Test func `every line starts with its salt, and the bundle verifies`() async throws {
        let made = try await salted()
        let salts = try #require(
            LineSalts(seed: (0..<32).map { UInt8($0) }, origin: "newsroom.example/archives/1".bytes))
        let texts = try lines(of: try open(made))
        for (leaf, text) in texts.enumerated() {
            #expect(text.starts(with: "{\"salt\":\"\(salts.salt(ofLeaf: leaf))\",\"type\":\"".utf8))
        }
        let report = try await bench.verify(made)
        #expect(report.verdict == .consistent && report.findings == [])
        #expect(report.counts.messages == 4)
    }

    @Test func `the same seed gives the same bytes, another seed other salts and the same facts`() async throws {
        let other = try bench.write("other", String(repeating: "0a", count: 32).bytes + [0x0A])
        let (first, again, different) = (
            try await salted(), try await salted(), try await salted(seed: other)
        )
        #expect(first == again)
        #expect(first != different)
        let (a, b) = (try bench.write("a.tar.gz", first), try bench.write("b.tar.gz", different))
        let report = try await Diff.run(DiffOptions(a: a, b: b))
        #expect(report.verdict == .same && report.classes.same == 4 && report.sections.isEmpty)
    }

    @Test func `messages are found, shown and proven as in any bundle`() async throws {
        let bundle = try open(try await salted())
        for number in 1...4 {
            let shown = try #require(try Show.run(bundle, .number(number), everywhere: true))
            #expect(shown.places.count == 1 && shown.findings == [])
            let byDigest = try Show.run(bundle, .digest(shown.line.sha256))
            #expect(byDigest?.leaf == shown.leaf)
            let made = try #require(try Prove.run(bundle, .message(.number(number))))
            var options = ProofCheckOptions()
            options.file = try bench.write("file", shown.bytes)
            options.pin = bundle.root
            #expect(try ProofCheck.run(made.proof.text, options).verdict == .proven)
        }
    }

    @Test func `only its own seed extends it`() async throws {
        let made = try await salted(keys: false)
        let extended = try #require(try await bench.extend(made, Mails.keyLines) { $0.seedFile = seed })
        #expect(try await bench.verify(extended).findings == [])
        #expect(try lines(of: try open(extended)).allSatisfy { LineSalt.isIn($0) })
        let other = try bench.write("other", [UInt8](repeating: 7, count: 32))
        for file in [nil, other] {
            await #expect(throws: MailsealError.self) {
                try await bench.extend(made, Mails.keyLines) { $0.seedFile = file }
            }
        }
        let plain = try await bench.bundle(of: ["leak"], keys: false)
        await #expect(throws: MailsealError.self) {
            try await bench.extend(plain, Mails.keyLines) { $0.seedFile = seed }
        }
    }

    @Test(arguments: ["", "short", String(repeating: "0", count: 63), String(repeating: "x", count: 64)])
    func `a file that holds no seed is refused`(text: String) async throws {
        let file = try bench.write("bad", text.bytes)
        await #expect(throws: MailsealError.self) { try await salted(seed: file) }
    }

    @Test func `a seed within a source is refused, since it would be packed`() async throws {
        let inside = try bench.write("leak/seed", [UInt8](repeating: 1, count: 32))
        await #expect(throws: MailsealError.self) { try await salted(seed: inside) }
    }

    @Test func `a seed without an origin is refused`() async throws {
        await #expect(throws: MailsealError.self) {
            try await bench.bundle(of: ["leak"]) { $0.seedFile = seed }
        }
    }
}
