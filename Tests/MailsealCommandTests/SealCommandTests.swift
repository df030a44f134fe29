// `seal` with the real ssh-keygen, and a real authority on loopback; what it leaves is checked by stock programs.

import Foundation
import SampleArchive
import ScratchFolders
import Testing

@Suite struct SealCommandTests {
    private let bench: CommandBench
    private let authority: SealAuthority?

    init() throws {
        bench = try CommandBench()
        authority = SealAuthority.shared
        try bench.create("--origin newsroom.example/leak")
        _ = try bench.run("ssh-keygen -q -t ed25519 -N '' -C desk -f key; ssh-keygen -q -t ed25519 -N '' -f other")
    }

    /// The program with a state folder of its own, so that nothing of the user's is asked or changed, and with a proxy
    /// that nobody answers at, which must not be used.
    private func run(_ script: String) throws -> ProgramRun {
        try bench.run(
            script,
            environment: [
                "XDG_STATE_HOME": bench.root + "/state", "http_proxy": "http://127.0.0.1:1/",
                "A": authority?.address ?? "", "T": authority?.folder ?? "",
            ])
    }

    private func seal(_ arguments: String) throws -> ProgramRun {
        try run("\"$M\" seal leak.tar.gz \(arguments)")
    }

    /// Every file of the seal with its bytes.
    private func files() throws -> [String: [UInt8]] {
        try Dictionary(
            uniqueKeysWithValues: bench.names(in: "leak.seal").map { ($0, try bench.read("leak.seal/" + $0)) })
    }

    @Test func `stock programs accept a seal`() throws {
        guard authority != nil else { return }
        let made = try seal("--ssh-key key --tsa $A/tsa --tsa $A/tsa")
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.output.hasPrefix("sealed leak.seal: 13 files\norigin  newsroom.example/leak\n"))
        #expect(made.output.contains("\nsigned by the SSH key SHA256:"))
        #expect(made.output.contains("\nNOT checked: whether it extends an earlier seal of this origin"))
        let stamp = ["chain.pem", "crls.pem", "tsq", "tsr"]
        let expected =
            ["README.txt", "SEAL"] + stamp.map { "SEAL.127.0.0.1-2.\($0)" } + stamp.map { "SEAL.127.0.0.1.\($0)" }
            + ["SEAL.512", "checkpoint", "checkpoint.sshsig"]
        #expect(try bench.names(in: "leak.seal") == expected)
        let checked = try run(
            """
            set -e; cd leak.seal
            tar xzOf ../leak.tar.gz leak/checkpoint | cmp - checkpoint
            sha256sum -c --strict SEAL; sha512sum -c --strict SEAL.512
            echo "desk namespaces=\\"file@mailseal\\" $(cat ../key.pub)" > ../signers
            ssh-keygen -Y verify -f ../signers -I desk -n file@mailseal -s checkpoint.sshsig < checkpoint
            cat $T/root.crt SEAL.127.0.0.1.crls.pem > ../anchors
            for n in 127.0.0.1 127.0.0.1-2; do
                openssl ts -verify -data SEAL -in SEAL.$n.tsr -CAfile $T/root.crt -untrusted SEAL.$n.chain.pem
                openssl ts -verify -data SEAL -in SEAL.$n.tsr -CAfile ../anchors -untrusted SEAL.$n.chain.pem -crl_check_all
                openssl ts -verify -queryfile SEAL.$n.tsq -in SEAL.$n.tsr -CAfile $T/root.crt -untrusted SEAL.$n.chain.pem
            done
            grep -c BEGIN SEAL.127.0.0.1.chain.pem SEAL.127.0.0.1.crls.pem
            """)
        #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
        #expect(checked.output.contains("SEAL.127.0.0.1.chain.pem:3\nSEAL.127.0.0.1.crls.pem:2\n"))
    }

    @Test func `a stamp that is added leaves all earlier files as they were`() throws {
        guard authority != nil else { return }
        #expect(try seal("--ssh-key key --tsa $A/tsa").status == 0)
        let before = try files()
        let added = try seal("--tsa $A/tsa --tsa-hash sha512 --json")
        #expect(added.status == 0, "\(added.errors)")
        let after = try files()
        #expect(after.count == before.count + 4 && before.allSatisfy { after[$0] == $1 })
        let json = try JSONSerialization.jsonObject(with: Data(added.output.utf8)) as? [String: Any]
        #expect(
            Set(try #require(json).keys) == [
                "bundle", "seal", "origin", "root", "derivation_checked", "continuity", "stamps", "added",
            ])
        let shown = try run("openssl ts -reply -in leak.seal/SEAL.127.0.0.1-2.tsr -text")
        #expect(shown.output.contains("Hash Algorithm: sha512"))
    }

    @Test func `a note key is made once, secret, and seals a note`() throws {
        let made = try run(
            "umask 022; \"$M\" keys generate-note --name newsroom.example/leak -o note.key; stat -c %a note.key")
        #expect(made.output.hasPrefix("newsroom.example/leak+") && made.output.hasSuffix("\n600\n"))
        let again = try run(
            "cp note.key copy; \"$M\" keys generate-note --name a -o note.key; cmp note.key copy && echo same")
        #expect(again.sentences.first == "mailseal: note.key exists already" && again.output == "same\n")
        let sealed = try seal("--note-key note.key")
        #expect(sealed.status == 0, "\(sealed.errors)")
        #expect(
            try bench.names(in: "leak.seal") == ["README.txt", "SEAL", "SEAL.512", "checkpoint", "checkpoint.note"])
        let note = String(decoding: try bench.read("leak.seal/checkpoint.note"), as: UTF8.self)
        let checkpoint = String(decoding: try bench.read("leak.seal/checkpoint"), as: UTF8.self)
        #expect(note.hasPrefix(checkpoint + "\n\u{2014} newsroom.example/leak "))
        #expect(try run("cd leak.seal && sha256sum -c --strict SEAL").status == 0)
    }

    @Test func `a bundle with the default origin is refused`() throws {
        _ = try run("cp leak.tar.gz other.tar.gz")
        try bench.create("-o plain.tar.gz")
        let refused = try run("\"$M\" seal plain.tar.gz --ssh-key key")
        #expect(refused.status == 2 && refused.output.isEmpty)
        #expect(refused.sentences.count == 2 && refused.sentences[0].contains("origin mailseal.invalid/leak"))
        #expect(refused.sentences[1].hasPrefix("mailseal: hint: give mailseal create an --origin"))
    }

    @Test func `an altered bundle is refused`() throws {
        _ = try run(
            "printf X | dd of=leak.tar.gz bs=1 seek=$(($(stat -c %s leak.tar.gz) - 3)) conv=notrunc status=none")
        let refused = try seal("--ssh-key key")
        #expect(refused.status == 2 && refused.output.isEmpty)
        #expect(try !bench.names().contains("leak.seal"))
    }

    @Test func `a redacted bundle is refused`() throws {
        let refused = try run(
            "\"$M\" redact leak.tar.gz --keep 1 -o public.tar.gz > /dev/null && \"$M\" seal public.tar.gz --ssh-key key"
        )
        #expect(refused.status == 2 && refused.output.isEmpty)
        #expect(refused.errors.contains("mailseal: public.tar.gz is redacted\n"), "\(refused.errors)")
    }

    @Test func `a bundle that extends the last sealed one is sealed, and the last one no more`() throws {
        let sample = try SampleArchive(seed: 3, messages: 5, averageSize: 4000, signedPercent: 100)
        for (number, message) in sample.messages(5).enumerated() {
            try Data(message.bytes).write(to: URL(filePath: bench.root + "/leak/m\(number).eml"))
        }
        try Data(sample.keyLines.joined(separator: "\n").utf8).write(to: URL(filePath: bench.root + "/keys.txt"))
        try bench.create("-o one.tar.gz --name leak --origin newsroom.example/two")
        let first = try run(
            "\"$M\" extend one.tar.gz --keys keys.txt -o two.tar.gz && \"$M\" seal one.tar.gz --ssh-key key")
        #expect(first.status == 0, "\(first.errors)")
        let second = try run("\"$M\" seal two.tar.gz --ssh-key key --after one.seal")
        #expect(second.status == 0, "\(second.errors)")
        #expect(second.output.contains("\nextends ") && second.output.hasSuffix(", which was sealed before\n"))
        let back = try run("\"$M\" seal one.tar.gz --ssh-key key -o back.seal")
        #expect(back.status == 2 && back.sentences[0].contains("does not extend what was sealed last"))
    }

    @Test(arguments: ["missing", "leak/note.txt"])
    func `a file that is no key signs nothing`(key: String) throws {
        let refused = try seal("--ssh-key \(key)")
        #expect(refused.status == 2 && refused.output.isEmpty)
        #expect(refused.errors.contains("mailseal: ssh-keygen did not sign with \(key) (exit status 255)"))
        #expect(try !bench.names().contains { $0.hasPrefix("leak.seal") || $0.hasPrefix(".mailseal") })
    }

    @Test(arguments: [
        ("garbage", "the answer is no time stamp"), ("reject", "the time stamp is refused"),
        ("other", "the time stamp is refused: "), ("gone", " was revoked at 2020-01-01T00:00:00Z (keyCompromise)"),
        ("nothing", ": "),
        ("missing", "status 404, expected 200"),
        ("loop/", ": "),
    ])
    func `an authority that does not answer well leaves nothing`(path: String, words: String) throws {
        guard authority != nil else { return }
        let refused = try seal("--ssh-key key --tsa $A/tsa --tsa $A/\(path)")
        #expect(refused.status == 2 && refused.output.isEmpty)
        #expect(refused.errors.contains(words) && refused.errors.contains("nothing was written"), "\(refused.errors)")
        #expect(try !bench.names().contains { $0.hasPrefix("leak.seal") || $0.hasPrefix(".mailseal") })
        #expect(try seal("--ssh-key key").status == 0)
        let before = try files()
        #expect(try seal("--tsa $A/\(path)").status == 2)
        #expect(try files() == before)
    }

    @Test func `a stamp can be carried by hand`() throws {
        guard authority != nil else { return }
        let asked = try seal("--ssh-key key --stamp-request mail.tsq")
        #expect(asked.status == 0 && asked.output.contains("\nwrote the request mail.tsq; "), "\(asked.errors)")
        #expect(try bench.read("mail.tsq") == bench.read("leak.seal/SEAL.offline.tsq"))
        let before = try files()
        let sent = try run(
            """
            printf x > data && openssl ts -query -data data -sha256 -cert -out wrong.tsq
            for n in mail wrong; do env -u http_proxy python3 -c "
            import sys, urllib.request
            open('$n.tsr', 'wb').write(urllib.request.urlopen('$A/tsa', open('$n.tsq', 'rb').read()).read())"; done
            """)
        #expect(sent.status == 0, "\(sent.errors)")
        let wrong = try seal("--stamp-reply wrong.tsr --tsa-name desk")
        #expect(wrong.status == 2 && wrong.errors.contains("answers no request of leak.seal"))
        #expect(try files() == before)
        let taken = try seal("--stamp-reply mail.tsr --tsa-name tsa.example")
        #expect(taken.status == 0, "\(taken.errors)")
        let after = try files()
        #expect(before.allSatisfy { after[$0] == $1 })
        #expect(after["SEAL.tsa.example.tsq"] == before["SEAL.offline.tsq"])
        #expect(after["SEAL.tsa.example.tsr"] == (try bench.read("mail.tsr")))
    }

    @Test func `a renewal lists and stamps everything before it`() throws {
        guard authority != nil else { return }
        #expect(try seal("--ssh-key key --tsa $A/tsa").status == 0)
        let before = try files()
        let renewed = try seal("--renew --tsa $A/tsa")
        #expect(renewed.status == 0, "\(renewed.errors)")
        let after = try files()
        #expect(after.count == before.count + 5 && before.allSatisfy { after[$0] == $1 })
        let listed = String(decoding: try #require(after["SEAL-2"]), as: UTF8.self).split(separator: "\n").map {
            $0.dropFirst(130)
        }
        #expect(listed.map(String.init) == before.keys.filter { $0 != "README.txt" }.sorted() + ["../leak.tar.gz"])
        let checked = try run(
            """
            cd leak.seal && sha512sum -c --strict SEAL-2 && openssl ts -verify -data SEAL-2 -in SEAL-2.127.0.0.1.tsr \\
            -CAfile $T/root.crt -untrusted SEAL-2.127.0.0.1.chain.pem
            """)
        #expect(checked.status == 0, "\(checked.errors)")
        _ = try run("cp leak.seal/SEAL-2.127.0.0.1.tsr leak.seal/SEAL.127.0.0.1.tsr")
        let refused = try seal("--renew --tsa $A/tsa")
        #expect(refused.status == 2 && refused.sentences[0].hasPrefix("mailseal: SEAL.127.0.0.1.tsr is refused: "))
        #expect(try files().count == after.count)
    }

    @Test func `a second history of an origin is refused`() throws {
        #expect(try seal("--ssh-key key").status == 0)
        let again = try seal("--ssh-key key -o again.seal")
        #expect(again.status == 0 && again.output.hasSuffix("\nthe same root was sealed before\n"), "\(again.errors)")
        _ = try run("mkdir x; cp -r leak x/; echo more >> x/leak/note.txt")
        let fork = try run(
            """
            "$M" create x/leak --origin newsroom.example/leak -o fork.tar.gz --retrieved-at 2017-05-05T18:35:00Z > /dev/null
            "$M" seal fork.tar.gz --ssh-key key
            """)
        #expect(fork.status == 2 && fork.output.isEmpty)
        #expect(
            fork.sentences[0].hasPrefix(
                "mailseal: the bundle does not extend what was sealed last for newsroom.example/leak"))
        #expect(try !bench.names().contains("fork.seal"))
        let after = try run("rm -r state; \"$M\" seal fork.tar.gz --ssh-key key --after leak.seal")
        #expect(after.status == 2 && after.sentences[0].hasPrefix("mailseal: the bundle does not extend leak.seal"))
        let forced = try run("\"$M\" seal fork.tar.gz --ssh-key key --after leak.seal --fork")
        #expect(forced.status == 0 && forced.output.contains("\nFORK: does not extend "))
        let kept = try run(
            "cmp state/mailseal/origins/$(printf newsroom.example/leak | sha256sum | cut -c1-64) fork.seal/checkpoint")
        #expect(kept.status == 0, "\(kept.errors)")
    }

    @Test(arguments: [
        ("", "nothing to seal with"), ("--renew --tsa http://127.0.0.1:1/", "leak.seal is not there"),
        ("--stamp-reply leak/note.txt --tsa-name a", "leak.seal is not there"),
        ("--ssh-key key --stamp-request leak/note.txt", "leak/note.txt exists already"),
        ("--ssh-key key --stamp-request q --tsa-name 512", "512 cannot name an authority"),
        ("--ssh-key key --tsa ftp://a/", "ftp://a/ is not an address that can be asked"),
    ])
    func `what cannot be done is said before anything is written`(arguments: String, words: String) throws {
        let refused = try seal(arguments)
        #expect(refused.status == 2 && refused.output.isEmpty)
        #expect(refused.sentences.first?.hasPrefix("mailseal: " + words) == true, "\(refused.errors)")
        #expect(try !bench.names().contains("leak.seal"))
    }

    @Test func `signatures of a seal are never changed`() throws {
        #expect(try seal("--ssh-key key").status == 0)
        let before = try files()
        for arguments in ["--ssh-key other", "--ssh-key key", ""] {
            #expect(try seal(arguments).status == 2)
        }
        _ = try run("echo >> leak.seal/SEAL")
        let refused = try seal("--tsa http://127.0.0.1:1/")
        #expect(refused.sentences.first?.contains("SEAL of leak.seal does not list this bundle") == true)
        #expect(try files().filter { $0.key != "SEAL" } == before.filter { $0.key != "SEAL" })
    }
}
