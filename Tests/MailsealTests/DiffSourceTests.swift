import Bytes
import Foundation
import Mailseal
import Manifest
import ScratchFolders
import Testing

@Suite struct DiffSourceTests {
    @Test func `a bundle is the same as itself and as what it was made of`() async throws {
        let bench = try DiffWorkbench()
        try await bench.pack(try diffSigned(), as: "a")
        #expect(try await bench.diff("a.tar.gz", "a.tar.gz").hasOneRoot)
        let report = try await bench.diff("a.tar.gz", "a/mail")
        #expect(report.verdict == .same)
        #expect(report.sourceSide == .b)
        #expect(report.b.root == nil)
        #expect(report.b.counts.qualified == 1)
    }

    @Test(arguments: [true, false])
    func `a source that is all in the bundle is contained, on either side`(isFirst: Bool) async throws {
        let bench = try DiffWorkbench()
        try await bench.pack(diffPlain, as: "a")
        try bench.lay(DiffSource(["2.eml": diffMail(2), "notes": "notes".bytes]), as: "part")
        let report = try await isFirst ? bench.diff("part", "a.tar.gz") : bench.diff("a.tar.gz", "part")
        #expect(report.verdict == .contained)
        #expect(report.classes.total(isFirst ? .a : .b) == 1)
        #expect(report.count(isFirst ? .onlyB : .onlyA) == 2)
    }

    @Test(arguments: [
        ("absent", diffMail(7), DiffSection.Kind.onlyB), ("altered", diffMail(2, body: "Bye.\n"), .altered),
        ("other line ends", diffLF(diffMail(2)), .equivalent),
    ])
    func `a source with a message that is not in the bundle byte for byte is different`(
        name: String, bytes: [UInt8], kind: DiffSection.Kind
    ) async throws {
        let bench = try DiffWorkbench()
        try await bench.pack(diffPlain, as: "a")
        try bench.lay(DiffSource(["in/1.eml": diffMail(1), "x.eml": bytes]), as: "part")
        let report = try await bench.diff("a.tar.gz", "part")
        #expect(report.verdict == .different)
        #expect(report.count(kind) == 1)
    }

    @Test func `a file that is not in the bundle makes a source different`() async throws {
        let bench = try DiffWorkbench()
        try await bench.pack(diffPlain, as: "a")
        try bench.lay(DiffSource(["1.eml": diffMail(1), "new.txt": "new".bytes]), as: "part")
        #expect(try await bench.diff("a.tar.gz", "part").verdict == .different)
    }

    @Test func `a source that cannot be read whole is not all in the bundle`() async throws {
        let bench = try DiffWorkbench()
        try await bench.pack(diffPlain, as: "a")
        try bench.lay(DiffSource(["1.eml": diffMail(1), "bad.zip": [0x50, 0x4B, 3, 4, 1, 2, 3]]), as: "part")
        let report = try await bench.diff("a.tar.gz", "part")
        #expect(report.verdict == .different)
        #expect(report.count(.failures) == 1)
    }

    @Test func `a mailbox compares with the bundle that holds it among others`() async throws {
        let bench = try DiffWorkbench()
        try await bench.pack(diffBoxed.with(["other.mbox": diffMbox([diffMail(8)])]), as: "a")
        try bench.write("in.mbox", diffBoxed.files["in.mbox"] ?? [])
        let report = try await bench.diff("in.mbox", "a.tar.gz")
        #expect(report.verdict == .contained)
        #expect(report.classes == DiffReport.Classes(3, onlyB: 1))
    }

    @Test func `two sources are refused, and so is what is not there`() async throws {
        let bench = try DiffWorkbench()
        try bench.lay(diffPlain, as: "part")
        await #expect(throws: MailsealError.self) { try await bench.diff("part", "part") }
        await #expect(throws: (any Error).self) { try await bench.diff("part", "absent.tar.gz") }
    }

    @Test func `only messages are compared when that was asked for`() async throws {
        let bench = try DiffWorkbench()
        let moved = diffPlain.with(["notes.txt": "other".bytes, "in/2.eml": nil, "out.eml": diffMail(2)])
        try await bench.pack(diffPlain, as: "a")
        try await bench.pack(moved, as: "b")
        let report = try await bench.diff("a.tar.gz", "b.tar.gz") { $0.messagesOnly = true }
        #expect(report.verdict == .same)
        #expect(report.a.contentRoot == report.b.contentRoot)
        #expect(report.classes == DiffReport.Classes(3))
    }

    @Test func `names and times alone are noted and make no difference`() async throws {
        let bench = try DiffWorkbench()
        try await bench.pack(diffPlain, as: "a")
        var options = CreateOptions(sources: [bench.path("a/mail")])
        options.output = bench.path("b.tar.gz")
        options.name = "other".bytes
        _ = try await Create.run(options)
        let report = try await bench.diff("a.tar.gz", "b.tar.gz")
        #expect(report.verdict == .same)
        #expect(!report.hasOneRoot)
        #expect(report.notes.count == 3)
    }

    @Test func `rows beyond the limit are counted`() async throws {
        let bench = try DiffWorkbench()
        try await bench.pack(DiffSource(["1.eml": diffMail(1)]), as: "a")
        let many = (0..<30).map { ("\($0).eml", diffMail(100 + $0)) } + [("x.eml", diffMail(1))]
        try await bench.pack(DiffSource(Dictionary(uniqueKeysWithValues: many)), as: "b")
        let report = try await bench.diff("a.tar.gz", "b.tar.gz") { $0.rowLimit = 5 }
        let section = try #require(report.sections.first { $0.kind == .onlyB })
        #expect(section.count == 30)
        #expect(section.rows.count == 5)
    }

    @Test func `a damaged manifest is trouble`() async throws {
        let bench = try DiffWorkbench()
        try await bench.pack(diffPlain, as: "a")
        try await bench.pack(diffBoxed, as: "b")
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: bench.root + "/b.tar.gz")))
        bytes[bytes.count / 2] ^= 1
        try bench.write("b.tar.gz", bytes)
        await #expect(throws: (any Error).self) { try await bench.diff("a.tar.gz", "b.tar.gz") }
    }

    @Test func `the number of workers changes nothing`() async throws {
        let bench = try DiffWorkbench()
        try await bench.pack(diffPlain, as: "a")
        try await bench.pack(diffPlain.with(["in/1.eml": diffMail(1, body: "x"), "in/9.eml": diffMail(9)]), as: "b")
        let reports = try await [1, 4].map { jobs in
            { try await bench.diff("a.tar.gz", "b.tar.gz") { $0.jobs = jobs } }
        }.asyncMap { try await $0() }
        #expect(reports[0].classes == reports[1].classes)
        #expect(
            reports[0].sections.map { $0.rows.map(\.reasons) } == reports[1].sections.map { $0.rows.map(\.reasons) })
    }
}

extension Array {
    fileprivate func asyncMap<Output>(_ body: (Element) async throws -> Output) async throws -> [Output] {
        var output: [Output] = []
        for element in self { output.append(try await body(element)) }
        return output
    }
}
