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
    var trailingLiterals = 0
    /// The frequencies of the 288 literal and length codes, then of the 32 distance codes.
    private let frequencies: UnsafeMutablePointer<UInt32>
    /// The literals of the piece one after another.
    private let literals: UnsafeMutablePointer<UInt8>

    init() {
        unsafe matches = .allocate(capacity: Self.maximalPiece / 3 + 1)
        unsafe frequencies = .allocate(capacity: 320)
        unsafe literals = .allocate(capacity: Self.maximalPiece + 8)
        clear()
    }

    func deallocate() {
        unsafe matches.deallocate()
        unsafe frequencies.deallocate()
        unsafe literals.deallocate()
    }

    /// Forgets the last piece.
    mutating func clear() {
        count = 0
        trailingLiterals = 0
        unsafe frequencies.initialize(repeating: 0, count: 320)
        unsafe frequencies[256] = 1
    }

    /// The frequencies of the literal and length codes, once counted; the end of the block occurs once.
    var literalFrequencies: [UInt32] { unsafe Array(UnsafeBufferPointer(start: frequencies, count: 288)) }
    /// The frequencies of the distance codes, once counted.
    var distanceFrequencies: [UInt32] { unsafe Array(UnsafeBufferPointer(start: frequencies + 288, count: 32)) }

    /// Appends a match after some literals.
    @inline(__always)
    mutating func append(literals: Int, length: Int, distance: Int) {
        unsafe matches[count] = Match(literals: literals, length: length, distance: distance)
        count &+= 1
    }

    /// Counts the symbols of the matches and of all literals, once the piece is complete.
    mutating func countSymbols(_ bytes: UnsafePointer<UInt8>) {
        guard count > 0 else {
            unsafe countLiterals(bytes, trailingLiterals)
            return
        }
        let end = unsafe gatherLiterals(bytes)
        unsafe countLiterals(literals, end - literals)
        unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 259) { lengths in
            unsafe lengths.initialize(repeating: 0)
            for index in 0..<count {
                let match = unsafe matches[index]
                unsafe lengths[match.length] &+= 1
                unsafe frequencies[288 &+ match.distanceSymbol] &+= 1
            }
            for length in 3..<259 { unsafe frequencies[Match.lengthSymbol(length)] &+= lengths[length] }
        }
    }

    /// Copies the literals out from between the matches, and gives the end of the copy.
    private func gatherLiterals(_ bytes: UnsafePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        var place = unsafe bytes
        var target = unsafe literals
        for index in 0..<count {
            let match = unsafe matches[index]
            let few = min(match.literals, 8)
            // Most runs of literals are short; the bytes of the match behind them make eight, or the copy is exact.
            if few &+ match.length >= 8 {
                let eight = unsafe UnsafeRawPointer(place).loadUnaligned(as: UInt64.self)
                unsafe UnsafeMutableRawPointer(target).storeBytes(of: eight, as: UInt64.self)
            } else {
                unsafe target.update(from: place, count: few)
            }
            if match.literals > 8 { unsafe (target + 8).update(from: place + 8, count: match.literals &- 8) }
            unsafe target += match.literals
            unsafe place += match.literals &+ match.length
        }
        unsafe target.update(from: place, count: trailingLiterals)
        return unsafe target + trailingLiterals
    }

    /// Counts literals in four lanes, because neighbours are often equal.
    private func countLiterals(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
        unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1024) { lanes in
            unsafe lanes.initialize(repeating: 0)
            var place = 0
            while place &+ 8 <= count {
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
            while place < count {
                unsafe lanes[Int(bytes[place])] &+= 1
                place &+= 1
            }
            for byte in 0..<256 {
                unsafe frequencies[byte] =
                    lanes[byte] &+ lanes[256 &+ byte] &+ lanes[512 &+ byte] &+ lanes[768 &+ byte]
            }
        }
    }
}
