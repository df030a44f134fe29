// Why a key, a time stamp or what belongs to it cannot be used.

/// What is wrong with a key, a time stamp or a certificate; a signature that does not verify is a value, not an error.
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
    /// A time-stamp request or reply is not what was expected at this offset.
    case malformedTimeStamp(offset: Int, expected: String)
    /// A time-stamp reply has this many bytes, more than 1 MiB.
    case timeStampLength(bytes: Int)
    /// PEM text is not what was expected in this line, counted from 1.
    case malformedPEM(line: Int, expected: String)
    /// The certificate at this place, counted from 1, is none.
    case malformedCertificate(number: Int)
    /// The certificate revocation list at this place, counted from 1, is none.
    case malformedRevocationList(number: Int)

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
        case .malformedTimeStamp(let offset, let expected):
            "time stamp is malformed at byte \(offset), expected \(expected)"
        case .timeStampLength(let bytes): "time stamp has \(bytes) bytes, expected at most 1048576"
        case .malformedPEM(let line, let expected): "PEM text is malformed in line \(line), expected \(expected)"
        case .malformedCertificate(let number): "certificate \(number) is malformed, expected the DER of X.509"
        case .malformedRevocationList(let number):
            "certificate revocation list \(number) is malformed, expected the DER of X.509"
        }
    }
}
