import Bytes
import Cryptography
import MerkleTree
import Testing

/// The keys and texts that are published with Go's note package.
private enum Published {
    static let peterKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    static let peterSecret = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    static let enochKey = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
    static let text =
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    static let peter =
        "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    static let enoch =
        "\u{2014} EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
}

private func key(_ text: String) throws -> NoteVerifierKey { try NoteVerifierKey(parsing: text.bytes) }

private func note(_ text: String) throws -> SignedNote { try SignedNote(parsing: text.bytes) }

@Suite struct NoteKeyTests {
    @Test(arguments: [Published.peterKey, Published.enochKey])
    func `a published key is read and printed`(text: String) throws {
        #expect(try key(text).text == text.bytes)
        #expect(try key(text).description == text)
    }

    @Test func `a published private key is read and printed, and has the published public half`() throws {
        let secret = try NoteSignerKey(parsing: Published.peterSecret.bytes)
        #expect(secret.text == Published.peterSecret.bytes)
        #expect(secret.verifierKey == (try key(Published.peterKey)))
        #expect(secret.verifierKey.id.description == "PeterNeumann+c74f20a3")
    }

    @Test func `a private key does not show its secret`() throws {
        let secret = try NoteSignerKey(parsing: Published.peterSecret.bytes)
        #expect("\(secret)" == "private half of \(Published.peterKey)")
    }

    @Test(arguments: [Published.peterKey, Published.peterSecret])
    func `no part of a key's text and no text with one other character is a key`(text: String) {
        let bytes = text.bytes
        var others = (0..<bytes.count).map { place in
            var changed = bytes
            changed[place] &+= 1
            return changed
        }
        for start in 0...bytes.count {
            for end in start...bytes.count where end - start < bytes.count { others.append(Array(bytes[start..<end])) }
        }
        others += [bytes + [0x0A], [0x20] + bytes, bytes + [0x3D]]
        for other in others {
            #expect(throws: MerkleTreeError.self) { try NoteVerifierKey(parsing: other) }
            #expect(throws: MerkleTreeError.self) { try NoteSignerKey(parsing: other) }
        }
    }

    @Test(
        arguments: [
            ("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==", .malformedVerifierKey),
            ("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", .noteKeyType(0x65)),
            ("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", .keyHash),
            ("PeterNeumanm+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", .keyHash),
            ("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", .malformedVerifierKey),
            ("Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", .malformedVerifierKey),
            ("+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", .malformedVerifierKey),
            ("PeterNeumann+c74f20a3+", .malformedVerifierKey), ("", .malformedVerifierKey),
        ] as [(String, MerkleTreeError)])
    func `what is wrong with a key is told`(text: String, error: MerkleTreeError) {
        #expect(throws: error) { try key(text) }
    }

    @Test func `a new key is one that its own text stands for`() throws {
        let name = "newsroom.example/archives/2026-11".bytes
        let made = try NoteSignerKey(name: name, seed: Array(0..<32))
        let read = try NoteSignerKey(parsing: made.text)
        #expect(read.verifierKey == made.verifierKey)
        #expect(try NoteVerifierKey(parsing: made.verifierKey.text) == made.verifierKey)
        #expect(made.verifierKey.id.name == name)
    }

    @Test(arguments: ["", "a b", "a+b", "a\tb", "é", "a\u{A0}b", "a\nb", "\u{7F}"])
    func `a new key has a name of visible ASCII without plus`(name: String) {
        #expect(throws: MerkleTreeError.keyName) {
            try NoteSignerKey(name: name.bytes, seed: [UInt8](repeating: 1, count: 32))
        }
    }

    @Test(arguments: [0, 31, 33])
    func `a seed of another length makes no key`(count: Int) {
        #expect(throws: MerkleTreeError.malformedSignerKey) {
            try NoteSignerKey(name: "a".bytes, seed: [UInt8](repeating: 1, count: count))
        }
    }

    @Test(arguments: ["é.example", "a\u{200B}b"])
    func `another's key may have a name beyond ASCII`(name: String) throws {
        let made = try NoteVerifierKey(name: name.bytes, key: Ed25519PublicKey([UInt8](repeating: 1, count: 32)))
        #expect(try NoteVerifierKey(parsing: made.text) == made)
    }

    @Test(arguments: ["a\u{85}b", "a\u{A0}b", "a\u{2003}b", "a\u{3000}", "a\u{2028}b", "a b", "+", ""])
    func `no key has a name with white space or plus`(name: String) {
        #expect(throws: MerkleTreeError.keyName) {
            try NoteVerifierKey(name: name.bytes, key: Ed25519PublicKey([UInt8](repeating: 1, count: 32)))
        }
    }
}

@Suite struct SignedNoteTests {
    @Test func `the published key signs the published text to the published note`() throws {
        let secret = try NoteSignerKey(parsing: Published.peterSecret.bytes)
        let signature = try secret.sign(Published.text.bytes)
        #expect(signature.line.displayText == Published.peter)
        let made = try SignedNote(text: Published.text.bytes, signatures: [signature])
        #expect(made.bytes.displayText == Published.text + "\n" + Published.peter)
        #expect(made == (try note(Published.text + "\n" + Published.peter)))
    }

    @Test func `signatures of unknown keys are passed over`() throws {
        let signed = try note(Published.text + "\n" + Published.peter + Published.enoch)
        let (peter, enoch) = (try key(Published.peterKey), try key(Published.enochKey))
        #expect(signed.check(with: [peter]) == .verified([peter]))
        #expect(signed.check(with: [enoch, peter]) == .verified([peter, enoch]))
        #expect(signed.check(with: []) == .noKnownKey)
    }

    @Test func `the checkpoint of the research verifies with its key`() throws {
        // Made with Python and openssl, accepted by Go's note package.
        let origin = "newsroom.example/archives/2026-11-a7c1"
        let text = "\(origin)\n5\nisDR5Guwm3OsZ8/NgC+e2ekkGGAhi5QxRYh+7/TMNoE=\n"
        let line =
            "\u{2014} \(origin) 2iIYgklgh4EOXOvLQhIQoZ73osNQOylR5hmYP2CiP5OfzZWbz6MrRcc5AUnY0jd8vNuqDiE6SXDLaP+3Hm1tX32Y8Q4=\n"
        let key = try key("\(origin)+da221882+AVsNQIuvsfRh0OZXT+euA9PPpwvRZUqw9F3j2/2rHlKD")
        let signed = try note(text + "\n" + line)
        #expect(signed.bytes.count == 223)
        #expect(signed.check(with: [key]) == .verified([key]))
        #expect(try Checkpoint(parsing: signed.text).size == 5)
    }

    @Test func `the example of the specification is read`() throws {
        let text = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n"
        let line =
            "\u{2014} quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
        let signed = try note(text + "\n" + line)
        #expect(signed.text == text.bytes)
        #expect(signed.signatures.map(\.id.description) == ["quasimodo.example/salvatore+367ba04b"])
    }

    @Test func `a signature of a known key that is not its refuses the note`() throws {
        let (peter, enoch) = (try key(Published.peterKey), try key(Published.enochKey))
        let other = Published.peter.replacing("ZJkuBS", with: "ZJkuBT")
        for signatures in [other, Published.enoch + other, other + Published.peter, Published.peter + other] {
            let signed = try note(Published.text + "\n" + signatures)
            #expect(signed.check(with: [peter, enoch]) == .badSignature(peter))
        }
        #expect(try note(Published.text + "\n" + Published.enoch + other).check(with: [enoch]) == .verified([enoch]))
        #expect(try note("Other text\n\n" + Published.peter).check(with: [peter]) == .badSignature(peter))
    }

    @Test func `a signature that stands twice counts once`() throws {
        let peter = try key(Published.peterKey)
        let twice = Published.text + "\n" + Published.peter + Published.peter
        #expect(try note(twice).check(with: [peter, peter]) == .verified([peter]))
        #expect(try note(twice).bytes == twice.bytes)
    }

    @Test func `another key with the name and hash of a signature is noticed, a namesake is not taken for it`() throws {
        let peter = try key(Published.peterKey)
        let namesake = try NoteSignerKey(name: "PeterNeumann".bytes, seed: [UInt8](repeating: 1, count: 32)).verifierKey
        let signed = try note(Published.text + "\n" + Published.peter)
        #expect(signed.check(with: [namesake]) == .noKnownKey)
        #expect(signed.check(with: [namesake, peter]) == .verified([peter]))
    }

    @Test func `what is not exactly a note is refused`() {
        let start = Published.text + "\n"
        let line = Published.peter
        var texts: [String] = ["", "\n", "\n\n", "\n\n\n", line, "\n" + line, Published.text, start]
        texts += [start + String(line.dropLast()), start + line + "\n", start + line + "Unexpected line.\n"]
        texts += ["\u{1}" + start + line, Published.text + line]
        let changes: [(String, String)] = [
            (" PeterNeumann", " Bad Name"), (" PeterNeumann", " Peter+Neumann"), (" PeterNeumann", " "),
            ("\u{2014} ", "\u{2013} "), ("\u{2014} ", "\u{2014}  "), ("\u{2014} ", "\u{2014}"), ("\n", "\r\n"),
            ("\n", " \n"), ("=\n", "\n"), ("M=\n", "N=\n"), ("x08g", "x08"),
        ]
        texts += changes.map { start + line.replacing($0.0, with: $0.1) }
        // Nothing, four bytes, too few characters, and a bit after the last byte.
        texts += ["", " ", " x08gow==", " x08go/Y", " x08go/Z="].map { start + "\u{2014} PeterNeumann" + $0 + "\n" }
        for text in texts { #expect(throws: MerkleTreeError.malformedNote, "\(text)") { try note(text) } }
    }

    @Test func `text that is not UTF-8 is refused`() throws {
        let signed = (Published.text + "\n" + Published.peter).bytes
        #expect(throws: MerkleTreeError.malformedNote) { try SignedNote(parsing: [0xFF] + signed) }
        #expect(throws: MerkleTreeError.malformedNote) { try SignedNote(parsing: [0xC0, 0x80] + signed) }
        #expect(throws: MerkleTreeError.malformedNote) { try SignedNote(parsing: [0xED, 0xA0, 0x80] + signed) }
    }

    @Test(arguments: ["", "abc", "a\r\n", "a\tb\n", "a\u{0}\n"])
    func `only a text that a note can hold is signed`(text: String) throws {
        let secret = try NoteSignerKey(parsing: Published.peterSecret.bytes)
        #expect(throws: MerkleTreeError.malformedNote) { try secret.sign(text.bytes) }
    }

    @Test func `a hundred signatures are read, and not one more`() throws {
        let peter = try key(Published.peterKey)
        let start = Published.text + "\n"
        #expect(
            try note(start + String(repeating: Published.peter, count: 100)).check(with: [peter]) == .verified([peter]))
        #expect(throws: MerkleTreeError.noteTooLong) {
            try note(start + String(repeating: Published.peter, count: 101))
        }
        let signature = try NoteSignerKey(parsing: Published.peterSecret.bytes).sign(Published.text.bytes)
        #expect(throws: MerkleTreeError.noteTooLong) {
            try SignedNote(text: Published.text.bytes, signatures: [NoteSignature](repeating: signature, count: 101))
        }
    }

    @Test func `a mebibyte is read, and not one byte more`() throws {
        let end = ("\n\n" + Published.peter).bytes
        let longest = [UInt8](repeating: 0x61, count: SignedNote.maximumLength - end.count) + end
        #expect(try SignedNote(parsing: longest).bytes == longest)
        #expect(throws: MerkleTreeError.noteTooLong) { try SignedNote(parsing: [0x61] + longest) }
        // Empty lines, all of which belong to the text.
        let lines = [UInt8](repeating: 0x0A, count: SignedNote.maximumLength - end.count) + end
        #expect(try SignedNote(parsing: lines).bytes == lines)
    }

    @Test func `every changed bit of a note is noticed`() throws {
        let peter = try key(Published.peterKey)
        let signed = (Published.text + "\n" + Published.peter).bytes
        for bit in 0..<signed.count * 8 {
            var changed = signed
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            guard let read = try? SignedNote(parsing: changed) else { continue }
            #expect(read.bytes == changed)
            #expect(read.check(with: [peter]) != .verified([peter]), "bit \(bit)")
        }
    }
}
