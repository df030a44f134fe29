// The `name=value; name=value` lists that signatures and key records are written in.

import Bytes

/// A tag list (RFC 6376 §3.2), as ranges into the bytes that it was parsed from.
struct TagList {
    /// One tag; its name is told apart by case.
    struct Tag {
        /// The value without the white space around it.
        let value: ArraySlice<UInt8>
        /// Everything between `=` and the next `;` or the end.
        let surroundings: Range<Int>
    }

    /// The first tag of each name.
    private let tags: [[UInt8]: Tag]
    /// Whether something between two semicolons is no tag.
    let isMalformed: Bool
    /// Whether a name stands twice.
    let hasDuplicates: Bool

    /// Parses the whole slice; the parts that are well-formed are kept whatever the others are.
    init(parsing list: ArraySlice<UInt8>) {
        var tags: [[UInt8]: Tag] = [:]
        var isMalformed = false
        var hasDuplicates = false
        var start = list.startIndex
        while start < list.endIndex {
            let end = list[start...].firstIndex(of: 0x3B) ?? list.endIndex
            let part = list[start..<end]
            start = end < list.endIndex ? end + 1 : end
            guard let equals = part.firstIndex(of: 0x3D), Self.isName(ASCII.trimmed(part[..<equals])) else {
                // One empty part is allowed, after the last semicolon.
                isMalformed = isMalformed || end < list.endIndex || !ASCII.trimmed(part).isEmpty
                continue
            }
            let name = Array(ASCII.trimmed(part[..<equals]))
            let surroundings = equals + 1..<end
            if tags[name] == nil {
                tags[name] = Tag(value: ASCII.trimmed(list[surroundings]), surroundings: surroundings)
            } else {
                hasDuplicates = true
            }
        }
        self.tags = tags
        self.isMalformed = isMalformed
        self.hasDuplicates = hasDuplicates
    }

    /// The tag of a name, if there is one.
    subscript(name: String) -> Tag? { tags[name.bytes] }

    /// Whether there is a tag of a name besides these.
    func hasTags(besides known: Set<[UInt8]>) -> Bool { tags.keys.contains { !known.contains($0) } }

    private static func isName(_ name: ArraySlice<UInt8>) -> Bool {
        guard let first = name.first, ASCII.isLetter(first) else { return false }
        return name.allSatisfy { ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == 0x5F }
    }
}

/// How the values of tags are written.
enum TagValue {
    /// The items of a list separated by colons, without white space around them.
    static func items(_ value: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        value.split(separator: 0x3A, omittingEmptySubsequences: false).map(ASCII.trimmed)
    }

    /// Whether a colon-separated list has this item, letters of either case.
    static func list(_ value: ArraySlice<UInt8>, contains item: String) -> Bool {
        items(value).contains { ASCII.equalIgnoringCase($0, item.utf8) }
    }

    /// A decimal number, or nil for any other text; what is above 2^53 − 1 counts as 2^53 − 1.
    static func number(_ value: ArraySlice<UInt8>) -> Int? {
        guard !value.isEmpty, value.allSatisfy(ASCII.isDigit) else { return nil }
        return value.reduce(0) { min($0 * 10 + Int($1 - 0x30), 1 << 53 - 1) }
    }

    /// The bytes of base64 (RFC 6376 §2.5): white space anywhere, padding may be missing, nothing foreign.
    static func base64(_ value: ArraySlice<UInt8>) -> [UInt8]? {
        var text = value.filter { !ASCII.isWhiteSpace($0) }
        var padding = 0
        while padding < 2, text.last == 0x3D {
            text.removeLast()
            padding += 1
        }
        guard text.count % 4 != 1, padding == 0 || (text.count + padding).isMultiple(of: 4) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 3 / 4)
        var group: UInt32 = 0
        var bits = 0
        for character in text {
            guard let sextet = sextet(character) else { return nil }
            group = group << 6 | sextet
            bits += 6
            guard bits >= 8 else { continue }
            bits -= 8
            bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
        }
        return bytes
    }

    /// The bytes of DKIM-Quoted-Printable (RFC 6376 §2.11), or nil when an `=` is not followed by two hex digits.
    static func quotedPrintable(_ value: ArraySlice<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = value
        while let byte = rest.popFirst() {
            if ASCII.isWhiteSpace(byte) { continue }
            guard byte == 0x3D else {
                bytes.append(byte)
                continue
            }
            guard let decoded = Hexadecimal.decode(rest.prefix(2).map(ASCII.lowercased)), decoded.count == 1 else {
                return nil
            }
            bytes += decoded
            rest = rest.dropFirst(2)
        }
        return bytes
    }

    private static func sextet(_ character: UInt8) -> UInt32? {
        switch character {
        case 0x41...0x5A: UInt32(character) - 0x41
        case 0x61...0x7A: UInt32(character) - 0x61 + 26
        case 0x30...0x39: UInt32(character) - 0x30 + 52
        case 0x2B: 62
        case 0x2F: 63
        default: nil
        }
    }
}
