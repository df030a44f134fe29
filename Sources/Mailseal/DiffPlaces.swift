// Where the bytes of one message stand on either side.

/// The places of one message that only one side has, and what differs at those that both have.
struct DiffPlaces {
    /// The leaves of occurrences that only the first side has, in order.
    private(set) var onlyA: [DiffPlaceEntry] = []
    /// See `onlyA`.
    private(set) var onlyB: [DiffPlaceEntry] = []
    /// The places that both have.
    private(set) var common: [(a: DiffPlaceEntry, b: DiffPlaceEntry)] = []

    /// Compares by path, whatever the offset in a mailbox.
    init(_ a: ArraySlice<DiffPlaceEntry>, _ b: ArraySlice<DiffPlaceEntry>) {
        if a.count == 1, b.count == 1, let first = a.first, let second = b.first, first.path == second.path {
            common = [(first, second)]
            return
        }
        var waiting: [UInt64: [DiffPlaceEntry]] = [:]
        for place in b.reversed() { waiting[place.path, default: []].append(place) }
        var taken: Set<UInt32> = []
        for place in a {
            if let partner = waiting[place.path]?.popLast() {
                common.append((place, partner))
                taken.insert(partner.leaf)
            } else {
                onlyA.append(place)
            }
        }
        onlyB = b.filter { !taken.contains($0.leaf) }
    }

    /// Whether the message stands in the same places.
    var areSame: Bool { onlyA.isEmpty && onlyB.isEmpty }

    /// The folders or mailboxes between which it moved, when that is all, under the same name.
    var move: Move? {
        guard onlyA.count == 1, onlyB.count == 1, onlyA[0].base == onlyB[0].base,
            onlyA[0].isInMailbox == onlyB[0].isInMailbox, onlyA[0].folder != onlyB[0].folder
        else { return nil }
        return Move(from: onlyA[0].folder, to: onlyB[0].folder)
    }

    /// From one folder or mailbox to another.
    struct Move: Hashable {
        let from: UInt64
        let to: UInt64
    }
}
