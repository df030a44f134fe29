// What was found about one signature: facts about bytes and keys, none of which depends on today.

public import Cryptography

/// What the signed header data and the key say about b=.
public enum HeaderResult: String, Sendable, CaseIterable {
    /// The key made this signature of these header fields.
    case valid
    /// The key made this signature of the header fields as they were before a known change of content.
    case restored
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
    /// The whole body is the one that was signed once known changes of content are undone.
    case restored(total: Int)
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
        case .restored: "restored"
        case .altered: "altered"
        case .partial: "partial"
        case .tooShort: "too-short"
        case .notComputed: "not-computed"
        }
    }

    /// How many octets are proven to be as signed, if the header signature is valid.
    public var covered: Int {
        switch self {
        case .intact(let total), .restored(let total): total
        case .partial(let covered, _): covered
        case .altered, .tooShort, .notComputed: 0
        }
    }

    /// The octets of the canonical body, when it was computed.
    public var total: Int? {
        switch self {
        case .intact(let total), .restored(let total), .altered(let total), .partial(_, let total),
            .tooShort(let total):
            total
        case .notComputed: nil
        }
    }
}

/// The kind of a signature field.
public enum SignatureKind: String, Sendable, CaseIterable {
    /// DKIM-Signature (RFC 6376).
    case dkim
    /// DomainKey-Signature (RFC 4870).
    case domainKeys = "domainkeys"
    /// ARC-Message-Signature (RFC 8617 §4.1.2).
    case arcMessage = "arc-message"
    /// ARC-Seal (RFC 8617 §4.1.3).
    case arcSeal = "arc-seal"

    /// Whether it belongs to an ARC set.
    public var isARC: Bool { self == .arcMessage || self == .arcSeal }
}

/// What a sealer says of the chain it found, cv= (RFC 8617 §4.1.3).
public enum ChainValidation: String, Sendable, CaseIterable {
    /// There was no chain.
    case absent = "none"
    /// The chain did not validate.
    case fail
    /// The chain validated.
    case pass
}

/// The key that a signature was tried with.
public struct KeyFacts: Hashable, Sendable {
    /// The SHA-256 of the TXT record.
    public let digest: Digest
    /// The strength in bits; nil when the record holds no key.
    public let bits: Int?
    /// Whether the domain says that it is only testing (t=y).
    public let isTesting: Bool
    /// Whether the record was computed from signatures and is known from nowhere else.
    public let isRecovered: Bool
}

/// Everything found about one signature field.
public struct Evidence: Sendable {
    /// The signature's place among the message's signatures of all kinds, from 0.
    public var index: Int
    /// What kind of field it is.
    public var kind = SignatureKind.dkim
    /// The number of its ARC set.
    public var instance: Int?
    /// What its ARC seal says of the chain.
    public var chainValidation: ChainValidation?
    /// What the field says.
    public var signature: Signature
    /// The key that verified, else the first usable one, else the first of that name; nil when none is known.
    public var key: KeyFacts?
    /// Whether the header fields are as signed.
    public var header: HeaderResult
    /// Whether the body is as signed; tried whatever the header's result is.
    public var body: BodyResult
    /// What had to be undone for these results, in the order applied.
    public var repairs: [Repair] = []
    /// How many fields of each name in h= are covered, in the order of h=; empty when the field is malformed.
    public var coverage: [FieldCoverage] = []
    /// What the signature leaves open in the header section in which it is valid, where that is a repaired one.
    var openWhenRepaired: OpenFields?
    /// The shown fields that stand in the message and are not covered at all, sorted by name.
    public var uncovered: [ShownField] = []
    /// The shown fields that stand more often than they are signed, sorted by name.
    public var added: [ShownField] = []
    /// The numbers of the attachments that do not lie wholly inside a partly covered or restored body, in their order.
    public var outside: [[UInt8]] = []
    /// How d= stands to From; nil when the field is malformed.
    public var alignment: Alignment?
    /// Why it proves less than a reader would think, sorted by code.
    public var reservations: [Reservation] = []
    /// The rules that the field, its key record or both break, sorted by code.
    public var violations: [Violation] = []
    /// The SHA-256 of the canonical header data that b= signs; nil when the field is malformed.
    public var signedDataDigest: Digest?
    /// The SHA-256 of the decoded b=: the same value in two messages is the same signature.
    public var signatureDigest: Digest?
}

/// Everything found about the signatures of one message.
public struct MessageEvidence: Sendable {
    /// The DKIM signatures from the top, the DomainKeys ones, then ARC sets by instance; of each kind at most
    /// `Verifier.maximumSignatures`.
    public let signatures: [Evidence]
    /// How many more signature fields there are, which nobody looked at.
    public let unexamined: Int
    /// What RFC 8617 §5.2 makes of the ARC sets together; what a sealer says of a message may still be wrong.
    public let chainStatus: ChainValidation

    /// The code for a message of which `unexamined` is not 0.
    public static let unexaminedCode = "too-many-signatures"
}
