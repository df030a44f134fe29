// Where a block is cut into pieces, and which pieces are worth searching for matches.

/// The cutting rules, all decided from the bytes alone, in integers.
///
/// Safe because it reads only inside the `count` bytes, which outlive it.
@safe
struct Segmentation {
    /// A range of the block that becomes one deflate block.
    struct Piece: Equatable {
        /// Its place in the block, 1…65535 bytes.
        let range: Range<Int>
        /// Whether it is part of a run of base64 characters and line ends.
        let isRun: Bool
    }

    /// A run of base64 characters and line ends that is at least this long is cut out of the text around it.
    static let minimalRun = 1024
    private static let cell = minimalRun / 2

    private let bytes: UnsafePointer<UInt8>
    private let count: Int

    init(_ bytes: UnsafePointer<UInt8>, count: Int) {
        unsafe self.bytes = bytes
        self.count = count
    }

    /// The pieces of the block in order; together they are the block.
    func pieces() -> [Piece] {
        var pieces: [Piece] = []
        var place = 0
        while let run = run(from: place) {
            Self.cut(place..<run.lowerBound, isRun: false, into: &pieces)
            Self.cut(run, isRun: true, into: &pieces)
            place = run.upperBound
        }
        Self.cut(place..<count, isRun: false, into: &pieces)
        return pieces
    }

    /// Cuts a range into the fewest pieces, as equal as integers allow.
    private static func cut(_ range: Range<Int>, isRun: Bool, into pieces: inout [Piece]) {
        let parts = (range.count + Tokens.maximalPiece - 1) / Tokens.maximalPiece
        for part in 0..<parts {
            let start = range.lowerBound + range.count * part / parts
            let end = range.lowerBound + range.count * (part + 1) / parts
            pieces.append(Piece(range: start..<end, isRun: isRun))
        }
    }

    /// The first maximal run of at least `minimalRun` bytes that begins at or after a place where no run goes on.
    private func run(from place: Int) -> Range<Int>? {
        // Every such run covers a cell of half its least length, aligned to the block; text fails a cell at once.
        var start = (place + Self.cell - 1) / Self.cell * Self.cell
        while start + Self.cell <= count {
            guard endOfRun(from: start, limit: start + Self.cell) == start + Self.cell else {
                start += Self.cell
                continue
            }
            let end = endOfRun(from: start + Self.cell, limit: count)
            var first = start
            while first > place, unsafe Self.isInRun(bytes[first - 1]) { first -= 1 }
            if end - first >= Self.minimalRun { return first..<end }
            start = (end + Self.cell - 1) / Self.cell * Self.cell
        }
        return nil
    }

    /// The first place from `place` on, at most `limit`, whose byte cannot stand in a run.
    private func endOfRun(from place: Int, limit: Int) -> Int {
        var place = place
        while place &+ 8 <= limit {
            let eight = unsafe UnsafeRawPointer(bytes + place).loadUnaligned(as: UInt64.self)
            guard Self.areAllInRun(eight) else { break }
            place &+= 8
        }
        while place < limit, unsafe Self.isInRun(bytes[place]) { place &+= 1 }
        return place
    }

    /// Whether a byte is a base64 character (RFC 4648 §4), an equals sign, CR or LF.
    static func isInRun(_ byte: UInt8) -> Bool {
        // The slash stands right before the digits.
        (byte | 0x20) &- 0x61 < 26 || byte &- 0x2F < 11 || byte == 0x2B || byte == 0x3D || byte == 0x0D || byte == 0x0A
    }

    /// Whether `isInRun` holds for all eight bytes.
    @inline(__always)
    static func areAllInRun(_ eight: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops = 0x80 &* ones
        // In a byte below 0x80, adding 0x80 - n sets the top bit when it is n or more; others are ruled out at the end.
        let folded = eight | 0x20 &* ones
        let letters = (folded &+ (0x80 &- 0x61) &* ones) & ~(folded &+ (0x80 &- 0x7B) &* ones)
        let digits = (eight &+ (0x80 &- 0x2F) &* ones) & ~(eight &+ (0x80 &- 0x3A) &* ones)
        // Adding 0x7F leaves the top bit clear only in a byte that is zero.
        let notPlus = (eight ^ 0x2B &* ones) &+ 0x7F &* ones
        let notEqualsSign = (eight ^ 0x3D &* ones) &+ 0x7F &* ones
        let notCR = (eight ^ 0x0D &* ones) &+ 0x7F &* ones
        let notLF = (eight ^ 0x0A &* ones) &+ 0x7F &* ones
        let others = ~(notPlus & notEqualsSign & notCR & notLF)
        return (letters | digits | others) & ~eight & tops == tops
    }

    private static let alwaysSearchedText = 4096
    private static let largestSample = 2048

    /// Whether a piece has enough repeated strings to be searched, by three samples; short text is always searched.
    func hasMatches(_ piece: Piece) -> Bool {
        let count = piece.range.count
        if !piece.isRun && count < Self.alwaysSearchedText { return true }
        let size = min(count, Self.largestSample)
        return [0, (count - size) / 2, count - size].contains {
            repeats(from: piece.range.lowerBound + $0, count: size)
        }
    }

    /// Whether at least one 64th of the sample's places begin with four bytes that stood before in it.
    ///
    /// In base64 of incompressible data chance alone gives far less than one such place.
    private func repeats(from place: Int, count: Int) -> Bool {
        unsafe withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 4096) { newest in
            unsafe newest.initialize(repeating: 0)
            let sample = unsafe UnsafeRawPointer(bytes + place)
            var repeated = 0
            for offset in 1..<count &- 3 {
                let word = unsafe UInt32(littleEndian: sample.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                let slot = Int(truncatingIfNeeded: (word &* MatchFinder.multiplier) &>> 20)
                let earlier = unsafe Int(newest[slot])
                let before = unsafe UInt32(littleEndian: sample.loadUnaligned(fromByteOffset: earlier, as: UInt32.self))
                if before == word { repeated &+= 1 }
                unsafe newest[slot] = UInt16(truncatingIfNeeded: offset)
            }
            return repeated &* 64 >= count
        }
    }
}
