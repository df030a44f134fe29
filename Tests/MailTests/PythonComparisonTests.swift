// The part tree beside that of Python's email package, on messages made at random.

import Bytes
import Foundation
import ScratchFolders
import Testing

@testable import Mail

/// A message made at random, with everything that both parsers read alike.
///
/// Left out is where they differ for a reason. For Python a stray line ends the header section, and a lone CR ends a line.
/// It looks into encoded messages without decoding them, takes the last line end from a multipart that the message's end
/// cuts off, and keeps blanks at the ends of quoted-printable lines, which RFC 2045 §6.7 wants dropped. The bodies of
/// multiparts and messages are not compared: Python drops that of a multipart without parts.
private struct RandomMessage {
    private var generator: RepeatableGenerator
    private var text = ""
    private var boundaries = 0

    init(seed: UInt64) { generator = RepeatableGenerator(seed: seed) }

    mutating func make() -> [UInt8] {
        text = pick(["", "From: a@b.org\n", "Subject: x\n\tfolded\n"])
        entity(depth: 0, isEnclosed: false, needsType: false)
        return Bool.random(using: &generator) ? crlf(text) : text.bytes
    }

    private mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &generator) ?? "" }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

    /// Appends the rest of a header section and the body.
    private mutating func entity(depth: Int, isEnclosed: Bool, needsType: Bool) {
        switch depth < 4 ? Int.random(in: 0..<10, using: &generator) : 9 {
        case 0...3: multipart(depth: depth, isEnclosed: isEnclosed)
        case 4:
            text += pick(["Content-Type: message/rfc822\n\n", "Content-Type: Message/RFC822; name=x\n\n"])
            text += "Subject: inner\n"
            entity(depth: depth + 1, isEnclosed: isEnclosed, needsType: false)
        default: leaf(needsType: needsType)
        }
    }

    private mutating func multipart(depth: Int, isEnclosed: Bool) {
        boundaries += 1
        let boundary = pick(["b", "=_b", "b b", "b'()+_,-./:=?"]) + String(boundaries)
        let type = pick(["mixed", "alternative", "digest", "x-unknown"])
        text += pick([
            "Content-Type: multipart/\(type); boundary=\"\(boundary)\"\n",
            "content-type:multipart/\(type);\n boundary = \"\(boundary)\"; x=y\n",
        ])
        text += "\n" + pick(["", "preamble\n", "--\n\n-- \n"])
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            text += "--\(boundary)" + pick(["\n", " \t\n"])
            entity(depth: depth + 1, isEnclosed: true, needsType: type == "digest")
            text += "\n"
        }
        if !isEnclosed || chance(85) {
            text += "--\(boundary)--" + pick(["", "\n", "\nepilogue\n--\(boundary)\n", "\n\n"])
        }
    }

    private mutating func leaf(needsType: Bool) {
        let types = [
            "Content-Type: text/html; charset=utf-8\n", "Content-Type: image/png; name=\"a;b\"\n", "", "X: 1\n",
        ]
        text += pick(needsType ? Array(types.prefix(2)) : types)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: text += "Content-Transfer-Encoding: base64\n\n" + pick(["YWJj", "YWJj\nZGVm\nZw==\n", "YW\nJj\n", ""])
        case 1:
            text +=
                "Content-Transfer-Encoding: Quoted-Printable\n\n" + pick(["caf=C3=A9 =\nx=3D\n", "a=20\nb", "=", ""])
        case 2: text += "\n" + pick(["one line", "two\nlines\n", "\n\n", "", "--\n--b\n", "From x\n>From y\n"])
        default: text += "\nbody\n"
        }
    }
}

private let script = """
    import sys, email, email.policy
    for line in sys.stdin:
        message = email.message_from_bytes(bytes.fromhex(line))
        found = []
        for part in message.walk():
            body = "" if part.get_content_maintype() in ("multipart", "message") else (part.get_payload(decode=True) or b"").hex()
            found.append(part.get_content_type() + "=" + body)
        print(" ".join(found))
    """

/// What Python finds in each message, or nil when there is no Python.
private func pythonOutlines(of messages: [[UInt8]]) throws -> [String]? {
    guard try ProgramRun.isInstalled("python3") else { return nil }
    let lines = messages.map { Hexadecimal.encode($0).displayText + "\n" }.joined()
    let run = try ProgramRun(["python3", "-c", script], input: lines.bytes)
    guard run.status == 0 else { throw ProgramFailure(sentence: "\(run)") }
    return run.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
}

@Test func `parts and decoded bodies are those that Python finds`() throws {
    let messages = (0..<400).map { (seed: UInt64) -> [UInt8] in
        var message = RandomMessage(seed: seed)
        return message.make()
    }
    guard let expected = try pythonOutlines(of: messages) else { return }
    #expect(expected.count == messages.count)
    for (bytes, outline) in zip(messages, expected) {
        let parsed = Message(parsing: bytes)
        let found = parsed.parts.map { part in
            "\(part.mediaType.displayText)="
                + (part.isType("multipart") || part.isMessage
                    ? "" : Hexadecimal.encode(parsed.decoded(part)).displayText)
        }
        if found.joined(separator: " ") != outline {
            Issue.record("\(bytes.displayText)\nhere: \(found)\nPython: \(outline)")
        }
    }
}
