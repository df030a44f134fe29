// The certificates and revocation lists by which a stamp is judged later: from the reply, from files, from where they are said to be.

import Bytes
import Cryptography
import Files
import HTTP
import Sealing

/// Gathers certificates and revocation lists.
struct SealMaterial {
    private let observer: Observer
    private let client = HTTPClient()
    private let certificates: CertificateList
    private let lists: RevocationLists

    /// The most certificates and lists of one stamp that are fetched.
    private static let mostFetches = 16
    private static let longestFile = 16 << 20

    /// With what is in these files, PEM or DER.
    init(files: [[UInt8]] = [], observer: Observer) throws {
        self.observer = observer
        var (certificates, lists) = (CertificateList(), RevocationLists())
        for path in files {
            let bytes = try ReadableFile.bytes(named: path, limit: Self.longestFile)
            let found = (try? CertificateList(derOrPEM: bytes), try? RevocationLists(derOrPEM: bytes))
            guard found.0 != nil || found.1 != nil else {
                throw MailsealError(
                    "\(path.displayText) holds neither certificates nor revocation lists, as PEM or DER")
            }
            if let more = found.0 { certificates = certificates.joined(with: more) }
            if let more = found.1 { lists = lists.joined(with: more) }
        }
        (self.certificates, self.lists) = (certificates, lists)
    }

    /// The certificates of the token and those of their issuers, as far as they are to be had.
    func chain(of token: TimeStampToken, fetches: Bool) -> CertificateList {
        var chain = token.certificates(joinedWith: certificates)
        var asked: Set<String> = []
        while fetches, asked.count < Self.mostFetches,
            let address = chain.issuerAddresses.first(where: { !asked.contains($0) })
        {
            asked.insert(address)
            do {
                let more = try CertificateList(derOrPEM: client.get(address, limit: 1 << 18))
                chain = token.certificates(joinedWith: chain.joined(with: more))
            } catch { tell("no certificate from there: \(error)") }
            if chain.der.count > CertificateList.mostCertificates / 2 { break }
        }
        return chain
    }

    /// The revocation lists of the token, and those of the chain's issuers, as far as they are to be had.
    func lists(of token: TimeStampToken, _ chain: CertificateList, fetches: Bool) -> RevocationLists {
        var found = token.revocationLists.joined(with: lists.issued(for: chain))
        guard fetches else { return found }
        for address in chain.revocationListAddresses.prefix(Self.mostFetches) {
            do {
                found = found.joined(with: try RevocationLists(derOrPEM: client.get(address, limit: 8 << 20)))
            } catch { tell("no revocation list from there: \(error)") }
        }
        return found
    }

    /// Something that is missing.
    struct Gap {
        let part: SealFolderName.StampPart
        let words: String
        /// Where it is said to be.
        let addresses: [String]
    }

    /// What a chain and its lists lack.
    static func gaps(in found: TimeStampVerification, _ chain: CertificateList) -> [Gap] {
        var gaps: [Gap] = []
        if case .notAnchored(let topmost, isSelfSigned: false)? = found.anchoring {
            let words = "the certificate of \(topmost.issuer), which issued that of \(topmost.subject), is missing"
            gaps.append(Gap(part: .chain, words: words, addresses: chain.only(topmost).issuerAddresses))
        }
        for checked in found.revocations where checked.state == .notChecked {
            let certificate = checked.certificate
            let words = "no revocation list says whether \(certificate.subject) is revoked"
            gaps.append(
                Gap(
                    part: .revocationLists, words: words,
                    addresses: chain.only(certificate).revocationListAddresses))
        }
        return gaps
    }

    /// Says what a stamp lacks; `isOpen` tells whether it can still be added.
    func tell(_ gap: Gap, of name: SealFolderName, isOpen: Bool) {
        let hint = "seal --fetch-chain adds what is missing, seal --chain FILE what you fetched elsewhere"
        let addresses = gap.addresses.isEmpty ? "" : " (\(safeForTerminal(gap.addresses.joined(separator: ", "))))"
        observer.notice(.warning("\(name): \(gap.words)\(addresses)", hint: isOpen ? hint : nil))
    }

    /// Says something of the stamps that are made.
    func tell(_ sentence: String) { observer.notice(.warning(sentence, hint: nil)) }
}
