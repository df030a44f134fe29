// The report of `mailseal diff` for people: first line the answer, then the counts, then sections of rows.

import Bytes
import Mailseal
import Manifest
import MerkleTree

extension DiffReport {
    /// The report for people.
    var text: String {
        var lines = [headline]
        lines += inputLines
        lines += classLines
        for section in sections { lines += ["", title(of: section)] + rows(of: section) }
        if !notes.isEmpty { lines += ["", "noted, makes no difference:"] + notes.map { "  \($0)" } }
        return lines.joined(separator: "\n")
    }

    private func shown(_ side: DiffSide) -> String { safeForTerminal(input(side).label.displayText) }

    private var headline: String {
        if let side = sourceSide { return sourceHeadline(side) }
        let messages = Quantity.count(a.counts.messages, "message")
        let differences = Self.words(sections.filter { $0.count > 0 })
        guard verdict == .different else {
            let what = messagesOnly && !hasOneRoot ? "same messages" : hasOneRoot ? "same" : "same content"
            return Terminal.emphasized(what, .green) + ": \(messages)" + (hasOneRoot ? ", one root" : "")
        }
        if a.contentRoot == b.contentRoot {
            return Terminal.emphasized("same content", .yellow) + ": \(messages); different: \(differences)"
        }
        return Terminal.emphasized("different", .red) + ": \(differences)"
    }

    /// Whether all of the source is in the bundle.
    private func sourceHeadline(_ side: DiffSide) -> String {
        let total = classes.total(side)
        let only = side == .a ? classes.onlyA : classes.onlyB
        let missing = only + classes.altered + classes.equivalent
        let source = shown(side)
        let bundle = shown(side.other)
        guard missing > 0 else {
            let amount = total == 1 ? "the 1 message" : "all \(Quantity.count(total, "message"))"
            let others: Set<DiffSection.Kind> = [.files, .failures, .dkim, .derived]
            let differences = Self.words(sections.filter { others.contains($0.kind) })
            let besides = verdict == .different ? "; different: \(differences)" : ""
            let colour: Terminal.Colour = verdict == .different ? .yellow : .green
            return Terminal.emphasized(amount, colour)
                + " of \(source) \(total == 1 ? "is" : "are") in \(bundle)\(besides)"
        }
        let parts = [
            (only, "missing"), (classes.altered, "altered"), (classes.equivalent, "in equivalent form only"),
        ].filter { $0.0 > 0 }.map { "\(Quantity.grouped($0.0)) \($0.1)" }.joined(separator: ", ")
        let amount = "\(Quantity.grouped(missing)) of \(Quantity.count(total, "message"))"
        return Terminal.emphasized(amount, .red)
            + " of \(source) \(missing == 1 ? "is" : "are") not in \(bundle): \(parts)"
    }

    /// `3 only in A, 1 altered`.
    private static func words(_ sections: [DiffSection]) -> String {
        sections.map { section in
            let count = Quantity.grouped(section.count)
            return switch section.kind {
            case .onlyA: "\(count) only in A"
            case .onlyB: "\(count) only in B"
            case .altered, .equivalent, .moved: "\(count) \(section.kind.rawValue)"
            case .dkim: Quantity.count(section.count, "DKIM result")
            case .derived: Quantity.count(section.count, "set", plural: "sets") + " of derived facts"
            case .keys: Quantity.count(section.count, "key")
            case .retrieval: Quantity.count(section.count, "retrieval")
            case .files: Quantity.count(section.count, "other file")
            case .failures: Quantity.count(section.count, "failure")
            }
        }.joined(separator: ", ")
    }

    private var inputLines: [String] {
        let extends = extending.map { $0 == .a ? "A extends B" : "B extends A" }
        let fork =
            isFork
            ? ["  FORK: two archives under one origin, and neither begins with the other (mailseal check --extends)"]
            : []
        return fork + (extends.map { ["  \($0): it begins with the same manifest, and adds to it"] } ?? [])
            + DiffSide.allCases.map { side in
                let letter = side == .a ? "A" : "B"
                let found = input(side)
                let places =
                    found.counts.occurrences == found.counts.messages
                    ? "" : " in \(Quantity.count(found.counts.occurrences, "place"))"
                let state =
                    found.root.map { "root \($0), read, not verified" } ?? "a source, packed for this comparison"
                return
                    "  \(letter)  \(shown(side)): \(Quantity.count(found.counts.messages, "message"))\(places); \(state)"
            }
    }

    /// The classes with the totals that they add up to.
    private var classLines: [String] {
        let rows = [
            (classes.same, messagesOnly ? "the same bytes" : "the same bytes in the same places"),
            (classes.moved, "the same bytes, moved or copied"), (classes.equivalent, "equivalent"),
            (classes.altered, "altered"), (classes.onlyA, "only in A"), (classes.onlyB, "only in B"),
        ].filter { $0.0 > 0 }
        let width = rows.map { Quantity.grouped($0.0).count }.max() ?? 0
        let shared = classes.same + classes.moved + classes.equivalent + classes.altered
        func sum(_ letter: String, _ only: Int) -> String {
            "\(letter): \(Quantity.grouped(shared)) + \(Quantity.grouped(only)) = \(Quantity.grouped(shared + only))"
        }
        return rows.map { "  \(Report.padded(Quantity.grouped($0.0), width))  \($0.1)" }
            + ["  in both + only here: \(sum("A", classes.onlyA)), \(sum("B", classes.onlyB))"]
    }

    private func title(of section: DiffSection) -> String {
        let name =
            switch section.kind {
            case .onlyA: "only in A, \(shown(.a))"
            case .onlyB: "only in B, \(shown(.b))"
            case .altered: "altered: the same message, another content"
            case .equivalent: "equivalent: other bytes that say the same"
            case .moved: "moved or copied: the same bytes elsewhere"
            case .dkim: "DKIM results that changed"
            case .derived: "recorded facts that differ for the same bytes (see mailseal verify)"
            case .keys: "keys"
            case .retrieval: "retrieval"
            case .files: "other files"
            case .failures: "failures"
            }
        return "\(name): \(Quantity.grouped(section.count))"
    }

    private var transitionLines: [String] {
        let width = transitions.map { Quantity.grouped($0.count).count }.max() ?? 0
        return transitions.map { found in
            let reason = DiffReason(.evidenceClass, [found.a.rawValue.bytes, found.b.rawValue.bytes])
            return "  \(Report.padded(Quantity.grouped(found.count), width))  \(reason.sentence)"
        }
    }

    private func rows(of section: DiffSection) -> [String] {
        var lines = section.kind == .dkim ? transitionLines : []
        lines += section.rows.flatMap { $0.lines }
        let left = section.count - section.rows.reduce(0) { $0 + $1.count }
        if left > 0 { lines.append("  … and \(Quantity.grouped(left)) more (--all shows them)") }
        return lines
    }
}

extension DiffRow {
    /// The row: numbers, date, sender and subject on the first line, the reasons on the second.
    fileprivate var lines: [String] {
        var first: [String] = []
        if let a { first.append("A \(a)") }
        if let b { first.append("B \(b)") }
        if a != nil || b != nil {
            first += [day ?? "(no date)  ", Self.shown(shownSender ?? "(no sender)", 40)]
            first.append(Self.shown(shownSubject ?? "(no subject)", 60))
        }
        var reasons = reasons.map { safeForTerminal($0.sentence) }
        if let name {
            let path = safeForTerminal(name.displayText)
            if first.isEmpty { first.append(path) } else { reasons.insert(path, at: 0) }
        }
        if count > 1 { first.insert(Quantity.count(count, "place"), at: 0) }
        if first.isEmpty { return [] }
        let isShort = a == nil && b == nil
        var lines =
            isShort ? ["  " + (first + reasons).joined(separator: "  ")] : ["  " + first.joined(separator: "  ")]
        if !isShort, !reasons.isEmpty { lines.append("      " + reasons.joined(separator: "; ")) }
        if let content {
            let text = safeForTerminal(content.displayText, keepingLines: true)
            lines += text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { "      \($0)" }
        }
        return lines
    }

    private static func shown(_ text: String, _ width: Int) -> String {
        let safe = safeForTerminal(text)
        return safe.count <= width ? safe : String(safe.prefix(width - 1)) + "…"
    }
}
