// What a message's DKIM lines amount to, for counting: one word for each message, from recorded facts alone.

/// The class of a message in the counts of the `end` line (Docs/dkim.md).
public enum EvidenceClass: String, CaseIterable, Sendable {
    /// A signature proves the signed headers and the whole body.
    case verified
    /// A signature proves the signed headers; the body differs from, or exceeds, what was signed.
    case headersOnly = "headers_only"
    /// Signatures were tried with a key, or are malformed, and none proves anything.
    case notVerifying = "not_verifying"
    /// There are signatures and no usable key for any of them.
    case keyUnavailable = "key_unavailable"
    /// There is no signature.
    case unsigned

    /// The class that the lines of one message's signatures give: the strongest that one of them gives alone.
    public init(of signatures: [DKIMLine]) { self = signatures.map(Self.init(ofOne:)).max() ?? .unsigned }

    private init(ofOne signature: DKIMLine) {
        if signature.header == "valid" && signature.violations.isEmpty {
            self = signature.body == "intact" ? .verified : .headersOnly
        } else {
            self = Self.tried.contains(signature.header) ? .notVerifying : .keyUnavailable
        }
    }

    private static let tried: Set<String> = ["valid", "invalid", "malformed"]
}

extension EvidenceClass: Comparable {
    /// Whether `a` is weaker than `b`: the reverse of the order in which the cases stand.
    public static func < (a: EvidenceClass, b: EvidenceClass) -> Bool { a.rank < b.rank }

    private var rank: Int {
        switch self {
        case .verified: 4
        case .headersOnly: 3
        case .notVerifying: 2
        case .keyUnavailable: 1
        case .unsigned: 0
        }
    }
}

extension EndLine {
    /// Counts one line; the DKIM classes are counted by `count(_:)` of a class.
    public mutating func count(_ line: ManifestLine) {
        switch line {
        case .head, .sourceEnd, .content, .end: break
        case .source: sources += 1
        case .message(let message):
            messages += 1
            // A larger size is a fault of its own, and must not make the sum overflow.
            bytes += min(message.size, Format.messageLimit)
        case .attachment: attachments += 1
        case .dkim: signatures += 1
        case .occurrence: occurrences += 1
        case .file: files += 1
        case .container: containers += 1
        case .failure: failures += 1
        case .key: keys += 1
        }
    }

    /// The same counts, but those by class from another line.
    func withEvidence(of other: EndLine) -> EndLine {
        var line = self
        line.verified = other.verified
        line.headersOnly = other.headersOnly
        line.notVerifying = other.notVerifying
        line.keyUnavailable = other.keyUnavailable
        line.unsigned = other.unsigned
        return line
    }

    /// Counts one message of a class.
    public mutating func count(_ evidence: EvidenceClass) {
        switch evidence {
        case .verified: verified += 1
        case .headersOnly: headersOnly += 1
        case .notVerifying: notVerifying += 1
        case .keyUnavailable: keyUnavailable += 1
        case .unsigned: unsigned += 1
        }
    }
}
