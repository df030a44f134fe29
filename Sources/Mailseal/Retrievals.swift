// When and where sources and messages were retrieved, as far as the user stated it.

import Bytes
import Cryptography
import Files
import Intake
import Manifest

/// What the user stated about retrieval, and the lines that carry it.
struct Retrievals {
    private let stated: Retrieval?
    private var log: RetrievalLog?
    private var source: (name: [UInt8], retrieval: Retrieval?) = ([], nil)
    private var revealing: Set<Int> = []
    private static let logLimit = 1 << 30
    private static let shownPaths = 20

    init(_ options: SourceOptions, observer: Observer) throws {
        stated = options.retrieval
        if let from = stated?.from, from.isEmpty { throw MailsealError("the place of retrieval is empty") }
        if let path = options.retrievalLog {
            let file = try ReadableFile(named: path)
            guard file.size <= Self.logLimit else {
                throw MailsealError("\(path.displayText) is no retrieval log: \(file.size) bytes")
            }
            log = try RetrievalLog(try file.read(at: 0, count: file.size))
        }
        if !options.paths.isEmpty { warn(observer) }
    }

    private func warn(_ observer: Observer) {
        if stated?.at == nil, log == nil {
            observer.notice(
                .warning(
                    "no retrieval time was stated",
                    hint: "use --retrieved-at 2017-05-05T18:35:00Z or --retrieval-log FILE"))
        }
        guard let url = stated?.from, Self.isRevealing(url) else { return }
        observer.notice(.warning(Self.revealed, hint: Self.revealedHint))
    }

    private static let revealed =
        "the retrieval URL holds a user name or a query string, which everyone who reads the bundle will see"
    private static let revealedHint = "state it without them"

    /// Whether a URL holds a user name or a query string (RFC 3986 §3).
    static func isRevealing(_ url: [UInt8]) -> Bool {
        if url.contains(0x3F) { return true }
        let parts = url.split(separator: 0x2F, maxSplits: 3, omittingEmptySubsequences: false)
        return parts.count > 2 && parts[0].last == 0x3A && parts[1].isEmpty && parts[2].contains(0x40)
    }

    mutating func line(of begin: Intake.SourceBegin) -> SourceLine {
        let retrieval = log?.statement(forSource: begin.name, id: begin.id).map { used($0) } ?? stated
        source = (begin.name, retrieval)
        return SourceLine(id: begin.id, name: begin.name, kind: begin.kind.rawValue, retrieved: retrieval)
    }

    mutating func occurrence(of digest: Digest, at message: Intake.Message) -> OccurrenceLine {
        let range = message.place.range
        return OccurrenceLine(
            message: digest, source: message.place.source, path: SourcePath(message.place), offset: range?.offset,
            before: range?.before.nonEmpty, mtime: Timestamp(fileTime: message.mtime), retrieved: own(message.place))
    }

    mutating func line(of file: Intake.File, _ fingerprint: Fingerprint?) -> FileLine {
        FileLine(
            sha256: fingerprint?.digest, size: fingerprint?.size, pieces: fingerprint?.pieces ?? [],
            source: file.place.source, path: SourcePath(file.place), offset: file.place.range?.offset,
            before: file.place.range?.before.nonEmpty, mtime: Timestamp(fileTime: file.mtime), target: file.linkTarget,
            retrieved: own(file.place))
    }

    /// Warns about statements that were of nothing in the sources, and about URLs in the log that reveal too much.
    func reportUnused(to observer: Observer) {
        for (path, line) in log?.sharedPaths.prefix(Self.shownPaths) ?? [] {
            observer.notice(
                .warning(
                    "retrieval log, line \(line): \(path.displayText) is in more than one source, and was stated of each",
                    hint: "write the source's name before the path"))
        }
        let unused = log?.unusedPaths ?? []
        for (path, line) in unused.prefix(Self.shownPaths) {
            observer.notice(.warning("retrieval log, line \(line): nothing is called \(path.displayText)", hint: nil))
        }
        if unused.count > Self.shownPaths {
            let rest = unused.count - Self.shownPaths
            observer.notice(.warning("retrieval log: nothing is called as \(rest) further lines say", hint: nil))
        }
        guard let first = revealing.min() else { return }
        let others = revealing.count > 1 ? " (and on \(revealing.count - 1) others)" : ""
        observer.notice(.warning("retrieval log, line \(first)\(others): \(Self.revealed)", hint: Self.revealedHint))
    }

    /// What is stated of one place, when it differs from its source's statement.
    private mutating func own(_ place: Intake.Place) -> Retrieval? {
        guard let statement = log?.statement(for: place, inSource: source.name) else { return nil }
        let retrieval = used(statement)
        return retrieval == source.retrieval ? nil : retrieval
    }

    /// The retrieval of a statement of the log, whose URL is looked at on the way.
    private mutating func used(_ statement: RetrievalLog.Statement) -> Retrieval {
        if let url = statement.from, Self.isRevealing(url) {
            revealing.insert(statement.line)
        }
        return Retrieval(statement)
    }
}

extension Retrieval {
    fileprivate init(_ statement: RetrievalLog.Statement) {
        self.init(
            at: statement.at, from: statement.from,
            stated: statement.further.map { Field(name: $0.name, value: $0.value) })
    }
}
