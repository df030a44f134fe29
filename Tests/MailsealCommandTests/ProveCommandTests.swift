import Foundation
import ScratchFolders
import Testing

@Suite struct ProveCommandTests {
    private let bench: CommandBench

    init() throws {
        bench = try CommandBench()
        try bench.create("--origin newsroom.example/leak")
    }

    private var root: String {
        get throws {
            let made = try bench.run("\"$M\" verify --json leak.tar.gz").output
            let json = try JSONSerialization.jsonObject(with: Data(made.utf8)) as? [String: Any]
            return try #require(json?["root"] as? String)
        }
    }

    @Test func `a message is proven by its proof, without the bundle`() throws {
        let made = try bench.run("\"$M\" prove leak.tar.gz 1")
        #expect(made.status == 0 && made.errors.isEmpty)
        #expect(made.output.hasPrefix("wrote message-1.tlog-proof: message 1 is line "))
        _ = try bench.run("mv leak.tar.gz away; cp leak/1.eml one.eml")
        let root = made.output.firstMatch(of: /root ([0-9]+:[0-9a-f]{64})/).map { String($0.1) }
        let checked = try bench.run("\"$M\" check one.eml --proof message-1.tlog-proof --root \(try #require(root))")
        #expect(checked.status == 0)
        #expect(
            checked.output.hasPrefix("PROVEN: one.eml is message 1 of newsroom.example/leak, root as you named it\n"))
        #expect(checked.output.contains("\n  Subject: one\n"))
    }

    @Test func `without a root the proof is not anchored, and says how to anchor it`() throws {
        _ = try bench.run("\"$M\" prove leak.tar.gz 1 -o p")
        let checked = try bench.run("\"$M\" check leak/1.eml --proof p")
        #expect(checked.status == 0)
        #expect(
            checked.output.hasPrefix("consistent, not anchored: leak/1.eml is message 1 of newsroom.example/leak\n"))
        #expect(checked.output.hasSuffix("\n  mailseal check leak/1.eml --proof p --root SIZE:HASH\n"))
    }

    @Test func `of a withheld message prove says what show says`() throws {
        _ = try bench.run("\"$M\" redact leak.tar.gz --keep 1 -o p.tar.gz")
        for (arguments, subject) in [
            ("show p.tar.gz 2", "message 2"), ("prove p.tar.gz 2", "message 2"),
            ("prove p.tar.gz 2 --attachment 1", "attachment 1 of message 2"),
        ] {
            let refused = try bench.run("\"$M\" \(arguments)")
            #expect(refused.status == 1)
            #expect(refused.errors == "mailseal: \(subject) is withheld from this bundle, or was never in it\n")
        }
    }

    @Test func `another file is not proven`() throws {
        _ = try bench.run("\"$M\" prove leak.tar.gz 1 -o p")
        let checked = try bench.run("\"$M\" check leak/sub/2.eml --proof p")
        #expect(checked.status == 1)
        #expect(checked.output.hasPrefix("NOT PROVEN: 1 finding\n"))
        #expect(checked.output.contains("\nFAIL  proof-of-other  leak/sub/2.eml: it has "))
    }

    @Test func `a text that is no proof is trouble`() throws {
        let checked = try bench.run("\"$M\" check leak/1.eml --proof leak/note.txt")
        #expect(checked.status == 2 && checked.output.isEmpty)
        let expected = "mailseal: leak/note.txt: malformed proof at line 1, expected c2sp.org/tlog-proof@v1"
        #expect(checked.sentences == [expected])
    }

    @Test(arguments: [
        ("7", "no message 7"), ("--line 99", "no line 99"), ("1 --attachment 2", "no attachment 2 of message 1"),
    ])
    func `what is not there has no proof`(arguments: String, sentence: String) throws {
        let made = try bench.run("\"$M\" prove leak.tar.gz \(arguments)")
        #expect(made.status == 1 && made.output.isEmpty)
        #expect(made.sentences.first?.hasPrefix("mailseal: \(sentence) in the bundle, which has ") == true)
        #expect(try bench.names().filter { $0.hasSuffix("tlog-proof") } == [])
    }

    @Test func `an existing file stays unless replacing it is asked for`() throws {
        _ = try bench.run("echo mine > message-1.tlog-proof")
        let refused = try bench.run("\"$M\" prove leak.tar.gz 1")
        #expect(refused.status == 2)
        #expect(try bench.read("message-1.tlog-proof") == Array("mine\n".utf8))
        #expect(try bench.run("\"$M\" prove -f leak.tar.gz 1").status == 0)
        #expect(try bench.read("message-1.tlog-proof").starts(with: "c2sp.org/tlog-proof@v1\n".utf8))
    }

    @Test func `the documents have the documented keys`() throws {
        func keys(_ text: String) throws -> Set<String> {
            let json = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            return Set(try #require(json).keys)
        }
        let root = try root
        #expect(
            try keys(bench.run("\"$M\" prove --json leak.tar.gz 1 -o p --root \(root)").output)
                == ["bundle", "root", "pinned", "proof", "leaf", "line"])
        #expect(
            try keys(bench.run("\"$M\" check --json leak/1.eml --proof p --root \(root)").output)
                == ["verdict", "origin", "root", "pinned", "file_compared", "leaf", "line", "findings"])
        #expect(
            try keys(bench.run("\"$M\" check --json --extends leak.tar.gz leak.tar.gz").output)
                == ["verdict", "old_origin", "old_root", "new_origin", "new_root"])
    }

    @Test func `a fork prints both checkpoints`() throws {
        _ = try bench.run("cp -r leak two; mkdir x; mv two x/leak; echo more >> x/leak/note.txt")
        let made = try bench.run(
            "\"$M\" create x/leak --origin newsroom.example/leak -o fork.tar.gz --retrieved-at 2017-05-05T18:35:00Z")
        #expect(made.status == 0)
        let forked = try bench.run("\"$M\" check --extends leak.tar.gz fork.tar.gz")
        #expect(forked.status == 1 && forked.output.hasPrefix("FORK: "))
        #expect(forked.output.matches(of: /\nnewsroom.example\/leak\n[0-9]+\n[A-Za-z0-9+\/]{43}=\n/).count == 2)
        let same = try bench.run("\"$M\" check --extends leak.tar.gz leak.tar.gz")
        #expect(same.status == 0 && same.output.hasPrefix("SAME: "))
    }

    @Test(arguments: ["", "--proof p --extends a b", "--extends a", "a b --proof p", "--extends a b --root 1:00"])
    func `arguments that do not go together are bad usage`(arguments: String) throws {
        let refused = try bench.run("\"$M\" check \(arguments)")
        #expect(refused.status == 2 && refused.output.isEmpty && refused.errors.contains("Usage: "))
    }

    @Test func `a salted archive is made, extended and proven from the command line`() throws {
        let made = try bench.run(
            """
            head -c 32 /dev/zero > seed
            "$M" create leak --seed-file seed --origin newsroom.example/salted -o s.tar.gz --retrieved-at 2017-05-05T18:35:00Z
            "$M" verify s.tar.gz && "$M" prove s.tar.gz 1 -o p && "$M" check leak/1.eml --proof p
            """)
        #expect(made.status == 0, "\(made.errors)")
        #expect(
            made.output.contains("\nconsistent, not anchored: leak/1.eml is message 1 of newsroom.example/salted\n"))
        let refused = try bench.run("\"$M\" create leak --seed-file seed -o t.tar.gz --no-mtime")
        #expect(refused.status == 2 && refused.sentences.first == "mailseal: a seed needs an origin")
    }
}
