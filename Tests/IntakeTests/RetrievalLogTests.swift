import Bytes
import Testing

@testable import Intake

@Suite struct RetrievalLogTests {
    private func place(_ path: String...) -> Intake.Place {
        Intake.Place(source: 1, path: path.map { $0.split(separator: "/").map { String($0).bytes } }, range: nil)
    }

    static let logs = [
        "path,url,retrieved_at,z,by\r\nin/1.eml,https://x.org/1,2017-05-05T20:00:00.5+02:00,\"a, \"\"b\"\"\r\nc\",me\r\n",
        "by,z,retrieved_at,path,url\nme,\"a, \"\"b\"\"\r\nc\",2017-05-05T18:00:00Z,in/1.eml,https://x.org/1",
        #"{"path":"in\/1.eml","url":"https://x.org/1","retrieved_at":"2017-05-05 18:00:00Z","by":"m\u0065","z":"a, \"b\"\r\nc"}"#,
        "\u{FEFF} {\"z\":\"a, \\\"b\\\"\\r\\nc\", \"by\" : \"me\",\"none\":null,\"path\":\"in/1.eml\",\"url\":\"https://x.org/1\","
            + "\"retrieved_at\":\"2017-05-05T18:00:00+00:00\"}\n\n",
    ]

    @Test(arguments: logs)
    func `CSV and JSON Lines state the same`(text: String) throws {
        var log = try RetrievalLog(text.bytes)
        let found = log.statement(for: place("1.eml"), inSource: "in".bytes)
        let statement = try #require(found)
        #expect(statement.at?.description == "2017-05-05T18:00:00Z")
        #expect(statement.from == "https://x.org/1".bytes)
        #expect(
            statement.further == [
                .init(name: "by".bytes, value: "me".bytes), .init(name: "z".bytes, value: "a, \"b\"\r\nc".bytes),
            ])
    }

    @Test func `a path is that below the source or that with the source's name, and members share their container's`()
        throws
    {
        var log = try RetrievalLog("path,url\na/1.eml,u1\nin/a/1.eml,u2\nmails.zip,u3\nlost,u4\nin,u5\nelse,u6\n".bytes)
        #expect(log.statement(for: place("a/1.eml"), inSource: "in".bytes)?.from == "u2".bytes)
        #expect(log.statement(for: place("a/1.eml"), inSource: "out".bytes)?.from == "u1".bytes)
        #expect(log.statement(for: place("mails.zip", "x/1.eml"), inSource: "in".bytes)?.from == "u3".bytes)
        #expect(log.statement(for: place("b"), inSource: "in".bytes) == nil)
        #expect(log.statement(forSource: "in".bytes, id: 1)?.from == "u5".bytes)
        #expect(log.unusedPaths.map(\.path) == ["lost".bytes, "else".bytes])
        #expect(log.unusedPaths.map(\.line) == [5, 7])
    }

    @Test func `a path that two sources have is told`() throws {
        var log = try RetrievalLog("path,url\na,u1\nb,u2\nin,u3\n".bytes)
        for (source, path) in [(1, "a"), (1, "a"), (1, "b"), (2, "a")] {
            let place = Intake.Place(source: source, path: [[path.bytes]], range: nil)
            #expect(log.statement(for: place, inSource: "x".bytes) != nil)
        }
        #expect(log.sharedPaths.map(\.path) == ["a".bytes])
        for id in 1...2 { #expect(log.statement(forSource: "in".bytes, id: id) != nil) }
        #expect(log.sharedPaths.map(\.line) == [2, 4])
    }

    @Test func `a line may state a mebibyte, and no more`() throws {
        let long = String(repeating: "x", count: (1 << 20) - 4 - 3 - 1)
        #expect(throws: Never.self) { try RetrievalLog("path,url\na,\(long)\n".bytes) }
        #expect(throws: RetrievalLogError.self) { try RetrievalLog("path,url\na,\(long)x\n".bytes) }
    }

    @Test func `a path in CSV may be any bytes`() throws {
        var log = try RetrievalLog("path,url\n".bytes + [0xFC, 0x2C, 0x75])
        let place = Intake.Place(source: 1, path: [[[0xFC]]], range: nil)
        #expect(log.statement(for: place, inSource: []) != nil)
    }

    @Test func `a CR is read between quotes, and at the end of a line`() throws {
        var log = try RetrievalLog("path,url\r\na,\"u\rv\"\r\n".bytes)
        #expect(log.statement(for: place("a"), inSource: [])?.from == "u\rv".bytes)
    }

    @Test(arguments: [
        ("", 1), ("url\nx\n", 1), ("path,path\n", 1), ("path,url\na,b,c\n", 2), ("path,url\na\n", 2),
        ("path,url\n\"a\nb\",u\nc\"d,u\n", 4), ("path,url\n\"a\"b,u\n", 2), ("path,url\n\"a,u\n\n", 2),
        ("path,url\n,u\n", 2), ("path,url\na,\n", 2), ("path,url\na,u\n\na,v\n", 4),
        ("path,url\n", 1), ("\npath,url", 2), ("path,url\ra,u\r", 1), ("path,url\na,u\r\r\n", 2),
        ("path,url\na\rb,u\n", 2),
        ("path,retrieved_at\na,2017-05-05\n", 2), ("path,retrieved_at\na,2017-02-30T00:00:00Z\n", 2),
        ("{\"path\":\"a\",\"url\":\"u\"}\n{\"path\":\"b\",\"url\":[]}", 2), ("{\"path\":\"a\",\"url\":\"u\"} x", 1),
        ("{\"path\":\"a\",\"path\":\"b\",\"url\":\"u\"}", 1), ("{\"path\":\"a\",\"url\":01}", 1),
        ("{\"path\":\"\\ud800\",\"url\":1}", 1), ("{\"path\":\"a\",\"url\":\"u\",}", 1), ("{}", 1),
        ("{\"path\":\"a", 1),
        ("{\"path\":\"a\\x\",\"url\":1}", 1), ("{\"path\":\"a\tb\",\"url\":1}", 1),
        ("{\"path\":\"a\",\"url\":\"u\"", 1),
    ])
    func `an error names its line`(log: (text: String, line: Int)) {
        let error = #expect(throws: RetrievalLogError.self) { try RetrievalLog(log.text.bytes) }
        #expect(error?.line == log.line, "\(log.text)")
    }

    @Test(arguments: [
        (#"{"path":"a","path":"b"}"#, "expected a name that did not stand before at byte 12"),
        (#"{"path":"a","url":{"b":1}}"#, "more than a value at byte 18"), (#"{"path":"#, "expected a value at byte 8"),
    ])
    func `an error says what is wrong with a line of JSON`(line: String, reason: String) {
        let error = #expect(throws: RetrievalLogError.self) { try RetrievalLog(line.bytes) }
        #expect(error?.reason == "not a flat JSON object: \(reason)")
    }

    @Test func `JSON texts are read whole, escapes and pairs among them`() throws {
        var log = try RetrievalLog(#"{"path":"a","url":"\u00fc\ud83d\ude00\n","n":-1.5e+3,"t":true}"#.bytes)
        let found = log.statement(for: place("a"), inSource: [])
        let statement = try #require(found)
        #expect(statement.from == "\u{FC}\u{1F600}\n".bytes)
        #expect(statement.further.map(\.value) == ["-1.5e+3".bytes, "true".bytes])
    }
}
