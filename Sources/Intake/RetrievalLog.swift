// What the user states of the times and places at which inputs were retrieved, file by file.

public import Bytes

/// A retrieval log: statements by path, read from CSV or JSON Lines.
public struct RetrievalLog: Sendable {
    /// A column or key beyond those that have a meaning of their own.
    public struct Field: Hashable, Sendable {
        /// Its name's bytes.
        public let name: [UInt8]
        /// Its value's bytes; never empty.
        public let value: [UInt8]
    }

    /// What is stated of one path.
    public struct Statement: Equatable, Sendable {
        /// When it was retrieved.
        public let at: Timestamp?
        /// Where it was retrieved from, such as a URL.
        public let from: [UInt8]?
        /// What else is stated, sorted by the names' bytes.
        public let further: [Field]
        /// The line of the log, from 1.
        public let line: Int
    }

    /// One line of a log: names and values, empty values left out.
    struct Row {
        let line: Int
        let fields: [Field]
    }

    private static let ownNames = ["path", "url", "retrieved_at"].map(\.bytes)

    private var statements: [[UInt8]: Statement] = [:]
    /// The source for which each path was used first.
    private var used: [[UInt8]: Int] = [:]
    private var shared: Set<[UInt8]> = []
    /// The most bytes of names and values that one line may state.
    private static let statementLimit = 1 << 20

    /// Reads a whole log: JSON Lines when its first byte that is not white space is `{`, else CSV.
    ///
    /// Each line needs a `path`, and a `url`, a `retrieved_at` (RFC 3339) or both.
    public init(_ bytes: [UInt8]) throws(RetrievalLogError) {
        let bytes = Array(ByteOrderMark.removed(from: bytes))
        let isJSON = bytes.first { !ASCII.isWhiteSpace($0) } == UInt8(ascii: "{")
        for row in isJSON ? try JSONLines.rows(of: bytes) : try CSV.rows(of: bytes) { try enter(row) }
    }

    /// What is stated of an input on disk: under its path below the source, or that with the source's name before it.
    ///
    /// Everything within a container has the container's statement. The path counts as used from then on.
    public mutating func statement(for place: Intake.Place, inSource name: [UInt8]) -> Statement? {
        let path = Array((place.path.first ?? []).joined(separator: [UInt8(ascii: "/")]))
        let full = name + [UInt8(ascii: "/")] + path
        for key in [full, path] {
            if let statement = statements[key] {
                use(key, place.source)
                return statement
            }
        }
        return nil
    }

    /// What is stated of a source as a whole, under its name; that path counts as used from then on.
    public mutating func statement(forSource name: [UInt8], id: Int) -> Statement? {
        if statements[name] != nil { use(name, id) }
        return statements[name]
    }

    private mutating func use(_ path: [UInt8], _ source: Int) {
        if used[path, default: source] != source { shared.insert(path) }
        used[path] = used[path] ?? source
    }

    /// The paths that inputs of more than one source were asked for with, in the order of their lines.
    public var sharedPaths: [(path: [UInt8], line: Int)] { lines { shared.contains($0) } }

    /// The paths that no input was asked for with, in the order of their lines.
    public var unusedPaths: [(path: [UInt8], line: Int)] {
        lines { used[$0] == nil }
    }

    private func lines(where isWanted: ([UInt8]) -> Bool) -> [(path: [UInt8], line: Int)] {
        statements.filter { isWanted($0.key) }.map { ($0.key, $0.value.line) }.sorted { $0.line < $1.line }
    }

    private mutating func enter(_ row: Row) throws(RetrievalLogError) {
        guard row.fields.reduce(0, { $0 + $1.name.count + $1.value.count }) <= Self.statementLimit else {
            throw RetrievalLogError(row.line, "more than \(Self.statementLimit) bytes")
        }
        var named: [[UInt8]: [UInt8]] = [:]
        var further: [Field] = []
        for field in row.fields {
            if Self.ownNames.contains(field.name) {
                named[field.name] = field.value
            } else {
                further.append(field)
            }
        }
        guard let path = named["path".bytes] else { throw RetrievalLogError(row.line, "no path") }
        let from = named["url".bytes]
        var at: Timestamp?
        if let text = named["retrieved_at".bytes] {
            guard let time = Timestamp(rfc3339: text) else {
                throw RetrievalLogError(row.line, "retrieved_at is not an RFC 3339 time: \(text.displayText)")
            }
            at = time
        }
        guard at != nil || from != nil else { throw RetrievalLogError(row.line, "neither url nor retrieved_at") }
        guard statements[path] == nil else {
            throw RetrievalLogError(row.line, "a path that was stated before: \(path.displayText)")
        }
        further.sort { $0.name.lexicographicallyPrecedes($1.name) }
        statements[path] = Statement(at: at, from: from, further: further, line: row.line)
    }
}

/// Why a retrieval log cannot be used.
public struct RetrievalLogError: Error, Equatable, CustomStringConvertible {
    /// The line, from 1.
    public let line: Int
    /// What is wrong with it.
    public let reason: String

    /// An error on a line.
    init(_ line: Int, _ reason: String) {
        self.line = line
        self.reason = reason
    }

    /// A sentence for a person.
    public var description: String { "retrieval log, line \(line): \(reason)" }
}
