// `verify` on the folder that was extracted from a bundle.

import Bytes
import Cryptography
import Foundation
import Manifest
import ScratchFolders
import Testing

@testable import Mailseal

struct VerifyFolderTests {
    private let bench: VerifyBench

    init() throws { bench = try VerifyBench() }

    /// The findings on a bundle's folder after a shell script has changed it.
    private func findings(after script: String, in bundle: [UInt8]? = nil) async throws -> VerifyReport {
        let sound = try await SharedBundles.everything()
        try bench.write("b.tar.gz", bundle ?? sound)
        try bench.run("tar -xzf b.tar.gz; cd sample; \(script)")
        return try await Verify.run(VerifyOptions(path: bench.path("sample")))
    }

    @Test func `an extracted bundle is verified through a symbolic link too`() async throws {
        try bench.write("b.tar.gz", try await SharedBundles.everything())
        try bench.run("tar -xzf b.tar.gz; ln -s sample link; echo more > sample/more")
        let report = try await Verify.run(VerifyOptions(path: bench.path("link")))
        #expect(report.findings.map(\.code) == ["entry-unexpected", "folder"])
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
        ("mkdir -p extra/empty", []),
        ("echo more > .hidden", ["entry-unexpected"]),
        ("echo more > data/.hidden", ["entry-unexpected"]),
        ("ln -s /dev/null data/link", ["entry-unexpected"]),
        ("mkfifo pipe", ["entry-unexpected"]),
        (
            "f=$(ls data/files/*/* | head -n 1); mv $f ../moved; ln -s $PWD/../moved $f",
            ["entry-missing", "entry-unexpected"]
        ),
        (
            "f=$(ls data/eml/*/*.eml | head -n 1); mv $f ../moved; ln -s $PWD/../moved $f",
            ["entry-missing", "entry-unexpected"]
        ),
        ("mv bag-info.txt ../moved; ln -s $PWD/../moved bag-info.txt", ["entry-missing", "entry-unexpected"]),
        ("f=$(ls data/files/*/* | head -n 1); cp $f $f.000", ["entry-unexpected"]),
        ("f=$(ls data/files/*/* | head -n 1); cp $f $f.exe", ["entry-unexpected"]),
        ("f=$(ls data/files/*/* | head -n 1); cp $f ${f}0000", ["entry-unexpected"]),
        ("f=$(ls data/files/*/* | head -n 1); cp $f data/files/", ["entry-unexpected"]),
        ("f=$(ls data/eml/*/*.eml | head -n 1); cp $f ${f%.eml}", ["entry-unexpected"]),
        ("f=$(ls data/eml/*/*.eml | head -n 1); cp $f $f.eml", ["entry-unexpected"]),
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

    @Test func `a file in the place of a message that is only listed is found`() async throws {
        let bundle = try await RedactedBundles.sample(in: bench)
        let listed = try #require(
            try Forgery(of: bundle, in: bench).lines.lazy.map { try ManifestLine($0) }.first(where: \.isListed))
        guard case .message(let message) = listed else { return }
        let path = PayloadFile.message(message.sha256, size: 0).path.displayText
        let report = try await findings(after: "mkdir -p $(dirname \(path)); echo forged > \(path)", in: bundle)
        #expect(report.findings.map(\.code) == ["entry-unexpected", "folder"])
        #expect(report.verdict == .altered)
    }

    @Test func `only the pieces that a line counts are called for`() throws {
        let digest = Digest(hashing: [1])
        let pieces = [Digest](repeating: Digest(hashing: [2]), count: 1001)
        let file = FileLine(
            sha256: digest, size: 1000 * PayloadFile.pieceSize + 1, pieces: pieces, source: 1,
            path: SourcePath(levels: [["a".bytes]]))
        let line = ManifestLine.file(file).bytes + [0x0A]
        let scan = try ManifestScan(TextSource(size: line.count) { Array(line[$0..<$0 + $1]) })
        let whole = PayloadFile.files(digest, size: 0, pieces: [])[0].path
        for suffix in [".000", ".001", ".999", ".1000"] { #expect(scan.calls(for: whole + suffix.utf8), "\(suffix)") }
        for suffix in [
            "", ".", ".1", ".0001", ".1001", ".+01", ".-01", ".abc", "x000", ".000.", ".99999999999999999999",
        ] {
            #expect(!scan.calls(for: whole + suffix.utf8), "\(suffix)")
        }
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
