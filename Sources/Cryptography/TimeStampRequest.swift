// Requests for a time stamp.

/// A request that a time-stamping authority answers with a reply (TimeStampReq, RFC 3161 §2.4.1), version 1.
public struct TimeStampRequest: Hashable, Sendable {
    /// What is to be stamped.
    public let imprint: TimeStampImprint
    /// The policy that is asked for, if any.
    public let policy: ObjectIdentifier?
    /// The number that the reply must repeat, big-endian without leading zeros (zero is no bytes); nil when there is none.
    public let nonce: [UInt8]?
    /// Whether the reply is to hold the certificate of its signer.
    public let wantsCertificate: Bool

    /// A request for a reply that holds its signer's certificate; the nonce is at most 32 bytes, such as 16 random ones.
    public init(_ imprint: TimeStampImprint, nonce: [UInt8], policy: ObjectIdentifier? = nil) throws(CryptographyError)
    {
        let nonce = Array(nonce.drop { $0 == 0 })
        guard nonce.count <= Self.longestNonce else {
            throw .malformedTimeStamp(offset: 0, expected: "a nonce of at most \(Self.longestNonce) bytes")
        }
        self.imprint = imprint
        self.policy = policy
        self.nonce = nonce
        wantsCertificate = true
    }

    /// Reads the DER of a request; one with extensions, or with an imprint below SHA-256, is refused.
    public init(der: [UInt8]) throws(CryptographyError) {
        self = try CryptographyError.ofTimeStamps { () throws(CryptographyError) in try Self(reading: der) }
    }

    private init(reading der: [UInt8]) throws(CryptographyError) {
        var whole = DERReader(der)
        var fields = try whole.contents(of: .sequence)
        try whole.finish()
        guard try fields.unsignedInteger() == [1] else { throw .malformedKey(offset: 2, expected: "version 1") }
        let start = fields.offset
        let (algorithm, digest) = try fields.imprint()
        guard let algorithm = TimeStampImprint.Algorithm(algorithm),
            let imprint = TimeStampImprint(algorithm, digest: digest)
        else { throw .malformedKey(offset: start, expected: "an imprint by SHA-256, SHA-384 or SHA-512") }
        self.imprint = imprint
        policy = try fields.isNext(.objectIdentifier) ? fields.objectIdentifier() : nil
        nonce = try fields.nonceIfNext()
        wantsCertificate = try fields.flagIfNext()
        try fields.finish()
    }

    /// The DER of the request.
    public var der: [UInt8] {
        var fields = DERWriter.integer([1]) + imprint.der
        if let policy { fields += DERWriter.value(.objectIdentifier, policy.contents) }
        if let nonce { fields += DERWriter.integer(nonce) }
        if wantsCertificate { fields += DERWriter.value(.boolean, [0xFF]) }
        return DERWriter.value(.sequence, fields)
    }

    static let longestNonce = 32
}

extension DERReader {
    /// The next MessageImprint (RFC 3161 §2.4.1).
    mutating func imprint() throws(CryptographyError) -> (algorithm: ObjectIdentifier, digest: [UInt8]) {
        var imprint = try contents(of: .sequence)
        let algorithm = try imprint.algorithm()
        let digest = try imprint.contents(of: .octetString).rest
        try imprint.finish()
        return (algorithm, digest)
    }

    /// The magnitude of an INTEGER without leading zeros, when one comes next.
    mutating func nonceIfNext() throws(CryptographyError) -> [UInt8]? {
        guard isNext(.integer) else { return nil }
        let start = offset
        let nonce = try unsignedInteger()
        guard nonce.count <= TimeStampRequest.longestNonce else {
            throw .malformedKey(offset: start, expected: "a nonce of at most \(TimeStampRequest.longestNonce) bytes")
        }
        return nonce == [0] ? [] : nonce
    }

    /// A BOOLEAN, when one comes next; else false, its default.
    mutating func flagIfNext() throws(CryptographyError) -> Bool {
        let start = offset
        guard let flag = try contentsIfNext(.boolean)?.rest else { return false }
        guard flag == [0xFF] || flag == [0x00] else { throw .malformedKey(offset: start, expected: "a truth value") }
        return flag == [0xFF]
    }
}

extension CryptographyError {
    /// What the body gives; where it is malformed, it is the time stamp and no key that is.
    static func ofTimeStamps<T>(_ body: () throws(CryptographyError) -> T) throws(CryptographyError) -> T {
        do {
            return try body()
        } catch .malformedKey(let offset, let expected) {
            throw .malformedTimeStamp(offset: offset, expected: expected)
        }
    }
}
