import Bytes
import Cryptography
import Manifest
import ScratchFolders
import Testing

@testable import Mailseal

@Suite struct ListTests {
    private let bench: AccessBench

    init() throws { bench = try AccessBench() }

    /// Six messages, numbered in the order of their names.
    private func people() async throws -> Bundle {
        try bench.write(
            "in/1.eml",
            mail(
                "From: Zoé Martin <zoe@example.org>", "To: bob@example.net", "Subject: Budget",
                "Date: Mon, 1 May 2017 10:00:00 +0200"))
        try bench.write(
            "in/2.eml",
            mail(
                "From: =?utf-8?q?Bob_=C3=89tienne?= <bob@example.net>", "To: carol@example.com",
                "Cc: \"Martin, Zoe\" <ZOE@example.org>", "Subject: =?utf-8?b?UsOpdW5pb24=?=",
                "Date: Fri, 5 May 2017 23:30:00 +0200"))
        try bench.write(
            "in/3.eml",
            mail("From: carol@example.com", "To: zoe@example.org", "Subject: x", "Date: Sat, 6 May 2017 00:30:00 +0200")
        )
        try bench.write("in/4.eml", mail("From: zoe@example.org", "To: dave@example.net", "Subject: no date"))
        try bench.write(
            "in/5.eml", mail("From: zoe@example.org", "To: bob@example.net", "Subject: bad", "Date: some day"))
        try bench.write(
            "in/6.eml",
            mail(
                "From: eve@example.net", "To: eve@example.net", "Subject: parts", "MIME-Version: 1.0",
                "Content-Type: multipart/mixed; boundary=b", "Date: Sun, 7 May 2017 12:00:00 GMT",
                body: """
                    --b\r
                    Content-Type: text/html; charset=utf-8\r
                    Content-Transfer-Encoding: quoted-printable\r
                    \r
                    <p>Stra=C3=9Fe of the <b>Caf=65=CC=81</b></p>\r
                    --b\r
                    Content-Type: application/pdf; name="a.pdf"\r
                    Content-Transfer-Encoding: base64\r
                    \r
                    AAECAw==\r
                    --b--
                    """))
        return try await bench.bundle("in")
    }

    @Test func `without a filter all messages come in order`() async throws {
        let (numbers, summary) = try await listed(try await people())
        #expect(numbers == Array(1...6))
        #expect(summary.counts.messages == 6)
        #expect(summary.counts.attachments == 1)
        #expect(summary.counts.unsigned == 6)
    }

    @Test(arguments: [
        ([17...20], []), ([2...3], [2, 3]), ([5...Int.max], [5, 6]), ([3...3, 1...1], [1, 3]),
        ([1...2, 2...4], [1, 2, 3, 4]),
        ([6...6], [6]), ([6...9, 1...1], [1, 6]),
    ])
    func `numbers choose messages, each once and in order`(ranges: [ClosedRange<Int>], expected: [Int]) async throws {
        #expect(try await listed(try await people()) { $0.numbers = ranges }.numbers == expected)
    }

    @Test(arguments: [
        (["zoe@"], [1, 4, 5]), (["MARTIN"], [1]), (["étienne"], [2]), (["e\u{301}tienne"], [2]), (["ÉTIENNE"], [2]),
        (["carol", "eve"], [3, 6]), (["nobody"], []),
    ])
    func `a sender is found by address or decoded name in any case`(texts: [String], expected: [Int]) async throws {
        #expect(try await listed(try await people()) { $0.from = texts }.numbers == expected)
    }

    @Test func `a receiver is found in To and Cc`() async throws {
        let bundle = try await people()
        #expect(try await listed(bundle) { $0.to = ["zoe"] }.numbers == [2, 3])
        #expect(try await listed(bundle) { $0.to = ["martin, zoe <zoe@"] }.numbers == [2])
    }

    @Test func `between two people counts both directions and Cc`() async throws {
        let bundle = try await people()
        #expect(try await listed(bundle) { $0.between = [.init("zoe@", "bob@")] }.numbers == [1, 2, 5])
        #expect(try await listed(bundle) { $0.between = [.init("bob@", "zoe@")] }.numbers == [1, 2, 5])
        #expect(try await listed(bundle) { $0.between = [.init("zoe@", "zoe@")] }.numbers == [])
    }

    @Test func `times compare in UTC, and undated messages are counted, not guessed`() async throws {
        let bundle = try await people()
        let day = try #require(Timestamp(rfc3339: "2017-05-06T00:00:00Z"))
        let before = try await listed(bundle) { $0.before = day }
        #expect(before.numbers == [1, 2, 3])
        #expect(before.summary.undated == 2)
        #expect(try await listed(bundle) { $0.after = day }.numbers == [6])
        let exact = try #require(Timestamp(rfc3339: "2017-05-05T21:30:00Z"))
        #expect(try await listed(bundle) { $0.after = exact }.numbers == [2, 3, 6])
        #expect(try await listed(bundle) { $0.before = exact }.numbers == [1])
    }

    @Test func `subject, attachment and words`() async throws {
        let bundle = try await people()
        #expect(try await listed(bundle) { $0.subject = ["réunion"] }.numbers == [2])
        #expect(try await listed(bundle) { $0.hasAttachment = true }.numbers == [6])
        #expect(try await listed(bundle) { $0.words = ["hello"] }.numbers == [1, 2, 3, 4, 5])
        #expect(try await listed(bundle) { $0.words = ["HELLO", "budget"] }.numbers == [1])
        #expect(try await listed(bundle) { $0.words = ["strasse", "café"] }.numbers == [6])
        #expect(try await listed(bundle) { $0.words = ["<p>"] }.numbers == [])
    }

    @Test func `conditions of different kinds must all hold`() async throws {
        let (numbers, summary) = try await listed(try await people()) {
            $0.from = ["zoe"]
            $0.subject = ["bad", "budget"]
            $0.words = ["hello"]
            $0.numbers = [1...4]
        }
        #expect(numbers == [1])
        #expect(summary.counts.messages == 1)
    }

    @Test func `a receiver behind the end of a recorded value is found in the message itself`() async throws {
        let many = (1...400).map { "person\($0)@example.org" }.joined(separator: ",\r\n ")
        try bench.write("in/1.eml", mail("From: a@example.org", "To: \(many)", "Subject: all"))
        let bundle = try await bench.bundle("in")
        #expect(try await listed(bundle) { $0.to = ["person400@"] }.numbers == [1])
        #expect(try await listed(bundle) { $0.to = ["person401@"] }.numbers == [])
    }

    @Test func `each class of evidence is told`() async throws {
        let key = try SigningKey()
        let plain = mail("From: a@example.org", "To: b@example.org", "Date: Mon, 1 May 2017 10:00:00 +0200")
        let signed = key.signed(plain).displayText
        try bench.write("keys.txt", key.record)
        try bench.write("in/1.eml", signed)
        try bench.write("in/2.eml", signed + "more\r\n")
        try bench.write("in/3.eml", signed.split(separator: "To: b").joined(separator: "To: c"))
        try bench.write("in/4.eml", try SigningKey(selector: "other").signed(plain))
        try bench.write("in/5.eml", plain)
        try bench.write("in/6.eml", "Cc: c@example.org\r\n" + signed)
        let other = mail("From: a@example.com", "To: b@example.org", "Date: Mon, 1 May 2017 10:00:00 +0200")
        try bench.write("in/7.eml", key.signed(other))
        let bundle = try await bench.bundle("in") { $0.keyFiles = [bench.path("keys.txt")] }
        let classes: [EvidenceClass] = [
            .verified, .headersOnly, .notVerifying, .keyUnavailable, .unsigned, .qualified, .otherDomain,
        ]
        for (place, evidence) in classes.enumerated() {
            #expect(try await listed(bundle) { $0.evidence = [evidence] }.numbers == [place + 1], "\(evidence)")
        }
        #expect(try await listed(bundle) { $0.evidence = [.verified, .unsigned] }.numbers == [1, 5])
        #expect(try await listed(bundle).summary.counts.signatures == 6)
    }

    @Test func `numbers beyond the first group of lines are found by the index`() async throws {
        let texts = (1...300).map { mail("From: a@example.org", "Subject: n\($0)") }
        try bench.write("box", texts.map { "From x\r\n\($0)\r\n" }.joined())
        let bundle = try await bench.bundle("box")
        #expect(bundle.lineCount > 512)
        for number in [1, 127, 128, 129, 255, 256, 257, 300] {
            let (numbers, _) = try await listed(bundle) {
                $0.numbers = [number...number]
                $0.subject = ["n\(number)"]
            }
            #expect(numbers == [number])
        }
    }
}

@Suite struct FoldedTextTests {
    @Test(arguments: [
        ("Hello World", "o w", true), ("hello", "hellos", false), ("", "a", false), ("a", "", true),
        ("ÉCOLE", "école", true), ("e\u{301}cole", "école", true), ("école", "E\u{301}COLE", true),
        ("Straße", "STRASSE", true), ("ΟΔΟΣ", "οδος", true), ("Ἀθήνα", "ἀθήνα", true), ("cafe", "café", false),
        ("aab", "ab", true),
    ])
    func `one text stands in another in any case and composition`(text: String, part: String, expected: Bool) {
        #expect(FoldedText(text).contains(FoldedText(part)) == expected)
    }
}
