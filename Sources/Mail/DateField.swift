// The Date field, obsolete forms included (RFC 5322 §3.3 and §4.3).

import Bytes

/// Reading of the Date field.
public enum DateField {
    /// The seconds since 1970-01-01T00:00:00Z that a date-time stands for, or nil when it cannot be read.
    ///
    /// The day of the week is optional and not checked, and so is its comma. Month names count by their first three
    /// letters, either case. Years of two digits are 2000–2049 and 1950–1999, of three digits count from 1900 (§4.3).
    /// Seconds may be missing; second 60 is the one after it. `UT`, `GMT`, `Z` and the North American zones are known;
    /// any other zone of letters, and a missing one, count as `-0000` (§4.3). Comments are skipped. What follows the
    /// zone is not looked at.
    public static func seconds(in value: [UInt8]) -> Int64? {
        var tokens = Tokens(value)
        if tokens.peek.allSatisfy(ASCII.isLetter) { tokens.skip() }
        guard let day = tokens.number(1...2), let month = tokens.month(), let year = tokens.year(),
            let date = CivilDate(year: year, month: month, day: day), let clock = tokens.clock()
        else { return nil }
        guard let offset = tokens.zone() else { return nil }
        return date.daysSince1970 * 86_400 + Int64(clock - offset)
    }

    /// The words of a date: runs without blanks, commas, dashes between date parts, and comments.
    private struct Tokens {
        private var words: [ArraySlice<UInt8>] = []
        private var place = 0
        /// More than any date has.
        private static let most = 16

        init(_ value: [UInt8]) {
            var start: Int?
            var depth = 0
            for (index, byte) in value.enumerated() where words.count < Self.most {
                let isSeparator = depth > 0 || ASCII.isWhiteSpace(byte) || byte == 0x2C || byte == 0x28
                if isSeparator, let first = start {
                    words.append(value[first..<index])
                    start = nil
                } else if !isSeparator, start == nil {
                    start = index
                }
                if byte == 0x28 { depth += 1 }
                if byte == 0x29, depth > 0 { depth -= 1 }
            }
            if let start, words.count < Self.most { words.append(value[start...]) }
        }

        var peek: ArraySlice<UInt8> { place < words.count ? words[place] : [] }

        mutating func skip() { place += 1 }

        mutating func number(_ digits: ClosedRange<Int>) -> Int? {
            guard let value = DateField.number(peek, digits) else { return nil }
            skip()
            return value
        }

        mutating func month() -> Int? {
            let names = "janfebmaraprmayjunjulaugsepoctnovdec".bytes
            let name = ASCII.lowercased(peek.prefix(3))
            guard name.count == 3, peek.allSatisfy(ASCII.isLetter) else { return nil }
            guard let index = (0..<12).first(where: { names[3 * $0..<3 * $0 + 3].elementsEqual(name) }) else {
                return nil
            }
            skip()
            return index + 1
        }

        mutating func year() -> Int? {
            let digits = peek.count
            guard let year = number(2...4) else { return nil }
            switch digits {
            case 2: return year < 50 ? 2000 + year : 1900 + year
            case 3: return 1900 + year
            default: return year
            }
        }

        /// The time of day in seconds.
        mutating func clock() -> Int? {
            let fields = peek.split(separator: 0x3A, omittingEmptySubsequences: false)
            guard (2...3).contains(fields.count), let hour = DateField.number(fields[0], 1...2), hour < 24,
                let minute = DateField.number(fields[1], 1...2), minute < 60
            else { return nil }
            guard fields.count == 3 else {
                skip()
                return hour * 3600 + minute * 60
            }
            guard let second = DateField.number(fields[2], 1...2), second <= 60 else { return nil }
            skip()
            return hour * 3600 + minute * 60 + second
        }

        /// Seconds east of UTC.
        mutating func zone() -> Int? {
            guard let sign = peek.first, sign == 0x2B || sign == 0x2D else {
                return peek.allSatisfy(ASCII.isLetter) ? DateField.offset(ofZone: peek) : nil
            }
            guard let offset = DateField.number(peek.dropFirst(), 4...4), offset % 100 < 60 else { return nil }
            let seconds = offset / 100 * 3600 + offset % 100 * 60
            return sign == 0x2B ? seconds : -seconds
        }
    }

    private static func number(_ text: ArraySlice<UInt8>, _ digits: ClosedRange<Int>) -> Int? {
        guard digits.contains(text.count), text.allSatisfy(ASCII.isDigit) else { return nil }
        return text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// Seconds east of UTC of a zone of letters (§4.3).
    private static func offset(ofZone name: ArraySlice<UInt8>) -> Int {
        let hours = ["est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7]
        return (hours[ASCII.lowercased(name).displayText] ?? 0) * 3600
    }
}
