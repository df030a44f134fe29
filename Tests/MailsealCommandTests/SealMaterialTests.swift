// Certificates and revocation lists for a reply that was carried by hand.

import Foundation
import ScratchFolders
import Testing

@Suite struct SealMaterialTests {
    private let bench: CommandBench
    private let authority: SealAuthority?

    /// A seal with a request, and the reply to it in mail.tsr.
    init() throws {
        bench = try CommandBench()
        authority = SealAuthority.shared
        guard authority != nil else { return }
        try bench.create("--origin newsroom.example/leak")
        let made = try run(
            """
            set -e; ssh-keygen -q -t ed25519 -N '' -C desk -f key
            "$M" seal leak.tar.gz --ssh-key key --stamp-request mail.tsq
            python3 -c "
            import urllib.request
            open('mail.tsr', 'wb').write(urllib.request.urlopen('$A/tsa', open('mail.tsq', 'rb').read()).read())"
            """)
        #expect(made.status == 0, "\(made.errors)")
    }

    private func run(_ script: String) throws -> ProgramRun {
        try bench.run(
            script,
            environment: [
                "XDG_STATE_HOME": bench.root + "/state", "A": authority?.address ?? "", "T": authority?.folder ?? "",
            ])
    }

    private func seal(_ arguments: String) throws -> ProgramRun {
        try run("\"$M\" seal leak.tar.gz \(arguments)")
    }

    private func files() throws -> [String: [UInt8]] {
        try Dictionary(
            uniqueKeysWithValues: bench.names(in: "leak.seal").map { ($0, try bench.read("leak.seal/" + $0)) })
    }

    private let names = ["SEAL.desk.chain.pem", "SEAL.desk.crls.pem"]

    /// Whether somebody who names the root alone finds the stamp sound, and every certificate's revocation checked.
    private func isJudged() throws -> Bool {
        let verified = try run("\"$M\" verify leak.tar.gz --tsa-ca $T/root.crt")
        return verified.status == 0 && verified.output.hasPrefix("consistent since ")
            && !verified.output.contains("seal-revocation-unchecked")
    }

    @Test func `what is missing is said, and can be added from files`() throws {
        guard let authority else { return }
        let taken = try seal("--stamp-reply mail.tsr --tsa-name desk")
        #expect(taken.status == 0, "\(taken.errors)")
        let name = "mailseal: warning: SEAL.desk.tsr: "
        func missing(_ issuer: String, _ subject: String) -> String {
            name + "the certificate of CN=\(issuer),O=Loopback, which issued that of CN=\(subject),O=Loopback, "
                + "is missing (\(authority.address)/\(issuer).der)"
        }
        func unknown(_ subject: String, _ issuer: String) -> String {
            name + "no revocation list says whether CN=\(subject),O=Loopback is revoked "
                + "(\(authority.address)/\(issuer).crl)"
        }
        #expect(taken.sentences.contains(missing("int", "tsa")), "\(taken.errors)")
        #expect(taken.errors.contains("hint: seal --fetch-chain adds what is missing"))
        let before = try files()
        #expect(names.allSatisfy { before[$0] == nil } && before["SEAL.desk.tsr"] != nil)
        #expect(try !isJudged())
        // What is not all that there is said to be can still be completed.
        let half = try seal("--chain $T/int.der --chain $T/int.crl")
        #expect(half.status == 0 && half.output.hasPrefix("added to leak.seal: 0 files\n"), "\(half.errors)")
        #expect(half.sentences.contains(missing("root", "int")), "\(half.errors)")
        let lists = try seal("--chain $T/int.der --chain $T/root.der --chain $T/int.crl")
        #expect(lists.output.hasPrefix("added to leak.seal: 1 file\n"))
        #expect(lists.sentences.contains(unknown("int", "root")), "\(lists.errors)")
        let whole = try seal("--chain $T/int.crl --chain $T/root.crl")
        #expect(whole.output.hasPrefix("added to leak.seal: 1 file\n") && whole.errors.isEmpty, "\(whole.errors)")
        let after = try files()
        #expect(after.count == before.count + 2 && before.allSatisfy { after[$0] == $1 })
        #expect(try isJudged())
        // What is there is never changed.
        let again = try seal("--chain $T/root.crt --chain $T/root.crl")
        #expect(again.status == 0 && again.output.hasPrefix("added to leak.seal: 0 files\n"))
        #expect(try files() == after)
    }

    @Test(arguments: [
        ["--stamp-reply mail.tsr --tsa-name desk --fetch-chain"],
        ["--stamp-reply mail.tsr --tsa-name desk", "--fetch-chain"],
        ["--stamp-reply mail.tsr --tsa-name desk --chain all.pem"],
        ["--stamp-reply mail.tsr --tsa-name desk", "--renew --tsa $A/tsa --fetch-chain"],
    ])
    func `a stamp with its certificates and lists can be judged by whoever has the root`(steps: [String]) throws {
        guard authority != nil else { return }
        _ = try run(
            "cat $T/*.crt > all.pem; for n in int root; do openssl crl -inform DER -in $T/$n.crl >> all.pem; done")
        for step in steps {
            let made = try seal(step)
            #expect(made.status == 0, "\(made.errors)")
            #expect(step != steps.last || made.errors.isEmpty, "\(made.errors)")
        }
        #expect(try isJudged())
        let checked = try run(
            """
            cd leak.seal; cat $T/root.crt SEAL.desk.crls.pem > ../anchors; sha256sum -c --strict SEAL
            openssl ts -verify -data SEAL -in SEAL.desk.tsr -CAfile ../anchors -untrusted SEAL.desk.chain.pem -crl_check_all
            grep -c BEGIN SEAL.desk.chain.pem SEAL.desk.crls.pem
            """)
        #expect(checked.status == 0, "\(checked.errors)")
        #expect(checked.output.hasSuffix("SEAL.desk.chain.pem:3\nSEAL.desk.crls.pem:2\n"))
        let renewal = String(decoding: (try files())["SEAL-2"] ?? [], as: UTF8.self)
        #expect(renewal.isEmpty || names.allSatisfy(renewal.contains))
    }

    @Test func `lists that revoke the authority, and files of something else, are refused`() throws {
        guard authority != nil else { return }
        let before = try files()
        let other = try seal("--stamp-reply mail.tsr --tsa-name desk --chain leak/note.txt")
        #expect(other.status == 2 && other.errors.contains("holds neither certificates nor revocation lists"))
        let revoked = try run(
            """
            set -e; mkdir ca; cd ca; . "\(URL(filePath: #filePath).appending(path: "../../Peers/tsa.sh").standardized.path)"
            cp $T/int.* .; printf 'R\\t350101000000Z\\t200101000000Z,keyCompromise\\t03\\tunknown\\t/CN=tsa\\n' > index.txt
            revocations int list; cd ..; cat $T/int.crt ca/list > material
            "$M" seal leak.tar.gz --stamp-reply mail.tsr --tsa-name desk --chain material
            """)
        #expect(revoked.status == 2 && revoked.errors.contains("(keyCompromise)"), "\(revoked.errors)")
        #expect(try files() == before)
    }
}
