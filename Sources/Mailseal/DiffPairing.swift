// Which message of one manifest is which of the other: by bytes, then by path, Message-ID and signature.

import Cryptography

/// The pairs; every message of either side is in at most one, and both orders of the sides give the same.
struct DiffPairing {
    /// A message of either side, as places in `DiffTable.messages`.
    struct Pair: Equatable {
        let a: UInt32
        let b: UInt32
    }

    /// Pairs with the same bytes, in the order of the first side.
    private(set) var common: [Pair] = []
    /// Pairs of one identity with other bytes, in the order of the first side.
    private(set) var pairs: [Pair] = []
    /// Messages that have no partner, in order.
    private(set) var onlyA: [UInt32] = []
    /// See `onlyA`.
    private(set) var onlyB: [UInt32] = []
    private let tables: (a: DiffTable, b: DiffTable)

    /// Pairs the messages of two tables; linear but for the sorting of candidates.
    init(_ a: DiffTable, _ b: DiffTable) {
        tables = (a, b)
        var taken = [Bool](repeating: false, count: b.messages.count)
        common.reserveCapacity(min(a.messages.count, b.messages.count))
        for place in a.messages.indices {
            if let other = b.digests.place(of: a.digests[place]) {
                common.append(Pair(a: UInt32(place), b: UInt32(other)))
                taken[other] = true
            } else {
                onlyA.append(UInt32(place))
            }
        }
        onlyB = b.messages.indices.filter { !taken[$0] }.map { UInt32($0) }
        match(agreeing: true) { table, message in Self.paths(table, message, inMailboxes: false) }
        match { table, message in
            let identity = table.messages[Int(message)].identity
            return identity == 0 ? [] : [identity]
        }
        match { table, message in table.signatures(of: message).map(\.signature).filter { $0 != 0 } }
        match { table, message in Self.paths(table, message, inMailboxes: false) }
        match(agreeing: true) { table, message in Self.paths(table, message, inMailboxes: true) }
        pairs.sort { $0.a < $1.a }
    }

    private static func paths(_ table: DiffTable, _ message: UInt32, inMailboxes: Bool) -> [UInt64] {
        table.places(of: message).filter { $0.isInMailbox == inMailboxes }.map(\.spot)
    }

    /// Pairs what is left by keys that one message of either side has; `agreeing` wants no two different Message-IDs.
    private mutating func match(agreeing: Bool = false, _ keys: (DiffTable, UInt32) -> [UInt64]) {
        guard !onlyA.isEmpty, !onlyB.isEmpty else { return }
        let left = Self.unique(onlyA) { keys(tables.a, $0) }
        let right = Self.unique(onlyB) { keys(tables.b, $0) }
        var candidates: [Pair] = []
        for (key, message) in left {
            guard let message, let found = right[key], let other = found else { continue }
            if agreeing {
                let identities = (
                    tables.a.messages[Int(message)].identity, tables.b.messages[Int(other)].identity
                )
                guard identities.0 == identities.1 || identities.0 == 0 || identities.1 == 0 else { continue }
            }
            candidates.append(Pair(a: message, b: other))
        }
        take(candidates)
    }

    /// Takes pairs in an order that is the same when the sides are exchanged.
    private mutating func take(_ candidates: [Pair]) {
        var usedA: Set<UInt32> = []
        var usedB: Set<UInt32> = []
        let ordered = candidates.map { (key: (max($0.a, $0.b), min($0.a, $0.b)), pair: $0) }.sorted { $0.key < $1.key }
        for (_, pair) in ordered where !usedA.contains(pair.a) && !usedB.contains(pair.b) {
            usedA.insert(pair.a)
            usedB.insert(pair.b)
            pairs.append(pair)
        }
        onlyA.removeAll { usedA.contains($0) }
        onlyB.removeAll { usedB.contains($0) }
    }

    /// The message that has a key; nil for a key that several have.
    private static func unique(_ messages: [UInt32], _ keys: (UInt32) -> [UInt64]) -> [UInt64: UInt32?] {
        var owners: [UInt64: UInt32?] = [:]
        for message in messages {
            for key in keys(message) {
                if let owner = owners[key], owner != message {
                    owners[key] = .some(nil)
                } else {
                    owners[key] = message
                }
            }
        }
        return owners
    }
}
