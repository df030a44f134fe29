// Text in columns of a terminal: some characters take two, some none.

/// Widths in columns, and text cut and padded to them.
enum Columns {
    /// The number of columns that a text takes, as most terminals count.
    static func width(of text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + width(of: $1) } }

    /// The text in exactly so many columns: cut with `…`, or followed by blanks.
    static func fit(_ text: String, _ columns: Int) -> String {
        let cut = cut(text, columns)
        return cut + String(repeating: " ", count: max(0, columns - width(of: cut)))
    }

    /// The text in at most so many columns, cut with `…` between two characters.
    static func cut(_ text: String, _ columns: Int) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) {
            return text.utf8.count <= columns ? text : columns > 0 ? text.prefix(columns - 1) + "…" : ""
        }
        var used = 0
        var fitting = ""
        var fittingShort = ""
        for character in text {
            let width = width(of: String(character))
            if used + width > columns { return columns > 0 ? fittingShort + "…" : "" }
            used += width
            fitting.append(character)
            if used < columns { fittingShort = fitting }
        }
        return text
    }

    /// The line in pieces of at most so many columns, broken at blanks where there are any.
    ///
    /// Further pieces start with as many blanks as the line itself, two at least. 0 columns set no limit.
    static func wrap(_ line: String, _ columns: Int) -> [String] {
        guard columns > 0, line.utf8.count > columns, width(of: line) > columns else { return [line] }
        let indent = String(repeating: " ", count: min(columns / 2, max(2, line.prefix { $0 == " " }.count)))
        var lines: [String] = []
        var open = ""
        var used = 0
        /// The piece up to its last blank, and the columns it takes.
        var fitting: (text: String, width: Int)?
        for character in line {
            let width = width(of: String(character))
            if used + width > columns {
                let end = fitting ?? (open, used)
                lines.append(end.text)
                open = indent + open.dropFirst(end.text.count).drop { $0 == " " }
                used = self.width(of: open)
                fitting = nil
            }
            if character == " ", used > 2 * indent.count { fitting = (open, used) }
            open.append(character)
            used += width
        }
        return lines + [open]
    }

    private static func width(of scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x300 { return value == 0xAD ? 0 : 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        if (0x1160...0x11FF).contains(value) { return 0 }
        return wide.contains { $0.contains(value) } || scalar.properties.isEmojiPresentation ? 2 : 1
    }

    /// East Asian Wide and Fullwidth (UAX #11), in whole blocks.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF,
        0x1F200...0x1F2FF, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
    ]
}
