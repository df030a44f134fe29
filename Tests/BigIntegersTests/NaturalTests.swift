import Bytes
import Testing

@testable import BigIntegers

private func number(_ word: Int) throws -> Natural {
    try #require(Natural((0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }))
}

private func word(_ number: Natural) -> Int { number.bytes.reduce(0) { $0 << 8 | Int($1) } }

private func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }

@Suite struct NaturalTests {
    @Test(arguments: [0, 1, 2, 127, 128, 255, 256, 65_535, 65_536, 1 << 40, Int.max])
    func `bytes come out as they went in, without leading zeros`(value: Int) throws {
        let made = try number(value)
        #expect(word(made) == value)
        #expect(made.bytes.first != 0)
        #expect(made.bits == Int.bitWidth - value.leadingZeroBitCount)
        #expect(made.isZero == (value == 0))
    }

    @Test func `no bytes are zero`() throws {
        let zero = try #require(Natural([]))
        #expect(zero.isZero)
        #expect(zero.bytes == [])
        #expect(zero.bits == 0)
    }

    @Test func `all small numbers give what the machine's own arithmetic gives`() throws {
        for a in 0...24 {
            for b in 0...24 {
                let (first, second) = (try number(a), try number(b))
                #expect(word(first.distance(to: second)) == abs(a - b))
                #expect(word(first.commonDivisor(with: second)) == divisor(a, b))
                let product = first.times(second, modulo: try number(13))
                #expect(word(try #require(product)) == a * b % 13)
            }
        }
    }

    @Test(arguments: [(0, 0, 1), (0, 3, 0), (1, 9, 1), (2, 40, 1 << 40), (7, 2, 49), (3, 1, 3)])
    func `a power is a repeated product`(base: Int, exponent: Int, expected: Int) throws {
        #expect(word(try #require(try number(base).power(exponent))) == expected)
    }

    @Test(arguments: [
        (0, 100, 0), (1, 100, 1), (1 << 40, 3, 1), (97 * 6, 97, 97), (97 * 97 * 8, 98, 1), (101 * 27 * 25, 100, 101),
    ])
    func `factors below a bound are removed as often as they divide`(value: Int, bound: UInt, expected: Int) throws {
        #expect(word(try number(value).removingFactors(below: bound)) == expected)
    }

    @Test func `the common divisor of large numbers is found`() throws {
        // (2^k·n) and (3^k·n) share n alone.
        let common = try #require(try number(1_000_003).power(400))
        let limit = try #require(try number(2).power(500_000))
        let first = try #require(try number(2).power(100_000)?.times(common, modulo: limit))
        let second = try #require(try number(3).power(60_000)?.times(common, modulo: limit))
        #expect(first.commonDivisor(with: second).bytes == common.bytes)
    }

    @Test func `what would be too large gives nothing`() throws {
        let base = try number(Int.max)
        #expect(base.power(Natural.maximumBits) == nil)
        #expect(base.power(Int.max) == nil)
        #expect(base.power(-1) == nil)
        #expect(base.times(base, modulo: try number(0)) == nil)
    }

    @Test func `memory that nobody has is not available`() {
        #expect(Natural.isAvailable(bytes: 1 << 20))
        #expect(Natural.isAvailable(bytes: 0))
        #expect(!Natural.isAvailable(bytes: 1 << 60))
    }
}
