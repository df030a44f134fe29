// Key records by name: nothing here asks the network.

import Bytes
public import Cryptography

/// A key record with the name that it was published under, and where it is from.
public struct Key: Sendable {
    /// Its selector and domain; a domain that starts with `*.` stands for all below.
    public let name: KeyName
    /// The bytes of the TXT record, its strings joined.
    public let record: [UInt8]
    /// The SHA-256 of the record.
    public let digest: Digest
    /// What the record says.
    public let parsed: KeyRecord
    /// Where the record is from, each once, the strongest basis first; never empty.
    public private(set) var provenances: [KeyProvenance]

    /// A record of a selector and a domain; the case of names does not matter.
    public init(
        selector: [UInt8], domain: [UInt8], record: [UInt8], provenance: KeyProvenance = KeyProvenance(.file)
    ) {
        self.init(KeyName(selector: selector, domain: domain), record: record, provenances: [provenance])
    }

    /// A record of a name, from one or several places.
    init(_ name: KeyName, record: [UInt8], provenances: [KeyProvenance]) {
        self.name = name
        self.record = record
        digest = Digest(hashing: record)
        parsed = KeyRecord(parsing: record)
        self.provenances = provenances.isEmpty ? [KeyProvenance(.file)] : KeyProvenance.ordered(provenances)
    }

    /// The strongest of the provenances: DNS with a secure answer, DNS, what others kept, a recovered key.
    public var provenance: KeyProvenance { provenances.first ?? KeyProvenance(.file) }

    /// The signing domain, lower case, without a dot at the end; `*.` before it stands for any labels.
    public var domain: [UInt8] { name.domain }

    /// The selector, lower case.
    public var selector: [UInt8] { name.selector }

    /// The keys sorted by domain, selector and record, byte by byte; of one record's, one with all its provenances.
    public static func merged(_ keys: some Sequence<Key>) -> [Key] {
        var distinct: [Key] = []
        var found: [KeyProvenance] = []
        func close() {
            guard let last = distinct.indices.last else { return }
            distinct[last].provenances = KeyProvenance.ordered(found)
        }
        for key in keys.sorted(by: { $0.precedes($1) }) {
            if let last = distinct.last, !last.precedes(key) {
                found += key.provenances
                continue
            }
            close()
            distinct.append(key)
            found = key.provenances
        }
        close()
        return distinct
    }

    /// Whether the key sorts before another by domain, selector and record.
    private func precedes(_ other: Key) -> Bool {
        if domain != other.domain { return domain.lexicographicallyPrecedes(other.domain) }
        if selector != other.selector { return selector.lexicographicallyPrecedes(other.selector) }
        return record.lexicographicallyPrecedes(other.record)
    }
}

/// Keys by name; the same keys in any order make the same store.
public struct KeyStore: Sendable {
    /// The most records of one name that a store holds; of more, the first in the order of their bytes.
    public static let nameLimit = 64

    /// The distinct keys, sorted by domain, selector, the set in which they came first, and record.
    public let keys: [Key]
    /// The names of which there were more records than a store holds, sorted.
    public let crowdedNames: [KeyName]
    private let places: [KeyName: Range<Int>]
    private let hasWildcards: Bool

    /// A store of the keys of any number of files.
    public init(_ keys: some Sequence<Key>) { self.init(inOrder: Key.merged(keys)) }

    /// A store of keys that became known one set after another: of one name, those of earlier sets come first.
    public init(sets: [[Key]]) {
        struct Identity: Hashable {
            let name: KeyName
            let record: Digest

            init(_ key: Key) { (name, record) = (key.name, key.digest) }
        }
        var since: [Identity: Int] = [:]
        for (number, keys) in sets.enumerated().reversed() {
            for key in keys { since[Identity(key)] = number }
        }
        let merged = Key.merged(sets.joined()).enumerated()
        let inOrder = merged.sorted { a, b in
            let sets = (since[Identity(a.element)] ?? 0, since[Identity(b.element)] ?? 0)
            return a.element.name == b.element.name && sets.0 != sets.1 ? sets.0 < sets.1 : a.offset < b.offset
        }
        self.init(inOrder: inOrder.map(\.element))
    }

    /// A store of distinct keys, those of a name in a row.
    private init(inOrder keys: [Key]) {
        var distinct: [Key] = []
        var places: [KeyName: Range<Int>] = [:]
        var crowded: [KeyName] = []
        for key in keys {
            let name = key.name
            let start = places[name]?.lowerBound ?? distinct.count
            guard distinct.count - start < Self.nameLimit else {
                if crowded.last != name { crowded.append(name) }
                continue
            }
            distinct.append(key)
            places[name] = start..<distinct.count
        }
        self.keys = distinct
        crowdedNames = crowded
        self.places = places
        hasWildcards = distinct.contains { $0.name.isWildcard }
    }

    /// The keys of a name: those of the very name first, then those of wildcards, the closest first.
    ///
    /// The case of names does not matter.
    public func keys(selector: [UInt8], domain: [UInt8]) -> [Key] {
        places(of: KeyName(selector: selector, domain: domain)).flatMap { keys[$0] }
    }

    /// The keys that any of these names calls for, sorted by domain, selector and record.
    public func keys(of names: some Sequence<KeyName>) -> [Key] {
        Set(names.flatMap(places)).sorted { $0.lowerBound < $1.lowerBound }.flatMap { keys[$0] }
    }

    private func places(of name: KeyName) -> [Range<Int>] {
        let exact = places[name].map { [$0] } ?? []
        return hasWildcards ? exact + name.wildcards.compactMap { places[$0] } : exact
    }
}
