// RSA moduli that anyone can factor, since their primes are small, close to each other, or used twice.

import CGMP

extension Natural {
    /// The smallest odd prime factor below a bound that is at most 2^16; nil when there is none, and for zero.
    public func smallestOddFactor(below bound: UInt) -> UInt? {
        guard !isZero else { return nil }
        return stride(from: 3, to: min(bound, 1 << 16), by: 2).first { unsafe __gmpz_divisible_ui_p(value, $0) != 0 }
    }

    /// Whether Fermat's method splits the number in at most so many steps.
    ///
    /// n = a² − b² = (a + b)(a − b): the closer its two factors are to the root of n, the closer is a.
    public func hasCloseFactors(steps: Int) -> Bool {
        guard !isZero else { return false }
        if unsafe __gmpz_perfect_square_p(value) != 0 { return true }
        var found = false
        _ = unsafe Self.computed { difference in
            let root = unsafe Self.computed { unsafe __gmpz_sqrt($0, value) }
            for _ in 0..<steps where !found {
                unsafe __gmpz_add_ui(root.value, root.value, 1)
                unsafe __gmpz_mul(difference, root.value, root.value)
                unsafe __gmpz_sub(difference, difference, value)
                found = unsafe __gmpz_perfect_square_p(difference) != 0
            }
        }
        return found
    }

    /// The product; nil when it is too large.
    func times(_ other: Natural) -> Natural? {
        guard Self.fits(bits.addingReportingOverflow(other.bits)) else { return nil }
        return unsafe Self.computed { unsafe __gmpz_mul($0, value, other.value) }
    }

    /// What is left after division by a number that is not zero.
    fileprivate func remainder(_ divisor: Natural) -> Natural {
        unsafe Self.computed { unsafe __gmpz_tdiv_r($0, value, divisor.value) }
    }

    /// The quotient by a number that is not zero and divides this one.
    fileprivate func exactQuotient(_ divisor: Natural) -> Natural {
        unsafe Self.computed { unsafe __gmpz_divexact($0, value, divisor.value) }
    }
}

/// Factors that different numbers have in common.
public enum CommonFactors {
    /// The most bits that the numbers may have together: 2^28, which is 131,072 moduli of 2048 bits.
    public static let limit = 1 << 28

    /// The places of numbers that have a factor in common with another one, each with the place of one such, or with
    /// its own when none was found in a fixed number of attempts.
    ///
    /// Nil when the numbers have more bits than `limit`, when one is zero, or when one stands twice. With P the product of all,
    /// gcd(n, (P mod n²) / n) is above 1 for just these n (D. Bernstein, "How to find smooth parts of integers", 2004).
    public static func places(in numbers: [[UInt8]]) -> [Int: Int]? {
        guard Set(numbers).count == numbers.count else { return nil }
        var bits = 0
        let naturals = numbers.compactMap { bytes in
            let number = Natural(bytes)
            bits += number?.bits ?? 0
            return bits <= limit && number?.isZero == false ? number : nil
        }
        guard naturals.count == numbers.count else { return nil }
        guard naturals.count > 1 else { return [:] }
        guard let rests = rests(of: naturals) else { return nil }
        let found = naturals.indices.filter { place in
            naturals[place].commonDivisor(with: rests[place].exactQuotient(naturals[place])).bits > 1
        }
        return partners(of: found, naturals)
    }

    /// The product of all numbers modulo the square of each: up a tree of products, and down it again.
    private static func rests(of numbers: [Natural]) -> [Natural]? {
        var levels = [numbers]
        while let last = levels.last, last.count > 1 {
            let products = stride(from: 0, to: last.count, by: 2).compactMap { place in
                place + 1 < last.count ? last[place].times(last[place + 1]) : last[place]
            }
            guard products.count == (last.count + 1) / 2 else { return nil }
            levels.append(products)
        }
        var rests = levels.removeLast()
        while let level = levels.popLast() {
            let squares = level.compactMap { $0.times($0) }
            guard squares.count == level.count else { return nil }
            rests = squares.indices.map { rests[$0 / 2].remainder(squares[$0]) }
        }
        return rests
    }

    private static func partners(of places: [Int], _ numbers: [Natural]) -> [Int: Int] {
        var partners: [Int: Int] = [:]
        var attempts = 100_000
        for place in places {
            let other = places.first { other in
                guard other != place, attempts > 0 else { return false }
                attempts -= 1
                return numbers[place].commonDivisor(with: numbers[other]).bits > 1
            }
            partners[place] = other ?? place
        }
        return partners
    }
}
