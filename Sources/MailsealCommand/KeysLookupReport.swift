// What `keys lookup` tells in the end: a table, warnings, and the same as JSON.

import Bytes
import DKIM
import Mailseal
import Resolver

extension KeyLookup {
    /// At most this many names are told one by one.
    private static let toldNames = 100

    /// Whether some name got no answer that can be used.
    var isIncomplete: Bool { count(.bogus) + count(.unanswered) + count(.notAsked) > 0 }

    /// Tells what went wrong, and the counts.
    func tell() {
        let troubled = entries.filter { [.bogus, .unanswered, .notAsked].contains($0.result) }
        for entry in troubled.prefix(Self.toldNames) { Terminal.say("warning: \(entry.sentence)") }
        if troubled.count > Self.toldNames { Terminal.say("and \(troubled.count - Self.toldNames) more of these") }
        if count(.bogus) > 0, count(.bogus) == entries.count - count(.unanswered) - count(.notAsked) {
            Terminal.hint("every answer is bogus: this resolver may not pass DNSSEC on; another --resolver may")
        }
        Terminal.say("asked \(origin.from.displayText) for \(Quantity.count(entries.count, "name"))")
        for line in table { Terminal.aside(line + "\n") }
    }

    /// The counts by result and DNSSEC status, those that occur.
    private var table: [String] {
        let columns: [(title: String, status: KeyProvenance.DNSSEC?)] = [
            ("secure", .secure), ("insecure", .insecure), ("bogus", .bogus), ("unknown", nil),
        ]
        let rows = Result.allCases.filter { count($0) > 0 }
        let counts = rows.map { row in
            columns.map { column in
                entries.count { $0.result == row && $0.dnssec(in: self) == column.status }
            }
        }
        let shown = columns.indices.filter { column in counts.contains { $0[column] > 0 } }
        let title = "  " + Columns.fit("", 14) + shown.map { Report.padded(columns[$0].title, 10) }.joined()
        return [title]
            + zip(rows, counts).map { row, counts in
                "  " + Columns.fit(row.words, 14)
                    + shown.map { Report.padded(counts[$0] > 0 ? Quantity.grouped(counts[$0]) : "-", 10) }.joined()
            }
    }

    /// All answers as JSON.
    func json(to output: String) -> String {
        var writer = CanonicalJSONWriter()
        writer.add("output", output.argumentBytes)
        writer.add("from", origin.from)
        writer.add("validated", origin.isValidating)
        writer.add("names", entries.count)
        for result in Result.allCases {
            writer.add(result.rawValue.replacing("-", with: "_"), count(result))
        }
        writer.add("answers", objects: entries.map { $0.json(in: self) })
        return writer.finish().displayText
    }
}

extension KeyLookup.Result {
    /// The result in words.
    fileprivate var words: String {
        switch self {
        case .found: "found"
        case .noRecord: "no record"
        case .noName: "no such name"
        case .bogus: "bogus"
        case .unanswered: "no answer"
        case .notAsked: "not asked"
        }
    }
}

extension KeyLookup.Entry {
    fileprivate func dnssec(in lookup: KeyLookup) -> KeyProvenance.DNSSEC? {
        result == .unanswered ? nil : answer?.security.dnssec(lookup.origin.isValidating)
    }

    /// What went wrong with the name.
    fileprivate var sentence: String {
        let name = asked.name.text.prefix(300).displayText
        let reason = reason.map { ": " + $0.displayText } ?? ""
        return switch result {
        case .bogus: "\(name): the answer is bogus, its records stand in comments only\(reason)"
        case .notAsked: "\(name) was not asked for\(reason)"
        default: "\(name): no answer (\(code))\(reason)"
        }
    }

    fileprivate func json(in lookup: KeyLookup) -> [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("domain", asked.name.domain)
        writer.add("selector", asked.name.selector)
        writer.add("messages", asked.messages)
        writer.add("result", result.rawValue.bytes)
        writer.add("code", code.bytes)
        writer.add("dnssec", dnssec(in: lookup)?.rawValue.bytes)
        writer.add("obtained", obtained?.rfc3339)
        writer.add("reason", reason)
        writer.add("ttl", timeToLive)
        writer.add("canonical_name", answer?.canonicalName)
        writer.add("records", answer?.records.map(\.strings) ?? [])
        writer.add("packet", answer.map { Base64.encode($0.packet) })
        return writer.finish()
    }
}
