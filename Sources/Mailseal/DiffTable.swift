// One manifest, read once through the index and kept in compact records.

import Bytes
import Cryptography
import Manifest

/// The facts of one manifest; messages are known by their place in `messages`.
struct DiffTable: Sendable {
    /// The head line of the newest edition.
    private(set) var head: HeadLine?
    private var edition: UInt32 = 0
    private(set) var sources: [UInt32: SourceLine] = [:]
    private var retrievals: [UInt32: UInt64] = [:]
    private(set) var messages: [DiffMessageEntry] = []
    /// The messages' digests, each at its message's place.
    private(set) var digests = DigestList()
    private(set) var files: [DiffFileEntry] = []
    private(set) var failures: [(leaf: UInt32, identity: UInt64)] = []
    private(set) var containers: [UInt64] = []
    private(set) var keys: [DiffKeyEntry] = []
    private(set) var contentRoot = Digest(hashing: [])
    private var recordedRoot: Digest?
    private var allPlaces: [DiffPlaceEntry] = []
    private var placeStarts: [UInt32] = []
    private var allSignatures: [DiffSignatureEntry] = []
    private var signatureStarts: [UInt32] = []
    /// A task reads this many groups of lines.
    private static let groupsAtOnce = 4

    /// Reads the manifest of a bundle; throws when a line is malformed or does not belong to the root.
    init(_ bundle: Bundle, jobs: Int, observer: Observer) async throws {
        reserve(bundle.end, lines: bundle.lineCount)
        var window = InOrder<[DiffFact]>(width: jobs * 2, budget: .max)
        let groups = (bundle.lineCount + 255) / 256
        var next = 0
        var leaf = 0
        while true {
            while next < groups, !window.isFull {
                // Read here, one group after another, so that each block is inflated once; taken apart in tasks.
                let range = next..<min(next + Self.groupsAtOnce, groups)
                let lines = try range.flatMap { try bundle.lines(ofGroup: $0) }
                window.submit(weight: 1) { try Self.facts(of: lines, in: bundle) }
                next = range.upperBound
            }
            guard let facts = try await window.next() else { break }
            for fact in facts {
                try add(fact, leaf: leaf)
                leaf += 1
            }
            observer.progress(Progress(bytes: leaf, totalBytes: bundle.lineCount, messages: messages.count))
        }
        try finish(isRedacted: bundle.isRedacted)
    }

    // Arrays that grow by doubling would take up to three times their size.
    private mutating func reserve(_ counts: EndLine, lines: Int) {
        messages.reserveCapacity(counts.messages.clamped(to: 0...lines))
        allPlaces.reserveCapacity(counts.occurrences.clamped(to: 0...lines))
        allSignatures.reserveCapacity(counts.signatures.clamped(to: 0...lines))
    }

    /// The places of a message.
    func places(of message: UInt32) -> ArraySlice<DiffPlaceEntry> {
        allPlaces[Int(placeStarts[Int(message)])..<Int(placeStarts[Int(message) + 1])]
    }

    /// The signatures of a message, as the newest edition that names them recorded them.
    func signatures(of message: UInt32) -> ArraySlice<DiffSignatureEntry> {
        allSignatures[Int(signatureStarts[Int(message)])..<Int(signatureStarts[Int(message) + 1])]
    }

    /// The class of a message.
    func evidence(of message: UInt32) -> EvidenceClass { signatures(of: message).map(\.evidence).max() ?? .unsigned }

    /// The hash of the retrieval that holds for something: its own, else its source's; 0 when none is stated.
    func retrieval(own: UInt64, source: UInt32) -> UInt64 { own != 0 ? own : retrievals[source] ?? 0 }

    private static func facts(of lines: [UnreadLine], in bundle: Bundle) throws -> [DiffFact] {
        var facts: [DiffFact] = []
        facts.reserveCapacity(lines.count)
        for line in lines {
            facts.append(try DiffFact(line, in: bundle))
        }
        return facts
    }

    private mutating func add(_ fact: DiffFact, leaf: Int) throws {
        switch fact {
        case .head(let line):
            head = line
            edition += 1
        case .source(let line):
            sources[UInt32(clamping: line.id)] = line
            retrievals[UInt32(clamping: line.id)] = line.retrieved?.diffHash
        case .message(let digest, let message):
            guard digests.insert(digest).isNew else {
                throw MailsealError("manifest line \(leaf): a message that stood before", hint: Bundle.hint)
            }
            messages.append(message)
        case .attachment(let digest, let hash):
            let message = Int(try number(of: digest, leaf))
            messages[message].derived = (messages[message].derived &* 31) ^ hash
        case .signature(let digest, var entry):
            entry.message = try number(of: digest, leaf)
            entry.edition = edition
            allSignatures.append(entry)
        case .place(let digest, var entry):
            entry.message = try number(of: digest, leaf)
            allPlaces.append(entry)
        case .file(let entry): files.append(entry)
        case .failure(let leaf, let identity): failures.append((leaf, identity))
        case .container(let hash): containers.append(hash)
        case .key(let entry): keys.append(entry)
        case .content(let line): recordedRoot = line.root
        case .other: break
        }
    }

    private func number(of digest: Digest, _ leaf: Int) throws -> UInt32 {
        guard let place = digests.place(of: digest) else {
            throw MailsealError("manifest line \(leaf): about a message that has no line", hint: Bundle.hint)
        }
        return UInt32(place)
    }

    /// In a redacted bundle, whose content line is withheld, the content root is that of the messages that are disclosed.
    private mutating func finish(isRedacted: Bool) throws {
        allPlaces.sort { ($0.message, $0.leaf) < ($1.message, $1.leaf) }
        allSignatures.sort { ($0.message, $0.leaf) < ($1.message, $1.leaf) }
        keepNewestSignatures()
        placeStarts = Self.starts(allPlaces.lazy.map(\.message), messages.count)
        signatureStarts = Self.starts(allSignatures.lazy.map(\.message), messages.count)
        var root = ContentRoot()
        digests.forEachSorted { root.append($0) }
        contentRoot = root.root
        guard isRedacted || contentRoot == recordedRoot else {
            throw MailsealError(
                "the messages have the content root \(contentRoot), the manifest records \(recordedRoot?.description ?? "none")",
                hint: Bundle.hint)
        }
    }

    /// Each edition that says something of a message's signatures says it of all of them.
    private mutating func keepNewestSignatures() {
        guard edition > 1 else { return }
        var newest = [UInt32](repeating: 0, count: messages.count)
        for entry in allSignatures { newest[Int(entry.message)] = max(newest[Int(entry.message)], entry.edition) }
        allSignatures.removeAll { $0.edition != newest[Int($0.message)] }
    }

    /// Where the entries of each message begin, and at last where those of the last one end.
    private static func starts(_ messages: some Sequence<UInt32>, _ count: Int) -> [UInt32] {
        var starts = [UInt32](repeating: 0, count: count + 1)
        for message in messages { starts[Int(message) + 1] += 1 }
        for place in 0..<count { starts[place + 1] += starts[place] }
        return starts
    }
}

extension Int {
    func clamped(to range: ClosedRange<Int>) -> Int { Swift.min(Swift.max(self, range.lowerBound), range.upperBound) }
}
