import Bytes
import Foundation
import Mailseal
import Manifest
import ScratchFolders
import Testing

@Suite struct CreateRefusalTests {
    let bench: CreateWorkbench

    init() throws {
        bench = try CreateWorkbench()
        try bench.write("leak/1.eml", message("one"))
        try bench.write("leak/sub/2.eml", message("two"))
    }

    /// Whether nothing was left in the folder of the output, and nothing in the source.
    private func nothingIsLeft() throws -> Bool {
        try bench.names(in: "out") == [] && bench.names(in: "leak").allSatisfy { !$0.hasPrefix(".mailseal") }
    }

    @Test func `after a failure nothing is written, and every failure is told`() async throws {
        try bench.run("mkfifo leak/pipe leak/sub/pipe")
        #expect(await bench.refusal("leak") == "2 inputs could not be read, nothing was written")
        #expect(try nothingIsLeft())
        #expect(
            await bench.notices("leak").suffix(2) == [
                "pipe: it is a pipe (special-file)", "sub/pipe: it is a pipe (special-file)",
            ])
    }

    @Test func `with keepGoing the rest is packed and each failure has a line`() async throws {
        try bench.run(
            "mkfifo leak/pipe; cd leak; zip -qP secret locked.zip 1.eml; printf PK > broken.zip; zip -q z.zip 1.eml; head -c 60 z.zip > cut.zip; rm z.zip"
        )
        let made = try await bench.create("leak") { $0.sources.keepGoing = true }
        let failures = made.lines("failure").map { "\($0.value("code") ?? "") \($0.contains("locked.zip"))" }
        #expect(failures == ["damaged-archive false", "encrypted-member true", "special-file false"])
        #expect(made.notices.count == 3)
        #expect(made.summary.counts.failures == 3 && made.summary.counts.messages == 2)
        #expect(made.lines("source-end").first?.value("failures") == "3")
        #expect(try await bench.verify() == "consistent")
    }

    @Test func `without a message there is no bundle`() async throws {
        try bench.write("notes/a.txt", "not mail")
        try bench.run("mkdir empty")
        for source in ["notes", "empty"] {
            #expect(await bench.refusal(source) == "no message was found, nothing was written")
            #expect(try nothingIsLeft())
        }
    }

    @Test(arguments: ["", "A", "a b", ".a", "-a", "a/b", "ä", String(repeating: "a", count: 65)])
    func `a name that cannot stand in every tar and URL is refused`(name: String) async throws {
        #expect(await bench.refusal("leak") { $0.name = name.bytes } == "the name \"\(name)\" cannot be used")
    }

    @Test(arguments: ["", "a b", "a+b", "a\n", "ü", String(repeating: "a", count: 256)])
    func `an origin that no checkpoint can hold is refused`(origin: String) async throws {
        #expect(await bench.refusal("leak") { $0.origin = origin.bytes } == "the origin \"\(origin)\" cannot be used")
    }

    @Test func `an existing file is replaced only when that is asked for`() async throws {
        try bench.write("out/mail.tar.gz", "mine")
        #expect(await bench.refusal("leak") == "out/mail.tar.gz exists already")
        #expect(try bench.read("out/mail.tar.gz").displayText == "mine")
        try bench.run("mkfifo leak/pipe")
        #expect(await bench.refusal("leak") { $0.force = true } == "1 input could not be read, nothing was written")
        #expect(try bench.read("out/mail.tar.gz").displayText == "mine")
        try bench.run("rm leak/pipe")
        _ = try await bench.create("leak") { $0.force = true }
        #expect(try bench.names(in: "out") == ["mail.tar.gz"])
    }

    @Test func `a dangling link in the output's place is not written through`() async throws {
        try bench.run("mkdir out; ln -s ../target out/mail.tar.gz")
        #expect(await bench.refusal("leak") == "out/mail.tar.gz exists already")
        #expect(try bench.names() == ["leak", "out"])
    }

    @Test func `a bundle is not written into its own source`() async throws {
        try bench.run("ln -s leak/sub way")
        for output in ["leak/mail.tar.gz", "leak/sub/mail.tar.gz", "way/mail.tar.gz", "out/../leak/mail.tar.gz"] {
            let refusal = await bench.refusal("leak", to: output)
            #expect(refusal == "the bundle would lie within the source leak", "\(output)")
        }
        #expect(try nothingIsLeft())
    }

    @Test func `a bundle replaces nothing that it is made from`() async throws {
        try bench.write("keys.txt", "# no keys\n")
        try bench.run("ln leak/1.eml hard")
        for output in ["leak/1.eml", "hard", "keys.txt"] {
            let refusal = await bench.refusal("leak/1.eml", to: output) {
                $0.force = true
                $0.keyFiles = [bench.path("keys.txt")]
            }
            let input = output == "hard" ? "leak/1.eml" : output
            #expect(refusal == "the bundle would replace \(input), from which it is made")
        }
        #expect(await bench.refusal("leak", to: "out") { $0.force = true } == "out is a folder")
    }

    @Test func `a source is given once`() async throws {
        #expect(await bench.refusal("leak", "leak/") == "leak and leak/ are the same source")
        #expect(await bench.refusal("leak/sub", "leak") == "leak/sub lies within leak, which is packed as a whole")
        #expect(
            await bench.refusal("leak/1.eml", "leak/../leak/1.eml")
                == "leak/1.eml and leak/../leak/1.eml are the same source")
    }

    @Test func `sources and files that are not there are named`() async throws {
        #expect(await bench.refusal("leak", "gone") == "cannot open gone: No such file or directory")
        #expect(
            await bench.refusal("leak") { $0.keyFiles = [bench.path("keys.txt")] }
                == "cannot open keys.txt: No such file or directory")
        #expect(
            await bench.refusal("leak") { $0.sources.retrievalLog = bench.path("log.csv") }
                == "cannot open log.csv: No such file or directory")
        #expect(await bench.refusal("leak", to: "no/mail.tar.gz") == "cannot open no: No such file or directory")
        #expect(await bench.refusal() == "no source was given")
    }
}
