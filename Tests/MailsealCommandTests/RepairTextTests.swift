// Repairs in words, those of forged lines too.

import Bytes
import Cryptography
import Manifest
import Testing

@testable import MailsealCommand

@Suite struct RepairTextTests {
    private static let message = "Subject: [list] one\r\n\r\nHello\r\n___\r\n\r\nlist mailing list\r\nunsubscribe".bytes

    private func line(_ repairs: [DKIMLine.Repair]) -> DKIMLine {
        DKIMLine(
            message: Digest(hashing: Self.message), index: 1, header: "valid", body: "restored", repairs: repairs)
    }

    @Test(arguments: [
        ("line-ends", [], "lines that end in LF, not CRLF (line-ends)"),
        (
            "mboxo-quoting", [23..<24, 30..<31],
            "a mailbox's > before 2 lines (mboxo-quoting), 2 bytes in 2 pieces from byte 23"
        ),
        ("list-footer", [30..<67], "a list's footer of 3 lines (list-footer), 37 bytes from byte 30"),
        ("banner", [23..<30], "a scanner's or gateway's banner of 1 line (banner), 7 bytes from byte 23"),
        ("subject-tag", [9..<16], "the tag [list] before the subject (subject-tag), 7 bytes from byte 9"),
        ("content-fields", [], "the change of Content fields (content-fields)"),
        ("base64-to-8bit", [23..<67], "the change to base64 (base64-to-8bit), 44 bytes from byte 23"),
        ("of-tomorrow", [0..<1], "an unknown change (of-tomorrow), 1 byte from byte 0"),
    ])
    func `each is said with its place`(name: String, edits: [Range<Int>], text: String) {
        #expect(line([.init(name: name, edits: edits)]).repairTexts(in: Self.message) == [text])
    }

    @Test func `a footer in an encoded text is counted in bytes, and how a file was kept is no change of content`() {
        let repairs: [DKIMLine.Repair] = [
            .init(name: "line-ends"), .init(name: "base64-to-8bit", edits: [23..<67]),
            .init(name: "list-footer", edits: [30..<67]), .init(name: "8bit-to-quoted-printable", edits: [23..<30]),
        ]
        #expect(
            line(repairs).undone(in: Self.message)
                == "the change to base64; a list's footer of 37 encoded bytes; the change from quoted-printable")
    }

    @Test func `places outside the message do no harm`() {
        let repairs: [DKIMLine.Repair] = [
            .init(name: "list-footer", edits: [60..<1 << 40]), .init(name: "subject-tag", edits: [1 << 40..<1 << 41]),
        ]
        let texts = line(repairs).repairTexts(in: Self.message)
        #expect(texts[0].hasPrefix("a list's footer of 1 line ") && texts[1].hasPrefix("the tag  before the subject"))
    }
}
