// RSA signing, for tests and for reproducible sample archives.

import Bytes

/// An RSA private key; its signatures are deterministic (RSASSA-PKCS1-v1_5).
public struct RSAPrivateKey: Sendable {
    /// The public half.
    public let publicKey: RSAPublicKey
    private let p: [UInt8]
    private let q: [UInt8]
    private let d: [UInt8]

    /// A key of two primes and a public exponent, big-endian.
    ///
    /// That the numbers are prime is not tested.
    public init(primes p: [UInt8], _ q: [UInt8], exponent: [UInt8] = [1, 0, 1]) throws(CryptographyError) {
        let first = BigNumber(p)
        let second = BigNumber(q)
        guard first.bits > 1, second.bits > 1, !(first == second), let n = first * second,
            let smaller = first.predecessor, let other = second.predecessor, let phi = smaller * other,
            let d = BigNumber(exponent).inverse(modulo: phi)
        else { throw .unsuitablePrimes }
        publicKey = try RSAPublicKey(modulus: n.bytes, exponent: exponent)
        self.p = p
        self.q = q
        self.d = d.bytes
    }

    /// A key from the DER of an RSAPrivateKey (RFC 8017 §A.1.2) or of a PrivateKeyInfo that holds one (RFC 5208 §5).
    public init(der: [UInt8]) throws(CryptographyError) {
        var reader = DERReader(der)
        var key = try reader.contents(of: .sequence)
        try reader.finish()
        guard try key.unsignedInteger() == [0] else { throw .malformedKey(offset: 0, expected: "version 0") }
        if key.isNext(.sequence) {
            try RSAPublicKey.readAlgorithm(&key)
            try self.init(der: bareKey(key.contents(of: .octetString)))
            return
        }
        let modulus = try key.unsignedInteger()
        let exponent = try key.unsignedInteger()
        _ = try key.unsignedInteger()
        try self.init(primes: key.unsignedInteger(), key.unsignedInteger(), exponent: exponent)
        guard publicKey.modulus == modulus else { throw .unsuitablePrimes }
    }

    /// A key from PEM text (RFC 7468) with the label `PRIVATE KEY` or `RSA PRIVATE KEY`.
    public init(pem: [UInt8]) throws(CryptographyError) {
        let lines = pem.split { $0 == ASCII.lf || $0 == ASCII.cr }.filter { !$0.starts(with: "-----".utf8) }
        guard let der = Base64.decode(Array(lines.joined())) else {
            throw .malformedKey(offset: 0, expected: "base64 between the PEM boundaries")
        }
        try self.init(der: der)
    }

    /// The key that a seed stands for: the same seed and length give the same key, everywhere and always.
    ///
    /// The candidates for the primes are cut from SHA-256(seed || u32be(counter)) blocks, their two highest bits and
    /// the lowest set. Such a key is only as secret as its seed. `bits` is a multiple of 16.
    public init(deterministicFrom seed: [UInt8], bits: Int) throws(CryptographyError) {
        guard RSAPublicKey.acceptedBits.contains(bits), bits.isMultiple(of: 16) else {
            throw .modulusLength(bits: bits)
        }
        var stream = SeedStream(seed: seed)
        let p = stream.nextPrime(bits: bits / 2)
        let q = stream.nextPrime(bits: bits / 2)
        try self.init(primes: p, q)
    }

    /// The two primes, big-endian.
    var primes: ([UInt8], [UInt8]) { (p, q) }

    /// The signature of a digest, as long as the modulus, or nil when the modulus is too short for the hash function.
    public func sign(digest: [UInt8], of function: HashFunction) -> [UInt8]? {
        PKCS1Encoding.encoded(digest, of: function, length: publicKey.modulus.count).flatMap(sign(encoded:))
    }

    /// The private operation on an encoded message that is below the modulus (RSASP1, RFC 8017 §5.2.1).
    func sign(encoded: [UInt8]) -> [UInt8]? {
        let (p, q, d) = (BigNumber(p), BigNumber(q), BigNumber(d))
        guard let firstExponent = p.predecessor.flatMap({ d % $0 }),
            let secondExponent = q.predecessor.flatMap({ d % $0 }),
            let inverse = q.inverse(modulo: p)
        else { return nil }
        // The Chinese remainder form (RFC 8017 §5.1.2) is four times faster than one exponentiation modulo n.
        let message = BigNumber(encoded)
        guard let first = (message % p)?.power(secret: firstExponent, modulo: p),
            let second = (message % q)?.power(secret: secondExponent, modulo: q),
            let reduced = second % p,
            let product = first.minus(reduced, modulo: p).flatMap({ $0 * inverse }),
            let step = product % p, let multiple = step * q, let signature = second + multiple
        else { return nil }
        return signature.bytes(count: publicKey.modulus.count)
    }
}

private func bareKey(_ reader: DERReader) throws(CryptographyError) -> [UInt8] {
    // A PrivateKeyInfo inside of a PrivateKeyInfo would recurse: only a bare key may follow.
    var probe = DERReader(reader.rest)
    var key = try probe.contents(of: .sequence)
    _ = try key.unsignedInteger()
    guard key.isNext(.integer) else { throw .malformedKey(offset: 0, expected: "an RSAPrivateKey") }
    return reader.rest
}

/// Bytes that a seed stands for.
private struct SeedStream {
    let seed: [UInt8]
    var counter: UInt32 = 0

    init(seed: [UInt8]) { self.seed = seed }

    mutating func nextPrime(bits: Int) -> [UInt8] {
        while true {
            var candidate = next(bits / 8)
            candidate[0] |= 0xC0
            candidate[candidate.count - 1] |= 1
            let number = BigNumber(candidate)
            // p − 1 must have an inverse of 65537, which is prime.
            guard let remainder = number.predecessor.flatMap({ $0 % BigNumber(65537) }), remainder.bits > 0 else {
                continue
            }
            if number.isPrime { return candidate }
        }
    }

    private mutating func next(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let number = (0..<4).map { UInt8(truncatingIfNeeded: counter >> UInt32(24 - 8 * $0)) }
            bytes += Digest(hashing: seed + number).bytes
            counter &+= 1
        }
        return Array(bytes.prefix(count))
    }
}
