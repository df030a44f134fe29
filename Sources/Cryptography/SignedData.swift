// The frame that a token is signed in, as far as one has to look into it oneself.

/// A CMS SignedData with exactly one SignerInfo, as a time-stamp token is (RFC 5652 §5, RFC 3161 §2.4.2).
struct SignedData: Hashable, Sendable {
    /// How the signer names its certificate.
    enum SignerIdentifier: Hashable, Sendable {
        /// The DER of the issuer's name and of the serial number.
        case issuerAndSerialNumber(issuer: [UInt8], serialNumber: [UInt8])
        /// The subject key identifier.
        case subjectKeyIdentifier([UInt8])
    }

    /// The most certificates, and the most revocation lists, that a token may hold.
    static let mostParts = 32

    /// The bytes that are signed by way of their digest.
    let content: [UInt8]
    /// The DER of each certificate, in the token's order.
    let certificates: [[UInt8]]
    /// The DER of each certificate revocation list, in the token's order.
    let revocationLists: [[UInt8]]
    let signer: SignerIdentifier
    let digestAlgorithm: ObjectIdentifier
    let signatureAlgorithm: ObjectIdentifier
    /// The DER of the one value of each signed attribute.
    let signedAttributes: [ObjectIdentifier: [UInt8]]

    /// Reads a ContentInfo that holds a SignedData with a TSTInfo; also gives a reader of that.
    static func read(_ reader: inout DERReader) throws(CryptographyError) -> (SignedData, content: DERReader) {
        var information = try reader.contents(of: .sequence)
        try information.expect(.signedData, "a CMS SignedData")
        var explicit = try information.contents(of: .constructed0)
        try information.finish()
        var fields = try explicit.contents(of: .sequence)
        try explicit.finish()
        // Nobody signs what stands outside the content and the attributes, so it must have the one form of RFC 5652 §5.1:
        // version 3, or more where there are certificates or lists of other kinds.
        try fields.expectVersion(3...5)
        var digestAlgorithms = try fields.contents(of: .set)
        while !digestAlgorithms.isAtEnd { _ = try digestAlgorithms.algorithm() }
        var encapsulated = try fields.contents(of: .sequence)
        try encapsulated.expect(.timeStampInfo, "a TSTInfo")
        var holder = try encapsulated.contents(of: .constructed0)
        try encapsulated.finish()
        let content = try holder.contents(of: .octetString)
        try holder.finish()
        let certificates = try readParts(&fields, .constructed0)
        let revocationLists = try readParts(&fields, .constructed1)
        var signers = try fields.contents(of: .set)
        try fields.finish()
        let signed = try SignedData(
            content: content.rest, certificates: certificates, revocationLists: revocationLists, &signers)
        guard signers.isAtEnd else { throw .malformedKey(offset: signers.offset, expected: "one signer only") }
        return (signed, content)
    }

    private init(
        content: [UInt8], certificates: [[UInt8]], revocationLists: [[UInt8]], _ signers: inout DERReader
    ) throws(CryptographyError) {
        self.content = content
        self.certificates = certificates
        self.revocationLists = revocationLists
        var fields = try signers.contents(of: .sequence)
        var version = fields
        _ = try fields.unsignedInteger()
        signer = try Self.readIdentifier(&fields)
        // RFC 5652 §5.3.
        switch signer {
        case .issuerAndSerialNumber: try version.expectVersion(1...1)
        case .subjectKeyIdentifier: try version.expectVersion(3...3)
        }
        digestAlgorithm = try fields.algorithm()
        signedAttributes = try Self.readAttributes(&fields)
        signatureAlgorithm = try fields.algorithm(withParametersOf: .probabilisticSignature)
        _ = try fields.contents(of: .octetString)
        // Unsigned attributes, such as a later time stamp over this one, prove nothing of this one.
        _ = try fields.contentsIfNext(.constructed1)
        try fields.finish()
    }

    private static func readIdentifier(_ fields: inout DERReader) throws(CryptographyError) -> SignerIdentifier {
        if let identifier = try fields.contentsIfNext(.primitive0) { return .subjectKeyIdentifier(identifier.rest) }
        var pair = try fields.contents(of: .sequence)
        let issuer = try pair.element(of: .sequence)
        let serialNumber = try pair.element(of: .integer)
        try pair.finish()
        return .issuerAndSerialNumber(issuer: issuer, serialNumber: serialNumber)
    }

    /// Certificates or lists of X.509; other kinds are passed over.
    private static func readParts(
        _ fields: inout DERReader, _ tag: DERReader.Tag
    ) throws(CryptographyError) -> [[UInt8]] {
        guard var list = try fields.contentsIfNext(tag) else { return [] }
        var parts: [[UInt8]] = []
        while !list.isAtEnd {
            guard parts.count < mostParts else {
                throw .malformedKey(offset: list.offset, expected: "at most \(mostParts) certificates or lists")
            }
            let isOfX509 = list.isNext(.sequence)
            let part = try list.element()
            if isOfX509 { parts.append(part) }
        }
        return parts
    }

    /// Each attribute once, with one value (RFC 5652 §11, RFC 5035 §5).
    private static func readAttributes(
        _ fields: inout DERReader
    ) throws(CryptographyError) -> [ObjectIdentifier: [UInt8]] {
        var list = try fields.contents(of: .constructed0)
        var attributes: [ObjectIdentifier: [UInt8]] = [:]
        while !list.isAtEnd {
            let start = list.offset
            var attribute = try list.contents(of: .sequence)
            let identifier = try attribute.objectIdentifier()
            var values = try attribute.contents(of: .set)
            try attribute.finish()
            let value = try values.element()
            guard values.isAtEnd, attributes.updateValue(value, forKey: identifier) == nil else {
                throw .malformedKey(offset: start, expected: "an attribute of one value")
            }
        }
        return attributes
    }
}

extension DERReader {
    /// Reads a version, which must be one of these.
    fileprivate mutating func expectVersion(_ versions: ClosedRange<UInt8>) throws(CryptographyError) {
        let start = offset
        let version = try unsignedInteger()
        guard version.count == 1, versions.contains(version[0]) else {
            throw .malformedKey(offset: start, expected: "version \(versions.lowerBound)")
        }
    }

    /// Reads the object identifier, which must be this one.
    fileprivate mutating func expect(_ identifier: ObjectIdentifier, _ name: String) throws(CryptographyError) {
        let start = offset
        guard try objectIdentifier() == identifier else { throw .malformedKey(offset: start, expected: name) }
    }
}
