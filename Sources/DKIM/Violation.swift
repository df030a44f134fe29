// What is wrong with a signature besides its cryptography, as codes that never change their meaning.

/// A rule of RFC 6376, RFC 4870 or RFC 8617 that a signature or its key record breaks; a pure function of the bytes and the key record.
public enum Violation: String, Comparable, Sendable, CaseIterable {
    // The signature field cannot be evaluated.
    /// Something between two semicolons is no `name=value`.
    case malformedTag = "malformed-tag"
    /// A tag stands twice.
    case duplicateTag = "duplicate-tag"
    /// No a=.
    case missingAlgorithm = "missing-algorithm"
    /// No b=, or an empty one.
    case missingSignature = "missing-signature"
    /// No bh=.
    case missingBodyHash = "missing-body-hash"
    /// No d=.
    case missingDomain = "missing-domain"
    /// No s=.
    case missingSelector = "missing-selector"
    /// No h=, or an empty one.
    case missingSignedFields = "missing-signed-fields"
    /// a= is none of rsa-sha256, rsa-sha1 and ed25519-sha256.
    case unknownAlgorithm = "unknown-algorithm"
    /// c= names no known canonicalization.
    case unknownCanonicalization = "unknown-canonicalization"
    /// b= is not base64.
    case malformedSignature = "malformed-signature"
    /// bh= is not base64 of a digest of the right length.
    case malformedBodyHash = "malformed-body-hash"
    /// d= is no domain name.
    case malformedDomain = "malformed-domain"
    /// s= is no selector.
    case malformedSelector = "malformed-selector"
    /// h= has an item that is no field name.
    case malformedSignedFields = "malformed-signed-fields"
    /// h= has more names than are looked at.
    case tooManySignedFields = "too-many-signed-fields"
    /// l= is no number.
    case malformedLength = "malformed-length"

    // The signature can be evaluated, but the RFC does not let it count.
    /// No v=, as in drafts of 2006.
    case missingVersion = "missing-version"
    /// v= is not 1.
    case wrongVersion = "wrong-version"
    /// q= has no method that gets keys from TXT records.
    case unknownQueryMethod = "unknown-query-method"
    /// t= is no number.
    case malformedTimestamp = "malformed-timestamp"
    /// x= is no number.
    case malformedExpiration = "malformed-expiration"
    /// x= is not after t=.
    case expirationBeforeTimestamp = "expiration-before-timestamp"
    /// i= has no domain, or is not quoted-printable.
    case malformedIdentity = "malformed-identity"
    /// The domain of i= is neither d= nor below it.
    case identityOutsideDomain = "identity-outside-domain"
    /// h= does not name From.
    case fromNotSigned = "from-not-signed"
    /// The key has t=s, and the domain of i= is not exactly d=.
    case strictIdentityRequired = "strict-identity-required"
    /// The key's h= does not allow the signature's hash.
    case hashNotAllowedByKey = "hash-not-allowed-by-key"
    /// The key's s= does not allow mail.
    case serviceNotEmail = "service-not-email"

    // DomainKeys (RFC 4870) does not let the signature count.
    /// Neither Sender nor From is among the fields that it signs, or the one that is has no address.
    case domainKeysSenderNotSigned = "domainkeys-sender-not-signed"
    /// d= is neither the domain of the signed Sender or From, nor above it.
    case domainKeysSenderOutsideDomain = "domainkeys-sender-outside-domain"
    /// The key's g= does not fit the part of the sender's address before the @.
    case domainKeysGranularity = "domainkeys-granularity"

    // ARC (RFC 8617) does not let the field or its set count.
    /// cv= is missing, or is none of none, pass and fail.
    case arcMalformedChainValidation = "arc-malformed-chain-validation"
    /// cv= is not none in the first set, or none in a later one.
    case arcWrongChainValidation = "arc-wrong-chain-validation"
    /// An ARC-Seal has h=.
    case arcSealNamesFields = "arc-seal-names-fields"
    /// h= of an ARC-Message-Signature names ARC-Seal.
    case arcSealSigned = "arc-seal-signed"
    /// The set has no ARC-Authentication-Results.
    case arcMissingResults = "arc-missing-results"
    /// The set has no ARC-Message-Signature.
    case arcMissingMessageSignature = "arc-missing-message-signature"
    /// The set has no ARC-Seal.
    case arcMissingSeal = "arc-missing-seal"
    /// The set has several fields ARC-Authentication-Results.
    case arcDuplicateResults = "arc-duplicate-results"
    /// The set has several fields ARC-Message-Signature.
    case arcDuplicateMessageSignature = "arc-duplicate-message-signature"
    /// The set has several fields ARC-Seal.
    case arcDuplicateSeal = "arc-duplicate-seal"
    /// The set before this one is missing.
    case arcGap = "arc-gap"
    /// A set before this one says cv=fail, after which none may follow.
    case arcFollowsFailure = "arc-follows-failure"

    // The key record cannot be used.
    /// The key is for another algorithm than a= names.
    case keyTypeMismatch = "key-type-mismatch"
    /// The record is no tag list, or a tag stands twice.
    case keyMalformedTag = "key-malformed-tag"
    /// The record's v= is not DKIM1.
    case keyWrongVersion = "key-wrong-version"
    /// The record's k= is neither rsa nor ed25519.
    case keyUnknownType = "key-unknown-type"
    /// The record has no p=.
    case keyMissingData = "key-missing-data"
    /// The record's p= is no key of its type within the accepted bounds.
    case keyMalformedData = "key-malformed-data"

    /// Whether the signature field is too broken to be evaluated.
    public var isMalformation: Bool {
        switch self {
        case .malformedTag, .duplicateTag, .missingAlgorithm, .missingSignature, .missingBodyHash, .missingDomain,
            .missingSelector, .missingSignedFields, .unknownAlgorithm, .unknownCanonicalization, .malformedSignature,
            .malformedBodyHash, .malformedDomain, .malformedSelector, .malformedSignedFields, .tooManySignedFields,
            .malformedLength:
            true
        default: false
        }
    }

    /// Whether the code of `a` sorts before that of `b`, byte by byte.
    public static func < (a: Violation, b: Violation) -> Bool {
        a.rawValue.utf8.lexicographicallyPrecedes(b.rawValue.utf8)
    }
}
