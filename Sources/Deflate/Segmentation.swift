// Where a block is cut into pieces, and which pieces are worth searching for matches.

/// The cutting rules, all decided from the bytes alone, in integers.
@safe
struct Segmentation {
    /// A run of base64 characters and line ends that is at least this long is cut out of the text around it.
    static let minimalRun = 1024
    private static let cell = minimalRun / 2

    private let bytes: UnsafePointer<UInt8>
    private let count: Int

    init(_ bytes: UnsafePointer<UInt8>, count: Int) {
        unsafe self.bytes = bytes
        self.count = count
    }

    /// The pieces of the block in order, 1…65535 bytes each.
    func pieces() -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var place = 0
        while let run = run(from: place) {
            Self.cut(place..<run.lowerBound, into: &pieces)
            Self.cut(run, into: &pieces)
            place = run.upperBound
        }
        Self.cut(place..<(count), into: &pieces)
        return pieces
    }

    /// Cuts a range into the fewest pieces, as equal as integers allow.
    private static func cut(_ range: Range<Int>, into pieces: inout [Range<Int>]) {
        let parts = (range.count + Tokens.maximalPiece - 1) / Tokens.maximalPiece
        for part in 0..<parts {
            let start = range.lowerBound + range.count * part / parts
            let end = range.lowerBound + range.count * (part + 1) / parts
            pieces.append(start..<end)
        }
    }

    /// The first maximal run of at least `minimalRun` base64 characters and line ends at or after a place.
    private func run(from place: Int) -> Range<Int>? {
        // Every such run covers an aligned cell of half its length.
        var start = (place + Self.cell - 1) / Self.cell * Self.cell
        while start + Self.cell <= count {
            var end = endOfRun(from: start, limit: start + Self.cell)
            guard end == start + Self.cell else {
                start += Self.cell
                continue
            }
            end = endOfRun(from: end, limit: count)
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
        while place < limit, unsafe Self.isInRun(bytes[place]) { place += 1 }
        return place
    }

    /// Whether all eight bytes can stand in a run: in each byte, bit 7 tells the outcome of a comparison.
    @inline(__always)
    private static func areAllInRun(_ eight: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        // Adding 0x80 - n to a byte below 0x80 sets bit 7 when the byte is n or more.
        let folded = eight | 0x20 &* ones
        let letters = (folded &+ (0x80 &- 0x61) &* ones) & ~(folded &+ (0x80 &- 0x7B) &* ones)
        // The slash stands right before the digits.
        let digits = (eight &+ (0x80 &- 0x2F) &* ones) & ~(eight &+ (0x80 &- 0x3A) &* ones)
        let notPlus = (eight ^ 0x2B &* ones) &+ 0x7F &* ones
        let notEqualSign = (eight ^ 0x3D &* ones) &+ 0x7F &* ones
        let notCR = (eight ^ 0x0D &* ones) &+ 0x7F &* ones
        let notLF = (eight ^ 0x0A &* ones) &+ 0x7F &* ones
        let others = ~(notPlus & notEqualSign & notCR & notLF)
        return (letters | digits | others) & ~eight & (0x80 &* ones) == 0x80 &* ones
    }

    private static func isInRun(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte &- 0x2F < 11 || byte == 0x2B || byte == 0x3D || byte == 0x0D || byte == 0x0A
    }

    private static let sample = 4096
    private static let worthwhile = 64

    /// Whether a piece has enough repeated strings to be searched: small ones always, others by a sample.
    func hasMatches(_ piece: Range<Int>) -> Bool {
        guard piece.count >= Self.sample else {
            return piece.count < Self.minimalRun || !isRun(piece) || sampleHasMatches(piece)
        }
        let start = piece.lowerBound + (piece.count - Self.sample) / 2
        return sampleHasMatches(start..<start + Self.sample)
    }

    private func isRun(_ piece: Range<Int>) -> Bool {
        endOfRun(from: piece.lowerBound, limit: piece.upperBound) == piece.upperBound
    }

    private func sampleHasMatches(_ range: Range<Int>) -> Bool {
        unsafe withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 4096) { table in
            unsafe table.initialize(repeating: 0)
            let start = unsafe bytes + range.lowerBound
            var repeated = 0
            for place in 0..<range.count - 3 {
                let word = unsafe UInt32(
                    littleEndian: UnsafeRawPointer(start + place).loadUnaligned(as: UInt32.self))
                let index = Int(truncatingIfNeeded: (word &* 0x9E37_79B1) &>> 20)
                let earlier = unsafe UInt32(
                    littleEndian: UnsafeRawPointer(start + Int(table[index])).loadUnaligned(as: UInt32.self))
                if earlier == word { repeated &+= 1 }
                unsafe table[index] = UInt16(truncatingIfNeeded: place)
            }
            return repeated * Self.sample >= Self.worthwhile * range.count
        }
    }
}
