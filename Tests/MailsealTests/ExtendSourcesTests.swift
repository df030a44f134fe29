// Bundles that are extended by sources: what is stored, what is not stored again, and who reads the result.

import Bytes
import Container
import Cryptography
import DKIM
import Files
import Foundation
import Manifest
import MerkleTree
import ScratchFolders
import Testing

import class Mailseal.Bundle

@testable import Mailseal

struct ExtendSourcesTests {
    private let bench: VerifyBench

    init() throws { bench = try VerifyBench() }

    private func open(_ bundle: [UInt8]) throws -> Bundle {
        try Bundle(path: bench.write("\(UUID().uuidString).tar.gz", bundle))
    }

    private func lines(_ bundle: [UInt8]) throws -> [ManifestLine] {
        try Forgery(of: bundle, in: bench).lines.map { try ManifestLine($0) }
    }

    /// The newest `dkim` lines of each message, by its digest.
    private func evidence(_ bundle: [UInt8]) async throws -> [Digest: [DKIMLine]] {
        var evidence: [Digest: [DKIMLine]] = [:]
        _ = try await List.run(try open(bundle)) { evidence[$0.line.sha256] = $0.signatures }
        return evidence
    }

    // MARK: What comes out

    @Test func `each edition begins with the lines and the payload of the one before, byte for byte`() async throws {
        let editions = try await ContinuedBundles.byEdition()
        for (old, new) in zip(editions, editions.dropFirst()) {
            let (before, after) = (try Forgery(of: old, in: bench), try Forgery(of: new, in: bench))
            #expect(
                after.lines.count > before.lines.count && Array(after.lines.prefix(before.lines.count)) == before.lines)
            let count = before.payload.count
            #expect(after.payload.prefix(count).map(\.path) == before.payload.map(\.path))
            #expect(after.payload.prefix(count).map(\.content) == before.payload.map(\.content))
        }
    }

    @Test func `each edition is sound, and names the roots of those before`() async throws {
        var roots: [String] = []
        for bundle in try await ContinuedBundles.byEdition() {
            let report = try await bench.verify(bundle)
            #expect(report.verdict == .consistent && report.findings.isEmpty, "\(report.findings)")
            roots.append(report.root.description)
            #expect(report.editions.map(\.root.description) == roots)
            #expect(try open(bundle).editions.map(\.root.description) == roots)
        }
        #expect(roots.count == 4)
    }

    @Test func `what an earlier edition holds is not stored again`() async throws {
        let bundle = try await ContinuedBundles.last()
        let paths = try Forgery(of: bundle, in: bench).payload.map(\.path)
        #expect(Set(paths).count == paths.count)
        let lines = try lines(bundle)
        let messages = lines.compactMap { line in if case .message(let message) = line { message } else { nil } }
        #expect(messages.map(\.number) == Array(1...messages.count))
        #expect(Set(messages.map(\.sha256)).count == messages.count)
        let sources = lines.compactMap { line in if case .source(let source) = line { source } else { nil } }
        #expect(sources.map(\.id) == [1, 2, 3, 4, 5])
        #expect(sources.map(\.name.displayText) == ["inbox", "box", "more", "all.mbox", "inbox"])
        let known = Digest(hashing: Mails.attached)
        let places = lines.compactMap { line in
            if case .occurrence(let place) = line, place.message == known { place.source } else { nil }
        }
        #expect(places == [1, 3])
    }

    @Test func `mail in steps is what the same mail is at once`() async throws {
        try bench.fill()
        try ContinuedBundles.fillMore(bench)
        let once = try await bench.bundle(of: ["inbox", "box", "more", "all.mbox", "last/inbox"])
        let steps = try await ContinuedBundles.last()
        #expect(try await evidence(steps) == evidence(once))
        let (apart, whole) = (try open(steps), try open(once))
        #expect(apart.end.named.map(\.value) == whole.end.named.map(\.value))
        #expect(apart.end.verified > 0)
        #expect(try await bench.verify(steps).contentRoot == bench.verify(once).contentRoot)
    }

    @Test func `new messages are judged by the keys of all editions so far, and again by later ones`() async throws {
        let bundle = try open(try await ContinuedBundles.last())
        let editions = bundle.editions
        var (atOnce, later) = (0, 0)
        for number in 1...bundle.end.messages {
            let shown = try #require(try Show.run(bundle, .number(number)))
            #expect(shown.findings.isEmpty, "\(shown.findings)")
            #expect(shown.addedIn == editions.first { number <= $0.counts.messages }?.number)
            guard number > editions[0].counts.messages, number <= editions[1].counts.messages else { continue }
            if shown.edition == 2 { atOnce += shown.signatures.contains { $0.line.header == "valid" } ? 1 : 0 }
            if shown.edition > 2 {
                later += 1
                #expect(shown.earlier.first?.edition == 2)
            }
        }
        #expect(atOnce > 0 && later > 0)
    }

    @Test func `the same inputs give the same bundle with any workers and memory`() async throws {
        try bench.fill()
        try ContinuedBundles.fillMore(bench)
        let old = try await ContinuedBundles.byEdition()[0]
        let new = try await bench.extend(old, Mails.keyLines, sources: ["more", "last/inbox"])
        for (jobs, memory) in [(1, 512), (8, 512), (2, 0)] {
            let again = try await bench.extend(old, Mails.keyLines, sources: ["more", "last/inbox"]) {
                $0.jobs = jobs
                $0.memory = memory << 20
            }
            #expect(again == new, "\(jobs) jobs, \(memory) MiB")
        }
    }

    @Test func `mail that is all known adds its places`() async throws {
        try bench.write("again/1.eml", Mails.plain(1))
        let old = try await ContinuedBundles.byEdition()[0]
        let new = try #require(try await bench.extend(old, [], sources: ["again"]))
        let added = try lines(new).dropFirst(try open(old).lineCount).map(\.typeName)
        #expect(added == ["head", "source", "occurrence", "source-end", "content", "end"])
        #expect(try await bench.verify(new).verdict == .consistent)
        #expect(try await bench.verify(new).contentRoot == bench.verify(old).contentRoot)
    }

    @Test func `retrieval is stated for the sources that are new`() async throws {
        try bench.write("again/1.eml", Mails.plain(90))
        let time = Timestamp(rfc3339: "2026-11-20T09:00:00Z".bytes)
        let new = try #require(
            try await bench.extend(try await ContinuedBundles.byEdition()[0], [], sources: ["again"]) {
                $0.sources.retrieval = Retrieval(at: time, from: nil)
            })
        let sources = try lines(new).compactMap { line in if case .source(let source) = line { source } else { nil } }
        #expect(sources.map { $0.retrieved?.at } == [nil, nil, time])
    }

    @Test func `salted lines go on with their salts`() async throws {
        try bench.fill()
        try ContinuedBundles.fillMore(bench)
        let seed = try bench.write("seed", (0..<32).map { UInt8($0) })
        let old = try await bench.bundle(of: ["inbox"]) {
            $0.origin = "newsroom.example/archives/1".bytes
            $0.seedFile = seed
        }
        let new = try #require(try await bench.extend(old, [], sources: ["more"]) { $0.seedFile = seed })
        #expect(try await bench.verify(new).verdict == .consistent)
        await #expect(throws: MailsealError.self) { _ = try await bench.extend(old, [], sources: ["more"]) }
    }

    // MARK: Who reads it

    @Test func `a folder extracted from it is verified too`() async throws {
        let path = try bench.write("b.tar.gz", try await ContinuedBundles.last())
        try bench.run("tar xzf \"$1\"", [path.displayText])
        let report = try await Verify.run(VerifyOptions(path: bench.path("sample")))
        #expect(report.verdict == .consistent && report.findings.map(\.code) == ["folder"])
    }

    @Test func `all sources of all editions are extracted`() async throws {
        try bench.fill()
        try ContinuedBundles.fillMore(bench)
        let bundle = try open(try await ContinuedBundles.last())
        var options = ExtractOptions(folder: bench.path("out"))
        options.layout = .source
        let summary = try await Extract.run(bundle, options)
        #expect(summary.findings.isEmpty, "\(summary.findings)")
        // Links and empty folders are not made, and archives that were not stored are not there.
        try bench.run(
            """
            rm inbox/link inbox/zip.zip more/zip.zip
            rmdir box/tmp
            rm -r out/inbox/zip.zip.contents out/more/zip.zip.contents
            diff -r inbox out/inbox; diff -r box out/box; diff -r more out/more; diff -r last/inbox out/5/inbox
            cmp all.mbox out/all.mbox
            """)
    }

    @Test func `a comparison says what the extension brought`() async throws {
        let paths = try await ContinuedBundles.byEdition().enumerated()
            .map { try bench.write("edition-\($0 + 1).tar.gz", $1) }
        let report = try await Diff.run(DiffOptions(a: paths[0], b: paths[3]))
        #expect(report.extending == .b && report.classes.same + report.classes.moved == report.a.counts.messages)
        #expect(report.classes.onlyB == report.b.counts.messages - report.a.counts.messages)
        #expect(report.classes.onlyA == 0)
    }

    @Test func `each message is proven, and so is each root before`() async throws {
        let editions = try await ContinuedBundles.byEdition().map { try open($0) }
        let bundle = editions[3]
        for old in editions.dropLast() {
            #expect(try Consistency.run(of: bundle, with: old.checkpoint).verdict == .extends)
        }
        var options = ProofCheckOptions()
        options.pin = bundle.root
        for number in 1...bundle.end.messages {
            let made = try #require(try Prove.run(bundle, .message(.number(number))))
            options.file = try bench.write("file", try #require(try Show.bytes(bundle, .number(number))))
            #expect(try ProofCheck.run(made.proof.text, options).verdict == .proven)
        }
    }

    @Test(arguments: [[1...1], [14...16], [20...20, 25...30]])
    func `a redacted bundle of several editions with sources is sound`(numbers: [ClosedRange<Int>]) async throws {
        let whole = try await ContinuedBundles.last()
        let bundle = try await RedactedBundles.redact(whole, keeping: numbers, in: bench)
        let report = try await bench.verify(bundle)
        #expect(report.verdict == .consistent && report.findings.isEmpty, "\(report.findings)")
        #expect(try await bench.verify(bundle).root == bench.verify(whole).root)
        let opened = try open(bundle)
        for number in numbers.joined() {
            let shown = try #require(try Show.run(opened, .number(number)))
            #expect(shown.findings.isEmpty, "\(shown.findings)")
        }
    }

    // MARK: What is refused

    /// The sentence with which extending is refused.
    private func refusal(
        _ sources: [String], _ change: (inout ExtendOptions) -> Void = { _ in }
    ) async throws -> String? {
        do {
            _ = try await bench.extend(try await ContinuedBundles.byEdition()[0], [], sources: sources, change)
            return nil
        } catch { return "\(error)".replacing(bench.root + "/", with: "") }
    }

    @Test func `sources that cannot be packed are refused, and nothing is written`() async throws {
        try bench.write("mail/1.eml", Mails.plain(50))
        try bench.write("mail/seed", [UInt8](repeating: 1, count: 32))
        try bench.write("files/notes.txt", "notes\n".bytes)
        #expect(try await refusal(["missing"])?.contains("missing") == true)
        #expect(try await refusal(["files"]) == "no message was found, nothing was written")
        #expect(try await refusal(["mail", "mail"])?.contains("are the same source") == true)
        #expect(
            try await refusal(["mail"]) { $0.output = bench.path("mail/new.tar.gz") }?.contains("lie within the source")
                == true)
        #expect(
            try await refusal(["mail"]) { $0.seedFile = bench.path("mail/seed") }?.contains("the seed lies within")
                == true)
        #expect(
            try await refusal(["mail"]) { $0.sources.retrievalLog = bench.path("nowhere") }?.contains("nowhere") == true
        )
        let made = try FileManager.default.contentsOfDirectory(atPath: bench.root).filter { $0.contains("-extended") }
        #expect(made.isEmpty)
    }

    @Test func `what cannot be read is told, and packed around when that is asked for`() async throws {
        try bench.write("mail/1.eml", Mails.plain(50))
        try bench.write("mail/broken.zip", [0x50, 0x4B, 3, 4] + [UInt8](repeating: 7, count: 60))
        #expect(try await refusal(["mail"])?.contains("could not be read, nothing was written") == true)
        let new = try #require(
            try await bench.extend(try await ContinuedBundles.byEdition()[0], [], sources: ["mail"]) {
                $0.sources.keepGoing = true
            })
        let report = try await bench.verify(new)
        #expect(report.verdict == .consistent && report.counts.failures > 0)
    }
}
