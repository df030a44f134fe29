// `statement`: the facts that a court asks of a digital copy, gathered from a bundle.

import Bytes
import Files
public import Manifest

/// What to state.
public struct StatementOptions: Sendable {
    /// The bundle, as a path on this machine.
    public var bundle: [UInt8]
    /// What it is verified against.
    public var verification: VerifyOptions

    /// The statement of a bundle, verified on its own, without its seal.
    public init(bundle: [UInt8]) {
        self.bundle = bundle
        verification = VerifyOptions(path: bundle)
    }
}

/// The facts of a bundle that a certification names.
public struct Statement: Sendable {
    /// An input from which the bundle was made.
    public struct Source: Sendable {
        /// Its line.
        public let line: SourceLine
        /// What was found in it; nil when the line is withheld.
        public fileprivate(set) var end: SourceEndLine?
        /// The first of its mailboxes and archives.
        public fileprivate(set) var containers: [ContainerLine] = []
        /// The number of its mailboxes and archives.
        public fileprivate(set) var containerCount = 0
    }

    /// The most sources, mailboxes of one source, and failures that are named one by one.
    public static let listLimit = 12

    /// The size of the bundle's file in bytes.
    public let size: Int
    /// The SHA-256 of the bundle's file.
    public let sha256: String
    /// What verifying it found.
    public let report: VerifyReport
    /// Whether a seal was looked for.
    public let looksForSeal: Bool
    /// The first sources.
    public private(set) var sources: [Source] = []
    /// The number of sources.
    public private(set) var sourceCount = 0
    /// The first things that could not be read.
    public private(set) var failures: [FailureLine] = []

    /// Verifies a bundle and gathers its facts.
    ///
    /// - Throws: `MailsealError`, `FileError` or `ContainerError` when it cannot be read.
    public static func run(_ options: StatementOptions, observer: Observer = Observer()) async throws -> Statement {
        let file = try ReadableFile(named: options.bundle)
        let digests = PassingDigests(file)
        let report = try await Verify.run(file, options.verification, observer, digests)
        let sha256 = Hexadecimal.encode(try digests.finish().sha256).displayText
        var statement = Statement(
            size: file.size, sha256: sha256, report: report, looksForSeal: options.verification.seal != .none)
        // Of a bundle that is altered nothing but that is stated.
        if report.verdict != .altered { try statement.gather(from: try Bundle(file)) }
        // It was read twice: all that is stated is of one file.
        try file.checkUnchanged()
        return statement
    }

    private init(size: Int, sha256: String, report: VerifyReport, looksForSeal: Bool) {
        (self.size, self.sha256, self.report, self.looksForSeal) = (size, sha256, report, looksForSeal)
    }

    private mutating func gather(from bundle: Bundle) throws {
        var lines = bundle.unread()
        while let unread = try lines.next() {
            guard [UnreadLine.Kind.source, .container, .sourceEnd, .failure].contains(where: unread.isOf) else {
                continue
            }
            switch try unread.read() {
            case .source(let line):
                sourceCount += 1
                if sources.count < Self.listLimit { sources.append(Source(line: line)) }
            case .container(let line): change(line.source) { $0.add(line) }
            case .sourceEnd(let line): change(line.source) { $0.end = line }
            case .failure(let line): if failures.count < Self.listLimit { failures.append(line) }
            default: break
            }
        }
    }

    private mutating func change(_ id: Int, _ body: (inout Source) -> Void) {
        guard let place = sources.firstIndex(where: { $0.line.id == id }) else { return }
        body(&sources[place])
    }
}

extension Statement.Source {
    fileprivate mutating func add(_ line: ContainerLine) {
        containerCount += 1
        if containers.count < Statement.listLimit { containers.append(line) }
    }
}
