// Reads one line of a file of allowed signers: principals, options, key.

import Bytes

/// A cursor over a line that is neither empty nor a comment.
struct AllowedSignersLine {
    private let text: ArraySlice<UInt8>
    private var place: Int
    private let number: Int

    /// What options a line has; each may be given once.
    private struct Options {
        var isCertificateAuthority = false
        var namespaces: SSHPatternList?
        var validAfter: Timestamp?
        var validBefore: Timestamp?
    }

    private static let keywords = ["cert-authority", "namespaces", "valid-after", "valid-before"]

    /// A line without blanks at either end and its number, from 1.
    init(_ text: ArraySlice<UInt8>, number: Int) {
        self.text = text
        self.number = number
        place = text.startIndex
    }

    /// The signer that the line names.
    consuming func signer() throws(SSHFormatError) -> AllowedSigner {
        guard !text.contains(ASCII.nul) else { throw malformed("text without NUL") }
        let principals = try patterns(readPrincipals())
        let options = try isAtOption ? readOptions() : Options()
        if let after = options.validAfter, let before = options.validBefore, before <= after {
            throw malformed("a valid-before later than valid-after")
        }
        return AllowedSigner(
            line: number, principals: principals, key: try readKey(),
            isCertificateAuthority: options.isCertificateAuthority, namespaces: options.namespaces,
            validAfter: options.validAfter, validBefore: options.validBefore)
    }

    private func malformed(_ expected: String) -> SSHFormatError {
        .malformed(.allowedSigners, line: number, expected: expected)
    }

    private func patterns(_ text: [UInt8]) throws(SSHFormatError) -> SSHPatternList {
        guard let list = SSHPatternList(text) else {
            throw malformed("patterns of at most \(SSHPatternList.longestPattern) bytes")
        }
        return list
    }

    private var rest: ArraySlice<UInt8> { text[place...] }

    private mutating func skipBlanks() { place = rest.firstIndex { !ASCII.isWhiteSpace($0) } ?? text.endIndex }

    /// The principals, up to white space; after a double quote, up to the next one instead.
    private mutating func readPrincipals() throws(SSHFormatError) -> [UInt8] {
        let expected = "principals, perhaps options, and a key"
        guard let stop = rest.firstIndex(where: { ASCII.isWhiteSpace($0) || $0 == 0x22 }) else {
            throw malformed(expected)
        }
        var principals = Array(rest[..<stop])
        place = stop
        if text[stop] == 0x22 {
            guard let close = text[(stop + 1)...].firstIndex(of: 0x22) else { throw malformed("a closing quote") }
            principals += text[(stop + 1)..<close]
            place = close + 1
        }
        skipBlanks()
        guard !principals.isEmpty, place < text.endIndex else { throw malformed(expected) }
        return principals
    }

    /// Whether what comes next is an option, rather than the type of a key.
    private var isAtOption: Bool {
        let word = rest.prefix { !ASCII.isBlank($0) }
        return word.contains { $0 == 0x3D || $0 == 0x22 || $0 == 0x2C }
            || Self.keywords.contains { ASCII.equalIgnoringCase($0.utf8, word) }
    }

    private mutating func readOptions() throws(SSHFormatError) -> Options {
        var options = Options()
        while true {
            switch ASCII.lowercased(rest.prefix { ASCII.isLetter($0) || $0 == 0x2D }).displayText {
            case "cert-authority":
                place += "cert-authority".utf8.count
                options.isCertificateAuthority = true
            case "namespaces" where options.namespaces == nil:
                options.namespaces = try patterns(value(of: "namespaces"))
            case "valid-after" where options.validAfter == nil: options.validAfter = try time(of: "valid-after")
            case "valid-before" where options.validBefore == nil: options.validBefore = try time(of: "valid-before")
            case let keyword where Self.keywords.contains(keyword): throw malformed("\(keyword) once")
            default: throw malformed("one of the options \(Self.keywords.joined(separator: ", "))")
            }
            guard let next = rest.first, next == 0x2C || ASCII.isBlank(next) else {
                throw malformed("a comma or blank after an option, and a key")
            }
            if next != 0x2C { break }
            place += 1
        }
        skipBlanks()
        return options
    }

    /// The text between the quotes of `keyword="…"`, where `\"` stands for a quote.
    private mutating func value(of keyword: String) throws(SSHFormatError) -> [UInt8] {
        place += keyword.utf8.count
        guard rest.starts(with: [0x3D, 0x22]) else { throw malformed("\(keyword)=\"…\"") }
        place += 2
        var value: [UInt8] = []
        while let byte = rest.first, byte != 0x22 {
            if rest.starts(with: [0x5C, 0x22]) { place += 1 }
            value.append(text[place])
            place += 1
        }
        guard place < text.endIndex else { throw malformed("a closing quote") }
        place += 1
        return value
    }

    /// `YYYYMMDDZ`, `YYYYMMDDHHMMZ` or `YYYYMMDDHHMMSSZ`.
    private mutating func time(of keyword: String) throws(SSHFormatError) -> Timestamp {
        let text = try value(of: keyword)
        let digits = text.prefix(while: ASCII.isDigit)
        guard digits.count == 8 || digits.count == 12 || digits.count == 14, text.count - digits.count <= 1 else {
            throw malformed("\(keyword) as YYYYMMDDZ, YYYYMMDDHHMMZ or YYYYMMDDHHMMSSZ")
        }
        guard text.count > digits.count else {
            throw malformed(
                "a time that ends in Z: without it, it would be the local time of whoever verifies, "
                    + "and the verdict would depend on that"
            )
        }
        func number(_ place: Int, _ count: Int) -> Int {
            digits.dropFirst(place).prefix(count).reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }
        let (hour, minute, second) = (number(8, 2), number(10, 2), number(12, 2))
        guard text.last == 0x5A || text.last == 0x7A, hour < 24, minute < 60, second < 60,
            let date = CivilDate(year: number(0, 4), month: number(4, 2), day: number(6, 2)),
            let time = Timestamp(
                secondsSince1970: date.daysSince1970 * 86_400 + Int64(hour * 3600 + minute * 60 + second)),
            time.secondsSince1970 > 0
        else { throw malformed("\(keyword) with a date after 1970-01-01 and a time of day, both of UTC (Z)") }
        return time
    }

    private func readKey() throws(SSHFormatError) -> SSHPublicKey {
        do {
            return try SSHPublicKeyLine(rest).key
        } catch .malformed(_, _, let expected) {
            throw malformed(expected)
        } catch .tooLong(_, _, let limit) {
            throw malformed("a key of at most \(limit) bytes")
        }
    }
}
