// `keys missing`: the key records that an archive's signatures call for and that nobody has given.

public import Bytes
import Cryptography
public import DKIM
import Mail
import Manifest

/// Where to look for signatures, and the keys that are known.
public struct KeysMissingOptions: Sendable {
    /// Bundles and sources.
    public var inputs: [[UInt8]]
    /// Files of DKIM key records, beside those of the bundles.
    public var keyFiles: [[UInt8]] = []
    /// Whether names of known keys are listed too, as if nothing were known.
    public var countsKnown = false
    /// The number of workers.
    public var jobs = 2
    /// The memory to stay within, in bytes.
    public var memory = 512 << 20

    /// The defaults for these inputs.
    public init(inputs: [[UInt8]]) { self.inputs = inputs }
}

/// The names that signatures call for and that no usable key is known of.
public struct KeysMissing: Sendable {
    /// What is known of a name.
    public enum State: String, Sendable {
        /// No record.
        case none
        /// Only records that withdraw a key, and such as cannot be used.
        case revoked
        /// Only records that cannot be used.
        case unusable
    }

    /// A name without a usable key.
    public struct Name: Sendable {
        /// Selector and domain.
        public let name: KeyName
        /// The messages with a signature that calls for it.
        public fileprivate(set) var messages = 0
        /// The earliest of the dates that these messages claim.
        public fileprivate(set) var firstDate: Timestamp?
        /// The latest of the dates that these messages claim.
        public fileprivate(set) var lastDate: Timestamp?
        /// What is known of it.
        public let state: State
    }

    /// The names, those of most messages first, then by domain and selector.
    public private(set) var names: [Name] = []
    /// The distinct messages that were looked at.
    public private(set) var messages = 0
    /// The messages with at least one signature that calls for one of the names.
    public private(set) var affected = 0
    /// The names that signatures call for.
    public private(set) var called = 0

    private let store: KeyStore
    private var seen: Set<Digest> = []
    private var places: [KeyName: Int] = [:]
    private var known: Set<KeyName> = []

    /// Goes through all inputs; of a bundle only the manifest is read.
    ///
    /// - Throws: `MailsealError`, `FileError` or `IntakeError` when an input cannot be read.
    public init(_ options: KeysMissingOptions, observer: Observer = Observer()) async throws {
        let bundles = try options.inputs.filter(Bundle.isBundle).map { try Bundle(path: $0) }
        let own = try bundles.flatMap { Keys.store(of: try $0.keys()).keys }
        let given = options.keyFiles.isEmpty ? [] : try Keys.load(options.keyFiles, observer: observer).keys
        store = KeyStore(options.countsKnown ? [] : own + given)
        for bundle in bundles { try read(bundle) }
        let sources = try options.inputs.filter { try !Bundle.isBundle($0) }
        try await MessageStream.forEach(
            in: sources, jobs: options.jobs, memory: options.memory, observer: observer,
            work: { CalledKeys(of: $0) },
            body: { digest, found in count(digest, found.names, found.date) })
        finish()
    }

    private mutating func read(_ bundle: Bundle) throws {
        var message: MessageLine?
        var names: [KeyName] = []
        func close() {
            guard let line = message else { return }
            count(line.sha256, names, Timestamp(claimedBy: line.date))
        }
        var lines = bundle.unread()
        while let unread = try lines.next() {
            guard unread.isOf(.message) || unread.isOf(.dkim) else { continue }
            switch try unread.read() {
            case .message(let line):
                close()
                (message, names) = (line, [])
            case .dkim(let line):
                // Those of a later edition stand for messages of an earlier one.
                guard line.message == message?.sha256, let domain = line.domain, let selector = line.selector else {
                    continue
                }
                names.append(KeyName(selector: selector, domain: domain))
            default: break
            }
        }
        close()
    }

    private mutating func count(_ digest: Digest, _ called: [KeyName], _ date: Timestamp?) {
        guard seen.insert(digest).inserted else { return }
        messages += 1
        let called = Set(called)
        var isAffected = false
        for name in called where !known.contains(name) {
            guard let place = place(of: name) else { continue }
            isAffected = true
            names[place].messages += 1
            guard let date else { continue }
            names[place].firstDate = min(names[place].firstDate ?? date, date)
            names[place].lastDate = max(names[place].lastDate ?? date, date)
        }
        if isAffected { affected += 1 }
    }

    /// The place of a name without a usable key; nil for another one, which is then known.
    private mutating func place(of name: KeyName) -> Int? {
        if let place = places[name] { return place }
        let records = store.keys(selector: name.selector, domain: name.domain).map(\.parsed)
        guard records.allSatisfy({ $0.bits == nil }) else {
            known.insert(name)
            return nil
        }
        let state: State = records.isEmpty ? .none : records.contains(where: \.isRevoked) ? .revoked : .unusable
        places[name] = names.count
        names.append(Name(name: name, state: state))
        return names.count - 1
    }

    private mutating func finish() {
        called = names.count + known.count
        names.sort { a, b in
            if a.messages != b.messages { return a.messages > b.messages }
            if a.name.domain != b.name.domain { return a.name.domain.lexicographicallyPrecedes(b.name.domain) }
            return a.name.selector.lexicographicallyPrecedes(b.name.selector)
        }
        (seen, places, known) = ([], [:], [])
    }
}

/// What one message's signatures call for.
private struct CalledKeys: Sendable {
    let names: [KeyName]
    let date: Timestamp?

    private static let fields: [(name: String, kind: SignatureKind)] = [
        ("DKIM-Signature", .dkim), ("DomainKey-Signature", .domainKeys), ("ARC-Message-Signature", .arcMessage),
        ("ARC-Seal", .arcSeal),
    ]

    init(of bytes: [UInt8]) {
        let header = HeaderSection(of: bytes.span)
        names = Self.fields.flatMap { field, kind in
            header.fields(named: field, in: bytes.span).prefix(Verifier.maximumSignatures).compactMap { field in
                let signature = Signature(parsing: bytes[field.value], as: kind)
                guard let domain = signature.domain, let selector = signature.selector, !domain.isEmpty,
                    !selector.isEmpty
                else { return nil }
                return KeyName(selector: selector, domain: domain)
            }
        }
        date = Timestamp(claimedBy: header.first(named: "Date", in: bytes.span)?.unfoldedValue(in: bytes.span))
    }
}
