// Points in time as RFC 3339 texts in UTC, one text for one second.

/// A second of UTC in the years 0001 to 9999; leap seconds are not told apart (POSIX).
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z, negative before it.
    public let secondsSince1970: Int64

    /// The timestamp, or nil outside the years 0001 to 9999.
    public init?(secondsSince1970 seconds: Int64) {
        guard (Self.first...Self.last).contains(seconds) else { return nil }
        secondsSince1970 = seconds
    }

    /// Reads a date and time of RFC 3339 §5.6, such as `2017-05-05T18:00:00Z` or `2017-05-05T20:00:00.25+02:00`.
    ///
    /// `t`, `z` and a space instead of the `T` are read too. A fraction is dropped, whatever its length. Second 60 is
    /// read only in 23:59:60 UTC and is the second after it. Nil for any other text, and outside the years 0001 to 9999.
    public init?(rfc3339 text: some Collection<UInt8>) {
        var reader = Reader(text: Array(text.prefix(128)), place: 0)
        guard text.count <= 128, let year = reader.number(4), reader.take(0x2D), let month = reader.number(2),
            reader.take(0x2D), let day = reader.number(2), let date = CivilDate(year: year, month: month, day: day),
            reader.take(0x54) || reader.take(0x74) || reader.take(ASCII.space),
            let hour = reader.number(2), hour < 24, reader.take(0x3A), let minute = reader.number(2), minute < 60,
            reader.take(0x3A), let second = reader.number(2), second <= 60, reader.fraction(),
            let offset = reader.offset(), reader.place == reader.text.count
        else { return nil }
        let minutes = date.daysSince1970 * 1440 + Int64(hour * 60 + minute - offset)
        if second == 60, (minutes + 1) % 1440 != 0 { return nil }
        self.init(secondsSince1970: minutes * 60 + Int64(second))
    }

    /// Reads a date and time of RFC 3339 §5.6, as `init(rfc3339:)` of its bytes does.
    public init?(rfc3339 text: String) { self.init(rfc3339: Array(text.utf8)) }

    /// Whether `a` is earlier than `b`.
    public static func < (a: Timestamp, b: Timestamp) -> Bool { a.secondsSince1970 < b.secondsSince1970 }

    /// 0001-01-01T00:00:00Z.
    private static let first: Int64 = -719_162 * 86_400
    /// 9999-12-31T23:59:59Z.
    private static let last: Int64 = 2_932_897 * 86_400 - 1

    /// The place where a text is read.
    private struct Reader {
        let text: [UInt8]
        var place: Int

        mutating func take(_ byte: UInt8) -> Bool {
            guard place < text.count, text[place] == byte else { return false }
            place += 1
            return true
        }

        mutating func number(_ digits: Int) -> Int? {
            guard place + digits <= text.count else { return nil }
            var value = 0
            for byte in text[place..<place + digits] {
                guard ASCII.isDigit(byte) else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            place += digits
            return value
        }

        mutating func fraction() -> Bool {
            guard take(0x2E) else { return true }
            let start = place
            while place < text.count, ASCII.isDigit(text[place]) { place += 1 }
            return place > start
        }

        /// Minutes east of UTC.
        mutating func offset() -> Int? {
            if take(0x5A) || take(0x7A) { return 0 }
            let isEast = take(0x2B)
            guard isEast || take(0x2D), let hours = number(2), hours < 24, take(0x3A), let minutes = number(2),
                minutes < 60
            else { return nil }
            return isEast ? hours * 60 + minutes : -(hours * 60 + minutes)
        }
    }
}

extension Timestamp: CustomStringConvertible {
    /// The time as `2017-05-05T18:00:00Z`: 20 characters, always.
    public var description: String { rfc3339.displayText }

    /// The bytes of `description`.
    public var rfc3339: [UInt8] {
        let days = (secondsSince1970 >= 0 ? secondsSince1970 : secondsSince1970 - 86_399) / 86_400
        let second = Int(secondsSince1970 - days * 86_400)
        guard let date = CivilDate(daysSince1970: days) else { return [] }
        var text: [UInt8] = []
        let pieces: [(value: Int, width: Int, after: UInt8)] = [
            (date.year, 4, 0x2D), (date.month, 2, 0x2D), (date.day, 2, 0x54),
            (second / 3600, 2, 0x3A), (second / 60 % 60, 2, 0x3A), (second % 60, 2, 0x5A),
        ]
        for piece in pieces {
            var divisor = piece.width == 4 ? 1000 : 10
            while divisor > 0 {
                text.append(0x30 + UInt8(piece.value / divisor % 10))
                divisor /= 10
            }
            text.append(piece.after)
        }
        return text
    }
}
