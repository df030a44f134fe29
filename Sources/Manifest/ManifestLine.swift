// One line of manifest.jsonl: a fact, its canonical text, and the strict way back (Docs/format.md §3).

public import Bytes
public import Cryptography

/// A line of the manifest without its LF; its bytes are the data of one Merkle leaf.
public enum ManifestLine: Equatable, Sendable {
    /// The edition's first line.
    case head(HeadLine)
    /// An input, before its content.
    case source(SourceLine)
    /// A message, at the first place where its bytes stood.
    case message(MessageLine)
    /// An attachment of the message before it.
    case attachment(AttachmentLine)
    /// A DKIM signature of the message before it.
    case dkim(DKIMLine)
    /// A place where a message stood.
    case occurrence(OccurrenceLine)
    /// An input that is no mail.
    case file(FileLine)
    /// A mailbox or archive, after its content.
    case container(ContainerLine)
    /// Something that could not be read.
    case failure(FailureLine)
    /// The end of an input, with its balance.
    case sourceEnd(SourceEndLine)
    /// A DKIM key record.
    case key(KeyLine)
    /// The content root.
    case content(ContentLine)
    /// The edition's last line.
    case end(EndLine)
    /// A line of which only the leaf hash is disclosed (Docs/format.md §3.8).
    case withheld(Digest)

    /// The canonical text of a line without a salt.
    public var bytes: [UInt8] { bytes(salt: nil) }

    /// The canonical text, with the salt as its first member.
    public func bytes(salt: Digest?) -> [UInt8] {
        guard let fields else { return withheldText }
        var writer = CanonicalJSONWriter()
        writer.add("salt", salt)
        writer.add("type", typeName.bytes)
        fields.write(to: &writer)
        return isListed ? [Self.listedMark] + writer.finish() : writer.finish()
    }

    /// The name in the line's `type`.
    public var typeName: String { fields.map { Swift.type(of: $0).type } ?? "withheld" }

    /// Reads a line strictly: whatever `bytes(salt:)` would not have written is refused.
    ///
    /// `LineSalt` tells whether it has a salt.
    public init(_ text: [UInt8]) throws(CanonicalJSONError) {
        switch text.first {
        case Self.withheldMark: self = try Self.withheld(text)
        case Self.listedMark: self = try Self.listed(text)
        default: self = try Self.disclosed(text)
        }
    }

    /// Reads a line as it was hashed, strictly: neither withheld nor marked as listed.
    public static func disclosed(_ text: [UInt8]) throws(CanonicalJSONError) -> ManifestLine {
        var reader = try CanonicalJSONReader(text)
        _ = try reader.digest("salt")
        guard let type = try reader.text("type") else { throw reader.missing("type") }
        let line = try fields(of: type.displayText, &reader)
        try reader.finish()
        return line
    }

    private static func fields(
        of type: String, _ reader: inout CanonicalJSONReader
    ) throws(CanonicalJSONError) -> ManifestLine {
        switch type {
        case HeadLine.type: .head(try HeadLine(&reader))
        case SourceLine.type: .source(try SourceLine(&reader))
        case MessageLine.type: .message(try MessageLine(&reader))
        case AttachmentLine.type: .attachment(try AttachmentLine(&reader))
        case DKIMLine.type: .dkim(try DKIMLine(&reader))
        case OccurrenceLine.type: .occurrence(try OccurrenceLine(&reader))
        case FileLine.type: .file(try FileLine(&reader))
        case ContainerLine.type: .container(try ContainerLine(&reader))
        case FailureLine.type: .failure(try FailureLine(&reader))
        case SourceEndLine.type: .sourceEnd(try SourceEndLine(&reader))
        case KeyLine.type: .key(try KeyLine(&reader))
        case ContentLine.type: .content(try ContentLine(&reader))
        case EndLine.type: .end(try EndLine(&reader))
        default: throw reader.error("a known type")
        }
    }

    private var fields: (any LineFields)? {
        switch self {
        case .head(let line): line
        case .source(let line): line
        case .message(let line): line
        case .attachment(let line): line
        case .dkim(let line): line
        case .occurrence(let line): line
        case .file(let line): line
        case .container(let line): line
        case .failure(let line): line
        case .sourceEnd(let line): line
        case .key(let line): line
        case .content(let line): line
        case .end(let line): line
        case .withheld: nil
        }
    }
}

/// What every kind of line can do: name its type, write its members in order, and read them in the same order.
protocol LineFields: Equatable, Sendable {
    static var type: String { get }
    init(_ reader: inout CanonicalJSONReader) throws(CanonicalJSONError)
    func write(to writer: inout CanonicalJSONWriter)
}
