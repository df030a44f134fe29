import Bytes
import Cryptography
import DKIM
import Manifest
import ScratchFolders
import Testing

@testable import Mailseal

@Suite struct ShowTests {
    private let bench: AccessBench

    init() throws { bench = try AccessBench() }

    @Test(arguments: [
        ("17", MessageReference.number(17)), ("<a@b>", .messageID("a@b".bytes)), ("a@b", .messageID("a@b".bytes)),
        (" <a@b> ", .messageID("a@b".bytes)), ("-1", .messageID("-1".bytes)), ("1.2", .messageID("1.2".bytes)),
        ("99999999999999999999", .messageID("99999999999999999999".bytes)),
    ])
    func `a message is named by number or Message-ID`(text: String, expected: MessageReference) {
        #expect(MessageReference(text) == expected)
    }

    @Test func `64 hexadecimal digits of either case are a digest`() throws {
        let digest = Digest(hashing: "x".bytes)
        #expect(MessageReference(digest.description) == .digest(digest))
        #expect(MessageReference(digest.description.uppercased()) == .digest(digest))
        #expect(MessageReference(String(repeating: "1", count: 64)) != .number(1))
    }

    @Test func `a message is found by number, digest and Message-ID, with its exact bytes`() async throws {
        let texts = (1...300).map {
            mail("From: a@example.org", "Message-ID: <id\($0)@example.org>", "Subject: n\($0)")
        }
        try bench.write("box", texts.map { "From x\r\n\($0)\r\n" }.joined())
        let bundle = try await bench.bundle("box")
        for number in [1, 128, 129, 300] {
            let bytes = texts[number - 1].bytes
            for reference in [
                MessageReference.number(number), .digest(Digest(hashing: bytes)),
                .messageID("id\(number)@example.org".bytes),
            ] {
                let shown = try #require(try Show.run(bundle, reference))
                #expect(shown.line.number == number)
                #expect(shown.bytes == bytes)
                #expect(try Show.bytes(bundle, reference) == bytes)
                #expect(shown.findings.isEmpty)
            }
        }
        for missing in ["0", "301", "id301@example.org", "d1@example.org", Digest(hashing: []).description, "<>"] {
            #expect(try Show.run(bundle, MessageReference(missing)) == nil, "\(missing)")
        }
    }

    @Test func `a Message-ID with characters that JSON escapes, or that are no UTF-8, is found`() async throws {
        let quoted = "a\"\\\u{1}b@example.org"
        try bench.write("in/1.eml", mail("From: a@example.org", "Message-ID: <\(quoted)>"))
        try bench.write("in/2.eml", "From: a@example.org\r\nMessage-ID: <".bytes + [0xE9] + "@x>\r\n\r\n".bytes)
        let bundle = try await bench.bundle("in")
        #expect(try Show.run(bundle, .messageID(quoted.bytes))?.line.number == 1)
        #expect(try Show.run(bundle, .messageID([0xE9] + "@x".bytes))?.line.number == 2)
    }

    @Test func `other messages with the same Message-ID are named`() async throws {
        for number in 1...3 {
            try bench.write(
                "in/\(number).eml", mail("From: a@example.org", "Message-ID: <same@x>", "Subject: \(number)"))
        }
        try bench.write("in/4.eml", mail("From: a@example.org", "Message-ID: <notsame@x>", "Subject: <same@x>"))
        let bundle = try await bench.bundle("in")
        #expect(try Show.run(bundle, .number(2))?.sameMessageID == [1, 3])
        #expect(try Show.run(bundle, .messageID("same@x".bytes))?.sameMessageID == [2, 3])
        #expect(try Show.run(bundle, .number(4))?.sameMessageID == [])
    }

    @Test func `all places are given, each with its source and retrieval`() async throws {
        let text = mail("From: a@example.org", "Subject: twice")
        try bench.write("one/a.eml", text)
        try bench.write("two/b.eml", text)
        try bench.write("box", "From x\r\n" + text + "\r\nFrom y\r\n" + text)
        let bundle = try await bench.bundle("one", "two", "box") {
            $0.sources.retrieval = Retrieval(
                at: Timestamp(rfc3339: "2017-05-05T18:35:00Z"), from: "https://x.example".bytes)
        }
        let shown = try #require(try Show.run(bundle, .number(1)))
        #expect(shown.isSearched)
        #expect(shown.places.map { $0.source?.name.displayText } == ["one", "two", "box", "box"])
        #expect(shown.places.map { $0.occurrence.path.description } == ["a.eml", "b.eml", "box", "box"])
        #expect(shown.places.last?.occurrence.offset == 8 + text.utf8.count + 10)
        #expect(shown.places.allSatisfy { $0.retrieved?.from == "https://x.example".bytes })
    }

    @Test func `the source of a late message is found among many`() async throws {
        for source in ["a", "b", "c"] {
            let texts = (1...150).map { mail("From: a@example.org", "Subject: \(source)\($0)") }
            try bench.write(source, texts.map { "From x\r\n\($0)\r\n" }.joined())
        }
        let bundle = try await bench.bundle("a", "b", "c")
        #expect(bundle.groups.count > 3)
        for (number, name) in [(1, "a"), (150, "a"), (151, "b"), (300, "b"), (301, "c"), (450, "c")] {
            #expect(try Show.run(bundle, .number(number))?.places.first?.source?.name == name.bytes)
        }
        #expect(try bundle.source(4) == nil)
        #expect(try bundle.source(0) == nil)
    }

    @Test func `header fields are decoded and kept in their order`() async throws {
        try bench.write(
            "in/1.eml",
            mail(
                "Subject: =?utf-8?q?=C3=A9t=C3=A9?=", "From: a@example.org", "From: b@example.org",
                "X-A: folded\r\n\tvalue"))
        let shown = try #require(try Show.run(try await bench.bundle("in"), .number(1)))
        #expect(shown.fields.map(\.name) == ["Subject", "From", "From", "X-A"])
        #expect(shown.fields.map(\.value) == ["été", "a@example.org", "b@example.org", "folded\tvalue"])
    }

    private func parts(_ parts: String...) -> String {
        mail(
            "From: a@example.org", "Content-Type: multipart/mixed; boundary=b",
            body: parts.map { "--b\r\n\($0)\r\n" }.joined() + "--b--")
    }

    @Test func `plain text is shown before HTML, and attached text not at all`() async throws {
        let html = "Content-Type: text/html\r\n\r\n<p>one<p>two"
        let plain = "Content-Type: text/plain\r\n\r\nplain"
        let attached = "Content-Type: text/plain; name=a.txt\r\n\r\nattached"
        let inner = "Content-Type: message/rfc822\r\n\r\nFrom: b@example.org\r\n\r\ninner"
        try bench.write("in/1.eml", parts(html, plain, attached))
        try bench.write("in/2.eml", parts(html, attached))
        try bench.write("in/3.eml", parts(attached, inner))
        let bundle = try await bench.bundle("in")
        let first = try #require(try Show.run(bundle, .number(1)))
        #expect(first.texts.map(\.text) == ["plain"])
        #expect(first.texts.map(\.part) == ["2"])
        let second = try #require(try Show.run(bundle, .number(2)))
        #expect(second.texts.map(\.isFromHTML) == [true])
        #expect(second.texts[0].text.contains("one") && !second.texts[0].text.contains("<"))
        #expect(try Show.run(bundle, .number(3))?.texts.isEmpty == true)
    }

    @Test func `attachments are named, and parts decoded by number`() async throws {
        let file =
            "Content-Type: application/pdf; name=\"=?utf-8?q?caf=C3=A9=2Epdf?=\"\r\n"
            + "Content-Transfer-Encoding: base64\r\n\r\nAAECAw=="
        try bench.write("in/1.eml", parts("\r\ntext", file))
        let shown = try #require(try Show.run(try await bench.bundle("in"), .number(1)))
        #expect(shown.attachments.map(\.name) == ["café.pdf"])
        #expect(shown.attachments.map(\.line.sha256) == [Digest(hashing: [0, 1, 2, 3])])
        #expect(shown.content(ofPart: "2") == [0, 1, 2, 3])
        #expect(shown.content(ofPart: "1") == "text".bytes)
        #expect(shown.content(ofPart: "3") == nil)
        #expect(shown.content(ofPart: "") == nil)
    }

    @Test func `signatures come with verdict, key and what a reader should know`() async throws {
        let key = try SigningKey()
        let plain = mail("From: a@example.org", "Date: Mon, 1 May 2017 10:00:00 +0200", body: "Hello there")
        try bench.write("keys.txt", key.record)
        try bench.write(
            "in/1.eml",
            key.signed(plain) {
                $0.timestamp = 1_400_000_000
                $0.expiration = 1_450_000_000
                $0.bodyLength = 5
            })
        let bundle = try await bench.bundle("in") { $0.keyFiles = [bench.path("keys.txt")] }
        let shown = try #require(try Show.run(bundle, .number(1)))
        let signature = try #require(shown.signatures.first)
        #expect(signature.verdict == "neutral")
        #expect(signature.keyBits == 256)
        #expect(signature.line.covered == 5)
        #expect(signature.remarks.map(\.code) == ["body-partly-covered", "expired-now", "expired-at-date"])
        #expect(signature.remarks[2].sentence.contains("2015-12-13T09:46:40Z"))
        #expect(shown.evidence == .qualified)
    }
}
