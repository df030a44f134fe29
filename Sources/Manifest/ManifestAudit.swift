// The rules that hold between lines (Docs/format.md §3.2–3.4, §6 point 3): order, numbers, references, balances.

import Bytes
public import Cryptography

/// A rule between lines that a manifest breaks.
public struct ManifestFault: Equatable, Sendable {
    /// The index of the line, from 0.
    public let leaf: Int
    /// The code, as Docs/findings.md explains it.
    public let code: String
    /// What was expected and found.
    public let detail: String
}

/// Follows the lines of one edition in order and collects what is wrong between them.
///
/// It remembers each message's digest, number and size, and sizes of what is open; nothing else grows with the archive.
public struct ManifestAudit {
    /// What is known of a message that the manifest named.
    public struct KnownMessage: Equatable, Sendable {
        /// Its number.
        public let number: UInt32
        /// Its size in bytes.
        public let size: UInt32
        /// Its payload file's place among the payload files, when the caller set it.
        public var entry: UInt32
    }

    /// The messages named so far.
    public internal(set) var messages: [Digest: KnownMessage] = [:]
    /// The faults so far.
    public private(set) var faults: [ManifestFault] = []
    /// The counts so far, as the `end` line must give them.
    public private(set) var counts = EndLine(leaf: 0)

    var leaf = 0
    var place = Place.start
    var openMessage: (digest: Digest, signatures: [DKIMLine])?
    var source: SourceBalance?
    private var lastKey: KeyLine?

    enum Place { case start, edition, source, message, signatures, keys, content, end }

    /// Before the first line.
    public init() {}

    /// Follows one line.
    ///
    /// - Parameter entry: the place of its payload file among all, remembered for a `message` line.
    public mutating func follow(_ line: ManifestLine, entry: Int = 0) {
        counts.count(line)
        checkOrder(of: line)
        switch line {
        case .head(let line): check(line)
        case .source(let line): open(line)
        case .message(let line): open(line, entry: entry)
        case .attachment(let line): expect(line.message)
        case .dkim(let line): check(line)
        case .occurrence(let line): check(line)
        case .file(let line): check(line)
        case .container(let line): check(line)
        case .failure(let line):
            checkSource(line.source)
            source?.failed(line)
        case .sourceEnd(let line): close(line)
        case .key(let line): check(line)
        case .content(let line): check(line)
        case .end(let line): check(line)
        }
        leaf += 1
    }

    /// A line that could not be read still counts as a leaf.
    public mutating func skipLine() { leaf += 1 }

    /// Ends the manifest; nothing may be open.
    public mutating func finish() {
        if place != .end { fault("line-order", "the manifest stops before its end line") }
    }

    mutating func fault(_ code: String, _ detail: String) {
        faults.append(ManifestFault(leaf: leaf, code: code, detail: detail))
    }

    // The grammar: which line may follow which.
    private mutating func checkOrder(of line: ManifestLine) {
        let allowed: Set<Place>
        let next: Place
        switch line {
        case .head: (allowed, next) = ([.start], .edition)
        case .source: (allowed, next) = ([.edition], .source)
        case .message: (allowed, next) = ([.source], .message)
        case .attachment: (allowed, next) = ([.message], .message)
        case .dkim: (allowed, next) = ([.message, .signatures], .signatures)
        case .occurrence: (allowed, next) = ([.source, .message, .signatures], .source)
        case .file, .container, .failure: (allowed, next) = ([.source], .source)
        case .sourceEnd: (allowed, next) = ([.source], .edition)
        case .key: (allowed, next) = ([.edition, .keys], .keys)
        case .content: (allowed, next) = ([.edition, .keys], .content)
        case .end: (allowed, next) = ([.content], .end)
        }
        if !allowed.contains(place) { fault("line-order", "a \(line.typeName) line cannot stand here") }
        place = next
    }

    private mutating func check(_ head: HeadLine) {
        if head.format.displayText != Format.name {
            fault("format-unknown", "format \(head.format.displayText), expected \(Format.name)")
        }
        if head.edition != 1 { fault("edition-unknown", "edition \(head.edition), expected 1") }
        if !Format.isName(head.name) { fault("name-invalid", "name \(head.name.displayText)") }
        if !Format.isOrigin(head.origin) { fault("name-invalid", "origin \(head.origin.displayText)") }
    }

    private mutating func open(_ message: MessageLine, entry: Int) {
        if message.number != counts.messages {
            fault("number-sequence", "message number \(message.number), expected \(counts.messages)")
        }
        let known = KnownMessage(
            number: UInt32(clamping: message.number), size: UInt32(clamping: message.size),
            entry: UInt32(clamping: entry))
        if messages.updateValue(known, forKey: message.sha256) != nil {
            fault("message-duplicate", "message \(message.sha256) has a line already")
        }
        openMessage = (message.sha256, [])
    }

    private mutating func expect(_ digest: Digest) {
        if openMessage?.digest != digest {
            fault("reference-unknown", "message \(digest) is not the one before this line")
        }
    }

    private mutating func check(_ signature: DKIMLine) {
        expect(signature.message)
        let expected = (openMessage?.signatures.count ?? 0) + 1
        if signature.index != expected {
            fault("number-sequence", "signature \(signature.index), expected \(expected)")
        }
        openMessage?.signatures.append(signature)
    }

    private mutating func check(_ occurrence: OccurrenceLine) {
        if let message = openMessage {
            expect(occurrence.message)
            counts.count(EvidenceClass(of: message.signatures))
            openMessage = nil
        }
        guard let message = messages[occurrence.message] else {
            fault("reference-unknown", "message \(occurrence.message) has no line")
            return
        }
        checkSource(occurrence.source)
        if let detail = source?.found(occurrence, size: Int(message.size)) { fault("mailbox-gap", detail) }
    }

    private mutating func check(_ key: KeyLine) {
        if let last = lastKey, !(last.order.lexicographicallyPrecedes(key.order) { $0.lexicographicallyPrecedes($1) }) {
            fault("key-order", "keys are not sorted by domain, selector and record")
        }
        lastKey = key
    }

    private mutating func check(_ content: ContentLine) {
        if content.messages != counts.messages {
            fault("counts-differ", "content of \(content.messages) messages, found \(counts.messages)")
        }
        let root = ContentRoot.root(of: messages.keys)
        if content.root != root { fault("content-root-differs", "content root \(content.root), computed \(root)") }
    }

    private mutating func check(_ end: EndLine) {
        var expected = counts
        expected.leaf = leaf
        if end != expected { fault("counts-differ", "end line \(end.differences(from: expected))") }
    }
}
