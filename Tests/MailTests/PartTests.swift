// The part tree: numbers, ranges, boundaries.

import Bytes
import Testing

@testable import Mail

/// The example of RFC 9051 §6.4.5.
private let example = """
    \(plainHeader)Content-Type: multipart/mixed; boundary=A

    preamble
    --A

    one
    --A
    Content-Type: application/octet-stream

    two
    --A
    Content-Type: message/rfc822

    Content-Type: multipart/mixed; boundary="B"

    --B

    three one
    --B
    Content-Type: application/octet-stream

    three two
    --B--
    epilogue of B
    --A
    Content-Type: multipart/mixed; boundary=C

    --C
    Content-Type: image/gif

    four one
    --C
    Content-Type: message/rfc822

    Content-Type: multipart/mixed; boundary=D

    --D

    four two one
    --D
    Content-Type: multipart/alternative; boundary=E

    --E

    four two two one
    --E
    Content-Type: text/richtext

    four two two two
    --E--
    --D--
    --C--
    --A--
    epilogue
    """

@Test func `parts are numbered as IMAP numbers them`() {
    let parsed = message(example)
    #expect(
        parsed.outline == [
            " multipart/mixed", "1 text/plain", "2 application/octet-stream", "3 message/rfc822", " multipart/mixed",
            "3.1 text/plain", "3.2 application/octet-stream", "4 multipart/mixed", "4.1 image/gif",
            "4.2 message/rfc822", " multipart/mixed", "4.2.1 text/plain", "4.2.2 multipart/alternative",
            "4.2.2.1 text/plain", "4.2.2.2 text/richtext",
        ])
    #expect(
        parsed.leaves == [
            "one", "two", "three one", "three two", "four one", "four two one", "four two two one", "four two two two",
        ])
    #expect(parsed.defects.isEmpty)
    #expect(parsed.attachments.map(\.number.displayText) == ["2", "3", "3.2", "4.1", "4.2"])
    #expect(parsed.parts.map(\.parent) == [nil, 0, 0, 0, 3, 4, 4, 0, 7, 7, 9, 10, 10, 12, 12])
}

@Test func `a message that is no multipart has the one part 1`() {
    let parsed = message(plainHeader + "\nbody\n")
    #expect(parsed.outline == ["1 text/plain"])
    #expect(parsed.leaves == ["body\r\n"])
    #expect(parsed.attachments.isEmpty)
    #expect(parsed.parts[0].header == parsed.header.fields[0].whole.lowerBound..<parsed.body.lowerBound)
}

@Test(arguments: ["", "\n", "\r", "\0", "x", "--", "\n--\n"])
func `any bytes are a message with one part`(text: String) {
    let parsed = Message(parsing: text.bytes)
    #expect(parsed.outline == ["1 text/plain"])
    #expect(parsed.parts[0].header.upperBound == parsed.body.lowerBound)
    #expect(parsed.parts[0].body == parsed.body)
}

@Test func `a message whose body is a message numbers on`() {
    let parsed = message("Content-Type: message/rfc822\n\nContent-Type: message/rfc822\n\nSubject: x\n\nbody")
    #expect(parsed.outline == ["1 message/rfc822", "1.1 message/rfc822", "1.1.1 text/plain"])
    #expect(parsed.attachments.map(\.number.displayText) == ["1", "1.1"])
    #expect(parsed.decoded(parsed.attachments[1]) == crlf("Subject: x\n\nbody"))
}

private func multipart(_ body: String, boundary: String = "b") -> Message {
    message("\(plainHeader)Content-Type: multipart/mixed; boundary=\"\(boundary)\"\n\n\(body)")
}

@Test(arguments: [
    ("--b\n\none\n--b\n\ntwo\n--b--\n", ["one", "two"]),
    // Neither preamble nor epilogue is a part, delimiters in the epilogue do not count.
    ("pre\n--b\n\none\n--b--\nepilogue\n--b\n\ntwo\n--b--\n", ["one"]),
    // Blanks may follow a delimiter, nothing else may.
    ("--b \t\n\none\n--b x\n--bb\n --b\n--b-- \n", ["one\r\n--b x\r\n--bb\r\n --b"]),
    // Without the closing line the last part reaches to the end.
    ("--b\n\none\n--b\n\ntwo\n", ["one", "two\r\n"]),
    // Empty bodies: nothing after the header section, nothing at all, or one line end.
    ("--b\nContent-Type: text/plain\n--b\n\n--b\n\n\n--b\n--b--", ["", "", "", ""]),
    // The line end before a delimiter belongs to it, one before that to the part.
    ("--b\n\none\n\n--b--", ["one\r\n"]),
    // A body part without header section starts with its first line.
    ("--b\nno header here\n\nmore\n--b--", ["no header here\r\n\r\nmore"]),
    ("--b\nX: 1\nstray\n\nbody\n--b--", ["body"]),
])
func `delimiter lines cut a multipart into parts`(body: String, leaves: [String]) {
    #expect(multipart(body).leaves == leaves)
}

@Test(arguments: [
    ("a'()+_,-./:=? z", "--a'()+_,-./:=? z\n\none\n--a'()+_,-./:=? z--"), ("b--", "--b--\n\none\n--b----\n"),
    ("--", "----\n\none\n------\n"), ("b ", "--b\n\none\n--b--"),
    (
        String(repeating: "x", count: 500),
        "--\(String(repeating: "x", count: 500))\n\none\n--\(String(repeating: "x", count: 500))--"
    ),
])
func `boundaries of every sort are found`(boundary: String, body: String) {
    #expect(multipart(body, boundary: boundary).leaves == ["one"])
    #expect(multipart(body, boundary: boundary).defects.isEmpty)
}

@Test func `delimiters with LF, CRLF and none at the end all count`() {
    let parsed = Message(
        parsing: "Content-Type: multipart/mixed; boundary=b\n\n--b\r\n\r\none\r\n--b\n\ntwo\n--b--".bytes)
    #expect(parsed.leaves == ["one", "two"])
    #expect(parsed.lineEnds == .mixed)
}

@Test func `an outer delimiter ends the parts inside`() {
    let parsed = multipart(
        "--b\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\none\n--b\n\ntwo\n--b--\n")
    #expect(parsed.outline == [" multipart/mixed", "1 multipart/mixed", "1.1 text/plain", "2 text/plain"])
    #expect(parsed.leaves == ["one", "two"])
    #expect(parsed.defects == [.boundaryNotClosed])
}

@Test func `an outer delimiter ends an embedded message in its header section`() {
    let parsed = multipart("--b\nContent-Type: message/rfc822\n\nSubject: cut\n--b\n\ntwo\n--b--\n")
    #expect(parsed.outline == [" multipart/mixed", "1 message/rfc822", "1.1 text/plain", "2 text/plain"])
    #expect(parsed.text(parsed.parts[1].body) == "Subject: cut")
    #expect(parsed.leaves == ["", "two"])
}

@Test(arguments: [
    ("Content-Type: multipart/mixed; boundary=i\n--i\n\none\n--i--\n", ["1 multipart/mixed", "1.1 text/plain"]),
    (
        "content-type :\tmultipart/mixed;\n boundary=i\nX: y\nstray\n--i \n\none\n",
        ["1 multipart/mixed", "1.1 text/plain"]
    ),
    ("Content-Type: multipart/mixed; boundary=\"a: b\"\n--a: b\n\none\n", ["1 multipart/mixed", "1.1 text/plain"]),
    // An embedded message has such a section, too.
    (
        "Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=i\n--i\n\none\n--i--\n",
        ["1 message/rfc822", " multipart/mixed", "1.1 text/plain"]
    ),
    // No multipart, another line, the closing one, a type that comes too late or second: the lines are stray.
    ("Content-Type: text/plain; boundary=i\n--i\n\none\n", ["1 text/plain"]),
    ("Content-Type: multipart/mixed; boundary=i\n--ii\n--\n-\n--i--\n\none\n", ["1 multipart/mixed"]),
    ("X: y\n--i\nContent-Type: multipart/mixed; boundary=i\n\none\n", ["1 multipart/mixed"]),
    ("Content-Type: text/html\nContent-Type: multipart/mixed; boundary=i\n--i\n\none\n", ["1 text/html"]),
])
func `a delimiter line of its own ends a part's header section`(part: String, outline: [String]) {
    let parsed = multipart("--b\n\(part)--b\n\ntwo\n--b--\n")
    #expect(Array(parsed.outline.dropFirst().dropLast()) == outline)
}

@Test func `of two multiparts with one boundary the inner one takes the delimiters until it is closed`() {
    let parsed = multipart(
        "--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n--b\n\ntwo\n--b--\n")
    #expect(parsed.outline == [" multipart/mixed", "1 multipart/mixed", "1.1 text/plain", "2 text/plain"])
    #expect(parsed.defects == [.boundaryReused])
}

@Test func `a multipart without a boundary or its delimiters stays a leaf with a number`() {
    let missing = message("Content-Type: multipart/mixed\n\n--b\n\none\n--b--")
    #expect(missing.outline == ["1 multipart/mixed"])
    #expect(missing.attachments.isEmpty)
    let absent = multipart("--c\n\none\n--c--")
    #expect(absent.outline == ["1 multipart/mixed"])
    #expect(absent.parts[0].isLeaf)
    let nested = message("Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=b\n\nx")
    #expect(nested.outline == ["1 message/rfc822", "1.1 multipart/mixed"])
}

@Test func `parts of a digest are messages unless they say otherwise`() {
    let parsed = message(
        "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: 1\n\none\n--b\nContent-Type: text/plain\n\ntwo\n--b--"
    )
    #expect(parsed.outline == [" multipart/digest", "1 message/rfc822", "1.1 text/plain", "2 text/plain"])
}

@Test func `an encoded message is an attachment and not looked into`() {
    let parsed = message("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeAoKYm9keQo=")
    #expect(parsed.outline == ["1 message/rfc822"])
    #expect(parsed.decoded(parsed.attachments[0]).displayText == "Subject: x\n\nbody\n")
    #expect(parsed.defects.contains(.transferEncodingOnComposite))
}

@Test(arguments: [
    ("text/plain; name=a.txt", "", ["1"]), ("text/plain", "attachment", ["1"]), ("text/html", "inline", []),
    ("image/png", "inline", ["1"]), ("application/pdf", "", ["1"]), ("text/plain", "inline; filename=x", ["1"]),
    ("message/delivery-status", "", ["1"]), ("multipart/mixed", "attachment", ["1"]), ("multipart/mixed", "", []),
    ("textual/plain", "", ["1"]), ("text/plain", "attachments", []),
])
func `leaves with a name, a disposition or another type are attachments`(
    type: String, disposition: String, expected: [String]
) {
    let parsed = message("Content-Type: \(type)\nContent-Disposition: \(disposition)\n\nbody")
    #expect(parsed.attachments.map(\.number.displayText) == expected)
}

@Test func `parts below the depth limit are not looked into`() {
    var text = ""
    for level in 0..<150 { text += "Content-Type: multipart/mixed; boundary=b\(level)x\n\n--b\(level)x\n" }
    let parsed = message(text + "\ndeep")
    #expect(parsed.parts.count == Limits.depth + 1)
    #expect(parsed.parts.map(\.depth).max() == Limits.depth)
    #expect(parsed.defects.contains(.nestingTooDeep))
}

@Test func `messages in messages stop at the depth limit`() {
    let text = String(repeating: "Content-Type: message/rfc822\n\n", count: 20_000)
    let parsed = message(text)
    #expect(parsed.parts.count == Limits.depth + 1)
    #expect(parsed.attachments.last?.number.count == 2 * Limits.depth + 1)
}

@Test func `beyond the part limit the last part reaches to the end`() {
    let text = String(repeating: "--b\n\n", count: Limits.parts + 10)
    let parsed = Message(parsing: "Content-Type: multipart/mixed; boundary=b\n\n\(text)".bytes)
    #expect(parsed.parts.count == Limits.parts)
    #expect(parsed.parts.last?.body.upperBound == parsed.bytes.count)
    #expect(parsed.defects.contains(.partsTooMany))
}
