// `mailseal extend`.

import ArgumentParser
import Bytes
import Mailseal
import Manifest
import MerkleTree

struct ExtendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extend",
        abstract: "Add more mail, or what newly found DKIM keys prove, to a bundle, as a further edition.",
        usage: "mailseal extend <bundle> [<source> ...] [--keys <file>]... -o <file> [options]",
        discussion: """
            The new bundle begins with the old one's manifest, byte for byte; a further
            edition holds the new sources, the new key records and the evidence that they
            change. Messages that the bundle has are not stored again: their new places are
            recorded. Nothing is removed, and anyone who knows the old root can check that:
            mailseal verify --extends. The old bundle is verified first and left as it is.
            The same bundle, sources and keys give the same new bundle.

            EXAMPLES
              mailseal extend mail.tar.gz second-leak/ -o mail-2.tar.gz \\
                  --retrieved-at 2026-11-20T09:00:00Z
              mailseal extend mail.tar.gz --keys found-in-2026.txt -o mail-2.tar.gz
              mailseal verify --extends mail.tar.gz mail-2.tar.gz
              mailseal diff mail.tar.gz mail-2.tar.gz

            EXIT STATUS
              0 done; 1 done, with failures (--keep-going), or nothing was written: no
              source was given, and no signature calls for a key that is new; 2 trouble,
              nothing was written
            """)

    @Argument(help: ArgumentHelp("The bundle to extend.", valueName: "bundle"))
    var bundle: String

    @Argument(help: ArgumentHelp("What to add, in this order.", valueName: "source"))
    var sources: [String] = []

    @Option(
        help: ArgumentHelp(
            "A file of DKIM keys, lines of selector._domainkey.domain TXT-record; may be given several times.",
            valueName: "file"))
    var keys: [String] = []

    @Option(help: ArgumentHelp("The seed that the bundle was made with, when it has salts.", valueName: "file"))
    var seedFile: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("The new bundle to write.", valueName: "file"))
    var output: String

    @Option(
        help: ArgumentHelp(
            "The bagging time of the new edition for bag-info.txt (RFC 3339).", valueName: "time"),
        transform: ArgumentForm.time)
    var baggedAt: Timestamp?

    @Flag(name: .shortAndLong, help: "Replace an existing bundle.")
    var force = false

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var intake: SourceArguments
    @OptionGroup var resources: ResourceOptions

    func validate() throws {
        if sources.isEmpty, keys.isEmpty {
            throw ValidationError("nothing to add: name a source, or a file of keys with --keys")
        }
        if output == "-" { throw ValidationError("a bundle cannot be written to standard output; name a file with -o") }
    }

    func run() async throws {
        let line = ProgressLine("extending")
        let observer = line.observer(wantsTotal: Terminal.hasProgress)
        let summary = try await Extend.run(options, observer: observer)
        line.erase()
        if summary.written == nil {
            Terminal.say("no signature calls for a key that is new: nothing was written")
            Terminal.hint("mailseal list --dkim key_unavailable names messages that lack a key")
        }
        if json { Terminal.answer(safeJSON(summary.json(at: output.argumentBytes))) }
        guard let written = summary.written else { throw ExitCode(1) }
        if !json { Terminal.answer(summary.text(written, at: output.argumentBytes)) }
        if line.failures > 0 { throw ExitCode(1) }
    }

    private var options: ExtendOptions {
        var options = ExtendOptions(bundle: bundle.argumentBytes, output: output.argumentBytes)
        options.sources = intake.options(of: sources)
        options.seedFile = seedFile?.argumentBytes
        options.keyFiles = keys.map(\.argumentBytes)
        options.baggedAt = baggedAt
        options.force = force
        options.jobs = resources.workers
        options.memory = resources.memoryBytes
        return options
    }
}

extension ExtendSummary {
    /// The summary for people.
    fileprivate func text(_ written: Written, at path: [UInt8]) -> String {
        let shown = safeForTerminal(path.displayText)
        var lines = [
            "added edition \(written.edition): \(written.added), in \(shown) (\(Quantity.bytes(written.size)))"
        ]
        lines += Report.table(written.counts, written.reservations)
        lines += Report.roots(written.root, content: written.contentRoot)
        if let before = editions.last { lines.append("extends \(before.root)") }
        lines.append("")
        lines.append("Publish this line, so that anyone can verify the bundle:")
        lines.append("  mailseal verify --root \(written.root) \(Report.quoted(shown))")
        return lines.joined(separator: "\n")
    }

    /// The summary as JSON.
    fileprivate func json(at path: [UInt8]) -> String {
        var writer = CanonicalJSONWriter()
        writer.add("bundle", written == nil ? nil : path)
        writer.add("name", name)
        writer.add("extends", editions.last.map { $0.root.description.bytes })
        writer.add("edition", written?.edition ?? editions.count)
        if let written {
            writer.add("root", written.root.description.bytes)
            writer.add("content_root", written.contentRoot.bytes)
            writer.add("size", written.size)
            writer.add("added_sources", written.sources)
            writer.add("added_messages", written.messages)
            writer.add("added_places", written.places)
            writer.add("added_keys", written.keys)
            writer.add("renewed_messages", written.renewed)
            writer.add("counts", object: Report.json(written.counts, written.reservations))
        }
        return writer.finish().displayText
    }
}

extension ExtendSummary.Written {
    /// What the edition adds, in a few words.
    fileprivate var added: String {
        var parts: [String] = []
        if sources > 0 {
            let known = places - messages
            parts.append(Quantity.count(messages, "new message"))
            if known > 0 { parts.append("\(Quantity.count(known, "place")) of known ones") }
        }
        if keys > 0 || sources == 0 { parts.append(Quantity.count(keys, "key record")) }
        if renewed > 0 || sources == 0 { parts.append("evidence of \(Quantity.count(renewed, "message"))") }
        return parts.joined(separator: ", ")
    }
}
