import Bytes
import Foundation
import Testing

@testable import Cryptography

private let digest = Digest(hashing: "signed data".bytes).bytes

private func key(_ bits: Int) throws -> RSAPrivateKey {
    try RSAPrivateKey(deterministicFrom: "seed".bytes, bits: bits)
}

/// DER of one value.
private func der(_ tag: UInt8, _ contents: [UInt8]) -> [UInt8] {
    let count = contents.count
    let length: [UInt8] =
        count < 0x80
        ? [UInt8(count)]
        : count < 0x100 ? [0x81, UInt8(count)] : [0x82, UInt8(count >> 8), UInt8(count & 0xFF)]
    return [tag] + length + contents
}

private func integer(_ magnitude: [UInt8]) -> [UInt8] {
    der(0x02, (magnitude.first ?? 0) >= 0x80 ? [0] + magnitude : magnitude)
}

private let algorithm: [UInt8] = [
    0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00,
]

private func pkcs1(_ modulus: [UInt8], _ exponent: [UInt8]) -> [UInt8] {
    der(0x30, integer(modulus) + integer(exponent))
}

private func subjectPublicKeyInfo(_ pkcs1: [UInt8]) -> [UInt8] { der(0x30, algorithm + der(0x03, [0] + pkcs1)) }

@Suite struct RSAKeyTests {
    @Test func `a seed always gives the same key`() throws {
        let first = try key(512).publicKey
        #expect(first.modulus == (try key(512)).publicKey.modulus)
        #expect(first.bits == 512)
        // Pinned: sample archives are reproducible only as long as this does not change.
        let pinned = "2e9b2b511773eddedaf178c5fc1b14678f671efda1ccb02c8707c36ddfcffbeb"
        #expect(Digest(hashing: first.modulus).description == pinned)
    }

    @Test(arguments: [256, 504, 520, 16400])
    func `a seed gives no key of an odd length`(bits: Int) {
        #expect(throws: CryptographyError.modulusLength(bits: bits)) { try key(bits) }
    }

    @Test func `both encodings give the same key`() throws {
        let made = try key(1024).publicKey
        let bare = pkcs1(made.modulus, made.exponent)
        #expect(try RSAPublicKey(pkcs1: bare) == made)
        #expect(try RSAPublicKey(subjectPublicKeyInfo: subjectPublicKeyInfo(bare)) == made)
        let withoutNull = der(0x30, der(0x30, Array(algorithm[2..<13])) + der(0x03, [0] + bare))
        #expect(try RSAPublicKey(subjectPublicKeyInfo: withoutNull) == made)
    }

    @Test func `every shortened, lengthened or re-tagged encoding is refused`() throws {
        let made = try key(512).publicKey
        let info = subjectPublicKeyInfo(pkcs1(made.modulus, made.exponent))
        for count in 0..<info.count {
            #expect(throws: CryptographyError.self) {
                try RSAPublicKey(subjectPublicKeyInfo: Array(info.prefix(count)))
            }
        }
        #expect(throws: CryptographyError.self) { try RSAPublicKey(subjectPublicKeyInfo: info + [0]) }
        #expect(throws: CryptographyError.self) {
            try RSAPublicKey(subjectPublicKeyInfo: subjectPublicKeyInfo(pkcs1(made.modulus, made.exponent) + [0]))
        }
        #expect(throws: CryptographyError.otherAlgorithm) {
            var changed = info
            changed[12] ^= 1
            return try RSAPublicKey(subjectPublicKeyInfo: changed)
        }
    }

    @Test func `encodings that are longer than needed are refused`() throws {
        let made = try key(512).publicKey
        let n = integer(made.modulus)
        let e = integer(made.exponent)
        for contents in [
            der(0x02, [0, 0] + made.modulus) + e, n + [0x02, 0x81, 3] + made.exponent, n + [0x02, 0x80],
        ] {
            #expect(throws: CryptographyError.self) { try RSAPublicKey(pkcs1: der(0x30, contents)) }
        }
        #expect(throws: CryptographyError.self) { try RSAPublicKey(pkcs1: der(0x30, der(0x02, made.modulus) + e)) }
    }

    @Test(
        arguments: [
            ([UInt8](repeating: 0xFF, count: 63), [3], CryptographyError.modulusLength(bits: 504)),
            ([0x7F] + [UInt8](repeating: 0xFF, count: 63), [3], .modulusLength(bits: 511)),
            ([1] + [UInt8](repeating: 0xFF, count: 2048), [3], .modulusLength(bits: 16385)),
            ([UInt8](repeating: 0xFE, count: 64), [3], .evenModulus),
            ([UInt8](repeating: 0xFF, count: 64), [1], .publicExponent),
            ([UInt8](repeating: 0xFF, count: 64), [4], .publicExponent),
            ([UInt8](repeating: 0xFF, count: 64), [], .publicExponent),
            ([UInt8](repeating: 0xFF, count: 64), [UInt8](repeating: 0xFF, count: 9), .publicExponent),
        ] as [([UInt8], [UInt8], CryptographyError)])
    func `a key outside of the bounds is refused`(modulus: [UInt8], exponent: [UInt8], error: CryptographyError) {
        #expect(throws: error) { try RSAPublicKey(modulus: modulus, exponent: exponent) }
    }

    @Test(
        arguments: [
            ([0x80] + [UInt8](repeating: 0xFF, count: 63), [3]),
            ([UInt8](repeating: 0xFF, count: 2048), [UInt8](repeating: 0xFF, count: 8)),
        ] as [([UInt8], [UInt8])])
    func `a key at the bounds is accepted`(modulus: [UInt8], exponent: [UInt8]) throws {
        let made = try RSAPublicKey(modulus: modulus, exponent: exponent)
        #expect(!made.verify([UInt8](repeating: 1, count: modulus.count), digest: digest, of: .sha256))
    }

    @Test func `a private key is read from PEM of either form`() throws {
        let made = try key(512)
        let signature = made.sign(digest: digest, of: .sha256)
        let bare = try #require(made.der)
        let wrapped = der(0x30, [0x02, 1, 0] + algorithm + der(0x04, bare))
        for (label, bytes) in [("RSA PRIVATE KEY", bare), ("PRIVATE KEY", wrapped)] {
            let text = Base64.encode(bytes).displayText
            let pem = "-----BEGIN \(label)-----\n\(text.prefix(64))\n\(text.dropFirst(64))\n-----END \(label)-----\n"
            #expect(try RSAPrivateKey(pem: pem.bytes).sign(digest: digest, of: .sha256) == signature)
        }
    }
}

extension RSAPrivateKey {
    /// The bare RSAPrivateKey; the exponents are filled with zeros, since they are computed when it is read.
    fileprivate var der: [UInt8]? {
        let (p, q) = primes
        let zero = integer([0])
        return CryptographyTests.der(
            0x30,
            zero + integer(publicKey.modulus) + integer(publicKey.exponent) + zero + integer(p) + integer(q) + zero
                + zero + zero)
    }
}

@Suite struct RSASignatureTests {
    @Test(arguments: [512, 768, 1024, 2048], [HashFunction.sha1, .sha256])
    func `what is signed verifies, and nothing else does`(bits: Int, function: HashFunction) throws {
        let made = try key(bits)
        let hash = RunningHash(function)
        hash.update("signed data".bytes)
        let digest = hash.finish()
        let signature = try #require(made.sign(digest: digest, of: function))
        #expect(made.publicKey.verify(signature, digest: digest, of: function))
        #expect(signature.count == bits / 8)
        for place in stride(from: 0, to: bits, by: 61) {
            var changed = signature
            changed[place / 8] ^= 1 << UInt8(place % 8)
            #expect(!made.publicKey.verify(changed, digest: digest, of: function))
        }
        #expect(!made.publicKey.verify(signature, digest: digest.reversed(), of: function))
        #expect(!made.publicKey.verify(signature, digest: digest, of: function == .sha1 ? .sha256 : .sha1))
    }

    @Test(arguments: [HashFunction.sha384, .sha512])
    func `a long digest is signed and verified`(function: HashFunction) throws {
        let made = try key(1024)
        let digest = [UInt8](repeating: 5, count: function.digestLength)
        let signature = try #require(made.sign(digest: digest, of: function))
        #expect(made.publicKey.verify(signature, digest: digest, of: function))
        #expect(!made.publicKey.verify(signature, digest: digest.dropLast() + [6], of: function))
    }

    @Test func `a signature of another length, or not below the modulus, is refused`() throws {
        // Signatures are deterministic, so some digest gives one that starts with a zero byte.
        let made = try key(512)
        for counter in UInt8(0)...255 {
            let digest = Digest(hashing: [counter, 77]).bytes
            let signature = try #require(made.sign(digest: digest, of: .sha256))
            #expect(!made.publicKey.verify([0] + signature, digest: digest, of: .sha256))
            #expect(!made.publicKey.verify(Array(signature.dropFirst()), digest: digest, of: .sha256))
            let sum = BigNumber(signature) + BigNumber(made.publicKey.modulus)
            guard let same = sum?.bytes(count: 64) else { continue }
            #expect(!made.publicKey.verify(same, digest: digest, of: .sha256))
        }
    }

    @Test func `only the exact encoded message is accepted`() throws {
        let made = try key(1024)
        let exact = try #require(PKCS1Encoding.encoded(digest, of: .sha256, length: 128))
        let info = PKCS1Encoding.prefix(of: .sha256) + digest
        func padded(_ head: [UInt8], _ filler: UInt8 = 0xFF, _ tail: [UInt8]) -> [UInt8] {
            head + [UInt8](repeating: filler, count: 128 - head.count - tail.count) + tail
        }
        let withoutNull: [UInt8] = [0x30, 0x2F, 0x30, 0x0B, 0x06, 0x09] + info[6..<15] + [0x04, 32] + digest
        let wrong: [String: [UInt8]] = [
            "block type 2": padded([0, 2], 0xFF, [0] + info), "block type 0": padded([0, 0], 0x00, [0] + info),
            "first byte 1": padded([1, 1], 0xFF, [0] + info), "other filler": padded([0, 1], 0xFE, [0] + info),
            "no separator": padded([0, 1], 0xFF, info), "two separators": padded([0, 1], 0xFF, [0, 0] + info),
            "short filler, bytes after": padded([0, 1] + [UInt8](repeating: 0xFF, count: 8) + [0] + info, 0x00, []),
            "one byte after": padded([0, 1], 0xFF, [0] + info + [0]),
            "bare digest": padded([0, 1], 0xFF, [0] + digest),
            "no NULL": padded([0, 1], 0xFF, [0] + withoutNull),
        ]
        #expect(made.publicKey.verify(try #require(made.sign(encoded: exact)), digest: digest, of: .sha256))
        for (name, message) in wrong {
            try #require(message.count == 128)
            let signature = try #require(made.sign(encoded: message))
            #expect(!made.publicKey.verify(signature, digest: digest, of: .sha256), "\(name)")
        }
    }

    @Test func `a cube root that begins like an encoded message is no signature`() throws {
        // With exponent 3 a forger needs no private key where the bytes after the digest are not looked at.
        let made = try RSAPublicKey(modulus: [UInt8](repeating: 0xFF, count: 256), exponent: [3])
        let start: [UInt8] =
            [0, 1] + [UInt8](repeating: 0xFF, count: 8) + [0] + PKCS1Encoding.prefix(of: .sha256) + digest
        let target = BigNumber(start + [UInt8](repeating: 0xFF, count: 256 - start.count))
        var root = [UInt8](repeating: 0, count: 86)
        for bit in 0..<688 {
            var larger = root
            larger[bit / 8] |= 0x80 >> UInt8(bit % 8)
            let number = BigNumber(larger)
            let cube = try #require((number * number).flatMap { $0 * number })
            if !(target < cube) { root = larger }
        }
        let number = BigNumber(root)
        let cube = try #require((number * number).flatMap { $0 * number }?.bytes(count: 256))
        try #require(Array(cube.prefix(start.count)) == start)
        let forged = [UInt8](repeating: 0, count: 170) + root
        #expect(!made.verify(forged, digest: digest, of: .sha256))
    }

    @Test func `a modulus too short for the encoded message signs and verifies nothing`() throws {
        let made = try key(512)
        let long = [UInt8](repeating: 1, count: 64)
        #expect(made.sign(digest: long, of: .sha512) == nil)
        #expect(!made.publicKey.verify([UInt8](repeating: 1, count: 64), digest: long, of: .sha512))
    }

    @Test func `a configuration that forbids everything changes nothing`() async {
        await #expect(processExitsWith: .success) {
            let file = FileManager.default.temporaryDirectory.appending(path: "mailseal-\(getpid()).cnf")
            let text = """
                openssl_conf = main
                [main]
                alg_section = algorithms
                providers = none
                ssl_conf = policy
                [algorithms]
                default_properties = fips=yes
                rh-allow-sha1-signatures = no
                [none]
                null = empty
                [empty]
                activate = 1
                [policy]
                system_default = strict
                [strict]
                CipherString = DEFAULT:@SECLEVEL=5

                """
            try Data(text.utf8).write(to: file)
            unsafe setenv("OPENSSL_CONF", file.path, 1)
            defer { try? FileManager.default.removeItem(at: file) }
            let weak = try RSAPrivateKey(deterministicFrom: "seed".bytes, bits: 512)
            let hash = RunningHash(.sha1)
            let digest = hash.finish()
            let signature = try #require(weak.sign(digest: digest, of: .sha1))
            let verified = weak.publicKey.verify(signature, digest: digest, of: .sha1)
            let curve = try Ed25519PrivateKey(seed: [UInt8](repeating: 1, count: 32))
            let alsoVerified = curve.publicKey.verify(curve.sign(message: []), message: [])
            if !verified || !alsoVerified { exit(1) }
        }
    }
}
