import Bytes
import Cryptography
import Foundation
import MerkleTree
import ScratchFolders
import Testing

/// A proof of the third of five leaves.
private func sample(extra: [UInt8]? = "leaf 2".bytes, signature: String = "") throws -> LogProof {
    let tree = Tree(leafHashes: (0..<5).map { TreeHash.leaf("leaf \($0)".bytes) })
    let checkpoint = try #require(Checkpoint(origin: "example.org/leak".bytes, size: 5, root: tree.root))
    let hashes = try #require(tree.inclusionProof(of: 2)).hashes
    return try #require(
        LogProof(extra: extra, index: 2, hashes: hashes, signedCheckpoint: checkpoint.text + signature.bytes))
}

@Suite struct LogProofTests {
    private static let signature = "\n— example.org/leak AAAA\n"

    @Test(arguments: [nil, "", "leaf 2", "\u{0}\n\n—"], ["", signature])
    func `a proof reads back as it was written`(extra: String?, signature: String) throws {
        let proof = try sample(extra: extra?.bytes, signature: signature)
        #expect(try LogProof(parsing: proof.text) == proof)
        #expect(proof.checkpoint.size == 5)
        #expect(proof.verify(leafHash: TreeHash.leaf("leaf 2".bytes)))
    }

    @Test func `the text is the one of the specification`() throws {
        let proof = try sample()
        let lines = proof.text.displayText.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0] == "c2sp.org/tlog-proof@v1")
        #expect(lines[1] == "extra bGVhZiAy")
        #expect(lines[2] == "index 2")
        #expect(lines[3..<6].allSatisfy { $0.count == 44 })
        #expect(lines[6].isEmpty && lines[7] == "example.org/leak" && lines[8] == "5")
    }

    @Test func `no other leaf has the proof`() throws {
        let proof = try sample()
        for other in [0, 1, 3, 4] { #expect(!proof.verify(leafHash: TreeHash.leaf("leaf \(other)".bytes))) }
    }

    @Test func `every changed byte is refused or proves nothing`() throws {
        let text = try sample().text
        let leaf = TreeHash.leaf("leaf 2".bytes)
        // What a proof holds besides the proof: the data of the leaf, and whose tree it is.
        let origin = text.count - "example.org/leak\n5\n".utf8.count - 45..<text.count - "\n5\n".utf8.count - 45
        let free = [LogProof.header.count + 7..<LogProof.header.count + 16, origin]
        for place in text.indices where !free.contains(where: { $0.contains(place) }) {
            var changed = text
            changed[place] ^= 1
            let proof = try? LogProof(parsing: changed)
            #expect(proof?.verify(leafHash: leaf) != true, "byte \(place)")
        }
    }

    @Test func `every shortened text is refused`() throws {
        let text = try sample().text
        for count in text.indices {
            #expect(throws: LogProofError.self) { try LogProof(parsing: Array(text[..<count])) }
        }
    }

    @Test(arguments: [
        ("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2", 1), ("extra ", "extra  ", 2), ("extra b", "extra ?", 2),
        ("index 2", "index 02", 3), ("index 2", "index -2", 3), ("index 2", "index", 3),
        ("index 2\n", "index 2\r\n", 3),
        ("extra ", "other ", 2), ("\n\nexample", "\n \nexample", 7), ("\n5\n", "\n5\n\n", 8), ("=\n\n", "\n\n", 6),
        ("index 2\n", "index 2\nAA==\n", 4), ("\nexample.org/leak\n", "\n", 8),
    ])
    func `a text that departs from the form is refused with its line`(part: String, other: String, line: Int) throws {
        let text = try sample().text.displayText.replacing(part, with: other, maxReplacements: 1)
        do {
            _ = try LogProof(parsing: text.bytes)
            Issue.record("not refused: \(text)")
        } catch { #expect(error.description.contains("at line \(line), expected"), "\(error)") }
    }

    @Test func `too many hashes and too long a text are refused`() throws {
        let hash = String(repeating: "A", count: 43) + "=\n"
        let checkpoint = "example.org/leak\n5\n\(hash)"
        func text(_ count: Int) -> String {
            "c2sp.org/tlog-proof@v1\nindex 2\n\(String(repeating: hash, count: count))\n\(checkpoint)"
        }
        #expect(try LogProof(parsing: text(63).bytes).hashes.count == 63)
        #expect(throws: LogProofError.self) { try LogProof(parsing: text(64).bytes) }
        let long = [UInt8](repeating: 0x0A, count: LogProof.sizeLimit + 1)
        #expect(throws: LogProofError.tooLong(bytes: long.count)) { try LogProof(parsing: long) }
    }
}

@Suite struct PeerProofTests {
    private static let package = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Compiles the Go program of Tests/Peers/tlog.go; nil where there is no Go or no golang.org/x/mod.
    private static func peer(in folder: ScratchFolder) throws -> String? {
        let command = ["go", "build", "-o", "tlog", "\(package.path)/Tests/Peers/tlog.go"]
        let environment = ["GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": ""]
        guard try ProgramRun(command, in: folder.root, environment: environment).status == 0 else {
            print("no go or golang.org/x/mod on this machine: the test steps aside")
            return nil
        }
        return folder.root + "/tlog"
    }

    private func base64(_ digest: Digest) -> String { Base64.encode(digest.bytes).displayText }

    @Test func `Go's tlog takes our proofs, and no other`() throws {
        let folder = try ScratchFolder()
        guard let peer = try Self.peer(in: folder) else { return }
        let leaves = (0..<300).map { TreeHash.leaf("leaf \($0)".bytes) }
        for size in [1, 2, 7, 255, 256, 257, 300] {
            let tree = Tree(leafHashes: Array(leaves[..<size]))
            for index in Set([0, size / 3, size / 2, size - 1]) {
                let proof = try #require(tree.inclusionProof(of: index))
                let arguments = ["\(size)", base64(tree.root), "\(index)"]
                let hashes = proof.hashes.map(base64)
                let taken = try ProgramRun([peer, "record"] + arguments + [base64(leaves[index])] + hashes)
                #expect(taken.status == 0 && taken.output == "ok\n", "\(size) \(index): \(taken)")
                let other = try ProgramRun([peer, "record"] + arguments + [base64(TreeHash.empty)] + hashes)
                #expect(other.status == 1)
            }
            for old in Set([1, max(1, size / 2), max(1, size - 1), size]) {
                let oldRoot = Tree(leafHashes: Array(leaves[..<old])).root
                let proof = try #require(tree.consistencyProof(from: old))
                let arguments = [peer, "tree", "\(size)", base64(tree.root), "\(old)"]
                let hashes = proof.hashes.map(base64)
                let taken = try ProgramRun(arguments + [base64(oldRoot)] + hashes)
                #expect(taken.status == 0, "\(size) \(old): \(taken)")
                #expect(try ProgramRun(arguments + [base64(TreeHash.empty)] + hashes).status == 1)
            }
        }
    }
}
