// Seals beside bundles that are not the file that was sealed: redacted, extracted, altered; and beside proofs.

import Bytes
import Foundation
import MerkleTree
import ScratchFolders
import Sealing
import Testing

@testable import Mailseal

struct SealCheckOfBundleTests {
    private func verify(
        _ path: [UInt8], _ seal: String, _ bench: SealCheckBench
    ) async throws -> VerifyReport {
        var options = VerifyOptions(path: path)
        options.seal = .folder(bench.bench.path(seal))
        options.sealing = try bench.trust()
        return try await Verify.run(options)
    }

    private func redacted(_ bench: SealCheckBench) async throws -> [UInt8] {
        let output = bench.bench.path("public-\(UUID().uuidString).tar.gz")
        let kept = MessageSelection(numbers: [1...1])
        _ = try await Redact.run(
            RedactOptions(bundle: bench.bench.path("a.tar.gz"), output: output, disclosure: .keep(kept)))
        return output
    }

    @Test func `the seal of the full bundle vouches for a public one`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        let report = try await verify(try await redacted(bench), "a.seal", bench)
        #expect(report.verdict == .intact && report.seal?.isAnchored == true)
        #expect(report.seal?.bundleLine == .ofFullBundle)
        #expect(report.seal?.findings.map(\.code) == ["seal-bundle-not-compared"])
        let other = try await verify(try await redacted(bench), "b.seal", bench)
        #expect(other.verdict == .sealBroken && other.bundleVerdict == .consistent)
    }

    @Test func `an extracted bundle is compared by its checkpoint`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        try bench.bench.run("mkdir -p x; tar xzf a.tar.gz -C x; ln -sfn ../a.seal x/a.seal")
        var options = VerifyOptions(path: bench.bench.path("x/a/"))
        options.seal = .beside
        options.sealing = try bench.trust()
        let report = try await Verify.run(options)
        #expect(report.verdict == .intact && report.seal?.bundleLine == .notCompared)
    }

    @Test func `an altered bundle is called that, though its seal is sound`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        var bytes = try bench.read("a.tar.gz")
        bytes[bytes.count / 2] ^= 1
        let report = try await verify(try bench.bench.write("altered.tar.gz", bytes), "a.seal", bench)
        #expect(report.verdict == .altered)
        #expect(report.seal?.findings.map(\.code).contains("seal-bundle-differs") == true)
    }

    @Test func `a root that one named and a seal must both hold`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        var options = VerifyOptions(path: bench.bench.path("a.tar.gz"))
        options.seal = .beside
        options.sealing = try bench.trust()
        options.pin = try bench.checkpoint("a").reference
        #expect(try await Verify.run(options).verdict == .intact)
        options.pin = try bench.checkpoint("b").reference
        #expect(try await Verify.run(options).verdict == .altered)
    }

    @Test func `what does not belong into a folder is told and not followed`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        let script = """
            rm -rf odd.seal; cp -r a.seal odd.seal; cd odd.seal; mkdir sub; touch sub/SEAL 'SEAL.tsa.example.tsr~' SEAL-02
            mv SEAL-2.tsa.example.crls.pem ..; ln -s ../SEAL-2.tsa.example.crls.pem .
            """
        try bench.bench.run(script)
        let report = try await verify(bench.bench.path("a.tar.gz"), "odd.seal", bench)
        let seal = try #require(report.seal)
        let unexpected = seal.findings.filter { $0.code == "seal-file-unexpected" }.map(\.subject)
        #expect(unexpected == ["SEAL-02", "SEAL.tsa.example.tsr~", "sub", "sub/SEAL"])
        #expect(seal.findings.filter { $0.weight == .integrity }.map(\.code) == ["seal-file-unreadable"])
    }

    @Test func `a proof is as good as the seal of its checkpoint`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        let bundle = try Bundle(path: bench.bench.path("a.tar.gz"))
        let made = try #require(try Prove.run(bundle, .message(.number(1))))
        var options = ProofCheckOptions()
        #expect(try ProofCheck.run(made.proof.text, options).verdict == .consistent)
        options.sealing = try bench.trust()
        #expect(throws: MailsealError.self) { try ProofCheck.run(made.proof.text, options) }
        options.seal = bench.bench.path("a.seal")
        let proven = try ProofCheck.run(made.proof.text, options)
        #expect(proven.verdict == .proven && proven.seal?.since != nil)
        options.seal = bench.bench.path("b.seal")
        let other = try ProofCheck.run(made.proof.text, options)
        #expect(other.verdict == .sealBroken && other.seal?.findings.map(\.code).contains("seal-of-other") == true)
        options.seal = bench.bench.path("a.seal")
        options.sealing = SealCheckOptions()
        #expect(try ProofCheck.run(made.proof.text, options).verdict == .consistent)
    }

    @Test func `a note key signs the checkpoint in a proof too`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        let made = try #require(
            try Prove.run(try Bundle(path: bench.bench.path("a.tar.gz")), .message(.number(1))))
        func check(_ note: [UInt8], _ keys: [UInt8]) throws -> ProofReport {
            let proof = try #require(
                LogProof(
                    extra: made.proof.extra, index: made.proof.index, hashes: made.proof.hashes,
                    signedCheckpoint: note))
            var options = ProofCheckOptions()
            options.sealing.noteKeys = try keys.map { try SealCheckBench.noteKey($0).verifierKey }
            return try ProofCheck.run(proof.text, options)
        }
        var note = try bench.read("a.seal/checkpoint.note")
        #expect(try check(note, [1]).verdict == .proven && check(note, [1]).noteKeys.count == 1)
        #expect(try check(note, []).verdict == .consistent)
        #expect(try check(note, [2]).findings.map(\.code) == ["seal-note-refused"])
        #expect(try check(made.proof.checkpoint.text, [1]).verdict == .notProven)
        // A signature of another text with the right name and hash.
        let other = try bench.read("b.seal/checkpoint.note")
        let signature = other.split(separator: ASCII.lf).last ?? []
        note = made.proof.checkpoint.text + [ASCII.lf] + signature + [ASCII.lf]
        #expect(try check(note, [1]).findings.map(\.code) == ["seal-note-refused"])
    }
}
