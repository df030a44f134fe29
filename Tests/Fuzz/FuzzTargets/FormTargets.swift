// Texts that have one form: what is taken is written back to the last byte.

import Bytes
import Cryptography
import Intake
import Manifest
import MerkleTree
import Sealing

enum FormTargets {
    /// Reads the lines of a manifest, each on its own, and audits them all.
    static func manifest(_ bytes: [UInt8]) throws {
        var audit = ManifestAudit(isRedacted: bytes.contains(0x7E))
        var payload = Payload()
        var tagFiles = TagFiles()
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map({ Array($0) }) {
            let isSalted = LineSalt.isIn(line)
            guard let read = try? ManifestLine(line) else {
                audit.skipLine()
                continue
            }
            try require(read.bytes(salt: isSalted ? salt(of: line) : nil) == line, "a line is written as it was read")
            try require((try? ManifestLine(read.bytes)) == read, "a line without its salt is the same line")
            audit.follow(read, isSalted: isSalted)
            _ = tagFiles.follow(read, files: payload.files(broughtBy: read))
        }
        audit.finish()
        try require(audit.faultCount >= audit.faults.count, "all faults are counted")
        _ = audit.contentRoot()
        _ = tagFiles.bagInfo(root: RootReference(size: 1, root: Digest(hashing: bytes)))
    }

    private static func salt(of line: [UInt8]) -> Digest? {
        let start = line.first == 0x7B ? 9 : 10
        return Digest(hexadecimal: line.dropFirst(start).prefix(64))
    }

    /// Reads notes, checkpoints, proofs, keys of notes and lists of digests.
    static func note(_ bytes: [UInt8]) throws {
        if let note = try? SignedNote(parsing: bytes) {
            try require(note.bytes == bytes, "a note is written as it was read")
            _ = note.check(with: keys)
        }
        if let checkpoint = try? Checkpoint(parsing: bytes) {
            try require(checkpoint.text == bytes, "a checkpoint is written as it was read")
        }
        _ = Checkpoint.body(of: bytes)
        if let proof = try? LogProof(parsing: bytes) {
            try require(proof.text == bytes, "a proof is written as it was read")
            _ = proof.verify(leafHash: TreeHash.leaf(proof.extra ?? []))
        }
        if let root = try? RootReference(parsing: bytes) {
            try require(root.text == bytes, "a root is written as it was read")
        }
        if let key = try? NoteVerifierKey(parsing: bytes) {
            try require(key.text == bytes, "a key is written as it was read")
        }
        if let key = try? NoteSignerKey(parsing: bytes) {
            try require(key.text == bytes, "a private key is written as it was read")
        }
        for length in [32, 64] {
            guard let list = try? SealFolderList(parsing: bytes, digestLength: length) else { continue }
            let text = list.lines.flatMap { Hexadecimal.encode($0.digest) + "  ".bytes + $0.name + [ASCII.lf] }
            try require(text == bytes, "a list is written as it was read")
        }
        if let name = SealFolderName(bytes) { try require(name.text == bytes, "a file's name is that of its kind") }
        var numbers = bytes.prefix(9).map { Int($0) }
        while numbers.count < 9 { numbers.append(0) }
        try proofs(size: numbers[0], other: numbers[1], bytes)
    }

    private static let keys = [1, 2].compactMap { (seed: UInt8) in
        try? NoteSignerKey(name: "example.org/key".bytes, seed: [UInt8](repeating: seed, count: 32)).verifierKey
    }

    /// Proofs of hashes that nobody made prove nothing.
    private static func proofs(size: Int, other: Int, _ bytes: [UInt8]) throws {
        let hashes = stride(from: 2, to: bytes.count, by: 32).prefix(70).map { Digest(hashing: Array(bytes[$0...])) }
        let root = Digest(hashing: bytes)
        let included = InclusionProof(index: other, size: size, hashes: hashes)
            .verify(leafHash: Digest(hashing: "leaf".bytes), root: root)
        try require(!included, "an invented proof proves nothing")
        let consistent = ConsistencyProof(oldSize: other, newSize: size, hashes: hashes)
            .verify(oldRoot: Digest(hashing: "old".bytes), newRoot: root)
        try require(!consistent, "an invented proof proves nothing")
    }

    /// Reads JSON, retrieval logs, base64, hexadecimal and times.
    static func text(_ bytes: [UInt8]) throws {
        if var log = try? RetrievalLog(bytes) {
            _ = log.statement(forSource: "a".bytes, id: 1)
            _ = (log.sharedPaths, log.unusedPaths)
        }
        if let value = try? JSONText.value(of: bytes) { _ = (value.members, value.elements, value.text) }
        try? JSONText.forEachItem(of: bytes) { _ = $0.content }
        if let decoded = Base64.decode(bytes) {
            try require(Base64.encode(decoded) == bytes, "base64 has one form")
        }
        if let decoded = Hexadecimal.decode(bytes) {
            try require(Hexadecimal.encode(decoded) == bytes, "hexadecimal digits have one form")
        }
        if let time = Timestamp(rfc3339: bytes) {
            try require(Timestamp(rfc3339: time.rfc3339) == time, "a time is read back")
        }
        try require(
            isValidUTF8(bytes) == (String(validating: bytes, as: UTF8.self) != nil), "UTF-8 is what Swift takes for it")
        for isLines in [false, true] {
            let safe = safeForTerminal(bytes.displayText, keepingLines: isLines)
            try require(safeForTerminal(safe, keepingLines: isLines) == safe, "what is safe stays as it is")
            try require(
                safe.unicodeScalars.allSatisfy { scalar in
                    scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value)
                        || isLines && (scalar == "\n" || scalar == "\t")
                }, "no control is shown")
        }
    }
}
