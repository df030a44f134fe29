// Why a key cannot be used.

/// What is wrong with a key; a signature that does not verify is a value, not an error.
public enum CryptographyError: Error, Equatable, CustomStringConvertible {
    /// The bytes are not the DER that was expected at this offset.
    case malformedKey(offset: Int, expected: String)
    /// The key is of another algorithm than was asked for.
    case otherAlgorithm
    /// The modulus has this many bits, which is outside of 512 to 16384.
    case modulusLength(bits: Int)
    /// The modulus is even, so it is no product of two odd primes.
    case evenModulus
    /// The public exponent is even, below 3, or longer than 64 bits.
    case publicExponent
    /// An Ed25519 key has this many bytes instead of 32.
    case keyLength(bytes: Int)
    /// An elliptic curve's point has this many bytes or another form than the uncompressed one (SEC 1 §2.3.3).
    case pointForm(bytes: Int, expected: Int)
    /// A point is not on the curve.
    case notOnCurve
    /// The two primes and the exponent do not make a key.
    case unsuitablePrimes

    /// A sentence such as `key has a modulus of 384 bits, expected 512 to 16384`.
    public var description: String {
        switch self {
        case .malformedKey(let offset, let expected): "key is malformed at byte \(offset), expected \(expected)"
        case .otherAlgorithm: "key is of another algorithm"
        case .modulusLength(let bits): "key has a modulus of \(bits) bits, expected 512 to 16384"
        case .evenModulus: "key has an even modulus"
        case .publicExponent: "key has a public exponent that is even, below 3 or longer than 64 bits"
        case .keyLength(let bytes): "key has \(bytes) bytes, expected 32"
        case .pointForm(let bytes, let expected):
            "key has a point of \(bytes) bytes, expected an uncompressed one of \(expected)"
        case .notOnCurve: "key has a point that is not on its curve"
        case .unsuitablePrimes: "primes and exponent do not make a key"
        }
    }
}
