// The facts about messages that both sides have: places, retrieval, DKIM results, derived facts.

import Bytes
import Manifest

/// Compares what two manifests say of messages that both have.
struct DiffCommonFacts {
    /// Messages with the same bytes in the same places.
    private(set) var same = 0
    /// Messages with the same bytes in other places.
    private(set) var moved = 0
    /// Places whose modification times differ.
    private(set) var otherTimes = 0
    /// Places in mailboxes with other bytes before the message.
    private(set) var otherFraming = 0
    /// The DKIM classes of messages with other results.
    var transitions: [DiffReport.Transition] {
        EvidenceClass.allCases.flatMap { first in
            EvidenceClass.allCases.compactMap { second in
                classes[[first, second]].map { DiffReport.Transition(a: first, b: second, count: $0) }
            }
        }
    }
    private var classes: [[EvidenceClass]: Int] = [:]
    private let a: DiffTable
    private let b: DiffTable
    private let comparesRetrieval: Bool
    private var moves: [DiffPlaces.Move: Int] = [:]
    private var movedDrafts: [DiffDraft] = []
    private var sources: [SourcePair: Int] = [:]
    private var sourceOrder: [SourcePair] = []

    private struct SourcePair: Hashable {
        let a: UInt32
        let b: UInt32
    }

    /// Facts of two tables; without `comparesRetrieval` what is stated of retrieval is left out.
    init(_ a: DiffTable, _ b: DiffTable, comparesRetrieval: Bool) {
        self.a = a
        self.b = b
        self.comparesRetrieval = comparesRetrieval
    }

    /// Compares messages with the same bytes.
    mutating func compareCommon(_ pairs: [DiffPairing.Pair], _ sections: inout DiffSections) {
        for pair in pairs {
            let places = comparePlaces(pair, &sections)
            if places.areSame {
                same += 1
            } else {
                moved += 1
                addMove(places, pair)
            }
            compareSignatures(pair, &sections)
            if a.messages[Int(pair.a)].derived != b.messages[Int(pair.b)].derived {
                sections.add(.derived) {
                    DiffDraft(a: pair.a, b: pair.b, reasons: [DiffReason(.derivedFacts)])
                }
            }
        }
    }

    /// Compares what is stated of the places of one message, and gives the places.
    @discardableResult
    mutating func comparePlaces(_ pair: DiffPairing.Pair, _ sections: inout DiffSections) -> DiffPlaces {
        let places = DiffPlaces(a.places(of: pair.a), b.places(of: pair.b))
        for (first, second) in places.common {
            if first.mtime != second.mtime { otherTimes += 1 }
            if first.frame != second.frame { otherFraming += 1 }
        }
        // What moved was retrieved all the same.
        for (first, second) in places.common + zip(places.onlyA, places.onlyB).map({ ($0, $1) }) {
            let draft = DiffDraft(a: pair.a, b: pair.b, lines: [(first.leaf, second.leaf)])
            compareRetrieval(
                (first.retrieval, first.source), (second.retrieval, second.source), draft, &sections)
        }
        return places
    }

    /// Compares the retrieval of something that both have, by its own statement and its source.
    mutating func compareRetrieval(
        _ first: (own: UInt64, source: UInt32), _ second: (own: UInt64, source: UInt32), _ draft: DiffDraft,
        _ sections: inout DiffSections
    ) {
        guard comparesRetrieval,
            a.retrieval(own: first.own, source: first.source) != b.retrieval(own: second.own, source: second.source)
        else { return }
        guard first.own == 0, second.own == 0 else { return sections.add(.retrieval) { draft } }
        let pair = SourcePair(a: first.source, b: second.source)
        if sources[pair] == nil { sourceOrder.append(pair) }
        sources[pair, default: 0] += 1
    }

    /// Adds what was gathered: moves of whole folders, and retrievals of whole sources.
    mutating func finish(_ sections: inout DiffSections) {
        // Whole folders first, then single messages, each in the order of the first side.
        for draft in movedDrafts.filter({ $0.count > 1 }) + movedDrafts.filter({ $0.count == 1 }) {
            sections.add(.moved, count: draft.count) { draft }
        }
        for pair in sourceOrder {
            sections.add(.retrieval, count: sources[pair] ?? 0) {
                var draft = DiffDraft()
                let lines = (a.sources[pair.a], b.sources[pair.b])
                draft.reasons = [
                    DiffReason(.retrieved, side: .a, lines.0?.retrieved?.shown ?? []),
                    DiffReason(.retrieved, side: .b, lines.1?.retrieved?.shown ?? []),
                ]
                return draft
            }
        }
    }

    private mutating func addMove(_ places: DiffPlaces, _ pair: DiffPairing.Pair) {
        if let move = places.move {
            if let place = moves[move] {
                movedDrafts[place].count += 1
                return
            }
            moves[move] = movedDrafts.count
        }
        movedDrafts.append(DiffDraft(a: pair.a, b: pair.b, lines: places.lines))
    }

    private mutating func compareSignatures(_ pair: DiffPairing.Pair, _ sections: inout DiffSections) {
        let (first, second) = (a.signatures(of: pair.a), b.signatures(of: pair.b))
        guard !first.lazy.map(\.line).elementsEqual(second.lazy.map(\.line)) else { return }
        let found = [a.evidence(of: pair.a), b.evidence(of: pair.b)]
        classes[found, default: 0] += 1
        sections.add(.dkim) {
            var draft = DiffDraft(a: pair.a, b: pair.b)
            draft.reasons = [DiffReason(.evidenceClass, found.map(\.rawValue.bytes))]
            for place in 0..<max(first.count, second.count) {
                let left = place < first.count ? first[first.startIndex + place] : nil
                let right = place < second.count ? second[second.startIndex + place] : nil
                if left?.line != right?.line { draft.lines.append((left?.leaf, right?.leaf)) }
            }
            return draft
        }
    }
}

extension DiffPlaces {
    /// The lines of the places that only one side has: a pair when it is one on either side.
    var lines: [(a: UInt32?, b: UInt32?)] {
        if onlyA.count == 1, onlyB.count == 1 { return [(onlyA[0].leaf, onlyB[0].leaf)] }
        let limit = DiffReason.valueLimit
        return onlyA.prefix(limit).map { ($0.leaf, nil) } + onlyB.prefix(limit).map { (nil, $0.leaf) }
    }
}

extension Retrieval {
    /// What is stated, for showing: time, place, then `name=value`.
    var shown: [RawText] {
        [at?.rfc3339, from].compactMap { $0 } + stated.map { $0.name + "=".bytes + $0.value }
    }
}
