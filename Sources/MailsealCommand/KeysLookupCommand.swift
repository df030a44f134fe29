// `mailseal keys lookup`.

import ArgumentParser
import Bytes
import DKIM
import Mailseal
import Resolver

struct KeysLookupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lookup",
        abstract: "Ask DNS for the keys that an archive's signatures call for, and write them to a key file.",
        usage: "mailseal keys lookup [<input> ...] [--name <name>]... [--resolver <addr>]... [-o <file>] [options]",
        discussion: """
            All names that DKIM, ARC and DomainKeys signatures call for are asked for, each
            once. The key file holds each record with the time, the resolver and what
            DNSSEC validation said; every other answer stands there as a comment, and so
            does a record whose DNSSEC signatures do not fit (bogus).

            WHO LEARNS OF IT
              The names tell whose mail you hold, and from what years. Without --resolver,
              the name servers of the root, of the top-level domains and of every signing
              domain see them, with your address. With --resolver, that resolver does, and
              so does whoever reads your line. Ask from where it may be known that you do;
              Docs/keys-lookup.md says more. Nothing but names is sent, and no other
              command uses the network.

            EXAMPLES
              mailseal keys lookup mail.tar.gz --resolver 9.9.9.9 -o keys.txt
              mailseal keys lookup leak --missing-only --keys old.txt -o new.txt
              mailseal keys lookup --name s1._domainkey.example.org --resolver system

            EXIT STATUS
              0 every name was answered, with a key or without one; 1 done, but answers
              were bogus or missing, or input could not be read; 2 trouble, or no name was
              answered at all: nothing was written
            """)

    @Argument(help: ArgumentHelp("Bundles and sources whose signatures are looked at.", valueName: "input"))
    var inputs: [String] = []

    @Option(
        name: .customLong("name"),
        help: ArgumentHelp("Ask for selector._domainkey.domain; may be given several times.", valueName: "name"),
        transform: ArgumentForm.keyName)
    var keyNames: [KeyName] = []

    @OptionGroup var destination: KeyFileOptions

    @OptionGroup var resolver: ResolverArguments

    @Flag(help: "Ask only for names of which no usable key is known, in the bundles and in --keys.")
    var missingOnly = false

    @Option(
        help: ArgumentHelp("With --missing-only: keys that are known; may be given several times.", valueName: "file"))
    var keys: [String] = []

    @Flag(help: "Print one JSON document; needs -o.")
    var json = false

    @OptionGroup var resources: ResourceOptions

    func validate() throws {
        if inputs.isEmpty, keyNames.isEmpty { throw ValidationError("expected an input or --name") }
        if json, destination.isStandardOutput {
            throw ValidationError("--json needs -o: standard output holds the keys otherwise")
        }
        if !keys.isEmpty, !missingOnly { throw ValidationError("--keys is for --missing-only") }
    }

    func run() async throws {
        let output = try destination.start()
        let (source, origin) = try resolver.source()
        let (names, failures) = try await names()
        guard !names.isEmpty else {
            Terminal.say("no key is called for, nothing was asked or written")
            if json { Terminal.answer("{\"names\":0}") }
            if failures > 0 { throw ExitCode(1) }
            return
        }
        let found = try ask(names, of: source, origin)
        try destination.write(text: found.keyFile, to: output)
        if json {
            Terminal.answer(safeJSON(found.json(to: destination.output ?? "-")))
        }
        found.tell()
        if failures > 0 || found.isIncomplete { throw ExitCode(1) }
    }

    private func names() async throws -> ([KeyLookup.Name], failures: Int) {
        let line = ProgressLine("reading")
        let observer = line.observer()
        var options = KeyLookupOptions()
        options.inputs = inputs.map(\.argumentBytes)
        options.names = keyNames
        options.isMissingOnly = missingOnly
        options.keyFiles = keys.map(\.argumentBytes)
        options.jobs = resources.workers
        options.memory = resources.memoryBytes
        let names = try await KeyLookup.names(options, observer: observer)
        line.erase()
        return (names, line.failures)
    }

    private func ask(
        _ names: [KeyLookup.Name], of source: any TXTSource, _ origin: KeyLookup.Origin
    ) throws -> KeyLookup {
        let line = ProgressLine("asking")
        defer { line.erase() }
        return try KeyLookup(names, of: source, origin) { done in
            line.draw(done, of: names.count, "name")
        }
    }
}
