// How large messages are: log-normal sizes, spread so evenly that a small archive has the mean of a large one.

/// Evenly spread positions: the R2 sequence of Roberts, three numbers below 2^64 for each message.
struct SpreadPositions {
    /// Decides the kind of a message and its size.
    let kind: UInt64
    /// Decides whether it is signed, and how that goes wrong.
    let signature: UInt64
    /// Decides whether it is malformed, and how.
    let defect: UInt64

    /// The positions of the message with this index.
    init(seed: UInt64, index: Int) {
        var random = RandomSource(seed, .offsets)
        let step = UInt64(truncatingIfNeeded: index)
        // The fractional powers of 1/1.2207…, the root of x⁴ = x + 1, as binary fractions.
        kind = random.next() &+ step &* 0xD1B5_4A32_D192_ED03
        signature = random.next() &+ step &* 0xABC9_8388_FB8F_AC03
        defect = random.next() &+ step &* 0x8CB9_2BA7_2F3D_8DD7
    }
}

/// A position within one of several weighted strata.
struct Stratum {
    /// Which of the weights the position fell on; the number of weights when it fell on none.
    let index: Int
    /// The position within the stratum, 0 to below 1.
    let position: Double

    /// Where `fraction`/2^64 falls when each weight takes so many thousandths.
    init(_ fraction: UInt64, perMille weights: [Int]) {
        let point = Double(fraction >> 11) * 0x1p-53 * 1000
        var start = 0.0
        for (index, weight) in weights.enumerated() {
            let width = Double(weight)
            if point < start + width {
                self.index = index
                position = (point - start) / width
                return
            }
            start += width
        }
        index = weights.count
        position = start < 1000 ? (point - start) / (1000 - start) : 0
    }
}

/// The log-normal distribution with mean 1, computed with IEEE operations alone so that no libm changes a size.
enum LogNormal {
    /// The value below which the fraction `position` of all values lies.
    static func quantile(_ position: Double, sigma: Double) -> Double {
        let bounded = min(max(position, 1e-5), 1 - 1e-5)
        return exponential(sigma * normalQuantile(bounded) - sigma * sigma / 2)
    }

    /// The standard normal quantile, by Acklam's rational approximation.
    private static func normalQuantile(_ p: Double) -> Double {
        if p > 0.97575 { return -normalQuantile(1 - p) }
        if p < 0.02425 {
            let q = (-2 * logarithm(p)).squareRoot()
            return polynomial(tailNumerator, q) / (polynomial(tailDenominator, q))
        }
        let q = p - 0.5
        return polynomial(numerator, q * q) * q / polynomial(denominator, q * q)
    }

    private static let numerator = [
        -3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02,
        -3.066479806614716e+01, 2.506628277459239e+00,
    ]
    private static let denominator = [
        -5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01,
        -1.328068155288572e+01, 1,
    ]
    private static let tailNumerator = [
        -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00, -2.549732539343734e+00,
        4.374664141464968e+00, 2.938163982698783e+00,
    ]
    private static let tailDenominator = [
        7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00, 1,
    ]

    private static func polynomial(_ coefficients: [Double], _ x: Double) -> Double {
        coefficients.reduce(0) { $0 * x + $1 }
    }

    private static let naturalLogarithmOf2 = 0.6931471805599453

    private static func logarithm(_ x: Double) -> Double {
        let s = (x.significand - 1) / (x.significand + 1)
        var term = s
        var sum = 0.0
        for k in stride(from: 1, to: 40, by: 2) {
            sum += term / Double(k)
            term *= s * s
        }
        return Double(x.exponent) * naturalLogarithmOf2 + 2 * sum
    }

    private static func exponential(_ x: Double) -> Double {
        let halvings = 16
        let small = x / 65536
        var result = 1 + small * (1 + small / 2 * (1 + small / 3 * (1 + small / 4)))
        for _ in 0..<halvings { result *= result }
        return result
    }
}
