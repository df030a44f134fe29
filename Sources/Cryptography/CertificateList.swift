// Certificates as files hold them: anchors, and what leads to them.

/// X.509 certificates in some order.
public struct CertificateList: Hashable, Sendable {
    /// The most certificates that a list may hold.
    public static let mostCertificates = 64

    /// The DER of each certificate.
    public let der: [[UInt8]]

    /// No certificates.
    public init() { der = [] }

    /// The certificates of PEM text, or the one certificate of DER, as the address of an issuer's certificate answers; at
    /// least one.
    ///
    /// Text between the blocks of PEM, such as `openssl` writes, is passed over.
    public init(derOrPEM bytes: [UInt8]) throws(CryptographyError) {
        let isDER = bytes.first == DERReader.Tag.sequence.rawValue
        let certificates = try isDER ? [bytes] : PEM.decode(bytes, .certificate)
        guard (1...Self.mostCertificates).contains(certificates.count) else {
            throw .malformedPEM(line: 1, expected: "1 to \(Self.mostCertificates) certificates")
        }
        for (place, certificate) in certificates.enumerated() where Certificate(der: certificate) == nil {
            throw .malformedCertificate(number: place + 1)
        }
        der = certificates
    }

    init(der: [[UInt8]]) { self.der = der }

    /// The PEM text of the certificates, in order.
    public var pem: [UInt8] { PEM.encode(der, .certificate) }

    /// What each certificate says of itself.
    public var facts: [CertificateFacts] { der.compactMap { Certificate(der: $0)?.facts } }

    /// The certificates of both, each once.
    public func joined(with other: CertificateList) -> CertificateList {
        var seen = Set<[UInt8]>()
        return CertificateList(der: (der + other.der).filter { seen.insert($0).inserted })
    }

    var certificates: [Certificate] { der.compactMap(Certificate.init(der:)) }
}
