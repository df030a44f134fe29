// What revocation lists say of a certificate for the time of a token.

import Bytes
import CCrypto

/// A chain whose certificates are looked up in revocation lists, with regard to a time.
struct RevocationCheck {
    let chain: [Certificate]
    let time: Timestamp

    /// What the lists say of a certificate of the chain, and which of them cannot be believed.
    ///
    /// All lists are asked, whenever they were made: a later one may have dropped what expired, an earlier one cannot know
    /// what came after it. The worst that any of them says counts.
    func state(
        at place: Int, _ lists: [RevocationList]
    ) -> (state: TimeStampVerification.RevocationState, problems: [TimeStampFailure]) {
        let certificate = chain[place]
        var states: [TimeStampVerification.RevocationState] = [.notChecked]
        var problems: [TimeStampFailure] = []
        for list in lists where list.isByIssuer(of: certificate) {
            // One list at a time, so that libcrypto does not choose among them.
            let answer = CertificateChain(
                from: certificate, over: Array(chain[(place + 1)...]), to: chain.suffix(1), .revocation(list))
            switch answer.problem?.code {
            case nil:
                if covers(certificate, list) { states.append(.notRevoked(asOf: list.thisUpdate)) }
            case X509_V_ERR_CERT_REVOKED:
                if let entry = list.entry(of: certificate) {
                    states.append(state(for: entry))
                } else {
                    problems.append(.unusableRevocationList(issuer: list.issuer, problem: "entry has no date"))
                }
            case X509_V_ERR_UNABLE_TO_GET_CRL, X509_V_ERR_DIFFERENT_CRL_SCOPE:
                continue  // It is about other certificates of the issuer.
            case let code?:
                let words = CertificateChain.words(for: code)
                problems.append(.unusableRevocationList(issuer: list.issuer, problem: words))
            }
        }
        return (states.max { Self.weight($0) < Self.weight($1) } ?? .notChecked, problems)
    }

    /// Whether the silence of a list says that the certificate was not revoked.
    ///
    /// Entries of expired certificates are dropped from later lists (RFC 5280 §3.3), so such a list says nothing. A list
    /// from before the token counts until the next one was due.
    private func covers(_ certificate: Certificate, _ list: RevocationList) -> Bool {
        guard list.isStrong, list.thisUpdate <= certificate.facts.notAfter else { return false }
        return list.thisUpdate >= time || list.nextUpdate.map { $0 >= time } == true
    }

    private func state(for revocation: Revocation) -> TimeStampVerification.RevocationState {
        if revocation.date <= time { return .revoked(revocation) }
        if let since = revocation.invalidityDate, since <= time { return .revoked(revocation) }
        // RFC 3161 §4: only with one of these reasons, and a stated one, do earlier tokens stay good.
        return revocation.reason?.leavesEarlierTokensGood == true ? .revokedLater(revocation) : .doubtful(revocation)
    }

    /// How bad a state is, and the time up to which a good one is known.
    private static func weight(_ state: TimeStampVerification.RevocationState) -> (Int, Int64) {
        switch state {
        case .notChecked: (0, 0)
        case .notRevoked(let time): (1, time.secondsSince1970)
        case .revokedLater: (2, 0)
        case .doubtful: (3, 0)
        case .revoked: (4, 0)
        }
    }
}
