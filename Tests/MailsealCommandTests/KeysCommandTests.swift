import Bytes
import Foundation
import ScratchFolders
import Testing

@Suite struct KeysCommandTests {
    let bench: CommandBench

    init() throws { bench = try CommandBench() }

    private func write(_ name: String, _ text: String) throws {
        try text.write(toFile: bench.root + "/" + name, atomically: false, encoding: .utf8)
    }

    /// A record of a key with a modulus of 512 bits.
    private let short = "p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAP" + String(repeating: "////", count: 21) + "8CAwEAAQ=="
    private let ed25519 = "v=DKIM1; k=ed25519; p=" + String(repeating: "A", count: 43)

    @Test func `import writes to standard output, or to a file that it does not replace unasked`() throws {
        try write("a.json", #"{"domain":"x.example","selector":"s","value":"p=1"}"#)
        let piped = try bench.run("\"$M\" keys import - a.json --from me < a.json")
        #expect(piped.status == 0 && piped.output == "#: basis=archive from=\"me\"\ns._domainkey.x.example p=1\n")
        #expect(
            piped.sentences == [
                "mailseal: -: archive, 1 key record", "mailseal: a.json: archive, 1 key record",
                "mailseal: 1 key record of 1 name",
            ])
        let made = try bench.run("\"$M\" keys import a.json -o k.txt --json")
        #expect(made.status == 0 && made.errors.isEmpty)
        #expect(
            made.output == #"{"output":"k.txt","keys":1,"names":1,"files":"#
                + #"[{"file":"a.json","form":"archive","keys":1,"left_aside":0,"notes":[]}]}"# + "\n")
        let refused = try bench.run("\"$M\" keys import a.json -o k.txt")
        #expect(refused.status == 2 && refused.sentences.first == "mailseal: k.txt exists already")
        let again = try bench.run("\"$M\" keys import k.txt a.json -o k.txt --force && cat k.txt")
        #expect(again.status == 0 && again.output == "#: basis=archive\ns._domainkey.x.example p=1\n")
    }

    @Test func `import tells what gave no key, and status 1 with it`() throws {
        try write("k.txt", "s._domainkey.x p=1\n\nnonsense\n#: colour=blue\nt._domainkey.x NXDOMAIN\n")
        let made = try bench.run("\"$M\" keys import k.txt -o out.txt --json")
        #expect(
            made.status == 1 && made.output.contains(#""notes":[{"line":3,"code":"not-a-key-name","loses_key":true}"#))
        #expect(made.sentences.first == "mailseal: k.txt: line 3: not-a-key-name" && made.sentences.count == 3)
        try write("none.txt", "nonsense\n")
        let none = try bench.run("\"$M\" keys import none.txt -o none.out")
        #expect(
            none.status == 2 && none.output.isEmpty && none.errors.contains("no key was found, nothing was written"))
        #expect(try bench.names() == ["k.txt", "leak", "none.txt", "out.txt"])
    }

    @Test func `bytes that are no text pass through import`() throws {
        let copied = try bench.run(
            "printf 's._domainkey.x p=\\377\\n' > k && \"$M\" keys import k 2>/dev/null | cmp - k")
        #expect(copied.status == 0)
    }

    @Test func `check lists weak keys and says so in its status`() throws {
        try write("weak.txt", "a._domainkey.x \(short)\nb._domainkey.x v=DKIM1; t=y; p=\n")
        let weak = try bench.run("\"$M\" keys check weak.txt")
        #expect(weak.status == 1 && weak.errors.isEmpty)
        let lines = weak.output.split(separator: "\n")
        #expect(lines.contains("weak     512  below-1024-bits  a._domainkey.x"))
        #expect(
            lines.contains("note       -  revoked          b._domainkey.x") && lines.last == "1 of 2 key records weak")
        try write("sound.txt", "a._domainkey.x \(ed25519)\n")
        let sound = try bench.run("\"$M\" keys check sound.txt")
        #expect(sound.status == 0 && sound.output == "0 of 1 key record weak\n")
        let json = try bench.run("\"$M\" keys check weak.txt sound.txt --json")
        #expect(
            json.status == 1
                && json.output.hasPrefix(
                    #"{"keys":3,"weak_keys":1,"compares_primes":true,"findings":[{"weight":"weak","#)
        )
        #expect(try bench.run("\"$M\" keys check gone.txt").status == 2)
    }

    @Test func `check of files without a key record is trouble, not a good sign`() throws {
        try write("a.json", #"{"domain":"x.example","selector":"s","value":"p=1"}"#)
        let checked = try bench.run("\"$M\" keys check a.json")
        #expect(checked.status == 2 && checked.output.isEmpty)
        #expect(checked.sentences.suffix(2).first == "mailseal: no key record was found, nothing was checked")
        try bench.create()
        #expect(try bench.run("\"$M\" keys check leak.tar.gz").status == 2)
    }

    @Test func `of a file that is no key file not every line is told`() throws {
        try write("other.txt", String(repeating: "nonsense\n", count: 5000))
        let told = try bench.run("\"$M\" keys missing leak --keys other.txt").sentences
        #expect(told.count == 103 && told[100] == "mailseal: warning: other.txt: 4900 more lines like these")
    }

    @Test func `missing lists the names of sources and of bundles`() throws {
        let field = "DKIM-Signature: v=1; a=rsa-sha256; d=x.example; s=s1; h=from; bh=; b=\n"
        try write("leak/1.eml", "\(field)From: a@x.example\nDate: Fri, 5 May 2017 18:35:00 +0000\n\nHello\n")
        try bench.create()
        for input in ["leak", "leak.tar.gz", "leak leak.tar.gz"] {
            let found = try bench.run("\"$M\" keys missing \(input)")
            #expect(found.status == 0)
            #expect(
                found.output == """
                    MESSAGES  FIRST       LAST        KEY       NAME
                           1  2017-05-05  2017-05-05  none      s1._domainkey.x.example

                    1 key called for, 1 not known, by 1 of 2 messages

                    """)
        }
        try write("keys.txt", "s1._domainkey.*.example \(ed25519)\n")
        let known = try bench.run("\"$M\" keys missing leak --keys keys.txt")
        #expect(known.status == 0 && known.output == "1 key called for, 0 not known, by 0 of 2 messages\n")
        let json = try bench.run("\"$M\" keys missing leak.tar.gz --json")
        #expect(
            json.output == #"{"messages":2,"messages_without_key":1,"names":1,"names_without_key":1,"missing":"#
                + #"[{"domain":"x.example","selector":"s1","messages":1,"first_date":"2017-05-05T18:35:00Z","#
                + #""last_date":"2017-05-05T18:35:00Z","state":"none"}]}"# + "\n")
    }

    @Test(arguments: [
        "keys import", "keys import k.txt --json", "keys import - -", "keys import k --basis rumour",
        "keys import k --obtained x",
        "keys import k --from ''", "keys check", "keys missing", "keys missing leak --limit 0", "keys frobnicate",
    ])
    func `bad usage is status 2, with a usage line`(arguments: String) throws {
        let outcome = try bench.run("\"$M\" \(arguments)")
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.sentences.contains { $0.hasPrefix("Usage: mailseal keys") }, "\(outcome.errors)")
    }

    @Test(arguments: ["keys", "keys import", "keys check", "keys missing", "keys recover", "keys lookup", "extend"])
    func `the help of a command stands on lines of 80 columns as they were written`(command: String) throws {
        let help = try bench.run("COLUMNS=80 \"$M\" \(command) --help").output
        let wide = try bench.run("COLUMNS=400 \"$M\" \(command) --help").output
        // The first paragraph is one line in the source.
        let paragraphs = { (help: String) in
            help.components(separatedBy: "\n\n").dropFirst().prefix { !$0.hasPrefix("USAGE: ") }
        }
        #expect(paragraphs(help) == paragraphs(wide) && help.contains("\n\nEXAMPLES\n"))
    }

    @Test(arguments: ["import", "check", "missing"])
    func `the help of a command has examples and explains its exit status`(command: String) throws {
        let help = try bench.run("\"$M\" keys \(command) --help")
        #expect(help.status == 0 && help.errors.isEmpty)
        for part in ["USAGE: mailseal keys \(command) ", "EXAMPLES\n", "EXIT STATUS\n", "--json"] {
            #expect(help.output.contains(part), "\(part)")
        }
    }
}
