// Single changes to a sound manifest: mailboxes, containers, ends and counts, and the faults that each gives.

import Bytes
import Cryptography
import Manifest
import Testing

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
