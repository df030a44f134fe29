// `mailseal keys missing`.

import ArgumentParser
import Bytes
import DKIM
import Mailseal

struct KeysMissingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "missing",
        abstract: "List the keys that an archive's signatures call for and that are not known.",
        discussion: """
            Of a bundle only the manifest is read; sources are read as create reads them.
            The names that most messages call for come first, with the earliest and latest
            Date that these messages claim. KEY says none (no record is known), revoked or
            unusable (only such records are). Not on a terminal, names are not cut.

            EXAMPLES
              mailseal keys missing mail.tar.gz
              mailseal keys missing leak inbox.mbox --keys keys.txt --limit 20

            EXIT STATUS
              0 done; 1 done, but something could not be read; 2 trouble
            """)

    @Argument(help: ArgumentHelp("Bundles and sources.", valueName: "input"))
    var inputs: [String]

    @Option(
        help: ArgumentHelp("A file of DKIM keys that are known; may be given several times.", valueName: "file"))
    var keys: [String] = []

    @Option(help: ArgumentHelp("How many names to list; the counts are of all.", valueName: "n"))
    var limit: Int?

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var resources: ResourceOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
    }

    func run() async throws {
        let line = ProgressLine("reading")
        let observer = line.observer()
        var options = KeysMissingOptions(inputs: inputs.map(\.argumentBytes))
        options.keyFiles = keys.map(\.argumentBytes)
        options.jobs = resources.workers
        options.memory = resources.memoryBytes
        let found = try await KeysMissing(options, observer: observer)
        line.erase()
        let shown = found.names.prefix(limit ?? found.names.count)
        Terminal.answer(json ? safeJSON(found.json(shown)) : found.text(shown))
        if line.failures > 0 { throw ExitCode(1) }
    }
}

extension KeysMissing {
    /// The names as a table, and the counts.
    fileprivate func text(_ shown: ArraySlice<Name>) -> String {
        var lines: [String] = []
        if !shown.isEmpty {
            let counts = shown.map { Quantity.grouped($0.messages) }
            let width = max(8, counts.map(\.count).max() ?? 0)
            lines.append("\(Report.padded("MESSAGES", width))  FIRST       LAST        KEY       NAME")
            lines += zip(shown, counts).map { name, count in
                let dates = [name.firstDate, name.lastDate].map { $0.map { String($0.description.prefix(10)) } ?? "-" }
                let cells = [
                    Report.padded(count, width), Columns.fit(dates[0], 10), Columns.fit(dates[1], 10),
                    Columns.fit(name.state.rawValue, 8), onOneLine(name.name.text.displayText),
                ]
                return Columns.cutUnlessPiped(cells.joined(separator: "  "))
            }
            if shown.count < names.count { lines.append("and \(Quantity.grouped(names.count - shown.count)) more") }
            lines.append("")
        }
        let of = "\(Quantity.grouped(affected)) of \(Quantity.count(messages, "message"))"
        lines.append(
            "\(Quantity.count(called, "key")) called for, \(Quantity.grouped(names.count)) not known, by \(of)")
        return lines.joined(separator: "\n")
    }

    /// The names as JSON.
    fileprivate func json(_ shown: ArraySlice<Name>) -> String {
        var writer = CanonicalJSONWriter()
        writer.add("messages", messages)
        writer.add("messages_without_key", affected)
        writer.add("names", called)
        writer.add("names_without_key", names.count)
        writer.add(
            "missing",
            objects: shown.map { name in
                var writer = CanonicalJSONWriter()
                writer.add("domain", name.name.domain)
                writer.add("selector", name.name.selector)
                writer.add("messages", name.messages)
                writer.add("first_date", name.firstDate?.rfc3339)
                writer.add("last_date", name.lastDate?.rfc3339)
                writer.add("state", name.state.rawValue.bytes)
                return writer.finish()
            })
        return writer.finish().displayText
    }
}

extension Columns {
    /// The text in the width of the terminal on standard output, or whole when there is none.
    fileprivate static func cutUnlessPiped(_ text: String) -> String {
        Terminal.width > 0 ? cut(text, Terminal.width) : text
    }
}
