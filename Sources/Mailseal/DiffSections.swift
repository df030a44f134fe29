// Rows in the making: what differs, as places in tables and manifests, before any text is read.

/// A row whose texts are not read yet.
struct DiffDraft {
    /// The message on either side, as places in `DiffTable.messages`.
    var a: UInt32?
    /// See `a`.
    var b: UInt32?
    /// For how many differences the row stands.
    var count = 1
    var reasons: [DiffReason] = []
    /// Manifest lines that the row is about, those that belong together as one pair.
    var lines: [(a: UInt32?, b: UInt32?)] = []
    var content: [UInt8]?
}

/// The differences by kind: all are counted, the first ones are kept.
struct DiffSections {
    private(set) var counts: [DiffSection.Kind: Int] = [:]
    private(set) var drafts: [DiffSection.Kind: [DiffDraft]] = [:]
    private let limit: Int

    /// Keeps so many rows of each kind.
    init(limit: Int?) { self.limit = limit ?? .max }

    /// Counts differences; the row is made only when there is room for it.
    mutating func add(_ kind: DiffSection.Kind, count: Int = 1, _ draft: () -> DiffDraft) {
        counts[kind, default: 0] += count
        guard drafts[kind, default: []].count < limit else { return }
        var made = draft()
        made.count = count
        drafts[kind, default: []].append(made)
    }

    /// Counts differences of which no row is wanted.
    mutating func add(_ kind: DiffSection.Kind, rowless count: Int) { counts[kind, default: 0] += count }

    /// Whether another row of a kind would be kept.
    func hasRoom(for kind: DiffSection.Kind) -> Bool { (drafts[kind]?.count ?? 0) < limit }

    /// The number of differences of a kind.
    func count(_ kind: DiffSection.Kind) -> Int { counts[kind] ?? 0 }
}
