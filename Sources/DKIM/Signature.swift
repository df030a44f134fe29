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

/// The tags of a DKIM-Signature field (RFC 6376 §3.5); facts are kept even when the field breaks rules.
public struct Signature: Sendable, Equatable {
    /// The number of names in h= that are looked at; fields with more are malformed.
    public static let maximumSignedFields = 1000

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

    /// Parses the value of a field, everything after its colon; ranges refer to the slice's own indices.
    public init(parsing field: ArraySlice<UInt8>) {
        let tags = TagList(parsing: field)
        var problems: Set<Violation> = []
        if tags.isMalformed { problems.insert(.malformedTag) }
        if tags.hasDuplicates { problems.insert(.duplicateTag) }
        if tags["v"] == nil { problems.insert(.missingVersion) }
        if let version = tags["v"]?.value, !version.elementsEqual("1".utf8) { problems.insert(.wrongVersion) }
        algorithmName = tags["a"].map { Array($0.value) }
        algorithm = tags["a"].flatMap { Algorithm(name: $0.value) }
        if algorithm == nil { problems.insert(tags["a"] == nil ? .missingAlgorithm : .unknownAlgorithm) }
        canonicalizationName = tags["c"].map { Array($0.value) }
        canonicalization = Canonicalization(name: tags["c"]?.value)
        if canonicalization == nil { problems.insert(.unknownCanonicalization) }
        domain = Self.name(tags["d"], .missingDomain, .malformedDomain, &problems)
        selector = Self.name(tags["s"], .missingSelector, .malformedSelector, &problems)
        timestamp = Self.number(tags["t"], .malformedTimestamp, &problems)
        expiration = Self.number(tags["x"], .malformedExpiration, &problems)
        bodyLength = Self.number(tags["l"], .malformedLength, &problems)
        if let timestamp, let expiration, expiration <= timestamp { problems.insert(.expirationBeforeTimestamp) }
        signedFields = Self.signedFields(tags["h"], &problems)
        copiedFields = tags["z"].map { Array($0.value) }
        bodyHash = Self.bodyHash(tags["bh"], algorithm, &problems)
        value = Self.value(tags["b"], &problems)
        valueRange = tags["b"]?.surroundings
        identity = tags["i"].map { Array($0.value) }
        identityIsDomain = Self.checkIdentity(tags["i"], in: domain ?? [], &problems)
        if let methods = tags["q"]?.value,
            !["dns/txt", "dns"].contains(where: { TagValue.list(methods, contains: $0) })
        {
            problems.insert(.unknownQueryMethod)
        }
        violations = problems.sorted()
    }

    /// Whether the field is too broken to be evaluated.
    public var isMalformed: Bool { violations.contains(where: \.isMalformation) }
}

extension Signature {
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
        let labels = tag.value.split(separator: 0x2E, omittingEmptySubsequences: false)
        let isName = labels.allSatisfy { label in
            !label.isEmpty
                && label.allSatisfy {
                    ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == 0x2D || $0 == 0x5F || $0 >= 0x80
                }
        }
        if !isName { problems.insert(malformed) }
        return Array(tag.value)
    }

    private static func signedFields(_ tag: TagList.Tag?, _ problems: inout Set<Violation>) -> [[UInt8]] {
        guard let tag, !tag.value.isEmpty else {
            problems.insert(.missingSignedFields)
            return []
        }
        let names = tag.value.split(
            separator: 0x3A, maxSplits: maximumSignedFields, omittingEmptySubsequences: false)
        if names.count > maximumSignedFields { problems.insert(.tooManySignedFields) }
        let fields = names.prefix(maximumSignedFields).map { Array(ASCII.trimmed($0)) }
        if !fields.allSatisfy({ !$0.isEmpty && $0.allSatisfy { (0x21...0x7E).contains($0) } }) {
            problems.insert(.malformedSignedFields)
        }
        if !fields.contains(where: { ASCII.equalIgnoringCase($0, "from".utf8) }) { problems.insert(.fromNotSigned) }
        return fields
    }

    private static func bodyHash(
        _ tag: TagList.Tag?, _ algorithm: Algorithm?, _ problems: inout Set<Violation>
    ) -> [UInt8]? {
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
    fileprivate func hasSuffix(_ end: [UInt8]) -> Bool { suffix(end.count).elementsEqual(end) }
}
