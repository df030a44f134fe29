import Bytes
import Cryptography
import DKIM
import Foundation
import Mailseal
import Manifest
import MerkleTree
import SampleArchive
import ScratchFolders
import Testing

@Suite struct ReproducibleTests {
    let bench: CreateWorkbench

    init() throws { bench = try CreateWorkbench() }

    private func digest(_ name: String) throws -> String { Digest(hashing: try bench.read(name)).description }

    /// A tree of sample mail of more than a block, with keys beside it.
    private func writeSample() throws {
        let archive = try SampleArchive(seed: 3, messages: 40, averageSize: 30_000)
        for (number, message) in archive.messages(40).enumerated() {
            try bench.write("leak/\(number % 7)/\(number).eml", message.bytes)
        }
        try bench.write("keys.txt", archive.keyLines.joined(separator: "\n"))
        try bench.run("find leak -type f | xargs touch -d @1500000000")
    }

    @Test func `one worker and many, little memory and much give the same bundle`() async throws {
        try writeSample()
        for (number, (jobs, memory)) in [(1, 512), (8, 512), (3, 64), (2, 0)].enumerated() {
            let made = try await bench.create("leak", to: "out/\(number).tar.gz") {
                $0.jobs = jobs
                $0.memory = memory << 20
                $0.keyFiles = [bench.path("keys.txt")]
            }
            #expect(made.summary.size > 1 << 18)
            #expect(try digest("out/\(number).tar.gz") == digest("out/0.tar.gz"), "\(jobs) jobs, \(memory) MiB")
        }
    }

    @Test func `files made in another order in another place give the same bundle`() async throws {
        let names = (0..<40).map { "\($0 % 5)/\($0 * 7919 % 1000).eml" }
        for name in names { try bench.write("a/leak/" + name, message(name)) }
        for name in names.reversed() { try bench.write("b/elsewhere/leak/" + name, message(name)) }
        try bench.run("find a b -type f | xargs touch -d @1500000000; mkdir c; cp -a b/elsewhere/leak c/leak")
        for place in ["a", "b/elsewhere", "c"] {
            _ = try await bench.create("\(place)/leak", to: "out/\(place.prefix(1)).tar.gz")
        }
        #expect(try digest("out/a.tar.gz") == digest("out/b.tar.gz"))
        #expect(try digest("out/a.tar.gz") == digest("out/c.tar.gz"))
    }

    @Test func `without mtimes a tree that was touched gives the same bundle, with them another`() async throws {
        try bench.write("leak/1.eml", message("one"))
        try bench.write("leak/note", "note")
        for (number, omits) in [true, true, false, false].enumerated() {
            try bench.run("touch -d @\(1_500_000_000 + number) leak/1.eml leak/note")
            _ = try await bench.create("leak", to: "out/\(number).tar.gz") { $0.sources.omitsTimes = omits }
        }
        #expect(try digest("out/0.tar.gz") == digest("out/1.tar.gz"))
        #expect(try digest("out/2.tar.gz") != digest("out/3.tar.gz"))
    }

    @Test func `the same messages from elsewhere have the same content root`() async throws {
        for name in ["1", "2", "3"] { try bench.write("leak/\(name).eml", message(name)) }
        for name in ["3", "1", "2", "1"] { try bench.write("box/\(name)/\(UUID())", message(name)) }
        let one = try await bench.create("leak", to: "out/1.tar.gz")
        let two = try await bench.create("box")
        #expect(one.summary.contentRoot == two.summary.contentRoot && one.summary.root != two.summary.root)
    }

    @Test func `the golden source gives the recorded manifest and bundle`() async throws {
        let golden = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Manifests/golden/small-source")
        try writeGoldenSource()
        let made = try await bench.create("source") {
            $0.origin = "newsroom.example/golden".bytes
            $0.keyFiles = [bench.path("keys.txt")]
            $0.baggedAt = .init(rfc3339: "2026-01-01T00:00:00Z")
        }
        let found = [
            ("manifest.jsonl", made.lines.map { $0 + "\n" }.joined()),
            ("bundle.sha256", try digest("out/mail.tar.gz") + "\n"),
        ]
        let isRecording = ProcessInfo.processInfo.environment["MAILSEAL_RECORD"] == "1"
        for (name, text) in found {
            let file = golden.appending(path: name)
            if isRecording {
                try FileManager.default.createDirectory(at: golden, withIntermediateDirectories: true)
                try Data(text.bytes).write(to: file)
            }
            #expect(try String(contentsOf: file, encoding: .utf8) == text, "\(name)")
        }
        if isRecording { Issue.record("the goldens were recorded; look at the difference and test again") }
    }

    /// Messages whose signatures prove much, less and nothing.
    private func writeSignedMessages() throws {
        let (known, own) = (try SigningKey(selector: "s3"), try SigningKey(selector: "s4"))
        let plain = mail("From: a@example.org", "Subject: one", "Date: Fri, 5 May 2017 18:35:00 +0000")
        let signed = known.signed(plain).displayText
        let parts = "--x\r\nContent-Type: a/b\r\n\r\none\r\n--x\r\nContent-Type: a/b\r\n\r\ntwo\r\n--x--\r\n"
        let attached = mail("From: a@mail.example.org", "Content-Type: multipart/mixed; boundary=x", body: parts)
        let messages = [
            ("verified", signed), ("added", "Subject: two\r\n" + signed),
            ("uncovered", "Cc: c@example.org\r\n" + signed),
            ("altered", signed + "more\r\n"), ("lf", signed.replacing("\r\n", with: "\n")),
            ("partial", known.signed(attached) { $0.bodyLength = 40 }.displayText),
            ("other", known.signed(mail("From: a@example.com")).displayText),
            ("recovered", own.signed(plain).displayText),
        ]
        for (name, text) in try messages + repairedMessages(known) {
            try bench.write("source/signed/\(name).eml", text)
        }
        let dns = "#: basis=dns obtained=2026-11-22T10:00:00Z from=\"127.0.0.1\" dnssec=secure\n"
        let recovered =
            "#: basis=recovered messages=2 first_date=2017-05-01T00:00:00Z last_date=2017-05-05T00:00:00Z\n"
        try bench.write(
            "keys.txt",
            "s1._domainkey.example.org v=DKIM1; p=\ns2._domainkey.example.org v=DKIM1; p=\n".bytes
                + dns.bytes + known.record + known.record + recovered.bytes + own.record)
    }

    /// Messages whose signatures hold once a known change is undone.
    private func repairedMessages(_ key: SigningKey) throws -> [(String, String)] {
        let fields = ["From: a@example.org", "Subject: one", "Date: Fri, 5 May 2017 18:35:00 +0000"]
        let encoding = "Content-Transfer-Encoding: 8bit"
        let signed = key.signed(mail(fields[0], fields[1], fields[2], encoding, body: "From me: \u{E9}")).displayText
        let footer = "_______________________________________________\r\nlist mailing list\r\n"
        let encoded = signed.replacing("8bit", with: "quoted-printable").replacing("\u{E9}", with: "=C3=A9")
        return [
            ("quoted", signed.replacing("\r\nFrom me", with: "\r\n>From me")), ("footer", signed + footer),
            ("tagged", signed.replacing("Subject: ", with: "Subject: [list] ")), ("encoded", encoded),
            ("encoded-footer", encoded + footer),
        ]
    }

    /// Messages with and without attachment and signature, an mbox, and a file of more than a block.
    private func writeGoldenSource() throws {
        let attached = """
            From: a@example.org
            Date: Fri, 5 May 2017 18:35:00 +0000
            Subject: =?utf-8?q?caf=C3=A9?=
            Content-Type: multipart/mixed; boundary=b
            DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s1; h=from:date; bh=aGk=; b=aGk=

            --b

            see there
            --b
            Content-Type: application/octet-stream; name="a.bin"
            Content-Disposition: attachment
            Content-Transfer-Encoding: base64

            AAECAwQFBgc=
            --b--

            """
        try bench.write("source/attached.eml", attached)
        try bench.write("source/box", "From a\n\(message("one"))\nFrom b\n\(message("two"))\n\n")
        try bench.write("source/one.eml", message("one"))
        let numbers = (0..<130_000).map { String($0 * $0 % 9_999_991) + "\n" }.joined()
        try bench.write("source/numbers.txt", numbers)
        try writeSignedMessages()
        try bench.run("find source -type f | xargs touch -d @1500000000")
    }
}
