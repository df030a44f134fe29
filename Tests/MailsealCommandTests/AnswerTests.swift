import ScratchFolders
import Testing

/// Every command, with every form of its answer, where the answer cannot be written.
@Suite struct AnswerTests {
    private let bench: CommandBench

    init() throws { bench = try CommandBench() }

    private static let lines = [
        "create leak -f -o z.tar.gz", "create leak -f -o z.tar.gz --json",
        "verify leak.tar.gz", "verify leak.tar.gz --json",
        "diff leak.tar.gz more.tar.gz", "diff leak.tar.gz more.tar.gz --json", "list leak.tar.gz",
        "list leak.tar.gz --json", "list leak.tar.gz --csv", "show leak.tar.gz 1", "show leak.tar.gz 1 --json",
        "show leak.tar.gz 1 --raw", "show leak.tar.gz 1 --part 1", "extract leak.tar.gz -o x1",
        "extract leak.tar.gz -o x2 --json", "prove leak.tar.gz 1 -f", "prove leak.tar.gz 1 -f --json",
        "check --proof proof", "check --proof proof --json", "check --extends leak.tar.gz leak.tar.gz",
        "check --extends leak.tar.gz leak.tar.gz --json", "extend leak.tar.gz more -f -o y.tar.gz",
        "extend leak.tar.gz more -f -o y.tar.gz --json", "seal leak.tar.gz --note-key note.key -o s1.seal",
        "seal leak.tar.gz --note-key note.key -o s2.seal --json", "redact leak.tar.gz --keep 1 -f -o r.tar.gz",
        "redact leak.tar.gz --keep 1 -f -o r.tar.gz --json", "statement leak.tar.gz",
        "statement leak.tar.gz --html", "keys import keys.txt", "keys import keys.txt -f -o k.txt --json",
        "keys lookup leak -f -o k.txt --json", "keys missing leak", "keys missing leak --json",
        "keys check keys.txt", "keys check keys.txt --json", "keys recover leak -f -o k.txt --json",
        "keys generate-note --name example.org/x -o n1.key", "keys generate-note --name example.org/x -o n2.key --json",
    ]

    @Test func `an answer that cannot be written is status 2`() throws {
        let prepared = try bench.run(
            """
            set -e
            mkdir more; cp leak/1.eml more/3.eml; echo >> more/3.eml
            echo 's._domainkey.example.org v=DKIM1; p=' > keys.txt
            "$M" create leak --origin example.org/x --keys keys.txt; "$M" create more; "$M" prove leak.tar.gz 1 -o proof
            "$M" keys generate-note --name example.org/x -o note.key
            """)
        #expect(prepared.status == 0, "\(prepared.errors)")
        for arguments in Self.lines {
            let outcome = try bench.run(
                "\"$M\" \(arguments) > /dev/full", environment: ["XDG_STATE_HOME": bench.root + "/state"])
            #expect(outcome.status == 2, "\(arguments)")
            #expect(
                outcome.sentences.last == "mailseal: cannot write to standard output: No space left on device",
                "\(arguments): \(outcome.errors)")
        }
    }

    @Test func `no command and no form of an answer is left out`() throws {
        let forms = ["--json", "--csv", "--html", "--raw", "--part"]
        let names = try names()
        #expect(names.count > 15 && names.contains("keys generate-note"))
        for name in names {
            let tried = Self.lines.filter { $0.hasPrefix(name + " ") }.map { $0.split(separator: " ") }
            let help = try bench.run("\"$M\" \(name) --help").output
            for form in forms where help.contains("\n  \(form) ") {
                #expect(tried.contains { $0.contains(form[...]) }, "\(name) \(form)")
            }
            // The others write keys to standard output, which this machine has none of without asking DNS or for hours.
            if ["keys lookup", "keys recover"].contains(name) { continue }
            #expect(tried.contains { line in !forms.contains { line.contains($0[...]) } }, "\(name)")
        }
    }

    /// The commands that a command's help lists, with those below them.
    private func names(of command: String = "") throws -> [String] {
        let help = try bench.run("\"$M\" \(command) --help").output
        guard let list = help.split(separator: "SUBCOMMANDS:\n").dropFirst().last else { return [command] }
        let lines = list.split(separator: "\n\n")[0].split(separator: "\n").filter { !$0.hasPrefix("   ") }
        return try lines.compactMap { $0.split(separator: " ").first }.flatMap {
            try names(of: command.isEmpty ? "\($0)" : "\(command) \($0)")
        }
    }
}
