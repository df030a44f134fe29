// The lines of master files: what stands before a record's data, and the data over as many lines as it takes.

import Bytes

/// Owner and type of a line `OWNER [TTL] [CLASS] TYPE DATA`, TTL and class in either order.
struct MasterFileHead {
    /// The types that matter here.
    enum RecordType {
        case txt, cname, other
    }

    /// The owner as written; nil for that of the line before.
    let owner: ArraySlice<UInt8>?
    let type: RecordType
    /// Whether host or nslookup printed the line.
    let isPrinted: Bool
    /// The index in the text behind the type.
    let dataStart: Int

    /// Nil when the line does not have this form.
    init?(_ line: ArraySlice<UInt8>) {
        var words = Words(line)
        let first = words.next()
        let isContinued = line.first.map(ASCII.isBlank) ?? false
        owner = isContinued && (Self.isTTL(first) || Self.isClass(first) || Self.type(first) != nil) ? nil : first
        var word = owner == nil ? first : words.next()
        var hasTTL = false
        var hasClass = false
        while true {
            if !hasTTL, Self.isTTL(word) {
                hasTTL = true
            } else if !hasClass, Self.isClass(word) {
                hasClass = true
            } else {
                break
            }
            word = words.next()
        }
        if let type = Self.type(word) ?? (hasClass && Self.isWord(word) ? .other : nil) {
            (self.type, isPrinted, dataStart) = (type, false, words.place)
        } else if let (type, place) = Self.printed(word, words) {
            (self.type, isPrinted, dataStart) = (type, true, place)
        } else {
            return nil
        }
    }

    /// `NAME descriptive text "…"` and `NAME is an alias for TARGET.` of host, `NAME text = "…"` and
    /// `NAME canonical name = TARGET.` of nslookup.
    private static func printed(_ first: ArraySlice<UInt8>, _ words: Words) -> (RecordType, Int)? {
        let forms: [([String], RecordType)] = [
            (["descriptive", "text"], .txt), (["text", "="], .txt), (["is", "an", "alias", "for"], .cname),
            (["canonical", "name", "="], .cname),
        ]
        for (form, type) in forms where first.elementsEqual(form[0].utf8) {
            var words = words
            if form.dropFirst().allSatisfy({ words.next().elementsEqual($0.utf8) }) { return (type, words.place) }
        }
        return nil
    }

    private static func isWord(_ word: ArraySlice<UInt8>) -> Bool {
        word.first.map(ASCII.isLetter) == true && word.allSatisfy { ASCII.isLetter($0) || ASCII.isDigit($0) }
    }

    /// Seconds, or with BIND's units: `3600`, `1h30m`.
    private static func isTTL(_ word: ArraySlice<UInt8>) -> Bool {
        word.first.map(ASCII.isDigit) == true
            && word.allSatisfy { ASCII.isDigit($0) || "smhdw".utf8.contains(ASCII.lowercased($0)) }
    }

    private static func isClass(_ word: ArraySlice<UInt8>) -> Bool {
        ["in", "ch", "hs"].contains { ASCII.equalIgnoringCase(word, $0.utf8) }
    }

    private static func type(_ word: ArraySlice<UInt8>) -> RecordType? {
        guard word.count <= 10, isWord(word) else { return nil }
        let name = ASCII.lowercased(word).displayText
        switch name {
        case "txt": return .txt
        case "cname": return .cname
        default: return others.contains(name) || name.hasPrefix("type") && word.count > 4 ? .other : nil
        }
    }

    private static let others: Set<String> = [
        "a", "aaaa", "afsdb", "apl", "caa", "cdnskey", "cds", "cert", "csync", "dhcid", "dname", "dnskey", "ds",
        "eui48",
        "eui64", "hinfo", "https", "ipseckey", "key", "kx", "loc", "mx", "naptr", "ns", "nsec", "nsec3", "nsec3param",
        "openpgpkey", "ptr", "rp", "rrsig", "sig", "smimea", "soa", "spf", "srv", "sshfp", "svcb", "tlsa", "uri",
        "zonemd",
    ]

    /// The words of a line; parentheses, quotes and `;` end them.
    private struct Words {
        private var rest: ArraySlice<UInt8>
        var place: Int { rest.startIndex }

        init(_ line: ArraySlice<UInt8>) { rest = line }

        mutating func next() -> ArraySlice<UInt8> {
            rest = rest.drop(while: ASCII.isBlank)
            let word = rest.prefix { !ASCII.isBlank($0) && !MasterFileScanner.isSpecial($0) }
            rest = rest[word.endIndex...]
            return word
        }
    }
}

/// The lines of a text, and the data of a record that goes over several of them.
struct MasterFileScanner {
    /// The strings of a record's data.
    struct Strings {
        fileprivate(set) var strings: [[UInt8]] = []
        /// Whether a `;` right behind a word without quotes made the rest of a line a comment.
        fileprivate(set) var isCut = false
        private var size = 0

        /// The strings as one, or nil when they are longer than a record can be.
        var joined: [UInt8]? { size > KeyFile.recordLimit ? nil : Array(strings.joined()) }

        fileprivate mutating func append(_ string: [UInt8]) {
            size += string.count
            if size <= KeyFile.recordLimit { strings.append(string) }
        }
    }

    private let text: [UInt8]
    private var position = 0
    private var nextNumber = 1
    /// The number of the line that was given last, from 1.
    private(set) var line = 0

    init(_ text: [UInt8]) { self.text = text }

    /// The size of the text in bytes.
    var size: Int { text.count }

    /// The next line without its end.
    mutating func nextLine() -> ArraySlice<UInt8>? {
        guard position < text.count else { return nil }
        line = nextNumber
        nextNumber += 1
        let end = text[position...].firstIndex(of: ASCII.lf) ?? text.count
        defer { position = min(end + 1, text.count) }
        return text[position..<end].last == ASCII.cr ? text[position..<end - 1] : text[position..<end]
    }

    /// The strings from an index in the line given last to the record's end, which may be lines further down.
    ///
    /// Nil when quotes do not end on their line, or parentheses at all; the lines up to there are gone.
    mutating func data(from start: Int) -> Strings? {
        var strings = Strings()
        var depth = 0
        nextNumber = line + 1
        position = start
        var end = endOfLine
        while position < text.count {
            let byte = text[position]
            switch byte {
            case ASCII.lf:
                position += 1
                if depth == 0 { return strings }
                nextNumber += 1
                end = endOfLine
            case ASCII.space, ASCII.tab, ASCII.cr: position += 1
            case 0x3B: position = end
            case 0x28, 0x29:
                depth += byte == 0x28 ? 1 : -1
                position += 1
                guard depth >= 0 else { return fail(end) }
            case 0x22:
                var rest = text[position..<end]
                guard let string = QuotedText.next(&rest) else { return fail(end) }
                strings.append(string)
                position = rest.startIndex
            default:
                strings.append(word(before: end))
                if position < end, text[position] == 0x3B { strings.isCut = true }
            }
        }
        return depth == 0 ? strings : nil
    }

    fileprivate static func isSpecial(_ byte: UInt8) -> Bool {
        byte == 0x22 || byte == 0x28 || byte == 0x29 || byte == 0x3B
    }

    private mutating func word(before end: Int) -> [UInt8] {
        var word: [UInt8] = []
        var rest = text[position..<end]
        while let byte = rest.first, !ASCII.isWhiteSpace(byte), !Self.isSpecial(byte) {
            rest.removeFirst()
            guard byte == 0x5C else {
                word.append(byte)
                continue
            }
            if let escaped = QuotedText.escaped(&rest) { word.append(escaped) }
        }
        position = rest.startIndex
        return word
    }

    private var endOfLine: Int { text[position...].firstIndex(of: ASCII.lf) ?? text.count }

    private mutating func fail(_ end: Int) -> Strings? {
        position = min(end + 1, text.count)
        return nil
    }
}
