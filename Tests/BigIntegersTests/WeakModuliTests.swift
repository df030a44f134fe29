import Testing

@testable import BigIntegers

private func number(_ word: Int) throws -> Natural { try #require(Natural(bytes(word))) }

private func bytes(_ word: Int) -> [UInt8] {
    Array((0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }.drop { $0 == 0 })
}

private func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }

@Suite struct WeakModuliTests {
    @Test func `the smallest odd factor of every small number is found`() throws {
        let wrong = try (0..<1000).filter { value in
            let expected = value == 0 ? nil : stride(from: 3, through: value, by: 2).first { value % $0 == 0 }
            let found = [
                try number(value).smallestOddFactor(below: 1001), try number(value).smallestOddFactor(below: 31),
            ]
            return found.map { $0.map { Int($0) } } != [expected, expected.flatMap { $0 < 31 ? $0 : nil }]
        }
        #expect(wrong == [])
        #expect(try number(65521 * 65537).smallestOddFactor(below: .max) == 65521)
        #expect(try number(65537 * 65537).smallestOddFactor(below: .max) == nil)
    }

    @Test(arguments: [0, 1, 2, 10])
    func `close factors of every small odd number are found, others are not`(steps: Int) throws {
        let wrong = try stride(from: 1, to: 800, by: 2).filter { value in
            // The pair of factors that is closest to the root is a − b and a + b.
            let small = (1...value).last { value % $0 == 0 && $0 * $0 <= value } ?? 1
            let middle = (small + value / small) / 2
            let root = (0...value).last { $0 * $0 <= value } ?? 0
            return try number(value).hasCloseFactors(steps: steps) != (middle - root <= steps)
        }
        #expect(wrong == [])
        #expect(try !number(0).hasCloseFactors(steps: 5))
    }

    @Test func `common factors are found as by comparing all pairs`() throws {
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for count in 0..<25 {
            for bound in [50, 5000, 5_000_000] where bound > 2 * count {
                var values: [Int] = []
                while values.count < count {
                    let value = random(bound) + 2
                    if !values.contains(value) { values.append(value) }
                }
                let found = try #require(CommonFactors.places(in: values.map(bytes)))
                let expected = values.indices.filter { place in
                    values.indices.contains { $0 != place && divisor(values[$0], values[place]) > 1 }
                }
                #expect(found.keys.sorted() == expected, "\(values)")
                #expect(found.allSatisfy { $0 != $1 && divisor(values[$0], values[$1]) > 1 })
            }
        }
    }

    @Test func `numbers that are zero, equal or too many are not compared`() {
        #expect(CommonFactors.places(in: [[], [3]]) == nil)
        #expect(CommonFactors.places(in: [[0], [3]]) == nil)
        #expect(CommonFactors.places(in: [[3], [3]]) == nil)
        #expect(CommonFactors.places(in: [[UInt8](repeating: 1, count: CommonFactors.limit / 8 + 1), [3]]) == nil)
        #expect(CommonFactors.places(in: [[3]]) == [:])
    }
}
