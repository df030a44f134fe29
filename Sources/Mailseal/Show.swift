// `show`: one message with all that the bundle holds about it.

public import Bytes
public import Cryptography
import DKIM
import Mail
public import Manifest

/// How a message is named.
public enum MessageReference: Equatable, Sendable {
    /// By its number in the bundle.
    case number(Int)
    /// By the SHA-256 of its bytes.
    case digest(Digest)
    /// By its Message-ID, with or without angle brackets.
    case messageID(RawText)

    /// Digits are a number, 64 hexadecimal digits a digest, anything else a Message-ID.
    public init(_ text: String) {
        if let digest = Digest(hexadecimal: ASCII.lowercased(text.utf8)) {
            self = .digest(digest)
        } else if let number = Int(text), text.utf8.allSatisfy(ASCII.isDigit) {
            self = .number(number)
        } else {
            self = .messageID(ASCII.trimmed(text.bytes[...]).filter { $0 != 0x3C && $0 != 0x3E })
        }
    }
}

/// A message with all that the bundle holds about it.
public struct ShownMessage: Sendable {
    /// A header field, its value decoded for showing: a claim.
    public struct Field: Sendable {
        /// The name as it stands.
        public let name: String
        /// The value, not yet safe for a terminal.
        public let value: String
        /// Whether signatures that verify cover it.
        public let standing: FieldStanding
    }

    /// A part whose text is shown.
    public struct Text: Sendable {
        /// The part's number.
        public let part: String
        /// Whether the text was made from HTML.
        public let isFromHTML: Bool
        /// The text, not yet safe for a terminal.
        public let text: String
        /// Whether there is more of it.
        public let isCut: Bool
    }

    /// The index of its line.
    public let leaf: Int
    /// Its line.
    public let line: MessageLine
    /// Its bytes, exactly as they stood.
    public let bytes: [UInt8]
    /// Its header fields from the top.
    public let fields: [Field]
    /// Its text: that of the parts in plain text, else that of the parts in HTML.
    public let texts: [Text]
    /// Its attachments, each with its name decoded for showing.
    public let attachments: [(line: AttachmentLine, name: String?)]
    /// The number of the edition that brought it: roots of earlier ones do not cover it.
    public let addedIn: Int
    /// Its signatures, as the newest edition that names them recorded them.
    public let signatures: [ShownSignature]
    /// The number of that edition.
    public let edition: Int
    /// What earlier editions say of its signatures, in their order; empty when none says anything else.
    public let earlier: [(edition: Int, signatures: [DKIMLine])]
    /// The places where it stood: the first one, or all when `isSearched`.
    public let places: [ShownPlace]
    /// The numbers of other messages with the same Message-ID, when `isSearched`.
    public let sameMessageID: [Int]
    /// Whether the whole manifest was searched for further places and for the same Message-ID.
    public let isSearched: Bool
    /// Where recorded facts do not follow from the bytes.
    public let findings: [Finding]

    /// What its signatures amount to together.
    public var standing: EvidenceStanding { EvidenceStanding(of: signatures.map(\.line)) }
    /// The class of its evidence.
    public var evidence: EvidenceClass { standing.evidence }
    /// The time that its Date claims; nil when there is none that can be read.
    public var date: Timestamp? { Timestamp(claimedBy: line.date) }

    /// The decoded bytes of an attachment or part; nil when there is none of that number.
    public func content(ofPart number: String) -> [UInt8]? {
        guard !number.isEmpty else { return nil }
        let mail = Message(parsing: bytes)
        if let attachment = mail.attachments.first(where: { $0.number == number.bytes }) {
            return mail.decoded(attachment)
        }
        return mail.parts.first { $0.number == number.bytes }.map { mail.decoded($0) }
    }
}

/// A place where a message stood, with what is known of its source.
public struct ShownPlace: Sendable {
    /// The place.
    public let occurrence: OccurrenceLine
    /// Its source; nil when the manifest has no line for it.
    public let source: SourceLine?

    /// When and where it was retrieved, as somebody stated it: its own statement, else that of its source.
    public var retrieved: Retrieval? { occurrence.retrieved ?? source?.retrieved }
}

/// Finds and reads one message.
public enum Show {
    /// Manifests up to this size, some 5,000 lines, are searched whole, which takes a few milliseconds; longer ones only when
    /// asked for, or to find the message.
    static let searchedSize = 2 << 20

    /// Reads a message; nil when the bundle has none of that name.
    ///
    /// - Parameter everywhere: whether all places and all messages with the same Message-ID are looked for, however long
    ///   the manifest is.
    public static func run(
        _ bundle: Bundle, _ reference: MessageReference, everywhere: Bool = false
    ) throws -> ShownMessage? {
        guard let leaf = try bundle.leaf(of: reference) else { return nil }
        var gathered = try bundle.gather(from: leaf)
        var searched = everywhere || bundle.manifestSize <= searchedSize
        if case .number = reference {} else { searched = true }
        gathered.later = try bundle.laterEvidence(of: gathered.message.sha256).evidence(of: gathered.message.sha256)
        let found = searched ? try bundle.search(for: gathered.message) : ManifestSearch()
        if searched { gathered.places = found.places }
        let bytes = try bundle.bytes(of: gathered.message, leaf: leaf)
        return try ShownMessage(
            gathered, leaf: leaf, bytes: bytes, sameMessageID: found.sameMessageID, isSearched: searched, in: bundle)
    }

    /// The exact bytes of a message; nil when the bundle has none of that name.
    public static func bytes(_ bundle: Bundle, _ reference: MessageReference) throws -> [UInt8]? {
        guard let leaf = try bundle.leaf(of: reference) else { return nil }
        return try bundle.bytes(of: try bundle.gather(from: leaf).message, leaf: leaf)
    }
}

extension ShownMessage {
    /// Fewer bytes of a text part are shown than this.
    static let textLimit = 1 << 20

    init(
        _ gathered: GatheredLines, leaf: Int, bytes: [UInt8], sameMessageID: [Int], isSearched: Bool, in bundle: Bundle
    ) throws {
        let mail = Message(parsing: bytes)
        let history = try bundle.history()
        var recorded = RecordedMessage(
            message: gathered.message, entry: ReadEntry(path: [], size: bytes.count, bytes: bytes),
            edition: bundle.edition(ofLeaf: leaf))
        recorded.attachments = gathered.attachments
        recorded.signatures = gathered.signatures
        recorded.later = gathered.later
        let judgement = recorded.judge(by: history)
        let newest = gathered.later.last ?? RecordedEvidence(edition: recorded.edition, signatures: gathered.signatures)
        let keys = history.keys(of: newest.signatures.compactMap(\.keyName), in: newest.edition)
        self.leaf = leaf
        line = gathered.message
        self.bytes = bytes
        let evidence = ShownSignature.evidence(of: mail, keys: keys, recordedAs: newest.signatures)
        fields = zip(mail.header.fields, FieldStanding.standings(of: mail, by: evidence)).map { field, standing in
            Field(
                name: bytes[field.name].displayText, value: decodedHeader(field.unfoldedValue(in: bytes.span)),
                standing: standing)
        }
        texts = Self.texts(of: mail)
        let names = Dictionary(mail.attachments.map { ($0.number.displayText, $0.displayName) }) { first, _ in first }
        attachments = gathered.attachments.map { line in
            (line, names[line.part] ?? line.name.map { decodedHeader($0) })
        }
        signatures = ShownSignature.signatures(newest.signatures, evidence, keys, mail)
        var sources: [Int: SourceLine] = [:]
        for id in Set(gathered.places.map(\.source)) {
            // The first place's source has its line before the message's.
            let end = id == gathered.places.first?.source ? leaf : .max
            sources[id] = try bundle.source(id, before: end)
        }
        places = gathered.places.map { ShownPlace(occurrence: $0, source: sources[$0.source]) }
        self.sameMessageID = sameMessageID
        self.isSearched = isSearched
        addedIn = recorded.edition
        edition = newest.edition
        earlier =
            gathered.later.isEmpty
            ? []
            : [(recorded.edition, gathered.signatures)] + gathered.later.dropLast().map { ($0.edition, $0.signatures) }
        findings = judgement.findings
    }

    /// The texts to show: parts in plain text that are no attachments, else those in HTML, else nothing.
    private static func texts(of mail: Message) -> [Text] {
        let attached = Set(mail.attachments.map(\.number))
        let inline = mail.parts.indices.filter { index in
            var place: Int? = index
            while let part = place {
                if attached.contains(mail.parts[part].number) { return false }
                place = mail.parts[part].parent
            }
            return mail.parts[index].isLeaf
        }
        let plain = inline.filter { mail.parts[$0].isType("text") && mail.parts[$0].mediaType != "text/html".bytes }
        let html = inline.filter { mail.parts[$0].mediaType == "text/html".bytes }
        return (plain.isEmpty ? html : plain).compactMap { index in
            let part = mail.parts[index]
            guard let text = mail.displayText(of: part, limit: textLimit) else { return nil }
            var size = 0
            mail.decode(part) { size += $0.count }
            return Text(
                part: part.number.displayText, isFromHTML: plain.isEmpty, text: text, isCut: size > textLimit)
        }
    }
}

extension DKIMLine {
    /// The name of the key record that it calls for.
    fileprivate var keyName: KeyName? {
        guard let selector, let domain else { return nil }
        return KeyName(selector: selector, domain: domain)
    }
}
