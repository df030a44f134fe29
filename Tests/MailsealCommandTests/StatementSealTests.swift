// What the certification says of seals that ssh-keygen and an authority on loopback made.

import Foundation
import ScratchFolders
import Testing

@Suite struct StatementSealTests {
    private let bench: CommandBench
    private let authority: SealAuthority?

    init() throws {
        bench = try CommandBench()
        authority = SealAuthority.shared
        try bench.create("--origin newsroom.example/leak")
    }

    private func run(_ script: String) throws -> ProgramRun {
        try bench.run(
            script,
            environment: [
                "XDG_STATE_HOME": bench.root + "/state", "A": authority?.address ?? "", "T": authority?.folder ?? "",
            ])
    }

    /// The statement with its lines joined, and the status.
    private func statement(_ options: String) throws -> (text: String, status: Int32) {
        let made = try run("\"$M\" statement leak.tar.gz \(options)")
        return (made.output.replacing("\n                ", with: " "), made.status)
    }

    private func seal() throws {
        let made = try run(
            """
            set -e; ssh-keygen -q -t ed25519 -N '' -C desk -f key; echo "desk@newsroom.example $(cat key.pub)" > signers
            "$M" keys generate-note --name newsroom.example/leak -o note.key > vkey
            "$M" seal leak.tar.gz --ssh-key key --note-key note.key --tsa "$A/tsa" --tsa "$A/tsa"
            """)
        #expect(made.status == 0, "\(made.errors)")
    }

    @Test func `a bundle without a seal is called not sealed`() throws {
        let bare = try statement("")
        #expect(bare.status == 0 && bare.text.contains("Seal          not sealed: "))
        #expect(bare.text.contains("`mailseal seal`"))
        let chosen = try statement("--no-seal").text
        #expect(chosen.contains("Seal          not looked at, as the signer of this page chose"))
        #expect(try statement("--seal missing").status == 2)
        #expect(try statement("--no-seal --tsa-ca x").status == 2)
    }

    @Test func `each signature and stamp is named, and whom it is anchored in`() throws {
        guard authority != nil else { return }
        try seal()
        let unnamed = "good; not anchored in anything that the signer of this page named"
        let own = try statement("")
        #expect(own.status == 0 && own.text.contains("the root is that of a seal whose signer nobody named"))
        let named = try statement("--allowed-signers signers --note-key $(cat vkey) --tsa-ca $T/root.crt")
        #expect(named.status == 0 && named.text.contains("intact: everything recomputed agrees, and the seal vouches"))
        #expect(named.text.contains("Seal          leak.seal: sound; it is of this root and of this file"))
        for (label, end, anchored) in [
            ("SSH signature", unnamed, "good; of desk@newsroom.example, named by the signer of this page"),
            (
                "Signed note", "not checked; not anchored in anything that the signer of this page named",
                "good; a key named by the signer of this page"
            ), ("Time stamp", unnamed, "good; anchored in CN=root,O=Loopback, named by the signer of this page"),
        ] {
            let isStamp = label == "Time stamp"
            for (text, end) in [(own.text, end), (named.text, anchored)] {
                let rows = text.split(separator: "\n").filter { $0.hasPrefix("  \(label) ") }
                #expect(rows.count == (isStamp ? 2 : 1) && rows.allSatisfy { $0.hasSuffix(end) }, "\(rows)")
                let time = /[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} UTC by CN=tsa,O=Loopback, over SEAL,/
                #expect(!isStamp || rows.allSatisfy { $0.contains(time) }, "\(rows)")
            }
        }
        let fingerprint = try run("ssh-keygen -l -f key.pub | cut -d' ' -f2").output.dropLast()
        #expect(own.text.contains("SSH signature ssh-ed25519 \(fingerprint), good; "))
        let page = try statement("--html --tsa-ca $T/root.crt").text
        #expect(page.contains("<th>Time stamp</th><td>") && !page.contains("class=\"alarm\""))
    }

    @Test func `a broken seal is said loudly`() throws {
        guard authority != nil else { return }
        try seal()
        let other = try statement("--note-key newsroom.example/other+da221882+AVsN")
        #expect(other.status == 2)
        _ = try run("echo >> leak.seal/checkpoint.sshsig")
        let broken = try statement("--allowed-signers signers")
        #expect(broken.status == 1)
        #expect(broken.text.contains("*** THE SEAL IS BROKEN: it does not vouch for this copy ***"))
        #expect(broken.text.contains("Result        THE SEAL IS BROKEN; what was recomputed from the copy alone"))
        #expect(broken.text.contains("Seal          leak.seal: BROKEN, 3 findings"))
        #expect(broken.text.contains("seal-file-unreadable: checkpoint.sshsig: "))
        let page = try statement("--html")
        #expect(page.status == 1 && page.text.contains("<p class=\"alarm\">THE SEAL IS BROKEN"))
    }
}
