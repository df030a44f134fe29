// RSA verification with nothing between the mathematics and the result: no provider, no policy, no lenient decoder.

/// An RSA public key of 512 to 16384 bits.
public struct RSAPublicKey: Hashable, Sendable {
    /// The moduli that are accepted, in bits; small ones because old mail was signed with them.
    public static let acceptedBits = 512...16384

    /// The most bytes of an exponent.
    private static let exponentLimit = 8

    private static let rsaEncryption: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]

    /// The modulus, big-endian without leading zeros.
    public let modulus: [UInt8]
    /// The public exponent, big-endian without leading zeros.
    public let exponent: [UInt8]

    /// A key of its two numbers, big-endian.
    public init(modulus: [UInt8], exponent: [UInt8]) throws(CryptographyError) {
        let modulus = Array(modulus.drop { $0 == 0 })
        let exponent = Array(exponent.drop { $0 == 0 })
        let bits = Self.bits(of: modulus)
        guard Self.acceptedBits.contains(bits) else { throw .modulusLength(bits: bits) }
        guard let last = modulus.last, last & 1 == 1 else { throw .evenModulus }
        guard exponent.count <= Self.exponentLimit, let lowest = exponent.last, lowest & 1 == 1, exponent != [1] else {
            throw .publicExponent
        }
        self.modulus = modulus
        self.exponent = exponent
    }

    /// A key from the DER of a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7, RFC 3279 §2.3.1).
    public init(subjectPublicKeyInfo der: [UInt8]) throws(CryptographyError) {
        var reader = DERReader(der)
        var info = try reader.contents(of: .sequence)
        try reader.finish()
        try Self.readAlgorithm(&info)
        let bits = try info.contents(of: .bitString).rest
        try info.finish()
        guard bits.first == 0 else { throw .malformedKey(offset: 0, expected: "a bit string of whole bytes") }
        try self.init(pkcs1: Array(bits.dropFirst()))
    }

    /// A key from the DER of a bare RSAPublicKey (RFC 8017 §A.1.1), which RFC 6376 names by mistake (erratum 3017).
    public init(pkcs1 der: [UInt8]) throws(CryptographyError) {
        var reader = DERReader(der)
        var numbers = try reader.contents(of: .sequence)
        try reader.finish()
        let modulus = try numbers.unsignedInteger()
        let exponent = try numbers.unsignedInteger()
        try numbers.finish()
        try self.init(modulus: modulus, exponent: exponent)
    }

    /// The length of the modulus in bits.
    public var bits: Int { Self.bits(of: modulus) }

    /// The DER of the key's SubjectPublicKeyInfo.
    public var subjectPublicKeyInfo: [UInt8] {
        let numbers = DERWriter.integer(modulus) + DERWriter.integer(exponent)
        let bits = [0] + DERWriter.value(.sequence, numbers)
        let identifier = DERWriter.value(.objectIdentifier, Self.rsaEncryption) + DERWriter.value(.null, [])
        return DERWriter.value(.sequence, DERWriter.value(.sequence, identifier) + DERWriter.value(.bitString, bits))
    }

    /// How much work it is at most to open a signature of so many bytes: for each bit of the longest exponent, the product of two
    /// numbers below the modulus; none when no key is that long.
    public static func work(ofLength length: Int) -> Int {
        guard (acceptedBits.lowerBound / 8...acceptedBits.upperBound / 8).contains(length) else { return 0 }
        return length * 8 * length * 8 * exponentLimit * 8
    }

    /// The message that the signature is of (RFC 8017 §5.2.2); the signature must be exactly as long as the modulus, and below it.
    ///
    /// This is nearly all of the work of verifying, and the same for every digest.
    public func opened(_ signature: [UInt8]) -> OpenedSignature {
        guard signature.count == modulus.count else { return OpenedSignature(message: nil) }
        let n = BigNumber(modulus)
        let s = BigNumber(signature)
        guard s < n, let message = s.power(BigNumber(exponent), modulo: n) else { return OpenedSignature(message: nil) }
        return OpenedSignature(message: message.bytes(count: modulus.count))
    }

    /// Whether the signature is that of the digest: RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.2).
    public func verify(_ signature: [UInt8], digest: [UInt8], of function: HashFunction) -> Bool {
        opened(signature).isOf(digest, of: function)
    }

    /// Reads an AlgorithmIdentifier that must be rsaEncryption, with NULL or no parameters.
    static func readAlgorithm(_ reader: inout DERReader) throws(CryptographyError) {
        var algorithm = try reader.contents(of: .sequence)
        guard try algorithm.contents(of: .objectIdentifier).rest == rsaEncryption else { throw .otherAlgorithm }
        if algorithm.isNext(.null) { try algorithm.contents(of: .null).finish() }
        try algorithm.finish()
    }

    private static func bits(of number: [UInt8]) -> Int {
        number.count * 8 - (number.first?.leadingZeroBitCount ?? 0)
    }
}

/// What an RSA signature says under one key.
public struct OpenedSignature: Sendable {
    /// The encoded message, as long as the modulus; nil when the signature is none of this key.
    fileprivate let message: [UInt8]?

    /// Whether the signature is that of the digest.
    ///
    /// The whole encoded message is built anew and compared, so a forgery that hides bytes in a padding which is only
    /// parsed does not pass.
    public func isOf(_ digest: [UInt8], of function: HashFunction) -> Bool {
        guard let message, let expected = PKCS1Encoding.encoded(digest, of: function, length: message.count) else {
            return false
        }
        return message == expected
    }
}

/// EMSA-PKCS1-v1_5 (RFC 8017 §9.2).
enum PKCS1Encoding {
    private static let sha1Prefix: [UInt8] = [
        0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04, 0x14,
    ]

    private static func sha2Prefix(_ algorithm: UInt8, _ length: UInt8) -> [UInt8] {
        let identifier: [UInt8] = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, algorithm, 0x05, 0x00]
        return [0x30, 0x11 + length, 0x30, 0x0D] + identifier + [0x04, length]
    }

    /// The DER of a DigestInfo up to the digest.
    static func prefix(of function: HashFunction) -> [UInt8] {
        switch function {
        case .sha1: sha1Prefix
        case .sha256: sha2Prefix(1, 32)
        case .sha384: sha2Prefix(2, 48)
        case .sha512: sha2Prefix(3, 64)
        }
    }

    /// The encoded message of `length` bytes, or nil when it does not fit or the digest is of another length.
    static func encoded(_ digest: [UInt8], of function: HashFunction, length: Int) -> [UInt8]? {
        let info = prefix(of: function) + digest
        guard digest.count == function.digestLength, length >= info.count + 11 else { return nil }
        return [0x00, 0x01] + [UInt8](repeating: 0xFF, count: length - info.count - 3) + [0x00] + info
    }
}
