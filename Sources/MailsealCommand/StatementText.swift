// The certification as plain text of 80 columns, and as HTML that prints on a page.

import Bytes
import Mailseal

extension StatementPage {
    private static let columns = 80
    private static let labelColumns = 14

    /// The page as text.
    var text: String {
        var lines = [title.uppercased()] + Columns.wrap(subtitle, Self.columns)
        for section in sections {
            lines += ["", section.heading.uppercased()]
            if let alarm = section.alarm { lines += ["", "  *** \(alarm) ***", ""] }
            for (label, value) in section.rows { lines += Self.row(label, safeForTerminal(value)) }
            for paragraph in section.paragraphs { lines += Columns.wrap("  " + paragraph, Self.columns) }
        }
        lines.append("")
        for blank in blanks { lines += ["", Self.padded(blank, 24) + String(repeating: "_", count: 54)] }
        return lines.joined(separator: "\n")
    }

    private static func row(_ label: String, _ value: String) -> [String] {
        var rest = value[...]
        var lines: [String] = []
        let room = columns - labelColumns - 2
        repeat {
            var piece = rest.prefix(room)
            // At a blank if there is one; a digest has none and is cut.
            if piece.count < rest.count, let blank = piece.lastIndex(of: " ") { piece = rest[..<blank] }
            lines.append("  " + padded(lines.isEmpty ? label : "", labelColumns) + piece)
            rest = rest[piece.endIndex...].drop { $0 == " " }
        } while !rest.isEmpty
        return lines
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    /// The page as one HTML document without scripts, fonts or anything else from outside.
    var html: String {
        let body = sections.map { section in
            let rows = section.rows.map {
                "<tr><th>\(Self.escaped($0.label))</th><td>\(Self.escaped($0.value))</td></tr>"
            }
            let table = rows.isEmpty ? "" : "<table>\n\(rows.joined(separator: "\n"))\n</table>\n"
            let paragraphs = section.paragraphs.map { "<p>\(Self.escaped($0))</p>\n" }.joined()
            let alarm = section.alarm.map { "<p class=\"alarm\">\(Self.escaped($0))</p>\n" } ?? ""
            return "<h2>\(Self.escaped(section.heading))</h2>\n\(alarm)\(table)\(paragraphs)"
        }
        let lines = blanks.map { "<tr><th>\(Self.escaped($0))</th><td></td></tr>" }.joined(separator: "\n")
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(Self.escaped(title))</title>
            <style>
            @page { size: A4; margin: 12mm 18mm }
            body { font: 9.5pt/1.35 serif; max-width: 174mm; margin: 1em auto; color: #000; background: #fff }
            h1 { font-size: 15pt; margin: 0 } h2 { font-size: 10.5pt; margin: .8em 0 .2em; border-bottom: .5pt solid #000 }
            p { margin: .25em 0 } table { border-collapse: collapse; width: 100% }
            th { text-align: left; vertical-align: top; font-weight: normal; white-space: nowrap; padding: 0 1em 0 0; width: 7em }
            td { overflow-wrap: anywhere; padding: 0 }
            .alarm { border: 1.5pt solid #000; padding: .3em .6em; margin: .4em 0; font-weight: bold; color: #b00 }
            .blanks th { padding-top: 1.5em; width: 12em } .blanks td { border-bottom: .5pt solid #000 }
            @media print {
              body { margin: 0; font-size: 8.6pt; line-height: 1.28 }
              .blanks { break-inside: avoid } .blanks th { padding-top: 1.3em }
            }
            </style>
            </head>
            <body>
            <h1>\(Self.escaped(title))</h1>
            <p>\(Self.escaped(subtitle))</p>
            \(body.joined(separator: "\n"))
            <table class="blanks">
            \(lines)
            </table>
            </body>
            </html>
            """
    }

    /// The text with nothing in it that HTML or a reader's eye would take for something else.
    private static func escaped(_ text: String) -> String {
        safeForTerminal(text).replacingScalar("&", by: "&amp;").replacingScalar("<", by: "&lt;")
            .replacingScalar(">", by: "&gt;").replacingScalar("\"", by: "&quot;").replacingScalar("'", by: "&#39;")
    }
}
