// Lines about DKIM evidence: signatures and key records. Cryptographic facts only; judgement is made when shown.

public import Bytes
public import Cryptography

/// A DKIM signature of the message before it.
public struct DKIMLine: Equatable, Sendable {
    /// The message's digest.
    public var message: Digest
    /// Its place among the message's signatures, from 1 at the top.
    public var index: Int
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
    /// Rules that the signature or its key breaks.
    public var violations: [String]
    /// The SHA-256 of the signed header data.
    public var signedData: Digest?
    /// The SHA-256 of the decoded signature, b=.
    public var signature: Digest?

    /// A line of these facts.
    public init(
        message: Digest, index: Int, domain: RawText? = nil, selector: RawText? = nil, algorithm: RawText? = nil,
        canonicalization: RawText? = nil, identity: RawText? = nil, signedAt: Int? = nil, expiresAt: Int? = nil,
        bodyLength: Int? = nil, signed: [RawText] = [], key: Digest? = nil, header: String, body: String,
        covered: Int? = nil, total: Int? = nil, violations: [String] = [], signedData: Digest? = nil,
        signature: Digest? = nil
    ) {
        self.message = message
        self.index = index
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
        violations = try reader.codes("violations")
        signedData = try reader.digest("signed_data")
        signature = try reader.digest("signature")
    }

    func write(to writer: inout CanonicalJSONWriter) {
        writer.add("message", message)
        writer.add("index", index)
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
        writer.add("violations", codes: violations)
        writer.add("signed_data", signedData)
        writer.add("signature", signature)
    }
}

/// A DKIM key record.
public struct KeyLine: Equatable, Sendable {
    /// The domain.
    public var domain: RawText
    /// The selector.
    public var selector: RawText
    /// The TXT record.
    public var record: RawText
    /// Where it is from: `file`.
    public var basis: String

    /// A line of these facts.
    public init(domain: RawText, selector: RawText, record: RawText, basis: String) {
        self.domain = domain
        self.selector = selector
        self.record = record
        self.basis = basis
    }
}

extension KeyLine: LineFields {
    static let type = "key"

    init(_ reader: inout CanonicalJSONReader) throws(CanonicalJSONError) {
        domain = try reader.requiredText("domain")
        selector = try reader.requiredText("selector")
        record = try reader.requiredText("record")
        basis = try reader.required("basis", try reader.code("basis"))
    }

    func write(to writer: inout CanonicalJSONWriter) {
        writer.add("domain", domain)
        writer.add("selector", selector)
        writer.add("record", record)
        writer.add("basis", code: basis)
    }
}

extension KeyLine {
    /// What `key` lines are sorted by.
    public var order: [RawText] { [domain, selector, record] }
}
