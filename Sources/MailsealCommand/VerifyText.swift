// What `verify` says: text and JSON.

import Bytes
import Mailseal
import Manifest
import MerkleTree

extension VerifyReport {
    /// The first line of the report.
    private var headline: String {
        switch verdict {
        case .sealBroken:
            return Terminal.emphasized("SEAL BROKEN", .red)
                + ": \(Quantity.count(seal?.faults ?? 0, "finding")) about \(sealPath ?? "the seal"); "
                + "the bundle itself is \(bundleHeadline(isEmphasized: false))"
        case .altered, .evidenceDiffers, .intact, .extended, .consistent, .bytesIntact, .bytesConsistent:
            return bundleHeadline(isEmphasized: true)
        }
    }

    private func bundleHeadline(isEmphasized: Bool) -> String {
        let verified = "\(Quantity.grouped(counts.verified)) \(derivationChecked ? "" : "recorded as ")verified by DKIM"
        let messages = "\(extentOfMessages), \(verified)"
        // What a broken seal says is told by its findings.
        let seal = verdict == .sealBroken ? nil : seal
        let anchor = bundleVerdict == .intact || bundleVerdict == .bytesIntact ? nil : "not anchored"
        let named = isNamed ? ", root as you named it" : ""
        func line(_ word: String, _ colour: Terminal.Colour, _ rest: String) -> String {
            (isEmphasized ? Terminal.emphasized(word, colour) : word) + rest
        }
        func sealed(_ word: String, _ colour: Terminal.Colour, _ counts: String) -> String {
            guard let seal else {
                let word = [word, anchor].compactMap(\.self).joined(separator: ", ")
                return line(word, colour, ": \(counts)\(named)")
            }
            return line(word, colour, seal.clause + (seal.since == nil ? ": " : ", ") + counts + named)
        }
        switch bundleVerdict {
        case .bytesIntact where seal == nil:
            return line("INTACT bytes", .yellow, ": \(extentOfMessages)\(named); \(notChecked)")
        case .bytesIntact: return sealed("INTACT bytes", .yellow, "\(extentOfMessages); \(notChecked)")
        case .bytesConsistent: return sealed("consistent bytes", .yellow, "\(extentOfMessages); \(notChecked)")
        case .intact: return sealed("INTACT", .green, messages)
        case .consistent, .sealBroken: return sealed("consistent", .yellow, messages)
        case .extended:
            let named = namedEdition?.number ?? 1
            let adds =
                named + 1 == editions.count
                ? "edition \(editions.count) adds" : "editions \(named + 1) to \(editions.count) add"
            return line(
                "EXTENDED", .yellow,
                ": edition \(named) as you named it; what \(adds) is consistent, not anchored: \(messages)")
        case .altered:
            // What a bundle that was altered says of itself is no more than a claim.
            let claim =
                hasManifest
                ? "; the bundle claims \(messages)" : " and no manifest that could be read: the root is not known"
            return line("ALTERED", .red, ": \(findingCount(.integrity))\(claim)")
        case .evidenceDiffers:
            return line(
                "EVIDENCE DIFFERS", .red,
                ": the bytes are consistent, \(findingCount(.derivation)): recorded evidence does not follow from them")
        }
    }

    /// How many messages there are, or of how many.
    private var extentOfMessages: String {
        guard let disclosure else { return Quantity.count(counts.messages, "message") }
        let messages = Quantity.count(disclosure.total, "message")
        return "\(Quantity.grouped(disclosure.messages)) of \(messages) disclosed\(disclosure.listedWords)"
    }

    /// What is withheld.
    private var withheld: [String] {
        guard let disclosure else { return [] }
        return [
            "  \(Quantity.count(disclosure.withheldLines, "line")) of the manifest withheld: of these only the hashes are known,",
            "  and the counts above are of what is disclosed",
        ]
            + (disclosure.listed == 0
                ? [] : ["  (what the lines of messages without bytes say of them was not checked)"])
    }

    /// Which edition is the one that was named, and that what follows it is not.
    private var extent: String {
        guard let named = namedEdition else { return "" }
        let verified = Quantity.grouped(named.counts.verified)
        let later =
            named.number + 1 == editions.count
            ? "edition \(editions.count) adds" : "editions \(named.number + 1) to \(editions.count) add"
        return ": edition \(named.number) is as you named it: \(Quantity.count(named.counts.messages, "message")), "
            + "\(verified) \(derivationChecked ? "" : "recorded as ")verified by DKIM; "
            + "with what \(later), consistent, not anchored, \(Quantity.grouped(counts.verified))"
    }

    /// What a reader must know before the counts.
    private var notChecked: String {
        "DKIM and other derived facts were recorded under rules \(rules ?? 0) and were NOT checked "
            + "(\(Quantity.grouped(counts.verified)) recorded as verified)"
    }

    private var table: [String] {
        guard !derivationChecked else { return Report.table(counts, reservations) }
        return Report.table(
            counts, reservations, basis: ["  as recorded under rules \(rules ?? 0), NOT checked"])
    }

    private func findingCount(_ weight: Finding.Weight) -> String {
        Quantity.count(findings.filter { $0.weight == weight }.count, "finding")
    }

    /// What each edition says, when there are several.
    private var editionLines: [String] {
        guard editions.count > 1 else { return [] }
        var before: Edition?
        return editions.map { edition in
            defer { before = edition }
            let keys = edition.addedKeys(to: before)
            let more = before.map { "\(edition.additions(to: $0, keys: keys)), " } ?? ""
            let mark = edition.number == namedEdition?.number ? ", as you named it" : ""
            return "edition \(edition.number)  \(edition.root)\(mark)\n"
                + "           \(more)\(Quantity.grouped(edition.counts.verified)) verified by DKIM"
        }
    }

    /// The report for people.
    func text(hint path: String) -> String {
        var lines = [headline]
        if hasManifest { lines += table + withheld + Report.roots(root, content: contentRoot) + editionLines }
        if let seal { lines += ["seal    \(sealPath ?? "")"] + seal.lines }
        if verdict == .consistent || verdict == .bytesConsistent {
            lines.append("")
            lines.append("The bundle agrees with itself, which its maker could have arranged. Compare")
            lines.append("its root with one that was published:")
            lines.append("  mailseal verify --root SIZE:HASH \(Report.quoted(safeForTerminal(path)))")
            if seal != nil {
                lines.append("or say whose seals you believe: --allowed-signers FILE, --note-key KEY")
            }
        }
        for finding in findings + (seal?.findings ?? []) {
            let mark = finding.weight == .remark ? "note" : "FAIL"
            lines.append(
                "\(mark)  \(finding.code)  \(safeForTerminal(finding.subject)): \(safeForTerminal(finding.detail))")
        }
        return lines.joined(separator: "\n")
    }

    /// The report as JSON.
    var json: String {
        var writer = CanonicalJSONWriter()
        writer.add("verdict", verdict.rawValue.bytes)
        writer.add("name", name)
        writer.add("origin", origin)
        writer.add("root", hasManifest ? root.description.bytes : nil)
        writer.add("pinned", pin != nil)
        writer.add("extends", base != nil)
        if editions.count > 1 {
            writer.add("named_edition", namedEdition?.number)
            writer.add("editions", objects: editions.map(\.json))
        }
        writer.add("content_root", contentRoot.bytes)
        writer.add("rules", rules)
        writer.add("derivation_checked", derivationChecked)
        writer.add("counts", object: hasManifest ? Report.json(counts, reservations) : nil)
        writer.add("disclosed", object: disclosure?.json)
        writer.add("seal", object: seal?.json(path: sealPath))
        writer.add("findings", objects: findings.map(\.json))
        return writer.finish().displayText
    }
}

extension VerifyReport.Disclosure {
    /// That there are messages without bytes, behind the number of the others; empty when there are none.
    var listedWords: String { listed > 0 ? ", \(Quantity.grouped(listed)) more by their lines only" : "" }

    /// The numbers as a JSON object.
    var json: [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("messages", messages)
        writer.add("listed", listed)
        writer.add("total", total)
        writer.add("withheld_lines", withheldLines)
        return writer.finish()
    }
}

extension Edition {
    /// What it adds to the one before.
    fileprivate func additions(to before: Edition, keys: Int) -> String {
        let messages = counts.messages - before.counts.messages
        let sources = counts.sources - before.counts.sources
        return
            (sources > 0 ? "\(Quantity.count(messages, "more message")) of \(Quantity.count(sources, "source")), " : "")
            + Quantity.count(keys, "more key record")
    }

    /// The edition as a JSON object.
    var json: [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("edition", number)
        writer.add("root", root.description.bytes)
        writer.add("rules", head.rules)
        writer.add("bagged_at", head.baggedAt?.description.bytes)
        writer.add("counts", object: Report.json(counts))
        return writer.finish()
    }
}

extension Finding {
    /// The finding as a JSON object.
    var json: [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("weight", weight.rawValue.bytes)
        writer.add("code", code.bytes)
        writer.add("subject", subject.bytes)
        writer.add("detail", detail.bytes)
        return writer.finish()
    }
}
