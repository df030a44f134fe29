// What was found about one signature: facts about bytes and keys, none of which depends on today.

public import Cryptography

/// What the signed header data and the key say about b=.
public enum HeaderResult: String, Sendable, CaseIterable {
    /// The key made this signature of these header fields.
    case valid
    /// No usable key of that name made this signature of these header fields.
    case invalid
    /// No key record of that name is known.
    case noKey = "no-key"
    /// The key record says that the key was withdrawn.
    case keyRevoked = "key-revoked"
    /// The key record is malformed or for another algorithm.
    case keyUnusable = "key-unusable"
    /// The signature field is too broken to be evaluated.
    case malformed
}

/// What the body says about bh=; lengths are octets of the canonical body.
public enum BodyResult: Hashable, Sendable {
    /// The whole body is the one that was signed.
    case intact(total: Int)
    /// The body is another one.
    case altered(total: Int)
    /// The first `covered` octets are those that were signed (l=); what follows is not covered.
    case partial(covered: Int, total: Int)
    /// l= is beyond the end of the body.
    case tooShort(total: Int)
    /// The signature does not say how to compute a body hash.
    case notComputed

    /// The word for it.
    public var word: String {
        switch self {
        case .intact: "intact"
        case .altered: "altered"
        case .partial: "partial"
        case .tooShort: "too-short"
        case .notComputed: "not-computed"
        }
    }

    /// How many octets are proven to be as signed, if the header signature is valid.
    public var covered: Int {
        switch self {
        case .intact(let total): total
        case .partial(let covered, _): covered
        case .altered, .tooShort, .notComputed: 0
        }
    }

    /// The octets of the canonical body, when it was computed.
    public var total: Int? {
        switch self {
        case .intact(let total), .altered(let total), .partial(_, let total), .tooShort(let total): total
        case .notComputed: nil
        }
    }
}

/// The key that a signature was tried with.
public struct KeyFacts: Hashable, Sendable {
    /// The SHA-256 of the TXT record.
    public let digest: Digest
    /// The strength in bits; nil when the record holds no key.
    public let bits: Int?
    /// Whether the domain says that it is only testing (t=y).
    public let isTesting: Bool
}

/// Everything found about one DKIM-Signature field.
public struct Evidence: Sendable {
    /// The field's place among the message's DKIM-Signature fields, from 0 at the top.
    public let index: Int
    /// What the field says.
    public let signature: Signature
    /// The key that verified, else the first usable one, else the first of that name; nil when none is known.
    public let key: KeyFacts?
    /// Whether the header fields are as signed.
    public let header: HeaderResult
    /// Whether the body is as signed; tried whatever the header's result is.
    public let body: BodyResult
    /// The SHA-256 of the canonical header data that b= signs; nil when the field is malformed.
    public let signedDataDigest: Digest?
    /// The SHA-256 of the decoded b=: the same value in two messages is the same signature.
    public let signatureDigest: Digest?
    /// How many fields of each name in h= are covered, in the order of h=; empty when the field is malformed.
    public let coverage: [FieldCoverage]
    /// The rules that the field, its key record or both break, sorted by code.
    public let violations: [Violation]
}

/// Everything found about the signatures of one message.
public struct MessageEvidence: Sendable {
    /// The signatures from the top, at most `Verifier.maximumSignatures`.
    public let signatures: [Evidence]
    /// How many more DKIM-Signature fields there are, which nobody looked at.
    public let unexamined: Int

    /// The code for a message of which `unexamined` is not 0.
    public static let unexaminedCode = "too-many-signatures"
}
