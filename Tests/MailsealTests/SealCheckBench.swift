// Two sealed bundles, made by stock programs as Docs/seals.md tells it, without the command `seal`.

import Bytes
import Cryptography
import Foundation
import MerkleTree
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
        guard try bench.run("command -v ssh-keygen openssl sha256sum sha512sum tar").status == 0 else {
            print("ssh-keygen, openssl or coreutils are not installed: the tests of seals step aside")
            return nil
        }
        try bench.write("tsa.cnf", configuration.bytes)
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
        let run = try bench.run(script)
        guard run.status == 0 else { throw MailsealError("the seals could not be made: \(run.output)") }
        return made
    }

    /// A note key of its own for each number.
    static func noteKey(_ number: UInt8) throws -> NoteSignerKey {
        try NoteSignerKey(name: "newsroom.example".bytes, seed: [UInt8](repeating: number, count: 32))
    }

    /// Text that a file of this bench holds.
    func read(_ name: String) throws -> [UInt8] { try bench.read(bench.path(name)) }

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

    /// Checks the files of seal `a`, changed.
    func check(
        _ options: SealCheckOptions? = nil, bundle: SealCheckBundle = .none,
        _ change: (inout [SealFolderName: [UInt8]]) throws -> Void = { _ in }
    ) throws -> SealReport {
        var files = try seal("a").files
        try change(&files)
        return try SealCheck.run(
            SealFolder(files: files), of: try checkpoint("a"), bundle, try options ?? trust())
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
    private static let configuration = """
        [req]
        distinguished_name = dn
        prompt = no
        [dn]
        CN = unused
        [root]
        basicConstraints = critical,CA:TRUE
        keyUsage = critical,keyCertSign,cRLSign
        subjectKeyIdentifier = hash
        [tsa]
        basicConstraints = critical,CA:FALSE
        keyUsage = critical,digitalSignature
        extendedKeyUsage = critical,timeStamping
        subjectKeyIdentifier = hash
        authorityKeyIdentifier = keyid
        [stamps]
        serial = ../serial
        crypto_device = builtin
        signer_digest = sha256
        default_policy = 1.3.6.1.4.1.99999.1
        digests = sha256, sha384, sha512
        ess_cert_id_alg = sha256
        [crl]
        database = index.txt
        default_md = sha256
        default_crl_days = 30
        crl_extensions = crl_ext
        [crl_ext]
        authorityKeyIdentifier = keyid
        """

    /// An authority for each bundle; `desk` seals, `other` does not.
    private static let script = """
        set -e
        exec 2>&1
        export OPENSSL_CONF=/dev/null
        new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config tsa.cnf"
        echo 01 > serial
        : > index.txt
        echo unique_subject=no > index.txt.attr
        number=16
        for n in a b; do
            openssl req -x509 $new -keyout root-$n.key -out root-$n.crt -days 7300 -extensions root -subj "/CN=root-$n"
            openssl req -new $new -keyout tsa-$n.key -subj "/CN=tsa-$n" -out tsa-$n.csr
            openssl x509 -req -in tsa-$n.csr -CA root-$n.crt -CAkey root-$n.key -set_serial $number -days 3650 \\
                -out tsa-$n.crt -extfile tsa.cnf -extensions tsa
            number=$((number + 1))
            openssl ca -gencrl -config tsa.cnf -name crl -keyfile root-$n.key -cert root-$n.crt -out $n.crl
        done
        for key in desk other; do ssh-keygen -q -t ed25519 -N '' -C $key -f $key; done
        stamp() {
            openssl ts -query -config ../tsa.cnf -data $2 -sha$3 -cert -out $2.tsa.example.tsq
            openssl ts -reply -config ../tsa.cnf -section stamps -queryfile $2.tsa.example.tsq \\
                -signer ../tsa-$1.crt -inkey ../tsa-$1.key -out $2.tsa.example.tsr
            for certificate in tsa-$1 root-$1; do openssl x509 -in ../$certificate.crt; done > $2.tsa.example.chain.pem
            openssl crl -in ../$1.crl > $2.tsa.example.crls.pem
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
            stamp $n SEAL 256
            LC_ALL=C sha512sum ../$n.tar.gz $(LC_ALL=C ls) > SEAL-2
            stamp $n SEAL-2 512
            echo "For people." > README.txt
            cd ..
        done
        """
}
