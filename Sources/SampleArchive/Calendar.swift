// Dates without a clock or a time zone database: the proleptic Gregorian calendar and RFC 5322 §3.3.

/// A moment and the zone it is written in.
struct Moment {
    /// Seconds since 1970-01-01T00:00:00Z.
    let seconds: Int
    /// The zone's distance from UTC in minutes.
    let zone: Int

    /// The year, month (from 1), day (from 1), hour, minute, second and week day (0 is Sunday), in the zone.
    var fields: (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, weekday: Int) {
        let local = seconds + zone * 60
        let (days, rest) = (local / 86400, local % 86400)
        // Days are counted from 0000-03-01, so that a leap day is the last of its year.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (
            year, month, dayOfYear - (153 * march + 2) / 5 + 1, rest / 3600, rest / 60 % 60, rest % 60, (days + 4) % 7
        )
    }

    /// A date such as `Fri, 20 Mar 2009 08:00:00 +0100` (RFC 5322 §3.3).
    var mailText: String {
        let f = fields
        let zoneText = (zone < 0 ? "-" : "+") + padded(abs(zone) / 60) + padded(abs(zone) % 60)
        return "\(Self.days[f.weekday]), \(f.day) \(Self.months[f.month - 1]) \(f.year) \(clock) \(zoneText)"
    }

    /// A date such as `Fri Mar 20 07:00:00 2009`, as asctime(3) writes it, for an mbox From_ line.
    var mailboxText: String {
        let f = Moment(seconds: seconds, zone: 0).fields
        let day = f.day < 10 ? " \(f.day)" : "\(f.day)"
        return "\(Self.days[f.weekday]) \(Self.months[f.month - 1]) \(day) \(utc.clock) \(f.year)"
    }

    /// A date such as `2009-03-20T07:00:00Z` (RFC 3339).
    var timestamp: String {
        let f = utc.fields
        return "\(f.year)-\(padded(f.month))-\(padded(f.day))T\(utc.clock)Z"
    }

    /// A date such as `20090320T070000Z` (RFC 5545 §3.3.5).
    var calendarText: String { String(timestamp.filter { $0 != "-" && $0 != ":" }) }

    /// A month such as `2009-03`, in UTC.
    var month: String { "\(utc.fields.year)-\(padded(utc.fields.month))" }

    /// A moment some seconds later, in the same zone.
    func later(by seconds: Int) -> Moment { Moment(seconds: self.seconds + seconds, zone: zone) }

    private var utc: Moment { Moment(seconds: seconds, zone: 0) }
    private var clock: String {
        let f = fields
        return "\(padded(f.hour)):\(padded(f.minute)):\(padded(f.second))"
    }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

/// The number with at least so many digits.
func padded(_ number: Int, _ width: Int = 2) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
}
