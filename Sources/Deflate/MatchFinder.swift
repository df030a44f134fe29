// Finding repeated strings: two hash tables of recent positions, and lazy evaluation.

/// The hash tables of one block, and the search in them.
///
/// Safe because it reads only inside the pieces it is given, which outlive it, and before them in the same block: a table
/// holds the low 16 bits of earlier positions or of 0, so that no distance reaches before the block; table indices have
/// 16 bits.
@safe
struct MatchFinder {
    /// What four bytes are multiplied by to hash them: 2^32 divided by the golden ratio.
    static let multiplier: UInt32 = 0x9E37_79B1
    /// What eight bytes are multiplied by to hash them: 2^64 divided by the golden ratio.
    private static let wideMultiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// The number of bytes a match is ranked by, and that a position must have before its piece's end.
    private static let window = 8
    private static let tableSize = 1 << 16
    private static let maximalDistance = 32768
    private static let maximalLength = 258
    private static let niceLength = 32

    private struct Candidate {
        let length: Int
        let distance: Int
    }

    private let bytes: UnsafePointer<UInt8>
    /// The newest position of each hash of four bytes.
    private let near: UnsafeMutablePointer<UInt16>
    /// The newest position of each hash of eight bytes.
    private let far: UnsafeMutablePointer<UInt16>

    init(_ bytes: UnsafePointer<UInt8>) {
        unsafe self.bytes = bytes
        unsafe near = .allocate(capacity: 2 * Self.tableSize)
        unsafe near.initialize(repeating: 0, count: 2 * Self.tableSize)
        unsafe far = near + Self.tableSize
    }

    func deallocate() { unsafe near.deallocate() }

    /// Cuts a piece into literals and matches.
    func parse(_ piece: Range<Int>, into tokens: inout Tokens) {
        let end = piece.upperBound
        let hashed = end - Self.window + 1
        var position = piece.lowerBound
        var literalStart = position
        while position < hashed {
            guard var match = search(position, end: end, atLeast: 4) else {
                position &+= 1
                continue
            }
            var unhashed = position &+ 1
            while match.length < Self.niceLength, unhashed < hashed, unhashed &+ match.length < end {
                let next = search(unhashed, end: end, atLeast: match.length &+ 1)
                unhashed &+= 1
                guard let next, Self.isBetter(next, match) else { break }
                position &+= 1
                match = next
            }
            tokens.append(literals: position &- literalStart, length: match.length, distance: match.distance)
            position &+= match.length
            let last = min(position, hashed)
            while unhashed < last {
                insert(unhashed)
                unhashed &+= 1
            }
            literalStart = position
        }
        tokens.trailingLiterals = end &- literalStart
    }

    /// Whether a longer match found one byte later is worth giving up the present one for.
    @inline(__always)
    private static func isBetter(_ next: Candidate, _ match: Candidate) -> Bool {
        let nearer = next.distance.leadingZeroBitCount &- match.distance.leadingZeroBitCount
        return next.length > match.length && 4 &* (next.length &- match.length) &+ nearer > 2
    }

    @inline(__always)
    private func load32(_ position: Int) -> UInt32 {
        unsafe UnsafeRawPointer(bytes + position).loadUnaligned(as: UInt32.self)
    }

    @inline(__always)
    private func load64(_ position: Int) -> UInt64 {
        unsafe UInt64(littleEndian: UnsafeRawPointer(bytes + position).loadUnaligned(as: UInt64.self))
    }

    @inline(__always)
    private static func hash(_ eight: UInt64) -> (near: Int, far: Int) {
        let four = UInt32(truncatingIfNeeded: eight) &* multiplier
        return (Int(truncatingIfNeeded: four &>> 16), Int(truncatingIfNeeded: (eight &* wideMultiplier) &>> 48))
    }

    /// Makes a position the newest of its hashes.
    @inline(__always)
    private func insert(_ position: Int) {
        let hash = Self.hash(load64(position))
        unsafe near[hash.near] = UInt16(truncatingIfNeeded: position)
        unsafe far[hash.far] = UInt16(truncatingIfNeeded: position)
    }

    /// The best match at a position, which has `window` bytes before the end; then inserts the position.
    ///
    /// None when no candidate has `least` equal bytes; a shorter one may still be given. `position + least` must not be
    /// above the end.
    @inline(__always)
    private func search(_ position: Int, end: Int, atLeast least: Int) -> Candidate? {
        let eight = load64(position)
        let hash = Self.hash(eight)
        let low = UInt16(truncatingIfNeeded: position)
        let nearDistance = unsafe Int(low &- near[hash.near])
        let farDistance = unsafe Int(low &- far[hash.far])
        unsafe near[hash.near] = low
        unsafe far[hash.far] = low
        // One look at the last four of the bytes wanted settles most searches, without a branch for each candidate.
        let place = position &+ least &- 4
        let wanted = load32(place)
        let differ = load32(place &- nearDistance) ^ wanted
        let farDiffer = load32(place &- farDistance) ^ wanted
        guard differ == 0 || farDiffer == 0 else { return nil }
        let best = max(rank(position, eight, nearDistance), rank(position, eight, farDistance))
        guard best > 0 else { return nil }
        let distance = Self.maximalDistance &- best & 0xFFFF
        var length = best &>> 16
        if length == Self.window { length = matchLength(position, position &- distance, end: end) }
        return Candidate(length: length, distance: distance)
    }

    /// A number by which candidates are compared: the equal bytes, at most `window`, above 32768 less the distance; 0 for
    /// what is no match.
    @inline(__always)
    private func rank(_ position: Int, _ eight: UInt64, _ distance: Int) -> Int {
        let difference = load64(position &- distance) ^ eight
        let equal = difference == 0 ? Self.window : difference.trailingZeroBitCount &>> 3
        let rank = equal &<< 16 | Self.maximalDistance &- distance
        return equal >= 4 && UInt(bitPattern: distance &- 1) < UInt(Self.maximalDistance) ? rank : 0
    }

    /// The number of equal bytes at two positions of which the first `window` are equal, at most 258.
    @inline(__always)
    private func matchLength(_ position: Int, _ candidate: Int, end: Int) -> Int {
        let longest = min(Self.maximalLength, end &- position)
        var length = Self.window
        while length &+ 8 <= longest {
            let difference = load64(position &+ length) ^ load64(candidate &+ length)
            if difference != 0 { return length &+ difference.trailingZeroBitCount &>> 3 }
            length &+= 8
        }
        while length < longest, unsafe bytes[position &+ length] == bytes[candidate &+ length] { length &+= 1 }
        return length
    }
}
