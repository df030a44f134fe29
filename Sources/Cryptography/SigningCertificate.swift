// The attribute by which a signer binds its certificate into the signature.

/// A SigningCertificate of RFC 2634 §5.4 or a SigningCertificateV2 of RFC 5035 §3, as far as it is about the signer's own.
struct SigningCertificate {
    /// Which of the two attributes it is, and by which hash function.
    let binding: TimeStampVerification.Binding
    private let digest: [UInt8]
    /// The issuer's names and the DER of the serial number, when the attribute has them.
    private let issuerSerial: (issuer: GeneralName, serialNumber: [UInt8])?

    /// The attribute's value, or nil when it is malformed or its hash function is no better than SHA-1 where it could be.
    init?(value: [UInt8], isVersion2: Bool) {
        // SEQUENCE of the certificates' identifiers, whose first is the signer's, and of policies.
        var whole = DERReader(value)
        guard var fields = try? whole.contents(of: .sequence), whole.isAtEnd,
            var list = try? fields.contents(of: .sequence), var identifier = try? list.contents(of: .sequence)
        else { return nil }
        var binding = TimeStampVerification.Binding.version1
        if isVersion2 {
            // SHA-256 is the default.
            let isStated = identifier.isNext(.sequence)
            let stated = isStated ? (try? identifier.algorithm()).flatMap(TimeStampImprint.Algorithm.init) : .sha256
            guard let stated else { return nil }
            binding = .version2(stated)
        }
        guard let digest = try? identifier.contents(of: .octetString).rest else { return nil }
        self.binding = binding
        self.digest = digest
        guard !identifier.isAtEnd else {
            issuerSerial = nil
            return
        }
        guard var pair = try? identifier.contents(of: .sequence), identifier.isAtEnd,
            var names = try? pair.contents(of: .sequence), let name = try? names.element(), names.isAtEnd,
            let serialNumber = try? pair.element(of: .integer), pair.isAtEnd
        else { return nil }
        issuerSerial = (GeneralName(der: name), serialNumber)
    }

    /// Whether it is about this very certificate.
    func binds(_ certificate: Certificate) -> Bool {
        let name =
            switch binding {
            case .version1: "SHA1"
            case .version2(let algorithm): algorithm.rawValue
            }
        guard LibraryContext.digest(of: certificate.der, by: name) == digest else { return false }
        guard let (issuer, serialNumber) = issuerSerial else { return true }
        return serialNumber == certificate.serialNumberDER && certificate.isIssued(by: issuer)
    }
}
