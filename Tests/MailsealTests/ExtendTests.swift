// Bundles that are extended by keys: what the new one holds, and that it depends on nothing else.

import Bytes
import Container
import Cryptography
import DKIM
import Files
import Foundation
import Manifest
import MerkleTree
import SampleArchive
import ScratchFolders
import Testing

import class Mailseal.Bundle

@testable import Mailseal

struct ExtendTests {
    private let bench: VerifyBench

    init() throws { bench = try VerifyBench() }

    private func open(_ bundle: [UInt8]) throws -> Bundle {
        try Bundle(path: bench.write("\(UUID().uuidString).tar.gz", bundle))
    }

    private func manifest(_ bundle: [UInt8]) throws -> [UInt8] {
        try Forgery(of: bundle, in: bench).lines.flatMap { $0 + [ASCII.lf] }
    }

    /// The newest `dkim` lines of each message.
    private func evidence(_ bundle: [UInt8]) async throws -> [[DKIMLine]] {
        var evidence: [[DKIMLine]] = []
        _ = try await List.run(try open(bundle)) { evidence.append($0.signatures) }
        return evidence
    }

    /// The sentence with which extending is refused.
    private func refusal(_ bundle: [UInt8], _ change: (inout ExtendOptions) -> Void = { _ in }) async throws -> String?
    {
        do {
            _ = try await bench.extend(bundle, Mails.keyLines, change)
            return nil
        } catch { return "\(error)".replacing(bench.root + "/", with: "") }
    }

    // MARK: What comes out

    @Test func `each edition begins with the manifest of the one before, byte for byte`() async throws {
        let editions = try await SharedBundles.byEdition()
        for (old, new) in zip(editions, editions.dropFirst()) {
            let (before, after) = (try manifest(old), try manifest(new))
            #expect(after.starts(with: before) && after.count > before.count)
            let apart = (try Forgery(of: old, in: bench), try Forgery(of: new, in: bench))
            #expect(apart.0.payload.map(\.path) == apart.1.payload.map(\.path))
            #expect(apart.0.payload.map(\.content) == apart.1.payload.map(\.content))
        }
    }

    @Test func `each edition is sound, and names the roots of those before`() async throws {
        var roots: [String] = []
        for bundle in try await SharedBundles.byEdition() {
            let report = try await bench.verify(bundle)
            #expect(report.verdict == .consistent && report.findings.isEmpty, "\(report.findings)")
            roots.append(report.root.description)
            #expect(report.editions.map(\.root.description) == roots)
            #expect(report.editions.map(\.number) == Array(1...roots.count))
            let opened = try open(bundle)
            #expect(opened.editions.map(\.root.description) == roots)
            #expect(opened.end.named.map(\.value) == report.counts.named.map(\.value))
        }
    }

    @Test func `keys in steps prove what the same keys prove at once`() async throws {
        let (steps, once) = (try await SharedBundles.extended(), try await SharedBundles.everything())
        let found = (try await evidence(steps), try await evidence(once))
        #expect(found.0 == found.1)
        let counts = (try open(steps).end, try open(once).end)
        #expect(counts.0.named.map(\.value) == counts.1.named.map(\.value))
        #expect(counts.0.verified > 0)
        let first = try await bench.verify(try await SharedBundles.byEdition()[0])
        let last = try await bench.verify(steps)
        #expect(first.counts.verified == 0 && first.contentRoot == last.contentRoot)
    }

    @Test func `a later edition holds nothing but what changed`() async throws {
        let editions = try await SharedBundles.byEdition()
        let (before, after) = (try await evidence(editions[0]), try await evidence(editions[1]))
        let changed = zip(before, after).filter { $0 != $1 }.map(\.1)
        let lines = try Forgery(of: editions[1], in: bench).lines.dropFirst(try open(editions[0]).lineCount)
        let types = try lines.map { try ManifestLine($0).typeName }
        let signatures = changed.flatMap(\.self)
        #expect(types.first == "head" && types.suffix(2) == ["content", "end"])
        #expect(
            try lines.dropFirst().prefix(signatures.count).map { try ManifestLine($0) } == signatures.map { .dkim($0) })
        #expect(Set(types.dropFirst(1 + signatures.count).dropLast(2)) == ["key"])
    }

    // MARK: What it depends on

    @Test func `the same bundle and keys give the same bundle with any workers and memory`() async throws {
        let mails = Mails.generated(bytes: 3 << 20, seed: 11)
        for (number, mail) in mails.enumerated() { try bench.write("many/\(number).eml", mail) }
        let sample = try SampleArchive(seed: 11, messages: 2000, averageSize: 20_000)
        let keys = sample.keyLines.map(\.bytes)
        let old = try await bench.bundle(of: ["many"], keys: false)
        let new = try #require(try await bench.extend(old, VerifyBench.text(keys)))
        for (jobs, memory) in [(1, 512), (8, 512), (3, 64), (2, 0)] {
            let again = try await bench.extend(old, VerifyBench.text(keys.reversed())) {
                $0.jobs = jobs
                $0.memory = memory << 20
            }
            #expect(again == new, "\(jobs) jobs, \(memory) MiB")
        }
        #expect(try await bench.verify(new).verdict == .consistent)
        // Whole blocks before the manifest are those of the old bundle.
        let reader = try BundleReader(ReadableFile(path: bench.write("old.tar.gz", old)))
        let blocks = try BundleManifest.entry(in: reader).tarOffset / BundleBlocks.size
        let end = reader.blocks.range(of: blocks - 1).upperBound
        #expect(blocks > 1)
        #expect(new[GzipHeader.size..<end] == old[GzipHeader.size..<end])
    }

    @Test func `keys that are known or that nobody calls for add nothing`() async throws {
        let bundle = try await SharedBundles.everything()
        let strange = "s._domainkey.nowhere.example v=DKIM1; p=MIGf\n".bytes
        #expect(try await bench.extend(bundle, Mails.keyLines + strange) == nil)
        #expect(try await bench.extend(bundle, []) == nil)
        #expect(try await bench.extend(try await SharedBundles.extended(), Mails.keyLines) == nil)
    }

    @Test func `a bagging time stands in the edition, and the newest in bag-info`() async throws {
        let keys = Mails.keyLines
        func info(_ bundle: [UInt8]) throws -> String {
            try bench.run("tar xzO sample/bag-info.txt | grep Bagging-", input: bundle).displayText
        }
        let old = try await SharedBundles.byEdition()[0]
        let new = try #require(
            try await bench.extend(old, keys) { $0.baggedAt = Timestamp(rfc3339: "2026-11-22T10:00:00Z") })
        #expect(try open(new).editions.map(\.head.baggedAt?.description) == [nil, "2026-11-22T10:00:00Z"])
        #expect(try info(new).contains("Bagging-Timestamp: 2026-11-22T10:00:00Z"))
        #expect(try info(new).contains("Bagging-Basis: stated"))
        let extended = try await SharedBundles.extended()
        #expect(try info(old) == info(extended))
    }

    // MARK: What is refused

    @Test func `an altered bundle is not extended`() async throws {
        let lies = ["a message's bytes", "the number of messages", "a key twice", "a signature that holds"]
        for lie in ForgeryCase.all where lies.contains(lie.name) {
            let sentence = try await refusal(try await lie.bundle(in: bench)) { $0.output = bench.path("new.tar.gz") }
            #expect(sentence?.hasSuffix("nothing was written") == true, "\(lie.name): \(sentence ?? "extended")")
            #expect(Identity.stamp(of: bench.path("new.tar.gz")) == nil)
        }
    }

    @Test func `a bundle by newer rules is not extended`() async throws {
        let lie = try #require(ForgeryCase.all.first { $0.name == "the rules of the last edition" })
        let sentence = try await refusal(try await lie.bundle(in: bench))
        #expect(sentence?.contains("recorded under rules 9, this program has rules \(Format.rules)") == true)
    }

    @Test func `a bundle by older rules is extended by all evidence that comes out otherwise`() async throws {
        var forgery = try Forgery(of: try await SharedBundles.byEdition()[0], in: bench)
        try forgery.replace("head", "\"rules\":\(Format.rules)", "\"rules\":1")
        let place = try #require(forgery.places(of: "dkim").first)
        guard case .dkim(var signature) = try ManifestLine(forgery.lines[place]) else { return }
        signature.signedData = nil
        forgery.lines[place] = ManifestLine.dkim(signature).bytes
        let new = try #require(try await bench.extend(try forgery.assemble(), []))
        let report = try await bench.verify(new)
        #expect(report.verdict == .bytesConsistent && report.findings.map(\.code) == ["other-rules"])
        #expect(report.editions.map(\.head.rules) == [1, Format.rules])
        let expected = try await evidence(try await SharedBundles.byEdition()[0])
        #expect(try await evidence(new) == expected)
        let added = try Forgery(of: new, in: bench).lines.dropFirst(forgery.lines.count)
        #expect(try added.map { try ManifestLine($0).typeName } == ["head", "dkim", "content", "end"])
    }

    @Test func `nothing is replaced that was not meant to be`() async throws {
        let old = try await SharedBundles.byEdition()[0]
        let path = try bench.write("in.tar.gz", old)
        let taken = try bench.write("taken.tar.gz", [1])
        func run(_ output: [UInt8], force: Bool) async throws {
            var options = ExtendOptions(bundle: path, output: output)
            options.keyFiles = [try bench.write("k", Mails.keyLines)]
            options.force = force
            _ = try await Extend.run(options)
        }
        for (output, force) in [
            (path, true), (bench.path("k"), true), (taken, false), (bench.path("."), true), ([], true),
        ] {
            await #expect(throws: MailsealError.self, "\(output.displayText)") { try await run(output, force: force) }
        }
        #expect(try bench.read(path) == old && bench.read(taken) == [1])
        try await run(taken, force: true)
        #expect(try await bench.verify(bench.read(taken)).editions.count == 2)
        await #expect(throws: MailsealError.self) {
            _ = try await Extend.run(ExtendOptions(bundle: bench.path("."), output: bench.path("x")))
        }
    }
}
