// The rules that hold between lines (Docs/format.md §3.2–3.4, §6 point 3): order, numbers, references, balances.

import Bytes
public import Cryptography

/// A rule between lines that a manifest breaks.
public struct ManifestFault: Equatable, Sendable {
    /// The index of the line, from 0.
    public let leaf: Int
    /// The number of the edition in which it stands.
    public let edition: Int
    /// The code, as Docs/findings.md explains it.
    public let code: String
    /// What was expected and found.
    public let detail: String

    /// The code for DKIM counts in the `end` line that do not follow from the `dkim` lines; its weight depends on the
    /// rules, since they say how a message is classed.
    public static let evidenceCounts = "evidence-counts-differ"
}

/// Follows the lines of all editions in order and collects what is wrong between them.
///
/// It remembers each message's digest, number, size and newest evidence (see `KnownMessages`), each file's digest and
/// size, and the digests of keys; nothing else grows with the archive.
public struct ManifestAudit {
    /// The messages named so far.
    public internal(set) var messages = KnownMessages()
    /// The first `faultLimit` faults so far.
    public private(set) var faults: [ManifestFault] = []
    /// How many faults there are so far, those beyond the limit counted too.
    public private(set) var faultCount = 0
    /// How many faults are kept: a hostile manifest can have some on every line.
    public static let faultLimit = 10_000
    /// How many characters of a fault's detail are kept.
    private static let detailLimit = 2000
    /// The counts so far, as the `end` line must give them.
    public internal(set) var counts = EndLine(leaf: 0)
    /// For how many messages each reservation is one of the signature that gives their class, by code.
    public var reservations: [String: Int] { tally.counts }

    var leaf = 0
    var place = Place.start
    var source: SourceBalance?
    var files = DigestList()
    var fileSizes = PagedArray<Int>()
    /// Of files in pieces, the digest of their pieces' digests.
    var filePieces: [Digest: Digest] = [:]
    /// The name of the open source when it is a single file.
    var fileName: RawText?
    var tally = ReservationTally()
    var edition = OpenEdition()
    /// The evidence of the open message, or that which a later edition records anew.
    var renewal: OpenEvidence?
    private var openMessage: OpenEvidence?
    private var wantedKeys: Set<Digest> = []
    private var knownKeys = KnownKeys()
    private var lastKey: KeyLine?
    private var keyWeight = 0
    /// Whether there are more key records than a bundle can have; those beyond are not looked at.
    public var hasTooManyKeys: Bool { keyWeight > KeyLine.weightLimit }

    enum Place {
        case start, head, laterHead, edition, source, message, signatures, renewed, keys, content, end, withheld
    }

    /// Whether lines are withheld: then rules that need all lines are not looked at, and what remains is.
    public let isRedacted: Bool
    var redaction = Gaps()

    /// Before the first line.
    public init(isRedacted: Bool = false) { self.isRedacted = isRedacted }

    /// Follows one line.
    ///
    /// - Parameter isSalted: whether its text starts with a salt.
    public mutating func follow(_ line: ManifestLine, isSalted: Bool = false) {
        checkOrder(of: line)
        if case .withheld = line { return followWithheld() }
        if case .head(let head) = line {
            check(salted: head.salted, in: isSalted)
        } else {
            check(salted: edition.head?.salted ?? isSalted, in: isSalted)
        }
        if place != .renewed { counts.count(line) }
        closeRenewal(before: line)
        switch line {
        case .head(let line): check(line)
        case .source(let line): open(line)
        case .message(let line): open(line)
        case .attachment(let line): expect(line.message)
        case .dkim(let line): place == .renewed ? renew(line) : check(line)
        case .occurrence(let line): check(line)
        case .file(let line): check(line)
        case .container(let line): check(line)
        case .failure(let line): check(line)
        case .sourceEnd(let line): close(line)
        case .key(let line): check(line)
        case .content(let line): check(line)
        case .end(let line): isRedacted ? checkDisclosure(line) : check(line)
        case .withheld: break
        }
        leaf += 1
    }

    /// Whether the last line was one of those that record evidence anew, for a message of an earlier edition.
    public var isRenewing: Bool { place == .renewed }

    /// A line that could not be read still counts as a leaf.
    public mutating func skipLine() { leaf += 1 }

    /// Ends the manifest; nothing may be open.
    public mutating func finish() {
        if place != .end { fault("line-order", "the manifest stops before its end line") }
        if place == .end, counts.messages == 0 {
            fault("counts-differ", isRedacted ? "no message is disclosed" : "a bundle of no message")
        }
    }

    mutating func fault(_ code: String, _ detail: String, at leaf: Int? = nil) {
        faultCount += 1
        guard faults.count < Self.faultLimit else { return }
        // Texts of a hostile manifest can be as long as its lines.
        let told = detail.utf8.count > Self.detailLimit ? String(detail.prefix(Self.detailLimit)) + "…" : detail
        faults.append(ManifestFault(leaf: leaf ?? self.leaf, edition: edition.number, code: code, detail: told))
    }

    /// The root over the digests of the messages so far.
    public mutating func contentRoot() -> Digest { messages.contentRoot() }

    // The grammar: which line may follow which.
    private mutating func checkOrder(of line: ManifestLine) {
        let allowed: Set<Place>
        let next: Place
        switch line {
        case .head: (allowed, next) = place == .start ? ([.start], .head) : ([.end], .laterHead)
        case .source: (allowed, next) = ([.head, .laterHead, .renewed, .edition], .source)
        case .message: (allowed, next) = ([.source], .message)
        case .attachment: (allowed, next) = ([.message], .message)
        case .dkim where edition.number > 1 && openMessage == nil:
            // Behind withheld lines, too, it belongs to no message that is new.
            (allowed, next) = (edition.isPastRenewals ? [] : [.laterHead, .renewed], .renewed)
        case .dkim: (allowed, next) = ([.message, .signatures], .signatures)
        case .occurrence: (allowed, next) = ([.source, .message, .signatures], .source)
        case .file, .container, .failure: (allowed, next) = ([.source], .source)
        case .sourceEnd: (allowed, next) = ([.source], .edition)
        case .key: (allowed, next) = ([.edition, .laterHead, .renewed, .keys], .keys)
        case .content: (allowed, next) = ([.edition, .laterHead, .renewed, .keys], .content)
        case .end: (allowed, next) = ([.content], .end)
        case .withheld: (allowed, next) = (Self.beforeWithheld, .withheld)
        }
        if !allowed.contains(place) && !(place == .withheld && line.mayFollowWithheld(in: edition)) {
            fault("line-order", "\(line.typeName) cannot stand here")
        }
        if !line.mayPrecedeRenewals { edition.isPastRenewals = true }
        place = next
    }

    private mutating func check(salted: Bool, in isSalted: Bool) {
        guard salted != isSalted else { return }
        fault("salt-differs", salted ? "no salt, expected one in each line" : "a salt, expected none")
    }

    private mutating func check(_ head: HeadLine) {
        if head.format.displayText != Format.name {
            fault("format-unknown", "format \(head.format.displayText), expected \(Format.name)")
        }
        if head.rules < 1 { fault("format-unknown", "rules \(head.rules), expected 1 or more") }
        open(head)
        (openMessage, lastKey, wantedKeys) = (nil, nil, [])
        if !Format.isName(head.name) { fault("name-invalid", "name \(head.name.displayText)") }
        if !Format.isOrigin(head.origin) { fault("name-invalid", "origin \(head.origin.displayText)") }
    }

    private mutating func open(_ message: MessageLine) {
        checkNumber(of: message)
        if message.size > Format.messageLimit {
            fault("message-too-large", "message of \(message.size) bytes, at most \(Format.messageLimit)")
        }
        if !["crlf", "lf", "mixed", "none"].contains(message.lineEnds) {
            fault("code-unknown", "line ends \(message.lineEnds)")
        }
        if !messages.insert(message.sha256, number: message.number, size: message.size) {
            fault("message-duplicate", "message \(message.sha256) has a line already")
        }
        openMessage = OpenEvidence(of: message.sha256, from: leaf)
    }

    private mutating func expect(_ digest: Digest) {
        if openMessage?.message != digest {
            fault("reference-unknown", "message \(digest) is not the one before this line")
        }
    }

    private mutating func check(_ signature: DKIMLine) {
        expect(signature.message)
        openMessage = openMessage.map { follow(signature, in: $0) }
    }

    /// Follows the next of a message's signatures; gives its evidence with it.
    mutating func follow(_ signature: DKIMLine, in evidence: OpenEvidence) -> OpenEvidence {
        if let key = signature.key, !knownKeys.records.contains(key) { wantedKeys.insert(key) }
        var evidence = evidence
        let last = evidence.lastKind
        evidence.add(signature)
        if signature.index != evidence.signatures {
            fault("number-sequence", "signature \(signature.index), expected \(evidence.signatures)")
        }
        if SignatureOrder(of: signature) == nil {
            fault("code-unknown", "signature \(signature.index) is of no known kind, or its instance does not fit it")
        } else if evidence.lastKind < last {
            fault("number-sequence", "signature \(signature.index) stands too late")
        }
        return evidence
    }

    private mutating func check(_ occurrence: OccurrenceLine) {
        let known = messages[occurrence.message]
        if openMessage != nil {
            expect(occurrence.message)
            closeMessage()
        } else if known == nil {
            fault("reference-unknown", "message \(occurrence.message) has no line")
        }
        checkSource(occurrence.source, occurrence.path)
        note(source?.found(occurrence, size: Int(known?.size ?? 0)))
    }

    /// Ends the lines of a message.
    mutating func closeMessage() {
        guard let message = openMessage else { return }
        let evidence = tally.known(message)
        counts.count(evidence.standing.evidence)
        tally.count(evidence, by: 1)
        if let place = messages[message.message]?.place { messages.setEvidence(evidence, at: place) }
        openMessage = nil
    }

    private mutating func check(_ key: KeyLine) {
        if !["file", "dns", "archive", "passive-dns", "recovered"].contains(key.basis) {
            fault("code-unknown", "basis \(key.basis)")
        }
        if let dnssec = key.dnssec, !["secure", "insecure", "bogus"].contains(dnssec) {
            fault("code-unknown", "dnssec \(dnssec)")
        }
        guard !hasTooManyKeys else { return }
        keyWeight += key.weight
        guard !hasTooManyKeys else { return fault("counts-differ", "more key records than a bundle can have") }
        let record = Digest(hashing: key.record)
        wantedKeys.remove(record)
        if let earlier = knownKeys.add(key, record: record, edition: edition.number) {
            fault("key-repeated", "the key stands in edition \(earlier) already")
        }
        edition.addsSomething = true
        if let last = lastKey, last >= key {
            fault("key-order", "keys are not sorted by domain, selector, record and the rest of the line")
        }
        lastKey = key
    }

    private mutating func check(_ content: ContentLine) {
        guard !isRedacted else { return fault("redaction-invalid", "the content line tells of withheld messages") }
        checkAddition()
        checkKeys()
        if content.messages != counts.messages {
            fault("counts-differ", "content of \(content.messages) messages, found \(counts.messages)")
        }
        let root = messages.contentRoot()
        if content.root != root { fault("content-root-differs", "content root \(content.root), computed \(root)") }
    }

    mutating func checkKeys() {
        if let key = wantedKeys.min() { fault("reference-unknown", "key \(key) of a signature has no line") }
    }

    private mutating func check(_ end: EndLine) {
        var expected = counts
        expected.leaf = leaf
        expected.head = edition.number > 1 ? edition.start : nil
        let classed = end.withEvidence(of: expected)
        if classed != expected { fault("counts-differ", "end line \(classed.differences(from: expected))") }
        if classed != end { fault(ManifestFault.evidenceCounts, "end line \(end.differences(from: classed))") }
    }
}
