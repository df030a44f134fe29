// Changes to the sample manifest, each with the faults that it must make.

import Bytes
import Cryptography
import Manifest
import Testing

/// One change to the sample, and the codes of all faults that it makes, in their order.
struct Change: CustomTestStringConvertible, Sendable {
    let name: String
    let codes: String
    let make: @Sendable (inout [ManifestLine]) -> Void
    var testDescription: String { name }

    init(_ name: String, _ codes: String, _ make: @escaping @Sendable (inout [ManifestLine]) -> Void) {
        self.name = name
        self.codes = codes
        self.make = make
    }

    var result: [ManifestLine] {
        var lines = ManifestSample.lines
        make(&lines)
        return lines
    }
}

extension Change {
    static let edition = [
        Change("another format", "format-unknown") { $0.head { $0.format = "mailseal/1".bytes } },
        Change("a second edition's number", "edition-unknown") { $0.head { $0.edition = 2 } },
        Change("edition 0", "edition-unknown") { $0.head { $0.edition = 0 } },
        Change("a name with a slash", "name-invalid") { $0.head { $0.name = "a/b".bytes } },
        Change("a hidden name", "name-invalid") { $0.head { $0.name = ".a".bytes } },
        Change("an origin with a line feed", "name-invalid") { $0.head { $0.origin = "a\nb".bytes } },
        Change("other rules", "") { $0.head { $0.rules = 3 } },
    ]

    static let order = [
        Change("no head", "line-order counts-differ") { $0.removeFirst() },
        Change(
            "no source",
            "line-order counts-differ content-root-differs counts-differ evidence-counts-differ counts-differ"
        ) {
            $0 = [$0[0]] + $0.suffix(2)
        },
        Change("a key before the sources", "line-order line-order key-order counts-differ") {
            $0.insert($0[27], at: 1)
        },
        Change("a second edition with a source", "") { lines in
            guard case .head(var head) = lines[0], case .end(var end) = lines[30] else { return }
            head.edition = 2
            end.leaf = 35
            end.head = 31
            end.sources = 3
            let source = SourceLine(id: 3, name: "more".bytes, kind: "tree")
            let sourceEnd = SourceEndLine(source: 3, items: 0, messages: 0, files: 0, failures: 0)
            lines += [.head(head), .source(source), .sourceEnd(sourceEnd), lines[29], .end(end)]
        },
        Change("two end lines", "line-order counts-differ") { $0.append($0[30]) },
        Change("two content lines", "line-order counts-differ") { $0.insert($0[29], at: 29) },
        Change("the end before the content", "line-order counts-differ line-order line-order") { $0.swapAt(29, 30) },
        Change("an attachment after a signature", "line-order") { $0.swapAt(3, 4) },
        Change("an attachment after the occurrence", "line-order reference-unknown line-order") { $0.move(3, to: 6) },
        Change("a file between message and occurrence", "line-order") { $0.move(7, to: 6) },
        Change("a message without occurrence", "line-order balance-differs counts-differ evidence-counts-differ") {
            $0.remove(at: 6)
        },
        Change("an occurrence outside a source", "balance-differs line-order reference-unknown line-order") {
            $0.swapAt(25, 26)
        },
        Change("a source without end", "line-order counts-differ") { $0.remove(at: 26) },
        Change("an end without source", "line-order reference-unknown reference-unknown counts-differ") {
            $0.remove(at: 24)
        },
    ]

    static let messages = [
        Change("a number skipped", "number-sequence") { $0.message(10) { $0.number = 3 } },
        Change("a number of 0", "number-sequence") { $0.message(2) { $0.number = 0 } },
        Change("a message twice", "message-duplicate container-differs reference-unknown content-root-differs") {
            $0.message(10) { $0.sha256 = digest("m1") }
            $0.occurrence(11) { $0.message = digest("m1") }
        },
        Change("another size", "counts-differ") { $0.message(15) { $0.size = 31 } },
        Change("another size in a mailbox", "container-differs counts-differ") { $0.message(2) { $0.size = 11 } },
        Change("2 GiB", "counts-differ") { $0.message(15) { $0.size = 2_147_483_648 } },
        Change("2 GiB and a byte", "message-too-large counts-differ") { $0.message(15) { $0.size = 2_147_483_649 } },
        Change("line ends of no kind", "code-unknown") { $0.message(2) { $0.lineEnds = "cr" } },
        Change("another message's attachment", "reference-unknown") { $0.attachment(3) { $0.message = digest("m2") } },
        Change("another message's signature", "reference-unknown") { $0.dkim(4) { $0.message = digest("m2") } },
        Change("a signature skipped", "number-sequence") { $0.dkim(5) { $0.index = 3 } },
        Change("a first signature of number 2", "number-sequence") { $0.dkim(4) { $0.index = 2 } },
        Change("a key without line", "reference-unknown") { $0.dkim(5) { $0.key = digest("k3") } },
        Change("a key's line removed", "reference-unknown counts-differ") { $0.remove(at: 27) },
        Change("an unused key's line removed", "counts-differ") { $0.remove(at: 28) },
        Change("a signature that fails", "evidence-counts-differ") { $0.dkim(4) { $0.header = "invalid" } },
        Change("a body that differs", "evidence-counts-differ") { $0.dkim(4) { $0.body = "altered" } },
        Change("a signature that breaks a rule", "evidence-counts-differ") {
            $0.dkim(4) { $0.violations = ["no-from"] }
        },
        Change("a weaker signature's body", "") { $0.dkim(5) { $0.body = "altered" } },
        Change("a signature of another domain", "evidence-counts-differ") { $0.dkim(4) { $0.alignment = "other" } },
        Change("a signature with a reservation", "evidence-counts-differ") { $0.dkim(4) { $0.reservations = ["a"] } },
        Change("a signature that needed a repair", "evidence-counts-differ") { $0.dkim(4) { $0.header = "restored" } },
        Change("DomainKeys before ARC", "") { $0.dkim(4) { $0.kind = "domainkeys" } },
        Change("DomainKeys after ARC", "number-sequence evidence-counts-differ") {
            $0.dkim(4) { ($0.kind, $0.instance) = ("arc-message", 1) }
            $0.dkim(5) { ($0.kind, $0.instance, $0.chainValidation) = ("domainkeys", nil, nil) }
        },
        Change("DKIM after DomainKeys", "number-sequence") {
            $0.dkim(4) { $0.kind = "domainkeys" }
            $0.dkim(5) { ($0.kind, $0.instance, $0.chainValidation) = (nil, nil, nil) }
        },
        Change("a seal before its set's signature", "number-sequence evidence-counts-differ") {
            $0.dkim(4) { ($0.kind, $0.instance) = ("arc-seal", 2) }
            $0.dkim(5) { ($0.kind, $0.instance, $0.chainValidation) = ("arc-message", 2, nil) }
        },
        Change("a seal after its set's signature", "evidence-counts-differ") {
            $0.dkim(4) { ($0.kind, $0.instance) = ("arc-message", 1) }
        },
        Change("a set before an earlier one", "number-sequence evidence-counts-differ") {
            $0.dkim(4) { ($0.kind, $0.instance) = ("arc-message", 2) }
        },
        Change("a set without its signature", "") { $0.dkim(5) { $0.instance = 3 } },
        Change("an unknown kind", "code-unknown evidence-counts-differ") { $0.dkim(4) { $0.kind = "dkim" } },
        Change("a set without instance", "code-unknown") { $0.dkim(5) { $0.instance = nil } },
        Change("a set of instance 0", "code-unknown") { $0.dkim(5) { $0.instance = 0 } },
        Change("an instance of no set", "code-unknown") { $0.dkim(4) { $0.instance = 1 } },
        Change("a chain without seal", "code-unknown") { $0.dkim(5) { $0.kind = "arc-message" } },
        Change("an occurrence of no message", "reference-unknown") { $0.occurrence(25) { $0.message = digest("m4") } },
        Change("an occurrence of a later message", "reference-unknown") {
            $0.occurrence(6) { $0.message = digest("m2") }
        },
        Change("an occurrence of an earlier message", "reference-unknown") {
            $0.occurrence(16) { $0.message = digest("m1") }
        },
        Change("another known message in a mailbox", "container-differs") {
            $0.occurrence(12) { $0.message = digest("m2") }
        },
        Change("an unknown message in a mailbox", "reference-unknown container-differs") {
            $0.occurrence(12) { $0.message = digest("m3") }
        },
    ]

    static let sources = [
        Change("a source skipped", "number-sequence") {
            $0.source(24) { $0.id = 3 }
            $0.occurrence(25) { $0.source = 3 }
            $0.sourceEnd(26) { $0.source = 3 }
        },
        Change("a source renamed", "number-sequence reference-unknown reference-unknown") {
            $0.source(24) { $0.id = 0 }
        },
        Change("a source of no kind", "code-unknown") { $0.source(1) { $0.kind = "folder" } },
        Change("an occurrence in another source", "reference-unknown") { $0.occurrence(6) { $0.source = 2 } },
        Change("a file in another source", "reference-unknown") { $0.file(7) { $0.source = 2 } },
        Change("a failure in another source", "reference-unknown") { $0.failure(9) { $0.source = 0 } },
        Change("a container in another source", "reference-unknown") { $0.container(17) { $0.source = 2 } },
        Change("the end of another source", "reference-unknown") { $0.sourceEnd(23) { $0.source = 2 } },
        Change("one item more", "balance-differs") { $0.sourceEnd(23) { $0.items = 11 } },
        Change("one message less", "balance-differs") { $0.sourceEnd(23) { $0.messages = 3 } },
        Change("one file more", "balance-differs") { $0.sourceEnd(23) { $0.files = 4 } },
        Change("one failure less", "balance-differs") { $0.sourceEnd(23) { $0.failures = 2 } },
        Change("one byte read more", "balance-differs") { $0.sourceEnd(23) { $0.bytes.read += 1 } },
        Change("one byte failed that was not read", "balance-differs") { $0.sourceEnd(23) { $0.bytes.failed += 1 } },
        Change("one byte of a file that was unpacked", "") {
            $0.sourceEnd(23) {
                $0.bytes.unpacked += 1
                $0.bytes.files += 1
            }
        },
        Change("a stored container without digest", "") { $0.container(14) { $0.sha256 = nil } },
        Change("a stored container of another digest", "container-differs") {
            $0.container(14) { $0.sha256 = digest("x") }
        },
        Change("a size without digest", "file-invalid") { $0.file(7) { $0.sha256 = nil } },
        Change("a digest without size", "file-invalid") { $0.file(7) { $0.size = nil } },
        Change("a file of nothing", "file-invalid") { $0.file(8) { $0.target = nil } },
        Change("a link with content", "file-invalid") { $0.file(7) { $0.target = "x".bytes } },
        Change("a link with a digest", "file-invalid") { $0.file(8) { $0.sha256 = digest("f1") } },
        Change("a link with a size", "file-invalid") { $0.file(8) { $0.size = 1 } },
        Change("a link with pieces", "file-invalid") { $0.file(8) { $0.pieces = [digest("1")] } },
        Change("a small file in pieces", "file-invalid") { $0.file(7) { $0.pieces = [digest("1")] } },
        Change("4 GiB in one", "") { $0.file(7) { $0.size = 1 << 32 } },
        Change("4 GiB and a byte in one", "file-invalid") { $0.file(7) { $0.size = 1 << 32 + 1 } },
        Change("4 GiB and a byte in two", "") {
            $0.file(7) {
                $0.size = (1 << 32) + 1
                $0.pieces = [digest("1"), digest("2")]
            }
        },
        Change("4 GiB and a byte in three", "file-invalid") {
            $0.file(7) {
                $0.size = (1 << 32) + 1
                $0.pieces = [digest("1"), digest("2"), digest("3")]
            }
        },
        Change("a content of two sizes", "file-invalid") { $0.file(18) { $0.sha256 = digest("f1") } },
        Change("a content in other pieces", "file-invalid") {
            $0.file(7) {
                $0.size = (1 << 32) + 1
                $0.pieces = [digest("1"), digest("2")]
            }
            $0.file(18) {
                $0.sha256 = digest("f1")
                $0.size = (1 << 32) + 1
                $0.pieces = [digest("2"), digest("1")]
            }
        },
        Change("a content twice", "") {
            $0.file(18) {
                $0.sha256 = digest("f1")
                $0.size = 3
            }
        },
        Change("a path in a source that is another file", "name-invalid") { $0.source(24) { $0.name = "x.eml".bytes } },
        Change("a failure of the source itself", "") { $0.failure(9) { $0.path = nil } },
    ]
}

extension [ManifestLine] {
    mutating func move(_ place: Int, to target: Int) {
        let line = remove(at: place)
        insert(line, at: target)
    }
}
