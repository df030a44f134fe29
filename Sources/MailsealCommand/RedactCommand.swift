// `mailseal redact`.

import ArgumentParser
import Bytes
import Files
import Mailseal
import Manifest
import MerkleTree

struct RedactCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redact",
        abstract: "Make a public bundle that withholds some messages and has the same root.",
        usage: """
            mailseal redact <bundle> --keep <messages> ... -o <file> [options]
            mailseal redact <bundle> --withhold <messages> ... -o <file> [options]
            """,
        discussion: """
            Withheld messages go with their attachments, evidence and places; of their lines in the manifest only the hashes remain,
            so that the root, and every seal of it, stays the same. Files that are no mail go too, unless --keep-files. Messages
            are named by numbers (17 or 1-20,40-), SHA-256 or Message-ID; a name that fits none is an error. What a public
            bundle still shows is told in Docs/redaction.md.

            EXAMPLES
              mailseal redact mail.tar.gz --keep 1-20,57 -o public.tar.gz
              mailseal redact mail.tar.gz --withhold '<20170505.1@example.org>' --withhold 12 -o public.tar.gz
              mailseal list mail.tar.gz --from minister@example.org --json | jq -r '.messages[].sha256' > wanted
              mailseal redact mail.tar.gz --keep-list wanted -o public.tar.gz

            EXIT STATUS
              0 done; 2 trouble, nothing was written
            """)

    @Argument(help: ArgumentHelp("The bundle.", valueName: "bundle"))
    var bundle: String

    @Option(help: ArgumentHelp("Disclose these messages and no others.", valueName: "messages"))
    var keep: [String] = []

    @Option(help: ArgumentHelp("Disclose those that a file names, one in a line.", valueName: "file"))
    var keepList: String?

    @Option(help: ArgumentHelp("Disclose all messages but these.", valueName: "messages"))
    var withhold: [String] = []

    @Option(help: ArgumentHelp("Withhold those that a file names, one in a line.", valueName: "file"))
    var withholdList: String?

    @Option(
        help: ArgumentHelp(
            "Of these, disclose the lines without the bytes; that reveals their digests.", valueName: "messages"))
    var linesOnly: [String] = []

    @Flag(help: "Keep the files that are no mail.")
    var keepFiles = false

    @Option(name: .shortAndLong, help: ArgumentHelp("The public bundle to write.", valueName: "file"))
    var output: String

    @Flag(name: .shortAndLong, help: "Replace an existing bundle.")
    var force = false

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var resources: ResourceOptions

    func validate() throws {
        let keeps = !keep.isEmpty || keepList != nil
        let withholds = !withhold.isEmpty || withholdList != nil
        guard keeps != withholds else { throw ValidationError("expected --keep or --withhold, and not both") }
        if output == "-" { throw ValidationError("a bundle cannot be written to standard output; name a file with -o") }
    }

    func run() async throws {
        let line = ProgressLine("redacting")
        let summary = try await Redact.run(try options(), observer: line.observer())
        line.erase()
        Terminal.answer(
            json ? safeJSON(summary.json(at: output.argumentBytes)) : summary.text(at: output.argumentBytes))
    }

    private func options() throws -> RedactOptions {
        let keeps = !keep.isEmpty || keepList != nil
        let selection = try Self.selection(keeps ? keep : withhold, list: keeps ? keepList : withholdList)
        var options = RedactOptions(
            bundle: bundle.argumentBytes, output: output.argumentBytes,
            disclosure: keeps ? .keep(selection) : .withhold(selection))
        options.listed = try Self.selection(linesOnly, list: nil)
        options.keepsFiles = keepFiles
        options.force = force
        options.jobs = resources.workers
        options.memory = resources.memoryBytes
        return options
    }

    /// The longest list that is read, 256 MiB.
    private static let listLimit = 1 << 28

    private static func selection(_ names: [String], list: String?) throws -> MessageSelection {
        var names = names
        if let list {
            let lines = try ReadableFile.bytes(named: list.argumentBytes, limit: listLimit).split(separator: ASCII.lf)
            names += lines.map { ASCII.trimmed($0).displayText }.filter { !$0.isEmpty }
        }
        var selection = MessageSelection()
        for name in names {
            if let numbers = NumbersArgument(argument: name) {
                selection.numbers += numbers.ranges
            } else {
                selection.references.append(MessageReference(name))
            }
        }
        return selection
    }
}

extension RedactSummary {
    /// The summary for people.
    fileprivate func text(at path: [UInt8]) -> String {
        let shown = safeForTerminal(path.displayText)
        var lines = [
            "disclosed \(Quantity.grouped(disclosed)) of \(Quantity.count(messages, "message")) in \(shown) "
                + "(\(Quantity.bytes(size))); \(Quantity.count(withheldLines, "line")) of the manifest withheld"
        ]
        if listed > 0 {
            lines.append(
                "  \(Quantity.count(listed, "message")) by lines only, which reveal the digests of their bytes")
        }
        if isSalted { lines.append("  withheld lines have salts: nobody can confirm what they say") }
        lines.append("root    \(root), that of the whole bundle")
        lines += ["", "Whoever knows the root can verify what is disclosed:"]
        lines.append("  mailseal verify --root \(root) \(Report.quoted(shown))")
        return lines.joined(separator: "\n")
    }

    /// The summary as JSON.
    fileprivate func json(at path: [UInt8]) -> String {
        var writer = CanonicalJSONWriter()
        writer.add("bundle", path)
        writer.add("name", name)
        writer.add("root", root.description.bytes)
        writer.add("messages", messages)
        writer.add("disclosed", disclosed)
        writer.add("listed", listed)
        writer.add("withheld_lines", withheldLines)
        writer.add("salted", isSalted)
        writer.add("size", size)
        return writer.finish().displayText
    }
}
