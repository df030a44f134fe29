// Transfer decoders: every rule that a bundle's `rules` number pins.

import Bytes
import Testing

@testable import Mail

private func decode(_ encoding: TransferEncoding, _ coded: String) -> (text: String, defects: [Defect]) {
    var bytes: [UInt8] = []
    let defects = encoding.decode(coded.bytes.span) { piece in bytes += piece.bytes(in: piece.indices) }
    return (bytes.displayText, defects)
}

@Test(arguments: [
    ("", ""), ("aGVsbG8=", "hello"), ("aGVs\r\nbG8=\r\n", "hello"), ("YQ==", "a"), ("YWI=", "ab"), ("YWJj", "abc"),
    // White space anywhere, between the padding too.
    (" Y Q\t=\r\n=\n", "a"), ("Y\r\nW\r\nJ\r\nj", "abc"),
])
func `base64 is decoded`(coded: String, text: String) {
    let found = decode(.base64, coded)
    #expect(found.text == text)
    #expect(found.defects.isEmpty)
}

@Test(arguments: [
    ("a!GVs-bG8_=", "hello", [Defect.base64Junk]), ("aGVs\0bG8=", "hello", [.base64Junk]),
    // A padding of one `=` where two belong is enough.
    ("YQ=", "a", []),
    // After the padded group nothing counts.
    ("YQ==YWJj", "a", [.base64AfterPadding]), ("YQ==\r\n-- \r\nfooter", "a", [.base64AfterPadding, .base64Junk]),
    ("YWI==", "ab", []),
    // Padding that pads nothing is skipped.
    ("=YWJj", "abc", [.base64Junk]), ("Y=WJj", "abc", [.base64Junk]), ("YWJj====", "abc", [.base64Junk]),
    // What makes no group is dropped.
    ("Y", "", [.base64Incomplete]), ("YWJjY", "abc", [.base64Incomplete]), ("YWJjYW", "abc", [.base64Incomplete]),
    ("YWJjYWI", "abc", [.base64Incomplete]), ("Y=", "", [.base64Incomplete, .base64Junk]),
    // Stray bits under the padding are dropped.
    ("YR==", "a", []),
])
func `broken base64 gives what is certain`(coded: String, text: String, defects: [Defect]) {
    let found = decode(.base64, coded)
    #expect(found.text == text)
    #expect(found.defects == defects)
}

@Test func `base64 round trips for every length and line length`() {
    var generator = RepeatableGenerator(seed: 64)
    for length in 0...100 {
        let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
        for width in [1, 3, 4, 7, 76] {
            var coded: [UInt8] = []
            for (index, letter) in Base64.encode(bytes).enumerated() {
                if index > 0, index.isMultiple(of: width) { coded += [0x0D, 0x0A] }
                coded.append(letter)
            }
            if TransferEncoding.base64.decoded(coded.span) != bytes {
                Issue.record("length \(length), lines of \(width)")
            }
        }
    }
}

@Test(arguments: [1, 2, 3, 4, 5, 100]) func `large bodies come in pieces of at most 64 KiB`(extra: Int) {
    let bytes = [UInt8](repeating: 0xA5, count: 196_608 + extra)
    var sizes: [Int] = []
    var joined: [UInt8] = []
    TransferEncoding.base64.decode(Base64.encode(bytes).span) { piece in
        sizes.append(piece.count)
        joined += piece.bytes(in: piece.indices)
    }
    #expect(joined == bytes)
    #expect(sizes.count >= 4)
    #expect(sizes.allSatisfy { (1...65_536).contains($0) })
}

@Test(arguments: [
    ("", ""), ("plain\r\ntext\n", "plain\r\ntext\n"), ("caf=C3=A9", "café"), ("caf=c3=a9", "café"), ("=3D=3d", "=="),
    ("soft=\r\nbreak", "softbreak"), ("soft=\nbreak", "softbreak"), ("soft= \t \r\nbreak", "softbreak"),
    ("end=", "end"),
    ("end= \t", "end"), ("=0D=0A", "\r\n"),
    // Blanks before a line end are dropped, others stay.
    ("a \t\r\nb  c\n \n", "a\r\nb  c\n\n"), ("a ", "a"), ("a=20\r\n", "a \r\n"), (" a", " a"), ("a \rb", "a \rb"),
])
func `quoted-printable is decoded`(coded: String, text: String) {
    let found = decode(.quotedPrintable, coded)
    #expect(found.text == text)
    #expect(found.defects.isEmpty)
}

@Test(arguments: [
    ("a=b", "a=b"), ("=4", "=4"), ("=4G=", "=4G"), ("= x", "= x"), ("==3D", "=="), ("=\rx", "=\rx"),
    ("x=  =41", "x=  A"),
    ("1+1=2 \n", "1+1=2\n"),
])
func `a malformed equals sign stays`(coded: String, text: String) {
    let found = decode(.quotedPrintable, coded)
    #expect(found.text == text)
    #expect(found.defects == [.quotedPrintableMalformed])
}

@Test func `quoted-printable of any size comes in pieces`() {
    let blanks = String(repeating: " ", count: 70_000)
    let coded = String(repeating: "abc=3D=\r\n\(blanks)x\r\n", count: 5)
    var joined: [UInt8] = []
    var largest = 0
    TransferEncoding.quotedPrintable.decode(coded.bytes.span) { piece in
        largest = max(largest, piece.count)
        joined += piece.bytes(in: piece.indices)
    }
    let isWhole = joined == String(repeating: "abc=\(blanks)x\r\n", count: 5).bytes
    #expect(isWhole)
    #expect(largest <= 65_536)
}

@Test(arguments: [
    ("7bit", TransferEncoding.identity), ("8BIT", .identity), ("Binary", .identity), ("BASE64", .base64),
    ("Quoted-Printable", .quotedPrintable), ("x-uuencode", .uuencode), ("UUE", .uuencode),
])
func `transfer encodings are known by name`(name: String, encoding: TransferEncoding) {
    #expect(TransferEncoding(name: name.bytes) == encoding)
    #expect(message("Content-Transfer-Encoding: (c) \(name) (comment)\n\n").parts[0].encoding == encoding)
}

@Test(arguments: ["", "x-unknown", "7-bit", "base64/"])
func `an unknown transfer encoding is identity and a defect`(name: String) {
    let parsed = message("\(plainHeader)Content-Transfer-Encoding: \(name)\n\na=3D")
    #expect(parsed.defects == [.transferEncodingUnknown])
    #expect(parsed.decoded(parsed.parts[0]).displayText == "a=3D")
}

@Test func `identity hands the body over as one piece`() {
    let parsed = Message(parsing: "\n".bytes + [UInt8](repeating: 0xFF, count: 300_000))
    var sizes: [Int] = []
    parsed.decode(parsed.parts[0]) { sizes.append($0.count) }
    #expect(sizes == [300_000])
}

private struct Refusal: Error, Equatable {}

@Test func `what the receiver throws comes out of decoding`() {
    let parsed = message("Content-Transfer-Encoding: base64\n\nYWJj")
    #expect(throws: Refusal()) { try parsed.decode(parsed.parts[0]) { _ throws(Refusal) in throw Refusal() } }
}
