// `mailseal verify`.

import ArgumentParser
import Bytes
import Files
import Mailseal
import Manifest
import MerkleTree

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Recompute everything in a bundle and say whether it is intact.",
        discussion: """
            The bundle is read once, in order; nothing is extracted. A folder extracted from a bundle can be verified too,
            and - reads standard input. Without --root the best verdict is "consistent, not anchored": whoever made the
            bundle could have made it again. Finding codes are explained in Docs/findings.md.

            A bundle that mailseal extend made has the root of the bundle before as that of an earlier edition. --extends
            checks it: then that much is unaltered; what later editions add is consistent and no more, since anybody could
            have added it. With --root the bundle must have the root itself, and an earlier edition's is status 1.

            EXAMPLES
              mailseal verify --root 181:3f9c…e1 mail.tar.gz
              mailseal verify --extends 181:3f9c…e1 mail-2.tar.gz
              mailseal verify --checkpoint checkpoint mail.tar.gz
              mailseal verify --anchored mail.tar.gz && echo "pinned and intact"

            EXIT STATUS
              0 intact or consistent, or extends what --extends names; 1 altered, or evidence that does not follow, or the
              root named is an earlier edition's; 1 with --anchored also when not anchored as a whole, or when derived
              facts were not checked since they have other rules; 2 trouble
            """)

    @Argument(help: ArgumentHelp("The bundle, its extracted folder, or -.", valueName: "bundle"))
    var bundle: String

    @Option(
        help: ArgumentHelp("The root that the bundle must have.", valueName: "size:hash"),
        transform: ArgumentForm.root)
    var root: RootReference?

    @Option(help: ArgumentHelp("A checkpoint file that the bundle must have.", valueName: "file"))
    var checkpoint: String?

    @Option(
        help: ArgumentHelp(
            "A root, or a bundle, that the bundle must extend: its own root or that of an earlier edition.",
            valueName: "size:hash|bundle"))
    var extends: String?

    @Flag(help: "Fail unless the root is pinned by --root or --checkpoint.")
    var anchored = false

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var resources: ResourceOptions

    func run() async throws {
        let line = ProgressLine("verifying")
        let report = try await Verify.run(try options(), observer: Observer(progress: line.draw))
        line.erase()
        Terminal.answer(json ? report.json : report.text(hint: bundle))
        switch report.verdict {
        case .intact: return
        case .consistent where !anchored, .bytesIntact where !anchored, .bytesConsistent where !anchored: return
        case .extended where root == nil && checkpoint == nil && !anchored: return
        case .consistent, .bytesIntact, .bytesConsistent, .extended, .altered, .evidenceDiffers: throw ExitCode(1)
        }
    }

    private func options() throws -> VerifyOptions {
        var options = VerifyOptions(path: bundle == "-" ? nil : bundle.argumentBytes)
        options.pin = root
        if let checkpoint {
            let named = try Self.read(checkpoint)
            if let pin = options.pin, pin != named.reference {
                throw MailsealError("--root is \(pin), the checkpoint says \(named.reference)")
            }
            options.pin = named.reference
            options.pinnedOrigin = named.origin
        }
        options.base = try extends.map { try Self.base($0) }
        options.jobs = resources.workers
        options.memory = resources.memoryBytes
        return options
    }

    /// The root that a text or a bundle gives.
    private static func base(_ text: String) throws -> RootReference {
        if let root = try? RootReference(parsing: text.bytes) { return root }
        return try Bundle(path: text.argumentBytes).root
    }

    private static func read(_ path: String) throws -> Checkpoint {
        let file = try ReadableFile(named: path.argumentBytes)
        do {
            return try Checkpoint(parsing: try file.read(at: 0, count: min(file.size, 4096)))
        } catch let error as MerkleTreeError {
            throw MailsealError("\(path.argumentBytes.displayText): \(error.description)")
        }
    }
}

extension VerifyReport {
    /// The first line of the report.
    private var headline: String {
        let verified = "\(Quantity.grouped(counts.verified)) \(derivationChecked ? "" : "recorded as ")verified by DKIM"
        let messages = "\(extentOfMessages), \(verified)"
        switch verdict {
        case .bytesIntact:
            return Terminal.emphasized("INTACT bytes", .yellow)
                + ": \(extentOfMessages), root as you named it; \(notChecked)"
        case .bytesConsistent:
            return Terminal.emphasized("consistent bytes, not anchored", .yellow)
                + ": \(extentOfMessages); \(notChecked)"
        case .intact: return Terminal.emphasized("INTACT", .green) + ": \(messages), root as you named it"
        case .extended:
            let named = namedEdition?.number ?? 1
            let adds =
                named + 1 == editions.count
                ? "edition \(editions.count) adds" : "editions \(named + 1) to \(editions.count) add"
            return Terminal.emphasized("EXTENDED", .yellow)
                + ": edition \(named) as you named it; what \(adds) is consistent, not anchored: \(messages)"
        case .consistent: return Terminal.emphasized("consistent, not anchored", .yellow) + ": \(messages)"
        case .altered:
            // What a bundle that was altered says of itself is no more than a claim.
            let claim =
                hasManifest
                ? "; the bundle claims \(messages)" : " and no manifest that could be read: the root is not known"
            return Terminal.emphasized("ALTERED", .red) + ": \(findingCount(.integrity))\(claim)"
        case .evidenceDiffers:
            return Terminal.emphasized("EVIDENCE DIFFERS", .red)
                + ": the bytes are consistent, \(findingCount(.derivation)): recorded evidence does not follow from them"
        }
    }

    /// How many messages there are, or of how many.
    private var extentOfMessages: String {
        guard let disclosure else { return Quantity.count(counts.messages, "message") }
        let listed = disclosure.listed > 0 ? ", \(Quantity.grouped(disclosure.listed)) more by their lines only" : ""
        return
            "\(Quantity.grouped(disclosure.messages)) of \(Quantity.count(disclosure.total, "message")) disclosed\(listed)"
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
            let more = before == nil ? "" : "\(Quantity.count(keys, "more key record")), "
            let mark = edition.number == namedEdition?.number ? ", as you named it" : ""
            return "edition \(edition.number)  \(edition.root)\(mark)\n"
                + "           \(more)\(Quantity.grouped(edition.counts.verified)) verified by DKIM"
        }
    }

    /// The report for people.
    fileprivate func text(hint path: String) -> String {
        var lines = [headline]
        if hasManifest { lines += table + withheld + Report.roots(root, content: contentRoot) + editionLines }
        if verdict == .consistent || verdict == .bytesConsistent {
            lines.append("")
            lines.append("The bundle agrees with itself, which its maker could have arranged. Compare")
            lines.append("its root with one that was published:")
            lines.append("  mailseal verify --root SIZE:HASH \(Report.quoted(safeForTerminal(path)))")
        }
        for finding in findings {
            let mark = finding.weight == .remark ? "note" : "FAIL"
            lines.append(
                "\(mark)  \(finding.code)  \(safeForTerminal(finding.subject)): \(safeForTerminal(finding.detail))")
        }
        return lines.joined(separator: "\n")
    }

    /// The report as JSON.
    fileprivate var json: String {
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
        writer.add("findings", objects: findings.map(\.json))
        return writer.finish().displayText
    }
}

extension VerifyReport.Disclosure {
    /// The numbers as a JSON object.
    fileprivate var json: [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("messages", messages)
        writer.add("listed", listed)
        writer.add("total", total)
        writer.add("withheld_lines", withheldLines)
        return writer.finish()
    }
}

extension Edition {
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
