// Lower-case hexadecimal, strict in reading: one text for one byte string.

/// Lower-case hexadecimal text (RFC 4648 §8, lower case).
public enum Hexadecimal {
    /// Two lower-case digits for each byte.
    public static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] { encode(bytes: Array(bytes)) }

    // Not generic: a generic loop costs several times as much when another module calls it.
    private static func encode(bytes: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: bytes.count * 2) { text, count in
            for byte in bytes {
                unsafe text[count] = digit(byte >> 4)
                unsafe text[count + 1] = digit(byte & 15)
                count += 2
            }
        }
    }

    @inline(__always)
    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

    /// The bytes of an even number of lower-case digits, or nil for any other text.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? { decode(digits: Array(text)) }

    private static func decode(digits text: [UInt8]) -> [UInt8]? {
        guard text.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        var high: UInt8?
        for character in text {
            guard let value = value(of: character) else { return nil }
            if let upper = high {
                bytes.append(upper << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }

    /// A fixed-width lower-case number, zero padded: `width` digits, the most significant first.
    public static func encode(_ value: UInt64, width: Int) -> [UInt8] {
        (0..<width).map { digit(UInt8(truncatingIfNeeded: value >> UInt64(4 * (width - 1 - $0)) & 15)) }
    }

    /// The number that 1 to 16 lower-case digits stand for, or nil for any other text.
    public static func decodeNumber(_ text: some Collection<UInt8>) -> UInt64? {
        guard (1...16).contains(text.count) else { return nil }
        var number: UInt64 = 0
        for character in text {
            guard let value = value(of: character) else { return nil }
            number = number << 4 | UInt64(value)
        }
        return number
    }

    /// The number that eight lower-case digits stand for, the first one in the highest byte; nil for other bytes.
    @inlinable
    public static func value(ofDigits digits: UInt64) -> UInt64? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs = ones &* 0x80
        guard digits & highs == 0 else { return nil }
        // The highest bit of each byte tells whether the byte is at least this.
        let isLetter = (digits &+ ones &* (0x80 - 0x61)) & ~(digits &+ ones &* (0x80 - 0x67)) & highs
        let isNumber = (digits &+ ones &* (0x80 - 0x30)) & ~(digits &+ ones &* (0x80 - 0x3A)) & highs
        guard isLetter | isNumber == highs else { return nil }
        // A letter is 39 beyond the digit that would follow "9".
        var value = digits &- ones &* 0x30 &- (isLetter &>> 7) &* 0x27
        value = (value &>> 4 | value) & 0x00FF_00FF_00FF_00FF
        value = (value &>> 8 | value) & 0x0000_FFFF_0000_FFFF
        return (value &>> 16 | value) & 0xFFFF_FFFF
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case 0x30...0x39: character - 0x30
        case 0x61...0x66: character - 0x61 + 10
        default: nil
        }
    }
}
