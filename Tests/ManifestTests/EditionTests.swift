// A second and a third edition behind the sample, and the faults that each change to them makes.

import Bytes
import Cryptography
import Manifest
import MerkleTree
import Testing

/// The sample with two more editions: a key for the second signature of message 1, then one that no signature needed.
private enum EditionSample {
    static let second: [ManifestLine] = [
        .head(head(2)),
        .dkim(
            DKIMLine(
                message: digest("m1"), index: 1, domain: "example.org".bytes, selector: "s".bytes, key: digest("k1"),
                header: "valid", body: "intact", alignment: "same")),
        .dkim(
            DKIMLine(
                message: digest("m1"), index: 2, domain: "example.net".bytes, key: digest("k3"), header: "valid",
                body: "intact", alignment: "other")),
        .dkim(DKIMLine(message: digest("m2"), index: 1, domain: "a.example".bytes, header: "no-key", body: "intact")),
        .key(KeyLine(domain: "example.net".bytes, selector: "t".bytes, record: "k3".bytes, basis: "file")),
        .content(content), .end(end(leaf: 37, head: 31, signatures: 3, keys: 3, keyUnavailable: 1, unsigned: 1)),
    ]

    static let third: [ManifestLine] = [
        .head(head(3)),
        .key(KeyLine(domain: "example.net".bytes, selector: "t".bytes, record: "k4".bytes, basis: "file")),
        .content(content), .end(end(leaf: 41, head: 38, signatures: 3, keys: 4, keyUnavailable: 1, unsigned: 1)),
    ]

    static let lines = ManifestSample.lines + second + third

    private static func head(_ edition: Int) -> HeadLine {
        HeadLine(
            format: Format.name.bytes, rules: 2, name: "leak".bytes, origin: "example.org/leak".bytes, edition: edition)
    }

    private static let content = ContentLine(
        messages: 3, root: ContentRoot.root(of: ["m1", "m2", "m3"].map(digest)))

    private static func end(
        leaf: Int, head: Int, signatures: Int, keys: Int, keyUnavailable: Int, unsigned: Int
    ) -> EndLine {
        guard case .end(var end) = ManifestSample.lines[30] else { return EndLine() }
        (end.leaf, end.head, end.signatures, end.keys) = (leaf, head, signatures, keys)
        (end.keyUnavailable, end.unsigned) = (keyUnavailable, unsigned)
        return end
    }
}

/// One change to the sample of three editions.
private struct EditionChange: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let codes: String
    let make: @Sendable (inout [ManifestLine]) -> Void

    init(_ name: String, _ codes: String, _ make: @escaping @Sendable (inout [ManifestLine]) -> Void) {
        testDescription = name
        self.codes = codes
        self.make = make
    }

    static let all = [
        EditionChange("another name", "edition-differs edition-differs") { $0.head(31) { $0.name = "other".bytes } },
        EditionChange("another origin", "edition-differs edition-differs") {
            $0.head(31) { $0.origin = "example.org/x".bytes }
        },
        EditionChange("newer rules from the second edition on", "") {
            for place in [31, 38] { $0.head(place) { $0.rules = 9 } }
        },
        EditionChange("older rules than before", "edition-differs") { $0.head(31) { $0.rules = 9 } },
        EditionChange("a number skipped", "edition-unknown") { $0.head(31) { $0.edition = 3 } },
        EditionChange("a number twice", "edition-unknown") { $0.head(38) { $0.edition = 2 } },
        EditionChange("an edition that adds nothing", "edition-empty counts-differ") { $0.removeSubrange(39...39) },
        EditionChange("evidence that is not new", "evidence-repeated") {
            $0.replaceSubrange(32...33, with: Array(ManifestSample.lines[4...5]))
        },
        EditionChange("half of a message's evidence", "counts-differ counts-differ") { $0.removeSubrange(33...33) },
        EditionChange("evidence out of order", "evidence-order") { lines in
            let moved = lines.remove(at: 34)
            lines.insert(moved, at: 32)
        },
        EditionChange("evidence of a message twice", "evidence-order counts-differ counts-differ") { lines in
            lines.insert(lines[32], at: 35)
        },
        EditionChange(
            "evidence of no message",
            "reference-unknown counts-differ evidence-counts-differ counts-differ evidence-counts-differ"
        ) {
            $0.dkim(34) { $0.message = digest("m9") }
        },
        EditionChange("a signature skipped", "number-sequence") { $0.dkim(33) { $0.index = 3 } },
        EditionChange("a key that has no line", "reference-unknown") { $0.dkim(33) { $0.key = digest("k5") } },
        EditionChange("a key that an earlier edition has", "key-repeated") { $0[39] = $0[35] },
        EditionChange("the same record from elsewhere", "") {
            $0.key(39) {
                $0.record = "k3".bytes; $0.selector = "u".bytes
            }
        },
        EditionChange("keys in another order", "") { $0.key(39) { $0.domain = "a".bytes } },
        EditionChange(
            "a source",
            "number-sequence line-order number-sequence line-order counts-differ evidence-counts-differ counts-differ "
                + "evidence-counts-differ"
        ) { $0[32] = $0[24] },
        EditionChange(
            "a message",
            "line-order number-sequence message-duplicate number-sequence reference-unknown number-sequence line-order "
                + "counts-differ counts-differ evidence-counts-differ counts-differ counts-differ evidence-counts-differ"
        ) { $0[32] = $0[2] },
        EditionChange("evidence behind the keys", "line-order") { $0.swapAt(34, 35) },
        EditionChange("no end of the first edition", "line-order counts-differ counts-differ") {
            $0.removeSubrange(30...30)
        },
        EditionChange("the first edition's counts", "counts-differ") {
            $0.end(37) { $0.signatures = 2 }
        },
        EditionChange("the place of the head", "counts-differ") { $0.end(41) { $0.head = 31 } },
        EditionChange("no place of the head", "counts-differ") { $0.end(41) { $0.head = nil } },
        EditionChange("a place of the first head", "counts-differ") { $0.end(30) { $0.head = 0 } },
        EditionChange("a class counted as before", "evidence-counts-differ") {
            $0.end(41) { ($0.keyUnavailable, $0.unsigned) = (0, 2) }
        },
    ]
}

@Suite struct EditionTests {
    @Test func `three editions keep every rule`() {
        #expect(EditionSample.lines.faults == [])
        #expect((ManifestSample.lines + EditionSample.second).faults == [])
    }

    @Test(arguments: EditionChange.all)
    fileprivate func `one change makes these faults`(change: EditionChange) {
        var lines = EditionSample.lines
        change.make(&lines)
        #expect(lines.codes == change.codes)
    }
}

extension [ManifestLine] {
    fileprivate mutating func head(_ place: Int, _ change: (inout HeadLine) -> Void) {
        guard case .head(var line) = self[place] else { return notThere("head") }
        change(&line)
        self[place] = .head(line)
    }

    fileprivate mutating func end(_ place: Int, _ change: (inout EndLine) -> Void) {
        guard case .end(var line) = self[place] else { return notThere("end") }
        change(&line)
        self[place] = .end(line)
    }

    private func notThere(_ type: String) { Issue.record("no \(type) stands there") }
}
