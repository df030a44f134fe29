// The entries of a bundle while it is written, of which there may be millions: 3 to 4 bytes for each message.

import Bytes

/// Entries in the order in which they are written; each is kept as what it adds to the one before.
struct IndexEntries: Sequence, Sendable {
    /// The number of entries.
    private(set) var count = 0
    private var bytes = PagedArray<UInt8>()
    private var last = BundleIndex.Entry(tarOffset: 0, leaf: nil)

    /// No entries.
    init() {}

    /// Appends an entry.
    mutating func append(_ entry: BundleIndex.Entry) {
        append(UInt64(truncatingIfNeeded: entry.tarOffset &- last.tarOffset))
        append(entry.leaf.map { UInt64($0 &- (last.leaf ?? 0)) + 1 } ?? 0)
        last = BundleIndex.Entry(tarOffset: entry.tarOffset, leaf: entry.leaf ?? last.leaf)
        count += 1
    }

    // Seven bits to a byte, the lowest first; the last byte has no eighth.
    private mutating func append(_ number: UInt64) {
        var rest = number
        while rest > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// The memory that they take, in bytes.
    var bytesInUse: Int { bytes.bytesInUse }

    /// The entries from the first one on.
    func makeIterator() -> Iterator { Iterator(bytes: bytes) }

    /// Gives entries in order.
    struct Iterator: IteratorProtocol {
        private let bytes: PagedArray<UInt8>
        private var place = 0
        private var last = BundleIndex.Entry(tarOffset: 0, leaf: nil)

        fileprivate init(bytes: PagedArray<UInt8>) { self.bytes = bytes }

        mutating func next() -> BundleIndex.Entry? {
            guard place < bytes.count else { return nil }
            let offset = last.tarOffset &+ Int(truncatingIfNeeded: number())
            let step = number()
            let leaf = step == 0 ? nil : (last.leaf ?? 0) &+ UInt32(truncatingIfNeeded: step - 1)
            last = BundleIndex.Entry(tarOffset: offset, leaf: leaf ?? last.leaf)
            return BundleIndex.Entry(tarOffset: offset, leaf: leaf)
        }

        private mutating func number() -> UInt64 {
            var (number, shift): (UInt64, UInt64) = (0, 0)
            while true {
                number |= UInt64(bytes[place] & 0x7F) << shift
                shift += 7
                place += 1
                if bytes[place - 1] < 0x80 { return number }
            }
        }
    }
}
