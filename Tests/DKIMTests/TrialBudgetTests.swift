import Bytes
import Cryptography
import DKIM
import Mail
import ProcessorTime
import Testing

/// What a message may cost whose signatures name many keys, or very large ones.
@Suite struct TrialBudgetTests {
    /// Records of different keys under `sel._domainkey.example.org`.
    private func store(keys: Int, bits: Int, exponent: [UInt8]) throws -> KeyStore {
        KeyStore(
            try (0..<keys).map { number in
                var modulus = [UInt8](repeating: 0xFF, count: bits / 8)
                modulus[1] = UInt8(number)
                let key = try RSAPublicKey(modulus: modulus, exponent: exponent)
                let record = "v=DKIM1; p=".bytes + Base64.encode(key.subjectPublicKeyInfo)
                return Key(selector: "sel".bytes, domain: "example.org".bytes, record: record)
            })
    }

    /// A header section of signatures that no key made, below the largest modulus and all of different values.
    private func message(
        signatures: Int, bits: Int, start: String = Self.dkim + Self.hashes, rest: String = Self.tagged
    ) -> [UInt8] {
        let fields = (0..<signatures).map { number in
            var value = [UInt8](repeating: 0x7F, count: bits / 8)
            value[bits / 8 - 1] = UInt8(number)
            let text = Base64.encode(value).displayText
            return "\(start) d=example.org; s=sel; b=\(text)\r\n".bytes
        }
        return Array(fields.joined()) + rest.bytes
    }

    private func evidence(_ message: [UInt8], _ keys: KeyStore) -> MessageEvidence {
        Verifier(keys: keys).evidence(of: Message(parsing: message))
    }

    private static let dkim = "DKIM-Signature: v=1; a=rsa-sha256;"
    private static let hashes = " h=from:subject; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;"
    private static let tagged = "From: a@example.org\r\nSubject: [tag] [list] x\r\n\r\n"
    private static let largest = [UInt8](repeating: 0xFF, count: 8)
    private static let usual: [UInt8] = [1, 0, 1]

    @Test func `the work that the largest keys cause is bounded, and what is beyond is not looked at`() throws {
        let keys = try store(keys: 4, bits: 16384, exponent: Self.largest)
        let message = message(signatures: 100, bits: 16384)
        var found: MessageEvidence?
        let time = processorTime { found = evidence(message, keys) }
        #expect(found?.signatures.map(\.header) == Array(repeating: .invalid, count: 2))
        #expect(found?.unexamined == 98)
        #expect(time < .seconds(5))
    }

    @Test func `32 signatures of 4096 bits, or a hundred of 2048, are all looked at, however many keys there are`()
        throws
    {
        for (count, bits) in [(32, 4096), (100, 2048)] {
            for keys in [0, 2] {
                let store = try store(keys: keys, bits: bits, exponent: Self.usual)
                let found = evidence(message(signatures: count, bits: bits), store)
                #expect(found.signatures.count == count && found.unexamined == 0)
            }
        }
        #expect(evidence(message(signatures: 33, bits: 4096), KeyStore([])).unexamined == 1)
    }

    @Test func `which signatures are looked at does not depend on the keys`() throws {
        let message = message(signatures: 5, bits: 16384)
        let none = evidence(message, KeyStore([]))
        let many = evidence(message, try store(keys: 20, bits: 16384, exponent: Self.usual))
        #expect(none.unexamined == 3 && many.unexamined == 3)
        #expect(none.signatures.map(\.signature.value) == many.signatures.map(\.signature.value))
    }

    @Test func `a signature within what is left is looked at behind one beyond it`() throws {
        let large = try store(keys: 3, bits: 15360, exponent: Self.largest)
        let signer = try Sample.signer()
        let own = Key(selector: "other".bytes, domain: "example.org".bytes, record: signer.keyRecord)
        let fields = message(signatures: 3, bits: 15360, rest: "")
        let signed = try Sample.signed(by: signer).displayText.replacing("s=sel", with: "s=other")
        let found = evidence(fields + signed.bytes, KeyStore(large.keys + [own]))
        #expect(found.signatures.last?.signature.selector == "other".bytes && found.unexamined == 1)
        #expect(found.signatures.count == 3)
    }

    @Test func `what is kept of the body is the same whatever was passed over`() throws {
        let signer = try Sample.signer(.rsaSHA256)
        let signed = try Sample.signed(by: signer).displayText.replacing("First", with: "> First")
        let message = Message(parsing: message(signatures: 3, bits: 15360, rest: "") + signed.bytes)
        let large = try store(keys: 3, bits: 15360, exponent: Self.largest)
        let small = KeyStore([Key(selector: "sel".bytes, domain: "example.org".bytes, record: signer.keyRecord)])
        var body: BodyEvidence?
        for keys in [large, small, large, small] {
            let kept = Verifier(keys: keys).evidence(of: message, body: &body)
            let fresh = Verifier(keys: keys).evidence(of: message)
            #expect(kept.signatures.map(\.header) == fresh.signatures.map(\.header))
            #expect(kept.signatures.map(\.body) == fresh.signatures.map(\.body))
            #expect(kept.signatures.count == 3 && kept.unexamined == 1 && fresh.unexamined == 1)
        }
    }

    @Test func `repairs do not open a signature again`() throws {
        let keys = try store(keys: 16, bits: 16384, exponent: Self.largest)
        let messages = ["From: a@example.org\r\n\r\n", Self.tagged].map { rest in
            message(signatures: 1, bits: 16384, rest: rest)
        }
        var found: MessageEvidence?
        let once = processorTime { found = evidence(messages[0], keys) }
        #expect(found?.signatures.map(\.header) == [.invalid])
        let repaired = processorTime { found = evidence(messages[1], keys) }
        #expect(found?.signatures.map(\.header) == [.invalid])
        #expect(repaired < once * 2)
    }

    @Test func `seals, message signatures and DomainKeys are counted too`() throws {
        let keys = try store(keys: 8, bits: 16384, exponent: Self.largest)
        for start in [
            "DomainKey-Signature: a=rsa-sha1; c=simple; q=dns;",
            "ARC-Message-Signature: i=1; a=rsa-sha256;" + Self.hashes, "ARC-Seal: i=1; cv=none; a=rsa-sha256;",
        ] {
            let found = evidence(message(signatures: 3, bits: 16384, start: start), keys)
            #expect(found.signatures.map(\.header) == [.invalid, .invalid] && found.unexamined == 1, "\(start)")
        }
    }
}
