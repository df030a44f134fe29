// The commands for people, run as they are written: those of Docs/seals.md about time stamps, and all of a seal's README.txt.

import Foundation
import ScratchFolders
import Testing

@Suite struct SealDocumentTests {
    private let bench: CommandBench
    private let authority: SealAuthority?

    init() throws {
        bench = try CommandBench()
        authority = SealAuthority.shared
        guard authority != nil else { return }
        try bench.create("--origin newsroom.example/leak")
        let made = try run(
            """
            ssh-keygen -q -t ed25519 -N '' -C desk -f key
            "$M" seal leak.tar.gz --ssh-key key --tsa "$A/tsa"
            cp "$T/root.crt" leak.seal/root.pem
            """)
        #expect(made.status == 0, "\(made.errors)")
    }

    private func run(_ script: String) throws -> ProgramRun {
        try bench.run(
            "set -euo pipefail; " + script,
            environment: [
                "XDG_STATE_HOME": bench.root + "/state", "A": authority?.address ?? "", "T": authority?.folder ?? "",
            ])
    }

    @Test func `the page's commands check a time stamp, also later and with revocation lists`() throws {
        guard authority != nil else { return }
        let page = URL(filePath: #filePath).appending(path: "../../../Docs/seals.md").standardized
        let text = try String(contentsOf: page, encoding: .utf8)
        let start = try #require(text.split(separator: "\n## The time stamps\n").last)
        let section = try #require(start.split(separator: "\n## ").first)
        let blocks = section.split(separator: "```sh\n").dropFirst().compactMap { $0.split(separator: "```").first }
        #expect(blocks.count == 3)
        let settings = "cd leak.seal; NAME=127.0.0.1; ROOT=root.pem\n"
        for (place, block) in blocks.enumerated() {
            let checked = try run(settings + block)
            #expect(checked.status == 0 && checked.output.hasSuffix("Verification: OK\n"), "\(checked.errors)")
            #expect(checked.output.contains("Time stamp: ") == (place == 0))
        }
        // Today's time is before the certificates of an authority that came too late.
        let early = try run(settings + blocks[1].replacing("-attime \"$TIME\"", with: "-attime 1000000000"))
        #expect(early.status != 0 && early.errors.contains("certificate is not yet valid"))
        _ = try run("echo >> leak.seal/SEAL")
        for block in blocks { #expect(try run(settings + block).status != 0, "\(block)") }
    }

    @Test func `every command of README txt runs in the seal's folder`() throws {
        guard authority != nil else { return }
        let text = String(decoding: try bench.read("leak.seal/README.txt"), as: UTF8.self)
        let lines = text.split(separator: "\n").map(String.init)
        let line = try #require(lines.first { $0.contains(" ssh-ed25519 AAAA...") })
        let signers = line.replacing("ssh-ed25519 AAAA...", with: "$(cat ../key.pub)").replacing("\"", with: "\\\"")
        _ = try run("cd leak.seal; echo \"\(signers)\" > allowed_signers")
        let commands = lines.filter { $0.hasPrefix("    ") }.map { $0.replacing("NAME", with: "127.0.0.1") }
        #expect(commands.count == 7)
        let settings = "cd leak.seal; PATH=\"$(dirname \"$M\"):$PATH\"\n"
        for command in commands {
            let checked = try run(settings + command)
            #expect(checked.status == 0, "\(command)\n\(checked.output)\(checked.errors)")
        }
        _ = try run("cd leak.seal; for f in checkpoint SEAL ../leak.tar.gz; do echo >> $f; done")
        for command in commands where !command.contains("find-principals") && !command.contains("-reply -in") {
            #expect(try run(settings + command).status != 0, "\(command)")
        }
    }
}
