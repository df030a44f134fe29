import Bytes
import DKIM
import Files
import Foundation
import Intake
import Manifest
import ScratchFolders
import Testing

@testable import Mailseal

/// Inputs that are odd, hostile or change on the way: they cost their own place in the bundle, and nothing else.
@Suite struct OddInputTests {
    let bench: CreateWorkbench

    init() throws {
        bench = try CreateWorkbench()
        try bench.write("leak/1.eml", message("one"))
    }

    /// Archives whose members have no names, one with mail before such a member and one with mail behind it.
    private func writeNameless() throws {
        try bench.write(
            "make.py",
            """
            import io, tarfile
            body = open("leak/1.eml", "rb").read()
            for archive, names in [("leak/a.tar", ["1.eml", "."]), ("leak/b.tar", ["/", "1.eml"])]:
                with tarfile.open(archive, "w") as t:
                    for n in names:
                        i = tarfile.TarInfo(n); i.size = len(body); t.addfile(i, io.BytesIO(body))
            """)
        try bench.run("python3 make.py")
    }

    @Test func `members without a name cost a failure, and their archives are stored`() async throws {
        try writeNameless()
        let made = try await bench.create("leak") { $0.sources.keepGoing = true }
        #expect(made.lines("failure").map { $0.value("code") } == ["unsupported-member", "unsupported-member"])
        #expect(made.lines("container").allSatisfy { $0.contains(#""stored":true"#) })
        #expect(made.lines.allSatisfy { !$0.contains("[]") })
        #expect(try await bench.verify() == "consistent")
    }

    @Test func `an empty key record that a signature calls for has no line`() async throws {
        try bench.write(
            "leak/2.eml", "DKIM-Signature: v=1; a=rsa-sha256; d=x.y; s=s; h=from; bh=; b=QQ==\r\n" + message("two"))
        try bench.write("keys.txt", "s._domainkey.x.y \"\"\n")
        let made = try await bench.create("leak") { $0.keyFiles = [bench.path("keys.txt")] }
        #expect(made.notices.first?.hasSuffix("line 1 gives no key (not-a-record)") == true)
        #expect(made.lines("key") == [])
    }

    /// A file of nine million bytes, and what the intake gives of it.
    private func large(_ path: String, keepsContainers: Bool = false) throws -> [Intake.Item] {
        var options = Intake.Options()
        options.keepContainers = keepsContainers
        let intake = try Intake(sources: [bench.path("leak")], options: options)
        var items: [Intake.Item] = []
        while let item = try intake.next() { items.append(item) }
        try bench.run("echo more >> leak/\(path)")
        return items
    }

    /// The lines of items that are prepared only now, as `create` writes them.
    private func lines(_ items: [Intake.Item]) throws -> [ManifestLine] {
        var lost = LostFiles()
        return try items.compactMap { item in
            switch try PreparedItem(item, keys: KeyStore([])) {
            case .message, .file: return nil
            case .lost(let file, let failure):
                lost.enter(file)
                return .failure(FailureLine(failure))
            case .other(.containerEnd(let end)): return .container(lost.adjusted(ContainerLine(end)))
            case .other(.sourceEnd(let end)): return .sourceEnd(lost.adjusted(SourceEndLine(end)))
            case .other: return nil
            }
        }
    }

    @Test func `a large file that changes before it is read is a failure in the balance, too`() throws {
        try bench.run("head -c 9000000 /dev/zero > leak/big")
        let found = try lines(try large("big"))
        #expect(found.count == 2)
        #expect(
            found.first
                == .failure(
                    FailureLine(source: 1, path: SourcePath(levels: [["big".bytes]]), code: "changed-while-read")))
        guard case .sourceEnd(let end) = found.last else { return #expect(Bool(false), "no end") }
        #expect(end.counts == "2 1 0 1")
        #expect(end.bytes.isEven && end.bytes.failed == 9_000_000 && end.bytes.files == 0)
    }

    @Test func `a large mailbox that changes before it is stored is not stored`() throws {
        let rest = String(repeating: String(repeating: "x", count: 70) + "\n", count: 130_000)
        try bench.write("leak/box", "From a\n" + message("two") + rest)
        let found = try lines(try large("box", keepsContainers: true))
        guard found.count == 3, case .container(let box) = found[1], case .sourceEnd(let end) = found[2] else {
            return #expect(Bool(false), "\(found)")
        }
        #expect(!box.stored && box.counts == "1 0 1")
        #expect(end.counts == "3 2 0 1")
        #expect(end.bytes.isEven && end.bytes.failed == 0)
    }

    @Test func `what waits weighs what it holds in memory, or as one of a few open files`() throws {
        try bench.run("head -c 9000000 /dev/zero > leak/big; printf note > leak/note; ln -s note leak/note-2")
        let budget = 1 << 26
        let weights = try large("big").compactMap { item -> Int? in
            if case .file = item { PreparedItem.weight(of: item, budget: budget) } else { nil }
        }
        #expect(weights == [4096 + budget / 16, 4096 + 4, 4096])
    }

    @Test func `a lost member is a failure of its archive`() throws {
        var lost = LostFiles()
        try bench.run("cd leak; head -c 9000000 /dev/zero > big; tar cf a.tar 1.eml big; rm big")
        let intake = try Intake(sources: [bench.path("leak")])
        var container: ContainerLine?
        while let item = try intake.next() {
            if case .file(let file) = item { lost.enter(file) }
            if case .containerEnd(let end) = item { container = lost.adjusted(ContainerLine(end)) }
        }
        #expect(container?.counts == "1 0 1")
    }

    @Test func `texts of attachments and signatures are cut`() {
        let long = String(repeating: "n", count: 5000)
        let text = """
            DKIM-Signature: v=1; a=\(long); c=\(long); d=\(long).example; s=\(long); i=@\(long); h=from:\(long); bh=; b=QQ==
            From: a@example.org
            Content-Type: application/\(long); name="\(long)"
            Content-Disposition: \(long)

            x
            """
        let record = MessageRecord(of: text.bytes, keys: KeyStore([]))
        var texts: [RawText?] = []
        for line in record.attachments { texts += [line.name, line.disposition] as [RawText?] }
        for line in record.signatures {
            texts += [line.domain, line.selector, line.algorithm, line.canonicalization, line.identity] as [RawText?]
            texts += line.signed.dropFirst().map { Optional($0) }
        }
        #expect(texts.count == 8)
        #expect(texts.compactMap { $0?.count } == Array(repeating: 4096, count: 8))
    }

    @Test func `a line that no reader takes is not written`() throws {
        var edition = EditionWriter()
        let head = HeadLine(
            format: Format.name.bytes, rules: Format.rules, name: "a".bytes, origin: "a".bytes, edition: 1)
        edition.lineLimit = ManifestLine.head(head).bytes.count
        _ = try edition.append(.head(head))
        let source = SourceLine(id: 1, name: Array(repeating: 0x61, count: 100), kind: "tree")
        #expect(throws: MailsealError.self) { try edition.append(.source(source)) }
        #expect(edition.size == 1)
    }
}

extension ContainerLine {
    fileprivate var counts: String { "\(messages) \(files) \(failures)" }
}

extension SourceEndLine {
    fileprivate var counts: String { "\(items) \(messages) \(files) \(failures)" }
}
