// JSON Lines of flat objects (RFC 8259), strict, values kept as texts.

import Bytes

/// Reads lines that are JSON objects of strings, numbers and truth values; null says nothing.
enum JSONLines {
    /// The rows, blank lines left out.
    static func rows(of bytes: [UInt8]) throws(RetrievalLogError) -> [RetrievalLog.Row] {
        var rows: [RetrievalLog.Row] = []
        var number = 0
        for text in bytes.split(separator: ASCII.lf, omittingEmptySubsequences: false) {
            number += 1
            let text = Array(ASCII.trimmed(text))
            if text.isEmpty { continue }
            var reader = Reader(bytes: text)
            guard String(validating: text, as: UTF8.self) != nil, let fields = reader.object(),
                reader.place == text.count
            else { throw RetrievalLogError(number, "not a flat JSON object, at byte \(reader.place)") }
            guard Set(fields.map(\.name)).count == fields.count else {
                throw RetrievalLogError(number, "two values under one key")
            }
            rows.append(RetrievalLog.Row(line: number, fields: fields.filter { !$0.value.isEmpty }))
        }
        return rows
    }

    private struct Reader {
        let bytes: [UInt8]
        var place = 0

        private var next: UInt8 { place < bytes.count ? bytes[place] : 0 }

        private mutating func take(_ byte: UInt8) -> Bool {
            guard place < bytes.count, bytes[place] == byte else { return false }
            place += 1
            return true
        }

        private mutating func skipBlanks() {
            while place < bytes.count, ASCII.isWhiteSpace(bytes[place]) { place += 1 }
        }

        mutating func object() -> [RetrievalLog.Field]? {
            guard take(UInt8(ascii: "{")) else { return nil }
            var fields: [RetrievalLog.Field] = []
            skipBlanks()
            if take(UInt8(ascii: "}")) { return fields }
            while true {
                skipBlanks()
                guard let name = string() else { return nil }
                skipBlanks()
                guard take(UInt8(ascii: ":")) else { return nil }
                skipBlanks()
                guard let value = value() else { return nil }
                fields.append(RetrievalLog.Field(name: name, value: value))
                skipBlanks()
                if take(UInt8(ascii: "}")) { return fields }
                guard take(UInt8(ascii: ",")) else { return nil }
            }
        }

        private mutating func value() -> [UInt8]? {
            if next == UInt8(ascii: "\"") { return string() }
            let start = place
            while place < bytes.count, ![0x2C, 0x7D].contains(bytes[place]), !ASCII.isWhiteSpace(bytes[place]) {
                place += 1
            }
            let text = Array(bytes[start..<place])
            if text == "null".bytes { return [] }
            return text == "true".bytes || text == "false".bytes || Self.isNumber(text) ? text : nil
        }

        /// RFC 8259 §6.
        private static func isNumber(_ text: [UInt8]) -> Bool {
            var rest = text[...]
            func digits() -> Int {
                let count = rest.prefix { ASCII.isDigit($0) }.count
                rest = rest.dropFirst(count)
                return count
            }
            if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
            let leading = rest.first
            let whole = digits()
            guard whole == 1 || (whole > 1 && leading != UInt8(ascii: "0")) else { return false }
            if rest.first == UInt8(ascii: ".") {
                rest = rest.dropFirst()
                if digits() == 0 { return false }
            }
            if let exponent = rest.first, exponent | 0x20 == UInt8(ascii: "e") {
                rest = rest.dropFirst()
                if let sign = rest.first, [0x2B, 0x2D].contains(sign) { rest = rest.dropFirst() }
                if digits() == 0 { return false }
            }
            return rest.isEmpty
        }

        /// RFC 8259 §7.
        private mutating func string() -> [UInt8]? {
            guard take(UInt8(ascii: "\"")) else { return nil }
            var text: [UInt8] = []
            while place < bytes.count, bytes[place] >= 0x20 {
                let byte = bytes[place]
                place += 1
                if byte == UInt8(ascii: "\"") { return text }
                if byte != UInt8(ascii: "\\") {
                    text.append(byte)
                } else if let escaped = escape() {
                    text += escaped
                } else {
                    return nil
                }
            }
            return nil
        }

        private mutating func escape() -> [UInt8]? {
            let byte = next
            place += 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
            case UInt8(ascii: "b"): return [0x08]
            case UInt8(ascii: "f"): return [0x0C]
            case UInt8(ascii: "n"): return [ASCII.lf]
            case UInt8(ascii: "r"): return [ASCII.cr]
            case UInt8(ascii: "t"): return [ASCII.tab]
            case UInt8(ascii: "u"): break
            default: return nil
            }
            guard var scalar = fourDigits() else { return nil }
            if (0xD800..<0xDC00).contains(scalar) {
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")), let low = fourDigits(),
                    (0xDC00..<0xE000).contains(low)
                else { return nil }
                scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
            }
            return Unicode.Scalar(scalar).map { String($0).bytes }
        }

        private mutating func fourDigits() -> UInt32? {
            guard place + 4 <= bytes.count else { return nil }
            let digits = ASCII.lowercased(bytes[place..<place + 4])
            place += 4
            return Hexadecimal.decodeNumber(digits).map { UInt32(truncatingIfNeeded: $0) }
        }
    }
}
