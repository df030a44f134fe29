// RFC 6376 §3.4 once more, in the simplest loops; a lone LF ends a line as CRLF does, a lone CR is a byte like others.

/// The canonical forms, written from the RFC's text alone.
enum PlainCanonicalization {
    private static let lineEnd: [UInt8] = [13, 10]

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }

    /// The lines without their ends; what follows the last line end is a line too, unless it is empty.
    private static func lines(_ bytes: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var line: [UInt8] = []
        for byte in bytes {
            if byte == 10 {
                if line.last == 13 { line.removeLast() }
                lines.append(line)
                line = []
            } else {
                line.append(byte)
            }
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }

    /// Each run of blanks as one space.
    private static func squeezed(_ line: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        for byte in line {
            if !isBlank(byte) {
                text.append(byte)
            } else if text.last != 32 {
                text.append(32)
            }
        }
        return text
    }

    /// The canonical body of a message (§3.4.3, §3.4.4).
    static func body(_ message: [UInt8], relaxed: Bool) -> [UInt8] {
        var body: [[UInt8]] = []
        var isBody = false
        for line in lines(message) {
            if isBody { body.append(line) }
            if line.isEmpty { isBody = true }
        }
        if relaxed {
            body = body.map { line in
                var text = squeezed(line)
                if text.last == 32 { text.removeLast() }
                return text
            }
        }
        while body.last?.isEmpty == true { body.removeLast() }
        if body.isEmpty { return relaxed ? [] : lineEnd }
        return body.flatMap { $0 + lineEnd }
    }

    /// What is signed of a message whose first field is the signature, with `b=` as its last tag (§3.7, §5.4.2).
    static func signedData(_ message: [UInt8], names: [[UInt8]], relaxed: Bool) -> [UInt8] {
        var fields = self.fields(message)
        let own = fields.removeFirst()
        var signed: [UInt8] = []
        for name in names {
            guard let place = fields.lastIndex(where: { self.name(of: $0) == name }) else { continue }
            signed += canonical(fields.remove(at: place), relaxed: relaxed) + lineEnd
        }
        // Neither base64 nor the tags before it hold "b=" behind a space but the one that is meant.
        var text = own
        for place in own.indices.dropFirst(2).reversed() where own[place - 2...place].elementsEqual(" b=".utf8) {
            text = Array(own[...place])
            break
        }
        return signed + canonical(text, relaxed: relaxed)
    }

    /// The fields, folded lines joined by CRLF; lines that are none are left out.
    private static func fields(_ message: [UInt8]) -> [[UInt8]] {
        var fields: [[UInt8]] = []
        var isOpen = false
        for line in lines(message) {
            guard let first = line.first else { break }
            if isBlank(first) {
                if isOpen { fields[fields.count - 1] += lineEnd + line }
            } else {
                isOpen = !name(of: line).isEmpty
                if isOpen { fields.append(line) }
            }
        }
        return fields
    }

    /// The name in lower case; empty when the line is no field.
    private static func name(of field: [UInt8]) -> [UInt8] {
        guard let colon = field.firstIndex(of: 58) else { return [] }
        var name = Array(field[..<colon])
        while let last = name.last, isBlank(last) { name.removeLast() }
        for byte in name where byte <= 32 || byte >= 127 { return [] }
        return name.map { 65...90 ~= $0 ? $0 + 32 : $0 }
    }

    /// A field in its canonical form without its last line end (§3.4.1, §3.4.2).
    private static func canonical(_ field: [UInt8], relaxed: Bool) -> [UInt8] {
        guard relaxed, let colon = field.firstIndex(of: 58) else { return field }
        var text = squeezed(lines(Array(field[(colon + 1)...])).flatMap(\.self))
        if text.first == 32 { text.removeFirst() }
        if text.last == 32 { text.removeLast() }
        return name(of: field) + [58] + text
    }
}
