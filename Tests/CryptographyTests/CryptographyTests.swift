import Bytes
import Testing

@testable import Cryptography

@Suite struct DigestTests {
    @Test func `the digest of no bytes is the published one`() {
        let digest = Digest(hashing: [])
        #expect(digest.description == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(Digest(hexadecimal: digest.hexadecimal) == digest)
    }

    @Test(arguments: [
        (HashFunction.sha1, "abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (.sha1, "a", 1_000_000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
        (.sha256, "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            .sha256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (.sha256, "a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        (
            .sha384, "abc", 1,
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
        ),
        (
            .sha512, "abc", 1,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
    ])
    func `digests are those of FIPS 180`(function: HashFunction, text: String, times: Int, digest: String) {
        let hash = RunningHash(function)
        let step = max(1, times / 100)
        let bytes = String(repeating: text, count: step).bytes
        for _ in 0..<times / step { hash.update(bytes) }
        #expect(Hexadecimal.encode(hash.finish()).displayText == digest)
    }

    @Test func `digests sort as their bytes do`() throws {
        let low = try #require(Digest([UInt8](repeating: 0x7F, count: 32)))
        let high = try #require(Digest([0x80] + [UInt8](repeating: 0, count: 31)))
        let higher = try #require(Digest([0x80] + [UInt8](repeating: 0, count: 30) + [1]))
        #expect(low < high)
        #expect(high < higher)
    }
}

/// The examples of RFC 8032 §7.1.
private let ed25519Vectors: [(seed: String, key: String, message: String, signature: String)] = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd"
            + "25bf5f0595bbe24655141438e7a100b"
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c3"
            + "87b2eaeb4302aeeb00d291612bb0c00"
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594"
            + "a7c15e9716ed28dc027beceea1ec40a"
    ),
]

@Suite struct Ed25519Tests {
    @Test(arguments: ed25519Vectors.indices)
    func `the examples of RFC 8032 sign and verify`(place: Int) throws {
        let vector = ed25519Vectors[place]
        let seed = try #require(Hexadecimal.decode(vector.seed.bytes))
        let message = try #require(Hexadecimal.decode(vector.message.bytes))
        let signature = try #require(Hexadecimal.decode(vector.signature.bytes))
        let key = try Ed25519PrivateKey(seed: seed)
        #expect(Hexadecimal.encode(key.publicKey.bytes).displayText == vector.key)
        #expect(key.sign(message: message) == signature)
        #expect(key.publicKey.verify(signature, message: message))
        #expect(!key.publicKey.verify(signature, message: message + [0]))
    }

    @Test func `every changed bit of a signature is noticed`() throws {
        let key = try Ed25519PrivateKey(seed: [UInt8](repeating: 7, count: 32))
        let signature = key.sign(message: [1, 2, 3])
        for bit in 0..<512 {
            var changed = signature
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!key.publicKey.verify(changed, message: [1, 2, 3]))
        }
        #expect(!key.publicKey.verify(Array(signature.dropLast()), message: [1, 2, 3]))
        #expect(!key.publicKey.verify(signature + [0], message: [1, 2, 3]))
        #expect(!key.publicKey.verify([], message: [1, 2, 3]))
    }

    @Test func `bytes that are no point verify nothing`() throws {
        let key = try Ed25519PublicKey([UInt8](repeating: 0xFF, count: 32))
        #expect(!key.verify([UInt8](repeating: 0, count: 64), message: []))
    }

    @Test(arguments: [0, 31, 33, 44])
    func `a key of another length is refused`(count: Int) {
        #expect(throws: CryptographyError.keyLength(bytes: count)) {
            try Ed25519PublicKey([UInt8](repeating: 1, count: count))
        }
    }
}
