// A second edition with a source, and the faults that each change to it makes; redacted, too.

import Bytes
import Cryptography
import Manifest
import MerkleTree
import Testing

/// The sample with an edition that renews evidence, and adds a source with a new message and a known one.
private enum LaterSource {
    static let lines: [ManifestLine] =
        ManifestSample.lines + [
            .head(
                HeadLine(
                    format: Format.name.bytes, rules: 2, name: "leak".bytes, origin: "example.org/leak".bytes,
                    edition: 2)),
            .dkim(
                DKIMLine(
                    message: digest("m3"), index: 1, domain: "a.example".bytes, header: "no-key", body: "intact")),
            .source(SourceLine(id: 3, name: "more".bytes, kind: "tree")),
            .message(MessageLine(number: 4, sha256: digest("m4"), size: 40, lineEnds: "crlf")),
            .dkim(
                DKIMLine(
                    message: digest("m4"), index: 1, domain: "example.net".bytes, selector: "t".bytes,
                    key: digest("k3"), header: "valid", body: "intact", alignment: "same")),
            .occurrence(OccurrenceLine(message: digest("m4"), source: 3, path: path("m4.eml"))),
            .occurrence(OccurrenceLine(message: digest("m1"), source: 3, path: path("m1.eml"))),
            .file(FileLine(sha256: digest("f1"), size: 3, source: 3, path: path("c.txt"))),
            .sourceEnd(
                SourceEndLine(
                    source: 3, items: 3, messages: 2, files: 1, failures: 0,
                    bytes: .init(read: 53, messages: 50, files: 3))),
            .key(KeyLine(domain: "example.net".bytes, selector: "t".bytes, record: "k3".bytes, basis: "file")),
            .content(ContentLine(messages: 4, root: ContentRoot.root(of: ["m1", "m2", "m3", "m4"].map(digest)))),
            .end(end),
        ]

    private static let end: EndLine = {
        guard case .end(var end) = ManifestSample.lines[30] else { return EndLine() }
        (end.leaf, end.head, end.sources, end.messages, end.signatures) = (42, 31, 3, 4, 4)
        (end.occurrences, end.files, end.keys, end.bytes) = (7, 5, 3, 100)
        (end.verified, end.keyUnavailable, end.unsigned) = (2, 1, 1)
        return end
    }()

    /// The lines with all that is about messages other than this withheld.
    static func disclosing(_ message: String) -> [ManifestLine] {
        lines.map { line in
            let isKept =
                switch line {
                case .head, .end, .key: true
                case .source(let source): source.id == 3
                case .message(let line): line.sha256 == digest(message)
                case .attachment(let line): line.message == digest(message)
                case .dkim(let line): line.message == digest(message)
                case .occurrence(let line): line.message == digest(message) && line.source == 3
                default: false
                }
            return isKept ? line : .withheld(TreeHash.leaf(line.bytes))
        }
    }
}

@Suite struct LaterSourcesTests {
    @Test func `a later edition with a source keeps every rule`() { #expect(LaterSource.lines.faults == []) }

    @Test func `a later edition can hold a source and nothing else`() {
        var lines = Array(LaterSource.lines[...31]) + LaterSource.lines[33...]
        guard case .end(var end) = lines[41] else { return }
        (end.leaf, end.signatures, end.keyUnavailable, end.unsigned) = (41, 3, 0, 2)
        lines[41] = .end(end)
        #expect(lines.faults == [])
    }

    private static let changes: [(name: String, codes: String, make: @Sendable (inout [ManifestLine]) -> Void)] = [
        ("evidence behind a source", "line-order", { $0.swapAt(32, 33) }),
        (
            "evidence behind the last source", "line-order", { $0.insert($0.remove(at: 32), at: 39) }
        ),
        (
            "evidence of the message that is new", "line-order",
            { $0.insert($0[35], at: 39) }
        ),
        ("the number of the source", "number-sequence", { $0.source(33) { $0.id = 1 } }),
        ("the number of the message", "number-sequence", { $0.message(34) { $0.number = 1 } }),
        (
            "a message that is known", "message-duplicate", { $0.message(34) { $0.sha256 = digest("m1") } }
        ),
        ("a source behind the keys", "line-order", { lines in lines.insert(lines.remove(at: 40), at: 33) }),
        ("a source that does not end", "line-order", { $0.remove(at: 39) }),
    ]

    @Test(arguments: changes.indices)
    func `one change makes these faults`(place: Int) {
        let (name, codes, make) = Self.changes[place]
        var lines = LaterSource.lines
        make(&lines)
        let found = lines.codes
        #expect(found.hasPrefix(codes) && found.isEmpty == codes.isEmpty, "\(name): \(found)")
    }

    // MARK: Redacted

    private func codes(_ lines: [ManifestLine]) -> [String] {
        var audit = ManifestAudit(isRedacted: true)
        for line in lines { audit.follow(line) }
        audit.finish()
        return audit.faults.map(\.code)
    }

    @Test(arguments: ["m1", "m3", "m4"]) func `a message of any edition can be disclosed alone`(message: String) {
        #expect(codes(LaterSource.disclosing(message)) == [])
    }

    @Test func `evidence behind a disclosed source is found though lines are withheld`() {
        var lines = LaterSource.disclosing("m3")
        // m3's evidence, which stands behind the head line, behind the source.
        lines.insert(lines.remove(at: 32), at: 38)
        #expect(codes(lines).contains("line-order"))
    }

    @Test func `two lines under one hash are found in any edition`() {
        let lines = LaterSource.disclosing("m1")
        func hash(_ place: Int) -> Digest? {
            if case .withheld(let hash) = lines[place] { hash } else { nil }
        }
        var found = 0
        for place in lines.indices.dropLast() {
            guard let first = hash(place), let second = hash(place + 1) else { continue }
            var changed = lines
            changed.replaceSubrange(place...(place + 1), with: [.withheld(TreeHash.node(first, second))])
            #expect(codes(changed).contains("counts-differ"), "\(place)")
            found += place > 31 ? 1 : 0
        }
        #expect(found > 0)
    }

    @Test func `an end line counts no more lines than its edition has, and nothing that was taken back`() {
        let lines = LaterSource.disclosing("m4")
        guard case .end(let end) = lines[42] else { return }
        func codes(_ change: (inout EndLine) -> Void) -> [String] {
            var changed = end
            change(&changed)
            return self.codes(lines.dropLast() + [.end(changed)])
        }
        #expect(codes { _ in } == [])
        // Evidence is not counted here, and two lines are: so many more would be possible.
        #expect(codes { $0.files += 2 } == [])
        for change in [
            { $0.files += 3 }, { $0.attachments += 3 }, { $0.failures -= 1 }, { $0.sources += 2 },
            { $0.containers -= 1 }, { $0.files -= 2 },
        ] as [(inout EndLine) -> Void] { #expect(codes(change) == ["counts-differ"]) }
    }
}
