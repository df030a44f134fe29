// Two sealed bundles, made by stock programs as Docs/seals.md tells it, without the command `seal`.

import Bytes
import Cryptography
import Foundation
import MerkleTree
import ScratchFolders
import Sealing
import Testing

@testable import Mailseal

/// A folder with `a.tar.gz`, `a.seal`, `b.tar.gz` and `b.seal`, made once for all tests.
final class SealCheckBench: Sendable {
    private static let made = Task { try await make() }

    /// The bench, or nil when a program is missing.
    static func shared() async throws -> SealCheckBench? { try await made.value }

    let bench: VerifyBench

    private init() throws { bench = try VerifyBench() }

    private static func make() async throws -> SealCheckBench? {
        let made = try SealCheckBench()
        let bench = made.bench
        guard try bench.attempt("command -v ssh-keygen openssl sha256sum sha512sum tar").status == 0 else {
            print("ssh-keygen, openssl or coreutils are not installed: the tests of seals step aside")
            return nil
        }
        for name in ["a", "b"] {
            try bench.write("in-\(name)/1.eml", Mails.plain(name == "a" ? 1 : 2))
            try bench.write("in-\(name)/2.eml", Mails.attached)
            let bundle = try await bench.bundle(of: ["in-\(name)"], name: name, keys: false) {
                $0.origin = "newsroom.example/\(name)".bytes
            }
            let path = try bench.write("\(name).tar.gz", bundle)
            let text = try Bundle(path: path).checkpoint.text
            let key = try noteKey(1)
            try bench.write("\(name).note", try SignedNote(text: text, signatures: [try key.sign(text)]).bytes)
        }
        try bench.run(script)
        return made
    }

    /// A note key of its own for each number.
    static func noteKey(_ number: UInt8) throws -> NoteSignerKey {
        try NoteSignerKey(name: "newsroom.example".bytes, seed: [UInt8](repeating: number, count: 32))
    }

    /// Text that a file of this bench holds.
    func read(_ name: String) throws -> [UInt8] { try bench.read(name) }

    /// The files of a seal.
    func seal(_ name: String) throws -> SealFolder { try SealFolder(path: bench.path("\(name).seal")) }

    func checkpoint(_ name: String) throws -> Checkpoint {
        try Checkpoint(parsing: try read("\(name).seal/checkpoint"))
    }

    /// A file of allowed signers: the key of `desk` with these options.
    func signers(_ options: String = "namespaces=\"file@mailseal\"", key: String = "desk") throws -> AllowedSigners {
        let line = try read("\(key).pub").displayText
        return try AllowedSigners(parsing: "\(key)@newsroom.example \(options) \(line)".bytes)
    }

    /// Everything that is right is named.
    func trust() throws -> SealCheckOptions {
        var options = SealCheckOptions()
        options.allowedSigners = try signers()
        options.noteKeys = [try Self.noteKey(1).verifierKey]
        for root in ["root-a", "root-b"] { try options.addAnchors(bench.path("\(root).crt")) }
        return options
    }

    /// Checks the files of a seal, changed.
    func check(
        of name: String = "a", _ options: SealCheckOptions? = nil, bundle: SealCheckBundle = .none,
        _ change: (inout [SealFolderName: [UInt8]]) throws -> Void = { _ in }
    ) throws -> SealReport {
        var files = try seal(name).files
        try change(&files)
        return SealCheck.run(
            SealFolder(files: files), of: try checkpoint(name), bundle, try options ?? trust())
    }

    /// The number of seconds since 1970 of the first stamp of seal `a`.
    func stamped() throws -> Int64 {
        try #require(try check().since?.time?.second.secondsSince1970)
    }

    /// A time so many seconds from the first stamp, as ssh-keygen writes it.
    func time(_ seconds: Int64) throws -> String {
        let time = try #require(Timestamp(secondsSince1970: try stamped() + seconds))
        return time.description.filter { $0.isNumber } + "Z"
    }
}

extension SealCheckBench {
    /// The folder of tsa.sh.
    static let peers = URL(filePath: #filePath).appending(path: "../../Peers").standardized.path

    /// An authority for each bundle; `desk` seals, `other` does not.
    private static let script = """
        set -e
        exec 2>&1
        . "\(peers)/tsa.sh"
        number=16
        for n in a b; do
            root root-$n
            issue tsa-$n root-$n tsa $number
            number=$((number + 1))
            revocations root-$n $n.crl
        done
        for key in desk other; do ssh-keygen -q -t ed25519 -N '' -C $key -f $key; done
        stamped() {
            query $2 sha$3 $2.tsa.example.tsq
            stamp tsa-$1 $2.tsa.example.tsq $2.tsa.example.tsr
            for certificate in tsa-$1 root-$1; do openssl x509 -in ../$certificate.crt; done > $2.tsa.example.chain.pem
            cp ../$1.crl $2.tsa.example.crls.pem
        }
        for n in a b; do
            mkdir $n.seal
            tar xzOf $n.tar.gz $n/checkpoint > $n.seal/checkpoint
            ssh-keygen -q -Y sign -f desk -n file@mailseal $n.seal/checkpoint
            mv $n.seal/checkpoint.sig $n.seal/checkpoint.sshsig
            cp $n.note $n.seal/checkpoint.note
            cd $n.seal
            sha256sum checkpoint checkpoint.note checkpoint.sshsig ../$n.tar.gz > SEAL
            sha512sum checkpoint checkpoint.note checkpoint.sshsig ../$n.tar.gz > SEAL.512
            stamped $n SEAL 256
            LC_ALL=C sha512sum ../$n.tar.gz $(LC_ALL=C ls) > SEAL-2
            stamped $n SEAL-2 512
            cd ..
        done
        """
}
