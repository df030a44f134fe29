// Splitting mbox files without losing a byte.

import Bytes
import Testing

@testable import Mail

private func split(_ bytes: [UInt8]) -> (pieces: [(before: String, message: String)], after: String) {
    var splitter = MboxSplitter(bytes)
    var pieces: [(String, String)] = []
    while let next = splitter.next() {
        pieces.append((bytes[next.before].displayText, bytes[next.message].displayText))
    }
    return (pieces, bytes[splitter.after].displayText)
}

/// Each `before` and message, then `after`, in one list.
private func flat(_ text: String) -> [String] {
    let found = split(text.bytes)
    return found.pieces.flatMap { [$0.before, $0.message] } + [found.after]
}

@Test(arguments: [
    // mboxo and mboxrd: quoted lines stay as they are.
    (
        "From a\nA: 1\n\none\n\nFrom b\nB: 2\n\n>From here\n\n",
        ["From a\n", "A: 1\n\none\n", "\nFrom b\n", "B: 2\n\n>From here\n", "\n"]
    ),
    // CRLF.
    (
        "From a\r\nA: 1\r\n\r\none\r\n\r\nFrom b\r\nB: 2\r\n\r\n",
        ["From a\r\n", "A: 1\r\n\r\none\r\n", "\r\nFrom b\r\n", "B: 2\r\n", "\r\n"]
    ),
    // Google Takeout: CRLF messages between LF lines.
    (
        "From 1537939153526368958@xxx Thu Jun 23 14:44:30 +0000 2016\nX-GM-THRID: 1\r\n\r\none\r\n\r\nFrom 2@xxx Thu\nB: 2\r\n",
        [
            "From 1537939153526368958@xxx Thu Jun 23 14:44:30 +0000 2016\n", "X-GM-THRID: 1\r\n\r\none\r\n",
            "\r\nFrom 2@xxx Thu\n", "B: 2\r\n", "",
        ]
    ),
    // Nothing, and no message at all.
    ("", [""]), ("A: 1\n\nFromage\n", ["A: 1\n\nFromage\n"]), ("\n", ["\n"]), ("From", ["From"]),
    // No line end at the end.
    ("From a\nA: 1\n\none", ["From a\n", "A: 1\n\none", ""]), ("From a", ["From a", "", ""]),
    ("From ", ["From ", "", ""]),
    // A From_ line without an empty line before it counts in a body when it is dated and a field follows.
    (
        "From a\nA: 1\n\none\nFrom b Thu Jun 23 14:44:30 2016\nB: 2\n",
        ["From a\n", "A: 1\n\none\n", "From b Thu Jun 23 14:44:30 2016\n", "B: 2\n", ""]
    ),
    (
        "From a\r\nA: 1\r\n\r\none\r\nFrom -\r\nB: 2\r\n",
        ["From a\r\n", "A: 1\r\n\r\none\r\n", "From -\r\n", "B: 2\r\n", ""]
    ),
    (
        "text\nFrom b@c Mon, 2 Jan 2017 10:00 +0000\nB: 2\n",
        ["text\nFrom b@c Mon, 2 Jan 2017 10:00 +0000\n", "B: 2\n", ""]
    ),
    (
        "From a\nA: 1\n\none\nFrom b Thu Jun 23 14:44:30 2016\nno field\n",
        ["From a\n", "A: 1\n\none\nFrom b Thu Jun 23 14:44:30 2016\nno field\n", ""]
    ),
    (
        "From a\nA: 1\nFrom b Thu Jun 23 14:44:30 2016\nB: 2\n",
        ["From a\n", "A: 1\nFrom b Thu Jun 23 14:44:30 2016\nB: 2\n", ""]
    ),
    // A byte order mark stands before the first.
    ("\u{FEFF}From a\nA: 1\n", ["\u{FEFF}From a\n", "A: 1\n", ""]),
    // Any other without an empty line before it is text.
    ("From a\nA: 1\n\none\nFrom b\nB: 2\n", ["From a\n", "A: 1\n\none\nFrom b\nB: 2\n", ""]),
    ("From a\nFrom b\nA: 1\n", ["From a\n", "From b\nA: 1\n", ""]),
    // Only one empty line separates; others belong to the message.
    ("From a\nA: 1\n\none\n\n\nFrom b\nB: 2\n\n\n", ["From a\n", "A: 1\n\none\n\n", "\nFrom b\n", "B: 2\n\n", "\n"]),
    // A message without any byte, and one with an empty body.
    ("From a\n\nFrom b\nB: 2\n\n", ["From a\n", "", "\nFrom b\n", "B: 2\n", "\n"]),
    ("From a\nA: 1\n\n\nFrom b\nB: 2\n", ["From a\n", "A: 1\n\n", "\nFrom b\n", "B: 2\n", ""]),
    // What stands before the first From_ line belongs to its `before`.
    ("\n\nFrom a\nA: 1\n", ["\n\nFrom a\n", "A: 1\n", ""]),
    ("junk\n\nFrom a\nA: 1\n", ["junk\n\nFrom a\n", "A: 1\n", ""]),
    // A blank on a line makes it no empty line, and a lone CR ends none.
    ("From a\nA: 1\n \nFrom b\n", ["From a\n", "A: 1\n \nFrom b\n", ""]),
    ("From a\nA: 1\n\rFrom b\n\r", ["From a\n", "A: 1\n\rFrom b\n\r", ""]),
])
func `an mbox file is cut at its From_ lines`(text: String, expected: [String]) {
    #expect(flat(text) == expected)
}

@Test(arguments: [
    // mboxcl2: lines that look like From_ lines in the body.
    (
        "From a\nContent-Length: 14\n\nx\n\nFrom here\n\n\nFrom b\nB: 2\n\n",
        ["From a\n", "Content-Length: 14\n\nx\n\nFrom here\n\n", "\nFrom b\n", "B: 2\n", "\n"]
    ),
    // mboxcl, the separating empty line counted in.
    (
        "From a\nContent-Length: 5\n\none\n\nFrom b\nB: 2\n",
        ["From a\n", "Content-Length: 5\n\none\n\n", "From b\n", "B: 2\n", ""]
    ),
    // To the end of the file, with and without its last empty line.
    (
        "From a\ncontent-length : 12\r\n\nx\n\nFrom me\n\n",
        ["From a\n", "content-length : 12\r\n\nx\n\nFrom me\n\n", ""]
    ),
    ("From a\nContent-Length: 11\n\nx\n\nFrom me\n\n", ["From a\n", "Content-Length: 11\n\nx\n\nFrom me\n", "\n"]),
    // A body without a line end, which the writer of the file added before the From_ line, and at the end.
    (
        "From a\nContent-Length: 3\n\none\nFrom b\nB: 2\n",
        ["From a\n", "Content-Length: 3\n\none", "\nFrom b\n", "B: 2\n", ""]
    ),
    (
        "From a\r\nContent-Length: 3\r\n\r\none\r\nFrom b\r\nContent-Length: 1\r\n\r\nx\r\n",
        ["From a\r\n", "Content-Length: 3\r\n\r\none", "\r\nFrom b\r\n", "Content-Length: 1\r\n\r\nx", "\r\n"]
    ),
    // Wrong lengths count for nothing; one that ends within a CRLF is wrong.
    (
        "From a\r\nContent-Length: 4\r\n\r\none\r\nFrom b\r\n",
        ["From a\r\n", "Content-Length: 4\r\n\r\none\r\nFrom b\r\n", ""]
    ),
    (
        "From a\nContent-Length: 3\n\none\n\nFrom b\nB: 2\n",
        ["From a\n", "Content-Length: 3\n\none\n", "\nFrom b\n", "B: 2\n", ""]
    ),
    (
        "From a\nContent-Length: 99\n\none\n\nFrom b\nB: 2\n",
        ["From a\n", "Content-Length: 99\n\none\n", "\nFrom b\n", "B: 2\n", ""]
    ),
    (
        "From a\nContent-Length: 999999999999999999999\n\none\n",
        ["From a\n", "Content-Length: 999999999999999999999\n\none\n", ""]
    ),
    ("From a\nContent-Length: x4\n\none\n", ["From a\n", "Content-Length: x4\n\none\n", ""]),
    // A length that lands on a From_ look-alike without an empty line before it.
    ("From a\nContent-Length: 4\n\none\nFrom b\n\n", ["From a\n", "Content-Length: 4\n\none\nFrom b\n", "\n"]),
    // The first field counts, and only in the header section.
    (
        "From a\nContent-Length: 2\nContent-Length: 4\n\none\n\nFrom b\n",
        ["From a\n", "Content-Length: 2\nContent-Length: 4\n\none\n", "\nFrom b\n", "", ""]
    ),
    (
        "From a\nA: 1\n\nContent-Length: 8\n\nFrom b\n\n",
        ["From a\n", "A: 1\n\nContent-Length: 8\n", "\nFrom b\n", "", "\n"]
    ),
    (
        "From a\nContent-Length: 0\n\n\nFrom b\nB: 2\n",
        ["From a\n", "Content-Length: 0\n\n", "\nFrom b\n", "B: 2\n", ""]
    ),
    // CRLF.
    (
        "From a\r\nContent-Length: 18\r\n\r\nx\r\n\r\nFrom here\r\n\r\n\r\nFrom b\r\n",
        ["From a\r\n", "Content-Length: 18\r\n\r\nx\r\n\r\nFrom here\r\n\r\n", "\r\nFrom b\r\n", "", ""]
    ),
])
func `Content-Length is believed where it lands on a From_ line or the end`(text: String, expected: [String]) {
    #expect(flat(text) == expected)
}

@Test(arguments: [
    ("From a@b Thu Jun 23 14:44:30 2016", true), ("From 1@xxx Thu Jun 23 14:44:30 +0000 2016", true),
    ("From a Thu Jun  3 14:44 2016\r", true), ("From a Mon, 2 Jan 2017 10:00:00 +0000", true), ("From -", true),
    ("From - Thu Jun 23 14:44:30 2016", true), ("From a Thu Jun 23 14:44:30 GMT 2016 remote from x", true),
    ("From - and to", false), ("From a", false), ("From May to June 2016", false), ("From Thu Jun 23 2016", false),
    ("From Thu 14:44 2016", false), ("From Jun 23 14:44 2016", false), ("From Thu Jun 23 14:44:30 3016", false),
    ("from a Thu Jun 23 14:44:30 2016", false), ("From Thu Jun 1:2:3:4 2016", false), ("", false),
])
func `a From_ line is dated by a weekday, a month, a time and a year`(line: String, expected: Bool) {
    #expect(FromLine.isDated(line.bytes[...]) == expected)
}

/// Whether the pieces of a file make the whole file again, in order.
private func isWhole(_ bytes: [UInt8]) -> Bool {
    var splitter = MboxSplitter(bytes)
    var end = 0
    while let next = splitter.next() {
        guard next.before.lowerBound == end, next.before.upperBound == next.message.lowerBound else { return false }
        end = next.message.upperBound
    }
    return splitter.after == end..<bytes.count
}

@Test func `pieces make the whole file again for every cut of a file and many changed ones`() {
    let file =
        crlf("From a\nContent-Length: 14\n\nx\n\nFrom here\n\n\n").dropFirst(0)
        + "From b\nB: 2\n\nFrom c\n\n\nFrom d\nContent-Length: 4\n\none\n\nFrom e\nE: 5\n\nbody\n\n".bytes
    for length in 0...file.count where !isWhole(Array(file.prefix(length))) { Issue.record("cut at \(length)") }
    var generator = RepeatableGenerator(seed: 4155)
    let pieces = [
        "\n", "\r\n", "From ", "From x\n", "From - Thu Jun 23 14:44:30 2016\nA: 1\n", "\n\nFrom y\n",
        "Content-Length: 4\n", "Content-Length: 30\n\n", "\r", "a",
    ]
    for round in 0..<3000 {
        var changed = Array(file)
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
            let start = Int.random(in: 0...changed.count, using: &generator)
            let end = min(changed.count, start + Int.random(in: 0...9, using: &generator))
            changed.replaceSubrange(start..<end, with: (pieces.randomElement(using: &generator) ?? "").utf8)
        }
        if !isWhole(changed) { Issue.record("round \(round): \(changed.displayText)") }
    }
}

@Test func `every short file over a small alphabet is whole`() {
    var wrong: [[UInt8]] = []
    var level: [[UInt8]] = [[]]
    for _ in 0...6 {
        wrong += level.filter { !isWhole($0) }
        level = level.flatMap { file in ["From ", "\n", "\r\n", "x"].map { file + Array($0.utf8) } }
    }
    #expect(wrong.isEmpty)
}

/// A file in memory that counts what is read of it.
private final class CountedFile {
    let bytes: [UInt8]
    private(set) var largest = 0
    private(set) var total = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func read(_ offset: Int, _ count: Int) -> [UInt8] {
        largest = max(largest, count)
        total += count
        return Array(bytes[offset..<offset + count])
    }
}

@Test func `lines and messages larger than the window are found across it`() {
    let line = [UInt8](repeating: 0x78, count: (1 << 20) - 9)
    for shift in 0..<20 {
        let first = "From a\nA: 1\n\n".bytes + [UInt8](repeating: 0x79, count: shift) + line + "\n".bytes
        let file = first + "\nFrom b\nB: 2\n".bytes
        var splitter = MboxSplitter(file)
        #expect(splitter.next()?.message == 7..<first.count)
        #expect(splitter.next()?.message == first.count + 8..<file.count)
        #expect(splitter.next() == nil)
    }
}

@Test func `a long file is read once, in windows of one MiB`() {
    let text = "From a\nContent-Length: 9999\n\nbody\n\n" + String(repeating: "x", count: 500) + "\n\n"
    let file = CountedFile([UInt8](repeatElement(text.bytes, count: 5000).joined()))
    let size = file.bytes.count
    var splitter = MboxSplitter(size: size) { (offset, count) throws(Never) in file.read(offset, count) }
    var count = 0
    while splitter.next() != nil { count += 1 }
    #expect(count == 5000)
    #expect(size > 2 << 20)
    #expect(file.largest <= 1 << 20)
    #expect(file.total < size + size / 4)
}

private struct Unreadable: Error, Equatable {}

@Test func `what the reader throws comes out of splitting`() {
    var splitter = MboxSplitter<Unreadable>(size: 10) { _, _ throws(Unreadable) in throw Unreadable() }
    #expect(throws: Unreadable()) { try splitter.next() }
}

@Test(arguments: [
    ("From a\nA: 1\n", true), ("From a\r\nA: 1\r\n", true), ("From a", true), ("From a\n", true),
    ("From a\n>From b\n", true), ("\u{FEFF}From a\nA: 1\n", true), ("\u{FEFF}", false),
    ("From the desk of\nthe editor\n", false), ("from a\nA: 1\n", false), ("\nFrom a\nA: 1\n", false), ("From", false),
    ("", false),
    ("From: a\nA: 1\n", false),
])
func `a mailbox starts with a From_ line and a header field`(prefix: String, expected: Bool) {
    let found = isMailbox(prefix: prefix.bytes.span)
    #expect(found == expected)
}

@Test(arguments: [
    ("From: a\nSubject: b\n\n", true), ("Subject: b\nFrom: a", true), ("Received: x\n y\nReceived: z\n\n", true),
    ("X: 1\nMESSAGE-ID : <a@b>\n", true), ("Date: x\r\nX: y\r\n\r\n", true), ("From: a\n\nbody: x\n", false),
    ("X: 1\nY: 2\n\nFrom: a\n", false), ("prose\nFrom: a\nDate: b\n", false), ("From a\nFrom: a\nDate: b\n", false),
    ("\nFrom: a\nDate: b\n", false), (" From: a\nDate: b\nX: c\n", false), ("", false), ("From: a", false),
    ("\u{FEFF}From: a\nDate: b\n", false),
])
func `mail starts with a header field and has a field that only mail has`(prefix: String, expected: Bool) {
    let found = looksLikeMail(prefix: prefix.bytes.span)
    #expect(found == expected)
}

@Test func `only the first 64 KiB tell whether a file is mail`() {
    let far = "X: " + String(repeating: "x", count: Limits.sniffed) + "\nFrom: a\n"
    let found = looksLikeMail(prefix: far.bytes.span)
    #expect(!found)
}
