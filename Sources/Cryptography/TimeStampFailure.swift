// What can be wrong with a time stamp.

public import Bytes

/// A reason why a time stamp proves nothing; its description is a sentence of what was expected and what was found.
public enum TimeStampFailure: Hashable, Sendable {
    /// The authority gave no token; why, in its own words, and by the names of RFC 3161.
    case notGranted(TimeStampReply.Status, texts: [String], failures: [TimeStampReply.Failure])
    /// The digest is by a hash function weaker than SHA-256, or is of another length than that of its function.
    case weakImprint(algorithm: ObjectIdentifier)
    /// The digest is by a hash function by which nothing was given to compare with.
    case imprintNotGiven(TimeStampImprint.Algorithm)
    /// The token is over something else.
    case otherImprint(expected: TimeStampImprint, found: TimeStampImprint)
    /// The token answers another request, or none.
    case otherNonce(expected: [UInt8], found: [UInt8]?)
    /// The token has a critical extension.
    case criticalExtension(ObjectIdentifier)
    /// The certificate that the signer names is neither in the token nor in what was given.
    case signerNotFound(name: String)
    /// The certificate is not that of the authority that the token names.
    case otherAuthority(named: String, subject: String)
    /// The signed attributes do not say that a TSTInfo was signed.
    case otherContentType
    /// The signed attributes are of other content.
    case otherMessageDigest
    /// The signature is not that of the certificate's key over the signed attributes.
    case invalidSignature(subject: String)
    /// Neither of the two attributes that bind the certificate is there.
    case unboundCertificate
    /// An attribute binds another certificate, or is malformed.
    case otherCertificateBound(version: Int, subject: String)
    /// The token is signed by an algorithm, or a hash function, weaker than SHA-256 or unknown.
    case weakSignature(algorithm: ObjectIdentifier)
    /// The algorithm of the signature is called after another hash function than the signer's own.
    case otherSignatureHash(algorithm: ObjectIdentifier)
    /// A key or hash function of a certificate is weaker than RSA of 2048 bits, EC of 256 bits or SHA-256.
    case weakCertificate(String, subject: String)
    /// The signer's certificate is not one of a time-stamping authority.
    case unfitCertificate(Unfitness, subject: String)
    /// An issuer's certificate has an extendedKeyUsage without time stamping.
    case issuerNotForTimeStamping(subject: String)
    /// libcrypto refuses the chain at the time of the token.
    case invalidChain(subject: String, problem: String)
    /// The chain ends at a certificate that is none of the anchors.
    case otherAnchor(topmost: String)
    /// A certificate of the chain had been revoked at the time of the token, or its key was in other hands.
    case revoked(subject: String, Revocation)
    /// A revocation list of the chain cannot be believed.
    case unusableRevocationList(issuer: String, problem: String)

    /// Why a certificate is not one of a time-stamping authority (RFC 3161 §2.3).
    public enum Unfitness: Hashable, Sendable {
        /// extendedKeyUsage is missing, lacks time stamping, or has anything else.
        case notForTimeStampingAlone
        /// extendedKeyUsage is not critical.
        case extendedKeyUsageNotCritical
        /// It may issue certificates.
        case authorityCertificate
        /// keyUsage has something else than digitalSignature and nonRepudiation, or neither.
        case keyUsage
    }
}

/// What a revocation list says of a certificate that it revokes.
public struct Revocation: Hashable, Sendable {
    /// Since when the certificate is revoked.
    public let date: Timestamp
    /// Since when the key is known or thought to have been in other hands, when the list tells.
    public let invalidityDate: Timestamp?
    /// Why, when the list tells.
    public let reason: RevocationReason?
}

extension Revocation: CustomStringConvertible {
    /// Words such as `at 2026-11-22T14:03:05Z (keyCompromise)`.
    public var description: String {
        let invalidity = invalidityDate.map { ", key invalid since \($0)" } ?? ""
        return "at \(date) (\(reason?.description ?? "no reason given")\(invalidity))"
    }
}

extension TimeStampFailure: CustomStringConvertible {
    /// A sentence such as `token is over SHA-256 2cf2…, expected SHA-256 486e…`.
    public var description: String {
        switch self {
        case .notGranted(let status, let texts, let failures):
            (["authority granted no token: \(status)"] + failures.map(\.description) + texts).joined(separator: ", ")
        case .weakImprint(let algorithm):
            "token is over a digest by hash function \(algorithm), expected SHA-256, SHA-384 or SHA-512"
        case .imprintNotGiven(let algorithm): "token is over a \(algorithm.name) digest, which was not given"
        case .otherImprint(let expected, let found): "token is over \(found), expected \(expected)"
        case .otherNonce(let expected, let found):
            "token has \(Self.words(for: found)), expected \(Self.words(for: expected))"
        case .criticalExtension(let identifier): "token has the unknown critical extension \(identifier)"
        case .signerNotFound(let name): "certificate of the signer is missing, expected that of \(name)"
        case .otherAuthority(let named, let subject): "token names the authority \(named), signed by \(subject)"
        case .otherContentType: "signed attributes are not of a TSTInfo"
        case .otherMessageDigest: "signed attributes hold the digest of other content"
        case .invalidSignature(let subject): "signature is not that of \(subject)"
        case .unboundCertificate: "signature binds no certificate, expected SigningCertificate or SigningCertificateV2"
        case .otherCertificateBound(let version, let subject):
            "SigningCertificate\(version == 1 ? "" : "V2") is malformed or not of the certificate of \(subject)"
        case .weakSignature(let algorithm): "token is signed by algorithm \(algorithm), expected SHA-256 or better"
        case .otherSignatureHash(let algorithm):
            "token is signed by algorithm \(algorithm), which has another hash function than its digests"
        case .weakCertificate(let what, let subject):
            "certificate of \(subject) has \(what), expected at least RSA of 2048 bits or EC of 256 bits, and SHA-256"
        case .unfitCertificate(let unfitness, let subject): "certificate of \(subject) \(unfitness)"
        case .issuerNotForTimeStamping(let subject):
            "certificate of \(subject) may not issue certificates for time stamping"
        case .invalidChain(let subject, let problem):
            "certificate of \(subject) was not valid at the time of the token: \(problem)"
        case .otherAnchor(let topmost): "chain ends at \(topmost), which is none of the anchors"
        case .revoked(let subject, let revocation): "certificate of \(subject) was revoked \(revocation)"
        case .unusableRevocationList(let issuer, let problem): "revocation list of \(issuer) is unusable: \(problem)"
        }
    }

    private static func words(for nonce: [UInt8]?) -> String {
        nonce.map { "nonce " + Hexadecimal.encode($0).displayText } ?? "no nonce"
    }
}

extension TimeStampFailure.Unfitness: CustomStringConvertible {
    /// Words that follow the name of a certificate.
    public var description: String {
        switch self {
        case .notForTimeStampingAlone: "is not for time stamping alone (extendedKeyUsage)"
        case .extendedKeyUsageNotCritical: "has an extendedKeyUsage that is not critical"
        case .authorityCertificate: "may issue certificates, expected one of an authority for time stamps alone"
        case .keyUsage: "has a keyUsage other than digitalSignature and nonRepudiation"
        }
    }
}
