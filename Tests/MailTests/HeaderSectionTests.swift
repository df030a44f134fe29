// The header splitter that display and DKIM share.

import Bytes
import Testing

@testable import Mail

private func section(_ text: String) -> (fields: [[String]], stray: [String], body: Int, ended: Bool) {
    let bytes = text.bytes
    let section = HeaderSection(of: bytes.span)
    let fields = section.fields.map { field in
        [field.name, field.value, field.whole].map { bytes[$0].displayText }
    }
    return (fields, section.strayLines.map { bytes[$0].displayText }, section.bodyStart, section.endsWithEmptyLine)
}

@Test func `fields keep folding and leave out their last line end`() {
    let found = section("A: 1\r\nB:2\r\n\t3\r\n  \r\nC :\r\n\r\nbody")
    #expect(
        found.fields == [
            ["A", " 1", "A: 1\r\n"], ["B", "2\r\n\t3\r\n  ", "B:2\r\n\t3\r\n  \r\n"], ["C", "", "C :\r\n"],
        ])
    #expect(found.body == 26)
    #expect(found.ended)
}

@Test func `LF alone ends lines too`() {
    let found = section("A: 1\nB: 2\n 3\n\nbody\n\n")
    #expect(found.fields == [["A", " 1", "A: 1\n"], ["B", " 2\n 3", "B: 2\n 3\n"]])
    #expect(found.body == 14)
}

@Test func `a lone CR does not end a line`() {
    let found = section("A: 1\rB: 2\r\r\n\r\r\n\nbody")
    #expect(found.fields == [["A", " 1\rB: 2\r", "A: 1\rB: 2\r\r\n"]])
    #expect(found.stray == ["\r\r\n"])
    #expect(found.body == 16)
}

@Test(arguments: [
    ("", 0, false), ("\n", 1, true), ("\r\n", 2, true), ("A: 1", 4, false), ("A: 1\n", 5, false),
    ("A: 1\n\r", 6, false),
    ("A: 1\n\n", 6, true), ("A: 1\r\n\r\n", 8, true), (" \n\nb", 3, true),
])
func `the section ends at the first empty line or the end`(text: String, body: Int, ended: Bool) {
    let found = section(text)
    #expect(found.body == body)
    #expect(found.ended == ended)
}

@Test func `a field that the end cuts off has all its bytes`() {
    #expect(section("A: 1\r").fields == [["A", " 1\r", "A: 1\r"]])
    #expect(section("A:").fields == [["A", "", "A:"]])
}

@Test(arguments: [
    "From a@b Thu Jan  1 00:00:00 1970\n", "no colon\n", ": empty name\n", "two words: x\n", " : x\n", " folded\n",
    "Ünicode: x\n", "A\u{1}B: x\n", ">From x\n",
])
func `a line that is no field is stray and takes its continuation with it`(line: String) {
    let found = section(line + "\tmore\nA: 1\n\n")
    #expect(found.stray == [line, "\tmore\n"])
    #expect(found.fields == [["A", " 1", "A: 1\n"]])
}

@Test func `field names are compared without case`() {
    let bytes = "Subject: 1\nSUBJECT : 2\nSubjects: 3\n\n".bytes
    let section = HeaderSection(of: bytes.span)
    #expect(section.fields(named: "sUbJeCt", in: bytes.span).map { bytes[$0.value].displayText } == [" 1", " 2"])
    #expect(section.first(named: "subjects", in: bytes.span)?.value == 32..<34)
    #expect(section.first(named: "absent", in: bytes.span) == nil)
}

@Test func `a section in the middle of bytes stops where it is told`() {
    let bytes = "xx\nA: 1\nB: 2\n\n".bytes
    let section = HeaderSection(of: bytes.span, from: 3, to: 8)
    #expect(section.fields.map(\.whole) == [3..<8])
    #expect(section.bodyStart == 8)
    #expect(!section.endsWithEmptyLine)
}

/// All strings over an alphabet up to a length, handed over one after the other.
private func eachString(of alphabet: [UInt8], upTo length: Int, _ body: ([UInt8]) -> Void) {
    var level: [[UInt8]] = [[]]
    for _ in 0...length {
        level.forEach(body)
        level = level.flatMap { string in alphabet.map { string + [$0] } }
    }
}

@Test func `fields, stray lines and the empty line cover every short header section`() {
    var wrong: [[UInt8]] = []
    eachString(of: "A:\r\n ".bytes, upTo: 6) { bytes in
        let section = HeaderSection(of: bytes.span)
        var pieces = (section.fields.map(\.whole) + section.strayLines).sorted { $0.lowerBound < $1.lowerBound }
        if section.endsWithEmptyLine {
            let start = pieces.last?.upperBound ?? 0
            pieces.append(start..<section.bodyStart)
        }
        let joined = pieces.flatMap { bytes[$0] }
        let isWhole = section.endsWithEmptyLine || section.bodyStart == bytes.count
        if joined != Array(bytes[..<section.bodyStart]) || !isWhole { wrong.append(bytes) }
    }
    #expect(wrong.isEmpty)
}

@Test func `values are unfolded without their line ends and outer blanks`() {
    let bytes = "A: \t one\r\n\ttwo \r\n  three\t\n \r\n\n".bytes
    let section = HeaderSection(of: bytes.span)
    #expect(section.fields[0].unfoldedValue(in: bytes.span).displayText == "one\ttwo   three")
}

@Test func `a lone CR stays in an unfolded value`() {
    let bytes = "A: x\ry\r\n\n".bytes
    #expect(HeaderSection(of: bytes.span).fields[0].unfoldedValue(in: bytes.span) == "x\ry".bytes)
}

@Test func `more fields than the limit are left out and the body still found`() {
    let bytes = [UInt8](repeatElement("a:\n".bytes, count: Limits.headerFields + 5).joined()) + "\nbody".bytes
    let section = HeaderSection(of: bytes.span)
    #expect(section.fields.count == Limits.headerFields)
    #expect(!section.isComplete)
    #expect(bytes[section.bodyStart...].elementsEqual("body".utf8))
}
