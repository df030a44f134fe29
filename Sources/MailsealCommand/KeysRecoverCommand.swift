// `mailseal keys recover`.

import ArgumentParser
import Bytes
import DKIM
import Mailseal

struct KeysRecoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Compute lost keys from the signatures that they made.",
        discussion: """
            Two sound rsa signatures of one key give its modulus; a third confirms it.
            Every name with signatures in at least three messages and without a known key
            is searched, those of most messages first. A recovered key says: the same
            signer as of all messages that it verifies. It does not say that the domain
            published it.

            One name takes about a minute for 2048 bits and half of that for 1024, several
            when its signatures are broken, and 250 MB of memory for 2048 bits.
            Docs/keys-recover.md explains it.

            EXAMPLES
              mailseal keys recover leak --keys keys.txt --limit 10 -o found.txt
              mailseal keys recover mail.tar.gz --name 20161025._domainkey.gmail.com
              mailseal extend mail.tar.gz --keys found.txt -o mail-2.tar.gz

            EXIT STATUS
              0 done; 1 done, but a name gave no key or something could not be read; 2
              trouble, nothing was written
            """)

    @Argument(help: ArgumentHelp("Bundles, or sources as create takes them.", valueName: "input"))
    var inputs: [String]

    @Option(
        help: ArgumentHelp(
            "A file of known keys: their names are left out; may be given several times.", valueName: "file"))
    var keys: [String] = []

    @Option(
        help: ArgumentHelp(
            "Search this name only, even when a key of it is known; may be given several times.",
            valueName: "selector._domainkey.domain"),
        transform: ArgumentForm.keyName)
    var name: [KeyName] = []

    @Option(help: ArgumentHelp("Search names with signatures in at least so many messages.", valueName: "messages"))
    var atLeast: Int = 3

    @Option(help: ArgumentHelp("Search at most so many names, those of most messages.", valueName: "names"))
    var limit: Int?

    @OptionGroup var destination: KeyFileOptions

    @Flag(help: "Print one JSON document; needs -o.")
    var json = false

    @OptionGroup var resources: ResourceOptions

    func validate() throws {
        if json, destination.isStandardOutput {
            throw ValidationError("--json needs -o: standard output holds the keys otherwise")
        }
        if atLeast < 3 { throw ValidationError("--at-least must be at least 3: a key is confirmed by a third message") }
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
    }

    func run() async throws {
        let output = try destination.start()
        let (recover, failures) = try await read()
        var table = KeyRecoverTable(recover.targets)
        var results: [KeyRecoverResult] = []
        let board = KeyRecoverBoard()
        let line = TickingLine { KeyRecoverTable.progress(board.view) }
        line.start()
        defer { line.stop() }
        try await recover.run(board: board) { result in
            let rows = table.rows(of: result)
            line.erase { for row in rows { Terminal.aside(row + "\n") } }
            results.append(result)
            // A search can take hours: what was found is not lost when somebody ends it.
            if !result.keys.isEmpty, !destination.isStandardOutput {
                let isFirst = results.dropLast().allSatisfy(\.keys.isEmpty)
                try destination.write(results.flatMap(\.keys).map(\.key), to: output, again: !isFirst)
            }
        }
        line.stop()
        let keys = results.flatMap(\.keys).map(\.key)
        if !keys.isEmpty, destination.isStandardOutput { try destination.write(keys, to: output) }
        let report = KeyRecoverReport(
            results: results, recover: recover, output: keys.isEmpty ? nil : destination.output ?? "-")
        for sentence in report.sentences { Terminal.say(sentence) }
        if json { Terminal.answer(safeJSON(report.json)) }
        if report.isIncomplete || failures > 0 { throw ExitCode(1) }
    }

    /// Reads everything; gives the number of things that could not be read, too.
    private func read() async throws -> (KeyRecover, failures: Int) {
        var options = KeyRecoverOptions(inputs: inputs.map(\.argumentBytes))
        options.keyFiles = keys.map(\.argumentBytes)
        options.names = name
        options.minimumMessages = atLeast
        options.limit = limit
        options.jobs = resources.workers
        options.memory = resources.memoryBytes
        let line = ProgressLine("reading")
        let observer = line.observer(wantsTotal: Terminal.hasProgress)
        let recover = try await KeyRecover(options, observer: observer)
        line.erase()
        return (recover, line.failures)
    }
}
