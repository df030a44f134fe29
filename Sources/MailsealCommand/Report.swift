// Counts in the words a reporter quotes, and as JSON; the same in every command.

import Bytes
import Manifest

/// Renders counts.
enum Report {
    /// What was found, added up.
    static func balance(_ counts: EndLine) -> [String] {
        var parts = [Quantity.count(counts.occurrences, "place", plural: "places") + " where a message stood"]
        parts.append(Quantity.count(counts.attachments, "attachment"))
        if counts.containers > 0 {
            parts.append(Quantity.count(counts.containers, "mailbox or archive", plural: "mailboxes and archives"))
        }
        if counts.files > 0 { parts.append(Quantity.count(counts.files, "other file")) }
        if counts.failures > 0 { parts.append(Quantity.count(counts.failures, "failure")) }
        return ["              " + parts.joined(separator: ", ")]
    }

    /// The DKIM counts, one line a class that occurs.
    static func evidence(_ counts: EndLine) -> [String] {
        let rows = [
            (counts.verified, "verified by DKIM"),
            (counts.headersOnly, "headers proven by DKIM, body not, or not wholly"),
            (counts.notVerifying, "with DKIM signatures that do not verify"),
            (counts.keyUnavailable, "with DKIM signatures whose key is unavailable"),
            (counts.unsigned, "without a DKIM signature"),
        ].filter { $0.0 > 0 }
        let width = rows.map { Quantity.grouped($0.0).count }.max() ?? 0
        return rows.map { "  \(padded(Quantity.grouped($0.0), width))  \($0.1)" }
    }

    /// The counts as a JSON object.
    static func json(_ counts: EndLine) -> [UInt8] {
        var writer = CanonicalJSONWriter()
        for (name, value) in counts.named { writer.add(name, value) }
        return writer.finish()
    }

    /// The text for a shell, in quotes when it needs them.
    static func quoted(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { ASCII.isLetter($0) || ASCII.isDigit($0) || "-_./:@%+=,".utf8.contains($0) }
        return plain && !text.isEmpty
            ? text : "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// The text, blanks before it up to a width.
    static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
