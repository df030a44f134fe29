// The strict reader of JSON: one pass, no recovery, nothing guessed.

/// A text that is one JSON value (RFC 8259).
///
/// Refused are names that stand twice in an object, control characters in strings, escapes of lone surrogates, numbers
/// of any other form than the RFC's, more than `depthLimit` arrays and objects within each other, and bytes that are no
/// UTF-8. Time and memory are linear in the text.
public struct JSONText: Sendable {
    /// The most arrays and objects within each other.
    public static let depthLimit = 64

    private let text: [UInt8]
    private var position = 0

    private init(_ text: [UInt8]) throws(JSONError) {
        guard isValidUTF8(text) else { throw JSONError(offset: Self.validPrefix(of: text), expected: "valid UTF-8") }
        self.text = text
    }

    /// The one value of a text.
    public static func value(of text: [UInt8]) throws(JSONError) -> JSONValue {
        var reader = try JSONText(text)
        let value = try reader.value(depth: 0)
        try reader.finish()
        return value
    }

    /// Gives each element of the array that the text is, one after the other, or the value that it is.
    ///
    /// Elements before a fault have been given when it is thrown.
    public static func forEachItem(of text: [UInt8], _ body: (JSONValue) -> Void) throws(JSONError) {
        var reader = try JSONText(text)
        reader.skipSpace()
        if reader.take(0x5B) {
            try reader.items(until: 0x5D) { reader throws(JSONError) in body(try reader.value(depth: 1)) }
        } else {
            body(try reader.value(depth: 0))
        }
        try reader.finish()
    }

    private mutating func finish() throws(JSONError) {
        skipSpace()
        guard position == text.count else { throw error("the end") }
    }

    private func error(_ expected: String) -> JSONError { JSONError(offset: position, expected: expected) }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        skipSpace()
        let start = position
        guard depth <= Self.depthLimit else { throw error("at most \(Self.depthLimit) levels") }
        guard position < text.count else { throw error("a value") }
        let content: JSONValue.Content
        switch text[position] {
        case 0x22: content = .text(try string())
        case 0x5B:
            position += 1
            var elements: [JSONValue] = []
            try items(until: 0x5D) { reader throws(JSONError) in elements.append(try reader.value(depth: depth + 1)) }
            content = .array(elements)
        case 0x7B:
            position += 1
            content = .object(try members(depth: depth + 1))
        case 0x6E: content = try word("null", .null)
        case 0x74: content = try word("true", .boolean(true))
        case 0x66: content = try word("false", .boolean(false))
        default: content = .number(try number())
        }
        return JSONValue(offset: start, content: content)
    }

    private mutating func members(depth: Int) throws(JSONError) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = []
        var names: Set<[UInt8]> = []
        try items(until: 0x7D) { reader throws(JSONError) in
            reader.skipSpace()
            let start = reader.position
            let name = try reader.string()
            guard names.insert(name).inserted else {
                throw JSONError(offset: start, expected: "a name that did not stand before")
            }
            reader.skipSpace()
            guard reader.take(0x3A) else { throw reader.error(":") }
            members.append(JSONValue.Member(name: name, value: try reader.value(depth: depth)))
        }
        return members
    }

    // What stands between brackets, the first of which has been read.
    private mutating func items(
        until end: UInt8, _ item: (inout JSONText) throws(JSONError) -> Void
    ) throws(JSONError) {
        skipSpace()
        if take(end) { return }
        while true {
            try item(&self)
            skipSpace()
            if take(end) { return }
            guard take(0x2C) else { throw error("a comma or \(end == 0x5D ? "]" : "}")") }
        }
    }

    private mutating func word(_ word: String, _ content: JSONValue.Content) throws(JSONError) -> JSONValue.Content {
        for character in word.utf8 { guard take(character) else { throw error(word) } }
        return content
    }

    private mutating func number() throws(JSONError) -> [UInt8] {
        let start = position
        _ = take(0x2D)
        if !take(0x30) { guard digits() else { throw error("a value") } }
        if take(0x2E) { guard digits() else { throw error("a digit") } }
        if take(0x65) || take(0x45) {
            if !take(0x2B) { _ = take(0x2D) }
            guard digits() else { throw error("a digit") }
        }
        return Array(text[start..<position])
    }

    private mutating func digits() -> Bool {
        let start = position
        while position < text.count, ASCII.isDigit(text[position]) { position += 1 }
        return position > start
    }

    private mutating func string() throws(JSONError) -> [UInt8] {
        guard take(0x22) else { throw error("\"") }
        var string: [UInt8] = []
        var run = position
        while position < text.count, text[position] != 0x22 {
            guard text[position] >= 0x20 else { throw error("an escape for a control character") }
            if text[position] == 0x5C {
                string += text[run..<position]
                string += try escape()
                run = position
            } else {
                position += 1
            }
        }
        string += text[run..<position]
        guard take(0x22) else { throw error("\"") }
        return string
    }

    private mutating func escape() throws(JSONError) -> [UInt8] {
        let start = position
        position += 2
        let byte: UInt8? =
            switch start + 1 < text.count ? text[start + 1] : 0 {
            case 0x22: 0x22
            case 0x5C: 0x5C
            case 0x2F: 0x2F
            case 0x62: 0x08
            case 0x66: 0x0C
            case 0x6E: 0x0A
            case 0x72: 0x0D
            case 0x74: 0x09
            default: nil
            }
        if let byte { return [byte] }
        position = start
        guard let first = unit() else { throw error("an escape") }
        guard first & 0xFC00 == 0xD800 else {
            guard let scalar = Unicode.Scalar(first) else {
                throw JSONError(offset: start, expected: "a surrogate pair")
            }
            return Array(UTF8.encode(scalar) ?? .init())
        }
        guard let second = unit(), second & 0xFC00 == 0xDC00,
            let scalar = Unicode.Scalar(0x10000 + (first & 0x3FF) << 10 + second & 0x3FF)
        else { throw JSONError(offset: start, expected: "a surrogate pair") }
        return Array(UTF8.encode(scalar) ?? .init())
    }

    // The UTF-16 unit of an escape with four hexadecimal digits.
    private mutating func unit() -> UInt32? {
        guard position + 6 <= text.count, text[position] == 0x5C, text[position + 1] == 0x75,
            let bytes = Hexadecimal.decode(ASCII.lowercased(text[position + 2..<position + 6]))
        else { return nil }
        position += 6
        return UInt32(bytes[0]) << 8 | UInt32(bytes[1])
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < text.count, text[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < text.count, ASCII.isWhiteSpace(text[position]) { position += 1 }
    }

    private static func validPrefix(of text: [UInt8]) -> Int {
        do throws(UTF8.ValidationError) { _ = try UTF8Span(validating: text.span) } catch {
            return error.byteOffsets.lowerBound
        }
        return text.count
    }
}
