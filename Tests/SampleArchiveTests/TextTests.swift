// The small parts: encodings, dates, random numbers, sizes, stored forms.

import Bytes
import Testing

@testable import SampleArchive

@Suite struct `the parts of a sample` {
    @Test func `base64 lines are those of the whole, cut at 76 characters`() {
        var random = RandomSource(1, .text)
        for count in 0...180 {
            let content = random.bytes(count)
            let lines = TransferEncoding.base64Lines(content).split(separator: 0x0A).map { Array($0.dropLast()) }
            #expect(Array(lines.joined()) == Base64.encode(content))
            #expect(lines.dropLast().allSatisfy { $0.count == 76 } && (lines.last?.count ?? 0) <= 76)
        }
    }

    @Test(arguments: [
        ("a=b\r\n", "a=3Db\r\n"), ("fin \r\n", "fin=20\r\n"), ("\u{E9}", "=C3=A9"), ("a b\tc", "a b\tc"),
        (String(repeating: "x", count: 80), String(repeating: "x", count: 75) + "=\r\nxxxxx"),
    ])
    func `quoted-printable escapes what it must`(text: String, encoded: String) {
        #expect(TransferEncoding.quotedPrintable(text.bytes).displayText == encoded)
    }

    @Test func `uuencode is that of POSIX`() {
        #expect(
            TransferEncoding.uuencoded("Cat".bytes, name: "c.txt").displayText
                == "begin 644 c.txt\r\n#0V%T\r\n`\r\nend\r\n")
        #expect(
            TransferEncoding.uuencoded([0, 0], name: "z").displayText == "begin 644 z\r\n\"````\r\n`\r\nend\r\n")
    }

    @Test func `Latin-1 has a byte for each character`() {
        #expect(TransferEncoding.latin1("é€É n°".bytes) == [0xE9, 0x3F, 0xC9, 0x20, 0x6E, 0xB0])
    }

    @Test func `encoded words and file names are those of the RFCs`() {
        #expect(HeaderText.text("Réunion", .latin1Quoted).displayText == "=?ISO-8859-1?Q?R=E9union?=")
        #expect(HeaderText.text("Été 1", .utf8Quoted).displayText == "=?utf-8?q?=C3=89t=C3=A9_1?=")
        #expect(HeaderText.text("plain", .utf8Base64).displayText == "plain")
        #expect(HeaderText.fileName("name", "é 1.pdf", extended: true).displayText == "name*=utf-8''%C3%A9%201.pdf")
    }

    @Test(arguments: [
        (0, 0, "Thu, 1 Jan 1970 00:00:00 +0000"), (1_237_532_400, 60, "Fri, 20 Mar 2009 08:00:00 +0100"),
        (951_782_400, -240, "Mon, 28 Feb 2000 20:00:00 -0400"), (951_782_400, 330, "Tue, 29 Feb 2000 05:30:00 +0530"),
        (1_483_228_799, 0, "Sat, 31 Dec 2016 23:59:59 +0000"),
    ])
    func `dates are those of the calendar`(seconds: Int, zone: Int, text: String) {
        #expect(Moment(seconds: seconds, zone: zone).mailText == text)
    }

    @Test func `the date of an mbox line is in UTC`() {
        #expect(Moment(seconds: 1_236_330_000, zone: 60).mailboxText == "Fri Mar  6 09:00:00 2009")
    }

    @Test func `xoshiro gives what its authors' code gives`() {
        var random = RandomSource(state: (1, 2, 3, 4))
        #expect((0..<4).map { _ in random.next() } == [11520, 0, 1_509_978_240, 1_215_971_899_390_074_240])
    }

    @Test func `log-normal sizes have mean one`() {
        for sigma in [0.7, 0.8, 1.2] {
            let mean = (0..<20_000).reduce(0) { $0 + LogNormal.quantile((Double($1) + 0.5) / 20_000, sigma: sigma) }
            #expect(abs(mean / 20_000 - 1) < 0.01)
        }
    }

    @Test(arguments: [
        (StoredForm.mboxrd, "a\n\n>From b\n>>From c\n>Fro\n"), (.mboxo, "a\n\n>From b\n>From c\n>Fro\n"),
        (.file, "a\n\nFrom b\n>From c\n>Fro\n"), (.mboxcl2, "a\nContent-Length: 20\n\nFrom b\n>From c\n>Fro\n"),
    ])
    func `a mailbox quotes lines in its own way`(form: StoredForm, stored: String) {
        let message = "a\r\n\r\nFrom b\r\n>From c\r\n>Fro\r\n".bytes
        #expect(form.stored(message, .lf).bytes.displayText == stored)
    }

    @Test func `only a CR before an LF is taken away`() {
        #expect(StoredForm.file.stored("\r\r\na\rb\r\n\r".bytes, .lf).bytes.displayText == "\r\na\rb\n\r")
    }
}
