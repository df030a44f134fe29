// Lines about a message: what it says of itself, its attachments, its places.

public import Bytes
public import Cryptography

/// A message, at the first place where its bytes stood.
public struct MessageLine: Equatable, Sendable {
    /// Its number in the bundle, from 1.
    public var number: Int
    /// The digest of its bytes.
    public var sha256: Digest
    /// Its size in bytes.
    public var size: Int
    /// `crlf`, `lf`, `mixed` or `none`.
    public var lineEnds: String
    /// The value of Message-ID, unfolded.
    public var messageID: RawText?
    /// The value of Date, unfolded: a claim.
    public var date: RawText?
    /// The value of From, unfolded.
    public var from: RawText?
    /// The value of To, unfolded.
    public var to: RawText?
    /// The value of Cc, unfolded.
    public var cc: RawText?
    /// The value of Subject, unfolded.
    public var subject: RawText?
    /// The value of In-Reply-To, unfolded.
    public var inReplyTo: RawText?
    /// The defects that parsing survived, as codes of Docs/mail-parsing.md.
    public var defects: [String]
    /// Whether a redacted bundle holds the message's lines only, and withholds its bytes.
    public var isListed = false

    /// A line of these facts.
    public init(
        number: Int, sha256: Digest, size: Int, lineEnds: String, messageID: RawText? = nil, date: RawText? = nil,
        from: RawText? = nil, to: RawText? = nil, cc: RawText? = nil, subject: RawText? = nil,
        inReplyTo: RawText? = nil, defects: [String] = []
    ) {
        self.number = number
        self.sha256 = sha256
        self.size = size
        self.lineEnds = lineEnds
        self.messageID = messageID
        self.date = date
        self.from = from
        self.to = to
        self.cc = cc
        self.subject = subject
        self.inReplyTo = inReplyTo
        self.defects = defects
    }
}

extension MessageLine: LineFields {
    static let type = "message"

    init(_ reader: inout CanonicalJSONReader) throws(CanonicalJSONError) {
        number = try reader.requiredNumber("number")
        sha256 = try reader.requiredDigest("sha256")
        size = try reader.requiredNumber("size")
        lineEnds = try reader.required("line_ends", try reader.code("line_ends"))
        messageID = try reader.text("message_id")
        date = try reader.text("date")
        from = try reader.text("from")
        to = try reader.text("to")
        cc = try reader.text("cc")
        subject = try reader.text("subject")
        inReplyTo = try reader.text("in_reply_to")
        defects = try reader.codes("defects")
    }

    func write(to writer: inout CanonicalJSONWriter) {
        writer.add("number", number)
        writer.add("sha256", sha256)
        writer.add("size", size)
        writer.add("line_ends", code: lineEnds)
        writer.add("message_id", messageID)
        writer.add("date", date)
        writer.add("from", from)
        writer.add("to", to)
        writer.add("cc", cc)
        writer.add("subject", subject)
        writer.add("in_reply_to", inReplyTo)
        writer.add("defects", codes: defects)
    }
}

/// An attachment of the message before it.
public struct AttachmentLine: Equatable, Sendable {
    /// The message's digest.
    public var message: Digest
    /// Its number as in IMAP's BODY[n]; `p;uuk` for the k-th uuencoded item of part p.
    public var part: String
    /// Its file name as found.
    public var name: RawText?
    /// Its media type.
    public var mediaType: RawText
    /// Its disposition.
    public var disposition: RawText?
    /// Its size in bytes, decoded.
    public var size: Int
    /// The digest of its decoded bytes.
    public var sha256: Digest

    /// A line of these facts.
    public init(
        message: Digest, part: String, name: RawText? = nil, mediaType: RawText, disposition: RawText? = nil, size: Int,
        sha256: Digest
    ) {
        self.message = message
        self.part = part
        self.name = name
        self.mediaType = mediaType
        self.disposition = disposition
        self.size = size
        self.sha256 = sha256
    }
}

extension AttachmentLine: LineFields {
    static let type = "attachment"

    init(_ reader: inout CanonicalJSONReader) throws(CanonicalJSONError) {
        message = try reader.requiredDigest("message")
        part = try reader.required("part", try reader.partNumber("part"))
        name = try reader.text("name")
        mediaType = try reader.requiredText("media_type")
        disposition = try reader.text("disposition")
        size = try reader.requiredNumber("size")
        sha256 = try reader.requiredDigest("sha256")
    }

    func write(to writer: inout CanonicalJSONWriter) {
        writer.add("message", message)
        writer.add("part", code: part)
        writer.add("name", name)
        writer.add("media_type", mediaType)
        writer.add("disposition", disposition)
        writer.add("size", size)
        writer.add("sha256", sha256)
    }
}

/// A place where a message stood.
public struct OccurrenceLine: Equatable, Sendable {
    /// The message's digest.
    public var message: Digest
    /// The number of its source.
    public var source: Int
    /// Where it stood.
    public var path: SourcePath
    /// The offset of its first byte in its mailbox.
    public var offset: Int?
    /// The mailbox's bytes since the message before it.
    public var before: RawText?
    /// The file's modification time as found.
    public var mtime: Timestamp?
    /// Its own retrieval when it differs from the source's.
    public var retrieved: Retrieval?

    /// A line of these facts.
    public init(
        message: Digest, source: Int, path: SourcePath, offset: Int? = nil, before: RawText? = nil,
        mtime: Timestamp? = nil, retrieved: Retrieval? = nil
    ) {
        self.message = message
        self.source = source
        self.path = path
        self.offset = offset
        self.before = before
        self.mtime = mtime
        self.retrieved = retrieved
    }
}

extension OccurrenceLine: LineFields {
    static let type = "occurrence"

    init(_ reader: inout CanonicalJSONReader) throws(CanonicalJSONError) {
        message = try reader.requiredDigest("message")
        source = try reader.requiredNumber("source")
        path = try reader.required("path", try reader.path())
        offset = try reader.optionalNumber("offset")
        before = try reader.text("before")
        mtime = try reader.time("mtime")
        retrieved = try reader.retrieved()
    }

    func write(to writer: inout CanonicalJSONWriter) {
        writer.add("message", message)
        writer.add("source", source)
        writer.add("path", path)
        writer.add("offset", offset)
        writer.add("before", before)
        writer.add("mtime", mtime)
        writer.add("retrieved", object: retrieved?.text)
    }
}
