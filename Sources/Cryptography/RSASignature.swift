// A signature value beside what it claims to sign, without a key.

/// An RSA signature value and the digest that it claims to be the signature of (RSASSA-PKCS1-v1_5, RFC 8017 §8.2).
public struct RSASignature: Hashable, Sendable {
    /// The value, big-endian, as long as the modulus.
    public let value: [UInt8]
    /// The digest.
    public let digest: [UInt8]
    /// The hash function that the digest is of.
    public let function: HashFunction

    /// A claim: nothing is checked.
    public init(value: [UInt8], digest: [UInt8], function: HashFunction) {
        self.value = value
        self.digest = digest
        self.function = function
    }

    /// The encoded message, EMSA-PKCS1-v1_5, as long as the value; nil when the value is too short for the digest.
    ///
    /// The signature is sound when the value to the power of the public exponent is this number, modulo the modulus.
    public var encodedMessage: [UInt8]? { PKCS1Encoding.encoded(digest, of: function, length: value.count) }
}

extension RSAPublicKey {
    /// Whether the key made the signature.
    public func verify(_ signature: RSASignature) -> Bool {
        verify(signature.value, digest: signature.digest, of: signature.function)
    }
}
