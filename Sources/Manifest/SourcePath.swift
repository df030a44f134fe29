// Where something stood in its source: path components, one list for each level of containers.

public import Bytes

/// A place inside a source (Docs/format.md §3.4).
public struct SourcePath: Hashable, Sendable {
    /// Path components as raw bytes; the first list lies below the source, each further one inside the container
    /// that the lists before it name.
    public let levels: [[RawText]]

    /// A place of these levels.
    public init(levels: [[RawText]]) { self.levels = levels }

    /// All components joined by `/`, levels too.
    public var joined: [UInt8] { Array(levels.joined().joined(separator: [0x2F])) }
}

extension SourcePath: Comparable {
    /// Whether `a` sorts before `b`: by the bytes of the joined path, then by the levels.
    public static func < (a: SourcePath, b: SourcePath) -> Bool {
        let (left, right) = (a.joined, b.joined)
        if left != right { return left.lexicographicallyPrecedes(right) }
        return a.levels.lazy.map(\.count).lexicographicallyPrecedes(b.levels.lazy.map(\.count))
    }
}

extension SourcePath: CustomStringConvertible {
    /// The joined path, ill-formed text replaced: for showing only.
    public var description: String { joined.displayText }
}

/// Where and when something was retrieved, as far as somebody stated it (Docs/format.md §3.3).
public struct Retrieval: Equatable, Sendable {
    /// When.
    public var at: Timestamp?
    /// From where, such as a URL.
    public var from: RawText?
    /// Further fields that the user stated, sorted by the bytes of their names.
    public var stated: [Field]

    /// A further stated field.
    public struct Field: Equatable, Sendable {
        /// Its name.
        public let name: RawText
        /// Its value.
        public let value: RawText

        /// A field of that name and value.
        public init(name: RawText, value: RawText) {
            self.name = name
            self.value = value
        }
    }

    /// A retrieval of what is stated.
    public init(at: Timestamp?, from: RawText?, stated: [Field] = []) {
        self.at = at
        self.from = from
        self.stated = stated.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
    }

    init(_ reader: inout CanonicalJSONReader) throws(CanonicalJSONError) {
        at = try reader.time("at")
        guard try reader.requiredText("basis") == Array("stated".utf8) else {
            throw reader.error("a known basis before this")
        }
        from = try reader.text("from")
        var fields: [Field] = []
        for pair in try reader.textLists("stated") {
            guard pair.count == 2 else { throw reader.error("pairs of name and value before this") }
            if let last = fields.last, (pair[0], pair[1]) < (last.name, last.value) {
                throw reader.error("sorted pairs before this")
            }
            fields.append(Field(name: pair[0], value: pair[1]))
        }
        stated = fields
    }

    var text: [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("at", at)
        writer.add("basis", code: "stated")
        writer.add("from", from)
        writer.add("stated", stated.map { [$0.name, $0.value] })
        return writer.finish()
    }
}

private func < (a: (RawText, RawText), b: (RawText, RawText)) -> Bool {
    a.0 == b.0 ? a.1.lexicographicallyPrecedes(b.1) : a.0.lexicographicallyPrecedes(b.0)
}
