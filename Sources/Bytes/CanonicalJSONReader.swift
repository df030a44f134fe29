// The strict reader of canonical JSON objects: whatever the writer would not have written is refused.

/// Reads one object whose members stand in the order in which they are asked for.
///
/// A member that is not next is absent (nil or empty). `finish` refuses members that nobody asked for, which
/// makes unknown, repeated and unordered keys one and the same fault.
public struct CanonicalJSONReader: Sendable {
    private let text: [UInt8]
    private var position: Int
    private var first = true
    /// The name of the member that stands at `namePosition`, if one does; looked for once for all keys that are asked.
    private var name: Range<Int>?
    private var namePosition = -1
    /// No key is longer than this.
    private static let nameLimit = 64

    /// Starts to read an object that must fill the whole text.
    public init(_ text: [UInt8]) throws(CanonicalJSONError) {
        self.text = text
        position = 0
        try expect(0x7B, "{")
    }

    private init(_ text: [UInt8], at position: Int) throws(CanonicalJSONError) {
        self.text = text
        self.position = position
        try expect(0x7B, "{")
    }

    /// Ends the object: nothing may be left.
    public mutating func finish() throws(CanonicalJSONError) {
        try expect(0x7D, "} or the next known key")
        guard position == text.count else { throw error("the end of the line") }
    }

    /// A text member, given as `KEY` or, when its bytes are not UTF-8, as `KEY_hex`.
    public mutating func text(_ key: String) throws(CanonicalJSONError) -> RawText? {
        if next(is: key) {
            let value = try string(hex: false)
            guard !value.isEmpty else { throw error("a text that is not empty") }
            return value
        }
        guard next(is: key, hex: true) else { return nil }
        let value = try string(hex: true)
        guard !isValidUTF8(value) else { throw error("hex only for what is not UTF-8") }
        return value
    }

    /// A number member from 0 to 2^53 − 1.
    public mutating func number(_ key: String) throws(CanonicalJSONError) -> UInt64? {
        next(is: key) ? try digits() : nil
    }

    /// Whether the member is there; it must be `true`.
    public mutating func flag(_ key: String) throws(CanonicalJSONError) -> Bool {
        guard next(is: key) else { return false }
        for character in "true".utf8 { try expect(character, "true") }
        return true
    }

    /// A member that is an array of texts.
    public mutating func texts(_ key: String) throws(CanonicalJSONError) -> [RawText] {
        if next(is: key) { return try strings(hex: false) }
        guard next(is: key, hex: true) else { return [] }
        let values = try strings(hex: true)
        guard !values.allSatisfy(isValidUTF8) else { throw error("hex only for what is not UTF-8") }
        return values
    }

    /// A member that is an array of arrays of texts.
    public mutating func textLists(_ key: String) throws(CanonicalJSONError) -> [[RawText]] {
        if next(is: key) { return try lists(hex: false) }
        guard next(is: key, hex: true) else { return [] }
        let values = try lists(hex: true)
        guard !values.allSatisfy({ $0.allSatisfy(isValidUTF8) }) else { throw error("hex only for what is not UTF-8") }
        return values
    }

    /// A member that is an object, read by `body`.
    public mutating func object<Value>(
        _ key: String, _ body: (inout CanonicalJSONReader) throws(CanonicalJSONError) -> Value
    ) throws(CanonicalJSONError) -> Value? {
        guard next(is: key) else { return nil }
        var inner = try CanonicalJSONReader(text, at: position)
        let value = try body(&inner)
        try inner.expect(0x7D, "} or the next known key")
        position = inner.position
        return value
    }

    /// The fault that a required member is not where it must be.
    public func missing(_ key: String) -> CanonicalJSONError { error("the key \"\(key)\"") }

    /// A fault at the current place.
    public func error(_ expected: String) -> CanonicalJSONError {
        CanonicalJSONError(offset: position, expected: expected)
    }

    // Moves behind `"KEY":` when that is what comes next, comma included.
    private mutating func next(is key: String, hex: Bool = false) -> Bool {
        if namePosition != position { findName() }
        guard let name, name.count == key.utf8.count + (hex ? 4 : 0) else { return false }
        var place = name.lowerBound
        for character in key.utf8 {
            guard text[place] == character else { return false }
            place += 1
        }
        guard !hex || text[place..<place + 4].elementsEqual("_hex".utf8) else { return false }
        position = name.upperBound + 2
        first = false
        return true
    }

    private mutating func findName() {
        namePosition = position
        name = nil
        var start = position
        if !first {
            guard start < text.count, text[start] == 0x2C else { return }
            start += 1
        }
        guard start < text.count, text[start] == 0x22 else { return }
        start += 1
        var end = start
        while end < text.count, text[end] != 0x22, end - start <= Self.nameLimit { end += 1 }
        guard end + 1 < text.count, text[end] == 0x22, text[end + 1] == 0x3A else { return }
        name = start..<end
    }

    private mutating func expect(_ character: UInt8, _ what: String) throws(CanonicalJSONError) {
        guard position < text.count, text[position] == character else { throw error(what) }
        position += 1
    }

    private mutating func digits() throws(CanonicalJSONError) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        while position < text.count, ASCII.isDigit(text[position]), position - start < 17 {
            value = value * 10 + UInt64(text[position] - 0x30)
            position += 1
        }
        let count = position - start
        guard count > 0, count == 1 || text[start] != 0x30, value < 1 << 53 else {
            throw error("a number from 0 to 9007199254740991 without leading zeros")
        }
        return value
    }

    private mutating func lists(hex: Bool) throws(CanonicalJSONError) -> [[RawText]] {
        var values: [[RawText]] = []
        try expect(0x5B, "[")
        repeat { values.append(try strings(hex: hex)) } while skipComma()
        try expect(0x5D, "]")
        return values
    }

    private mutating func strings(hex: Bool) throws(CanonicalJSONError) -> [RawText] {
        var values: [RawText] = []
        try expect(0x5B, "[")
        repeat { values.append(try string(hex: hex)) } while skipComma()
        try expect(0x5D, "]")
        return values
    }

    private mutating func skipComma() -> Bool {
        guard position < text.count, text[position] == 0x2C else { return false }
        position += 1
        return true
    }

    private mutating func string(hex: Bool) throws(CanonicalJSONError) -> RawText {
        try expect(0x22, "\"")
        var run = position
        position = endOfPlainText()
        if position < text.count, text[position] == 0x22 {
            let plain = Array(text[run..<position])
            position += 1
            return try hex ? decoded(plain) : plain
        }
        var value: [UInt8] = []
        while position < text.count, text[position] != 0x22 {
            let byte = text[position]
            guard byte >= 0x20, byte != 0x7F else { throw error("an escape for a control character") }
            if byte == 0x5C {
                value += text[run..<position]
                value.append(try escape())
                run = position
            } else {
                position += 1
            }
        }
        value += text[run..<position]
        try expect(0x22, "\"")
        guard hex else {
            guard isValidUTF8(value) else { throw error("valid UTF-8") }
            return value
        }
        return try decoded(value)
    }

    private func decoded(_ hex: [UInt8]) throws(CanonicalJSONError) -> RawText {
        guard let bytes = Hexadecimal.decode(hex) else { throw error("lower-case hex") }
        return bytes
    }

    // The first place from here on of a quote, an escape, or anything that is no printable ASCII.
    private func endOfPlainText() -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        return unsafe text.withUnsafeBytes { bytes in
            var place = position
            while place + 8 <= bytes.count {
                let word = unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
                // In each term the lowest byte that is marked is one that fits; those above it may be marked wrongly.
                var marks = word | ((word &- ones &* 0x20) & ~word)
                for special: UInt64 in [0x22, 0x5C, 0x7F] {
                    let other = word ^ ones &* special
                    marks |= (other &- ones) & ~other
                }
                marks &= ones &* 0x80
                if marks != 0 { return place + marks.trailingZeroBitCount / 8 }
                place += 8
            }
            while place < bytes.count, unsafe isPlain(bytes[place]) { place += 1 }
            return place
        }
    }

    private func isPlain(_ byte: UInt8) -> Bool { byte >= 0x20 && byte < 0x7F && byte != 0x22 && byte != 0x5C }

    private mutating func escape() throws(CanonicalJSONError) -> UInt8 {
        let rest = text[position...].prefix(6)
        if let second = rest.dropFirst().first, second == 0x22 || second == 0x5C {
            position += 2
            return second
        }
        guard rest.count == 6, rest.prefix(4).elementsEqual("\\u00".utf8),
            let code = Hexadecimal.decode(Array(rest.suffix(2)))?.first, code < 0x20 || code == 0x7F
        else { throw error("one of the escapes \\\", \\\\ and \\u00xx of a control character") }
        position += 6
        return code
    }
}
