// `mailseal create`.

import ArgumentParser
import Bytes
import Mailseal
import Manifest
import MerkleTree

struct CreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Pack mail into a bundle and print the root to publish.",
        usage: "mailseal create <source> ... [-o <file>] [--keys <file>]... [--retrieved-at <time>] [options]",
        discussion: """
            A source is a folder of messages, a Maildir, an mbox, one message, or a zip, tar, 7z or rar archive of these.
            Every byte of every source is accounted for; what is no mail is kept as a file.

            EXAMPLES
              mailseal create leak/ --keys keys.txt --retrieved-at 2017-05-05T18:35:00Z \\
                  --retrieved-from https://archive.example/macron-leaks
              head -c 32 /dev/urandom > seed && mailseal create leak/ --seed-file seed --origin newsroom.example/leak
              mailseal create inbox.mbox sent.mbox -o mail.tar.gz --name newsroom-2026

            EXIT STATUS
              0 done; 1 done, with failures (--keep-going); 2 trouble, nothing was written
            """)

    @Argument(help: ArgumentHelp("What to pack, in this order.", valueName: "source"))
    var sources: [String]

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The bundle to write (default: NAME.tar.gz here).", valueName: "file"))
    var output: String?

    @Option(
        help: ArgumentHelp(
            "The bundle's name: 1 to 64 of a-z 0-9 . _ - (default: from the first source).", valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp("The checkpoint's origin, such as newsroom.example/archives/2026-11.", valueName: "name"))
    var origin: String?

    @Option(
        help: ArgumentHelp(
            "A file of DKIM keys, lines of selector._domainkey.domain TXT-record; may be given several times.",
            valueName: "file"))
    var keys: [String] = []

    @Option(
        help: ArgumentHelp(
            "A file of 32 secret random bytes, for this archive alone: a salt in each line hides what redact withholds.",
            valueName: "file"))
    var seedFile: String?

    @Option(
        help: ArgumentHelp("The bagging time for bag-info.txt (RFC 3339).", valueName: "time"),
        transform: ArgumentForm.time)
    var baggedAt: Timestamp?

    @Flag(name: .shortAndLong, help: "Replace an existing bundle.")
    var force = false

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var intake: SourceArguments
    @OptionGroup var resources: ResourceOptions

    func validate() throws {
        if output == "-" { throw ValidationError("a bundle cannot be written to standard output; name a file with -o") }
    }

    func run() async throws {
        let line = ProgressLine("packing")
        let observer = line.observer(wantsTotal: Terminal.hasProgress)
        let summary = try await Create.run(options, observer: observer)
        line.erase()
        Terminal.answer(json ? safeJSON(summary.json) : summary.text)
        if line.failures > 0 { throw ExitCode(1) }
    }

    private var options: CreateOptions {
        var options = CreateOptions(sources: [])
        options.sources = intake.options(of: sources)
        options.output = output?.argumentBytes
        options.name = name?.argumentBytes
        options.origin = origin?.argumentBytes
        options.seedFile = seedFile?.argumentBytes
        options.keyFiles = keys.map(\.argumentBytes)
        options.baggedAt = baggedAt
        options.force = force
        options.jobs = resources.workers
        options.memory = resources.memoryBytes
        return options
    }
}

extension CreateSummary {
    /// The summary for people.
    fileprivate var text: String {
        let shown = safeForTerminal(path.displayText)
        let packed = "\(Quantity.count(counts.messages, "message")) (\(Quantity.bytes(counts.bytes)))"
        var lines = ["packed \(packed) into \(shown) (\(Quantity.bytes(size)))"]
        lines += Report.table(counts, reservations) + Report.roots(root, content: contentRoot)
        lines.append("")
        lines.append("Publish this line, so that anyone can verify the bundle:")
        lines.append("  mailseal verify --root \(root) \(Report.quoted(shown))")
        return lines.joined(separator: "\n")
    }

    /// The summary as JSON.
    fileprivate var json: String {
        var writer = CanonicalJSONWriter()
        writer.add("bundle", path)
        writer.add("name", name)
        writer.add("root", root.description.bytes)
        writer.add("content_root", contentRoot.bytes)
        writer.add("size", size)
        writer.add("counts", object: Report.json(counts, reservations))
        return writer.finish().displayText
    }
}
