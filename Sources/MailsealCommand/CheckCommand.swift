// `mailseal check`.

import ArgumentParser
import Bytes
import Files
import Mailseal
import Manifest
import MerkleTree

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a proof of one message without the bundle, or that a bundle only adds to an older one.",
        usage: """
            mailseal check [<file>] --proof <file> [--root <size:hash>] [--seal <dir>] [--allowed-signers <file>]
              [--revoked-keys <file>] [--note-key <key>] [--tsa-ca <file>] [--json]
            mailseal check --extends <old> <new> [--json]
            """,
        discussion: """
            With --proof: whether the file is the message, attachment or other file whose line the proof holds, and whether
            the line leads to the root. Compare that root with one that was published; without --root the best
            verdict is "consistent, not anchored". Without a file, the line alone is checked and shown.

            With --seal: whether the seal is of the proof's checkpoint, and all that verify checks of it but the bundle's own
            line. The lines of note keys in the proof itself are checked with --note-key.

            With --extends: whether the new bundle begins with every line of the old one, by the consistency proof of RFC 6962.
            The old one may be a bundle, its seal's folder, or a checkpoint. FORK means that two different archives were
            made under one origin: keep both checkpoints, they are the evidence.

            EXAMPLES
              mailseal check leak.eml --proof leak.tlog-proof --root 181:3f9c…e1
              mailseal check leak.eml --proof leak.tlog-proof --seal mail.seal --allowed-signers signers
              mailseal check --proof leak.tlog-proof
              mailseal check --extends mail.tar.gz mail-2.tar.gz

            EXIT STATUS
              0 proven or consistent; same or extension; 1 not proven, or a broken seal; a fork, another archive, or a bundle that is shorter;
              2 trouble
            """)

    @Argument(
        help: ArgumentHelp(
            "The message, attachment or file; with --extends the old and the new bundle.", valueName: "file"))
    var files: [String] = []

    @Option(help: ArgumentHelp("The proof.", valueName: "file"))
    var proof: String?

    @Flag(help: "Compare two bundles.")
    var extends = false

    @Option(
        help: ArgumentHelp("The root that the proof must lead to.", valueName: "size:hash"),
        transform: ArgumentForm.root)
    var root: RootReference?

    @Option(help: ArgumentHelp("The seal's folder.", valueName: "dir"))
    var seal: String?

    @OptionGroup(title: "Whom to believe") var sealing: SealCheckArguments

    @Flag(help: "Print one JSON document.")
    var json = false

    func validate() throws {
        guard extends == (proof == nil) else { throw ValidationError("expected --proof or --extends, and not both") }
        if extends {
            guard files.count == 2 else { throw ValidationError("--extends needs the old and the new bundle") }
            guard root == nil, seal == nil, !sealing.isAny else {
                throw ValidationError("--root and what is said of seals go with --proof")
            }
        } else if files.count > 1 {
            throw ValidationError("a proof is of one file")
        }
    }

    func run() async throws {
        guard let proof else { return try compare(files[0].argumentBytes, files[1].argumentBytes) }
        let file = try ReadableFile(named: proof.argumentBytes)
        var options = ProofCheckOptions()
        options.file = files.first?.argumentBytes
        options.pin = root
        options.seal = seal?.argumentBytes
        options.sealing = try sealing.options()
        let report: ProofReport
        do {
            report = try ProofCheck.run(try file.read(at: 0, count: min(file.size, LogProof.sizeLimit + 1)), options)
        } catch let error as MailsealError {
            throw MailsealError("\(proof.argumentBytes.displayText): \(error.description)", hint: error.hint)
        }
        Terminal.answer(json ? safeJSON(report.json) : report.text(files.first?.argumentBytes, proof.argumentBytes))
        if [.notProven, .sealBroken].contains(report.verdict) { throw ExitCode(1) }
    }

    private func compare(_ old: [UInt8], _ new: [UInt8]) throws {
        let report = try Consistency.run(of: try Bundle(path: new), with: try Consistency.checkpoint(of: old))
        Terminal.answer(json ? safeJSON(report.json) : report.text)
        guard [.same, .extends].contains(report.verdict) else { throw ExitCode(1) }
    }
}

extension ProofReport {
    private var subject: String {
        switch line {
        case .message(let line): "message \(Quantity.grouped(line.number))"
        case .attachment(let line): "attachment \(line.part) of the message \(line.message)"
        case .file: "a file that is no mail"
        case .container: "a mailbox or archive"
        case let line?: "a line of type \(line.typeName)"
        case nil: "a line that cannot be read"
        }
    }

    private var noteNames: String {
        noteKeys.map { safeForTerminal($0.id.description) }.joined(separator: ", ")
    }

    private func headline(_ file: [UInt8]?) -> String {
        let name = file.map { safeForTerminal($0.displayText) }
        let claim = "\(name ?? "line \(Quantity.grouped(leaf))") is \(subject)"
        let origin = safeForTerminal(checkpoint.origin.displayText)
        switch verdict {
        case .proven:
            let anchors = [
                isPinned ? "root as you named it" : nil, noteKeys.isEmpty ? nil : "checkpoint signed by \(noteNames)",
            ]
            let words = ["\(claim) of \(origin)"] + anchors.compactMap(\.self)
            return Terminal.emphasized("PROVEN", .green) + "\(seal?.clause ?? ""): " + words.joined(separator: ", ")
        case .consistent:
            let clause = seal?.clause ?? ", not anchored"
            return Terminal.emphasized("consistent", .yellow) + "\(clause): \(claim) of \(origin)"
        case .sealBroken:
            return Terminal.emphasized("SEAL BROKEN", .red)
                + ": \(Quantity.count(seal?.faults ?? 0, "finding")); file, line and root belong together: \(claim) of \(origin)"
        case .notProven:
            return Terminal.emphasized("NOT PROVEN", .red) + ": \(Quantity.count(findings.count, "finding"))"
        }
    }

    /// The report for people.
    fileprivate func text(_ file: [UInt8]?, _ proof: [UInt8]) -> String {
        var lines = [headline(file)]
        if verdict != .notProven { lines += facts }
        lines.append("line    \(Quantity.grouped(leaf)) of \(Quantity.grouped(checkpoint.size))")
        lines.append("root    \(checkpoint.reference)")
        lines += seal?.lines ?? []
        if verdict == .consistent {
            lines += ["", "File and root belong together, which anybody could arrange for a root of his own."]
            lines.append("Compare the root with one that was published:")
            let name = file.map { Report.quoted(safeForTerminal($0.displayText)) + " " } ?? ""
            let proof = Report.quoted(safeForTerminal(proof.displayText))
            lines.append("  mailseal check \(name)--proof \(proof) --root SIZE:HASH")
        }
        for finding in findings + (seal?.findings ?? []) {
            lines.append(
                "\(finding.weight == .remark ? "note" : "FAIL")  \(finding.code)  \(safeForTerminal(finding.subject)): \(safeForTerminal(finding.detail))"
            )
        }
        return lines.joined(separator: "\n")
    }

    /// What the line says.
    private var facts: [String] {
        switch line {
        case .message(let line):
            return ["sha256  \(line.sha256), \(Quantity.count(line.size, "byte"))"]
                + line.claims.map { "  \($0.name): \(safeForTerminal($0.text))" }
        case .attachment(let line):
            return ["sha256  \(line.sha256), \(Quantity.count(line.size, "byte"))"]
        case let line?: return ["  " + safeForTerminal(line.bytes.displayText)]
        case nil: return []
        }
    }

    /// The report as JSON.
    fileprivate var json: String {
        var writer = CanonicalJSONWriter()
        writer.add("verdict", verdict.rawValue.bytes)
        writer.add("origin", checkpoint.origin)
        writer.add("root", checkpoint.reference.description.bytes)
        writer.add("pinned", isPinned)
        writer.add("file_compared", hasFile)
        writer.add("leaf", leaf)
        writer.add("line", object: line?.bytes)
        writer.add("note_keys", noteKeys.map(\.text))
        writer.add("seal", object: seal?.json(path: nil))
        writer.add("findings", objects: findings.map(\.json))
        return writer.finish().displayText
    }
}

extension ConsistencyReport {
    private var headline: String {
        let added = Quantity.count(new.size - old.size, "line")
        switch verdict {
        case .same: return Terminal.emphasized("SAME", .green) + ": both have the same root"
        case .extends:
            return Terminal.emphasized("EXTENSION", .green)
                + ": all \(Quantity.count(old.size, "line")) of the old one are there, unaltered; \(added) added"
        case .fork:
            return Terminal.emphasized("FORK", .red)
                + ": two different archives under one origin; neither extends the other"
        case .otherArchive:
            return Terminal.emphasized("OTHER ARCHIVE", .red) + ": their origins differ, so neither extends the other"
        case .shorter:
            return Terminal.emphasized("SHORTER", .red)
                + ": the new one has \(Quantity.count(new.size, "line")), the old one \(Quantity.grouped(old.size)); "
                + "name the older one first"
        }
    }

    /// The report for people.
    fileprivate var text: String {
        var lines = [headline, "old     \(old.reference)", "new     \(new.reference)"]
        switch verdict {
        case .fork:
            lines += ["", "Keep both checkpoints with their signatures: together they are the evidence.", ""]
            lines.append(safeForTerminal(old.text.displayText, keepingLines: true))
            lines.append(safeForTerminal(new.text.displayText, keepingLines: true))
        case .otherArchive:
            lines.append("origin  \(safeForTerminal(old.origin.displayText))")
            lines.append("        \(safeForTerminal(new.origin.displayText))")
        case .same, .extends, .shorter: break
        }
        return lines.joined(separator: "\n")
    }

    /// The report as JSON.
    fileprivate var json: String {
        var writer = CanonicalJSONWriter()
        writer.add("verdict", verdict.rawValue.bytes)
        writer.add("old_origin", old.origin)
        writer.add("old_root", old.reference.description.bytes)
        writer.add("new_origin", new.origin)
        writer.add("new_root", new.reference.description.bytes)
        writer.add("proof", proofTexts)
        return writer.finish().displayText
    }
}
