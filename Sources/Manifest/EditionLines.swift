// Lines about the edition: its head, its content root and its end.

public import Bytes
public import Cryptography

/// The edition's first line.
public struct HeadLine: Equatable, Sendable {
    /// The format's name, `mailseal/0`.
    public var format: RawText
    /// The number of the rules by which facts were derived.
    public var rules: Int
    /// The bundle's name.
    public var name: RawText
    /// The checkpoint's origin.
    public var origin: RawText
    /// The edition's number, from 1.
    public var edition: Int
    /// Whether each line starts with a salt.
    public var salted: Bool
    /// The bagging time that the user stated.
    public var baggedAt: Timestamp?

    /// A line of these facts.
    public init(
        format: RawText, rules: Int, name: RawText, origin: RawText, edition: Int, salted: Bool = false,
        baggedAt: Timestamp? = nil
    ) {
        self.format = format
        self.rules = rules
        self.name = name
        self.origin = origin
        self.edition = edition
        self.salted = salted
        self.baggedAt = baggedAt
    }
}

extension HeadLine: LineFields {
    static let type = "head"

    init(_ reader: inout CanonicalJSONReader) throws(CanonicalJSONError) {
        format = try reader.requiredText("format")
        rules = try reader.requiredNumber("rules")
        name = try reader.requiredText("name")
        origin = try reader.requiredText("origin")
        edition = try reader.requiredNumber("edition")
        salted = try reader.flag("salted")
        baggedAt = try reader.time("bagged_at")
    }

    func write(to writer: inout CanonicalJSONWriter) {
        writer.add("format", format)
        writer.add("rules", rules)
        writer.add("name", name)
        writer.add("origin", origin)
        writer.add("edition", edition)
        writer.add("salted", salted)
        writer.add("bagged_at", baggedAt)
    }
}

/// The content root.
public struct ContentLine: Equatable, Sendable {
    /// The number of distinct messages.
    public var messages: Int
    /// The RFC 6962 root over their sorted digests.
    public var root: Digest

    /// A line of these facts.
    public init(messages: Int, root: Digest) {
        self.messages = messages
        self.root = root
    }
}

extension ContentLine: LineFields {
    static let type = "content"

    init(_ reader: inout CanonicalJSONReader) throws(CanonicalJSONError) {
        messages = try reader.requiredNumber("messages")
        root = try reader.requiredDigest("root")
    }

    func write(to writer: inout CanonicalJSONWriter) {
        writer.add("messages", messages)
        writer.add("root", root)
    }
}

/// The edition's last line: its own place and the counts.
public struct EndLine: Equatable, Sendable {
    /// The line's own index.
    public var leaf: Int
    /// The index of the edition's head line; absent in the first edition, where it is 0.
    public var head: Int?
    /// `source` lines.
    public var sources: Int
    /// `message` lines.
    public var messages: Int
    /// `attachment` lines.
    public var attachments: Int
    /// `dkim` lines.
    public var signatures: Int
    /// `occurrence` lines.
    public var occurrences: Int
    /// `file` lines.
    public var files: Int
    /// `container` lines.
    public var containers: Int
    /// `failure` lines.
    public var failures: Int
    /// `key` lines.
    public var keys: Int
    /// The sizes of all messages together.
    public var bytes: Int
    /// Messages with a signature that proves what it signed, without any reservation.
    public var verified: Int
    /// The same, once known changes of content are undone.
    public var repaired: Int
    /// Messages with a signature that proves what it signed, with reservations.
    public var qualified: Int
    /// Messages whose headers are proven and whose body is not.
    public var headersOnly: Int
    /// Messages whose only signatures that prove something are of domains that have nothing to do with From.
    public var otherDomain: Int
    /// Messages whose signatures do not verify.
    public var notVerifying: Int
    /// Messages whose signatures could not be tried.
    public var keyUnavailable: Int
    /// Messages without a signature.
    public var unsigned: Int

    /// A line of these facts.
    public init(
        leaf: Int = 0, head: Int? = nil, sources: Int = 0, messages: Int = 0, attachments: Int = 0, signatures: Int = 0,
        occurrences: Int = 0, files: Int = 0, containers: Int = 0, failures: Int = 0, keys: Int = 0, bytes: Int = 0,
        verified: Int = 0, repaired: Int = 0, qualified: Int = 0, headersOnly: Int = 0, otherDomain: Int = 0,
        notVerifying: Int = 0, keyUnavailable: Int = 0, unsigned: Int = 0
    ) {
        self.leaf = leaf
        self.head = head
        self.sources = sources
        self.messages = messages
        self.attachments = attachments
        self.signatures = signatures
        self.occurrences = occurrences
        self.files = files
        self.containers = containers
        self.failures = failures
        self.keys = keys
        self.bytes = bytes
        self.verified = verified
        self.repaired = repaired
        self.qualified = qualified
        self.headersOnly = headersOnly
        self.otherDomain = otherDomain
        self.notVerifying = notVerifying
        self.keyUnavailable = keyUnavailable
        self.unsigned = unsigned
    }
}

extension EndLine: LineFields {
    static let type = "end"

    init(_ reader: inout CanonicalJSONReader) throws(CanonicalJSONError) {
        leaf = try reader.requiredNumber("leaf")
        head = try reader.optionalNumber("head")
        sources = try reader.requiredNumber("sources")
        messages = try reader.requiredNumber("messages")
        attachments = try reader.requiredNumber("attachments")
        signatures = try reader.requiredNumber("signatures")
        occurrences = try reader.requiredNumber("occurrences")
        files = try reader.requiredNumber("files")
        containers = try reader.requiredNumber("containers")
        failures = try reader.requiredNumber("failures")
        keys = try reader.requiredNumber("keys")
        bytes = try reader.requiredNumber("bytes")
        verified = try reader.requiredNumber("verified")
        repaired = try reader.requiredNumber("repaired")
        qualified = try reader.requiredNumber("qualified")
        headersOnly = try reader.requiredNumber("headers_only")
        otherDomain = try reader.requiredNumber("other_domain")
        notVerifying = try reader.requiredNumber("not_verifying")
        keyUnavailable = try reader.requiredNumber("key_unavailable")
        unsigned = try reader.requiredNumber("unsigned")
    }

    func write(to writer: inout CanonicalJSONWriter) {
        writer.add("leaf", leaf)
        writer.add("head", head)
        writer.add("sources", sources)
        writer.add("messages", messages)
        writer.add("attachments", attachments)
        writer.add("signatures", signatures)
        writer.add("occurrences", occurrences)
        writer.add("files", files)
        writer.add("containers", containers)
        writer.add("failures", failures)
        writer.add("keys", keys)
        writer.add("bytes", bytes)
        writer.add("verified", verified)
        writer.add("repaired", repaired)
        writer.add("qualified", qualified)
        writer.add("headers_only", headersOnly)
        writer.add("other_domain", otherDomain)
        writer.add("not_verifying", notVerifying)
        writer.add("key_unavailable", keyUnavailable)
        writer.add("unsigned", unsigned)
    }
}

extension EndLine {
    /// The counts by the names that the line gives them, in order, its own place left out.
    public var named: [(name: String, value: Int)] {
        [
            ("sources", sources), ("messages", messages), ("attachments", attachments), ("signatures", signatures),
            ("occurrences", occurrences), ("files", files), ("containers", containers), ("failures", failures),
            ("keys", keys), ("bytes", bytes),
        ] + EvidenceClass.allCases.map { ($0.rawValue, self[$0]) }
    }

    /// The counts that differ, as `messages 3, expected 2`.
    func differences(from expected: EndLine) -> String {
        zip(described, expected.described).filter { $0.1 != $1.1 }
            .map { "\($0.0) \($0.1), expected \($1.1)" }.joined(separator: "; ")
    }

    private var described: [(String, String)] {
        [("leaf", String(leaf)), ("head", head.map(String.init) ?? "none")] + named.map { ($0.name, String($0.value)) }
    }
}
