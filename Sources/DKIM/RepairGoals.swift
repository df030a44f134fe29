// The signatures whose body hash does not fit as stored, and the comparison of a body with all of them.

import Bytes
import Cryptography

/// A signature whose body hash does not fit.
struct RepairGoal {
    /// Its place among the evidence.
    let index: Int
    fileprivate let kind: Kind
    fileprivate let bodyHash: [UInt8]
    fileprivate let length: Int?

    fileprivate struct Kind: Hashable {
        let function: HashFunction
        let form: CanonicalForm
    }

    /// Nil when the signature does not say how to compute a body hash.
    init?(_ index: Int, _ signature: Signature) {
        guard let function = signature.algorithm?.hash, let form = signature.canonicalization?.body,
            let bodyHash = signature.bodyHash
        else { return nil }
        self.index = index
        kind = Kind(function: function, form: form)
        self.bodyHash = bodyHash
        length = signature.bodyLength
    }
}

/// The goals that are still to be reached, and what may still be spent on them.
struct RepairGoals {
    /// A goal that a body fits.
    struct Match {
        let index: Int
        /// Where the text ends.
        let cut: Int
        /// How many octets of the canonical body are covered, and how many there are.
        let covered: Int
        let total: Int
    }

    /// How many times its own size a message may cost, and what a small one may cost at least.
    static let multiple = 32
    static let minimum = 1 << 22

    private(set) var open: [RepairGoal]
    private var budget: Int

    init(_ goals: [RepairGoal], bodyLength: Int) {
        open = goals
        budget = max(Self.minimum, Self.multiple * bodyLength)
    }

    private var kinds: [RepairGoal.Kind] {
        var seen: Set<RepairGoal.Kind> = []
        return open.map(\.kind).filter { seen.insert($0).inserted }
    }

    /// Whether so many octets may still be hashed; they count as spent then.
    mutating func spend(_ octets: Int) -> Bool {
        let cost = octets * max(1, kinds.count)
        guard cost <= budget else { return false }
        budget -= cost
        return true
    }

    /// The goals that a text reaches, which are no longer open then.
    ///
    /// The longest text is preferred; `accepts` tells whether a text may have ended at a cut before its end.
    mutating func reach(by text: RepairText, accepts: (Int) -> Bool) -> [Match] {
        guard !open.isEmpty, spend(text.cost) else { return [] }
        let matches = kinds.flatMap { reach(by: text, $0, accepts: accepts) }
        let reached = Set(matches.map(\.index))
        open.removeAll { reached.contains($0.index) }
        return matches
    }

    private func reach(by text: RepairText, _ kind: RepairGoal.Kind, accepts: (Int) -> Bool) -> [Match] {
        let goals = open.filter { $0.kind == kind }
        var matches: [Int: Match] = [:]
        text.hashes(kind.function, kind.form, lengths: goals.compactMap(\.length)) { hash, cut in
            let whole = hash.finish()
            for goal in goals {
                let covered = cut == text.end ? goal.length ?? hash.count : hash.count
                guard goal.length == nil || goal.length == covered,
                    (covered == hash.count ? whole : hash.digests[covered]) == goal.bodyHash,
                    cut == text.end || (text.isLeft(before: cut) && accepts(cut))
                else { continue }
                matches[goal.index] = Match(index: goal.index, cut: cut, covered: covered, total: hash.count)
            }
        }
        return goals.compactMap { matches[$0.index] }
    }
}
