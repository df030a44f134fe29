// Prefix codes: complete, limited, optimal, canonical.

import Testing

@testable import Deflate

struct HuffmanCodeTests {
    /// The sum of 2^-length over all code words, in units of 2^-15.
    private func kraftSum(_ code: HuffmanCode) -> Int {
        code.lengths.reduce(0) { $0 + ($1 == 0 ? 0 : 1 << (15 - Int($1))) }
    }

    private func fibonacci(_ count: Int) -> [UInt32] {
        var numbers: [UInt32] = [1, 1]
        while numbers.count < count { numbers.append(numbers[numbers.count - 1] + numbers[numbers.count - 2]) }
        return numbers
    }

    @Test(arguments: [[], [0, 5, 0], [5, 0, 0], [0, 0, 0]] as [[UInt32]])
    func `fewer than two used symbols still give two code words`(frequencies: [UInt32]) {
        let code = HuffmanCode(frequencies: frequencies + [0, 0], limit: 13)
        #expect(code.lengths.count { $0 == 1 } == 2 && code.lengths.allSatisfy { $0 <= 1 })
        #expect(code.lengths[0] == 1)
        #expect(frequencies.indices.allSatisfy { frequencies[$0] == 0 || code.lengths[$0] == 1 })
    }

    @Test func `equal frequencies give equal lengths`() {
        let code = HuffmanCode(frequencies: [UInt32](repeating: 3, count: 64), limit: 13)
        #expect(code.lengths == [UInt8](repeating: 6, count: 64))
    }

    @Test(arguments: [7, 13, 15])
    func `frequencies that want longer words are kept under the limit`(limit: Int) {
        for count in 2...24 {
            let code = HuffmanCode(frequencies: fibonacci(count), limit: limit)
            #expect(kraftSum(code) == 1 << 15, "\(count) symbols")
            #expect(code.lengths.max().map(Int.init) == min(limit, count - 1), "\(count) symbols")
        }
    }

    @Test func `random frequencies give complete codes that order lengths as frequencies`() {
        var generator = Generator(5)
        for count in 2...286 {
            let frequencies = (0..<count).map { _ in UInt32(1 << (generator.next() % 16)) }
            let code = HuffmanCode(frequencies: frequencies, limit: 13)
            #expect(kraftSum(code) == 1 << 15)
            let order = frequencies.indices.sorted { (frequencies[$0], $0) < (frequencies[$1], $1) }
            #expect(zip(order, order.dropFirst()).allSatisfy { code.lengths[$0] >= code.lengths[$1] })
        }
    }

    @Test func `no code under the limit is shorter, for all small frequencies`() {
        for packed in 0..<1296 {
            let frequencies = [1, 6, 36, 216].map { UInt32(1 + packed / $0 % 6) } + [1, 9]
            for limit in [3, 4] {
                let code = HuffmanCode(frequencies: frequencies, limit: limit)
                #expect(
                    code.cost(frequencies) == leastCost(frequencies.sorted(by: >), limit), "\(frequencies) \(limit)")
            }
        }
    }

    /// The least cost over all complete codes, by trying them all: lengths never shrink from the most frequent on.
    private func leastCost(_ weights: [UInt32], _ limit: Int) -> Int {
        func search(_ place: Int, _ shortest: Int, _ room: Int) -> Int? {
            guard place < weights.count else { return 0 }
            var least: Int?
            for length in shortest...limit where room >= 1 << (limit - length) {
                guard let rest = search(place + 1, length, room - 1 << (limit - length)) else { continue }
                least = min(least ?? .max, rest + length * Int(weights[place]))
            }
            return least
        }
        return search(0, 1, 1 << limit) ?? 0
    }

    @Test func `code words are those of RFC 1951 section 3-2-2, first bit lowest`() {
        let code = HuffmanCode(lengths: [3, 3, 3, 3, 3, 2, 4, 4])
        #expect(code.words == [0b010, 0b110, 0b001, 0b101, 0b011, 0b00, 0b0111, 0b1111])
    }

    @Test func `the fixed code is that of RFC 1951 section 3-2-6`() {
        let words = BlockCode.fixed.literals.words
        #expect([0, 144, 256, 280].map { BlockCode.fixed.literals.lengths[$0] } == [8, 9, 7, 8])
        #expect(words[0] == 0b0000_1100 && words[144] == 0b0_0001_0011 && words[256] == 0 && words[280] == 0b0000_0011)
    }
}
