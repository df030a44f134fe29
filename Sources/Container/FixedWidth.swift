// Fixed-width lower-case hexadecimal in long texts: one cursor to read, one function to write.

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

    /// The number that `width` (at most 16) lower-case digits stand for; nil when other bytes stand there.
    mutating func number(width: Int) -> UInt64? {
        guard remaining >= width else { return nil }
        var value: UInt64 = 0
        for place in offset..<offset + width {
            let byte = text[place]
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt64(byte - 0x30)
            case 0x61...0x66: value = value << 4 | UInt64(byte - 0x57)
            default: return nil
            }
        }
        offset += width
        return value
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
