// What `verify` and `check` say of seals that ssh-keygen and openssl made.

import Foundation
import ScratchFolders
import Testing

@Suite struct SealCheckCommandTests {
    let bench: CommandBench

    init() throws { bench = try CommandBench() }

    /// Seals `leak.tar.gz`; false when a program is missing.
    private func seal() throws -> Bool {
        guard try bench.run("command -v ssh-keygen openssl sha256sum").status == 0 else {
            print("ssh-keygen, openssl or coreutils are not installed: the test steps aside")
            return false
        }
        try bench.create("--origin newsroom.example/leak")
        let peers = URL(filePath: #filePath).appending(path: "../../Peers").standardized.path
        let made = try bench.run(
            """
            set -e
            ssh-keygen -q -t ed25519 -N '' -C desk -f desk
            echo "desk@newsroom.example namespaces=\\"file@mailseal\\" $(cat desk.pub)" > signers
            . "\(peers)/tsa.sh"
            root root
            issue tsa.example root tsa 2
            mkdir leak.seal
            tar xzOf leak.tar.gz leak/checkpoint > leak.seal/checkpoint
            ssh-keygen -q -Y sign -f desk -n file@mailseal leak.seal/checkpoint
            mv leak.seal/checkpoint.sig leak.seal/checkpoint.sshsig
            cd leak.seal
            for bits in 256 512; do sha${bits}sum checkpoint checkpoint.sshsig ../leak.tar.gz > SEAL.$bits; done
            mv SEAL.256 SEAL
            query SEAL sha256 SEAL.tsa.example.tsq
            stamp tsa.example SEAL.tsa.example.tsq SEAL.tsa.example.tsr
            openssl x509 -in ../tsa.example.crt > SEAL.tsa.example.chain.pem
            """)
        #expect(made.status == 0, "\(made.errors)")
        return made.status == 0
    }

    /// Status and first line.
    private func first(_ arguments: String) throws -> (Int32, String) {
        let run = try bench.run("\"$M\" \(arguments)")
        return (run.status, run.output.split(separator: "\n").first.map(String.init) ?? run.errors)
    }

    @Test func `the first line says who sealed and since when`() throws {
        guard try seal() else { return }
        let counts = "2 messages, 0 verified by DKIM"
        let time = /[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} UTC/
        func line(_ arguments: String) throws -> (Int32, String) {
            let (status, line) = try first("verify leak.tar.gz \(arguments)")
            return (status, line.replacing(time, with: "TIME").replacing(/SHA256:[A-Za-z0-9+\/]{43}/, with: "KEY"))
        }
        let stamped = "at the latest (stamped by CN=tsa.example)"
        let unknown = "not anchored in anything you named"
        for (arguments, expected) in [
            (
                "--allowed-signers signers --tsa-ca root.crt",
                "INTACT since TIME \(stamped), sealed by desk@newsroom.example, \(counts)"
            ),
            (
                "--tsa-ca root.crt", "consistent since TIME \(stamped), sealed by KEY (\(unknown)), \(counts)"
            ),
            (
                "",
                "consistent, sealed by KEY (\(unknown)), time not proven (stamped TIME by CN=tsa.example, \(unknown)): "
                    + counts
            ),
            ("--no-seal", "consistent, not anchored: \(counts)"),
        ] {
            let found = try line(arguments)
            #expect(found == (0, expected), "\(arguments)")
        }
        #expect(try first("verify leak.tar.gz --anchored").0 == 1)
        #expect(try first("verify leak.tar.gz --anchored --allowed-signers signers").0 == 0)
        _ = try bench.run("rm leak.seal/*.tsr leak.seal/*.tsq leak.seal/*.pem")
        let unstamped = try line("--allowed-signers signers")
        #expect(unstamped == (0, "INTACT, sealed by desk@newsroom.example, time not proven: \(counts)"))
    }

    @Test func `a broken seal has a verdict of its own`() throws {
        guard try seal() else { return }
        _ = try bench.run("echo >> leak.seal/checkpoint.sshsig")
        let (status, line) = try first("verify leak.tar.gz")
        #expect(status == 1)
        #expect(
            line == "SEAL BROKEN: 3 findings about leak.seal; the bundle itself is consistent, not anchored: "
                + "2 messages, 0 verified by DKIM")
        let report = try bench.run("\"$M\" verify --json leak.tar.gz").output
        let document = try #require(try JSONSerialization.jsonObject(with: Data(report.utf8)) as? [String: Any])
        #expect(document["verdict"] as? String == "seal-broken")
        let seal = try #require(document["seal"] as? [String: Any])
        #expect(seal["broken"] as? Bool == true && seal["anchored"] == nil && seal["folder"] as? String == "leak.seal")
        #expect(seal["bundle"] as? String == "compared" && (seal["stamps"] as? [Any])?.count == 1)
    }

    @Test func `a proof says what the seal says`() throws {
        guard try seal() else { return }
        #expect(try bench.run("\"$M\" prove leak.tar.gz 1 -o one.tlog-proof").status == 0)
        let check = "check leak/1.eml --proof one.tlog-proof"
        let (status, line) = try first("\(check) --seal leak.seal --allowed-signers signers --tsa-ca root.crt")
        #expect(status == 0 && line.hasPrefix("PROVEN since ") && line.contains("sealed by desk@newsroom.example: "))
        #expect(try first(check).1.hasPrefix("consistent, not anchored: "))
        #expect(try first("\(check) --seal leak.seal").1.hasPrefix("consistent, sealed by SHA256:"))
        _ = try bench.run("sed -i s/leak/loot/ leak.seal/checkpoint")
        let broken = try first("\(check) --seal leak.seal")
        #expect(broken.0 == 1 && broken.1.hasPrefix("SEAL BROKEN: "))
    }

    @Test func `options that make no sense are refused`() throws {
        try bench.create()
        _ = try bench.run("ssh-keygen -q -t ed25519 -N '' -f desk; echo \"a@b $(cat desk.pub)\" > signers")
        for arguments in [
            "verify leak.tar.gz --no-seal --seal x", "verify leak.tar.gz --no-seal --note-key x",
            "verify leak.tar.gz --note-key x", "verify leak.tar.gz --allowed-signers missing",
            "verify leak.tar.gz --seal missing", "verify leak.tar.gz --allowed-signers signers",
            "check --extends leak.tar.gz leak.tar.gz --seal x",
        ] { #expect(try bench.run("\"$M\" \(arguments)").status == 2, "\(arguments)") }
    }
}
