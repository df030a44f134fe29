// Points in time as whole seconds, read and written without any library's clock, locale or time zone.

/// A point in time in UTC, in whole seconds (RFC 3339).
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    public let secondsSince1970: Int64

    /// The time of that many seconds since 1970.
    public init(secondsSince1970: Int64) { self.secondsSince1970 = secondsSince1970 }

    /// Reads `2017-05-05T18:00:00Z`.
    public init?(rfc3339 text: some Collection<UInt8>) {
        let t = Array(text)
        guard t.count == 20 else { return nil }
        func number(_ range: Range<Int>) -> Int64 { t[range].reduce(0) { $0 * 10 + Int64($1 &- 0x30) } }
        var y = number(0..<4)
        let m = number(5..<7), d = number(8..<10)
        y -= m <= 2 ? 1 : 0
        let era = y / 400, yoe = y - era * 400
        let doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1
        let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy
        secondsSince1970 = (era * 146097 + doe - 719468) * 86400 + number(11..<13) * 3600 + number(14..<16) * 60 + number(17..<19)
    }

    /// Whether `a` is earlier than `b`.
    public static func < (a: Timestamp, b: Timestamp) -> Bool { a.secondsSince1970 < b.secondsSince1970 }
}

extension Timestamp: CustomStringConvertible {
    /// `2017-05-05T18:00:00Z`.
    public var description: String {
        let days = (secondsSince1970 >= 0 ? secondsSince1970 : secondsSince1970 - 86399) / 86400
        let rest = secondsSince1970 - days * 86400
        let z = days + 719468, era = z / 146097, doe = z - era * 146097
        let yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153
        let month = mp < 10 ? mp + 3 : mp - 9
        func pad(_ v: Int64, _ w: Int) -> String { let s = String(v); return String(repeating: "0", count: max(0, w - s.count)) + s }
        return "\(pad(yoe + era * 400 + (month <= 2 ? 1 : 0), 4))-\(pad(month, 2))-\(pad(doy - (153 * mp + 2) / 5 + 1, 2))T\(pad(rest / 3600, 2)):\(pad(rest / 60 % 60, 2)):\(pad(rest % 60, 2))Z"
    }
}
