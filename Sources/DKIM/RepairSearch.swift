// The search for the body that a signature was made of: known changes are undone on copies, cheapest first.

import Bytes
import Mail

/// A body that a signature fits once known changes are undone.
struct RepairedBody: Sendable {
    /// What was undone, in the order applied.
    let repairs: [Repair]
    /// The header section that the body had before it was wrapped into a multipart.
    let innerHeader: [UInt8]?
    /// How the body was coded, when that was undone.
    let coding: RepairCoding?
    fileprivate let covered: Int
    fileprivate let total: Int

    /// The result for a signature; changes of how the message was kept leave the body intact.
    var result: BodyResult {
        if covered < total { return .partial(covered: covered, total: total) }
        return repairs.allSatisfy(\.isOfStorage) ? .intact(total: total) : .restored(total: total)
    }
}

/// Tries repairs of the body, until every goal is reached or nothing is left to try.
struct RepairSearch {
    /// The repaired bodies by the place of their signature among the evidence.
    private(set) var found: [Int: RepairedBody] = [:]

    private let stored: [UInt8]
    private let bodyStart: Int
    private var goals: RepairGoals

    /// The most octets that are hashed for mixed quoting.
    private static let mixedLimit = 1 << 24
    /// The most parts that are recoded.
    private static let parts = 500

    /// A search in a stored message whose body starts at `bodyStart`.
    init(_ stored: [UInt8], bodyStart: Int, for goals: [RepairGoal]) {
        self.stored = stored
        self.bodyStart = bodyStart
        self.goals = RepairGoals(goals, bodyLength: stored.count - bodyStart)
    }

    /// The repaired bodies of a stored message by the place of their signature.
    static func bodies(of stored: [UInt8], from bodyStart: Int, for goals: [RepairGoal]) -> [Int: RepairedBody] {
        guard !goals.isEmpty else { return [:] }
        var search = RepairSearch(stored, bodyStart: bodyStart, for: goals)
        search.run()
        return search.found
    }

    /// Tries, in this order: quoting marks, footers and banners as they stand; other transfer encodings; mixed quoting.
    mutating func run() {
        let quoted = QuotedLines(of: stored, from: bodyStart)
        let sources = [RepairSource(stored)] + quoted.sources(of: stored)
        let candidates = sources.flatMap(RepairCandidate.all)
        for candidate in candidates where !goals.open.isEmpty { tryAsItStands(candidate) }
        for candidate in candidates where !goals.open.isEmpty {
            if candidate.entity.isLeaf { tryCodings(candidate) } else { tryParts(candidate) }
        }
        tryMixedQuoting(quoted)
    }

    private mutating func tryAsItStands(_ candidate: RepairCandidate) {
        let omitted = candidate.entity.omitted
        let text = candidate.bytes(omitted.map { ($0, []) })
        for start in candidate.entity.isLeaf ? [0] + RepairTrailer.ends(ofBannerIn: text) : [0] {
            let version = RepairVersion(text, from: start, mayEndEarlier: omitted.isEmpty)
            reach(candidate, version)
        }
    }

    private mutating func tryCodings(_ candidate: RepairCandidate) {
        guard let leaf = candidate.entity.leaves.first, leaf.encoding != .uuencode,
            leaf.encoding.keepsAll(of: candidate.source.bytes[leaf.body])
        else { return }
        let text = leaf.encoding.decoded(candidate.source.bytes.span.extracting(leaf.body))
        let starts = [0] + RepairTrailer.ends(ofBannerIn: text)
        for coding in RepairCoding.all where leaf.encoding != .identity || coding != .identity {
            for start in starts where !goals.open.isEmpty {
                reach(candidate, RepairVersion(text, from: start, as: coding, mayEndEarlier: true))
            }
        }
    }

    private mutating func tryParts(_ candidate: RepairCandidate) {
        guard candidate.entity.leaves.count <= Self.parts else { return }
        for footer in LeafFooter.allCases {
            let cuts = candidate.footers(footer)
            guard footer == .none || !cuts.isEmpty else { continue }
            for change in LeafChange.all where footer != .none || change != .none {
                guard !goals.open.isEmpty, let version = candidate.version(cuts, change) else { continue }
                reach(candidate, version)
            }
        }
    }

    private mutating func tryMixedQuoting(_ quoted: QuotedLines) {
        let choices = quoted.mixed
        guard !goals.open.isEmpty, (choices.count + 2) * (stored.count - bodyStart) <= Self.mixedLimit else { return }
        for choice in choices where !goals.open.isEmpty {
            let source = RepairSource(stored, without: choice, as: .mixedQuoting)
            let candidate = RepairCandidate(source: source, bodyStart: bodyStart)
            reach(candidate, RepairVersion(candidate.bytes([]), from: 0, mayEndEarlier: true))
        }
    }

    private mutating func reach(_ candidate: RepairCandidate, _ version: RepairVersion) {
        let encoding = candidate.entity.leaves.first?.encoding ?? .identity
        let matches = goals.reach(by: version.text) { cut in version.ending(at: cut, encoding) != nil }
        guard !matches.isEmpty else { return }
        // One copy for all of them: it may be as large as the message.
        let innerHeader = candidate.innerHeader
        for match in matches {
            found[match.index] = RepairedBody(
                repairs: candidate.repairs(version, cut: match.cut),
                innerHeader: innerHeader, coding: version.coding, covered: match.covered, total: match.total)
        }
    }
}
