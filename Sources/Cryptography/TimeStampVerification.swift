// What a verification of a time stamp found.

public import Bytes

/// What was found about a reply, and how far it can be relied on.
public struct TimeStampVerification: Hashable, Sendable {
    /// How the signature binds the certificate of its signer (RFC 5816).
    public enum Binding: Hashable, Sendable {
        /// By SigningCertificate alone, in which the hash function is SHA-1.
        case version1
        /// By SigningCertificateV2; a SigningCertificate beside it was checked too.
        case version2(TimeStampImprint.Algorithm)
    }

    /// Where the chain of certificates ends.
    public enum Anchoring: Hashable, Sendable {
        /// At a certificate that the caller named.
        case anchored(CertificateFacts)
        /// At a certificate that nobody named. It is the topmost one that could be found, and signed what is below it;
        /// `isSelfSigned` tells whether it is a root.
        case notAnchored(topmost: CertificateFacts, isSelfSigned: Bool)
    }

    /// What revocation lists say of a certificate, with regard to the time of the token.
    public enum RevocationState: Hashable, Sendable {
        /// No list that was given says anything of it for that time.
        case notChecked
        /// It was not revoked, going by a list of this time.
        case notRevoked(asOf: Timestamp)
        /// It was revoked later, for a stated reason that leaves earlier tokens good.
        case revokedLater(Revocation)
        /// It was revoked later, for a compromised key or without a reason: the token may be somebody else's.
        case doubtful(Revocation)
        /// It had been revoked.
        case revoked(Revocation)
    }

    /// A certificate below the end of the chain, and what revocation lists say of it.
    public struct CheckedCertificate: Hashable, Sendable {
        /// The certificate.
        public let certificate: CertificateFacts
        /// What the lists say.
        public let state: RevocationState
    }

    /// The answer in one word.
    public enum Verdict: Hashable, Sendable {
        /// Nothing is wrong; whether it is anchored is another question.
        case sound
        /// Nothing is wrong but that a certificate was later revoked for a reason that throws doubt on all its tokens.
        case doubtful
        /// Something is wrong.
        case refused
    }

    /// What is wrong, in the order of the checks; empty when nothing is.
    public internal(set) var failures: [TimeStampFailure] = []
    /// The certificate that the signer names, when it was found.
    public internal(set) var signer: CertificateFacts?
    /// How the signature binds that certificate; nil when it does not.
    public internal(set) var binding: Binding?
    /// The certificates from the signer's to the topmost one.
    public internal(set) var chain: [CertificateFacts] = []
    /// Where the chain ends; nil when the signer's certificate was not found.
    public internal(set) var anchoring: Anchoring?
    /// What revocation lists say of each certificate of the chain below the topmost one.
    public internal(set) var revocations: [CheckedCertificate] = []

    /// The answer in one word.
    public var verdict: Verdict {
        if !failures.isEmpty { return .refused }
        let isDoubtful = revocations.contains { if case .doubtful = $0.state { true } else { false } }
        return isDoubtful ? .doubtful : .sound
    }

    /// Whether the chain ends at a certificate that the caller named.
    public var isAnchored: Bool { if case .anchored = anchoring { true } else { false } }

    /// Whether revocation lists cover every certificate of the chain below the topmost one.
    public var isRevocationChecked: Bool { revocations.allSatisfy { $0.state != .notChecked } }

    /// The second after which the first certificate of the chain is no longer valid: a renewal must come before it.
    public var renewBefore: Timestamp? { chain.map(\.notAfter).min() }
}

extension TimeStampVerification.Anchoring: CustomStringConvertible {
    /// Words such as `anchored in CN=…`.
    public var description: String {
        switch self {
        case .anchored(let anchor): "anchored in \(anchor.subject)"
        case .notAnchored(let topmost, let isSelfSigned):
            "not anchored in anything you named, topmost certificate is \(topmost.subject)"
                + (isSelfSigned ? "" : ", that of its issuer \(topmost.issuer) is missing")
        }
    }
}

extension TimeStampVerification.RevocationState: CustomStringConvertible {
    /// Words that follow the name of a certificate, such as `not revoked as of 2026-11-22T14:03:05Z`.
    public var description: String {
        switch self {
        case .notChecked: "revocation not checked"
        case .notRevoked(let time): "not revoked as of \(time)"
        case .revokedLater(let revocation): "revoked \(revocation), after the stamp, which stays good"
        case .doubtful(let revocation): "revoked \(revocation), after the stamp, which is doubtful"
        case .revoked(let revocation): "revoked \(revocation), so the stamp proves nothing"
        }
    }
}
