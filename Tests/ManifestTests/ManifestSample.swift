// A small manifest that keeps every rule, and the means to break one.

import Bytes
import Cryptography
import Manifest
import Testing

/// A manifest of two sources with every kind of line.
enum ManifestSample {
    static let lines: [ManifestLine] = {
        let body = head + tree + zips + single
        let root = ContentRoot.root(of: ["m1", "m2", "m3"].map(digest))
        let end = EndLine(
            leaf: 30, sources: 2, messages: 3, attachments: 1, signatures: 2, occurrences: 5, files: 4, containers: 4,
            failures: 3,
            keys: 2, bytes: 60, verified: 1, keyUnavailable: 0, unsigned: 2)
        return body + [.content(ContentLine(messages: 3, root: root)), .end(end)]
    }()

    // Lines 0 to 9.
    private static let head: [ManifestLine] = [
        .head(
            HeadLine(
                format: Format.name.bytes, rules: 2, name: "leak".bytes, origin: "example.org/leak".bytes, edition: 1)),
        .source(
            SourceLine(
                id: 1, name: "mails".bytes, kind: "tree",
                retrieved: Retrieval(at: time("2017-05-05T18:00:00Z"), from: "https://example.org/".bytes))),
        .message(
            MessageLine(
                number: 1, sha256: digest("m1"), size: 10, lineEnds: "crlf", messageID: "<1@example.org>".bytes,
                subject: [0x72, 0xE9], defects: ["bare-lf", "no-date"])),
        .attachment(
            AttachmentLine(
                message: digest("m1"), part: "2", name: "é.pdf".bytes, mediaType: "application/pdf".bytes,
                disposition: "attachment".bytes, size: 5, sha256: digest("pdf"))),
        .dkim(
            DKIMLine(
                message: digest("m1"), index: 1, domain: "example.org".bytes, selector: "s".bytes, key: digest("k1"),
                header: "valid", body: "intact", repairs: [.init(name: "line-ends")], uncovered: ["message-id"],
                alignment: "same")),
        .dkim(
            DKIMLine(
                message: digest("m1"), index: 2, kind: "arc-seal", instance: 1, chainValidation: "none",
                domain: "example.net".bytes, header: "no-key", body: "not-computed")),
        .occurrence(
            OccurrenceLine(
                message: digest("m1"), source: 1, path: path("a/a.eml"), mtime: time("2017-05-01T00:00:00Z"))),
        .file(FileLine(sha256: digest("f1"), size: 3, source: 1, path: path("b.txt"))),
        .file(FileLine(source: 1, path: path("link"), target: "b.txt".bytes)),
        .failure(FailureLine(source: 1, path: path("c"), code: "unreadable")),
    ]

    // Lines 10 to 14: a mailbox that is stored, too.
    private static let tree: [ManifestLine] = [
        .message(MessageLine(number: 2, sha256: digest("m2"), size: 20, lineEnds: "lf")),
        .occurrence(
            OccurrenceLine(
                message: digest("m2"), source: 1, path: path("in/box"), offset: 7, before: "From a\n".bytes)),
        .occurrence(
            OccurrenceLine(
                message: digest("m1"), source: 1, path: path("in/box"), offset: 28, before: "\n".bytes)),
        .file(FileLine(sha256: digest("box"), size: 39, source: 1, path: path("in/box"))),
        .container(
            ContainerLine(
                source: 1, path: path("in/box"), kind: "mbox", size: 39, sha256: digest("box"), after: "\n".bytes,
                stored: true, messages: 2, files: 0, failures: 0)),
    ]

    // Lines 15 to 23: an archive in an archive, and one of which nothing could be read.
    private static let zips: [ManifestLine] = [
        .message(MessageLine(number: 3, sha256: digest("m3"), size: 30, lineEnds: "none")),
        .occurrence(OccurrenceLine(message: digest("m3"), source: 1, path: path("z.zip", "d/y.zip", "m.eml"))),
        .container(
            ContainerLine(
                source: 1, path: path("z.zip", "d/y.zip"), kind: "zip", size: 50, sha256: digest("y"), messages: 1,
                files: 0, failures: 0)),
        .file(FileLine(sha256: digest("t"), size: 4, source: 1, path: path("z.zip", "t"))),
        .failure(FailureLine(source: 1, path: path("z.zip"), code: "damaged-archive")),
        .container(
            ContainerLine(
                source: 1, path: path("z.zip"), kind: "zip", size: 90, sha256: digest("z"), messages: 0, files: 1,
                failures: 1)),
        .failure(FailureLine(source: 1, path: path("e.zip"), code: "damaged-archive")),
        .container(
            ContainerLine(
                source: 1, path: path("e.zip"), kind: "zip", size: 9, sha256: nil, messages: 0, files: 0, failures: 1)),
        .sourceEnd(
            SourceEndLine(
                source: 1, items: 10, messages: 4, files: 3, failures: 3,
                bytes: .init(read: 151, unpacked: 84, messages: 70, files: 7, framing: 9, containers: 149))),
    ]

    // Lines 24 to 28.
    private static let single: [ManifestLine] = [
        .source(SourceLine(id: 2, name: "m.eml".bytes, kind: "file")),
        .occurrence(OccurrenceLine(message: digest("m2"), source: 2, path: path("m.eml"))),
        .sourceEnd(
            SourceEndLine(
                source: 2, items: 1, messages: 1, files: 0, failures: 0, bytes: .init(read: 20, messages: 20))),
        .key(KeyLine(domain: "example.org".bytes, selector: "s".bytes, record: "k1".bytes, basis: "file")),
        .key(
            KeyLine(
                domain: "example.org".bytes, selector: "s".bytes, record: "k2".bytes, basis: "dns",
                obtained: time("2017-05-06T18:00:00Z"), from: "127.0.0.1".bytes, dnssec: "secure")),
    ]
}

extension [ManifestLine] {
    /// The faults of these lines.
    var faults: [ManifestFault] {
        var audit = ManifestAudit()
        for line in self { audit.follow(line) }
        audit.finish()
        return audit.faults
    }

    /// The lines' codes, as one text.
    var codes: String { faults.map(\.code).joined(separator: " ") }

    mutating func head(_ change: (inout HeadLine) -> Void) {
        guard case .head(var line) = self[0] else { return notThere() }
        change(&line)
        self[0] = .head(line)
    }

    mutating func source(_ place: Int, _ change: (inout SourceLine) -> Void) {
        guard case .source(var line) = self[place] else { return notThere() }
        change(&line)
        self[place] = .source(line)
    }

    mutating func message(_ place: Int, _ change: (inout MessageLine) -> Void) {
        guard case .message(var line) = self[place] else { return notThere() }
        change(&line)
        self[place] = .message(line)
    }

    mutating func attachment(_ place: Int, _ change: (inout AttachmentLine) -> Void) {
        guard case .attachment(var line) = self[place] else { return notThere() }
        change(&line)
        self[place] = .attachment(line)
    }

    mutating func dkim(_ place: Int, _ change: (inout DKIMLine) -> Void) {
        guard case .dkim(var line) = self[place] else { return notThere() }
        change(&line)
        self[place] = .dkim(line)
    }

    mutating func occurrence(_ place: Int, _ change: (inout OccurrenceLine) -> Void) {
        guard case .occurrence(var line) = self[place] else { return notThere() }
        change(&line)
        self[place] = .occurrence(line)
    }

    mutating func file(_ place: Int, _ change: (inout FileLine) -> Void) {
        guard case .file(var line) = self[place] else { return notThere() }
        change(&line)
        self[place] = .file(line)
    }

    mutating func container(_ place: Int, _ change: (inout ContainerLine) -> Void) {
        guard case .container(var line) = self[place] else { return notThere() }
        change(&line)
        self[place] = .container(line)
    }

    mutating func failure(_ place: Int, _ change: (inout FailureLine) -> Void) {
        guard case .failure(var line) = self[place] else { return notThere() }
        change(&line)
        self[place] = .failure(line)
    }

    mutating func sourceEnd(_ place: Int, _ change: (inout SourceEndLine) -> Void) {
        guard case .sourceEnd(var line) = self[place] else { return notThere() }
        change(&line)
        self[place] = .sourceEnd(line)
    }

    mutating func key(_ place: Int, _ change: (inout KeyLine) -> Void) {
        guard case .key(var line) = self[place] else { return notThere() }
        change(&line)
        self[place] = .key(line)
    }

    mutating func content(_ change: (inout ContentLine) -> Void) {
        guard case .content(var line) = self[count - 2] else { return notThere() }
        change(&line)
        self[count - 2] = .content(line)
    }

    mutating func end(_ change: (inout EndLine) -> Void) {
        guard case .end(var line) = self[count - 1] else { return notThere() }
        change(&line)
        self[count - 1] = .end(line)
    }

    private func notThere() { Issue.record("no line of this kind stands there") }
}
