// `keys recover`: lost keys computed from the signatures of an archive.

import Bytes
import Cryptography
public import DKIM
import Files
public import KeyRecovery
import Synchronization

/// What to recover keys from, and which.
public struct KeyRecoverOptions: Sendable {
    /// Bundles and sources.
    public var inputs: [[UInt8]]
    /// Files of keys that are known already.
    public var keyFiles: [[UInt8]] = []
    /// The names to look at, whether keys of them are known or not; all without a key when there are none.
    public var names: [KeyName] = []
    /// The number of messages that a key must be worth.
    public var minimumMessages = KeySearch.confirmations
    /// The number of names and lengths that are searched, those of most messages first; nil for all.
    public var limit: Int?
    /// The number of searches beside each other.
    public var jobs = 2
    /// The memory to stay within, in bytes.
    public var memory = 512 << 20
    /// The public exponents that are tried.
    var exponents = KeySearch.exponents

    /// The defaults for these inputs.
    public init(inputs: [[UInt8]]) { self.inputs = inputs }
}

/// What was found of the signatures of one name and one length.
public struct KeyRecoverResult: Sendable {
    /// The name.
    public let name: KeyName
    /// The length of the signatures in bits.
    public let bits: Int
    /// How many messages have such a signature.
    public let messages: Int
    /// The keys; several when the domain changed its key.
    public internal(set) var keys: [RecoveredKey] = []
    /// Why there is no key.
    public internal(set) var failure: KeySearch.Failure?
    /// How many pairs of signatures were tried.
    public internal(set) var pairs = 0

    init(_ group: SignatureGroup) {
        name = group.id.name
        bits = group.id.length * 8
        messages = group.messages
    }
}

/// A key that was computed from signatures.
public struct RecoveredKey: Sendable {
    /// The record, with the number and dates of the messages that it verifies as its provenance.
    public let key: Key
    /// The length of the modulus in bits.
    public let bits: Int
    /// The public exponent.
    public let exponent: Int
    let publicKey: RSAPublicKey

    init(_ publicKey: RSAPublicKey, of name: KeyName, provenance: KeyProvenance) {
        key = Key(recovered: publicKey, of: name, provenance: provenance)
        bits = publicKey.bits
        exponent = publicKey.exponent.reduce(0) { $0 << 8 | Int($1) }
        self.publicKey = publicKey
    }
}

/// Keys of an archive that nobody has any more.
public struct KeyRecover: Sendable {
    /// The most known keys of one selector that are tried: a selector such as `default` is everybody's.
    private static let siblingLimit = 1000

    /// The names to search, those of most messages first, without what is to be found.
    public let targets: [KeyRecoverResult]
    /// How many names and lengths were left out because a key of them is known.
    public let known: Int
    /// Those of the names asked for that no rsa signature of a length to try calls for.
    public let absent: [KeyName]
    private let groups: [SignatureGroup]
    private let values: ReadableFile
    private let store: KeyStore
    /// The known keys of other names with the same selector.
    private let siblings: [[UInt8]: [RSAPublicKey]]
    private let options: KeyRecoverOptions

    /// Reads all messages.
    ///
    /// - Throws: `MailsealError`, `FileError` or `IntakeError` when an input or a key file cannot be read.
    public init(_ options: KeyRecoverOptions, observer: Observer = Observer()) async throws {
        var keys = try KeyFiles.load(options.keyFiles, observer: observer).keys
        for path in options.inputs where try Bundle.isBundle(path) {
            keys += try KeyFiles.keys(in: path, observer: observer)
        }
        let store = KeyStore(keys)
        var survey = try SignatureSurvey()
        try await MessageStream.forEach(
            in: options.inputs, jobs: options.jobs, memory: options.memory, observer: observer
        ) {
            SignatureSurvey.Found(in: $0)
        } body: { _, found in
            try survey.add(found)
        }
        let wanted = Set(options.names)
        let worth = survey.groups.values.filter {
            $0.messages >= options.minimumMessages && (wanted.isEmpty || wanted.contains($0.id.name))
        }
        let unknown = worth.filter { wanted.contains($0.id.name) || !store.holdsKey(for: $0.id) }
        known = worth.count - unknown.count
        absent = options.names.filter { name in !unknown.contains { $0.id.name == name } }
        groups = Array(unknown.sorted(by: SignatureGroup.isSearchedBefore).prefix(options.limit ?? .max))
        targets = groups.map(KeyRecoverResult.init)
        siblings = store.siblings(of: Set(groups.map(\.id.name.selector)), limit: Self.siblingLimit)
        values = try survey.values()
        self.store = store
        self.options = options
    }

    /// Searches all targets and gives what was found of each: in their order, but those without a key at the end, since
    /// a key of another name may turn out to be theirs.
    ///
    /// - Parameters:
    ///   - board: told what is being done, for whoever looks at it meanwhile.
    ///   - body: takes what was found.
    public func run(board: KeyRecoverBoard = KeyRecoverBoard(), _ body: (KeyRecoverResult) throws -> Void) async throws
    {
        let largest = groups.map { KeySearch.memory(length: $0.id.length) }.max() ?? 1
        let width = max(1, min(options.jobs, options.memory / largest))
        board.begin(weights: groups.map { $0.id.length * 8 * (options.exponents.max() ?? 1) }, width: width)
        let recovered = RecoveredKeys()
        var window = InOrder<KeyRecoverResult>(width: width, budget: .max)
        var failed: [(place: Int, result: KeyRecoverResult)] = []
        var taken = 0
        func take(_ result: KeyRecoverResult?) throws {
            guard let result else { return }
            if result.keys.isEmpty { failed.append((taken, result)) } else { try body(result) }
            taken += 1
        }
        for place in groups.indices {
            while window.isFull { try take(try await window.next()) }
            window.submit(weight: 1) { try search(place, recovered, board) }
        }
        while taken < groups.count { try take(try await window.next()) }
        for (place, result) in failed {
            let late = try search(place, recovered, exponents: []).keys
            var result = result
            if !late.isEmpty { (result.keys, result.failure) = (late, nil) }
            try body(result)
        }
    }

    private func search(
        _ place: Int, _ recovered: RecoveredKeys, _ board: KeyRecoverBoard? = nil, exponents: [Int]? = nil
    ) throws -> KeyRecoverResult {
        let id = groups[place].id
        let search = GroupSearch(
            group: groups[place], values: values, exponents: exponents ?? options.exponents,
            minimumMessages: options.minimumMessages,
            known: store.keys(selector: id.name.selector, domain: id.name.domain).compactMap(\.rsaKey))
        let others = recovered.all + (siblings[id.name.selector] ?? [])
        let result = try search.run(others: others) { board?.start($0, of: place, id.name) }
        board?.finish(place)
        recovered.add(result.keys.map(\.publicKey))
        return result
    }
}

extension KeyStore {
    /// Whether a key of the name can have made signatures of the length.
    fileprivate func holdsKey(for id: SignatureGroup.ID) -> Bool {
        keys(selector: id.name.selector, domain: id.name.domain).contains { $0.rsaKey?.modulus.count == id.length }
    }

    /// The rsa keys of each of these selectors, of any domain, at most `limit` of each.
    fileprivate func siblings(of selectors: Set<[UInt8]>, limit: Int) -> [[UInt8]: [RSAPublicKey]] {
        var siblings: [[UInt8]: [RSAPublicKey]] = [:]
        for key in keys where selectors.contains(key.selector) && siblings[key.selector, default: []].count < limit {
            if let rsa = key.rsaKey { siblings[key.selector, default: []].append(rsa) }
        }
        return siblings
    }
}

/// The keys that were recovered so far, by any of the searches that run beside each other.
private final class RecoveredKeys: Sendable {
    private let keys = Mutex<[RSAPublicKey]>([])

    var all: [RSAPublicKey] { keys.withLock(\.self) }

    func add(_ new: [RSAPublicKey]) { keys.withLock { $0 += new } }
}
