// Each defect by itself.

import Bytes
import Testing

@testable import Mail

private let typed = plainHeader + "Content-Type: "
private let pair = "--b\n\none\n--b--\n"

/// A message that has this defect and no other.
private let examples: [(Defect, [UInt8])] = [
    (.bareCR, crlf(plainHeader + "\n") + "a\rb".bytes),
    (.boundaryMissing, crlf("\(typed)multipart/mixed\n\n\(pair)")),
    (.boundaryNotClosed, crlf("\(typed)multipart/mixed; boundary=b\n\n--b\n\none\n")),
    (.boundaryNotFound, crlf("\(typed)multipart/mixed; boundary=c\n\n\(pair)")),
    (
        .boundaryReused,
        crlf(
            "\(typed)multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=b\n\n\(pair)--b--\n")
    ),
    (.contentTypeMalformed, crlf("\(typed)text\n\n")), (.dateMalformed, crlf("From: a@b\nDate: yesterday\n\n")),
    (.dateMissing, crlf("From: a@b\n\n")), (.fieldRepeated, crlf("\(plainHeader)To: a@b\nTO: a@b\n\n")),
    (.fromMissing, crlf("Date: 5 May 2017 20:00 Z\n\n")), (.headerEightBit, crlf("\(plainHeader)Subject: é\n\n")),
    (.headerStrayLine, crlf("From a@b\n\(plainHeader)\n")),
    (
        .headerFieldsTooMany,
        crlf(plainHeader) + [UInt8](repeatElement("a:\r\n".bytes, count: Limits.headerFields).joined())
    ),
    (.lineTooLong, crlf(plainHeader + "\n" + String(repeating: "x", count: Limits.line + 1) + "\n")),
    (.nulByte, crlf(plainHeader + "\n\0")), (.parameterRepeated, crlf("\(typed)text/plain; a=1; A=2\n\n")),
    (.partHeaderMissing, crlf("\(typed)multipart/mixed; boundary=b\n\n--b\nprose\n--b--\n")),
    (.quotedStringNotClosed, crlf("\(typed)text/plain; a=\"b\n\n")),
    (.quotedStringNotClosed, crlf("\(typed)text/plain; (a\n\n")),
    (
        .transferEncodingOnComposite,
        crlf("\(typed)multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n\(pair)")
    ),
    (.transferEncodingUnknown, crlf("\(plainHeader)Content-Transfer-Encoding: x\n\n")),
    (.uuencodeNotEnded, crlf("\(plainHeader)\nbegin 644 x\n#86)C\n")),
]

@Test(arguments: examples.indices) func `a message with one defect has that one`(index: Int) {
    let (defect, bytes) = examples[index]
    #expect(Message(parsing: bytes).defects == [defect])
}

@Test func `a message without defects has none`() {
    let text = "\(typed)multipart/mixed; boundary=b\n\n\(pair)epilogue" + String(repeating: "\nx", count: 1000)
    #expect(message(text).defects.isEmpty)
    #expect(Message(parsing: text.bytes).defects.isEmpty)
    #expect(message(plainHeader + "\n" + String(repeating: "x", count: Limits.line) + "\n").defects.isEmpty)
}

@Test func `defects are distinct and in the order of their codes`() {
    #expect(
        Message(parsing: "b\n\nx\r\r\0\r".bytes).defects.map(\.rawValue) == [
            "bare-cr", "date-missing", "from-missing", "header-stray-line", "nul-byte",
        ])
    let codes = Defect.allCases.map { Array($0.rawValue.utf8) }
    #expect(zip(codes, codes.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
}

@Test func `more attachments than the limit are left out`() {
    let item = "begin 644 x\nend\n"
    let parsed = Message(
        parsing: "\n".bytes + [UInt8](repeatElement(item.bytes, count: Limits.attachments + 1).joined()))
    #expect(parsed.attachments.count == Limits.attachments)
    #expect(parsed.defects.contains(.attachmentsTooMany))
}

@Test(arguments: [
    ("", LineEnds.none), ("a\rb", .none), ("a\r\nb\r\n", .crlf), ("a\nb", .lf), ("a\r\nb\n", .mixed),
    ("\n\r\n", .mixed),
    ("\r\n", .crlf), ("\r\r\n", .crlf), ("\n\r", .lf),
])
func `line ends are told over the whole message`(text: String, lineEnds: LineEnds) {
    #expect(Message(parsing: text.bytes).lineEnds == lineEnds)
}

@Test(arguments: [
    ("a\r\n", false), ("a\r", true), ("\ra", true), ("a\r\r\n", true), ("\r", true), ("\r\n\r\n", false),
])
func `a CR without LF is a defect`(text: String, isDefect: Bool) {
    #expect(Message(parsing: text.bytes).defects.contains(.bareCR) == isDefect)
}
