// One message as text. What mailseal says starts at a line's start; what the message says is indented or behind a name, so
// that no message can pass off its own words as ours.

import Bytes
import Mailseal
import Manifest
import MerkleTree

/// Renders a message for people.
struct ShownText {
    private let shown: ShownMessage
    private let bundle: Bundle
    private let pin: RootOption
    private let allFields: Bool

    init(_ shown: ShownMessage, _ bundle: Bundle, _ pin: RootOption, allFields: Bool) {
        self.shown = shown
        self.bundle = bundle
        self.pin = pin
        self.allFields = allFields
    }

    /// The whole text.
    var text: String {
        let sections = [heading, claims, evidence, places, attachments, body]
        let columns = Terminal.width
        return sections.filter { !$0.isEmpty }.map { section in
            // A line that the terminal broke would go on at the line's start.
            section.flatMap { Columns.wrap($0, columns) }.joined(separator: "\n")
        }.joined(separator: "\n\n") + "\n"
    }

    private var heading: [String] {
        let line = shown.line
        var lines = [
            "message \(Quantity.grouped(line.number)) of \(Quantity.grouped(bundle.end.messages)): \(emphasis)",
            "sha256   \(line.sha256)",
            "size     \(Quantity.count(line.size, "byte")), line ends \(line.lineEnds)",
            "leaf     \(shown.leaf)",
            "root     \(bundle.root)",
            "         \(pin.standing)",
        ]
        if shown.addedIn > 1 {
            let before = shown.addedIn == 2 ? "edition 1" : "editions 1 to \(shown.addedIn - 1)"
            lines.append("added    in edition \(shown.addedIn): roots of \(before) do not cover it")
        }
        lines += shown.standing.reservations.map { "but      \(Reservations.sentence($0))" }
        if !line.defects.isEmpty { lines.append("defects  \(line.defects.joined(separator: " "))") }
        for finding in shown.findings { lines.append("FAIL     \(finding.code): \(safeForTerminal(finding.detail))") }
        if !shown.sameMessageID.isEmpty {
            let numbers = shown.sameMessageID.prefix(20).map { Quantity.grouped($0) }.joined(separator: ", ")
            let more = shown.sameMessageID.count > 20 ? " and \(shown.sameMessageID.count - 20) more" : ""
            lines.append("note     the same Message-ID is in message \(numbers)\(more)")
        }
        return lines
    }

    private var emphasis: String {
        let words = shown.evidence.words
        switch shown.evidence {
        case .verified: return Terminal.emphasized(words, .green)
        case .notVerifying: return Terminal.emphasized(words, .red)
        case .unsigned: return words
        case .repaired, .qualified, .headersOnly, .otherDomain, .keyUnavailable:
            return Terminal.emphasized(words, .yellow)
        }
    }

    // MARK: Claims

    private static let usual: Set<String> = [
        "from", "sender", "reply-to", "to", "cc", "bcc", "date", "subject", "message-id", "in-reply-to", "content-type",
    ]

    private var claims: [String] {
        let judged = shown.fields.contains { $0.standing != .unjudged }
        var lines = [
            "HEADER FIELDS, claims of whoever wrote them" + (judged ? "; on the left, which signature proves them" : "")
        ]
        var hidden = 0
        for field in shown.fields {
            let name = field.name.lowercased()
            guard allFields || Self.usual.contains(name) else {
                hidden += 1
                continue
            }
            let mark = judged ? Columns.fit(field.standing.mark, 12) : ""
            lines.append(
                "  \(mark)\(safeForTerminal(field.name)): \(onOneLine(field.value))\(reading(name, field.value))")
        }
        if hidden > 0 { lines.append("  (\(Quantity.count(hidden, "more field")): --headers)") }
        return lines
    }

    /// What a Date is in UTC, or that it cannot be read.
    private func reading(_ name: String, _ value: String) -> String {
        guard name == "date", shown.line.date?.displayText == value else { return "" }
        return shown.date.map { "  [\($0)]" } ?? "  [no date that can be read]"
    }

    // MARK: Evidence

    private var evidence: [String] {
        guard !shown.signatures.isEmpty else { return ["SIGNATURES: none"] }
        return ["SIGNATURES"] + shown.signatures.flatMap { $0.text(of: shown.bytes) } + earlierEvidence
    }

    /// In which edition this was recorded, and what those before it said of each signature.
    private var earlierEvidence: [String] {
        guard !shown.earlier.isEmpty else { return [] }
        return ["  recorded in edition \(shown.edition); before that:"]
            + shown.earlier.flatMap { edition, signatures in
                signatures.map { line in
                    let domain = safeForTerminal(line.domain?.displayText ?? "?")
                    return "     edition \(edition): \(line.index). \(domain): header \(line.header), body \(line.body)"
                }
            }
    }

    // MARK: Places

    private var places: [String] {
        var lines = ["PLACES"]
        for place in shown.places {
            let at = place.occurrence
            let source = safeForTerminal(place.source?.name.displayText ?? "source \(at.source)")
            let path = safeForTerminal(
                at.path.levels.map { $0.map(\.displayText).joined(separator: "/") }
                    .joined(separator: " > "))
            let isWhole = place.source?.kind == "file" && at.path.levels.count == 1
            let offset = at.offset.map { ", byte \(Quantity.grouped($0)) of the mailbox" } ?? ""
            let mtime = at.mtime.map { ", modified \($0)" } ?? ""
            lines.append("  \(isWhole ? path : "\(source): \(path)")\(offset)\(mtime)")
            if let retrieved = place.retrieved { lines += Self.lines(of: retrieved) }
        }
        if !shown.isSearched {
            lines.append("  (further places and the same Message-ID were not looked for: --everywhere)")
        }
        return lines
    }

    private static func lines(of retrieved: Retrieval) -> [String] {
        let at = retrieved.at.map { " \($0)" } ?? ""
        let from = retrieved.from.map { " from \(safeForTerminal($0.displayText))" } ?? ""
        let stated = retrieved.stated.map {
            "    \(safeForTerminal($0.name.displayText)): \(safeForTerminal($0.value.displayText))"
        }
        return ["    retrieved\(at)\(from), stated by whoever made the bundle"] + stated
    }

    // MARK: Content

    private var attachments: [String] {
        guard !shown.attachments.isEmpty else { return [] }
        return ["ATTACHMENTS"]
            + shown.attachments.flatMap { line, name in
                [
                    "  \(safeForTerminal(line.part))  \(onOneLine(name ?? "(no name)"))  "
                        + "\(safeForTerminal(line.mediaType.displayText))  \(Quantity.bytes(line.size))",
                    "      sha256 \(line.sha256)",
                ]
            }
    }

    private var body: [String] {
        guard !shown.texts.isEmpty else { return ["TEXT: none"] }
        return shown.texts.flatMap { text in
            let lines = safeForTerminal(text.text, keepingLines: true).split(
                separator: "\n", omittingEmptySubsequences: false)
            let from = text.isFromHTML ? ", from HTML" : ""
            return ["TEXT of part \(safeForTerminal(text.part))\(from)"] + lines.map { "  \($0)" }
                + (text.isCut ? ["(cut: --part \(safeForTerminal(text.part)) gives all of it)"] : [])
        }
    }
}
