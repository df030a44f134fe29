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
        Change("salted lines", "format-unknown") { $0.head { $0.salted = true } },
        Change("a second edition's number", "edition-unknown") { $0.head { $0.edition = 2 } },
        Change("edition 0", "edition-unknown") { $0.head { $0.edition = 0 } },
        Change("a name with a slash", "name-invalid") { $0.head { $0.name = "a/b".bytes } },
        Change("a hidden name", "name-invalid") { $0.head { $0.name = ".a".bytes } },
        Change("an origin with a line feed", "name-invalid") { $0.head { $0.origin = "a\nb".bytes } },
        Change("other rules", "") { $0.head { $0.rules = 3 } },
    ]

    static let order = [
        Change("no head", "line-order counts-differ") { $0.removeFirst() },
        Change("no source", "line-order counts-differ content-root-differs counts-differ evidence-counts-differ") {
            $0 = [$0[0]] + $0.suffix(2)
        },
        Change("a key before the sources", "line-order line-order key-order counts-differ") {
            $0.insert($0[27], at: 1)
        },
        Change("a second edition with a source", "line-order edition-empty counts-differ") { lines in
            guard case .head(var head) = lines[0], case .end(var end) = lines[30] else { return }
            head.edition = 2
            end.leaf = 35
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
        Change("a content twice", "") {
            $0.file(18) {
                $0.sha256 = digest("f1")
                $0.size = 3
            }
        },
        Change("a failure of the source itself", "") { $0.failure(9) { $0.path = nil } },
    ]
}

extension Change {
    static let mailboxes = [
        Change("a wrong offset", "mailbox-gap") { $0.occurrence(12) { $0.offset = 27 } },
        Change("bytes too many before", "mailbox-gap container-differs") {
            $0.occurrence(12) { $0.before = "\n\n".bytes }
        },
        Change("no bytes before", "mailbox-gap mailbox-gap container-differs") {
            $0.occurrence(11) { $0.before = nil }
        },
        Change("no bytes after", "container-differs") { $0.container(14) { $0.after = nil } },
        Change("bytes before without offset", "mailbox-gap") { $0.occurrence(6) { $0.before = "x".bytes } },
        Change("bytes before without offset in a mailbox", "mailbox-gap container-differs") {
            $0.occurrence(12) { $0.offset = nil }
        },
        Change("an offset outside a mailbox", "mailbox-gap") { $0.occurrence(6) { $0.offset = 0 } },
        Change("a file between the rows", "mailbox-gap mailbox-gap container-differs") { $0.move(7, to: 11) },
        Change("a failure between the rows", "mailbox-gap mailbox-gap container-differs") { $0.move(9, to: 11) },
        Change("rows without mailbox", "mailbox-gap balance-differs counts-differ") { $0.remove(at: 14) },
        Change("rows in an archive", "container-differs") { $0.container(14) { $0.kind = "zip" } },
        Change("a mailbox without rows", "container-differs") { $0.container(17) { $0.kind = "mbox" } },
        Change("bytes after an archive", "container-differs") { $0.container(20) { $0.after = "x".bytes } },
        Change("another size of the mailbox", "container-differs") {
            $0.container(14) { $0.size = 40 }
            $0.file(13) { $0.size = 40 }
        },
        Change("a message too large to be one", "") {
            $0[12] = .file(
                FileLine(
                    sha256: digest("large"), size: 10, source: 1, path: path("in/box"), offset: 28, before: "\n".bytes))
            $0.container(14) { ($0.messages, $0.files) = (1, 1) }
            $0.sourceEnd(23) { ($0.messages, $0.files) = (3, 4) }
            $0.end { ($0.occurrences, $0.files) = (4, 5) }
        },
        Change("a file's bytes before without offset", "mailbox-gap") { $0.file(7) { $0.before = "x".bytes } },
        Change("a mailbox that could not be read to its end", "") {
            $0[13] = .failure(FailureLine(source: 1, path: path("in/box"), code: "changed-while-read"))
            $0.container(14) {
                ($0.size, $0.sha256, $0.after, $0.stored, $0.failures) = (50, nil, nil, false, 1)
            }
            $0.sourceEnd(23) { ($0.items, $0.failures) = (11, 4) }
            $0.end { ($0.files, $0.failures) = (3, 4) }
        },
    ]

    static let containers = [
        Change("a file that is not stored", "balance-differs") { $0.container(14) { $0.stored = false } },
        Change("a container without its file", "container-differs balance-differs") {
            $0.container(20) { $0.stored = true }
        },
        Change("a container with another file", "container-differs") { $0.file(13) { $0.sha256 = digest("x") } },
        Change("a container with a file of another size", "container-differs") { $0.file(13) { $0.size = 38 } },
        Change("a file at another place", "mailbox-gap container-differs") { $0.file(13) { $0.path = path("x") } },
        Change("one message more in it", "container-differs") { $0.container(17) { $0.messages = 2 } },
        Change("messages of the container inside it", "container-differs") { $0.container(20) { $0.messages = 1 } },
        Change("one file more in it", "container-differs") { $0.container(20) { $0.files = 2 } },
        Change("one failure less in it", "container-differs") { $0.container(20) { $0.failures = 0 } },
        Change("one failure less of its own", "container-differs") { $0.container(22) { $0.failures = 0 } },
        Change("a failure with no place in it", "container-differs") { $0.failure(19) { $0.path = nil } },
        Change("a container inside it without line", "container-differs counts-differ") { $0.remove(at: 17) },
        Change("a container around it without line", "container-differs counts-differ") { $0.remove(at: 20) },
        Change("a failure of what is no container", "counts-differ") { $0.remove(at: 22) },
        Change("a last container without line", "balance-differs container-differs counts-differ") {
            $0.removeSubrange(20...22)
        },
        Change("a container inside it after it", "container-differs container-differs container-differs") {
            $0.move(17, to: 20)
        },
        Change("another path", "container-differs") {
            $0.container(17) { $0.path = path("z.zip", "x") }
        },
        Change("another name of the same joined path", "container-differs") {
            $0.container(17) { $0.path = SourcePath(levels: [["z.zip".bytes], ["d/y.zip".bytes]]) }
        },
    ]

    static let ends = [
        Change("keys in another order", "key-order") { $0.swapAt(27, 28) },
        Change("a key twice", "key-order counts-differ") { $0.insert($0[28], at: 28) },
        Change("domains in another order", "key-order") { $0.key(27) { $0.domain = "f".bytes } },
        Change("selectors in another order", "key-order") { $0.key(27) { $0.selector = "t".bytes } },
        Change("a key of no known basis", "code-unknown") { $0.key(28) { $0.basis = "hearsay" } },
        Change("a key of another basis", "") { $0.key(28) { $0.basis = "recovered" } },
        Change("a key of no known security", "code-unknown") { $0.key(28) { $0.dnssec = "maybe" } },
        Change("a key from two places", "counts-differ") {
            $0.insert($0[27], at: 27)
            $0.key(27) { $0.basis = "dns" }
        },
        Change("a key from two places in another order", "key-order counts-differ") {
            $0.insert($0[27], at: 28)
            $0.key(28) { $0.basis = "dns" }
        },
        Change("content of more messages", "counts-differ") { $0.content { $0.messages = 4 } },
        Change("another content root", "content-root-differs") { $0.content { $0.root = digest("x") } },
        Change("another message's digest", "reference-unknown content-root-differs") {
            $0.message(10) { $0.sha256 = digest("m4") }
            $0.occurrence(11) { $0.message = digest("m4") }
        },
    ]

    /// One for each count of the end line.
    static let counts: [Change] = {
        let counts: [(String, @Sendable (inout EndLine) -> Void)] = [
            ("leaf", { $0.leaf += 1 }), ("sources", { $0.sources += 1 }), ("messages", { $0.messages += 1 }),
            ("attachments", { $0.attachments += 1 }), ("signatures", { $0.signatures += 1 }),
            ("occurrences", { $0.occurrences += 1 }), ("files", { $0.files += 1 }),
            ("containers", { $0.containers += 1 }), ("failures", { $0.failures += 1 }), ("keys", { $0.keys += 1 }),
            ("bytes", { $0.bytes += 1 }),
        ]
        let classes = EvidenceClass.allCases.map { evidence in
            Change("one more: \(evidence.rawValue)", "evidence-counts-differ") { $0.end { $0.count(evidence) } }
        }
        return counts.map { name, change in Change("one more: \(name)", "counts-differ") { $0.end(change) } } + classes
    }()

    static let all = edition + order + messages + sources + mailboxes + containers + ends + counts
}

extension [ManifestLine] {
    fileprivate mutating func move(_ place: Int, to target: Int) {
        let line = remove(at: place)
        insert(line, at: target)
    }
}
