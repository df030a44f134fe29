// Finding repeated strings: a hash table of recent positions, and lazy evaluation.

/// The hash table of one block, and the search in it.
///
/// Safe because it reads only inside the pieces it is given, which outlive it, and before them in the same block; table
/// indices have `hashBits` bits.
@safe
struct MatchFinder {
    /// What four bytes are multiplied by to hash them: 2^32 divided by the golden ratio.
    static let multiplier: UInt32 = 0x9E37_79B1

    private static let hashBits: UInt32 = 15
    /// Added to positions, so that the zeros of a fresh table are too far back for any match.
    private static let base = 1 + maximalDistance
    private static let maximalDistance = 32768
    private static let maximalLength = 258
    private static let niceLength = 32

    private let bytes: UnsafePointer<UInt8>
    /// Four positions each, the newest first, with `base` added.
    private let buckets: UnsafeMutableRawPointer

    init(_ bytes: UnsafePointer<UInt8>) {
        unsafe self.bytes = bytes
        let size = 16 << Int(Self.hashBits)
        unsafe buckets = .allocate(byteCount: size, alignment: 16)
        unsafe buckets.initializeMemory(as: UInt64.self, repeating: 0, count: size / 8)
    }

    func deallocate() { unsafe buckets.deallocate() }

    /// Cuts a piece into literals and matches.
    func parse(_ piece: Range<Int>, into tokens: inout Tokens) {
        let hashed = piece.upperBound - 3
        var position = piece.lowerBound
        var literalStart = position
        while position < hashed {
            var (length, distance) = search(position, end: piece.upperBound)
            guard length > 0 else {
                position &+= 1
                continue
            }
            var unhashed = position &+ 1
            while length < Self.niceLength, unhashed < hashed {
                let next = search(unhashed, end: piece.upperBound)
                unhashed &+= 1
                guard Self.isBetter(next, (length, distance)) else { break }
                position &+= 1
                (length, distance) = next
            }
            unsafe tokens.append(bytes + literalStart, literals: position &- literalStart, length, distance)
            position &+= length
            let last = min(position, hashed)
            while unhashed < last {
                insert(unhashed)
                unhashed &+= 1
            }
            literalStart = position
        }
        unsafe tokens.finish(bytes + literalStart, literals: piece.upperBound - literalStart)
    }

    /// Whether a match found one byte later is worth giving up the present one for.
    @inline(__always)
    private static func isBetter(_ next: (length: Int, distance: Int), _ match: (length: Int, distance: Int)) -> Bool {
        guard next.length > 0 else { return false }
        let nearer = next.distance.leadingZeroBitCount &- match.distance.leadingZeroBitCount
        return 4 &* (next.length &- match.length) &+ nearer > 2
    }

    @inline(__always)
    private func load32(_ position: Int) -> UInt32 {
        unsafe UInt32(
            littleEndian: UnsafeRawPointer(bytes + position).loadUnaligned(as: UInt32.self))
    }

    @inline(__always)
    private func load64(_ position: Int) -> UInt64 {
        unsafe UInt64(
            littleEndian: UnsafeRawPointer(bytes + position).loadUnaligned(as: UInt64.self))
    }

    /// Puts a position in front of a word's bucket, out of which the oldest falls, and gives the bucket as it was.
    @inline(__always)
    private func replaceNewest(of word: UInt32, with position: Int) -> SIMD4<UInt32> {
        let hash = (word &* Self.multiplier) &>> (32 &- Self.hashBits)
        let bucket = unsafe buckets + Int(truncatingIfNeeded: hash &<< 4)
        let old = unsafe bucket.load(as: SIMD4<UInt32>.self)
        let newest = UInt32(truncatingIfNeeded: position &+ Self.base)
        unsafe bucket.storeBytes(of: SIMD4(newest, old[0], old[1], old[2]), as: SIMD4<UInt32>.self)
        return old
    }

    /// Makes a position the newest of its bucket.
    @inline(__always)
    private func insert(_ position: Int) {
        _ = replaceNewest(of: load32(position), with: position)
    }

    /// The longest match at a position, the nearest of equals, (0, 0) when there is none; then inserts the position.
    @inline(__always)
    private func search(_ position: Int, end: Int) -> (length: Int, distance: Int) {
        let word = load32(position)
        let old = replaceNewest(of: word, with: position)
        let longest = min(Self.maximalLength, end &- position)
        var best = (length: 0, distance: 0)
        for way in 0..<4 {
            let candidate = Int(truncatingIfNeeded: old[way]) &- Self.base
            let distance = position &- candidate
            guard distance <= Self.maximalDistance else { break }
            guard load32(candidate) == word else { continue }
            if best.length > 0 {
                guard unsafe bytes[candidate &+ best.length] == bytes[position &+ best.length] else { continue }
            }
            let length = matchLength(position, candidate, longest)
            if length > best.length {
                best = (length, distance)
                if length == longest { break }
            }
        }
        return best
    }

    /// The number of equal bytes at two positions of which the first four are equal, at most `longest`.
    @inline(__always)
    private func matchLength(_ position: Int, _ candidate: Int, _ longest: Int) -> Int {
        var length = 4
        while length &+ 8 <= longest {
            let difference = load64(position &+ length) ^ load64(candidate &+ length)
            if difference != 0 { return length &+ difference.trailingZeroBitCount &>> 3 }
            length &+= 8
        }
        while length < longest, unsafe bytes[position &+ length] == bytes[candidate &+ length] { length &+= 1 }
        return length
    }
}
