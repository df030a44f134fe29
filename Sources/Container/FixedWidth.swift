// Fixed-width lower-case hexadecimal in long texts: one cursor to read, one function to write.

import Bytes

/// A cursor over text of fixed-width fields; every reading is strict and says nothing of the text it refuses.
struct FixedWidthCursor {
    private let text: [UInt8]
    /// The offset of the next field.
    private(set) var offset = 0

    init(_ text: [UInt8]) { self.text = text }

    /// How many bytes are left.
    var remaining: Int { text.count - offset }

    /// Goes past the literal; false when other bytes stand there.
    mutating func skip(_ literal: StaticString) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard remaining >= count else { return false }
        let matches = literal.withUTF8Buffer { unsafe $0.elementsEqual(text[offset..<offset + count]) }
        if matches { offset += count }
        return matches
    }

    /// Goes past one byte; false when another one stands there.
    mutating func skip(_ byte: UInt8) -> Bool {
        guard remaining > 0, text[offset] == byte else { return false }
        offset += 1
        return true
    }

    /// The number that `width` (8 or 16, or fewer than 8) lower-case digits stand for; nil when other bytes stand there.
    mutating func number(width: Int) -> UInt64? {
        guard remaining >= width else { return nil }
        let start = offset
        offset += width
        switch width {
        case 8: return Hexadecimal.value(ofDigits: digits(at: start))
        case 16:
            guard let high = Hexadecimal.value(ofDigits: digits(at: start)),
                let low = Hexadecimal.value(ofDigits: digits(at: start + 8))
            else {
                break
            }
            return high << 32 | low
        default:
            // As if zeros stood before them.
            let digits = text[start..<start + width].reduce(0x3030_3030_3030_3030) { $0 << 8 | UInt64($1) }
            if width < 8, let value = Hexadecimal.value(ofDigits: digits) { return value }
        }
        offset = start
        return nil
    }

    /// Eight digits as one word, the first one highest.
    private func digits(at place: Int) -> UInt64 {
        unsafe text.withUnsafeBytes {
            unsafe UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: place, as: UInt64.self))
        }
    }

    /// An offset of 16 digits; nil when it is no `Int`.
    mutating func offsetNumber() -> Int? { number(width: 16).flatMap(Int.init(exactly:)) }

    /// The next bytes, without reading them as anything.
    mutating func bytes(count: Int) -> ArraySlice<UInt8>? {
        guard remaining >= count else { return nil }
        defer { offset += count }
        return text[offset..<offset + count]
    }
}

extension [UInt8] {
    /// Appends the number as `width` lower-case digits.
    mutating func appendHexadecimal(_ value: UInt64, width: Int) {
        var shift = 4 * UInt64(width)
        while shift > 0 {
            shift -= 4
            let digit = UInt8(truncatingIfNeeded: value >> shift & 15)
            append(digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
    }
}
