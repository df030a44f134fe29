// The archives on which libarchive, Go's archive/tar and node-tar try themselves: none is a bundle, what stands in them is
// found in a bundle, and all of them can be packed. They are not part of this project; Docs/reliability.md says where they go.

import Bytes
import Container
import Cryptography
import Files
import Foundation
import Manifest
import OtherProjects
import ScratchFolders
import Testing

@testable import Mailseal

/// The test folders of other projects, as far as they are on this machine.
struct OtherArchives {
    /// An archive of any format.
    struct File: Sendable {
        let name: String
        let bytes: [UInt8]
    }

    let name: String
    let files: [File]

    /// Takes apart what is kept as text by uuencode(1), and copies the rest.
    private static let unpack = """
        python3 - "$1" <<'END'
        import os, sys
        def decoded(line):
            codes = [(byte - 32) & 63 for byte in line]
            codes += [0] * (-(len(codes) - 1) % 4)
            four = [codes[place:place + 4] for place in range(1, len(codes), 4)]
            whole = b"".join(((a << 18) + (b << 12) + (c << 6) + d).to_bytes(3, "big") for a, b, c, d in four)
            return whole[:codes[0]]
        os.mkdir("peers")
        for folder, _, names in sorted(os.walk(sys.argv[1])):
            for name in sorted(names):
                data = open(os.path.join(folder, name), "rb").read()
                if name.endswith(".uu"):
                    if b"begin " not in data: continue
                    lines = data.splitlines()
                    first = [place for place, line in enumerate(lines) if line.startswith(b"begin ")][0] + 1
                    lines = lines[first:]
                    lines = lines[:lines.index(b"end")] if b"end" in lines else lines
                    name, data = name[:-3], b"".join(decoded(line) for line in lines if line)
                elif not any(end in name for end in (".t", ".zip", ".gz", ".7z", ".rar")) or name.endswith((".txt", ".ts")):
                    continue
                open("peers/" + name, "wb").write(data)
        END
        """

    /// Reads the archives in a folder; nil, and a line that says so, when there is none.
    init?(_ name: String, in bench: VerifyBench) throws {
        self.name = name
        let folder =
            name == "go"
            ? OtherProjects.installed("src/archive/tar/testdata", belowLast: "go-", of: "/usr/share")
            : OtherProjects.cloned(name)
        guard let folder else { return nil }
        try bench.run(Self.unpack, [folder.path])
        let names = try FileManager.default.contentsOfDirectory(atPath: bench.root + "/peers").sorted()
        files = try names.map { File(name: $0, bytes: try bench.read("peers/\($0)")) }
    }
}

@Suite(.serialized) struct OtherArchivesTests {
    private static let names = ["go", "node-tar", "libarchive"]
    private let bench: VerifyBench

    init() throws { bench = try VerifyBench() }

    @Test(arguments: names)
    func `no archive of another project is a bundle`(project: String) async throws {
        guard let others = try OtherArchives(project, in: bench) else { return }
        var (refused, altered) = (0, 0)
        for file in others.files {
            var forms = [file.bytes]
            if !file.bytes.starts(with: [0x1F, 0x8B]) { forms.append(try zipped(file.bytes)) }
            for bytes in forms {
                let path = try bench.write("peer.tar.gz", bytes)
                do {
                    let report = try await Verify.run(VerifyOptions(path: path))
                    #expect(report.verdict == .altered && !report.findings.isEmpty, "\(file.name)")
                    altered += 1
                } catch {
                    #expect("\(error)".contains("peer.tar.gz"), "\(file.name): \(error)")
                    refused += 1
                }
                // What `list`, `show` and `extract` begin with.
                #expect(throws: (any Error).self, "\(file.name)") { try Bundle(path: path) }
            }
        }
        #expect(others.files.count > 10 && refused + altered >= others.files.count)
        print("\(project): \(others.files.count) archives, refused as a bundle \(refused), altered \(altered)")
    }

    private func zipped(_ bytes: [UInt8]) throws -> [UInt8] { try bench.run("gzip -nc", input: bytes) }

    /// A bundle of one message.
    private static let sound = Task {
        let bench = try VerifyBench()
        try bench.write("small/a.eml", Mails.plain(1))
        return try await bench.bundle(of: ["small"], keys: false)
    }

    @Test(arguments: names)
    func `what stands in an archive of another project is found in a bundle`(project: String) async throws {
        guard let others = try OtherArchives(project, in: bench) else { return }
        let sound = try await Self.sound.value
        var count = 0
        for file in others.files where file.bytes.count >= 512 && file.bytes.count <= 4 << 20 {
            // What has a tar header's checksum, and whatever its name calls so.
            guard file.name.contains(".tar") || file.bytes[257..<262].elementsEqual("ustar".utf8),
                ![0x1F, 0x42, 0xFD, 0x28, 0x04, 0x5D].contains(file.bytes[0])
            else { continue }
            var bytes = file.bytes + [UInt8](repeating: 0, count: Tar.padding(after: file.bytes.count))
            // The end of that archive would be found for itself.
            while bytes.count > 512, bytes.suffix(512).allSatisfy({ $0 == 0 }) { bytes.removeLast(512) }
            var forgery = try Forgery(of: sound, in: bench)
            forgery.changeEntries = { $0.insert(Forgery.File(path: "", content: [], raw: bytes), at: 1) }
            for leads in [false, true] {
                forgery.changeIndex = { if !leads { $0.entries.remove(at: 1) } }
                let bundle = try forgery.assemble()
                let report = try await bench.verify(bundle)
                #expect(report.verdict == .altered, "\(file.name)")
                #expect(report.findings.contains { $0.code.hasPrefix("tar-") || $0.code.hasPrefix("entry-") })
                let path = try bench.write("whole.tar.gz", bundle)
                if let opened = try? Bundle(path: path) {
                    #expect(opened.root == report.root, "\(file.name)")
                    if let shown = try? Show.bytes(opened, .number(1)) { #expect(shown == Mails.plain(1)) }
                }
            }
            count += 1
        }
        #expect(count > 10)
        print("\(project): the entries of \(count) archives found in a bundle")
    }

    @Test(arguments: names)
    func `every archive of another project can be packed, and what is packed is bounded`(project: String) async throws {
        guard let others = try OtherArchives(project, in: bench) else { return }
        // Links in them lead to names that might be here.
        let secret = Mails.plain(77)
        for name in ["secret", "peers.txt", "file", "bar", "etc/passwd"] { try bench.write(name, secret) }
        try bench.write("small/a.eml", Mails.plain(1))
        var options = CreateOptions(sources: [bench.path("peers"), bench.path("small")])
        options.output = bench.path("peers.tar.gz")
        options.sources.keepGoing = true
        var failures: [String] = []
        let start = ContinuousClock.now
        let summary = try await Create.run(
            options, observer: Observer(notice: { if case .failure(let text) = $0 { failures.append(text) } }))
        #expect(ContinuousClock.now - start < .seconds(300))
        let size = others.files.reduce(0) { $0 + $1.bytes.count }
        #expect(summary.counts.bytes < 1 << 30, "\(summary.counts.bytes) bytes of \(size)")
        let report = try await Verify.run(VerifyOptions(path: summary.path))
        #expect(report.verdict == .consistent, "\(report.findings.prefix(4))")
        let digest = Set([secret, try bench.read("/etc/passwd".bytes)].map { Digest(hashing: $0).description })
        let manifest = try bench.run("tar xzOf peers.tar.gz peers/manifest.jsonl").displayText
        for value in digest { #expect(!manifest.contains(value)) }
        print(
            "\(project): \(others.files.count) archives of \(size) bytes packed: \(summary.counts.files) files, "
                + "\(summary.counts.messages) messages, \(summary.counts.bytes) bytes, \(failures.count) failures")
    }
}
