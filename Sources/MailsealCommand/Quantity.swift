// Numbers as people read them.

/// Sizes, counts and durations in words.
enum Quantity {
    /// `71,848`.
    static func grouped(_ number: Int) -> String {
        var text = ""
        for (place, digit) in String(number).reversed().enumerated() {
            if place > 0, place.isMultiple(of: 3), digit != "-" { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }

    /// `1 message`, `71,848 messages`.
    static func count(_ number: Int, _ noun: String, plural: String? = nil) -> String {
        "\(grouped(number)) \(number == 1 ? noun : plural ?? noun + "s")"
    }

    /// `512 B`, `9.2 GB`; powers of 1,000.
    static func bytes(_ number: Int) -> String {
        guard number >= 1000 else { return "\(number) B" }
        var value = number
        var tenths = 0
        var unit = 0
        while value >= 1000, unit < 5 {
            tenths = value % 1000 / 100
            value /= 1000
            unit += 1
        }
        return "\(value).\(tenths) \(["B", "kB", "MB", "GB", "TB", "PB"][unit])"
    }

    /// `45 s`, `4 min`, `2 h 5 min`.
    static func duration(_ seconds: Double) -> String {
        let whole = Int(min(seconds.rounded(), 1e9))
        if whole < 100 { return "\(whole) s" }
        if whole < 3600 { return "\((whole + 30) / 60) min" }
        return "\(whole / 3600) h \(whole / 60 % 60) min"
    }
}
