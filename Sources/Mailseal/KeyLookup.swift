// `keys lookup`: the key records that an archive's signatures call for, asked for in DNS.

public import Bytes
public import DKIM
public import Resolver

/// Which key records to ask for.
public struct KeyLookupOptions: Sendable {
    /// Bundles and sources whose signatures are looked at.
    public var inputs: [[UInt8]] = []
    /// Names to ask for besides.
    public var names: [KeyName] = []
    /// Whether names are left out of which a usable key is known: in the bundles, or in `keyFiles`.
    public var isMissingOnly = false
    /// Files of DKIM key records that are known.
    public var keyFiles: [[UInt8]] = []
    /// The number of workers that read.
    public var jobs = 2
    /// The memory to stay within, in bytes.
    public var memory = 512 << 20

    /// Nothing to ask for yet.
    public init() {}
}

/// What DNS said about key records, name by name.
public struct KeyLookup: Sendable {
    /// Who was asked.
    public struct Origin: Sendable {
        /// The resolvers, as they are recorded with each key.
        public var from: [UInt8]
        /// Whether answers were validated, so that insecure says something.
        public var isValidating: Bool

        /// A source of answers.
        public init(from: [UInt8], isValidating: Bool) {
            self.from = from
            self.isValidating = isValidating
        }
    }

    /// A name that is asked for.
    public struct Name: Sendable {
        /// Selector and domain.
        public let name: KeyName
        /// The messages with a signature that calls for it; nil when the user named it.
        public let messages: Int?

        /// A name that the user chose.
        public init(_ name: KeyName, messages: Int? = nil) {
            self.name = name
            self.messages = messages
        }
    }

    /// How asking for a name ended.
    public enum Result: String, Sendable, CaseIterable {
        /// There are records.
        case found
        /// The name exists, without a TXT record.
        case noRecord = "no-record"
        /// The name does not exist.
        case noName = "no-such-name"
        /// An answer that should be signed and is not, or not soundly.
        case bogus
        /// No answer in time, or only that there is none to be had.
        case unanswered
        /// The name is none that DNS holds; it was not asked.
        case notAsked = "not-asked"
    }

    /// What was found out about one name.
    public struct Entry: Sendable {
        /// The name, and how many messages call for it.
        public let asked: Name
        /// How asking ended.
        public let outcome: TXTOutcome
        /// When the answer came; nil when the name was not asked.
        public let obtained: Timestamp?
        /// How asking ended, in a word.
        public let result: Result

        /// The answer, if there was one.
        public var answer: TXTAnswer? {
            guard case .answer(let answer) = outcome else { return nil }
            return answer
        }
    }

    /// Who was asked.
    public let origin: Origin
    /// The names, sorted by domain and selector.
    public let entries: [Entry]

    /// The number of names of which asking ended so.
    public func count(_ result: Result) -> Int { entries.count { $0.result == result } }

    /// The names to ask for, sorted by domain and selector, each once; nothing is asked yet.
    ///
    /// - Throws: `MailsealError`, `FileError` or `IntakeError` when an input cannot be read.
    public static func names(_ options: KeyLookupOptions, observer: Observer = Observer()) async throws -> [Name] {
        var called: [Name] = []
        if !options.inputs.isEmpty {
            var missing = KeysMissingOptions(inputs: options.inputs)
            missing.keyFiles = options.keyFiles
            missing.countsKnown = !options.isMissingOnly
            missing.jobs = options.jobs
            missing.memory = options.memory
            called = try await KeysMissing(missing, observer: observer).names
                .map { Name($0.name, messages: $0.messages) }
        }
        var seen = Set(called.map(\.name))
        called += options.names.filter { seen.insert($0).inserted }.map { Name($0) }
        return called.sorted { a, b in
            if a.name.domain != b.name.domain { return a.name.domain.lexicographicallyPrecedes(b.name.domain) }
            return a.name.selector.lexicographicallyPrecedes(b.name.selector)
        }
    }

    /// After so many names without an answer, and none with one, asking ends.
    static let patience = 40
    /// The most that all answers may hold, in bytes.
    static let sizeLimit = 256 << 20

    /// Asks for each name once; the clock is read once for each answer.
    ///
    /// `progress` is called after each answer with the number of names that are done.
    ///
    /// - Throws: `MailsealError` when no name gets an answer, `ResolverError`, and `CancellationError`.
    public init(
        _ names: [Name], of source: any TXTSource, _ origin: Origin, progress: (Int) -> Void = { _ in }
    ) throws {
        try self.init(names, of: source, origin, now: { Clock.now }, progress: progress)
    }

    init(
        _ names: [Name], of source: any TXTSource, _ origin: Origin, now: () -> Timestamp?, progress: (Int) -> Void
    ) throws {
        var entries = names.map { Entry($0, .failure("no name that DNS holds keys under"), nil, .notAsked) }
        let questions = names.indices.compactMap { place in
            DNSName(names[place].name.text).map { (name: $0, place: place) }
        }.filter { !$0.name.isLocal }
        var (done, size) = (0, 0)
        var hasAnswers = questions.isEmpty
        try source.lookUp(questions.map(\.name)) { question, outcome in
            let place = questions[question].place
            entries[place] = Entry(names[place], outcome, now(), Self.result(of: outcome))
            done += 1
            if entries[place].result != .unanswered { hasAnswers = true }
            size += entries[place].answer?.packet.count ?? 0
            guard size <= Self.sizeLimit else {
                throw MailsealError("the answers hold more than \(Self.sizeLimit) bytes, nothing was written")
            }
            if !hasAnswers, done == Self.patience { throw Self.silence(of: origin, names: done) }
            progress(done + names.count - questions.count)
        }
        guard hasAnswers else { throw Self.silence(of: origin, names: done) }
        self.entries = entries
        self.origin = origin
    }

    private static func result(of outcome: TXTOutcome) -> Result {
        guard case .answer(let answer) = outcome else { return .unanswered }
        if case .bogus = answer.security { return .bogus }
        switch answer.code {
        case .noError: return answer.records.isEmpty ? .noRecord : .found
        case .noSuchName: return .noName
        default: return .unanswered
        }
    }

    private static func silence(of origin: Origin, names: Int) -> MailsealError {
        MailsealError(
            "\(origin.from.displayText) gave no answer (\(names) asked), nothing was written",
            hint: "see that the address is right and that DNS is not blocked here, or give a longer --timeout")
    }
}

extension KeyLookup.Entry {
    fileprivate init(_ asked: KeyLookup.Name, _ outcome: TXTOutcome, _ obtained: Timestamp?, _ result: KeyLookup.Result)
    {
        self.asked = asked
        self.outcome = outcome
        self.obtained = obtained
        self.result = result
    }
}
