// What one DKIM-Signature field says, before anything is verified.

import Bytes
public import Cryptography

/// A signature algorithm (RFC 6376 §3.3, RFC 8463 §3).
public enum Algorithm: String, Sendable, CaseIterable {
    /// RSA with SHA-1; forbidden since 2018 (RFC 8301), common before.
    case rsaSHA1 = "rsa-sha1"
    /// RSA with SHA-256.
    case rsaSHA256 = "rsa-sha256"
    /// Ed25519 over a SHA-256 digest.
    case ed25519SHA256 = "ed25519-sha256"

    /// The algorithm of a name, letters of either case.
    init?(name: ArraySlice<UInt8>) {
        guard let algorithm = Self.allCases.first(where: { ASCII.equalIgnoringCase($0.rawValue.utf8, name) }) else {
            return nil
        }
        self = algorithm
    }

    /// The hash of the body and of the header.
    public var hash: HashFunction { self == .rsaSHA1 ? .sha1 : .sha256 }

    /// The name of the hash in a key record's h=.
    var hashName: String { self == .rsaSHA1 ? "sha1" : "sha256" }
}

/// The tags of a signature field (RFC 6376 §3.5, RFC 4870 §3.3, RFC 8617 §4.1).
///
/// Facts are kept even when the field breaks rules; a tag that its kind of field does not have is absent.
public struct Signature: Sendable, Equatable {
    /// The number of names in h= that are looked at; fields with more are malformed.
    public static let maximumSignedFields = 1000

    /// What kind of field it is.
    public let kind: SignatureKind
    /// The number of its ARC set, i= of an ARC field.
    public let instance: Int?
    /// cv= of an ARC-Seal.
    public let chainValidation: ChainValidation?
    /// a= as written.
    public let algorithmName: [UInt8]?
    /// c= as written; absent means simple/simple.
    public let canonicalizationName: [UInt8]?
    /// The signing domain, d= as written.
    public let domain: [UInt8]?
    /// The selector, s= as written.
    public let selector: [UInt8]?
    /// i= as written, not decoded.
    public let identity: [UInt8]?
    /// t=, seconds since 1970, at most 2^53 − 1.
    public let timestamp: Int?
    /// x=, seconds since 1970, at most 2^53 − 1.
    public let expiration: Int?
    /// l=, octets of canonical body, at most 2^53 − 1.
    public let bodyLength: Int?
    /// The names in h= as written, in their order, with repetitions.
    public let signedFields: [[UInt8]]
    /// z= as written: copies of header fields, for diagnosis.
    public let copiedFields: [UInt8]?
    /// bh=, decoded.
    public let bodyHash: [UInt8]?
    /// b=, decoded.
    public let value: [UInt8]?
    /// The algorithm, when it is known.
    public let algorithm: Algorithm?
    /// The canonicalization of the header and of the body, when it is known.
    public let canonicalization: Canonicalization?
    /// The rules that the field itself breaks, sorted.
    public let violations: [Violation]

    /// Where b= is, with the white space around its value: to be left out of what is signed.
    let valueRange: Range<Int>?
    /// Whether the domain of i= is exactly d=.
    let identityIsDomain: Bool

    /// Whether it has tags that no standard names; they are signed and mean nothing here.
    public let hasUnknownTags: Bool

    /// The tags of RFC 6376 §3.5, RFC 6541 §4.1, RFC 6651 §3.1, RFC 4870 §3.2 and RFC 8617 §4.1.
    private static let knownTags = Set(
        ["v", "a", "b", "bh", "c", "d", "h", "i", "l", "q", "s", "t", "x", "z", "atps", "atpsh", "r", "cv"].map(\.bytes)
    )

    /// Parses the value of a field, everything after its colon; ranges refer to the slice's own indices.
    public init(parsing field: ArraySlice<UInt8>, as kind: SignatureKind = .dkim) {
        let tags = TagList(parsing: field)
        let message = kind == .dkim || kind == .arcMessage ? tags : TagList(parsing: [])
        var problems: Set<Violation> = []
        if tags.isMalformed { problems.insert(.malformedTag) }
        if tags.hasDuplicates { problems.insert(.duplicateTag) }
        self.kind = kind
        if kind == .dkim { Self.checkVersion(tags["v"], &problems) }
        instance = kind.isARC ? tags["i"].flatMap { ARCInstance.number($0.value) } : nil
        chainValidation = kind == .arcSeal ? Self.chainValidation(tags["cv"], instance, &problems) : nil
        algorithmName = tags["a"].map { Array($0.value) }
        algorithm = Self.algorithm(tags["a"], of: kind, &problems)
        canonicalizationName = kind == .arcSeal ? nil : tags["c"].map { Array($0.value) }
        canonicalization = Self.canonicalization(tags["c"], of: kind, &problems)
        domain = Self.name(tags["d"], .missingDomain, .malformedDomain, &problems)
        selector = Self.name(tags["s"], .missingSelector, .malformedSelector, &problems)
        timestamp = kind == .domainKeys ? nil : Self.number(tags["t"], .malformedTimestamp, &problems)
        expiration = Self.number(message["x"], .malformedExpiration, &problems)
        bodyLength = Self.number(message["l"], .malformedLength, &problems)
        if let timestamp, let expiration, expiration <= timestamp { problems.insert(.expirationBeforeTimestamp) }
        signedFields = Self.signedFields(tags["h"], of: kind, &problems)
        copiedFields = message["z"].map { Array($0.value) }
        bodyHash = Self.bodyHash(message["bh"], of: kind, algorithm, &problems)
        value = Self.value(tags["b"], &problems)
        valueRange = tags["b"]?.surroundings
        hasUnknownTags = tags.hasTags(besides: Self.knownTags)
        let identity = kind == .dkim ? tags["i"] : nil
        self.identity = identity.map { Array($0.value) }
        identityIsDomain = Self.checkIdentity(identity, in: domain ?? [], &problems)
        if kind != .arcSeal { Self.checkQuery(tags["q"], of: kind, &problems) }
        violations = problems.sorted()
    }

    /// Whether the field is too broken to be evaluated.
    public var isMalformed: Bool { violations.contains(where: \.isMalformation) }
}

extension Signature {
    private static func checkVersion(_ tag: TagList.Tag?, _ problems: inout Set<Violation>) {
        guard let tag else {
            problems.insert(.missingVersion)
            return
        }
        if !tag.value.elementsEqual("1".utf8) { problems.insert(.wrongVersion) }
    }

    private static func algorithm(
        _ tag: TagList.Tag?, of kind: SignatureKind, _ problems: inout Set<Violation>
    ) -> Algorithm? {
        guard let tag else {
            // DomainKeys has one algorithm only (RFC 4870 §3.3).
            if kind == .domainKeys { return .rsaSHA1 }
            problems.insert(.missingAlgorithm)
            return nil
        }
        let algorithm = Algorithm(name: tag.value)
        guard let algorithm, kind != .domainKeys || algorithm == .rsaSHA1 else {
            problems.insert(.unknownAlgorithm)
            return nil
        }
        return algorithm
    }

    /// The forms of header and body; a seal always has the relaxed one, and DomainKeys has forms of its own.
    ///
    /// Without c=, an ARC-Message-Signature is relaxed too: the suite of ARC tests has it so.
    private static func canonicalization(
        _ tag: TagList.Tag?, of kind: SignatureKind, _ problems: inout Set<Violation>
    ) -> Canonicalization? {
        switch kind {
        case .arcSeal: return Canonicalization(header: .relaxed, body: .relaxed)
        case .domainKeys:
            if DomainKeysForm(name: tag?.value) == nil { problems.insert(.unknownCanonicalization) }
            return nil
        case .arcMessage where tag == nil: return Canonicalization(header: .relaxed, body: .relaxed)
        case .dkim, .arcMessage:
            let canonicalization = Canonicalization(name: tag?.value)
            if canonicalization == nil { problems.insert(.unknownCanonicalization) }
            return canonicalization
        }
    }

    private static func checkQuery(
        _ tag: TagList.Tag?, of kind: SignatureKind, _ problems: inout Set<Violation>
    ) {
        let methods = kind == .domainKeys ? ["dns"] : ["dns/txt", "dns"]
        if let tag, !methods.contains(where: { TagValue.list(tag.value, contains: $0) }) {
            problems.insert(.unknownQueryMethod)
        }
    }

    private static func number(
        _ tag: TagList.Tag?, _ malformed: Violation, _ problems: inout Set<Violation>
    ) -> Int? {
        guard let tag else { return nil }
        let number = TagValue.number(tag.value)
        if number == nil { problems.insert(malformed) }
        return number
    }

    /// A domain name or selector: letters, digits, `-`, `_`, dots between labels; UTF-8 as RFC 8616 allows it.
    private static func name(
        _ tag: TagList.Tag?, _ missing: Violation, _ malformed: Violation, _ problems: inout Set<Violation>
    ) -> [UInt8]? {
        guard let tag else {
            problems.insert(missing)
            return nil
        }
        if !KeyName.isName(tag.value) { problems.insert(malformed) }
        return Array(tag.value)
    }

    /// The names in h=; a seal has none (RFC 8617 §4.1.3), DomainKeys may do without (RFC 4870 §3.3).
    private static func signedFields(
        _ tag: TagList.Tag?, of kind: SignatureKind, _ problems: inout Set<Violation>
    ) -> [[UInt8]] {
        if kind == .arcSeal {
            if tag != nil { problems.insert(.arcSealNamesFields) }
            return []
        }
        if tag == nil, kind == .domainKeys { return [] }
        guard let tag, !tag.value.isEmpty || kind == .arcMessage else {
            problems.insert(.missingSignedFields)
            return []
        }
        let names = tag.value.split(separator: 0x3A, maxSplits: maximumSignedFields, omittingEmptySubsequences: false)
        if names.count > maximumSignedFields { problems.insert(.tooManySignedFields) }
        var fields = names.prefix(maximumSignedFields).map { Array(ASCII.trimmed($0)) }
        // The suite of ARC tests lets h= be empty, and names in it.
        if kind == .arcMessage { fields.removeAll(where: \.isEmpty) }
        if !fields.allSatisfy({ !$0.isEmpty && $0.allSatisfy { (0x21...0x7E).contains($0) } }) {
            problems.insert(.malformedSignedFields)
        }
        func isNamed(_ name: String) -> Bool {
            fields.contains { ASCII.equalIgnoringCase($0, name.utf8) }
        }
        if kind == .dkim, !isNamed("from") { problems.insert(.fromNotSigned) }
        if kind == .arcMessage, isNamed("arc-seal") { problems.insert(.arcSealSigned) }
        return fields
    }

    private static func bodyHash(
        _ tag: TagList.Tag?, of kind: SignatureKind, _ algorithm: Algorithm?, _ problems: inout Set<Violation>
    ) -> [UInt8]? {
        guard kind == .dkim || kind == .arcMessage else { return nil }
        guard let tag else {
            problems.insert(.missingBodyHash)
            return nil
        }
        let hash = TagValue.base64(tag.value)
        if hash == nil || hash?.count != (algorithm?.hash.digestLength ?? hash?.count) {
            problems.insert(.malformedBodyHash)
        }
        return hash
    }

    private static func value(_ tag: TagList.Tag?, _ problems: inout Set<Violation>) -> [UInt8]? {
        guard let tag, !tag.value.isEmpty else {
            problems.insert(.missingSignature)
            return nil
        }
        let value = TagValue.base64(tag.value)
        if value == nil { problems.insert(.malformedSignature) }
        return value
    }

    /// Whether the domain of i= is exactly d=; without i= it is (RFC 6376 §3.5).
    private static func checkIdentity(
        _ tag: TagList.Tag?, in domain: [UInt8], _ problems: inout Set<Violation>
    ) -> Bool {
        guard let tag else { return true }
        guard let identity = TagValue.quotedPrintable(tag.value), let at = identity.lastIndex(of: 0x40) else {
            problems.insert(.malformedIdentity)
            return false
        }
        let own = ASCII.lowercased(identity[(at + 1)...])
        let signing = ASCII.lowercased(domain)
        if own == signing { return true }
        let isBelow = own.count > signing.count && own.hasSuffix([0x2E] + signing)
        if !isBelow { problems.insert(.identityOutsideDomain) }
        return false
    }
}

extension [UInt8] {
    func hasSuffix(_ end: [UInt8]) -> Bool { suffix(end.count).elementsEqual(end) }
}
