// Finding repeated strings: a hash table of recent positions, and lazy evaluation.

/// One string match after some literals, packed into a word.
struct Sequence {
    private let word: UInt64

    init(literals: Int, length: Int, distance: Int) {
        let symbol = Sequence.distanceSymbol(distance)
        word =
            UInt64(truncatingIfNeeded: literals) | UInt64(truncatingIfNeeded: length) << 16
            | UInt64(truncatingIfNeeded: distance &- 1) << 32 | UInt64(truncatingIfNeeded: symbol) << 48
    }

    /// The number of literals before the match, 0…65535.
    var literals: Int { Int(truncatingIfNeeded: word & 0xFFFF) }
    /// The length of the match, 3…258.
    var length: Int { Int(truncatingIfNeeded: word >> 16 & 0xFFFF) }
    /// The distance of the match less one, 0…32767.
    var distanceLessOne: UInt64 { word >> 32 & 0xFFFF }
    /// The distance code of the match, 0…29 (RFC 1951 §3.2.5).
    var distanceSymbol: Int { Int(truncatingIfNeeded: word >> 48) }

    /// The distance code of a distance, 1…32768.
    @inline(__always)
    static func distanceSymbol(_ distance: Int) -> Int {
        let value = UInt32(truncatingIfNeeded: distance &- 1)
        guard value >= 4 else { return Int(value) }
        let exponent = 31 &- UInt32(truncatingIfNeeded: value.leadingZeroBitCount)
        return Int(2 &* exponent &+ (value &>> (exponent &- 1) & 1))
    }

    /// The length code of a length 3…258, 257…285.
    @inline(__always)
    static func lengthSymbol(_ length: Int) -> Int {
        let value = UInt32(truncatingIfNeeded: length &- 3)
        guard value >= 8 else { return Int(257 &+ value) }
        guard value < 255 else { return 285 }
        let exponent = 31 &- UInt32(truncatingIfNeeded: value.leadingZeroBitCount)
        return Int(253 &+ 4 &* exponent &+ (value &>> (exponent &- 2) & 3))
    }
}

/// The hash table of one block, and the search in it.
///
/// It reads only inside `bytes`, and hashes a position only where four bytes follow in the same piece.
@safe
struct MatchFinder {
    private static let hashBits: UInt32 = 14
    /// Added to positions, so that the zeros of a fresh table are too far back for any match.
    private static let base = 1 + maximalDistance
    private static let maximalDistance = 32768
    private static let maximalLength = 258
    private static let niceLength = 32

    private let bytes: UnsafePointer<UInt8>
    private let buckets: UnsafeMutablePointer<SIMD4<UInt32>>

    init(_ bytes: UnsafePointer<UInt8>) {
        unsafe self.bytes = bytes
        unsafe buckets = .allocate(capacity: 1 << Int(Self.hashBits))
        unsafe buckets.initialize(repeating: SIMD4(repeating: 0), count: 1 << Int(Self.hashBits))
    }

    func deallocate() { unsafe buckets.deallocate() }

    /// Cuts a piece into sequences; what follows the last one is literals.
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

    @inline(__always)
    private func bucket(of word: UInt32) -> Int {
        Int(truncatingIfNeeded: (word &* 0x9E37_79B1) &>> (32 &- Self.hashBits))
    }

    /// Makes a position the newest of its bucket; the oldest of the four falls out.
    @inline(__always)
    private func insert(_ position: Int) {
        let index = bucket(of: load32(position))
        let old = unsafe buckets[index]
        unsafe buckets[index] = SIMD4(UInt32(truncatingIfNeeded: position &+ Self.base), old[0], old[1], old[2])
    }

    /// The longest match at a position, the nearest of equals, (0, 0) when there is none; then inserts the position.
    @inline(__always)
    private func search(_ position: Int, end: Int) -> (length: Int, distance: Int) {
        let word = load32(position)
        let index = bucket(of: word)
        let old = unsafe buckets[index]
        unsafe buckets[index] = SIMD4(UInt32(truncatingIfNeeded: position &+ Self.base), old[0], old[1], old[2])
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
