// The list of `mailseal list` as a table and as CSV.

import Bytes
import Mailseal
import Manifest
import MerkleTree

/// The list for people: as wide as the terminal, or with whole subjects where there is none.
struct TableListing: Listing {
    private let numberWidth: Int
    private let dateWidth: Int
    private let peopleWidth: Int
    /// nil for no limit.
    private let subjectWidth: Int?

    /// A table for a terminal of so many columns, 0 for none.
    init(_ bundle: Bundle, _ columns: Int) {
        numberWidth = max(2, String(bundle.end.messages).utf8.count)
        dateWidth = columns == 0 || columns >= 110 ? 16 : 10
        let fixed = numberWidth + dateWidth + 8 + 6 + 3 + 7 * Self.gap.count
        if columns == 0 {
            peopleWidth = 28
            subjectWidth = nil
        } else {
            let left = max(24, columns - fixed)
            peopleWidth = min(28, max(7, left * 3 / 10))
            subjectWidth = max(10, left - 2 * peopleWidth)
        }
    }

    private static let gap = " "

    mutating func start(_ bundle: Bundle, _ pin: RootOption) -> String {
        line(["NO", "DATE (UTC)", "DKIM", "SIZE", "ATT", "FROM", "TO", "SUBJECT"])
    }

    mutating func row(_ message: ListedMessage) -> String {
        let date = message.date.map { Self.text($0, dateWidth) } ?? (message.line.date == nil ? "none" : "unreadable")
        return line([
            String(message.line.number), date, message.evidence.shortName, Quantity.compact(message.line.size),
            message.attachments == 0 ? "" : String(message.attachments), ListedMessage.people(in: message.line.from),
            ListedMessage.people(in: message.line.to), message.subject,
        ])
    }

    mutating func end(_ bundle: Bundle, _ summary: ListSummary, _ pin: RootOption) -> String {
        let counts = summary.counts
        var lines = [summary.headline]
        if counts.messages > 0 { lines += Report.evidence(counts) }
        lines += Report.reservations(summary.reservations)
        if counts.signatures > 0 { lines += Report.basis(keys: bundle.isRedacted ? 0 : bundle.end.keys) }
        if summary.undated > 0 {
            lines.append("\(Quantity.count(summary.undated, "message")) left out: no Date that can be read")
        }
        if summary.unreadable > 0 {
            lines.append("\(Quantity.count(summary.unreadable, "message")) left out: could not be read")
        }
        return "\n" + (lines + pin.lines(bundle)).joined(separator: "\n") + "\n"
    }

    private func line(_ cells: [String]) -> String {
        let widths = [numberWidth, dateWidth, 8, 6, 3, peopleWidth, peopleWidth]
        let isNumber = [true, false, false, true, true, false, false]
        var texts = zip(cells, zip(widths, isNumber)).map { cell, form in
            let text = onOneLine(cell)
            return form.1 ? Report.padded(text, form.0) : Columns.fit(text, form.0)
        }
        let subject = onOneLine(cells[7])
        texts.append(subjectWidth.map { Columns.cut(subject, $0) } ?? subject)
        return texts.joined(separator: Self.gap) + "\n"
    }

    private static func text(_ date: Timestamp, _ width: Int) -> String {
        let text = date.description
        return width == 10 ? String(text.prefix(10)) : "\(text.prefix(10)) \(text.dropFirst(11).prefix(5))"
    }
}

/// Text from mail on one line of a terminal; tabs, which folding leaves in header fields, become blanks.
func onOneLine(_ text: String) -> String {
    safeForTerminal(text.utf8.contains(ASCII.tab) ? String(text.map { $0 == "\t" ? " " : $0 }) : text)
}

extension ListSummary {
    /// The counts that a reporter quotes.
    var headline: String {
        "\(Quantity.count(counts.messages, "message")), \(Quantity.grouped(counts.verified)) verified by DKIM"
    }
}

extension Quantity {
    /// A size in at most six columns: `812 B`, `1.2 kB`, `128 kB`.
    static func compact(_ number: Int) -> String {
        let text = bytes(number)
        guard text.utf8.count > 6, let dot = text.firstIndex(of: ".") else { return text }
        return String(text[..<dot] + text[text.index(dot, offsetBy: 2)...])
    }
}

/// The list as CSV (RFC 4180), safe to open in a spreadsheet.
struct CSVListing: Listing {
    mutating func start(_ bundle: Bundle, _ pin: RootOption) -> String {
        Self.record([
            "number", "sha256", "date_utc", "date", "from", "to", "cc", "subject", "message_id", "size", "attachments",
            "dkim", "dkim_domains", "reservations",
        ])
    }

    mutating func row(_ message: ListedMessage) -> String {
        let line = message.line
        let domains = message.signatures.map { $0.domain?.displayText ?? "" }
        return Self.record([
            String(line.number), "\(line.sha256)", message.date?.description ?? "", line.date?.displayText ?? "",
            message.from, message.to, message.cc, message.subject, line.messageID?.displayText ?? "",
            String(line.size), String(message.attachments), message.evidence.rawValue, domains.joined(separator: " "),
            message.standing.reservations.joined(separator: " "),
        ])
    }

    mutating func end(_ bundle: Bundle, _ summary: ListSummary, _ pin: RootOption) -> String {
        Terminal.say(summary.headline)
        for line in pin.lines(bundle) { Terminal.say(ASCII.trimmed(line.bytes[...]).displayText) }
        return ""
    }

    /// Fields in quotes; a first character that would make a formula gets an apostrophe before it.
    static func record(_ fields: [String]) -> String {
        fields.map { field in
            let text = safeForTerminal(field)
            // Scalars: a quotation mark with a combining mark after it is another character for Swift, for a reader of CSV it is not.
            let isFormula =
                text.unicodeScalars.first { $0 != " " }.map { "=+-@＝＋－＠".unicodeScalars.contains($0) } ?? false
            let quoted = text.replacingScalar("\"", by: "\"\"")
            return "\"\(isFormula ? "'" : "")\(quoted)\""
        }.joined(separator: ",") + "\r\n"
    }
}

/// The list as one JSON document.
struct JSONListing: Listing {
    private var isFirst = true

    mutating func start(_ bundle: Bundle, _ pin: RootOption) -> String {
        var writer = CanonicalJSONWriter()
        writer.add("bundle", bundle.name)
        writer.add("root", bundle.root.description.bytes)
        writer.add("pinned", pin.root != nil)
        return writer.finish().dropLast().displayText + ",\"messages\":["
    }

    mutating func row(_ message: ListedMessage) -> String {
        let comma = isFirst ? "\n" : ",\n"
        isFirst = false
        return comma + safeJSON(message.json.displayText)
    }

    mutating func end(_ bundle: Bundle, _ summary: ListSummary, _ pin: RootOption) -> String {
        var writer = CanonicalJSONWriter()
        let counts = summary.counts
        for (name, value) in counts.named where Self.counted.contains(name) { writer.add(name, value) }
        writer.add("reservations", object: Report.json(summary.reservations))
        writer.add("left_out_undated", summary.undated)
        writer.add("left_out_unreadable", summary.unreadable)
        return "\n],\"counts\":" + writer.finish().displayText + "}\n"
    }

    private static let counted = Set(["messages", "attachments", "signatures", "bytes"])
        .union(EvidenceClass.allCases.map(\.rawValue))
}

extension ListedMessage {
    /// The row: recorded values under the manifest's names, decoded ones under `_text` and `date_utc`.
    var json: [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("number", line.number)
        writer.add("leaf", leaf)
        writer.add("sha256", "\(line.sha256)".bytes)
        writer.add("size", line.size)
        writer.add("message_id", line.messageID)
        writer.add("date", line.date)
        writer.add("date_utc", date?.description.bytes)
        for (name, raw, text) in [
            ("from", line.from, from), ("to", line.to, to), ("cc", line.cc, cc), ("subject", line.subject, subject),
        ] {
            writer.add(name, raw)
            writer.add(name + "_text", text.bytes)
        }
        writer.add("in_reply_to", line.inReplyTo)
        writer.add("attachments", attachments)
        writer.add("signatures", signatures.count)
        writer.add("dkim", evidence.rawValue.bytes)
        writer.add("reservations", standing.reservations.map(\.bytes))
        writer.add("dkim_domains", signatures.map { $0.domain ?? [] })
        writer.add("defects", line.defects.map(\.bytes))
        return writer.finish()
    }
}
