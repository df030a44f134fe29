// What a message's signatures amount to, for counting: one word for each message, from recorded facts alone.

/// The class of a message in the counts of the `end` line (Docs/dkim.md), the strongest first.
public enum EvidenceClass: String, CaseIterable, Sendable {
    /// A signature of From's domain proves the signed headers and the whole body, and covers what readers judge by.
    case verified
    /// The same, once known changes of content are undone.
    case repaired
    /// The same, but for reservations.
    case qualified
    /// A signature of From's domain proves the signed headers; the body is another one.
    case headersOnly = "headers_only"
    /// Signatures prove something, but none is of From's domain.
    case otherDomain = "other_domain"
    /// Signatures were tried with a key, or are malformed, and none proves anything.
    case notVerifying = "not_verifying"
    /// There are signatures and no usable key for any of them.
    case keyUnavailable = "key_unavailable"
    /// There is no signature.
    case unsigned

    /// The class that the lines of one message's signatures give: the strongest that one of them gives alone.
    public init(of signatures: [DKIMLine]) { self = EvidenceStanding(of: signatures).evidence }

    fileprivate init(ofOne signature: DKIMLine) {
        guard Self.proven.contains(signature.header), signature.violations.isEmpty else {
            self = Self.tried.contains(signature.header) ? .notVerifying : .keyUnavailable
            return
        }
        if !Self.aligned.contains(signature.alignment ?? "") {
            self = .otherDomain
        } else if !Self.covering.contains(signature.body) || (signature.body == "partial" && signature.covered == 0) {
            self = .headersOnly
        } else if !signature.reservations.isEmpty {
            self = .qualified
        } else {
            self = signature.header == "restored" || signature.body == "restored" ? .repaired : .verified
        }
    }

    private static let proven: Set<String> = ["valid", "restored"]
    private static let tried: Set<String> = ["valid", "restored", "invalid", "malformed"]
    private static let aligned: Set<String> = ["same", "related", "tenant"]
    private static let covering: Set<String> = ["intact", "restored", "partial"]
}

extension EvidenceClass: Comparable {
    /// Whether `a` is weaker than `b`: the reverse of the order in which the cases stand.
    public static func < (a: EvidenceClass, b: EvidenceClass) -> Bool { a.place > b.place }

    private var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// What the strongest of a message's signatures amounts to; signatures of ARC sets do not count.
public struct EvidenceStanding: Equatable, Sendable {
    /// The class of the message.
    public private(set) var evidence = EvidenceClass.unsigned
    /// The reservations of the signature that gives the class, if that proves anything; of several, of the one with the
    /// fewest.
    public private(set) var reservations: [String] = []

    /// Before any signature.
    public init() {}

    /// The standing that these signatures give.
    public init(of signatures: [DKIMLine]) {
        for signature in signatures { count(signature) }
    }

    /// Counts one more signature of the message.
    public mutating func count(_ signature: DKIMLine) {
        guard signature.kind == nil || signature.kind == "domainkeys" else { return }
        let found = EvidenceClass(ofOne: signature)
        guard found > evidence || (found == evidence && signature.reservations.count < reservations.count) else {
            return
        }
        evidence = found
        // There is nothing to have reservations about where nothing is proven.
        reservations = found > .notVerifying ? signature.reservations : []
    }
}

extension EndLine {
    /// Counts one line; the DKIM classes are counted by `count(_:)` of a class.
    public mutating func count(_ line: ManifestLine) {
        switch line {
        case .head, .sourceEnd, .content, .end, .withheld: break
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
        for evidence in EvidenceClass.allCases { line[evidence] = other[evidence] }
        return line
    }

    /// Counts one message of a class.
    public mutating func count(_ evidence: EvidenceClass) { self[evidence] += 1 }

    /// The number of messages of a class.
    public subscript(evidence: EvidenceClass) -> Int {
        get {
            switch evidence {
            case .verified: verified
            case .repaired: repaired
            case .qualified: qualified
            case .headersOnly: headersOnly
            case .otherDomain: otherDomain
            case .notVerifying: notVerifying
            case .keyUnavailable: keyUnavailable
            case .unsigned: unsigned
            }
        }
        set {
            switch evidence {
            case .verified: verified = newValue
            case .repaired: repaired = newValue
            case .qualified: qualified = newValue
            case .headersOnly: headersOnly = newValue
            case .otherDomain: otherDomain = newValue
            case .notVerifying: notVerifying = newValue
            case .keyUnavailable: keyUnavailable = newValue
            case .unsigned: unsigned = newValue
            }
        }
    }
}
