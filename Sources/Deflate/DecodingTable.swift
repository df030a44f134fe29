// Tables that give the symbols of a Huffman code (RFC 1951 §3.2.2) for the next bits of the input.

/// What a decoding table says of the next bits.
///
/// Bits 0–7 are the number of bits to drop: the code word with the extra bits. Of one or two literals, bits 8–15 are the
/// number and bits 16–31 the literals. Of a length or distance, bits 8–11 are the length of the code word and bits
/// 16–31 the base; bit 15 is one, and the meaning of bits 12–14 is below.
struct DecodingEntry {
    static let isNoLiteral: UInt32 = 1 << 15
    /// It is no length and no distance either.
    static let isSpecial: UInt32 = 1 << 14
    static let isEndOfBlock: UInt32 = 1 << 13
    /// The rest of the code word is to be looked up in the entries from the base on, by as many bits as bits 8–11 say.
    static let isSubtable: UInt32 = 1 << 12
    /// No code word.
    static let invalid = isNoLiteral | isSpecial

    /// Entries by symbol, to which the length of the code word is added.
    static let codeLengths = (0..<19).map { literal($0) }
    static let literals =
        (0..<256).map { literal($0) } + [invalid | isEndOfBlock]
        + (0..<28).map { code in
            let extra = code < 8 ? 0 : code / 4 - 1
            return withExtraBits(extra, base: code < 8 ? 3 + code : 3 + (4 + code % 4) << extra)
        } + [withExtraBits(0, base: 258), invalid, invalid]
    static let distances =
        (0..<30).map { code in
            let extra = code < 4 ? 0 : code / 2 - 1
            return withExtraBits(extra, base: code < 4 ? 1 + code : 1 + (2 + code % 2) << extra)
        } + [invalid, invalid]

    private static func literal(_ value: Int) -> UInt32 { UInt32(value) << 16 | 1 << 8 }

    private static func withExtraBits(_ count: Int, base: Int) -> UInt32 {
        UInt32(base) << 16 | isNoLiteral | UInt32(count)
    }

    /// The entry of a symbol for a code word of this many bits.
    @inline(__always)
    static func entry(_ symbol: UInt32, bits: UInt32) -> UInt32 {
        symbol &+ bits &* (symbol & isNoLiteral == 0 ? 1 : 0x101)
    }
}

/// A decoding table of at most 288 symbols, whose memory is to be given back with `deallocate`.
///
/// Safe because an index of it is made of `rootBits` bits, or of a subtable entry and its bits.
@safe
struct DecodingTable {
    static let longestWord = 15

    let rootBits: Int
    let entries: UnsafeMutablePointer<UInt32>
    /// How many code words there are of each length.
    private let counts: UnsafeMutablePointer<Int>
    /// The symbols in the order of their code words.
    private let symbols: UnsafeMutablePointer<UInt16>
    private let seconds: UnsafeMutablePointer<UInt32>

    /// A table that is indexed with this many bits, for a code of at most this many symbols.
    init(rootBits: Int, symbolCount: Int) {
        self.rootBits = rootBits
        // A subtable of s bits stands for at least s + 1 code words, of which one has s bits in it.
        let deepest = Self.longestWord - min(rootBits, Self.longestWord)
        let capacity = 1 << rootBits + (symbolCount / (deepest + 1) + 1) << deepest
        unsafe entries = .allocate(capacity: capacity)
        unsafe counts = .allocate(capacity: Self.longestWord + 1)
        unsafe symbols = .allocate(capacity: symbolCount)
        unsafe seconds = .allocate(capacity: 1 << rootBits)
    }

    func deallocate() {
        unsafe entries.deallocate()
        unsafe counts.deallocate()
        unsafe symbols.deallocate()
        unsafe seconds.deallocate()
    }

    /// Makes the table of a code, and says whether it is one that zlib takes.
    ///
    /// That is a complete one, or, if `mayBeIncomplete`, one of a single word of one bit or of none.
    func build(
        _ lengths: UnsafePointer<UInt8>, count: Int, entries values: [UInt32], mayBeIncomplete: Bool
    ) -> Bool {
        var counts: [16 of Int] = .init(repeating: 0)
        for symbol in 0..<count { unsafe counts[Int(lengths[symbol])] += 1 }
        counts[0] = 0
        var left = 1
        var places: [16 of Int] = .init(repeating: 0)
        for length in 1...Self.longestWord {
            left = left << 1 - counts[length]
            guard left >= 0 else { return false }
            if length < Self.longestWord { places[length + 1] = places[length] + counts[length] }
        }
        let total = places[Self.longestWord] + counts[Self.longestWord]
        guard left == 0 || mayBeIncomplete && total == counts[1] else { return false }
        for symbol in 0..<count {
            let length = unsafe Int(lengths[symbol])
            guard length > 0 else { continue }
            unsafe symbols[places[length]] = UInt16(truncatingIfNeeded: symbol)
            places[length] += 1
        }
        for length in 0...Self.longestWord { unsafe self.counts[length] = counts[length] }
        unsafe values.withUnsafeBufferPointer { values in
            let (next, word) = unsafe fill(values)
            unsafe fillSubtables(values, counts, next, word)
        }
        return true
    }

    /// Fills the entries: those of length n are put into the first 2^n, which are doubled for the next length.
    ///
    /// Gives the number of the first symbol of a longer code word, and that word.
    private func fill(_ values: UnsafeBufferPointer<UInt32>) -> (next: Int, word: Int) {
        var next = 0
        // The code word with its first bit lowest, as the input has it.
        var word = 0
        unsafe entries[0] = DecodingEntry.invalid
        for length in 1...rootBits {
            let half = 1 << (length - 1)
            unsafe (entries + half).update(from: entries, count: half)
            for _ in 0..<(unsafe counts[length]) {
                let value = unsafe values[Int(symbols[next])]
                unsafe entries[word] = DecodingEntry.entry(value, bits: UInt32(length))
                next += 1
                word = Self.word(after: word, bits: length)
            }
        }
        return (next, word)
    }

    /// Puts the code words longer than the root bits behind the other entries, together where those bits are the same.
    private func fillSubtables(
        _ values: UnsafeBufferPointer<UInt32>, _ counts: [16 of Int], _ firstSymbol: Int, _ firstWord: Int
    ) {
        var (counts, next, word) = (counts, firstSymbol, firstWord)
        var (start, end, width, prefix) = (0, 1 << rootBits, 0, -1)
        for length in rootBits + 1..<Self.longestWord + 1 {
            while counts[length] > 0 {
                if word & (1 << rootBits - 1) != prefix {
                    prefix = word & (1 << rootBits - 1)
                    start = end
                    width = subtableBits(length, counts)
                    end += 1 << width
                    unsafe entries[prefix] =
                        UInt32(start) << 16 | UInt32(width) << 8 | UInt32(rootBits) | DecodingEntry.invalid
                        | DecodingEntry.isSubtable
                }
                let bits = length - rootBits
                let entry = unsafe DecodingEntry.entry(values[Int(symbols[next])], bits: UInt32(bits))
                for index in stride(from: word >> rootBits, to: 1 << width, by: 1 << bits) {
                    unsafe entries[start + index] = entry
                }
                next += 1
                counts[length] -= 1
                word = Self.word(after: word, bits: length)
            }
        }
    }

    /// How many bits the rest of the code words has at most that begin like the next one, of this length.
    private func subtableBits(_ length: Int, _ counts: [16 of Int]) -> Int {
        var width = length - rootBits
        var used = counts[length]
        while used < 1 << width && rootBits + width < Self.longestWord {
            width += 1
            used = used << 1 + counts[rootBits + width]
        }
        return width
    }

    /// The next code word of the same length; the same one after the last.
    private static func word(after word: Int, bits: Int) -> Int {
        let zeros = ~word & (1 << bits - 1)
        guard zeros != 0 else { return word }
        let highest = 1 << (Int.bitWidth - 1 - zeros.leadingZeroBitCount)
        return word & (highest - 1) | highest
    }

    /// Puts a second literal into each entry of a literal behind which the root bits hold a whole one; once after `build`.
    func pairLiterals() {
        var start = 0
        for length in 1..<rootBits where unsafe counts[length] > 0 {
            start += unsafe findSeconds(after: length, into: seconds + start)
        }
        start = 0
        var word = 0
        for length in 1..<rootBits where unsafe counts[length] > 0 {
            let count = 1 << (rootBits - length)
            for _ in 0..<(unsafe counts[length]) {
                let first = unsafe entries[word]
                if first & DecodingEntry.isNoLiteral == 0 {
                    for index in 0..<count {
                        unsafe entries[word &+ index &<< length] = first &+ seconds[start &+ index]
                    }
                }
                word = Self.word(after: word, bits: length)
            }
            start += count
        }
    }

    /// What a second literal adds to the entry of a first one of this length, by the bits that follow it.
    private func findSeconds(after length: Int, into seconds: UnsafeMutablePointer<UInt32>) -> Int {
        let bits = rootBits - length
        for index in 0..<1 << bits {
            let entry = unsafe entries[index]
            let fits = entry & DecodingEntry.isNoLiteral == 0 && entry & 0xFF <= bits
            unsafe seconds[index] = fits ? (entry & 0xFF0000) &<< 8 | 1 << 8 | entry & 0xFF : 0
        }
        return 1 << bits
    }
}
