import Bytes
import Cryptography
import DKIM
import KeyCheck
import Testing

/// Primes of 512 bits; the last is the next one after the first.
private let primes = [
    "f6f675cc81e74ef5e8e25d940ed904759531985d5d9dc9f81818e811892f902bd23f0824128b2f330c5c7fd0a6a3a4506513270e269e0d37f2a74de452e6b7a7",
    "d26e90a3f3a71b0035b2242702f04abfa845063a03d61cbf951bcb26a216ed03585bc3add4d1e96987d8891723f15ddff14f10cbc8b6be1f531f98d1e7e2e645",
    "d214c96ae9ab5979fc5f26b9cdebbef6907e2098fb314b37d7d0912a6f824b44b72ce12955c7f81dd6ac6c773d895a436694b89e56ab1e515cfe42a6c6e3634f",
    "c2d638096576be3970fd7c459097b75e3d8042cc87acab545c290a376a97ad18f1741ae594ad393d8e0c6f2d5f3c0a07943e079aa9155bbc259c6be515d01a27",
    "cdbcf199f17ced8b1b12bd6303de571c18518e43e3fef4093d5977a58075b95f88e84bfbdf1c6920ba0133c13d691035e88d0aa1208a802bfcf017b63415d8af",
    "f6f675cc81e74ef5e8e25d940ed904759531985d5d9dc9f81818e811892f902bd23f0824128b2f330c5c7fd0a6a3a4506513270e269e0d37f2a74de452e6b8e7",
]

private func prime(_ place: Int) throws -> [UInt8] { try #require(Hexadecimal.decode(primes[place].bytes)) }

private func rsa(_ p: [UInt8], _ q: [UInt8], exponent: [UInt8] = [1, 0, 1]) throws -> RSAPublicKey {
    let made = try RSAPrivateKey(primes: p, q)
    return try RSAPublicKey(modulus: made.publicKey.modulus, exponent: exponent)
}

private func rsa(_ p: Int, _ q: Int, exponent: [UInt8] = [1, 0, 1]) throws -> RSAPublicKey {
    try rsa(prime(p), prime(q), exponent: exponent)
}

private func key(_ name: String, _ record: String) -> Key {
    Key(selector: name.bytes, domain: "example.org".bytes, record: record.bytes)
}

private func key(_ name: String, _ rsa: RSAPublicKey, _ tags: String = "") -> Key {
    key(name, "\(tags)p=\(Base64.encode(rsa.subjectPublicKeyInfo).displayText)")
}

private func key(_ name: String, der: [UInt8]) -> Key { key(name, "p=\(Base64.encode(der).displayText)") }

private func shown(_ keys: Key...) -> [String] {
    KeyCheck(keys).findings.map { finding in
        let details = [finding.detail, finding.other?.selector.displayText].compactMap { $0 }.joined(separator: ", ")
        return "\(finding.key.selector.displayText) \(finding.bits ?? 0) \(finding.weakness.rawValue)"
            + (details.isEmpty ? "" : " (\(details))")
    }
}

@Suite struct KeyCheckTests {
    @Test func `a key of 2048 bits with nothing wrong has no finding`() throws {
        let sound = try RSAPrivateKey(deterministicFrom: "sound".bytes, bits: 2048).publicKey
        let ed25519 = Base64.encode([UInt8](repeating: 9, count: 32)).displayText
        let check = KeyCheck([key("a", sound, "v=DKIM1; h=sha1:sha256; t=s; "), key("b", "k=ed25519; p=\(ed25519)")])
        #expect(check.findings.isEmpty && check.weakKeys == 0 && check.keys.count == 2 && check.comparesPrimes)
    }

    @Test func `short keys are weak`() throws {
        let short = try RSAPrivateKey(deterministicFrom: "short".bytes, bits: 768).publicKey
        #expect(shown(key("a", short)) == ["a 768 below-1024-bits"])
        #expect(shown(key("a", try rsa(0, 1))) == ["a 1024 below-2048-bits"])
    }

    @Test(
        arguments: [([3], "exponent 3"), ([0xFF, 0xFF], "exponent 65535"), ([1, 0, 1], nil), ([1, 0, 3], nil)]
            as [([UInt8], String?)])
    func `exponents below 65537 are weak`(exponent: [UInt8], detail: String?) throws {
        let expected = ["a 1024 below-2048-bits"] + (detail.map { ["a 1024 small-exponent (\($0))"] } ?? [])
        #expect(shown(key("a", try rsa(0, 1, exponent: exponent))) == expected)
    }

    @Test func `numbers that make no key say what is wrong with them`() throws {
        let sound = try rsa(0, 1).subjectPublicKeyInfo
        var even = sound
        even[even.count - 6] &= 0xFE
        var exponent = sound
        exponent[exponent.count - 1] = 2
        #expect(shown(key("a", der: even)) == ["a 0 even-modulus"])
        #expect(shown(key("a", der: exponent)) == ["a 0 unsound-exponent"])
        #expect(
            shown(key("a", der: [0x30, 0x06, 0x02, 0x01, 0x23, 0x02, 0x01, 0x03])) == ["a 6 modulus-length (6 bits)"])
        #expect(shown(key("a", der: Array(sound.dropLast()))) == ["a 0 unusable (key-malformed-data)"])
        #expect(shown(key("a", "v=DKIM2; p=x")) == ["a 0 unusable (key-wrong-version)"])
    }

    @Test func `small and close primes are found`() throws {
        #expect(
            shown(key("a", try rsa(try prime(0), [0xFF, 0xF1]))) == [
                "a 528 below-1024-bits", "a 528 small-factor (factor 65521)",
            ])
        #expect(shown(key("a", try rsa(0, 5))) == ["a 1024 below-2048-bits", "a 1024 close-primes"])
    }

    @Test func `primes in common are found, with the name of the other key`() throws {
        let keys = [key("a", try rsa(0, 1)), key("b", try rsa(2, 3)), key("c", try rsa(1, 4))]
        #expect(
            shown(keys[0], keys[1], keys[2]) == [
                "a 1024 below-2048-bits", "a 1024 shared-prime (c)", "b 1024 below-2048-bits", "c 1024 below-2048-bits",
                "c 1024 shared-prime (a)",
            ])
        #expect(KeyCheck(keys).weakKeys == 3)
    }

    @Test func `a modulus under several names is a remark, other exponents and records included`() throws {
        let same = try rsa(0, 1)
        let found = shown(
            key("a", same), key("b", same, "v=DKIM1; "), key("c", try rsa(0, 1, exponent: [1, 0, 3])),
            key("a", same, "k=rsa; "))
        #expect(
            found == [
                "a 1024 below-2048-bits", "a 1024 shared-modulus (b)", "a 1024 below-2048-bits",
                "a 1024 shared-modulus (b)",
                "b 1024 below-2048-bits", "b 1024 shared-modulus (a)", "c 1024 below-2048-bits",
                "c 1024 shared-modulus (a)",
            ])
        #expect(shown(key("a", same), key("a", same, "k=rsa; ")).allSatisfy { !$0.contains("shared") })
    }

    @Test func `what the record says of itself is told`() throws {
        let sound = try RSAPrivateKey(deterministicFrom: "sound".bytes, bits: 2048).publicKey
        #expect(shown(key("a", sound, "t=y; h=sha1; ")) == ["a 2048 sha1-only", "a 2048 testing"])
        #expect(shown(key("a", sound, "h=sha512; ")) == [])
        #expect(shown(key("a", "v=DKIM1; t=y; p=")) == ["a 0 revoked", "a 0 testing"])
        #expect(KeyCheck([key("a", "t=y; p=")]).weakKeys == 0)
    }
}
