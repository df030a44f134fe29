// Lines about inputs: sources, containers, other files, failures.

public import Bytes
public import Cryptography

/// An input, before its content.
public struct SourceLine: Equatable, Sendable {
    /// The source's number, from 1.
    public var id: Int
    /// Its base name.
    public var name: RawText
    /// `tree`, `maildir` or `file`.
    public var kind: String
    /// When and where it was retrieved, when somebody stated it.
    public var retrieved: Retrieval?

    /// A line of these facts.
    public init(id: Int, name: RawText, kind: String, retrieved: Retrieval? = nil) {
        self.id = id
        self.name = name
        self.kind = kind
        self.retrieved = retrieved
    }
}

extension SourceLine: LineFields {
    static let type = "source"

    init(_ reader: inout CanonicalJSONReader) throws(CanonicalJSONError) {
        id = try reader.requiredNumber("id")
        name = try reader.requiredText("name")
        kind = try reader.required("kind", try reader.code("kind"))
        retrieved = try reader.retrieved()
    }

    func write(to writer: inout CanonicalJSONWriter) {
        writer.add("id", id)
        writer.add("name", name)
        writer.add("kind", code: kind)
        writer.add("retrieved", object: retrieved?.text)
    }
}

/// An input that is no mail.
public struct FileLine: Equatable, Sendable {
    /// The digest of its content; absent for a symbolic link.
    public var sha256: Digest?
    /// Its size in bytes; absent for a symbolic link.
    public var size: Int?
    /// The digests of its pieces when it is stored in pieces.
    public var pieces: [Digest]
    /// The number of its source.
    public var source: Int
    /// Where it stood.
    public var path: SourcePath
    /// The offset of its first byte in its mailbox, for a message that is too large to be one.
    public var offset: Int?
    /// The mailbox's bytes since the message before it.
    public var before: RawText?
    /// Its modification time as found.
    public var mtime: Timestamp?
    /// A symbolic link's target.
    public var target: RawText?
    /// Its own retrieval when it differs from the source's.
    public var retrieved: Retrieval?

    /// A line of these facts.
    public init(
        sha256: Digest? = nil, size: Int? = nil, pieces: [Digest] = [], source: Int, path: SourcePath,
        offset: Int? = nil, before: RawText? = nil,
        mtime: Timestamp? = nil, target: RawText? = nil, retrieved: Retrieval? = nil
    ) {
        self.sha256 = sha256
        self.size = size
        self.pieces = pieces
        self.source = source
        self.path = path
        self.offset = offset
        self.before = before
        self.mtime = mtime
        self.target = target
        self.retrieved = retrieved
    }
}

extension FileLine: LineFields {
    static let type = "file"

    init(_ reader: inout CanonicalJSONReader) throws(CanonicalJSONError) {
        sha256 = try reader.digest("sha256")
        size = try reader.optionalNumber("size")
        pieces = try reader.digests("pieces")
        source = try reader.requiredNumber("source")
        path = try reader.required("path", try reader.path())
        offset = try reader.optionalNumber("offset")
        before = try reader.text("before")
        mtime = try reader.time("mtime")
        target = try reader.text("target")
        retrieved = try reader.retrieved()
    }

    func write(to writer: inout CanonicalJSONWriter) {
        writer.add("sha256", sha256)
        writer.add("size", size)
        writer.add("pieces", pieces)
        writer.add("source", source)
        writer.add("path", path)
        writer.add("offset", offset)
        writer.add("before", before)
        writer.add("mtime", mtime)
        writer.add("target", target)
        writer.add("retrieved", object: retrieved?.text)
    }
}

/// A mailbox or archive, after its content.
public struct ContainerLine: Equatable, Sendable {
    /// The number of its source.
    public var source: Int
    /// Where it stood.
    public var path: SourcePath
    /// What it is, such as `mbox` or `zip`.
    public var kind: String
    /// The reading library's version, when the content depends on it.
    public var readBy: RawText?
    /// Its size in bytes.
    public var size: Int
    /// The digest of its bytes; absent when they could not be read to the end.
    public var sha256: Digest?
    /// A mailbox's bytes behind its last message.
    public var after: RawText?
    /// Its modification time as found.
    public var mtime: Timestamp?
    /// Whether its own bytes are kept as a `file`.
    public var stored: Bool
    /// Messages in it, those in containers inside it not counted.
    public var messages: Int
    /// Other files in it.
    public var files: Int
    /// What could not be read in it.
    public var failures: Int

    /// A line of these facts.
    public init(
        source: Int, path: SourcePath, kind: String, readBy: RawText? = nil, size: Int, sha256: Digest?,
        after: RawText? = nil, mtime: Timestamp? = nil, stored: Bool = false, messages: Int, files: Int, failures: Int
    ) {
        self.source = source
        self.path = path
        self.kind = kind
        self.readBy = readBy
        self.size = size
        self.sha256 = sha256
        self.after = after
        self.mtime = mtime
        self.stored = stored
        self.messages = messages
        self.files = files
        self.failures = failures
    }
}

extension ContainerLine: LineFields {
    static let type = "container"

    init(_ reader: inout CanonicalJSONReader) throws(CanonicalJSONError) {
        source = try reader.requiredNumber("source")
        path = try reader.required("path", try reader.path())
        kind = try reader.required("kind", try reader.code("kind"))
        readBy = try reader.text("reader")
        size = try reader.requiredNumber("size")
        sha256 = try reader.digest("sha256")
        after = try reader.text("after")
        mtime = try reader.time("mtime")
        stored = try reader.flag("stored")
        messages = try reader.requiredNumber("messages")
        files = try reader.requiredNumber("files")
        failures = try reader.requiredNumber("failures")
    }

    func write(to writer: inout CanonicalJSONWriter) {
        writer.add("source", source)
        writer.add("path", path)
        writer.add("kind", code: kind)
        writer.add("reader", readBy)
        writer.add("size", size)
        writer.add("sha256", sha256)
        writer.add("after", after)
        writer.add("mtime", mtime)
        writer.add("stored", stored)
        writer.add("messages", messages)
        writer.add("files", files)
        writer.add("failures", failures)
    }
}

/// Something that could not be read.
public struct FailureLine: Equatable, Sendable {
    /// The number of its source.
    public var source: Int
    /// Where it stood.
    public var path: SourcePath?
    /// Why, as a code of Docs/sources.md.
    public var code: String

    /// A line of these facts.
    public init(source: Int, path: SourcePath? = nil, code: String) {
        self.source = source
        self.path = path
        self.code = code
    }
}

extension FailureLine: LineFields {
    static let type = "failure"

    init(_ reader: inout CanonicalJSONReader) throws(CanonicalJSONError) {
        source = try reader.requiredNumber("source")
        path = try reader.path()
        code = try reader.required("code", try reader.code("code"))
    }

    func write(to writer: inout CanonicalJSONWriter) {
        writer.add("source", source)
        writer.add("path", path)
        writer.add("code", code: code)
    }
}
