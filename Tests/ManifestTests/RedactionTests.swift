// The rules of redacted manifests, broken one by one.

import Bytes
import Cryptography
import Manifest
import MerkleTree
import Testing

@Suite struct RedactionTests {
    /// Which lines of the sample are withheld when only its first message is disclosed, with the places of that one.
    private static func redacted(_ keeps: (ManifestLine) -> Bool) -> [ManifestLine] {
        ManifestSample.lines.map { line in
            switch line {
            case .head, .end: line
            case .content: hidden(line)
            default: keeps(line) ? line : hidden(line)
            }
        }
    }

    private static func hidden(_ line: ManifestLine) -> ManifestLine { .withheld(TreeHash.leaf(line.bytes)) }

    private static func codes(_ lines: [ManifestLine], isRedacted: Bool = true) -> [String] {
        var audit = ManifestAudit(isRedacted: isRedacted)
        for line in lines { audit.follow(line) }
        audit.finish()
        return audit.faults.map(\.code)
    }

    /// The digest of the message of a number.
    private static func message(_ number: Int) -> Digest? {
        ManifestSample.lines.lazy.compactMap { line in
            if case .message(let message) = line, message.number == number { message.sha256 } else { nil }
        }.first
    }

    private static func keeping(_ message: Digest?) -> [ManifestLine] {
        redacted { line in
            switch line {
            case .message(let line): line.sha256 == message
            case .attachment(let line): line.message == message
            case .dkim(let line): line.message == message
            case .occurrence(let line): line.message == message && line.offset == nil
            case .source, .key: true
            default: false
            }
        }
    }

    @Test func `each message of the sample can be disclosed alone`() {
        let count = ManifestSample.lines.count { if case .message = $0 { true } else { false } }
        for number in 1...count { #expect(Self.codes(Self.keeping(Self.message(number))) == [], "\(number)") }
    }

    @Test func `a withheld line reads as it was written, and its hash is the leaf's`() throws {
        for line in ManifestSample.lines {
            let hidden = Self.hidden(line)
            #expect(try ManifestLine(hidden.bytes) == hidden)
            #expect(ManifestLine.leafHash(of: hidden.bytes) == ManifestLine.leafHash(of: line.bytes))
        }
    }

    @Test func `a listed message reads as it was written, and its hash is the leaf's`() throws {
        for line in ManifestSample.lines {
            guard case .message = line else {
                #expect(throws: CanonicalJSONError.self) { try ManifestLine([ManifestLine.listedMark] + line.bytes) }
                continue
            }
            let listed = line.listed
            #expect(listed.bytes == [0x2D] + line.bytes && listed != line)
            #expect(try ManifestLine(listed.bytes) == listed)
            #expect(ManifestLine.leafHash(of: listed.bytes) == ManifestLine.leafHash(of: line.bytes))
        }
    }

    @Test(arguments: ["~", "~00", "-", "--", "~~", "-~", "-{}"]) func `other texts are no lines`(start: String) {
        let hash = String(repeating: "0", count: 64)
        for text in [start, start + hash + "0", start + hash.uppercased() + "A"] {
            #expect(throws: CanonicalJSONError.self) { try ManifestLine(text.bytes) }
        }
    }

    @Test func `withheld lines without a withheld content line are no redaction`() {
        var lines = ManifestSample.lines
        lines[3] = Self.hidden(lines[3])
        #expect(Self.codes(lines, isRedacted: false).contains("redaction-invalid"))
    }

    @Test func `a disclosed content line tells too much`() {
        var lines = Self.keeping(Self.message(1))
        let place = lines.count - 2
        lines[place] = ManifestSample.lines[place]
        #expect(Self.codes(lines).contains("redaction-invalid"))
    }

    @Test func `no head or end line is withheld`() {
        let lines = Self.keeping(Self.message(1))
        for place in [0, lines.count - 1] {
            var changed = lines
            changed[place] = Self.hidden(lines[place])
            #expect(Self.codes(changed).contains("line-order"))
        }
    }

    @Test func `at least one message is disclosed`() {
        #expect(Self.codes(Self.keeping(nil)) == ["counts-differ"])
    }

    @Test func `a line that names a withheld message tells too much`() {
        let lines = Self.keeping(Self.message(1))
        for (place, line) in ManifestSample.lines.enumerated() {
            guard case .withheld = lines[place] else { continue }
            var changed = lines
            changed[place] = line
            switch line {
            case .attachment, .dkim: #expect(Self.codes(changed).contains("line-order"), "\(place)")
            case .occurrence(let occurrence) where occurrence.message != Self.message(1):
                #expect(Self.codes(changed).contains("reference-unknown"), "\(place)")
            case .container, .sourceEnd: #expect(Self.codes(changed).contains("redaction-invalid"), "\(place)")
            default: break
            }
        }
    }

    @Test func `two lines under one hash are a line too few`() throws {
        let lines = Self.keeping(Self.message(1))
        let pairs = lines.indices.dropLast().filter { place in
            if case .withheld = lines[place], case .withheld = lines[place + 1] {
                place.isMultiple(of: 2)
            } else {
                false
            }
        }
        for place in pairs {
            var changed = lines
            let hashes = lines[place...(place + 1)].map { ManifestLine.leafHash(of: $0.bytes) }
            changed.replaceSubrange(place...(place + 1), with: [.withheld(TreeHash.node(hashes[0], hashes[1]))])
            #expect(Self.codes(changed).contains("counts-differ"), "\(place)")
        }
        #expect(!pairs.isEmpty)
    }

    @Test func `every count of the end line that cannot be is found`() {
        let lines = Self.keeping(Self.message(1))
        guard case .end(let end) = lines[lines.count - 1] else { return }
        func codes(_ change: (inout EndLine) -> Void) -> [String] {
            var changed = end
            change(&changed)
            return Self.codes(lines.dropLast() + [.end(changed)])
        }
        #expect(codes { _ in } == [])
        for change in [
            { $0.messages += 1 }, { $0.messages = 0 }, { $0.attachments += 1 }, { $0.signatures += 1 },
            { $0.occurrences += 1 }, { $0.files += 1 }, { $0.containers += 1 }, { $0.failures += 1 }, { $0.keys += 1 },
            { $0.sources += 1 }, { $0.leaf += 1 }, { $0.head = 0 }, { $0.verified += 1 }, { $0.unsigned += 1 },
            { $0.bytes = 0 },
        ] as [(inout EndLine) -> Void] { #expect(codes(change).contains("counts-differ")) }
    }

    @Test func `numbers leave room for the messages between them`() {
        let message = Self.message(1)
        var lines = Self.keeping(message)
        guard let place = lines.firstIndex(where: { if case .message = $0 { true } else { false } }),
            case .message(var line) = lines[place]
        else { return }
        line.number = 2
        lines[place] = .message(line)
        #expect(Self.codes(lines).contains("number-sequence"))
    }
}
