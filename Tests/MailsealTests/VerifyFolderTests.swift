// `verify` on the folder that was extracted from a bundle.

import Bytes
import Foundation
import Testing

@testable import Mailseal

struct VerifyFolderTests {
    private let bench: VerifyBench

    init() throws { bench = try VerifyBench() }

    /// The findings on a bundle's folder after a shell script has changed it.
    private func findings(after script: String, in bundle: [UInt8]? = nil) async throws -> VerifyReport {
        let sound = try await SharedBundles.everything()
        try bench.write("b.tar.gz", bundle ?? sound)
        let run = try bench.run("tar -xzf b.tar.gz; cd sample; \(script)")
        #expect(run.status == 0, "\(run.output)")
        return try await Verify.run(VerifyOptions(path: bench.path("sample")))
    }

    @Test func `an extracted bundle is consistent`() async throws {
        let report = try await findings(after: "true")
        #expect(report.findings.map(\.code) == ["folder"])
        #expect(report.verdict == .consistent)
        #expect(report.isFolder)
    }

    @Test(arguments: [
        ("echo >> $(ls data/eml/*/*.eml | head -n 1)", ["message-altered"]),
        ("rm $(ls data/eml/*/*.eml | head -n 1)", ["entry-missing"]),
        ("rm $(ls data/files/*/* | head -n 1)", ["entry-missing"]),
        ("f=$(ls data/files/*/* | head -n 1); echo changed > $f", ["file-altered"]),
        ("echo more > data/eml/more.eml", ["entry-unexpected"]),
        ("mkdir extra; echo more > extra/file", ["entry-unexpected"]),
        ("sed -i s/Mailbag/mailbag/ bag-info.txt", ["tag-file-differs"]),
        ("echo >> bagit.txt", ["tag-file-differs"]),
        ("rm tagmanifest-sha256.txt", ["entry-missing"]),
        ("rm checkpoint manifest-sha256.txt", ["entry-missing"]),
        ("rm index.txt", []),
        ("truncate -s -1 manifest.jsonl", ["line-malformed", "tag-file-differs"]),
    ])
    func `a change of an extracted bundle is found`(script: String, codes: [String]) async throws {
        let report = try await findings(after: script)
        #expect(Set(report.findings.map(\.code)) == Set(codes + ["folder"]), "\(report.findings)")
    }

    @Test(arguments: ["what stands before a message", "a mailbox's digest", "a mailbox's last bytes"])
    func `a mailbox is rebuilt from the files of a folder too`(name: String) async throws {
        let forgery = try #require(ForgeryCase.all.first { $0.name == name })
        let report = try await findings(after: "true", in: try await forgery.bundle(in: bench))
        #expect(Set(report.findings.map(\.code)) == forgery.codes.union(["folder"]))
    }

    @Test func `a mailbox with a part that is a file is rebuilt from a folder`() async throws {
        let forgery = try #require(ForgeryCase.all.first { $0.name == "a mailbox with a part that is a file" })
        let report = try await findings(after: "true", in: try await forgery.bundle(in: bench))
        #expect(report.findings.map(\.code) == ["folder"])
    }

    @Test func `a folder without a manifest is refused with a sentence`() async throws {
        let error = try await #require(throws: MailsealError.self) { try await findings(after: "rm manifest.jsonl") }
        #expect(error.description.contains("is no extracted mailseal bundle"))
    }
}
