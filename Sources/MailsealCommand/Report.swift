// Counts in the words a reporter quotes, and as JSON; the same in every command.

import Bytes
import Mailseal
import Manifest
import MerkleTree

/// Renders counts.
enum Report {
    /// The DKIM counts, one line a class that occurs.
    static func evidence(_ counts: EndLine) -> [String] { table(evidenceRows(counts)) }

    /// What the DKIM counts rest on, when there are key records.
    static func basis(keys: Int) -> [String] {
        guard keys > 0 else { return [] }
        let (pronoun, domains) = keys == 1 ? ("it", "domain") : ("them", "domains")
        return [
            "  checked with \(Quantity.count(keys, "key record")) that the maker of this bundle supplied;",
            "  mailseal has not compared \(pronoun) with the \(domains)",
        ]
    }

    /// The DKIM counts, the reservations, what both rest on, where the messages stood, and what else was found: one
    /// line for each that occurs.
    ///
    /// - Parameter basis: what the DKIM counts rest on; nil for the key records.
    static func table(
        _ counts: EndLine, _ reservations: [String: Int], basis: [String]? = nil
    ) -> [String] {
        func row(_ number: Int, _ one: String, _ more: String) -> (Int, String) { (number, number == 1 ? one : more) }
        var lines = table(
            evidenceRows(counts) + [
                row(counts.occurrences, "place where a message stood", "places where messages stood"),
                row(counts.attachments, "attachment", "attachments"),
                row(counts.containers, "mailbox or archive", "mailboxes and archives"),
                row(counts.files, "other file", "other files"),
                row(counts.failures, "failure", "failures"),
            ])
        let place = evidenceRows(counts).count { $0.0 > 0 }
        let rest = Self.reservations(reservations) + (basis ?? Self.basis(keys: counts.keys))
        lines.insert(contentsOf: rest, at: place)
        return lines
    }

    private static func evidenceRows(_ counts: EndLine) -> [(Int, String)] {
        EvidenceClass.allCases.map { (counts[$0], $0.countWords) }
    }

    /// How many of the messages there is which reservation about, the most frequent first.
    static func reservations(_ tally: [String: Int]) -> [String] {
        guard !tally.isEmpty else { return [] }
        let rows = tally.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return ["  reservations, of which one message can have several:"]
            + table(rows.map { ($0.value, Reservations.countWords($0.key)) }).map { "  " + $0 }
    }

    private static func table(_ rows: [(Int, String)]) -> [String] {
        let rows = rows.filter { $0.0 > 0 }
        let width = rows.map { Quantity.grouped($0.0).count }.max() ?? 0
        return rows.map { "  \(padded(Quantity.grouped($0.0), width))  \($0.1)" }
    }

    /// That a bundle does not have a message, or something of one.
    static func missing(_ subject: String, in bundle: Bundle) -> String {
        bundle.isRedacted
            ? "\(subject) is withheld from this bundle, or was never in it"
            : "no \(subject) in the bundle, which has \(Quantity.count(bundle.end.messages, "message"))"
    }

    /// The two roots, each on a line of at most 80 columns up to nine million lines.
    static func roots(_ root: RootReference, content: String) -> [String] {
        ["root    \(root)"] + (content.isEmpty ? [] : ["content root  \(content)"])
    }

    /// The counts as a JSON object, with the reservations where they are counted.
    static func json(_ counts: EndLine, _ reservations: [String: Int]? = nil) -> [UInt8] {
        var writer = CanonicalJSONWriter()
        for (name, value) in counts.named { writer.add(name, value) }
        writer.add("reservations", object: reservations.map { json($0) })
        return writer.finish()
    }

    /// The number of messages for each reservation, by code.
    static func json(_ reservations: [String: Int]) -> [UInt8] {
        var writer = CanonicalJSONWriter()
        for (code, count) in reservations.sorted(by: { $0.key < $1.key }) { writer.add(code, count) }
        return writer.finish()
    }

    /// The text for a shell, in quotes when it needs them.
    static func quoted(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { ASCII.isLetter($0) || ASCII.isDigit($0) || "-_./:@%+=,".utf8.contains($0) }
        return plain && !text.isEmpty
            ? text : "'" + text.replacingScalar("'", by: "'\\''") + "'"
    }

    /// The text, blanks before it up to a width.
    static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
