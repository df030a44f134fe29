// Bundles that were changed on purpose, with everything made to agree again but for one lie.

import Bytes
import Container
import Cryptography
import Manifest
import MerkleTree
import ScratchFolders
import Testing

@testable import Mailseal

struct ForgeryTests {
    private let bench: VerifyBench

    init() throws { bench = try VerifyBench() }

    @Test(arguments: ForgeryCase.all)
    func `a lie is found under its codes`(_ forgery: ForgeryCase) async throws {
        let report = try await bench.verify(forgery.bundle(in: bench))
        let findings = report.findings.map { "\($0.weight.rawValue) \($0.code) \($0.subject): \($0.detail)" }
        #expect(Set(report.findings.map(\.code)) == forgery.codes, "\(findings.joined(separator: "\n"))")
        #expect(report.verdict == forgery.verdict)
    }

    @Test(arguments: ForgeryCase.sound.filter { $0.verdict == .consistent })
    func `a root that the reader knows tells what nothing else can`(_ forgery: ForgeryCase) async throws {
        let sound = try Forgery(of: try await SharedBundles.everything(), in: bench)
        let bundle = try await forgery.bundle(in: bench)
        let report = try await bench.verify(bundle) { $0.pin = sound.root }
        #expect(report.findings.map(\.code) == ["pin-differs"])
        #expect(report.verdict == .altered)
        let own = try Forgery(of: bundle, in: bench).root
        #expect(try await bench.verify(bundle) { $0.pin = own }.verdict == .intact)
    }

    @Test func `derived facts under other rules are never called intact`() async throws {
        let forgery = try #require(ForgeryCase.rules.first { $0.verdict == .bytesConsistent })
        let bundle = try await forgery.bundle(in: bench)
        let own = try Forgery(of: bundle, in: bench).root
        let report = try await bench.verify(bundle) { $0.pin = own }
        #expect(report.verdict == .bytesIntact && !report.derivationChecked)
        #expect(try await bench.verify(SharedBundles.everything()).derivationChecked)
    }

    @Test func `the origin of a checkpoint is compared`() async throws {
        let bundle = try await SharedBundles.everything()
        let report = try await bench.verify(bundle) { $0.pinnedOrigin = "newsroom.example".bytes }
        #expect(report.findings.map(\.subject) == ["origin"])
        #expect(report.findings.map(\.code) == ["pin-differs"])
    }

    @Test func `a manifest hidden in a payload file is not taken for the bundle's`() async throws {
        let message = Mails.plain(1)
        try bench.write("one/a.eml", message)
        var hidden = try Forgery(of: try await bench.bundle(of: ["one"], keys: false), in: bench)
        try hidden.replace("message", "Number 1", "Number 8")
        // bagit.txt, the message, the header of the file, and 512 bytes that make it no archive.
        let place = 1024 + 512 + message.count + Tar.padding(after: message.count) + 512 + 512
        let (content, index) = try hidden.hidden(at: place)
        try bench.write("one/b.bin", [UInt8](repeating: 0x78, count: 512) + content)
        let sound = try await bench.bundle(of: ["one"], keys: false)
        var forgery = try Forgery(of: sound, in: bench)
        forgery.changeComment = {
            $0 = BundleComment(blockOffset: $0.blockOffset, headerOffset: index, checksum: $0.checksum)
        }
        let bundle = try forgery.assemble()
        let error = #expect(throws: MailsealError.self) { try Bundle(path: bench.write("hidden.tar.gz", bundle)) }
        #expect(error?.description.contains("the index does not lead from entry to entry") == true, "\(error as Any)")
        let report = try await bench.verify(bundle) { $0.pin = hidden.root }
        #expect(report.verdict == .altered)
        #expect(report.findings.contains { $0.code == "gzip-comment" })
        #expect(report.findings.contains { $0.code == "tag-file-differs" && $0.subject == "manifest.jsonl" })
    }

    @Test func `an empty stored block too many is found in any block`() async throws {
        try bench.write("big/a.bin", [UInt8](repeating: 0x78, count: 3 << 20))
        try bench.write("big/a.eml", Mails.plain(1))
        let sound = try await bench.bundle(of: ["big"], keys: false)
        for place in [0, 1] {
            var forgery = try Forgery(of: sound, in: bench)
            forgery.changeCompressed = { if $0 == place { $1 += [0, 0, 0, 0xFF, 0xFF] } }
            let report = try await bench.verify(forgery.assemble())
            #expect(report.verdict == .altered)
            #expect(report.findings.contains { $0.code == "block-inflate" }, "\(report.findings)")
        }
    }

    @Test func `a long manifest that no index leads to is read all the same`() async throws {
        var forgery = try Forgery(of: try await SharedBundles.everything(), in: bench)
        let long = [[UInt8]](repeating: [UInt8](repeating: 0x7B, count: 1 << 20), count: 3)
        forgery.lines.insert(contentsOf: long, at: 3)
        let bundle = try forgery.assemble()
        forgery.changeComment = {
            $0 = BundleComment(blockOffset: $0.blockOffset, headerOffset: 512, checksum: $0.checksum)
        }
        let (usual, report) = (try await bench.verify(bundle), try await bench.verify(forgery.assemble()))
        #expect(report.root == forgery.root)
        #expect(
            Set(report.findings.map(\.code)) == Set(usual.findings.map(\.code) + ["index-unusable", "gzip-comment"]))
    }

    @Test func `more findings of a code than a thousand are counted`() async throws {
        var forgery = try Forgery(of: try await SharedBundles.everything(), in: bench)
        let extra = [[UInt8]](repeating: "{}".bytes, count: 2500)
        forgery.lines.insert(contentsOf: extra, at: 3)
        let report = try await bench.verify(forgery.assemble())
        #expect(report.findings.filter { $0.code == "line-malformed" }.count == 1000)
        let more = report.findings.first { $0.code == "more-findings" }
        #expect(more?.subject == "line-malformed")
        #expect(more?.detail == "and 1500 more of them")
    }
}

extension ForgeryCase {
    /// The bundle with the lie in it.
    func bundle(in bench: VerifyBench) async throws -> [UInt8] {
        let sound =
            switch base {
            case .everything: try await SharedBundles.everything(keepingContainers: keepsContainers)
            case .extended: try await SharedBundles.extended()
            case .continued: try await ContinuedBundles.last()
            }
        var forgery = try Forgery(of: sound, in: bench)
        try lie(&forgery)
        return try forgery.assemble()
    }
}
