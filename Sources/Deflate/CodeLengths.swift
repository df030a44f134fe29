// The head of a dynamic block: the code lengths of its two codes, run-length coded and Huffman coded (RFC 1951 §3.2.7).

/// The head of a dynamic block, ready to be written.
struct CodeLengths {
    private struct Symbol {
        let code: Int
        let extraBits: Int
        let extra: Int
    }

    private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    private let literalCount: Int
    private let distanceCount: Int
    private let symbols: [Symbol]
    private let code: HuffmanCode
    private let codeCount: Int

    /// The size of the head in bits, without the three bits that begin every block.
    let bitCount: Int

    init(literals: HuffmanCode, distances: HuffmanCode) {
        literalCount = max(257, Self.countWithoutTrailingZeros(literals.lengths))
        distanceCount = max(1, Self.countWithoutTrailingZeros(distances.lengths))
        symbols = Self.runs(Array(literals.lengths[..<literalCount] + distances.lengths[..<distanceCount]))
        var frequencies = [UInt32](repeating: 0, count: 19)
        for symbol in symbols { frequencies[symbol.code] += 1 }
        let code = HuffmanCode(frequencies: frequencies, limit: 7)
        self.code = code
        codeCount = max(4, Self.countWithoutTrailingZeros(Self.order.map { code.lengths[$0] }))
        bitCount = 14 + 3 * codeCount + code.cost(frequencies) + symbols.reduce(0) { $0 + $1.extraBits }
    }

    /// Writes the head.
    func write(to writer: inout BitWriter) {
        writer.write(literalCount - 257, count: 5)
        writer.write(distanceCount - 1, count: 5)
        writer.write(codeCount - 4, count: 4)
        for place in 0..<codeCount { writer.write(Int(code.lengths[Self.order[place]]), count: 3) }
        let words = code.words
        for symbol in symbols {
            writer.write(Int(words[symbol.code]), count: Int(code.lengths[symbol.code]))
            writer.write(symbol.extra, count: symbol.extraBits)
        }
    }

    private static func countWithoutTrailingZeros(_ lengths: [UInt8]) -> Int {
        (lengths.lastIndex { $0 != 0 } ?? -1) + 1
    }

    /// The lengths as code length symbols, every run coded greedily from its front.
    private static func runs(_ lengths: [UInt8]) -> [Symbol] {
        var symbols: [Symbol] = []
        var place = 0
        while place < lengths.count {
            let length = lengths[place]
            var run = 1
            while place + run < lengths.count && lengths[place + run] == length { run += 1 }
            place += run
            if length != 0 {
                symbols.append(Symbol(code: Int(length), extraBits: 0, extra: 0))
                run -= 1
            }
            while run >= 3 {
                let covered = min(run, length != 0 ? 6 : 138)
                if length != 0 {
                    symbols.append(Symbol(code: 16, extraBits: 2, extra: covered - 3))
                } else if covered <= 10 {
                    symbols.append(Symbol(code: 17, extraBits: 3, extra: covered - 3))
                } else {
                    symbols.append(Symbol(code: 18, extraBits: 7, extra: covered - 11))
                }
                run -= covered
            }
            for _ in 0..<run { symbols.append(Symbol(code: Int(length), extraBits: 0, extra: 0)) }
        }
        return symbols
    }
}
