import Bytes
import Foundation
import Mailseal
import Manifest
import ScratchFolders
import Testing

@Suite struct RetrievalTests {
    let bench: CreateWorkbench
    private let time = Timestamp(rfc3339: "2017-05-05T20:35:00+02:00")

    init() throws {
        bench = try CreateWorkbench()
        try bench.write("leak/1.eml", message("one"))
        try bench.write("leak/2.eml", message("two"))
        try bench.write("leak/note.txt", "not mail")
        try bench.run("find leak -type f | xargs touch -d @1500000000")
    }

    /// What follows `"retrieved":` in a line; nil when nothing is stated.
    private func retrieved(_ line: String) -> String? {
        line.range(of: #""retrieved":"#).map { String(line[$0.upperBound...].dropLast()) }
    }

    private func bagInfo() throws -> String { try bench.run("tar xzOf out/mail.tar.gz leak/bag-info.txt").displayText }

    @Test func `what is stated of all sources stands with each source, in UTC`() async throws {
        try bench.write("b/3.eml", message("three"))
        let made = try await bench.create("leak", "b") {
            $0.sources.retrieval = Retrieval(at: time, from: "https://archive.example/leak".bytes)
        }
        let stated = #"{"at":"2017-05-05T18:35:00Z","basis":"stated","from":"https://archive.example/leak"}"#
        #expect(made.lines("source").map(retrieved) == [stated, stated])
        #expect(made.lines("occurrence").compactMap(retrieved) == [])
        #expect(try bagInfo().contains("Bagging-Timestamp: 2017-05-05T18:35:00Z\n"))
        #expect(try bagInfo().contains("Mailseal-Bagging-Basis: retrieved\n"))
    }

    @Test(arguments: [
        "path,url,retrieved_at,collected_by\n1.eml,https://e.example/1,2017-05-06T00:00:00Z,\"Doe, J.\"\nnote.txt,https://e.example/n,,\nleak/2.eml,,2017-05-05T18:35:00Z,\n",
        """
        {"path":"1.eml","url":"https://e.example/1","retrieved_at":"2017-05-06T00:00:00Z","collected_by":"Doe, J."}
        {"path":"note.txt","url":"https://e.example/n"}
        {"path":"leak/2.eml","retrieved_at":"2017-05-05T18:35:00Z"}
        """,
    ])
    func `a log states the retrieval of single files, where it differs from the source's`(log: String) async throws {
        try bench.write("log", log)
        let made = try await bench.create("leak") {
            $0.sources.retrieval = Retrieval(at: time, from: nil)
            $0.sources.retrievalLog = bench.path("log")
        }
        #expect(made.notices == [])
        #expect(
            (made.lines("occurrence") + made.lines("file")).map(retrieved) == [
                #"{"at":"2017-05-06T00:00:00Z","basis":"stated","from":"https://e.example/1","stated":[["collected_by","Doe, J."]]}"#,
                nil, #"{"basis":"stated","from":"https://e.example/n"}"#,
            ])
        #expect(try bagInfo().contains("Bagging-Timestamp: 2017-05-06T00:00:00Z\n"))
        #expect(try await bench.verify() == "consistent")
    }

    @Test func `a log states the retrieval of a whole source under its name`() async throws {
        try bench.write("log", "path,url\nleak,https://e.example/leak\n")
        let made = try await bench.create("leak") { $0.sources.retrievalLog = bench.path("log") }
        #expect(made.lines("source").map(retrieved) == [#"{"basis":"stated","from":"https://e.example/leak"}"#])
        #expect(made.notices == [])
    }

    @Test func `a path of a log that two sources have is warned about`() async throws {
        try bench.write("b/1.eml", message("three"))
        try bench.write("log", "path,url\n1.eml,https://e.example/1\nleak/2.eml,https://e.example/2\n")
        let made = try await bench.create("leak", "b") { $0.sources.retrievalLog = bench.path("log") }
        #expect(
            made.notices == [
                "warning: retrieval log, line 2: 1.eml is in more than one source, and was stated of each "
                    + "(write the source's name before the path)"
            ])
    }

    @Test func `paths of a log that nothing has are told, the first twenty of them`() async throws {
        let lines = (1...22).map { "gone-\($0),2017-05-06T00:00:00Z\n" }.joined()
        try bench.write("log", "path,retrieved_at\n" + lines)
        let made = try await bench.create("leak") { $0.sources.retrievalLog = bench.path("log") }
        #expect(made.notices.count == 21)
        #expect(made.notices.first == "warning: retrieval log, line 2: nothing is called gone-1")
        #expect(made.notices.last == "warning: retrieval log: nothing is called as 2 further lines say")
    }

    @Test(arguments: [
        ("https://archive.example/leak", false), ("https://me@archive.example/", true),
        ("https://archive.example/?key=1", true), ("ftp://me:pw@archive.example", true), ("a desk in Paris", false),
        ("https://archive.example/@me", false), ("mailto:me@archive.example", false),
    ])
    func `a URL with a user name or a query is warned about, stated or in a log`(url: String, warned: Bool) async throws
    {
        let stated = try await bench.create("leak") { $0.sources.retrieval = Retrieval(at: time, from: url.bytes) }
        #expect(stated.notices.count == (warned ? 1 : 0))
        try bench.write("log", "path,url\n1.eml,\(url)\n2.eml,\(url)\n")
        let logged = try await bench.create("leak", to: "out/2.tar.gz") { $0.sources.retrievalLog = bench.path("log") }
        #expect(logged.notices.count == (warned ? 1 : 0))
        if warned {
            #expect(
                logged.notices[0].hasPrefix("warning: retrieval log, line 2 (and on 1 others): the retrieval URL holds")
            )
        }
    }

    @Test func `without any retrieval time there is a warning that tells the way out`() async {
        #expect(
            await bench.notices("leak") == [
                "warning: no retrieval time was stated (use --retrieved-at 2017-05-05T18:35:00Z or --retrieval-log FILE)"
            ])
    }

    @Test(arguments: [
        ("path,url\n1.eml\n", "line 2"), ("url\nx\n", "no column path"),
        ("path,retrieved_at\n1.eml,yesterday\n", "RFC 3339"),
        ("path,url\n1.eml,x\n1.eml,y\n", "stated before"), ("{\"path\":1}\n", "line 1"), ("path\n1.eml\n", "neither"),
    ])
    func `a log that cannot be read ends the run and names the line`(log: String, part: String) async throws {
        try bench.write("log", log)
        let refusal = await bench.refusal("leak") { $0.sources.retrievalLog = bench.path("log") }
        #expect(
            refusal?.contains(part) == true && refusal?.hasPrefix("retrieval log, line ") == true, "\(refusal ?? "")")
        #expect(try bench.names(in: "out") == [])
    }

    @Test func `an empty place of retrieval is refused`() async {
        #expect(
            await bench.refusal("leak") { $0.sources.retrieval = Retrieval(at: time, from: []) }
                == "the place of retrieval is empty")
    }

    @Test func `the bagging time is stated, else the newest retrieval, else the newest mtime, else 1970`() async throws
    {
        let cases: [(String, (inout CreateOptions) -> Void)] = [
            (
                "2020-01-01T00:00:00Z stated",
                {
                    $0.baggedAt = Timestamp(rfc3339: "2020-01-01T00:00:00Z")
                    $0.sources.retrieval = Retrieval(at: time, from: nil)
                }
            ),
            ("2017-05-05T18:35:00Z retrieved", { $0.sources.retrieval = Retrieval(at: time, from: nil) }),
            ("2017-07-14T02:40:00Z mtime", { _ in }),
            ("1970-01-01T00:00:00Z none", { $0.sources.omitsTimes = true }),
        ]
        for (number, (expected, configure)) in cases.enumerated() {
            _ = try await bench.create("leak", to: "out/\(number).tar.gz", configure)
            let info = try bench.run("tar xzOf out/\(number).tar.gz leak/bag-info.txt").displayText
            let parts = expected.split(separator: " ")
            #expect(info.contains("Bagging-Timestamp: \(parts[0])\n"))
            #expect(info.contains("Bagging-Date: \(parts[0].prefix(10))\n"))
            #expect(info.contains("Mailseal-Bagging-Basis: \(parts[1])\n"))
            #expect(try await bench.verify("out/\(number).tar.gz") == "consistent")
        }
    }

    @Test func `the bagging time stands in the head only when it was stated`() async throws {
        let plain = try await bench.create("leak", to: "out/1.tar.gz")
        #expect(plain.lines("head").first?.contains("bagged_at") == false)
        let stated = try await bench.create("leak") { $0.baggedAt = time }
        #expect(stated.lines("head").first?.contains(#""bagged_at":"2017-05-05T18:35:00Z""#) == true)
    }
}
