import Bytes
import Mailseal
import Manifest
import Testing

/// One thing that is done to a small archive, and what a comparison must say of it.
struct DiffScenario: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let a: @Sendable () throws -> DiffSource
    let b: @Sendable () throws -> DiffSource
    let classes: DiffReport.Classes
    /// The number of differences by kind; kinds of messages follow from the classes.
    var facts: [DiffSection.Kind: Int] = [:]
    /// The reasons of the first row of the first section, in order.
    let reasons: [DiffReason.Code]

    init(
        _ description: String, _ change: @escaping @Sendable (DiffSource) throws -> DiffSource,
        from source: @escaping @Sendable () throws -> DiffSource = { diffPlain },
        classes: DiffReport.Classes, facts: [DiffSection.Kind: Int] = [:], reasons: [DiffReason.Code]
    ) {
        testDescription = description
        a = source
        b = { try change(try source()) }
        self.classes = classes
        self.facts = facts
        self.reasons = reasons
    }
}

/// Three messages and a file.
let diffPlain = DiffSource([
    "in/1.eml": diffMail(1), "in/2.eml": diffMail(2), "in/3.eml": diffMail(3), "notes.txt": "notes".bytes,
])

/// Three messages in a mailbox.
let diffBoxed = DiffSource(["in.mbox": diffMbox([diffMail(1), diffMail(2), diffMail(3)])])

@Sendable func diffSigned() throws -> DiffSource {
    let signing = try DiffSigning()
    return diffPlain.with(["in/1.eml": signing.signed(diffMail(1))]).with(keys: [signing.keyLine])
}

extension DiffSource {
    func with(keys: [String]) -> DiffSource {
        var source = self
        source.keys = keys
        return source
    }

    func retrieved(_ retrieval: Retrieval) -> DiffSource {
        var source = self
        source.retrieval = retrieval
        return source
    }

    func logged(_ log: String) -> DiffSource {
        var source = self
        source.retrievalLog = log
        return source
    }
}

extension DiffReport.Classes {
    init(_ same: Int, moved: Int = 0, equivalent: Int = 0, altered: Int = 0, onlyA: Int = 0, onlyB: Int = 0) {
        self.init()
        (self.same, self.moved, self.equivalent, self.altered) = (same, moved, equivalent, altered)
        (self.onlyA, self.onlyB) = (onlyA, onlyB)
    }

    var exchanged: DiffReport.Classes {
        DiffReport.Classes(
            same, moved: moved, equivalent: equivalent, altered: altered, onlyA: onlyB, onlyB: onlyA)
    }
}

@Suite struct DiffScenarioTests {
    static let messages: [DiffScenario] = [
        DiffScenario("removed", { $0.with(["in/2.eml": nil]) }, classes: .init(2, onlyA: 1), reasons: []),
        DiffScenario("added", { $0.with(["in/4.eml": diffMail(4)]) }, classes: .init(3, onlyB: 1), reasons: []),
        DiffScenario(
            "a second message with a Message-ID that is there", { $0.with(["in/4.eml": diffMail(4, id: "2")]) },
            classes: .init(3, onlyB: 1), reasons: [.sameMessageID]),
        DiffScenario(
            "subject changed", { $0.with(["in/2.eml": diffMail(2, subject: "Other")]) },
            classes: .init(2, altered: 1), reasons: [.fieldChanged]),
        DiffScenario(
            "subject encoded otherwise", { $0.with(["in/2.eml": diffMail(2, subject: "=?utf-8?q?Budget_2?=")]) },
            classes: .init(2, altered: 1), reasons: [.fieldRecoded]),
        DiffScenario(
            "text changed", { $0.with(["in/2.eml": diffMail(2, body: "Goodbye.\n")]) },
            classes: .init(2, altered: 1), reasons: [.bodyText]),
        DiffScenario(
            "changed and moved", { $0.with(["in/2.eml": nil, "out/2.eml": diffMail(2, body: "Bye.\n")]) },
            classes: .init(2, altered: 1), reasons: [.bodyText, .moved]),
        DiffScenario(
            "replaced under its path", { $0.with(["in/2.eml": diffMail(9)]) },
            classes: .init(2, altered: 1), reasons: [.fieldChanged]),
        DiffScenario(
            "copied", { $0.with(["out/copy.eml": diffMail(2)]) }, classes: .init(2, moved: 1),
            reasons: [.placeAdded]),
        DiffScenario(
            "moved", { $0.with(["in/2.eml": nil, "out/two.eml": diffMail(2)]) },
            classes: .init(2, moved: 1), reasons: [.moved]),
        DiffScenario(
            "folder renamed",
            { _ in DiffSource(["old/1.eml": diffMail(1), "old/2.eml": diffMail(2), "notes.txt": "notes".bytes]) },
            from: { DiffSource(["new/1.eml": diffMail(1), "new/2.eml": diffMail(2), "notes.txt": "notes".bytes]) },
            classes: .init(0, moved: 2), reasons: [.moved]),
        DiffScenario(
            "LF instead of CRLF", { $0.with(["in/2.eml": diffLF(diffMail(2))]) },
            classes: .init(2, equivalent: 1), reasons: [.lineEnds]),
        DiffScenario(
            "an empty line at the end", { $0.with(["in/2.eml": diffMail(2) + [0x0D, 0x0A]]) },
            classes: .init(2, equivalent: 1), reasons: [.finalLines]),
        DiffScenario(
            "subject folded", { $0.with(["in/2.eml": diffMail(2, subject: "Budget\n\t2")]) },
            classes: .init(2, equivalent: 1), reasons: [.refolded]),
        DiffScenario(
            "Received and Delivered-To added",
            {
                $0.with(["in/2.eml": diffMail(2, above: "Delivered-To: b@example.net\nReceived: from a by b; today\n")])
            },
            classes: .init(2, equivalent: 1), reasons: [.transportAdded]),
        DiffScenario(
            "Received changed",
            { $0.with(["in/2.eml": diffMail(2, above: "Received: from c by b; today\n")]) },
            from: { diffPlain.with(["in/2.eml": diffMail(2, above: "Received: from a by b; today\n")]) },
            classes: .init(2, altered: 1), reasons: [.transportChanged]),
        DiffScenario(
            "read in a mail program", { $0.with(["in/2.eml": diffMail(2, above: "X-Mozilla-Status: 0001\n")]) },
            from: { diffPlain.with(["in/2.eml": diffMail(2, above: "X-Mozilla-Status: 0000\n")]) },
            classes: .init(2, equivalent: 1), reasons: [.mailboxState]),
        DiffScenario(
            "attachment replaced", { $0.with(["in/4.eml": diffAttachment("two")]) },
            from: { diffPlain.with(["in/4.eml": diffAttachment("one")]) },
            classes: .init(3, altered: 1), reasons: [.attachmentChanged]),
        DiffScenario(
            "attachment renamed", { $0.with(["in/4.eml": diffAttachment("one", name: "other.bin")]) },
            from: { diffPlain.with(["in/4.eml": diffAttachment("one")]) },
            classes: .init(3, altered: 1), reasons: [.attachmentAdded, .attachmentAdded]),
        DiffScenario(
            "mailbox renamed",
            { DiffSource(["sent.mbox": $0.files["in.mbox"] ?? []]) }, from: { diffBoxed },
            classes: .init(0, moved: 3), reasons: [.moved]),
        DiffScenario(
            "removed from a mailbox",
            { $0.with(["in.mbox": diffMbox([diffMail(2), diffMail(3)])]) }, from: { diffBoxed },
            classes: .init(2, onlyA: 1), reasons: []),
        DiffScenario(
            "changed in a mailbox",
            { $0.with(["in.mbox": diffMbox([diffMail(1), diffMail(2, body: "Bye.\n"), diffMail(3)])]) },
            from: { diffBoxed }, classes: .init(2, altered: 1), reasons: [.bodyText]),
        DiffScenario(
            "one of two copies removed", { $0.with(["in/copy.eml": nil]) },
            from: { diffPlain.with(["in/copy.eml": diffMail(2)]) },
            classes: .init(2, moved: 1), reasons: [.placeAdded]),
        DiffScenario(
            "one of two messages with one Message-ID changed",
            { $0.with(["in/5.eml": diffMail(5, body: "Bye.\n", id: "2")]) },
            from: { diffPlain.with(["in/5.eml": diffMail(5, id: "2")]) },
            classes: .init(3, altered: 1), reasons: [.bodyText]),
    ]

    static let facts: [DiffScenario] = [
        DiffScenario(
            "key added", { $0.with(keys: try diffSigned().keys) }, from: { try diffSigned().with(keys: []) },
            classes: .init(3), facts: [.dkim: 1, .keys: 1], reasons: [.evidenceClass, .keyKnown]),
        DiffScenario(
            "key removed", { $0.with(keys: []) }, from: { try diffSigned() },
            classes: .init(3), facts: [.dkim: 1, .keys: 1], reasons: [.evidenceClass, .keyKnown]),
        DiffScenario(
            "another key", { $0.with(keys: [try DiffSigning(seed: 2).keyLine]) }, from: { try diffSigned() },
            classes: .init(3), facts: [.dkim: 1, .keys: 1], reasons: [.evidenceClass, .keyOther]),
        DiffScenario(
            "retrieval changed",
            { $0.retrieved(Retrieval(at: Timestamp(rfc3339: "2017-05-06T00:00:00Z"), from: nil)) },
            from: { diffPlain.retrieved(Retrieval(at: nil, from: "https://example.org/".bytes)) },
            classes: .init(3), facts: [.retrieval: 4], reasons: [.retrieved, .retrieved]),
        DiffScenario(
            "retrieval of one message changed",
            { $0.logged("path,retrieved_at\nin/2.eml,2017-05-06T00:00:00Z\n") },
            from: { diffPlain.logged("path,retrieved_at\nin/2.eml,2017-05-05T00:00:00Z\n") },
            classes: .init(3), facts: [.retrieval: 1], reasons: [.retrieved, .retrieved]),
        DiffScenario(
            "other file changed", { $0.with(["notes.txt": "other".bytes]) }, classes: .init(3), facts: [.files: 1],
            reasons: [.changed]),
        DiffScenario(
            "other file added", { $0.with(["more.txt": "more".bytes]) }, classes: .init(3), facts: [.files: 1],
            reasons: [.only]),
        DiffScenario(
            "other file moved", { $0.with(["notes.txt": nil, "more.txt": "notes".bytes]) },
            classes: .init(3), facts: [.files: 1], reasons: [.moved]),
    ]

    static let signed: [DiffScenario] = [
        DiffScenario(
            "subject added above a signature that does not cover it",
            { source in
                let message = source.files["in/1.eml"] ?? []
                return source.with(["in/1.eml": "Subject: Forged\r\n".bytes + message])
            },
            from: { try diffSigned() }, classes: .init(2, altered: 1),
            reasons: [.fieldAdded, .signatureHolds, .notCovered]),
        DiffScenario(
            "signed field changed",
            { source in
                let message = (source.files["in/1.eml"] ?? []).displayText
                return source.with(["in/1.eml": message.replacing("bob@", with: "eve@").bytes])
            },
            from: { try diffSigned() }, classes: .init(2, altered: 1), reasons: [.fieldChanged, .signatureLost]),
        DiffScenario(
            "Received added above a signature",
            { source in
                let message = source.files["in/1.eml"] ?? []
                return source.with(["in/1.eml": "Received: from a by b; today\r\n".bytes + message])
            },
            from: { try diffSigned() }, classes: .init(2, equivalent: 1), reasons: [.transportAdded, .signatureHolds]),
        DiffScenario(
            "LF under a signature",
            { source in source.with(["in/1.eml": diffLF(source.files["in/1.eml"] ?? [])]) },
            from: { try diffSigned() }, classes: .init(2, equivalent: 1), reasons: [.lineEnds, .signatureHolds]),
    ]

    @Test(arguments: messages + facts + signed)
    func `each change has its class, its reasons and totals that add up, in either order of the sides`(
        scenario: DiffScenario
    ) async throws {
        let bench = try DiffWorkbench()
        let (first, second) = (try scenario.a(), try scenario.b())
        try await bench.pack(first, as: "a")
        try await bench.pack(second, as: "b")
        let report = try await bench.diff("a.tar.gz", "b.tar.gz")
        #expect(report.verdict == .different)
        #expect(report.classes == scenario.classes)
        #expect(report.classes.total(.a) == report.a.counts.messages)
        #expect(report.classes.total(.b) == report.b.counts.messages)
        #expect(report.sections.first?.rows.first?.reasons.map(\.code) == scenario.reasons)
        for kind in DiffSection.Kind.allCases where kind.isFact {
            #expect(report.count(kind) == scenario.facts[kind] ?? 0, "\(kind)")
        }
        #expect(report.transitions.reduce(0) { $0 + $1.count } == report.count(.dkim))
        for section in report.sections { #expect(section.rows.reduce(0) { $0 + $1.count } == section.count) }
        let back = try await bench.diff("b.tar.gz", "a.tar.gz")
        #expect(back.classes == scenario.classes.exchanged)
        #expect(back.sections.map(\.count).sorted() == report.sections.map(\.count).sorted())
        for kind in [DiffSection.Kind.altered, .equivalent] {
            let pairs = report.sections.first { $0.kind == kind }?.rows.map { [$0.a, $0.b] }
            #expect(back.sections.first { $0.kind == kind }?.rows.map { [$0.b, $0.a] } == pairs)
        }
    }

    @Test(arguments: signed + messages.prefix(3))
    func `without the messages those that may be equivalent are altered, and the verdict stays`(
        scenario: DiffScenario
    ) async throws {
        let bench = try DiffWorkbench()
        try await bench.pack(try scenario.a(), as: "a")
        try await bench.pack(try scenario.b(), as: "b")
        let report = try await bench.diff("a.tar.gz", "b.tar.gz") { $0.manifestOnly = true }
        var classes = scenario.classes
        (classes.altered, classes.equivalent) = (classes.altered + classes.equivalent, 0)
        #expect(report.verdict == .different)
        #expect(report.classes == classes)
        #expect(report.notes.contains { $0.starts(with: "no message was read") } == (classes.altered > 0))
    }
}

extension DiffSection.Kind {
    /// Whether the kind is about facts rather than messages.
    var isFact: Bool { ![.onlyA, .onlyB, .altered, .equivalent, .moved].contains(self) }
}
