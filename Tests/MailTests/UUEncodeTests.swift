// uuencoded items in text, and uuencoded bodies.

import Bytes
import Testing

@testable import Mail

/// The data lines of some bytes, the closing line without data included.
private func uuencoded(_ bytes: [UInt8]) -> String {
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 45) {
        let line = bytes[start..<min(bytes.count, start + 45)]
        var letters = [UInt8(line.count)]
        for group in stride(from: line.startIndex, to: line.endIndex, by: 3) {
            let value = (0..<3).reduce(UInt32(0)) {
                $0 << 8 | UInt32(group + $1 < line.endIndex ? line[group + $1] : 0)
            }
            letters += [18, 12, 6, 0].map { UInt8(value >> $0 & 63) }
        }
        text += letters.map { $0 == 0 ? 0x60 : $0 + 0x20 }.displayText + "\n"
    }
    return text + "`\n"
}

@Test func `items in a text are numbered attachments`() {
    let first = "begin 644 one.txt\n\(uuencoded("first".bytes))end\n"
    let second = "begin 0755 two  words.bin \n\(uuencoded([UInt8](0...255)))end \n"
    let parsed = message("\(plainHeader)\nintro\n\(first)between\n\(second)outro\n")
    #expect(parsed.attachments.map(\.number.displayText) == ["1;uu1", "1;uu2"])
    #expect(parsed.attachments.map(\.rawName) == ["one.txt".bytes, "two  words.bin".bytes])
    #expect(parsed.attachments.map(\.mediaType) == [MediaType.binary, MediaType.binary])
    #expect(parsed.attachments.map { parsed.decoded($0) } == ["first".bytes, [UInt8](0...255)])
    #expect(parsed.text(parsed.attachments[0].range) == crlf(first).displayText)
    #expect(parsed.defects.isEmpty)
}

@Test func `every length round trips`() {
    for length in 0...130 {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        let text = "begin 644 x\n\(uuencoded(bytes))end\n"
        #expect(TransferEncoding.uuencode.decoded(text.bytes.span) == bytes)
        // Spaces for zeroes, and those at the ends of lines cut off by transport.
        let spaced = String(text.map { $0 == "`" ? " " : $0 })
        let cut = spaced.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line.prefix(line.count - line.reversed().prefix { $0 == " " }.count))
        }
        #expect(TransferEncoding.uuencode.decoded(cut.joined(separator: "\n").bytes.span) == bytes)
    }
}

@Test(arguments: [
    "begin 644\nend\n", "begin 64 x\nend\n", "begin 64444 x\nend\n", "begin 689 x\nend\n", "Begin 644 x\nend\n",
    " begin 644 x\nend\n", "begin 644 with prose\nand then more prose\nend\n", "begin 644 x\n",
    "begin 644 x\n\nand prose\n",
    "begin 644 x\n`\n#86)C\nend\n",
])
func `what only looks like an item is none`(text: String) {
    #expect(message("\(plainHeader)\n\(text)").attachments.isEmpty)
}

@Test(arguments: [
    ("begin 644 x\n#86)C\n`\nend\n", "abc", true), ("begin 644 x\n#86)C\nend\n", "abc", true),
    ("begin 644 x\n#86)C!\nend\n", "abc", true), ("begin 644 x\nend", "", true), ("begin 644 x\n\nend", "", true),
    ("begin 644 x\n#86)C\n", "abc", false), ("begin 644 x\n#86)C\nprose\n", "abc", false),
    ("begin 644 x\n#86)C\n`\nprose\n", "abc", false), ("begin 644 x\n#86)C\n\n\nend\n", "abc", false),
    ("begin 644 y\nprose\nbegin 644 x\n#86)C\nend\n", "abc", true),
])
func `an item ends with its end line or where its data ends`(text: String, decoded: String, isEnded: Bool) {
    let parsed = message("\(plainHeader)\n\(text)")
    #expect(parsed.attachments.map { parsed.decoded($0).displayText } == [decoded])
    #expect(parsed.defects == (isEnded ? [] : [.uuencodeNotEnded]))
}

@Test func `an item that another begin line cuts short does not swallow it`() {
    let parsed = message("\nbegin 644 a\n#86)C\nbegin 644 b\n#86)C\nend\n")
    #expect(parsed.attachments.map(\.rawName) == ["a".bytes, "b".bytes])
}

@Test func `items are looked for in identity text only`() {
    let item = "begin 644 x\n#86)C\nend\n"
    for header in ["Content-Type: image/png", "Content-Transfer-Encoding: quoted-printable"] {
        let found = message("\(header)\n\n\(item)").attachments
        #expect(found.allSatisfy { $0.encoding != .uuencode })
    }
    #expect(message("Content-Type: text/html\n\n\(item)").attachments.count == 1)
}

@Test func `an item ends with its part`() {
    let parsed = message("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nbegin 644 x\n#86)C\n--b\n\nend\n--b--\n")
    #expect(parsed.attachments.map(\.number.displayText) == ["1;uu1"])
    #expect(parsed.decoded(parsed.attachments[0]) == "abc".bytes)
}

@Test(arguments: [
    ("begin 644 x\n#86)C\n`\nend\nafter", "abc", []), ("before\nbegin 644 x\n#86)C\nend\n", "abc", []),
    ("begin 644 x\n#86)C\n", "abc", [Defect.uuencodeNotEnded]), ("begin 644 x\n#86)C\n`\n", "abc", [.uuencodeNotEnded]),
    ("no begin\n", "no begin\n", [.uuencodeMissing]), ("", "", [.uuencodeMissing]),
])
func `a uuencoded body is decoded from its first begin line on`(body: String, text: String, defects: [Defect]) {
    var bytes: [UInt8] = []
    let found = TransferEncoding.uuencode.decode(body.bytes.span) { piece in bytes += piece.bytes(in: piece.indices) }
    #expect(bytes.displayText == text)
    #expect(found == defects)
}
