// What one deflate block is to say: literals, matches, and how often each symbol occurs.

/// The matches of one piece and the frequencies of their symbols, in memory that all pieces use again.
///
/// Safe because a piece of at most `maximalPiece` bytes has room for its matches, none of which is shorter than three.
@safe
struct Tokens {
    /// The largest piece, in bytes: the literals before a match must fit 16 bits, and a piece one stored block.
    static let maximalPiece = 65_535

    /// Matches with the literals before them.
    private(set) var matches: UnsafeMutableBufferPointer<Match>
    /// The number of matches.
    private(set) var count = 0
    /// The number of literals after the last match.
    private(set) var trailingLiterals = 0
    /// The frequencies of the 288 literal and length codes, then of the 32 distance codes.
    private let frequencies: UnsafeMutablePointer<UInt32>

    init() {
        unsafe matches = .allocate(capacity: Self.maximalPiece / 3 + 1)
        unsafe frequencies = .allocate(capacity: 320)
        clear()
    }

    func deallocate() {
        unsafe matches.deallocate()
        unsafe frequencies.deallocate()
    }

    /// Forgets the last piece.
    mutating func clear() {
        count = 0
        trailingLiterals = 0
        unsafe frequencies.initialize(repeating: 0, count: 320)
        unsafe frequencies[256] = 1
    }

    /// The frequencies of the literal and length codes; the end of the block occurs once.
    var literalFrequencies: [UInt32] { unsafe Array(UnsafeBufferPointer(start: frequencies, count: 288)) }
    /// The frequencies of the distance codes.
    var distanceFrequencies: [UInt32] { unsafe Array(UnsafeBufferPointer(start: frequencies + 288, count: 32)) }

    /// Appends literals and a match.
    @inline(__always)
    mutating func append(_ bytes: UnsafePointer<UInt8>, literals: Int, _ length: Int, _ distance: Int) {
        for place in 0..<literals { unsafe frequencies[Int(bytes[place])] &+= 1 }
        let match = Match(literals: literals, length: length, distance: distance)
        unsafe frequencies[Match.lengthSymbol(length)] &+= 1
        unsafe frequencies[288 &+ match.distanceSymbol] &+= 1
        unsafe matches[count] = match
        count &+= 1
    }

    /// Appends the literals after the last match; in four lanes, because neighbours are often equal.
    mutating func finish(_ bytes: UnsafePointer<UInt8>, literals: Int) {
        trailingLiterals = literals
        guard literals >= 1024 else {
            for place in 0..<literals { unsafe frequencies[Int(bytes[place])] &+= 1 }
            return
        }
        unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1024) { lanes in
            unsafe lanes.initialize(repeating: 0)
            var place = 0
            while place &+ 8 <= literals {
                let word = unsafe UInt64(
                    littleEndian: UnsafeRawPointer(bytes + place).loadUnaligned(as: UInt64.self))
                unsafe lanes[Int(truncatingIfNeeded: word & 255)] &+= 1
                unsafe lanes[Int(truncatingIfNeeded: 256 | word >> 8 & 255)] &+= 1
                unsafe lanes[Int(truncatingIfNeeded: 512 | word >> 16 & 255)] &+= 1
                unsafe lanes[Int(truncatingIfNeeded: 768 | word >> 24 & 255)] &+= 1
                unsafe lanes[Int(truncatingIfNeeded: word >> 32 & 255)] &+= 1
                unsafe lanes[Int(truncatingIfNeeded: 256 | word >> 40 & 255)] &+= 1
                unsafe lanes[Int(truncatingIfNeeded: 512 | word >> 48 & 255)] &+= 1
                unsafe lanes[Int(truncatingIfNeeded: 768 | word >> 56)] &+= 1
                place &+= 8
            }
            while place < literals {
                unsafe lanes[Int(bytes[place])] &+= 1
                place &+= 1
            }
            for byte in 0..<256 {
                unsafe frequencies[byte] &+=
                    lanes[byte] &+ lanes[256 &+ byte] &+ lanes[512 &+ byte] &+ lanes[768 &+ byte]
            }
        }
    }
}
