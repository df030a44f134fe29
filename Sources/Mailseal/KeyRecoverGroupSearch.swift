// The search for the keys of one group of signatures, for `keys recover`.

import Bytes
import Cryptography
import DKIM
import Files
import KeyRecovery

/// Finds the keys that made the signatures of a group.
struct GroupSearch: Sendable {
    /// The most keys of one name and length that are looked for.
    private static let keyLimit = 4
    /// The most signatures that a search chooses from.
    private static let candidateLimit = 256
    /// The most signatures that a key of another name is tried on.
    private static let trialLimit = 8
    /// How many attempts are made for a further key of a name: that there is one is only likely.
    private static let furtherAttempts = 2

    let group: SignatureGroup
    let values: ReadableFile
    let exponents: [Int]
    /// The number of messages that a further key must be worth.
    let minimumMessages: Int
    /// Keys that are known under this name: what they verify needs no key any more.
    let known: [RSAPublicKey]

    /// Searches; `step` is told what comes next.
    ///
    /// - Parameter others: keys of other names, which are tried first: some serve many names.
    func run(others: [RSAPublicKey], _ step: (KeySearch.Step) -> Void) throws -> KeyRecoverResult {
        var result = KeyRecoverResult(group)
        var open = Set(group.entries.indices)
        for key in known { open.subtract(try verified(by: key, open)) }
        for key in others where result.keys.count < Self.keyLimit {
            if try isWorthCounting(key, open) { try count(key, &open, &result) }
        }
        while result.keys.count < Self.keyLimit {
            let isFirst = open.count == group.entries.count
            let places = isFirst ? Array(open) : quietTime(open)
            guard messages(places) >= minimumMessages else { break }
            let attempts = isFirst ? KeySearch.partners.count : Self.furtherAttempts
            let search = KeySearch(try candidates(places), exponents: exponents, attempts: attempts).run(step)
            result.pairs += search.pairs
            guard case .success(let key) = search.key else {
                if result.keys.isEmpty, case .failure(let failure) = search.key { result.failure = failure }
                break
            }
            try count(key, &open, &result)
        }
        if result.keys.isEmpty, result.failure == nil { result.failure = .tooFewSignatures }
        return result
    }

    /// Whether a key verifies any of the best few signatures.
    private func isWorthCounting(_ key: RSAPublicKey, _ places: Set<Int>) throws -> Bool {
        guard key.modulus.count == group.id.length else { return false }
        let best = places.sorted { (group.entries[$0].rank, $0) < (group.entries[$1].rank, $1) }
        for place in best.prefix(Self.trialLimit) where key.verify(try signature(place)) { return true }
        return false
    }

    private func verified(by key: RSAPublicKey, _ places: Set<Int>) throws -> Set<Int> {
        guard key.modulus.count == group.id.length else { return [] }
        return try places.filter { key.verify(try signature($0)) }
    }

    /// Takes what a key verifies out of `open` and into the result, when that is enough.
    private func count(_ key: RSAPublicKey, _ open: inout Set<Int>, _ result: inout KeyRecoverResult) throws {
        let verified = try verified(by: key, open)
        let messages = messages(Array(verified))
        guard messages >= KeySearch.confirmations else { return }
        let times = verified.compactMap { group.entries[$0].time }
        open.subtract(verified)
        let provenance = KeyProvenance(
            .recovered, messages: messages, firstDate: times.min().flatMap(Timestamp.init(secondsSince1970:)),
            lastDate: times.max().flatMap(Timestamp.init(secondsSince1970:)))
        result.keys.append(RecoveredKey(key, of: group.id.name, provenance: provenance))
    }

    /// The longest time in which no key verifies anything, when that is hardly by chance: then the key was another one.
    private func quietTime(_ open: Set<Int>) -> [Int] {
        let order = group.entries.indices.filter { group.entries[$0].time != nil }
            .sorted { (group.entries[$0].time ?? 0, $0) < (group.entries[$1].time ?? 0, $1) }
        let run = QuietRun.longest(in: order.map(open.contains))
        return run.map { Array(order[$0]) } ?? []
    }

    /// The candidates among these places: the best ranks, of too many of one rank some through all of the time.
    private func candidates(_ places: [Int]) throws -> [RecoveryCandidate] {
        var chosen: [Int] = []
        for (_, places) in Dictionary(grouping: places, by: { group.entries[$0].rank }).sorted(by: { $0.key < $1.key })
        {
            let count = min(places.count, Self.candidateLimit - chosen.count)
            let order = places.sorted { (group.entries[$0].time ?? .max, $0) < (group.entries[$1].time ?? .max, $1) }
            chosen += (0..<count).map { order[$0 * order.count / count] }
        }
        return try chosen.map { place in
            let entry = group.entries[place]
            return RecoveryCandidate(try signature(place), rank: Int(entry.rank), time: entry.time)
        }
    }

    private func signature(_ place: Int) throws -> RSASignature {
        try SpooledSignature.read(group.entries[place], length: group.id.length, from: values)
    }

    private func messages(_ places: [Int]) -> Int { Set(places.map { group.entries[$0].message }).count }
}

/// Finding a time in which a key was not in use.
enum QuietRun {
    /// The longest run of true, when so long a run would hardly come about by chance; true is what no key verifies.
    ///
    /// By chance means: as often as outside of the run, one time in a thousand.
    static func longest(in isOpen: [Bool]) -> Range<Int>? {
        var longest = 0..<0
        var start = 0
        for (place, isOpen) in isOpen.enumerated() {
            if !isOpen { start = place + 1 }
            if place + 1 - start > longest.count { longest = start..<place + 1 }
        }
        let others = isOpen.count - longest.count
        let openOthers = isOpen.count(where: \.self) - longest.count
        var chance = Double(isOpen.count)
        for _ in longest { chance *= Double(openOthers + 1) / Double(others + 1) }
        return !longest.isEmpty && chance < 0.001 ? longest : nil
    }
}
