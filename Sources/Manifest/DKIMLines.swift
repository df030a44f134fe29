// The line about a signature: cryptographic facts only; judgement is made when shown.

public import Bytes
public import Cryptography

/// A signature of the message before it: of DKIM, DomainKeys or an ARC set.
public struct DKIMLine: Equatable, Sendable {
    /// A change that was undone before the signature fitted.
    public struct Repair: Hashable, Sendable {
        /// The change, such as `list-footer`.
        public var name: String
        /// The bytes of the stored message that were left out or recoded, ascending, none empty.
        public var edits: [Range<Int>]

        /// A repair of these bytes.
        public init(name: String, edits: [Range<Int>] = []) {
            self.name = name
            self.edits = edits
        }
    }

    /// The message's digest.
    public var message: Digest
    /// Its place among the message's signatures of all kinds, from 1.
    public var index: Int
    /// `domainkeys`, `arc-message` or `arc-seal`; nil for a DKIM-Signature.
    public var kind: String?
    /// The number of its ARC set.
    public var instance: Int?
    /// What its ARC seal says of the chain, cv=.
    public var chainValidation: String?
    /// The signing domain, d=.
    public var domain: RawText?
    /// The selector, s=.
    public var selector: RawText?
    /// The algorithm, a=.
    public var algorithm: RawText?
    /// The canonicalization, c=.
    public var canonicalization: RawText?
    /// The identifier, i=.
    public var identity: RawText?
    /// t=, in seconds since 1970.
    public var signedAt: Int?
    /// x=, in seconds since 1970.
    public var expiresAt: Int?
    /// l=, in bytes of the canonical body.
    public var bodyLength: Int?
    /// The signed header field names, h=, as they stand.
    public var signed: [RawText]
    /// The SHA-256 of the TXT record that was used.
    public var key: Digest?
    /// The result of the header signature.
    public var header: String
    /// The result of the body hash.
    public var body: String
    /// Canonical body bytes under the body hash.
    public var covered: Int?
    /// Canonical body bytes in all.
    public var total: Int?
    /// What had to be undone for these results, in the order applied.
    public var repairs: [Repair]
    /// Header fields that stand in the message and are not covered.
    public var uncovered: [String]
    /// Header fields that stand more often than they are signed.
    public var added: [String]
    /// The numbers of the attachments outside a partly covered body.
    public var outside: [String]
    /// How the signing domain stands to From.
    public var alignment: String?
    /// Why it proves less than a reader would think.
    public var reservations: [String]
    /// Rules that the signature or its key breaks.
    public var violations: [String]
    /// The SHA-256 of the signed header data.
    public var signedData: Digest?
    /// The SHA-256 of the decoded signature, b=.
    public var signature: Digest?

    /// A line of these facts.
    public init(
        message: Digest, index: Int, kind: String? = nil, instance: Int? = nil, chainValidation: String? = nil,
        domain: RawText? = nil, selector: RawText? = nil, algorithm: RawText? = nil,
        canonicalization: RawText? = nil, identity: RawText? = nil, signedAt: Int? = nil, expiresAt: Int? = nil,
        bodyLength: Int? = nil, signed: [RawText] = [], key: Digest? = nil, header: String, body: String,
        covered: Int? = nil, total: Int? = nil, repairs: [Repair] = [], uncovered: [String] = [], added: [String] = [],
        outside: [String] = [], alignment: String? = nil, reservations: [String] = [], violations: [String] = [],
        signedData: Digest? = nil,
        signature: Digest? = nil
    ) {
        self.message = message
        self.index = index
        self.kind = kind
        self.instance = instance
        self.chainValidation = chainValidation
        self.domain = domain
        self.selector = selector
        self.algorithm = algorithm
        self.canonicalization = canonicalization
        self.identity = identity
        self.signedAt = signedAt
        self.expiresAt = expiresAt
        self.bodyLength = bodyLength
        self.signed = signed
        self.key = key
        self.header = header
        self.body = body
        self.covered = covered
        self.total = total
        self.repairs = repairs
        self.uncovered = uncovered
        self.added = added
        self.outside = outside
        self.alignment = alignment
        self.reservations = reservations
        self.violations = violations
        self.signedData = signedData
        self.signature = signature
    }
}

extension DKIMLine: LineFields {
    static let type = "dkim"

    init(_ reader: inout CanonicalJSONReader) throws(CanonicalJSONError) {
        message = try reader.requiredDigest("message")
        index = try reader.requiredNumber("index")
        kind = try reader.code("kind")
        instance = try reader.optionalNumber("instance")
        chainValidation = try reader.code("chain_validation")
        domain = try reader.text("domain")
        selector = try reader.text("selector")
        algorithm = try reader.text("algorithm")
        canonicalization = try reader.text("canonicalization")
        identity = try reader.text("identity")
        signedAt = try reader.optionalNumber("t")
        expiresAt = try reader.optionalNumber("x")
        bodyLength = try reader.optionalNumber("l")
        signed = try reader.texts("signed")
        key = try reader.digest("key")
        header = try reader.required("header", try reader.code("header"))
        body = try reader.required("body", try reader.code("body"))
        covered = try reader.optionalNumber("covered")
        total = try reader.optionalNumber("total")
        repairs = try reader.repairs("repairs")
        uncovered = try reader.codes("uncovered")
        added = try reader.codes("added")
        outside = try reader.partNumbers("outside")
        alignment = try reader.code("alignment")
        reservations = try reader.codes("reservations")
        violations = try reader.codes("violations")
        signedData = try reader.digest("signed_data")
        signature = try reader.digest("signature")
    }

    func write(to writer: inout CanonicalJSONWriter) {
        writer.add("message", message)
        writer.add("index", index)
        writer.add("kind", code: kind)
        writer.add("instance", instance)
        writer.add("chain_validation", code: chainValidation)
        writer.add("domain", domain)
        writer.add("selector", selector)
        writer.add("algorithm", algorithm)
        writer.add("canonicalization", canonicalization)
        writer.add("identity", identity)
        writer.add("t", signedAt)
        writer.add("x", expiresAt)
        writer.add("l", bodyLength)
        writer.add("signed", signed)
        writer.add("key", key)
        writer.add("header", code: header)
        writer.add("body", code: body)
        writer.add("covered", covered)
        writer.add("total", total)
        writer.add("repairs", repairs.map(\.texts))
        writer.add("uncovered", codes: uncovered)
        writer.add("added", codes: added)
        writer.add("outside", codes: outside)
        writer.add("alignment", code: alignment)
        writer.add("reservations", codes: reservations)
        writer.add("violations", codes: violations)
        writer.add("signed_data", signedData)
        writer.add("signature", signature)
    }
}

extension DKIMLine.Repair {
    /// The name, then each edit as `OFFSET+LENGTH`.
    fileprivate var texts: [RawText] { [name.bytes] + edits.map { "\($0.lowerBound)+\($0.count)".bytes } }
}

extension CanonicalJSONReader {
    /// An array of arrays, each of a code and edits that follow each other.
    fileprivate mutating func repairs(_ key: String) throws(CanonicalJSONError) -> [DKIMLine.Repair] {
        var repairs: [DKIMLine.Repair] = []
        for texts in try textLists(key) {
            var repair = DKIMLine.Repair(name: try checkedCode(texts[0]))
            for text in texts.dropFirst() {
                guard let edit = Self.edit(text), edit.lowerBound >= repair.edits.last?.upperBound ?? 0 else {
                    throw error("ascending edits such as 1234+5 before this")
                }
                repair.edits.append(edit)
            }
            repairs.append(repair)
        }
        return repairs
    }

    private static func edit(_ text: RawText) -> Range<Int>? {
        let numbers = text.split(separator: 0x2B, omittingEmptySubsequences: false).map(number)
        guard numbers.count == 2, let offset = numbers[0], let length = numbers[1], length > 0 else { return nil }
        return offset..<offset + length
    }

    /// A number of at most 15 digits as it is printed.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...15).contains(digits.count), digits.allSatisfy(ASCII.isDigit),
            digits.count == 1 || digits.first != 0x30
        else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
