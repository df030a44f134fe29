// The facts that are not about messages: keys, other files, failures, and what differs without making a difference.

import Manifest

/// Compares what two manifests say besides messages.
struct DiffOtherFacts {
    private let a: DiffTable
    private let b: DiffTable

    init(_ a: DiffTable, _ b: DiffTable) {
        self.a = a
        self.b = b
    }

    /// Compares key records by their names: another record of a name is a change.
    func compareKeys(_ sections: inout DiffSections) {
        struct Identity: Hashable {
            let name: UInt64
            let record: UInt64
        }
        let left = Set(a.keys.map { Identity(name: $0.name, record: $0.record) })
        let right = Set(b.keys.map { Identity(name: $0.name, record: $0.record) })
        let onlyA = a.keys.filter { !right.contains(Identity(name: $0.name, record: $0.record)) }
        let onlyB = b.keys.filter { !left.contains(Identity(name: $0.name, record: $0.record)) }
        var waiting: [UInt64: [DiffKeyEntry]] = [:]
        for key in onlyB.reversed() { waiting[key.name, default: []].append(key) }
        var taken: Set<UInt32> = []
        for key in onlyA {
            let other = waiting[key.name]?.popLast()
            if let other { taken.insert(other.leaf) }
            sections.add(.keys) { Self.draft(key.leaf, other?.leaf) }
        }
        for key in onlyB where !taken.contains(key.leaf) { sections.add(.keys) { Self.draft(nil, key.leaf) } }
    }

    /// Compares files that are no mail: by path, then by content; gives whether a side has some that the other lacks.
    func compareFiles(
        _ common: inout DiffCommonFacts, _ sections: inout DiffSections
    ) -> (a: Bool, b: Bool) {
        var (left, right) = (a.files, b.files)
        Self.cancel(&left, &right, by: { DiffHash.Pair(first: $0.path, second: $0.content) }) { first, second in
            let draft = DiffDraft(lines: [(first.leaf, second.leaf)])
            common.compareRetrieval(
                (first.retrieval, first.source), (second.retrieval, second.source), draft, &sections)
        }
        var lacks = (a: false, b: false)
        Self.cancel(&left, &right, by: { $0.path }) { first, second in
            lacks = (true, true)
            sections.add(.files) { Self.draft(first.leaf, second.leaf) }
        }
        Self.cancel(&left, &right, by: { $0.content }) { first, second in
            sections.add(.files) {
                DiffDraft(lines: [(first.leaf, second.leaf)])
            }
        }
        for file in left { sections.add(.files) { Self.draft(file.leaf, nil) } }
        for file in right { sections.add(.files) { Self.draft(nil, file.leaf) } }
        // A copy of what the other has elsewhere is not missing there.
        let (contentsA, contentsB) = (Set(a.files.map(\.content)), Set(b.files.map(\.content)))
        lacks.a = lacks.a || left.contains { !contentsB.contains($0.content) }
        lacks.b = lacks.b || right.contains { !contentsA.contains($0.content) }
        return lacks
    }

    /// Compares failures; gives whether a side has some that the other has not.
    func compareFailures(_ sections: inout DiffSections) -> (a: Bool, b: Bool) {
        var (left, right) = (a.failures, b.failures)
        Self.cancel(&left, &right, by: \.identity) { _, _ in }
        for failure in left { sections.add(.failures) { Self.draft(failure.leaf, nil) } }
        for failure in right { sections.add(.failures) { Self.draft(nil, failure.leaf) } }
        return (!left.isEmpty, !right.isEmpty)
    }

    /// Recorded facts that differ and make no difference, in sentences.
    func notes(_ common: DiffCommonFacts, isSource: Bool) -> [String] {
        var notes: [String] = []
        if a.head?.rules != b.head?.rules {
            notes.append("recorded under rules \(a.head?.rules ?? 0) and \(b.head?.rules ?? 0)")
        }
        guard !isSource else { return notes }
        if a.head?.name != b.head?.name { notes.append("the bundles have different names") }
        if a.head?.origin != b.head?.origin { notes.append("the checkpoints have different origins") }
        if a.head?.baggedAt != b.head?.baggedAt { notes.append("the bundles have different bagging times") }
        let names = (a.sources.values.map(\.name).diffSorted, b.sources.values.map(\.name).diffSorted)
        if names.0 != names.1 { notes.append("the sources have different names") }
        if common.otherTimes > 0 {
            notes.append("modification times differ at \(common.otherTimes) of the places that both have")
        }
        if common.otherFraming > 0 {
            notes.append("bytes between messages differ at \(common.otherFraming) places in mailboxes")
        }
        if a.containers.sorted() != b.containers.sorted() {
            notes.append("mailboxes or archives differ as files")
        }
        return notes
    }

    private static func draft(_ a: UInt32?, _ b: UInt32?) -> DiffDraft {
        let code: DiffReason.Code = a == nil || b == nil ? .only : .changed
        let side: DiffSide? = b == nil ? .a : a == nil ? .b : nil
        return DiffDraft(reasons: [DiffReason(code, side: side)], lines: [(a, b)])
    }

    /// Takes out of both lists what has the same key, in order, each with its partner.
    private static func cancel<Entry, Key: Hashable>(
        _ a: inout [Entry], _ b: inout [Entry], by key: (Entry) -> Key, _ body: (Entry, Entry) -> Void
    ) {
        guard !a.isEmpty, !b.isEmpty else { return }
        var waiting: [Key: [Int]] = [:]
        for place in b.indices.reversed() { waiting[key(b[place]), default: []].append(place) }
        var taken = [Bool](repeating: false, count: b.count)
        a.removeAll { entry in
            guard let place = waiting[key(entry)]?.popLast() else { return false }
            taken[place] = true
            body(entry, b[place])
            return true
        }
        b = b.indices.filter { !taken[$0] }.map { b[$0] }
    }
}

extension DiffHash {
    /// Two hashes as one key.
    struct Pair: Hashable {
        let first: UInt64
        let second: UInt64
    }
}

extension [[UInt8]] {
    fileprivate var diffSorted: [[UInt8]] { sorted { $0.lexicographicallyPrecedes($1) } }
}
