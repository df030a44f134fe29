// `mailseal extract`.

import ArgumentParser
import Bytes
import Mailseal
import Manifest
import MerkleTree

struct ExtractCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extract",
        abstract: "Write messages, attachments or whole sources out of a bundle.",
        usage: "mailseal extract <bundle> -o <folder> [--layout messages|attachments|source] [<filters>]",
        discussion: """
            messages     each message as NNNNNN.eml, its exact bytes
            attachments  each attachment, decoded, as NNNNNN-PART-NAME, its name made safe
            source       the sources as they were: trees, Maildirs and mailboxes byte for byte, with their recorded times;
                         what was in an archive that is not stored comes below ARCHIVE.contents/

            Each file is checked against its digest, each mailbox against that of its source. Nothing is overwritten, nothing
            is written outside the folder. Open attachments with care: they are what strangers sent.

            EXAMPLES
              mailseal extract mail.tar.gz -o eml --between alice@example.org bob@example.org
              mailseal extract mail.tar.gz -o files --layout attachments --numbers 17
              mailseal extract mail.tar.gz -o leak --layout source

            EXIT STATUS
              0 done; 1 done, with refusals, or another root than --root; 2 trouble
            """)

    @Argument(help: ArgumentHelp("The bundle.", valueName: "bundle"))
    var bundle: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("The folder to write into.", valueName: "folder"))
    var output: String

    @Option(help: "What to write.")
    var layout: LayoutArgument = .messages

    @Flag(help: "Make the symbolic links of a source, too.")
    var links = false

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup(title: "FILTERS") var filters: FilterOptions
    @OptionGroup var pin: RootOption
    @OptionGroup var resources: ResourceOptions

    func validate() throws {
        if layout == .source, !filters.filter.isEmpty {
            throw ValidationError("a source is extracted whole, without filters")
        }
        if layout != .source, links { throw ValidationError("--links goes with --layout source") }
    }

    func run() async throws {
        let bundle = try pin.open(try filters.bundle(bundle))
        var options = ExtractOptions(folder: output.bytes)
        options.layout = layout.layout
        options.filter = filters.filter
        options.makesLinks = links
        options.jobs = resources.workers
        let line = ProgressLine("extracting")
        let observer = Observer(progress: line.draw) { notice in
            line.erase()
            if case .failure(let sentence) = notice { Terminal.say(sentence) }
        }
        let summary = try await Extract.run(bundle, options, observer: observer)
        line.erase()
        for note in summary.notes.prefix(100) { Terminal.say("\(note.subject): \(note.detail)") }
        if summary.notes.count > 100 { Terminal.say("and \(summary.notes.count - 100) more of these") }
        if json {
            Terminal.answer(safeJSON(summary.json(bundle, pin)))
        } else {
            Terminal.answer(([summary.text(into: output)] + pin.lines(bundle)).joined(separator: "\n"))
        }
        if !summary.findings.isEmpty { throw ExitCode(1) }
    }
}

/// A layout by its name on the command line.
enum LayoutArgument: String, ExpressibleByArgument, CaseIterable {
    case messages, attachments, source

    var layout: ExtractOptions.Layout {
        switch self {
        case .messages: .messages
        case .attachments: .attachments
        case .source: .source
        }
    }
}

extension ExtractSummary {
    /// The counts by name, those that are not zero.
    private var parts: [String] {
        [
            (messages, "message", "messages"), (attachments, "attachment", "attachments"),
            (mailboxes, "mailbox rebuilt", "mailboxes rebuilt"), (files, "other file", "other files"),
            (links, "link", "links"),
        ].filter { $0.0 > 0 }.map { Quantity.count($0.0, $0.1, plural: $0.2) }
    }

    /// The summary for people.
    fileprivate func text(into folder: String) -> String {
        let what = parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
        var lines = ["extracted \(what) (\(Quantity.bytes(bytes))) into \(safeForTerminal(folder))"]
        if !findings.isEmpty { lines.append("\(Quantity.count(findings.count, "refusal")): see above") }
        if undated > 0 { lines.append("\(Quantity.count(undated, "message")) left out: no Date that can be read") }
        return lines.joined(separator: "\n")
    }

    /// The summary as JSON.
    fileprivate func json(_ bundle: Bundle, _ pin: RootOption) -> String {
        var writer = CanonicalJSONWriter()
        writer.add("bundle", bundle.name)
        writer.add("root", bundle.root.description.bytes)
        writer.add("pinned", pin.root != nil)
        for (name, value) in [
            ("messages", messages), ("attachments", attachments), ("mailboxes", mailboxes), ("files", files),
            ("links", links), ("bytes", bytes), ("left_out_undated", undated),
        ] { writer.add(name, value) }
        writer.add("findings", objects: findings.map(\.json))
        writer.add("notes", objects: notes.map(\.json))
        return writer.finish().displayText
    }
}
