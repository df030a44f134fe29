// Distinct digests by the million: kept once, in the order in which they came, and found by value.

import Bytes

/// Digests by their place, each at most once; 32 bytes of memory each, and 5 to 7 more to find it.
///
/// Slots are chosen by a hash that is seeded anew in each process, so that digests cannot be chosen to collide; the
/// seed decides about time alone, never about what comes out.
public struct DigestList: Sendable {
    private var digests = PagedArray<Digest>()
    /// One more than the place of a digest, in the first slot that was free from the one that its hash chose; else 0.
    private var slots: [UInt32] = []
    private let hash: @Sendable (Digest) -> UInt64

    /// No digests.
    public init() { self.init { UInt64(truncatingIfNeeded: $0.hashValue) } }

    /// No digests, whose slots another hash will choose.
    init(hash: @escaping @Sendable (Digest) -> UInt64) { self.hash = hash }

    /// The number of digests.
    public var count: Int { digests.count }

    /// The memory that it takes, in bytes.
    var bytesInUse: Int { digests.bytesInUse + slots.capacity * MemoryLayout<UInt32>.stride }

    /// The digest at a place, from 0.
    public subscript(place: Int) -> Digest { digests[place] }

    /// The place of a digest, or nil when it is not in the list.
    public func place(of digest: Digest) -> Int? {
        guard !slots.isEmpty else { return nil }
        return find(digest).place
    }

    /// Appends a digest unless it is in the list; gives its place, and whether it is new.
    @discardableResult
    public mutating func insert(_ digest: Digest) -> (isNew: Bool, place: Int) {
        // Three quarters full, a slot is found after some eight looks.
        if digests.count * 4 >= slots.count * 3 { makeSlots(max(16, slots.count / 4 * 5)) }
        let (slot, place) = find(digest)
        if let place { return (false, place) }
        digests.append(digest)
        slots[slot] = UInt32(digests.count)
        return (true, digests.count - 1)
    }

    /// Gives all digests in the order of their bytes, in the room that the slots take otherwise.
    public mutating func forEachSorted(_ body: (Digest) -> Void) {
        let size = slots.count
        slots = []
        do {
            var places: [UInt32] = []
            places.reserveCapacity(digests.count)
            for place in 0..<digests.count { places.append(UInt32(place)) }
            places.sort { digests[Int($0)] < digests[Int($1)] }
            for place in places { body(digests[Int(place)]) }
        }
        makeSlots(size)
    }

    /// The slot of a digest, or the one where it belongs.
    private func find(_ digest: Digest) -> (slot: Int, place: Int?) {
        var slot = first(digest)
        while slots[slot] != 0 {
            let place = Int(slots[slot]) - 1
            if digests[place] == digest { return (slot, place) }
            slot = slot + 1 == slots.count ? 0 : slot + 1
        }
        return (slot, nil)
    }

    private func first(_ digest: Digest) -> Int {
        Int(hash(digest).multipliedFullWidth(by: UInt64(slots.count)).high)
    }

    private mutating func makeSlots(_ count: Int) {
        slots = []
        slots = [UInt32](repeating: 0, count: count)
        for place in 0..<digests.count {
            var slot = first(digests[place])
            while slots[slot] != 0 { slot = slot + 1 == slots.count ? 0 : slot + 1 }
            slots[slot] = UInt32(place + 1)
        }
    }
}
