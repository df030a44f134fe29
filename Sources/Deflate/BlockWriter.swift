// One deflate block out of the tokens of one piece, in the cheapest of the three forms of RFC 1951 §3.2.3.

/// A literal and length code with a distance code.
struct BlockCode {
    /// The code of §3.2.6, which a fixed block uses.
    static let fixed = BlockCode(
        literals: HuffmanCode(
            lengths: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }),
        distances: HuffmanCode(lengths: [UInt8](repeating: 5, count: 32)))

    /// The longest code word of a dynamic block: four literals then fit one flush of the bit writer, and two of them
    /// with their total length fit 32 bits.
    static let longestWord = 13

    let literals: HuffmanCode
    let distances: HuffmanCode

    func cost(_ literalFrequencies: [UInt32], _ distanceFrequencies: [UInt32]) -> Int {
        literals.cost(literalFrequencies) + distances.cost(distanceFrequencies)
    }

    /// The number of extra bits of a length code, 257…285.
    static func extraBits(lengthSymbol symbol: Int) -> Int {
        symbol < 265 || symbol == 285 ? 0 : (symbol - 261) / 4
    }

    /// The number of extra bits of a distance code, 0…29.
    static func extraBits(distanceSymbol symbol: Int) -> Int { symbol < 4 ? 0 : symbol / 2 - 1 }

    /// The extra bits of all matches.
    static func extraCost(_ literalFrequencies: [UInt32], _ distanceFrequencies: [UInt32]) -> Int {
        var bits = 0
        for symbol in 265..<285 { bits += Int(literalFrequencies[symbol]) * extraBits(lengthSymbol: symbol) }
        for symbol in 4..<30 { bits += Int(distanceFrequencies[symbol]) * extraBits(distanceSymbol: symbol) }
        return bits
    }
}

extension BitWriter {
    /// Writes one non-final block for a piece of 1…65535 bytes.
    mutating func writeBlock(_ bytes: UnsafePointer<UInt8>, count: Int, _ tokens: Tokens) {
        let literalFrequencies = tokens.literalFrequencies
        let distanceFrequencies = tokens.distanceFrequencies
        let dynamic = BlockCode(
            literals: HuffmanCode(frequencies: literalFrequencies, limit: BlockCode.longestWord),
            distances: HuffmanCode(frequencies: distanceFrequencies, limit: BlockCode.longestWord))
        let head = CodeLengths(literals: dynamic.literals, distances: dynamic.distances)
        let extra = BlockCode.extraCost(literalFrequencies, distanceFrequencies)
        let fixedCost = BlockCode.fixed.cost(literalFrequencies, distanceFrequencies) + extra
        let dynamicCost = head.bitCount + dynamic.cost(literalFrequencies, distanceFrequencies) + extra
        let storedCost = paddingAfterBlockHeader + 32 + 8 * count
        reserve(bits: 3 + min(storedCost, fixedCost, dynamicCost))
        if storedCost <= min(fixedCost, dynamicCost) {
            unsafe writeStored(bytes, count: count)
        } else if fixedCost <= dynamicCost {
            write(0b010, count: 3)
            unsafe writeTokens(bytes, tokens, .fixed)
        } else {
            write(0b100, count: 3)
            head.write(to: &self)
            unsafe writeTokens(bytes, tokens, dynamic)
        }
    }

    /// Writes one non-final stored block of at most 65535 bytes.
    mutating func writeStored(_ bytes: UnsafePointer<UInt8>, count: Int) {
        write(0, count: 3)
        align()
        write(count | (count ^ 0xFFFF) << 16, count: 32)
        unsafe copy(bytes, count: count)
    }

    private mutating func writeTokens(_ bytes: UnsafePointer<UInt8>, _ tokens: Tokens, _ code: BlockCode) {
        // A table entry is a code word with its length above it.
        let literalWords = code.literals.words
        let literals = (0..<257).map { literalWords[$0] | UInt32(code.literals.lengths[$0]) << 24 }
        unsafe literals.withUnsafeBufferPointer { literals in
            guard let table = literals.baseAddress else { return }
            var place = unsafe bytes
            if tokens.count > 0 { unsafe place = writeMatches(bytes, tokens, code, table) }
            unsafe writeLiterals(place, count: tokens.trailingLiterals, table)
            unsafe append(UInt64(table[256] & 0xFFFFFF), count: UInt64(table[256] >> 24))
            flush()
        }
    }

    /// Writes the matches, each after its literals, and gives the place of the literals that follow them.
    private mutating func writeMatches(
        _ bytes: UnsafePointer<UInt8>, _ tokens: Tokens, _ code: BlockCode, _ table: UnsafePointer<UInt32>
    ) -> UnsafePointer<UInt8> {
        let words = code.literals.words
        let lengths: [UInt32] = (0..<259).map { length in
            guard length >= 3 else { return 0 }
            let symbol = Match.lengthSymbol(length)
            let extraBits = BlockCode.extraBits(lengthSymbol: symbol)
            let extra = length == 258 ? 0 : (length - 3) & ((1 << extraBits) - 1)
            let count = code.literals.lengths[symbol]
            return words[symbol] | UInt32(extra) << UInt32(count) | UInt32(Int(count) + extraBits) << 24
        }
        let distanceWords = code.distances.words
        let distances = (0..<32).map { distanceWords[$0] | UInt32(code.distances.lengths[$0]) << 24 }
        var place = unsafe bytes
        for index in 0..<tokens.count {
            let match = unsafe tokens.matches[index]
            unsafe writeLiterals(place, count: match.literals, table)
            unsafe place += match.literals + match.length
            let length = lengths[match.length]
            append(UInt64(length & 0xFFFFFF), count: UInt64(length >> 24))
            let symbol = match.distanceSymbol
            let distance = distances[symbol]
            append(UInt64(distance & 0xFFFFFF), count: UInt64(distance >> 24))
            let extraBits = UInt64(max(symbol &>> 1 &- 1, 0))
            append(match.distanceLessOne & ((1 &<< extraBits) &- 1), count: extraBits)
            flush()
        }
        return unsafe place
    }

    @inline(__always)
    private mutating func writeLiterals(
        _ bytes: UnsafePointer<UInt8>, count: Int, _ table: UnsafePointer<UInt32>
    ) {
        var place = 0
        while place &+ 4 <= count {
            let four = unsafe UInt32(
                littleEndian: UnsafeRawPointer(bytes + place).loadUnaligned(as: UInt32.self))
            let a = unsafe UInt64(table[Int(four & 255)])
            let b = unsafe UInt64(table[Int(four >> 8 & 255)])
            let c = unsafe UInt64(table[Int(four >> 16 & 255)])
            let d = unsafe UInt64(table[Int(four >> 24)])
            let low = a & 0xFFFFFF | (b & 0xFFFFFF) &<< (a &>> 24)
            let high = c & 0xFFFFFF | (d & 0xFFFFFF) &<< (c &>> 24)
            append(low, count: a &>> 24 &+ b &>> 24)
            append(high, count: c &>> 24 &+ d &>> 24)
            flush()
            place &+= 4
        }
        while place < count {
            let entry = unsafe UInt64(table[Int(bytes[place])])
            append(entry & 0xFFFFFF, count: entry &>> 24)
            place &+= 1
        }
        flush()
    }
}
