// What a reply holds, and where there is more, to verify it when its authority is gone.

import Bytes
import CCrypto

extension TimeStampToken {
    /// The certificates of the token and of those given: the signer's first, then its issuers in the order of the chain,
    /// then those of the token that lead nowhere.
    public func certificates(joinedWith others: CertificateList = CertificateList()) -> CertificateList {
        let own = signed.certificates.compactMap(Certificate.init(der:))
        let pool = CertificateList(der: own.map(\.der)).joined(with: others).certificates
        guard let signer = TimeStampVerifier.signer(of: signed, in: pool) else {
            return CertificateList(der: own.map(\.der))
        }
        let issuers = CertificateChain.reachable(from: signer, in: pool)
        let chain = CertificateChain.ascent(from: signer, over: issuers, at: time.second)
        return CertificateList(der: chain.map(\.der)).joined(with: CertificateList(der: own.map(\.der)))
    }

    /// The revocation lists of the token.
    public var revocationLists: RevocationLists {
        RevocationLists(der: signed.revocationLists.filter { RevocationList(der: $0) != nil })
    }
}

extension RevocationLists {
    /// Those by issuers of these certificates, going by the names.
    public func issued(for certificates: CertificateList) -> RevocationLists {
        let certificates = certificates.certificates
        return RevocationLists(
            der: der.filter { der in
                guard let list = RevocationList(der: der) else { return false }
                return certificates.contains(where: list.isByIssuer)
            })
    }
}

extension CertificateList {
    /// The one certificate of these facts, or none.
    public func only(_ facts: CertificateFacts) -> CertificateList {
        CertificateList(der: der.filter { Certificate(der: $0)?.facts.sha256 == facts.sha256 })
    }

    /// The addresses, http only, of the certificates' revocation lists (RFC 5280 §4.2.1.13), each once.
    public var revocationListAddresses: [String] {
        addresses(ofExtension: NID_crl_distribution_points) { (point: inout DERReader) throws(CryptographyError) in
            guard var name = try point.contentsIfNext(.constructed0) else { return nil }
            return try name.contentsIfNext(.constructed0)
        }
    }

    /// The addresses, http only, of the certificates' issuers' certificates (RFC 5280 §4.2.2.1), each once.
    public var issuerAddresses: [String] {
        // 1.3.6.1.5.5.7.48.2
        let caIssuers: [UInt8] = [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x02]
        return addresses(ofExtension: NID_info_access) { (access: inout DERReader) throws(CryptographyError) in
            try access.contents(of: .objectIdentifier).rest == caIssuers ? access : nil
        }
    }

    /// The URIs among the names that `names` finds in each item of an extension that is a SEQUENCE OF SEQUENCE.
    private func addresses(
        ofExtension number: Int32, names: (inout DERReader) throws(CryptographyError) -> DERReader?
    ) -> [String] {
        var found: [String] = []
        for certificate in certificates {
            guard let contents = certificate.value(ofExtension: number)?.contents else { continue }
            var whole = DERReader(contents)
            guard var list = try? whole.contents(of: .sequence) else { continue }
            while var item = try? list.contents(of: .sequence) {
                guard var uris = try? names(&item) else { continue }
                while let (tag, uri) = try? uris.next() {
                    guard tag == DERReader.Tag.primitive6.rawValue, let address = Self.address(uri.rest),
                        !found.contains(address)
                    else { continue }
                    found.append(address)
                }
            }
        }
        return found
    }

    /// The text of an http URI of visible ASCII, at most 2048 characters.
    private static func address(_ uri: [UInt8]) -> String? {
        let scheme = Array("http://".utf8)
        guard (scheme.count + 1...2048).contains(uri.count), uri.allSatisfy({ (0x21...0x7E).contains($0) }),
            ASCII.equalIgnoringCase(uri.prefix(scheme.count), scheme)
        else { return nil }
        return uri.displayText
    }
}
