import Bytes
import Foundation
import ScratchFolders
import Testing

/// The program itself, on a bundle of a few mails that mean no good.
@Suite struct ReadingProcessTests {
    private let bench: CommandBench

    init() throws {
        bench = try CommandBench()
        let mails = [
            "From: \u{1B}[31mred\u{7} <a@example.org>\r\nSubject: \u{202E}evil \u{9B}2J\r\n\r\n\u{1B}]0;title\u{7}\r\nDKIM\r\n",
            "From: =?utf-8?b?G1szMW0=?= <b@example.org>\r\nSubject: =1+1\r\nDate: Mon, 1 May 2017 10:00:00 +0200\r\n\r\nx",
            "From: \u{E9}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
                + "Content-Disposition: attachment; filename=\"\u{1B}[2J\u{202E}.pdf\"\r\n\r\nx\r\n--b--\r\n",
        ]
        for (number, text) in mails.enumerated() { try bench.write("in/\(number).eml", text.bytes) }
        try bench.write("in/9.eml", "From: ".bytes + [0xE9] + "\r\n\r\n".bytes)
    }

    private func run(_ arguments: String...) throws -> (status: Int32, output: [UInt8]) {
        let run = try bench.run("\"$M\" " + arguments.joined(separator: " "))
        return (run.status, run.bytes)
    }

    @Test func `reading commands give valid JSON, harmless text, exact bytes and the right status`() throws {
        #expect(try run("create", "in", "-o", "b.tar.gz").status == 0)
        for arguments in [
            ["list", "b.tar.gz"], ["show", "b.tar.gz", "1"], ["show", "b.tar.gz", "3"], ["list", "b.tar.gz", "--csv"],
        ] {
            let (status, output) =
                try arguments.count == 2
                ? run(arguments[0], arguments[1]) : run(arguments[0], arguments[1], arguments[2])
            #expect(status == 0)
            let text = String(decoding: output, as: UTF8.self)
            #expect(!text.isEmpty)
            #expect(
                !text.unicodeScalars.contains {
                    ($0.value < 0x20 && $0 != "\n" && $0 != "\r") || (0x7F...0x9F).contains($0.value)
                        || $0 == "\u{202E}"
                })
        }
        #expect(
            try run("show", "b.tar.gz", "1", "--raw").output
                == bench.read("in/0.eml"))
        #expect(try run("show", "b.tar.gz", "3", "--part", "1").output == "x".bytes)
        #expect(try run("show", "b.tar.gz", "5").status == 1)
        // Whoever opened this would wait for ever.
        #expect(try bench.run("mkfifo conf; OPENSSL_CONF=conf timeout 60 \"$M\" verify b.tar.gz").status == 0)
        #expect(try run("show", "b.tar.gz", "1", "--part", "7").status == 1)
        #expect(try run("list", "none.tar.gz").status == 2)
        #expect(try run("list", "b.tar.gz", "--root", "1:" + String(repeating: "0", count: 64)).status == 1)
        let list = try json(run("list", "b.tar.gz", "--json").output)
        #expect((list["messages"] as? [Any])?.count == 4)
        #expect((list["counts"] as? [String: Any])?["unsigned"] as? Int == 4)
        let empty = try json(run("list", "b.tar.gz", "--from", "nobody", "--json").output)
        #expect((empty["messages"] as? [Any])?.isEmpty == true)
        for number in 1...4 {
            let shown = try json(run("show", "b.tar.gz", String(number), "--json").output)
            #expect((shown["message"] as? [String: Any])?["number"] as? Int == number)
        }
        let root = try #require(list["root"] as? String)
        let extracted = try run("extract", "b.tar.gz", "-o", "out", "--layout", "source", "--json", "--root", root)
        #expect(extracted.status == 0)
        #expect(try json(extracted.output)["messages"] as? Int == 4)
        #expect(try run("extract", "b.tar.gz", "-o", "out", "--layout", "source").status == 2)
    }

    private func json(_ bytes: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }
}
