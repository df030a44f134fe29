import Bytes
import Foundation
import ScratchFolders
import Testing

@Suite struct StatusTests {
    let bench: CommandBench

    init() throws { bench = try CommandBench() }

    @Test func `create answers with the counts, the roots and the line to publish`() throws {
        let made = try bench.create()
        #expect(made.status == 0 && made.errors.isEmpty)
        let lines = made.output.split(separator: "\n").map(String.init)
        let root = try #require(lines.first { $0.hasPrefix("root") }).dropFirst(4).trimmingCharacters(in: .whitespaces)
        #expect(
            lines.first == "packed 2 messages (164 B) into leak.tar.gz (\(size(try bench.read("leak.tar.gz").count)))")
        #expect(lines.last == "  mailseal verify --root \(root) leak.tar.gz")
        #expect(
            made.output.contains("  2  without a DKIM signature\n  2  places where messages stood\n  1  other file\n"))
        #expect(lines.dropLast().allSatisfy { $0.count <= 80 })
        let verified = try bench.run(try #require(lines.last).replacing("mailseal", with: "\"$M\""))
        #expect(verified.status == 0 && verified.output.hasPrefix("INTACT: 2 messages, 0 verified by DKIM"))
    }

    private func size(_ count: Int) -> String { "\(count / 1000).\(count % 1000 / 100) kB" }

    @Test func `the line to publish can be pasted whatever the file is called`() throws {
        let made = try bench.create("-o \"it's \\$a b.tar.gz\"")
        let line = try #require(made.output.split(separator: "\n").last)
        #expect(line.hasSuffix("'it'\\''s $a b.tar.gz'"))
        #expect(try bench.run(String(line).replacing("mailseal", with: "\"$M\"")).status == 0)
    }

    @Test func `done with failures is status 1, and nothing written is status 2`() throws {
        _ = try bench.run("mkfifo leak/pipe")
        let refused = try bench.create()
        #expect(refused.status == 2 && refused.output.isEmpty)
        #expect(
            refused.sentences == [
                "mailseal: pipe: it is a pipe (special-file)",
                "mailseal: 1 input could not be read, nothing was written",
                "mailseal: hint: --keep-going packs the rest and records each failure",
            ])
        #expect(try bench.names() == ["leak"])
        let made = try bench.create("--keep-going")
        #expect(made.status == 1 && made.output.contains("\n  1  failure\n"))
        #expect(try bench.run("\"$M\" verify leak.tar.gz").status == 0)
    }

    @Test func `verify ends with 1 when altered, and when not anchored but asked to be`() throws {
        try bench.create()
        #expect(try bench.run("\"$M\" verify leak.tar.gz").status == 0)
        #expect(try bench.run("\"$M\" verify --anchored leak.tar.gz").status == 1)
        let other = String(repeating: "0", count: 64)
        let pinned = try bench.run("\"$M\" verify --root 7:\(other) leak.tar.gz")
        #expect(pinned.status == 1 && pinned.output.hasPrefix("ALTERED"))
        #expect(try bench.run("\"$M\" verify leak/note.txt").status == 2)
        #expect(try bench.run("\"$M\" verify gone.tar.gz").status == 2)
    }

    @Test func `verify reads a pipe, and the folder that tar extracts`() throws {
        try bench.create()
        for script in ["cat leak.tar.gz | \"$M\" verify -", "\"$M\" verify - < leak.tar.gz"] {
            let piped = try bench.run(script)
            #expect(piped.status == 0 && piped.output.hasPrefix("consistent, not anchored: 2 messages"))
        }
        let folder = try bench.run("mkdir x && tar xzf leak.tar.gz -C x && \"$M\" verify x/leak")
        #expect(folder.status == 0 && folder.output.hasPrefix("consistent"))
        let short = try bench.run("printf x | \"$M\" verify -")
        #expect(short.status == 2 && short.errors.hasPrefix("mailseal: standard input is no mailseal bundle: "))
    }

    @Test(arguments: [
        "", "frobnicate", "--frobnicate", "create", "create leak --frobnicate", "create leak --retrieved-at yesterday",
        "create leak --retrieved-at 2017-05-05", "create leak --bagged-at ''", "create leak --retrieved-from ''",
        "create leak --jobs 0", "create leak --jobs many", "create leak --memory 1", "create leak -o -",
        "create leak -o",
        "verify", "verify --root 1 leak.tar.gz", "verify --root 1:ff leak.tar.gz", "verify a b", "verify --root",
    ])
    func `bad usage is status 2, with a sentence and a usage line on standard error`(arguments: String) throws {
        let outcome = try bench.run("\"$M\" \(arguments)")
        if arguments.isEmpty {
            #expect(outcome.status == 0 && outcome.output.contains("USAGE: mailseal"))
            return
        }
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        let sentence = try #require(outcome.sentences.first)
        #expect(sentence.hasPrefix("mailseal: ") && sentence.dropFirst(10).first?.isUppercase == false, "\(sentence)")
        #expect(outcome.sentences.contains { $0.hasPrefix("Usage: mailseal") })
        let command = arguments.split(separator: " ").first.map(String.init) ?? ""
        if ["create", "verify"].contains(command) { #expect(outcome.errors.contains("Usage: mailseal \(command)")) }
        #expect(try bench.names() == ["leak"])
    }

    @Test(arguments: [
        "create gone", "create leak --keys gone", "create leak -o no/x.tar.gz", "create leak -o leak/x",
        "create leak --name Ä", "create leak --origin 'a b'", "create leak leak", "create leak/note.txt",
        "verify gone", "verify leak", "verify --checkpoint gone leak", "verify --checkpoint leak/note.txt leak",
    ])
    func `trouble is status 2, with sentences on standard error alone`(arguments: String) throws {
        let outcome = try bench.run("\"$M\" \(arguments)")
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(!outcome.sentences.isEmpty && outcome.sentences.allSatisfy { $0.hasPrefix("mailseal: ") })
        #expect(!outcome.errors.contains("Fatal") && !outcome.errors.contains("Error("))
        #expect(outcome.sentences.allSatisfy { !$0.hasSuffix(".") }, "\(outcome.errors)")
        #expect(try bench.names() == ["leak"])
    }

    @Test(arguments: ["create", "verify"])
    func `the help of a command has examples and explains its exit status`(command: String) throws {
        let help = try bench.run("\"$M\" \(command) --help")
        #expect(help.status == 0 && help.errors.isEmpty)
        for part in ["USAGE: mailseal \(command) ", "EXAMPLES\n", "EXIT STATUS\n", "--json", "--jobs"] {
            #expect(help.output.contains(part), "\(part)")
        }
    }

    @Test func `help lists the commands and the exit status, and the version names the format`() throws {
        let help = try bench.run("\"$M\" --help")
        #expect(help.status == 0 && help.output.contains("EXIT STATUS\n"))
        for command in ["create", "verify"] { #expect(help.output.contains("\n  \(command) ")) }
        let version = try bench.run("\"$M\" --version")
        #expect(version.status == 0 && version.output.contains("(format mailseal/0)"))
        #expect(version.output.hasPrefix("mailseal "))
    }
}
