// Header fields as mail programs write them: folding, encoded words, RFC 2231 parameters.

import Bytes

enum HeaderText {
    /// How text outside of ASCII is written in a header field.
    enum Style { case latin1Quoted, utf8Quoted, utf8Base64, raw8Bit }

    /// The text as it stands, or as encoded words (RFC 2047), each on a line of its own, when it is not ASCII.
    static func text(_ text: String, _ style: Style) -> [UInt8] {
        if style == .raw8Bit || text.utf8.allSatisfy({ $0 < 0x80 }) { return text.bytes }
        var words: [[UInt8]] = []
        var rest = text[...]
        while !rest.isEmpty {
            words.append(encodedWord(String(rest.prefix(18)), style))
            rest = rest.dropFirst(18)
        }
        return Array(words.joined(separator: "\r\n ".bytes))
    }

    private static func encodedWord(_ text: String, _ style: Style) -> [UInt8] {
        switch style {
        case .latin1Quoted:
            "=?ISO-8859-1?Q?".bytes + quoted(TransferEncoding.latin1(text.bytes)) + "?=".bytes
        case .utf8Base64, .raw8Bit:
            "=?UTF-8?B?".bytes + Base64.encode(text.utf8) + "?=".bytes
        case .utf8Quoted:
            "=?utf-8?q?".bytes + quoted(text.bytes) + "?=".bytes
        }
    }

    private static func quoted(_ bytes: [UInt8]) -> [UInt8] {
        bytes.flatMap { byte -> [UInt8] in
            if ASCII.isLetter(byte) || ASCII.isDigit(byte) { return [byte] }
            return byte == ASCII.space ? [0x5F] : escaped(byte, sign: 0x3D)
        }
    }

    private static func escaped(_ byte: UInt8, sign: UInt8) -> [UInt8] {
        let digits = "0123456789ABCDEF".bytes
        return [sign, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }

    /// A mailbox such as `=?utf-8?q?H=C3=A9l=C3=A8ne?= <helene@example.org>` (RFC 5322 §3.4).
    static func mailbox(_ person: Person, _ style: Style) -> [UInt8] {
        let isQuoted = person.name.utf8.contains(0x27) && person.name.utf8.allSatisfy { $0 < 0x80 }
        return text(isQuoted ? "\"\(person.name)\"" : person.name, style) + " <\(person.address)>".bytes
    }

    /// A list of mailboxes, one to a line.
    static func mailboxes(_ people: [Person], _ style: Style) -> [UInt8] {
        Array(people.map { mailbox($0, style) }.joined(separator: ",\r\n\t".bytes))
    }

    /// A parameter that names a file: plain, as an encoded word (against RFC 2047, yet common), or by RFC 2231.
    static func fileName(_ parameter: String, _ name: String, extended: Bool) -> [UInt8] {
        if name.utf8.allSatisfy({ $0 < 0x80 }) { return "\(parameter)=\"\(name)\"".bytes }
        guard extended else { return "\(parameter)=\"".bytes + encodedWord(name, .utf8Base64) + "\"".bytes }
        let value = name.utf8.flatMap { byte -> [UInt8] in
            ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == 0x2E ? [byte] : escaped(byte, sign: 0x25)
        }
        return "\(parameter)*=utf-8''".bytes + value
    }
}
