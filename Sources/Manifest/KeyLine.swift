// The line about a DKIM key record, and where it is from.

public import Bytes

/// A DKIM key record; one line for each place that it is from.
public struct KeyLine: Equatable, Sendable {
    /// The domain; `*.` before it stands for any labels.
    public var domain: RawText
    /// The selector.
    public var selector: RawText
    /// The TXT record.
    public var record: RawText
    /// What it rests on: `file`, `dns`, `archive`, `passive-dns` or `recovered`.
    public var basis: String
    /// When it was obtained.
    public var obtained: Timestamp?
    /// The resolver, archive or publication.
    public var from: RawText?
    /// When the source saw it first.
    public var firstSeen: Timestamp?
    /// When the source saw it last.
    public var lastSeen: Timestamp?
    /// What DNSSEC validation said: `secure`, `insecure` or `bogus`.
    public var dnssec: String?
    /// How many messages a recovered key verifies.
    public var messages: Int?
    /// The earliest claimed date of these messages.
    public var firstDate: Timestamp?
    /// The latest claimed date of these messages.
    public var lastDate: Timestamp?

    /// A line of these facts.
    public init(
        domain: RawText, selector: RawText, record: RawText, basis: String, obtained: Timestamp? = nil,
        from: RawText? = nil, firstSeen: Timestamp? = nil, lastSeen: Timestamp? = nil, dnssec: String? = nil,
        messages: Int? = nil, firstDate: Timestamp? = nil, lastDate: Timestamp? = nil
    ) {
        self.domain = domain
        self.selector = selector
        self.record = record
        self.basis = basis
        self.obtained = obtained
        self.from = from
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.dnssec = dnssec
        self.messages = messages
        self.firstDate = firstDate
        self.lastDate = lastDate
    }
}

extension KeyLine {
    /// The most bytes of a record, more than DNS can hold.
    public static let recordLimit = 64 << 10
    /// The most bytes of domain and selector.
    static let nameLimit = 4096
    /// What the line counts towards `weightLimit`: its name and record in bytes, and 256.
    public var weight: Int { domain.count + selector.count + record.count + 256 }
    /// The most that all key lines of a bundle weigh: whoever reads it keeps them all.
    public static let weightLimit = 128 << 20
}

extension KeyLine: LineFields {
    static let type = "key"

    init(_ reader: inout CanonicalJSONReader) throws(CanonicalJSONError) {
        domain = try reader.requiredText("domain")
        selector = try reader.requiredText("selector")
        record = try reader.requiredText("record")
        guard domain.count + selector.count <= Self.nameLimit, record.count <= Self.recordLimit else {
            throw reader.error(
                "a name of at most \(Self.nameLimit) bytes and a record of at most \(Self.recordLimit) before this")
        }
        basis = try reader.required("basis", try reader.code("basis"))
        obtained = try reader.time("obtained")
        from = try reader.text("from")
        firstSeen = try reader.time("first_seen")
        lastSeen = try reader.time("last_seen")
        dnssec = try reader.code("dnssec")
        messages = try reader.optionalNumber("messages")
        firstDate = try reader.time("first_date")
        lastDate = try reader.time("last_date")
    }

    func write(to writer: inout CanonicalJSONWriter) {
        writer.add("domain", domain)
        writer.add("selector", selector)
        writer.add("record", record)
        writer.add("basis", code: basis)
        writer.add("obtained", obtained)
        writer.add("from", from)
        writer.add("first_seen", firstSeen)
        writer.add("last_seen", lastSeen)
        writer.add("dnssec", code: dnssec)
        writer.add("messages", messages)
        writer.add("first_date", firstDate)
        writer.add("last_date", lastDate)
    }
}

extension KeyLine: Comparable {
    /// Whether `a` sorts before `b`: by the bytes of domain, selector and record, then by those of the whole line.
    public static func < (a: KeyLine, b: KeyLine) -> Bool {
        for (first, second) in [(a.domain, b.domain), (a.selector, b.selector), (a.record, b.record)]
        where first != second {
            return first.lexicographicallyPrecedes(second)
        }
        return ManifestLine.key(a).bytes.lexicographicallyPrecedes(ManifestLine.key(b).bytes)
    }
}
