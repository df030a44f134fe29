// `mailseal list`.

import ArgumentParser
import Bytes
import Mailseal
import Manifest
import MerkleTree

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the messages of a bundle, and count those that are verified by DKIM.",
        usage: "mailseal list <bundle> [<filters>] [--root <size:hash>] [--json | --csv]",
        discussion: """
            Only the manifest is read, and message bytes for --text. Every condition given must hold. Times are in UTC.
            Date, From, To and Subject are claims of whoever wrote the message. The DKIM column says verified,
            headers (proven, the body is not), fails, no key, or - (unsigned). Not on a terminal, subjects are not cut.

            EXAMPLES
              mailseal list mail.tar.gz --between alice@example.org "Bob Martin"
              mailseal list mail.tar.gz --from example.org --after 2017-04-01 --before 2017-05-06 --dkim verified
              mailseal list mail.tar.gz --text "off shore" --csv > hits.csv

            EXIT STATUS
              0 done; 1 another root than --root, or messages that could not be read; 2 trouble
            """)

    @Argument(help: ArgumentHelp("The bundle.", valueName: "bundle"))
    var bundle: String?

    @OptionGroup(title: "FILTERS") var filters: FilterOptions
    @OptionGroup var pin: RootOption

    @Flag(help: "Print one JSON document.")
    var json = false

    @Flag(help: "Print CSV; values that a spreadsheet would take for formulas get an apostrophe before them.")
    var csv = false

    @OptionGroup var resources: ResourceOptions

    func validate() throws {
        if json, csv { throw ValidationError("--json and --csv cannot both be given") }
    }

    func run() async throws {
        let bundle = try pin.open(try filters.bundle(bundle))
        let line = ProgressLine("searching")
        let observer = Observer(progress: filters.text.isEmpty ? { _ in } : line.draw) { notice in
            line.erase()
            if case .failure(let sentence) = notice { Terminal.say(sentence) }
        }
        let output = BufferedOutput()
        var listing: any Listing = TableListing(bundle, Terminal.width)
        if json { listing = JSONListing() }
        if csv { listing = CSVListing() }
        output.write(listing.start(bundle, pin))
        let summary = try await List.run(bundle, filters.filter, jobs: resources.workers, observer: observer) {
            output.write(listing.row($0))
        }
        line.erase()
        output.write(listing.end(bundle, summary, pin))
        output.flush()
        if summary.unreadable > 0 { throw ExitCode(1) }
    }
}

/// A way to write a list: text before, for each message, and after.
protocol Listing {
    mutating func start(_ bundle: Bundle, _ pin: RootOption) -> String
    mutating func row(_ message: ListedMessage) -> String
    mutating func end(_ bundle: Bundle, _ summary: ListSummary, _ pin: RootOption) -> String
}

/// Standard output in pieces of 64 KiB.
final class BufferedOutput {
    private var text = ""

    func write(_ more: String) {
        text += more
        if text.utf8.count >= 1 << 16 { flush() }
    }

    func flush() {
        Terminal.answer(bytes: text.bytes)
        text = ""
    }
}
