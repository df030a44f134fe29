// Proofs of single messages, attachments and lines, and their checks without the bundle.

import Bytes
import Cryptography
import Manifest
import MerkleTree
import SampleArchive
import ScratchFolders
import Testing

@testable import Mailseal

struct ProveTests {
    private let bench: VerifyBench

    init() throws {
        bench = try VerifyBench()
        try bench.write("leak/1.eml", Mails.plain(1))
        try bench.write("leak/2.eml", Mails.attached)
        try bench.write("leak/3.eml", Mails.eightBit)
        try bench.write("leak/note.txt", "not mail\n".bytes)
        try bench.write("leak/all.mbox", Mails.mailbox([Mails.plain(4, lineEnd: "\n"), Mails.plain(5, lineEnd: "\n")]))
    }

    private func bundle() async throws -> Bundle {
        try Bundle(path: try bench.write("made.tar.gz", try await bench.bundle(of: ["leak"], keys: false)))
    }

    private func check(
        _ made: MadeProof, _ file: [UInt8]? = nil, root: RootReference? = nil
    ) throws -> ProofReport {
        var options = ProofCheckOptions()
        options.file = try file.map { try bench.write("file", $0) }
        options.pin = root
        return try ProofCheck.run(made.proof.text, options)
    }

    @Test func `every message is proven by its own bytes and by no others`() async throws {
        let bundle = try await bundle()
        for number in 1...bundle.end.messages {
            let made = try #require(try Prove.run(bundle, .message(.number(number))))
            let bytes = try #require(try Show.bytes(bundle, .number(number)))
            #expect(made.message == number)
            #expect(try check(made, bytes, root: bundle.root).verdict == .proven)
            #expect(try check(made, bytes).verdict == .consistent)
            let other = try check(made, bytes + [0x21], root: bundle.root)
            #expect(other.verdict == .notProven && other.findings.map(\.code) == ["proof-of-other"])
        }
    }

    @Test func `a message is found by digest and Message-ID too`() async throws {
        let bundle = try await bundle()
        let attached = MessageReference.digest(Digest(hashing: Mails.attached))
        let byDigest = try #require(try Prove.run(bundle, .message(attached)))
        let byID = try #require(try Prove.run(bundle, .message(.messageID("attached@example.org".bytes))))
        #expect(byDigest.proof == byID.proof)
    }

    @Test func `an attachment is proven by its decoded bytes`() async throws {
        let bundle = try await bundle()
        let message = MessageReference.digest(Digest(hashing: Mails.attached))
        let made = try #require(try Prove.run(bundle, .attachment(message, part: "2")))
        #expect(try check(made, Array(0..<10), root: bundle.root).verdict == .proven)
        #expect(try check(made, Array(0..<9), root: bundle.root).verdict == .notProven)
        #expect(try Prove.run(bundle, .attachment(message, part: "1")) == nil)
        #expect(try Prove.run(bundle, .attachment(.number(1), part: "2")) == nil)
    }

    @Test func `every line is proven, and no line is there beyond the last`() async throws {
        let bundle = try await bundle()
        for leaf in 0..<bundle.lineCount {
            let made = try #require(try Prove.run(bundle, .line(leaf)))
            let report = try check(made, root: bundle.root)
            #expect(report.verdict == .proven && report.leaf == leaf && report.line == made.line)
        }
        #expect(try Prove.run(bundle, .line(bundle.lineCount)) == nil)
        #expect(try Prove.run(bundle, .line(-1)) == nil)
    }

    @Test func `other files and mailboxes are proven by their line`() async throws {
        let bundle = try await bundle()
        var proven: [String] = []
        for leaf in 0..<bundle.lineCount {
            let made = try #require(try Prove.run(bundle, .line(leaf)))
            for (name, bytes) in [
                ("note", "not mail\n".bytes), ("mailbox", try bench.read("leak/all.mbox")),
            ] where try check(made, bytes).verdict == .consistent { proven.append(name) }
        }
        #expect(proven.sorted() == ["mailbox", "note"])
    }

    @Test func `a file with other line ends is told which ones it lacks`() async throws {
        let bundle = try await bundle()
        let made = try #require(try Prove.run(bundle, .message(.digest(Digest(hashing: Mails.plain(1))))))
        let report = try check(made, Mails.plain(1, lineEnd: "\n"))
        #expect(report.findings.first?.detail.hasSuffix("; with CRLF line ends it would be the one") == true)
        let bare = try #require(
            try Prove.run(bundle, .message(.digest(Digest(hashing: Mails.plain(4, lineEnd: "\n"))))))
        let other = try check(bare, Mails.plain(4))
        #expect(other.findings.first?.detail.hasSuffix("; with LF line ends it would be the one") == true)
    }

    /// The check of a file against a proof whose tree has one line.
    private func check(_ file: [UInt8], onlyLine line: [UInt8]) throws -> ProofReport {
        let checkpoint = try #require(Checkpoint(origin: "o".bytes, size: 1, root: TreeHash.leaf(line)))
        let proof = try #require(LogProof(extra: line, index: 0, hashes: [], signedCheckpoint: checkpoint.text))
        var options = ProofCheckOptions()
        options.file = try bench.write("file", file)
        return try ProofCheck.run(proof.text, options)
    }

    @Test func `a line of another size is not proven, whatever its digest`() async throws {
        let bundle = try await bundle()
        let made = try #require(try Prove.run(bundle, .message(.digest(Digest(hashing: Mails.plain(1))))))
        let size = "\"size\":\(Mails.plain(1).count)"
        #expect(try check(Mails.plain(1), onlyLine: made.line.bytes).verdict == .consistent)
        for other in ["\"size\":0", "\"size\":\(Mails.plain(1).count + 5)", "\"size\":9007199254740991"] {
            let line = made.line.bytes.displayText.replacing(size, with: other).bytes
            let report = try check(Mails.plain(1), onlyLine: line)
            #expect(report.verdict == .notProven && report.findings.map(\.code) == ["proof-of-other"], "\(other)")
        }
    }

    @Test func `what a redacted bundle has in the place of a line is none`() async throws {
        let bundle = try await bundle()
        let made = try #require(try Prove.run(bundle, .message(.digest(Digest(hashing: Mails.plain(1))))))
        let withheld = ManifestLine.withheld(TreeHash.leaf(made.line.bytes)).bytes
        for text in [withheld, [0x2D] + made.line.bytes] {
            let report = try check(Mails.plain(1), onlyLine: text)
            #expect(report.verdict == .notProven && report.line == nil)
            #expect(report.findings.map(\.code) == ["line-malformed", "proof-of-other"])
        }
    }

    @Test func `another root is refused`() async throws {
        let bundle = try await bundle()
        let made = try #require(try Prove.run(bundle, .line(0)))
        let other = RootReference(size: bundle.lineCount, root: TreeHash.empty)
        #expect(try check(made, root: other).findings.map(\.code) == ["pin-differs"])
    }

    @Test func `a proof whose line or hashes were changed is broken`() async throws {
        let bundle = try await bundle()
        let made = try #require(try Prove.run(bundle, .message(.number(1))))
        let line = made.line.bytes.displayText.replacing("Number 1", with: "Number 2").bytes
        for (extra, hashes) in [
            (line, made.proof.hashes), (made.line.bytes, made.proof.hashes.reversed()), (nil, made.proof.hashes),
        ] as [([UInt8]?, [Digest])] {
            let forged = try #require(
                LogProof(
                    extra: extra, index: made.proof.index, hashes: hashes,
                    signedCheckpoint: made.proof.signedCheckpoint))
            #expect(try ProofCheck.run(forged.text, ProofCheckOptions()).findings.map(\.code).contains("proof-broken"))
        }
    }

    @Test func `a node posing as a line is no line`() throws {
        // The two hashes under a node, as data of a leaf: 65 bytes with their prefix have the node's hash only as a node.
        let leaves = ["a", "b"].map { TreeHash.leaf($0.bytes) }
        let tree = Tree(leafHashes: leaves)
        let checkpoint = try #require(Checkpoint(origin: "o".bytes, size: 1, root: tree.root))
        let posing = [0x01] + leaves[0].bytes + leaves[1].bytes
        let proof = try #require(LogProof(extra: posing, index: 0, hashes: [], signedCheckpoint: checkpoint.text))
        #expect(try ProofCheck.run(proof.text, ProofCheckOptions()).verdict == .notProven)
    }

    @Test func `a checkpoint of another bundle is not put into a proof`() async throws {
        let bundle = try await bundle()
        let other = try #require(Checkpoint(origin: bundle.checkpoint.origin, size: 1, root: TreeHash.empty))
        #expect(throws: MailsealError.self) { try Prove.run(bundle, .line(0), signedCheckpoint: other.text) }
    }
}

struct ConsistencyTests {
    private let bench: VerifyBench

    init() throws { bench = try VerifyBench() }

    private func bundle(of mails: [Int], origin: String = "example.org/a") async throws -> [UInt8] {
        let folder = mails.map(String.init).joined(separator: "-")
        for number in mails { try bench.write("\(folder)/leak/\(number).eml", Mails.plain(number)) }
        return try await bench.bundle(of: ["\(folder)/leak"], keys: false) { $0.origin = origin.bytes }
    }

    private func verdict(_ old: [UInt8], _ new: [UInt8]) throws -> ConsistencyReport {
        let old = try bench.write("old.tar.gz", old)
        return try Consistency.run(
            of: try Bundle(path: try bench.write("new.tar.gz", new)), with: try Consistency.checkpoint(of: old))
    }

    @Test func `an edition extends the one before, and not the other way round`() async throws {
        try bench.write("leak/1.eml", Mails.generated(.verified))
        let first = try await bench.bundle(of: ["leak"], keys: false)
        let second = try #require(try await bench.extend(first, Mails.keyLines))
        let report = try verdict(first, second)
        #expect(report.verdict == .extends)
        #expect(report.proof?.verify(oldRoot: report.old.root, newRoot: report.new.root) == true)
        #expect(try verdict(second, first).verdict == .shorter)
        #expect(try verdict(second, second).verdict == .same)
    }

    @Test func `two archives under one origin are a fork, whichever is longer`() async throws {
        let (short, long, equal) = (
            try await bundle(of: [1]), try await bundle(of: [2, 3]), try await bundle(of: [4])
        )
        #expect(try verdict(short, long).verdict == .fork)
        #expect(try verdict(short, equal).verdict == .fork)
    }

    @Test func `diff tells a fork from archives that have nothing in common`() async throws {
        func isFork(_ a: [UInt8], _ b: [UInt8]) async throws -> Bool {
            let (a, b) = (try bench.write("a.tar.gz", a), try bench.write("b.tar.gz", b))
            return try await Diff.run(DiffOptions(a: a, b: b)).isFork
        }
        let (one, two) = (try await bundle(of: [1]), try await bundle(of: [2, 3]))
        #expect(try await isFork(one, two))
        #expect(try await isFork(two, one))
        #expect(try await !isFork(one, one))
        #expect(try await !isFork(one, bundle(of: [2], origin: "example.org/b")))
        // An origin that nobody chose is nobody's.
        let invalid = "mailseal.invalid/sample"
        #expect(try await !isFork(bundle(of: [1], origin: invalid), bundle(of: [2], origin: invalid)))
    }

    @Test func `archives of two origins are expected to have nothing in common`() async throws {
        let other = try await bundle(of: [1], origin: "example.org/b")
        #expect(try verdict(try await bundle(of: [1]), other).verdict == .otherArchive)
    }

    @Test func `a checkpoint of no lines is no older bundle's, and of another root than the empty one it is malformed`()
        async throws
    {
        let new = try await bundle(of: [1])
        let empty = try #require(Checkpoint(origin: "example.org/a".bytes, size: 0, root: TreeHash.empty))
        #expect(throws: MailsealError.self) { try verdict(empty.text, new) }
        let text = "example.org/a\n0\n".bytes + Base64.encode([UInt8](repeating: 0, count: 32)) + "\n".bytes
        #expect(throws: MerkleTreeError.malformedCheckpoint) { try Checkpoint(parsing: text) }
    }

    @Test func `the old one may be a checkpoint, signed or not, or a folder that holds one`() async throws {
        let made = try await bundle(of: [1])
        let bundle = try Bundle(path: try bench.write("b.tar.gz", made))
        let signed = bundle.checkpoint.text + "\n— example.org/a AAAA\n".bytes
        for text in [bundle.checkpoint.text, signed] {
            let path = try bench.write("b.seal/checkpoint", text)
            for path in [path, bench.path("b.seal")] {
                #expect(try Consistency.checkpoint(of: path) == bundle.checkpoint)
            }
        }
        let broken = try bench.write("broken", "example.org/a\n".bytes)
        #expect(throws: MailsealError.self) { try Consistency.checkpoint(of: broken) }
    }
}
