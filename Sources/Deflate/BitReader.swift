// Bits out of bytes, the least significant first (RFC 1951 §3.1.1), by way of a 64-bit accumulator.

/// Reads bits from memory that its owner keeps alive; behind its end stand zeros without end.
///
/// Safe because no byte behind the end is touched.
@safe
struct BitReader {
    private let start: UnsafePointer<UInt8>
    private let count: Int
    /// The last place from which eight bytes can be loaded.
    private let lastWord: Int
    /// The next byte to be loaded.
    private var place = 0
    /// The next bits; those above `available` are zero or what comes next.
    private(set) var bits: UInt64 = 0
    /// How many bits were loaded, in the lowest six bits; the others are without meaning.
    private var available: UInt64 = 0

    init(_ start: UnsafePointer<UInt8>, count: Int) {
        unsafe self.start = start
        self.count = count
        lastWord = count - 8
    }

    /// The number of bytes of which a bit was taken; more than there are where an end was run over.
    var byteCount: Int { place - Int(truncatingIfNeeded: (available & 63) &>> 3) }

    /// Makes at least 56 bits available.
    @inline(__always)
    mutating func refill() {
        if place <= lastWord {
            let word = unsafe UnsafeRawPointer(start + place).loadUnaligned(as: UInt64.self)
            bits |= UInt64(littleEndian: word) &<< available
            place &+= Int(truncatingIfNeeded: (~available & 63) &>> 3)
            available |= 56
        } else {
            (bits, available, place) = refilledBytewise()
        }
    }

    /// What `refill` makes of the reader near the end; by value, so that elsewhere the reader can stay in registers.
    @inline(never)
    private func refilledBytewise() -> (bits: UInt64, available: UInt64, place: Int) {
        var (bits, available, place) = (bits, available & 63, place)
        while available < 56 {
            let byte = unsafe place < count ? start[place] : 0
            bits |= UInt64(byte) &<< available
            place += 1
            available += 8
        }
        return (bits, available, place)
    }

    /// Drops bits, at most as many as are available; of `width` the lowest six bits count.
    @inline(__always)
    mutating func drop(_ width: UInt64) {
        bits &>>= width
        available &-= width
    }

    /// Takes 0 to 16 bits after making them available.
    mutating func take(_ width: UInt64) -> Int {
        refill()
        defer { drop(width) }
        return Int(truncatingIfNeeded: bits & (1 &<< width &- 1))
    }

    /// Goes to the next byte boundary, and says whether all bits up to there were zero.
    mutating func align() -> Bool {
        let padding = bits & (1 &<< (available & 7) &- 1)
        place = byteCount
        bits = 0
        available = 0
        return padding == 0
    }

    /// Copies whole bytes, and says whether there were as many; the place must be a byte boundary just aligned to.
    mutating func copy(_ length: Int, to output: UnsafeMutablePointer<UInt8>) -> Bool {
        guard length <= count - place else { return false }
        unsafe output.update(from: start + place, count: length)
        place += length
        return true
    }
}
