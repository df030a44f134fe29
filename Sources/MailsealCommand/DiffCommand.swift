// `mailseal diff`.

import ArgumentParser
import Bytes
import Mailseal

struct DiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compare two bundles, or a bundle with a source.",
        discussion: """
            Two bundles are the same when they hold the same messages and say the same of their places, DKIM results, keys,
            retrieval, other files and failures. With a folder, an mbox or an archive instead of one bundle the question is
            whether all of it is in the bundle, byte for byte; what the bundle holds besides does not count.

            Manifests are read through the index and checked against the roots that are shown. Nothing else is verified:
            mailseal verify does that. Docs/diff.md explains the classes.

            EXAMPLES
              mailseal diff 2017.tar.gz 2026.tar.gz
              mailseal diff mail.tar.gz inbox.mbox && echo "all of it is in there"
              mailseal diff --content --all old.tar.gz new.tar.gz
              mailseal diff --json old.tar.gz new.tar.gz | jq .classes

            EXIT STATUS
              0 same, or all of the source is in the bundle; 1 different; 2 trouble
            """)

    @Argument(help: ArgumentHelp("A bundle, or a source.", valueName: "a"))
    var a: String

    @Argument(help: ArgumentHelp("A bundle, or a source; one of the two must be a bundle.", valueName: "b"))
    var b: String

    @Flag(help: "Compare messages only: no places, keys, retrieval, other files or failures.")
    var messagesOnly = false

    @Flag(help: "Read manifests only: messages with different bytes are altered, for no reason that is told.")
    var manifestOnly = false

    @Flag(help: "Show a unified diff of the decoded text of altered messages.")
    var content = false

    @Flag(help: "Show all rows of each section.")
    var all = false

    @Flag(help: "Print one JSON document, with all rows.")
    var json = false

    @OptionGroup var resources: ResourceOptions

    func validate() throws {
        if manifestOnly, content { throw ValidationError("--content reads messages, --manifest-only does not") }
    }

    func run() async throws {
        let line = ProgressLine("comparing")
        let observer = Observer(progress: line.draw) { notice in
            guard case .failure(let sentence) = notice else { return }
            line.erase()
            Terminal.say(sentence)
        }
        let report = try await Diff.run(options, observer: observer)
        line.erase()
        Terminal.answer(json ? safeJSON(report.json) : report.text)
        if report.verdict == .different { throw ExitCode(1) }
    }

    private var options: DiffOptions {
        var options = DiffOptions(a: a.bytes, b: b.bytes)
        options.messagesOnly = messagesOnly
        options.manifestOnly = manifestOnly
        options.content = content
        options.rowLimit = all || json ? nil : 20
        options.jobs = resources.workers
        options.memory = resources.memoryBytes
        return options
    }
}
