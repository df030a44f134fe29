// Parsing of cut and broken messages: no byte string traps, and time grows with size alone.

import Bytes
import Foundation
import ProcessorTime
import Testing

@testable import Mail

private let sample = crlf(
    """
    From: =?utf-8?Q?Ann?= <a@b.org>, "C, D" <c@d> (e)
    Date: Fri, 5 May 2017 20:00:00 +0200 (CEST)
    Subject: =?iso-2022-jp?B?GyRCRWw1fhsoQg==?=
     folded
    Content-Type: multipart/mixed; boundary="b b"; x*0*=utf-8'en'%41; x*1="\\"c"

    preamble
    --b b
    Content-Type: text/plain; charset=iso-8859-1
    Content-Transfer-Encoding: quoted-printable

    caf=E9 =
    soft=3D
    --b b
    Content-Type: message/rfc822

    Content-Type: multipart/digest; boundary=i

    --i

    Subject: inner

    begin 644 x.txt
    #86)C
    `
    end
    --i--
    --b b
    Content-Type: application/pdf; name*=utf-8''%C3%A9.pdf
    Content-Transfer-Encoding: base64
    Content-Disposition: attachment;
     filename="x.pdf"

    aGVsbG8=
    --b b
    Content-Type: text/html

    <p>one &amp; <b>two</b></p><script>x</script>
    --b b--
    epilogue
    """)

/// Calls all that a message offers, and tells whether its ranges hold together.
private func exercise(_ bytes: [UInt8]) -> Bool {
    let parsed = Message(parsing: bytes)
    var isSound = parsed.parts.first?.parent == nil && parsed.bytes == bytes
    for part in parsed.parts {
        isSound = isSound && part.header.upperBound == part.body.lowerBound && part.body.upperBound <= bytes.count
        isSound = isSound && (!part.isLeaf || !part.number.isEmpty)
        if let parent = part.parent {
            let outer = parsed.parts[parent].body
            isSound = isSound && outer.lowerBound <= part.header.lowerBound && part.body.upperBound <= outer.upperBound
        }
        _ = parsed.decoded(part)
        _ = parsed.displayText(of: part)
        _ = part.displayName
    }
    for attachment in parsed.attachments { _ = parsed.decoded(attachment) }
    for field in parsed.header.fields {
        let value = field.unfoldedValue(in: bytes.span)
        _ = decodedHeader(value)
        _ = addresses(in: value)
        _ = DateField.seconds(in: value)
    }
    return isSound && Set(parsed.attachments.map(\.number)).count == parsed.attachments.count
}

@Test func `every cut of a message parses`() {
    for length in 0...sample.count where !exercise(Array(sample[..<length])) { Issue.record("cut at \(length)") }
    let starts = stride(from: 1, to: sample.count, by: 7)
    for start in starts where !exercise(Array(sample[start...])) { Issue.record("from \(start)") }
}

@Test func `the sample has what it should have`() {
    let parsed = Message(parsing: sample)
    #expect(
        parsed.outline == [
            " multipart/mixed", "1 text/plain", "2 message/rfc822", " multipart/digest", "2.1 message/rfc822",
            "2.1.1 text/plain", "3 application/pdf", "4 text/html",
        ])
    #expect(parsed.attachments.map(\.number.displayText) == ["2", "2.1", "2.1.1;uu1", "3"])
    #expect(parsed.defects.isEmpty)
}

@Test func `changed messages parse`() {
    var generator = RepeatableGenerator(seed: 5322)
    let pieces = [
        "\r\n", "\n", "\r", "\0", "--b b\r\n", "--i--\r\n", "\r\n\r\n", "=?", "?=", "=", "\"", "(", ")", ";", ":",
        "begin 644 x\r\n",
        "end\r\n", "'", "%", "*0*=", "multipart/mixed; boundary=", "message/rfc822\r\n\r\n", "<", ">", "&#x", "\u{FF}",
        " ",
    ]
    for round in 0..<400 {
        var changed = sample
        for _ in 0..<Int.random(in: 1...8, using: &generator) {
            let start = Int.random(in: 0...changed.count, using: &generator)
            let end = min(changed.count, start + Int.random(in: 0...40, using: &generator))
            if Bool.random(using: &generator) {
                changed.replaceSubrange(start..<end, with: (pieces.randomElement(using: &generator) ?? "").utf8)
            } else {
                changed.insert(contentsOf: changed[start..<end], at: Int.random(in: 0...start, using: &generator))
            }
        }
        if !exercise(changed) { Issue.record("round \(round): \(changed.displayText)") }
    }
}

/// The shortest of two times that the work takes, in seconds.
private func time(_ work: () -> Void) -> Double {
    (0..<2).map { _ in processorTime(work) / .seconds(1) }.min() ?? 0
}

private func repeated(_ text: String) -> @Sendable (Int) -> [UInt8] {
    { count in [UInt8](repeatElement(text.bytes, count: count).joined()) }
}

/// Bytes that would take a careless parser quadratic time, by the piece that is repeated.
private let hostile: [(name: String, pieces: Int, make: @Sendable (Int) -> [UInt8])] = [
    (
        "nested multiparts", 100,
        { count in
            (0..<count).flatMap { "Content-Type: multipart/mixed; boundary=b\($0)\n\n--b\($0)\n".bytes }
        }
    ),
    ("nested messages", 250, repeated("Content-Type: message/rfc822\n\n")),
    (
        "delimiter-like lines", 500,
        { count in
            "Content-Type: multipart/mixed; boundary=b\n\n".bytes + repeated("--b-\n--\n")(count)
        }
    ),
    ("begin lines", 400, { count in "\n".bytes + repeated("begin 644 x\n")(count) }),
    ("open encoded words", 500, { count in "Subject: ".bytes + repeated("=?a?q?")(count) }),
    ("open comments", 3000, { count in "From: ".bytes + repeated("(")(count) }),
    ("open quotes", 3000, { count in "Content-Type: text/plain; a=".bytes + repeated("\"\\")(count) }),
    ("parameters", 700, { count in "Content-Type: text/plain".bytes + repeated(";a=1")(count) }),
    (
        "blanks in quoted-printable", 3000,
        { count in
            "Content-Transfer-Encoding: quoted-printable\n\n".bytes + repeated("= ")(count)
        }
    ),
    ("open tags", 500, { count in "Content-Type: text/html\n\n".bytes + repeated("<a '&<!-")(count) }),
    ("carriage returns", 4000, repeated("\r")),
]

@Test(arguments: hostile.indices) func `eight times the bytes do not take quadratic time`(index: Int) {
    let (name, pieces, make) = hostile[index]
    let shortBytes = make(pieces)
    let longBytes = make(pieces * 8)
    let short = time { _ = exercise(shortBytes) }
    let long = time { _ = exercise(longBytes) }
    // Linear time would be a factor of 8, quadratic time one of 64; other tests run at the same time.
    #expect(long < 32 * short + 0.1, "\(name): \(short) s, then \(long) s")
}

@Test func `real messages of other projects' test data parse`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/vectors/dkim")
    guard let files = FileManager.default.enumerator(at: root.standardizedFileURL, includingPropertiesForKeys: nil),
        FileManager.default.fileExists(atPath: root.path)
    else {
        print("../shared/vectors is missing: the test on real messages steps aside")
        return
    }
    for case let file as URL in files {
        guard let data = try? Data(contentsOf: file) else { continue }
        if !exercise([UInt8](data)) { Issue.record("\(file.lastPathComponent)") }
    }
}
