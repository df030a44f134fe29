// Which key records each edition of a bundle knew: its own, and those of all editions before it.

import Cryptography
import DKIM
import Manifest

/// The rules and the key records of each edition.
///
/// Of one name the records of earlier editions come first and count first towards `KeyStore.nameLimit`, so that new
/// records can add to what the known ones prove and never take from it.
struct KeyHistory: Sendable {
    /// The rules of each edition, from the first.
    let rules: [Int]
    private let first: KeyStore
    /// What the editions behind the first one added, by name and in their order.
    private var later: [KeyName: [Addition]] = [:]

    private struct Addition {
        let edition: Int
        let key: Key
    }

    /// The history of editions, each with its rules and the key records that it added.
    init(_ editions: [(rules: Int, keys: [Key])]) {
        rules = editions.map(\.rules)
        first = KeyStore(editions.first?.keys ?? [])
        var known: [KeyName: Known] = [:]
        for (place, edition) in editions.enumerated().dropFirst() {
            for key in edition.keys where known[key.name, default: Known(first, key.name)].isChanged(by: key) {
                later[key.name, default: []].append(Addition(edition: place + 1, key: key))
            }
        }
    }

    /// The records of one name, as far as they can change a result: that bounds how often one is computed.
    private struct Known {
        /// Whether each record is known from elsewhere than from signatures.
        private var records: [Digest: Bool]

        init(_ store: KeyStore, _ name: KeyName) {
            let keys = store.keys(of: [name]).filter { $0.name == name }
            records = Dictionary(keys.map { ($0.digest, $0.isPublished) }) { $0 || $1 }
        }

        mutating func isChanged(by key: Key) -> Bool {
            if let isPublished = records[key.digest] {
                records[key.digest] = isPublished || key.isPublished
                return !isPublished && key.isPublished
            }
            guard records.count < KeyStore.nameLimit else { return false }
            records[key.digest] = key.isPublished
            return true
        }
    }

    /// Whether an edition recorded facts by the rules of this program.
    func derives(_ edition: Int) -> Bool { rules.indices.contains(edition - 1) && rules[edition - 1] == Format.rules }

    /// The first edition whose facts were recorded by the rules of this program.
    var firstDerived: Int? { rules.firstIndex(of: Format.rules).map { $0 + 1 } }

    /// The editions that added records of any of these names, ascending.
    func additions(to names: [KeyName]) -> [Int] { Set(added(to: names).map(\.edition)).sorted() }

    /// The records that an edition knew, as far as signatures with keys of these names need them.
    func keys(of names: [KeyName], in edition: Int) -> KeyStore {
        let known = added(to: names).filter { $0.edition <= edition }
        guard !known.isEmpty else { return first }
        let byEdition = Dictionary(grouping: known, by: \.edition).sorted { $0.key < $1.key }
        return KeyStore(sets: [first.keys(of: names)] + byEdition.map { $0.value.map(\.key) })
    }

    private func added(to names: [KeyName]) -> [Addition] {
        guard !later.isEmpty else { return [] }
        return Set(names.flatMap(\.matching)).flatMap { later[$0] ?? [] }
    }
}

extension Key {
    /// Whether anything but signatures says that the record is the domain's.
    fileprivate var isPublished: Bool { provenances.contains { $0.basis != .recovered } }
}
