// The signatures that a lost key is computed from, and which of them to try together.

public import Cryptography

/// A signature of the key that is looked for, and what speaks for its being sound: made of the digest beside it.
public struct RecoveryCandidate: Sendable {
    /// The signature.
    public let signature: RSASignature
    /// How little speaks for its being sound; 0 is best.
    public let rank: Int
    /// When it was made, as far as the message says; keys change with time.
    public let time: Int64?

    /// A candidate.
    public init(_ signature: RSASignature, rank: Int, time: Int64?) {
        self.signature = signature
        self.rank = rank
        self.time = time
    }
}

/// One signature that is tried together with several others: the key comes out if it and any of the others are sound.
struct Attempt: Equatable {
    /// The place of the one.
    let pivot: Int
    /// The places of the others.
    let partners: [Int]

    /// The least number of candidates that each attempt chooses from, when there are so many: the best at first, more of
    /// them when these do not serve, all at last.
    private static let poolSizes = [12, 24, 96, .max]

    /// Attempts with as many partners as `partners` says, the candidates told by their places; fewer when there are
    /// too few candidates.
    ///
    /// They are chosen from the best ranks. Pivots lie far from each other in time, so that one of them meets a time in
    /// which nothing broke the signatures; its partners are its neighbours, which most likely have the same key.
    static func plan(_ candidates: [RecoveryCandidate], partners: [Int]) -> [Attempt] {
        var attempts: [Attempt] = []
        for (number, (count, size)) in zip(partners, poolSizes).enumerated() {
            let pool = pool(of: candidates, size: size)
            guard let place = pivot(number, of: pool, after: attempts) else { break }
            let others = neighbours(of: place, in: pool, after: attempts).prefix(count)
            attempts.append(Attempt(pivot: pool[place], partners: Array(others)))
        }
        return attempts
    }

    /// Whether the attempt tries these two together.
    private func tries(_ a: Int, _ b: Int) -> Bool {
        (pivot == a && partners.contains(b)) || (pivot == b && partners.contains(a))
    }

    /// The places of the candidates of the best ranks, all of each rank, by time.
    private static func pool(of candidates: [RecoveryCandidate], size: Int) -> [Int] {
        let ranks = candidates.map(\.rank).sorted()
        guard let worst = ranks.prefix(size).last else { return [] }
        return candidates.indices.filter { candidates[$0].rank <= worst }.sorted {
            let (a, b) = (candidates[$0].time ?? .max, candidates[$1].time ?? .max)
            return a != b ? a < b : $0 < $1
        }
    }

    /// The place in the pool at the n-th of the fractions 1/2, 1/4, 3/4, 1/8, 5/8, 3/8 …, or the next one after it that
    /// was no pivot yet and can be one of three sound candidates.
    private static func pivot(_ number: Int, of pool: [Int], after earlier: [Attempt]) -> Int? {
        var (numerator, denominator, rest) = (0, 1, number + 1)
        while rest > 0 {
            numerator = numerator * 2 + rest % 2
            denominator *= 2
            rest /= 2
        }
        let start = pool.count * numerator / denominator
        return pool.indices.lazy.map { (start + $0) % pool.count }.first { place in
            guard !earlier.contains(where: { $0.pivot == pool[place] }) else { return false }
            let others = neighbours(of: place, in: pool, after: earlier)
            return others.contains { a in
                others.contains { b in a != b && !earlier.contains { $0.tries(a, b) } }
            }
        }
    }

    /// The candidates that were not tried with this one, the nearest in time first; failed pivots, which most likely
    /// are broken, come last.
    private static func neighbours(of place: Int, in pool: [Int], after earlier: [Attempt]) -> [Int] {
        func distance(_ other: Int) -> Int {
            let wasPivot = earlier.contains { $0.pivot == pool[other] }
            return (wasPivot ? pool.count * 2 : 0) + abs(other - place) * 2 - (other > place ? 1 : 0)
        }
        let places = pool.indices.filter { other in
            other != place && !earlier.contains { $0.tries(pool[other], pool[place]) }
        }
        return places.sorted { distance($0) < distance($1) }.map { pool[$0] }
    }
}
