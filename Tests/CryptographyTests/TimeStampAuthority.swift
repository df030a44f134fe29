import Bytes
import Foundation
import ScratchFolders

@testable import Cryptography

/// Certificates, keys and replies that the installed openssl makes in a folder of its own, once for all tests.
final class TimeStampAuthority: Sendable {
    /// The authority, or nil when there is no openssl.
    static let shared: TimeStampAuthority? = {
        do {
            guard try ProgramRun.isInstalled("openssl") else { return nil }
            let authority = try TimeStampAuthority()
            atexit {
                if let made = TimeStampAuthority.shared {
                    try? FileManager.default.removeItem(atPath: made.folder.root)
                }
            }
            try authority.write("data", Array("hello".utf8))
            try authority.folder.run(script)
            return authority
        } catch {
            fatalError("openssl made no authority: \(error)")
        }
    }()

    private let folder: ScratchFolder

    private init() throws { folder = try ScratchFolder() }

    func read(_ name: String) throws -> [UInt8] { try folder.read(name) }

    func write(_ name: String, _ bytes: [UInt8]) throws { try folder.write(name, bytes) }

    func certificates(_ names: String...) throws -> CertificateList {
        try CertificateList(derOrPEM: try names.flatMap { try read($0 + ".crt") })
    }

    /// Runs a script in the folder.
    func run(_ script: String) throws -> ProgramRun { try folder.attempt(script) }

    /// A granted reply over `hello` whose token says what the arguments say, signed by a certificate of the folder.
    ///
    /// `openssl ts` refuses what is made here: other times, unfit certificates, weak hash functions.
    func reply(
        by name: String = "tsa", at time: String, options: String = "-md sha256 -cades", serial: [UInt8] = [7],
        imprint: [UInt8] = TimeStampImprint(.sha256, of: Array("hello".utf8)).der, tail: [UInt8] = []
    ) throws -> [UInt8] {
        var fields = DERWriter.integer([1]) + DERWriter.value(.objectIdentifier, [0x2A, 0x03]) + imprint
        fields += DERWriter.integer(serial) + DERWriter.value(.generalizedTime, Array(time.utf8)) + tail
        return try signed(DERWriter.value(.sequence, fields), by: name, options: options)
    }

    func signed(_ info: [UInt8], by name: String, options: String) throws -> [UInt8] {
        let file = UUID().uuidString
        try write(file, info)
        try folder.run(
            """
            openssl cms -sign -binary -nodetach -nosmimecap -econtent_type 1.2.840.113549.1.9.16.1.4 -in \(file) \
            -signer \(name).crt -inkey \(name).key -outform DER -out \(file).p7 \(options)
            """)
        let status = DERWriter.value(.sequence, DERWriter.integer([]))
        return DERWriter.value(.sequence, status + (try read(file + ".p7")))
    }

    /// A time so many hours from now, as a GeneralizedTime.
    static func time(hours: Int) -> String {
        let second = Timestamp(secondsSince1970: Int64(Date().timeIntervalSince1970) + Int64(hours) * 3600)
        return (second?.description ?? "").filter { !"-:T".contains($0) }
    }
}

extension TimeStampAuthority {
    /// The folder of tsa.sh.
    private static let peers = URL(filePath: #filePath).appending(path: "../../Peers").standardized.path

    /// root → int → tsa, tsa-b, tsa-rsa and the unfit ones; other-root → other-tsa; root → web → web-tsa.
    static let script = """
        SUBJECT="/O=Seal Test/CN="; . "\(peers)/tsa.sh"
        cat >> tsa.cnf << END
        [web]
        basicConstraints = critical,CA:TRUE
        keyUsage = critical,keyCertSign,cRLSign
        extendedKeyUsage = serverAuth
        subjectKeyIdentifier = hash
        authorityKeyIdentifier = keyid
        [tsa]
        crlDistributionPoints = URI:http://crl.example/int.crl,URI:ldap://crl.example/int,URI:http://b.example/int.crl
        authorityInfoAccess = caIssuers;URI:http://crl.example/int.crt,OCSP;URI:http://ocsp.example
        [eku_not_critical]
        basicConstraints = critical,CA:FALSE
        extendedKeyUsage = timeStamping
        [eku_two]
        basicConstraints = critical,CA:FALSE
        extendedKeyUsage = critical,timeStamping,codeSigning
        [eku_unknown]
        basicConstraints = critical,CA:FALSE
        extendedKeyUsage = critical,timeStamping,1.2.3.4
        [eku_none]
        basicConstraints = critical,CA:FALSE
        [ca]
        basicConstraints = critical,CA:TRUE
        extendedKeyUsage = critical,timeStamping
        [key_usage]
        basicConstraints = critical,CA:FALSE
        keyUsage = critical,digitalSignature,keyEncipherment
        extendedKeyUsage = critical,timeStamping
        [good]
        serial = $tsa/serial
        crypto_device = builtin
        signer_digest = sha256
        default_policy = 1.3.6.1.4.1.99999.1
        digests = sha256, sha384, sha512
        accuracy = secs:1, millisecs:500, microsecs:100
        ordering = yes
        tsa_name = yes
        ess_cert_id_chain = yes
        ess_cert_id_alg = sha256
        [version1]
        serial = $tsa/serial
        crypto_device = builtin
        signer_digest = sha512
        default_policy = 1.3.6.1.4.1.99999.1
        digests = sha256, sha384, sha512
        ess_cert_id_alg = sha1
        [only_issuers]
        authorityKeyIdentifier = keyid
        issuingDistributionPoint = critical,@only_issuers_point
        [only_issuers_point]
        onlyCA = TRUE
        [own_point]
        authorityKeyIdentifier = keyid
        issuingDistributionPoint = critical,@own_point_name
        [own_point_name]
        fullname = URI:http://crl.example/int.crl
        onlyuser = TRUE
        [other_point]
        authorityKeyIdentifier = keyid
        issuingDistributionPoint = critical,@other_point_name
        [other_point_name]
        fullname = URI:http://crl.example/other.crl
        [unknown]
        authorityKeyIdentifier = keyid
        1.2.3.4 = critical,ASN1:NULL
        END
        root root; root other-root
        issue int root issuer 2
        issue web root web 3
        issue tsa int tsa 16
        issue tsa-b int tsa 17
        issue other-tsa other-root tsa 16
        issue web-tsa web tsa 4
        number=32
        for kind in eku_not_critical eku_two eku_unknown eku_none ca key_usage; do
            cp tsa.key $kind.key
            issue $kind int $kind $number "-key tsa.key"
            number=$((number + 1))
        done
        issue tsa-rsa int tsa 18 "-newkey rsa:2048 -nodes -keyout tsa-rsa.key"
        issue tsa-weak int tsa 19 "-newkey rsa:1024 -nodes -keyout tsa-weak.key"
        cp tsa.key tsa-sha1.key
        issue tsa-sha1 int tsa 20 "-key tsa.key" -sha1
        for hash in sha256 sha384 sha512 md5; do
            query data $hash $hash.tsq
            stamp tsa $hash.tsq $hash.tsr good int
        done
        openssl ts -query -config tsa.cnf -data data -sha256 -out bare.tsq
        stamp tsa bare.tsq bare.tsr good int
        stamp tsa sha256.tsq version1.tsr version1 int
        stamp tsa-b sha256.tsq tsa-b.tsr good int
        stamp tsa-rsa sha256.tsq rsa.tsr good int
        stamp other-tsa sha512.tsq other.tsr good other-root
        query sha256.tsr sha512 renewal.tsq
        stamp tsa-b renewal.tsq renewal.tsr good int
        """
}
