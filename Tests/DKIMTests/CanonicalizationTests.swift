import Bytes
import Cryptography
import Mail
import Testing

@testable import DKIM

private func headerForm(_ form: CanonicalForm, _ text: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    for field in HeaderSection(of: text.span).fields {
        form.append(field, of: text.span, to: &out)
        out += "\r\n".bytes
    }
    return out
}

/// The body as RFC 6376 §3.4.3 and §3.4.4 word it: line by line.
private func definedBody(_ form: CanonicalForm, _ body: [UInt8]) -> [UInt8] {
    var lines: [[UInt8]] = [[]]
    for byte in body {
        guard byte == ASCII.lf else {
            lines[lines.count - 1].append(byte)
            continue
        }
        if lines[lines.count - 1].last == ASCII.cr { lines[lines.count - 1].removeLast() }
        lines.append([])
    }
    if form == .relaxed { lines = lines.map(relaxed) }
    while lines.last == [] { lines.removeLast() }
    if lines.isEmpty { return form == .simple ? "\r\n".bytes : [] }
    return lines.flatMap { $0 + "\r\n".bytes }
}

private func relaxed(_ line: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    for byte in line {
        if ASCII.isBlank(byte) {
            if out.last != ASCII.space { out.append(ASCII.space) }
        } else {
            out.append(byte)
        }
    }
    if out.last == ASCII.space { out.removeLast() }
    return out
}

@Suite struct CanonicalizationTests {
    private let header = "A: X \r\nB : Y\t\r\n\tZ  \r\n\r\n"
    private let body = " C \r\nD \t E\r\n\r\n\r\n"

    @Test func `the example of RFC 6376 in relaxed form`() {
        #expect(headerForm(.relaxed, header.bytes) == "a:X\r\nb:Y Z\r\n".bytes)
        #expect(definedBody(.relaxed, body.bytes) == " C\r\nD E\r\n".bytes)
        #expect(fed(.relaxed, body.bytes).digest == HashFunction.sha256.digest(of: " C\r\nD E\r\n".bytes))
    }

    @Test func `the example of RFC 6376 in simple form`() {
        #expect(headerForm(.simple, header.bytes) == "A: X \r\nB : Y\t\r\n\tZ  \r\n".bytes)
        #expect(definedBody(.simple, body.bytes) == " C \r\nD \t E\r\n".bytes)
        #expect(fed(.simple, body.bytes).digest == HashFunction.sha256.digest(of: " C \r\nD \t E\r\n".bytes))
    }

    @Test func `the hashes of an empty body are the published ones`() {
        // RFC 6376 §3.4.3 and §3.4.4.
        #expect(Base64.encode(fed(.simple, []).digest) == "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=".bytes)
        #expect(Base64.encode(fed(.relaxed, []).digest) == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=".bytes)
        #expect(Base64.encode(fed(.simple, [], .sha1).digest) == "uoq1oCgLlTqpdDX/iUbLy7J1Wic=".bytes)
        #expect(Base64.encode(fed(.relaxed, [], .sha1).digest) == "2jmj7l5rSw0yVb/vlWAYkK/YBwk=".bytes)
    }

    @Test(arguments: CanonicalForm.allCases)
    func `every short body has the form of the definition`(form: CanonicalForm) {
        // The words around make the places of the change fall on every side of eight-byte steps.
        for (before, after) in [("", ""), ("abcde", "fghijklm"), ("abcdefg ", "h")] {
            exhaust(form, before.bytes, after.bytes, lengths: before.isEmpty ? 0...6 : 0...5)
        }
    }

    private func exhaust(
        _ form: CanonicalForm, _ before: [UInt8], _ after: [UInt8], lengths: ClosedRange<Int>
    ) {
        let alphabet: [UInt8] = [0x61, ASCII.space, ASCII.tab, ASCII.cr, ASCII.lf]
        for length in lengths {
            var body = [UInt8](repeating: alphabet[0], count: length)
            for number in 0..<(0..<length).reduce(1, { count, _ in count * 5 }) {
                var rest = number
                for place in body.indices {
                    body[place] = alphabet[rest % 5]
                    rest /= 5
                }
                let expected = definedBody(form, before + body + after)
                let found = fed(form, before + body + after)
                guard found.count == expected.count, found.digest == Digest(hashing: expected).bytes else {
                    Issue.record("\(form) \(body): expected \(expected)")
                    return
                }
            }
        }
    }

    @Test(arguments: CanonicalForm.allCases)
    func `long runs, short runs and words are the same as the definition`(form: CanonicalForm) {
        var state: UInt64 = 1
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let pieces = [" ", "  ", "\t", "\r\n", "\n", "\r", " \r\n", "\n\n", "\u{0}", "\u{1F}", "é", "!", "word"]
        for _ in 0..<60 {
            var body: [UInt8] = []
            for _ in 0..<random(60) {
                body += pieces[random(pieces.count)].bytes
                body += [UInt8](repeating: 0x78, count: random(4) == 0 ? random(3000) : random(10))
            }
            let found = fed(form, body)
            #expect(found.digest == Digest(hashing: definedBody(form, body)).bytes)
        }
    }

    @Test func `a digest can be taken at every length in one pass`() {
        let body = [UInt8](repeating: 0x61, count: 700) + " b\t c\n".bytes + [UInt8](repeating: 0x62, count: 9000)
        let canonical = definedBody(.relaxed, body)
        var hash = PrefixHash(.sha256, lengths: 0...canonical.count + 1)
        CanonicalForm.relaxed.feed(body.span, to: &hash)
        _ = hash.finish()
        #expect(hash.digests.count == canonical.count + 1)
        for length in stride(from: 0, through: canonical.count, by: 7) + [699, 700, 701, 702, canonical.count] {
            #expect(hash.digests[length] == Digest(hashing: Array(canonical.prefix(length))).bytes)
        }
    }

    @Test func `bare line feeds in fields count as CRLF`() {
        for form in CanonicalForm.allCases {
            let crlf = headerForm(form, "A: b\r\n c\r\nD: e\r\n\r\n".bytes)
            #expect(headerForm(form, "A: b\n c\nD: e\n\n".bytes) == crlf)
            #expect(headerForm(form, "A: b\n c\r\nD: e\n\r\n".bytes) == crlf)
        }
    }

    @Test func `a lone CR in a field is a byte like any other`() {
        #expect(headerForm(.relaxed, "A: b\rc\r\n\r\n".bytes) == "a:b\rc\r\n".bytes)
        #expect(headerForm(.simple, "A: b\rc\r\n\r\n".bytes) == "A: b\rc\r\n".bytes)
    }

    private func fed(
        _ form: CanonicalForm, _ body: [UInt8], _ function: HashFunction = .sha256
    ) -> (digest: [UInt8], count: Int) {
        var hash = PrefixHash(function, lengths: [])
        form.feed(body.span, to: &hash)
        return (hash.finish(), hash.count)
    }
}
