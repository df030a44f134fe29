// Pseudo-random numbers that are the same on every machine: xoshiro256**, seeded by SplitMix64.

import Bytes

/// What a stream of random numbers is for: a draw added to one stream leaves all the others as they were.
enum Purpose: UInt64 {
    case plan = 1
    case envelope, date, identifier, subject, text, attachment, pool, structure, signature, trace, path, offsets
}

/// The xoshiro256** generator of Blackman and Vigna; not for secrets.
struct RandomSource {
    private var a: UInt64
    private var b: UInt64
    private var c: UInt64
    private var d: UInt64

    /// The stream of an archive's seed for one purpose and one item.
    init(_ seed: UInt64, _ purpose: Purpose, _ item: Int = 0) {
        var mix = SplitMix(state: seed)
        mix.state = mix.next() ^ (purpose.rawValue &* 0xD1B5_4A32_D192_ED03)
        mix.state = mix.next() ^ UInt64(truncatingIfNeeded: item)
        (a, b, c, d) = (mix.next(), mix.next(), mix.next(), mix.next())
    }

    /// The stream that starts from this state, which is not all zero.
    init(state: (UInt64, UInt64, UInt64, UInt64)) { (a, b, c, d) = state }

    /// The next 64 bits.
    mutating func next() -> UInt64 {
        let product = b &* 5
        let result = (product << 7 | product >> 57) &* 9
        let shifted = b << 17
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = d << 45 | d >> 19
        return result
    }

    /// A number from 0 up to, not including, `bound`; 0 when the bound is not positive.
    mutating func below(_ bound: Int) -> Int {
        guard bound > 0 else { return 0 }
        return Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// A number in the range.
    mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// True in so many of a thousand draws.
    mutating func chance(_ perMille: Int) -> Bool { below(1000) < perMille }

    /// One of the elements of a list that is not empty.
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// So many lower-case hexadecimal digits.
    mutating func hexadecimal(_ count: Int) -> [UInt8] {
        Array(Hexadecimal.encode(bytes((count + 1) / 2)).prefix(count))
    }

    /// So many random bytes, which no compressor makes smaller.
    mutating func bytes(_ count: Int) -> [UInt8] {
        var source = self
        let words = (count + 7) / 8
        var bytes = unsafe [UInt8](unsafeUninitializedCapacity: words * 8) { buffer, filled in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            for word in 0..<words {
                unsafe raw.storeBytes(of: source.next().littleEndian, toByteOffset: word * 8, as: UInt64.self)
            }
            filled = words * 8
        }
        bytes.removeLast(bytes.count - count)
        self = source
        return bytes
    }
}

private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
