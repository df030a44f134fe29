// A match with the literals before it, and the symbols of RFC 1951 §3.2.5 for its length and distance.

/// One string match after some literals, packed into a word.
struct Match {
    private let word: UInt64

    init(literals: Int, length: Int, distance: Int) {
        let symbol = Match.distanceSymbol(distance)
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
        // Without a branch, which nobody could predict; the first two codes would come out two too high.
        let exponent = 31 &- UInt32(truncatingIfNeeded: (value | 2).leadingZeroBitCount)
        let symbol = 2 &* exponent &+ (value &>> (exponent &- 1) & 1)
        return Int(value < 2 ? value : symbol)
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
