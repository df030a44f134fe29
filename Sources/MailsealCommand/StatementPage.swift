// The certification as sections of labelled facts, from which both its forms are made.

import Bytes
import Mailseal
import Manifest
import MerkleTree

/// A page of facts to be signed.
struct StatementPage {
    /// Facts under a heading.
    struct Section {
        let heading: String
        /// What must not be overlooked.
        var alarm: String?
        var rows: [(label: String, value: String)] = []
        var paragraphs: [String] = []
    }

    let title = "Certification of a digital copy"
    let subtitle = "for Federal Rules of Evidence 902(11), 902(13) and 902(14); with the particulars of ISO/IEC 27037"
    let sections: [Section]
    /// What is left to be filled in by hand.
    let blanks = ["Name", "Position, organisation", "Qualification", "Place and date", "Signature"]

    init(_ statement: Statement, file: String) {
        var sections = [Self.copy(statement, file), Self.verification(statement)]
        if statement.report.verdict != .altered {
            sections.insert(Self.origin(statement), at: 1)
            sections.insert(Self.content(statement), at: 2)
        }
        sections.append(Self.seal(statement))
        sections.append(Self.process(statement.report))
        sections.append(Self.certification)
        self.sections = sections.enumerated().map { place, section in
            Section(
                heading: "\(place + 1). \(section.heading)", alarm: section.alarm, rows: section.rows,
                paragraphs: section.paragraphs)
        }
    }

    private static func copy(_ statement: Statement, _ file: String) -> Section {
        let report = statement.report
        var rows = [
            ("File", "\(file), \(Quantity.count(statement.size, "byte"))"), ("SHA-256", statement.sha256),
        ]
        guard report.hasManifest else { return Section(heading: "The copy", rows: rows) }
        rows.append(("Archive", "\(report.name.displayText), origin \(report.origin.displayText)"))
        if report.editions.count > 1 { rows.append(("Edition", "\(report.editions.count)")) }
        rows.append(("Root", report.root.description))
        if !report.contentRoot.isEmpty { rows.append(("Content root", report.contentRoot)) }
        return Section(heading: "The copy", rows: rows)
    }

    private static func origin(_ statement: Statement) -> Section {
        var rows: [(String, String)] = []
        for source in statement.sources {
            rows.append(("Source \(source.line.id)", facts(of: source)))
            rows += source.containers.map { container in
                let digest = container.sha256.map { "SHA-256 \($0)" } ?? "could not be read to its end"
                return (
                    "",
                    "\(container.path.shown) (\(container.kind)), \(Quantity.count(container.size, "byte")), \(digest)"
                )
            }
            let rest = source.containerCount - source.containers.count
            if rest > 0 {
                rows.append(
                    (
                        "",
                        "and \(Quantity.count(rest, "more mailbox or archive", plural: "more mailboxes and archives"))"
                    ))
            }
        }
        let rest = statement.sourceCount - statement.sources.count
        if rest > 0 { rows.append(("", "and \(Quantity.count(rest, "more source"))")) }
        return Section(heading: "What it was made from, as its maker recorded", rows: rows)
    }

    private static func facts(of source: Statement.Source) -> String {
        var facts = "\(source.line.name.displayText) (\(source.line.kind))"
        if let end = source.end {
            facts += ", \(Quantity.count(end.bytes.read, "byte")) read: \(Quantity.count(end.messages, "message")), "
            facts += "\(Quantity.count(end.files, "other file")), \(Quantity.count(end.failures, "failure"))"
        }
        guard let retrieved = source.line.retrieved else { return facts + "; retrieval not stated" }
        let time = retrieved.at.map { " \($0)" } ?? ""
        return facts + "; retrieved\(time)" + (retrieved.from.map { " from \($0.displayText)" } ?? "")
    }

    private static func content(_ statement: Statement) -> Section {
        let counts = statement.report.counts
        var rows: [(String, String)] = []
        if let disclosure = statement.report.disclosure {
            let messages = Quantity.count(disclosure.total, "message")
            let disclosed = "\(Quantity.grouped(disclosure.messages)) of \(messages)\(disclosure.listedWords)"
            rows.append(("Disclosed", "\(disclosed); the others are withheld"))
        }
        rows.append(("Messages", "\(Quantity.grouped(counts.messages)), \(Quantity.count(counts.bytes, "byte"))"))
        if let listed = statement.report.disclosure?.listed, listed > 0 {
            rows.append(("", "\(Quantity.grouped(listed)) of these by the line only: the bytes are not in the copy"))
        }
        rows += EvidenceClass.allCases.filter { counts[$0] > 0 }.map {
            ("", "\(Quantity.grouped(counts[$0])) \($0.countWords)")
        }
        if counts.keys > 0 {
            let keys = Quantity.count(counts.keys, "key record")
            rows.append(("DKIM keys", "\(keys), supplied by the maker and not compared with the domains"))
        }
        rows.append(("Attachments", Quantity.grouped(counts.attachments)))
        rows.append(("Other files", Quantity.grouped(counts.files)))
        rows.append(("Failures", Quantity.grouped(counts.failures)))
        rows += statement.failures.map { ("", "\($0.code): \($0.path?.shown ?? "source \($0.source)")") }
        let rest = counts.failures - statement.failures.count
        if rest > 0, !statement.failures.isEmpty { rows.append(("", "and \(Quantity.grouped(rest)) more")) }
        return Section(heading: "What it holds", rows: rows)
    }

    private static func verification(_ statement: Statement) -> Section {
        let report = statement.report
        var rows = [("Tool", "mailseal \(programVersion), format \(formatName)"), ("Result", report.result)]
        if let rules = report.rules { rows.append(("Rules", "\(rules)")) }
        rows += report.findings.prefix(Statement.listLimit).map { ("", "\($0.code): \($0.subject): \($0.detail)") }
        let rest = report.findings.count - Statement.listLimit
        if rest > 0 { rows.append(("", "and \(Quantity.grouped(rest)) more findings")) }
        return Section(heading: "Verification of this copy", rows: rows)
    }

    private static func process(_ report: VerifyReport) -> Section {
        let derived =
            [.bytesIntact, .bytesConsistent].contains(report.verdict)
            ? "the tree and its root; not the lines that follow from a message's bytes, nor the DKIM signatures, which were recorded by other rules."
            : "every line that follows from a message's bytes, the tree and its root, and every DKIM signature (RFC 6376) with the key records in the copy."
        var paragraphs = [
            "The tool copied each message byte for byte and identified it by its SHA-256. Each message, attachment, signature, place and key "
                + "is a line of a manifest; the lines are the leaves of a Merkle tree (RFC 6962), whose root identifies the whole. A "
                + "change of any byte gives another root.",
            "Verification computed again from the copy alone: every digest, \(derived) It can be repeated with the tool, or by hand "
                + "with the commands in its documentation.",
        ]
        if let disclosure = report.disclosure {
            paragraphs.append(
                "That is said of what the copy discloses. Of a withheld line it holds the hash alone, which was used to compute the root."
                    + (disclosure.listed == 0 ? "" : " " + notComputed(of: disclosure.listed)))
        }
        return Section(heading: "Process", paragraphs: paragraphs)
    }

    private static func notComputed(of listed: Int) -> String {
        "Of \(Quantity.count(listed, "message")) it holds the line without the bytes: no digest, attachment or DKIM signature of "
            + "\(listed == 1 ? "it" : "them") was computed again, and what the counts above say of "
            + "\(listed == 1 ? "it" : "them") is what the maker recorded."
    }

    private static let certification = Section(
        heading: "Certification",
        paragraphs: [
            "I am qualified by the knowledge, training or experience stated below to certify this process. I have verified the copy named in 1 with "
                + "the result in the section on verification. The digital identification by SHA-256 shows that it is the copy with that "
                + "root.",
            "I declare under penalty of perjury that the foregoing is true and correct (28 U.S.C. § 1746; strike out where it does not apply).",
        ])
}

extension SourcePath {
    /// The path with a slash between components and a colon between levels.
    fileprivate var shown: String {
        levels.map { $0.map(\.displayText).joined(separator: "/") }.joined(separator: ":")
    }
}

extension VerifyReport {
    /// The verdict in a sentence of the certification.
    fileprivate var result: String {
        let anchor = isNamed ? "the root is the one named by the signer of this page" : "the seal vouches for the root"
        switch verdict {
        case .intact: return "intact: everything recomputed agrees, and \(anchor)"
        case .extended:
            return "an earlier edition has the root named by the signer of this page; everything recomputed agrees"
        case .consistent: return "consistent: everything recomputed agrees; \(unanchored)"
        case .bytesIntact: return "bytes intact, and \(anchor); derived facts were not checked (other rules)"
        case .bytesConsistent:
            return "bytes consistent; \(unanchored); derived facts were not checked (other rules)"
        case .evidenceDiffers: return "bytes consistent; recorded evidence does NOT follow from them"
        case .sealBroken: return "THE SEAL IS BROKEN; what was recomputed from the copy alone agrees"
        case .altered: return "ALTERED: this copy is not what was packed"
        }
    }

    private var unanchored: String {
        seal == nil
            ? "the root was compared with no other" : "the root is that of a seal whose signer nobody named"
    }
}
