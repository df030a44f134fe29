import Bytes
import Foundation
import ScratchFolders
import Testing

@testable import Cryptography

/// Replies of other authorities, kept by the project rfc3161-client.
@Suite struct TimeStampVectorTests {
    enum Answer: Equatable {
        case sound(signer: String, binding: TimeStampVerification.Binding)
        case invalidSignature
        case otherAnchor
    }

    static let sigstage = "CN=sigstore-tsa,O=sigstore.dev"
    static let table: [(reply: String, data: String?, answer: Answer)] = [
        ("sigstage/response-sha256", nil, .sound(signer: sigstage, binding: .version2(.sha256))),
        ("sigstage/response-sha384", nil, .sound(signer: sigstage, binding: .version2(.sha384))),
        ("sigstage/response-sha512", nil, .sound(signer: sigstage, binding: .version2(.sha512))),
        ("sigstage/response-no-embedded-cert", nil, .sound(signer: sigstage, binding: .version2(.sha256))),
        ("sigstage/response-invalid-signature", nil, .invalidSignature),
        (
            "sigstore.mock/response-expired", "sigstore.mock/payload",
            .sound(signer: "O=sigstore.mock,CN=tsa signing", binding: .version2(.sha256))
        ),
        (
            "test_tsa/response", nil,
            .sound(signer: "CN=Test TSA Timestamping,O=local", binding: .version2(.sha512))
        ),
        (
            "test_tsa/response-injected-certs", nil,
            .sound(signer: "CN=Test TSA Timestamping,O=local", binding: .version2(.sha512))
        ),
        (
            // By an authority of the same name, whose issuer has another key.
            "test_tsa/other_response", nil, .otherAnchor
        ),
        (
            "identrust/issue-104", nil,
            .sound(signer: "CN=TrustID Timestamp Authority,O=IdenTrust,C=US", binding: .version1)
        ),
    ]

    @Test func `each reply is accepted or refused as its name says`() throws {
        guard let vectors = Vectors() else { return }
        for row in Self.table {
            let folder = String(row.reply.prefix { $0 != "/" })
            let pem = try vectors.read(folder + "/ts_chain.pem")
            let reply = try TimeStampReply(parsing: try vectors.read(row.reply + ".tsr"))
            let data = try row.data.map(vectors.read) ?? Array("hello".utf8)
            let certificates = try CertificateList(derOrPEM: pem)
            let root = CertificateList(der: certificates.der.suffix(1))
            let found = reply.verify(TimeStampImprint.all(of: data), chain: certificates, anchors: root)
            switch row.answer {
            case .sound(let signer, let binding):
                #expect(found.failures == [] && found.isAnchored, "\(row.reply)")
                #expect(found.signer?.subject == signer && found.binding == binding, "\(row.reply)")
            case .otherAnchor:
                #expect(found.failures == [.otherAnchor(topmost: "CN=Test TSA Timestamping,O=local")], "\(row.reply)")
            case .invalidSignature:
                #expect(found.failures == [.invalidSignature(subject: Self.sigstage)], "\(row.reply)")
            }
            let other = reply.verify(TimeStampImprint.all(of: data + [0]), chain: certificates, anchors: root)
            #expect(other.verdict == .refused, "\(row.reply)")
        }
    }

    @Test func `requests are answered by their own replies alone`() throws {
        guard let vectors = Vectors() else { return }
        let chain = try CertificateList(derOrPEM: try vectors.read("test_tsa/ts_chain.pem"))
        for (request, reply, isOwn) in [
            ("request", "response", true), ("request", "response-injected-certs", true),
            ("request", "other_response", false), ("other_request", "response", false),
        ] {
            let nonce = try TimeStampRequest(der: try vectors.read("test_tsa/\(request).der")).nonce
            let found = try TimeStampReply(parsing: try vectors.read("test_tsa/\(reply).tsr"))
                .verify(TimeStampImprint.all(of: Array("hello".utf8)), nonce: nonce, chain: chain)
            #expect((found.verdict == .sound) == isOwn, "\(request) \(reply): \(found.failures)")
        }
    }

    @Test func `without the file of certificates a signer is not found`() throws {
        guard let vectors = Vectors() else { return }
        let reply = try TimeStampReply(parsing: try vectors.read("sigstage/response-no-embedded-cert.tsr"))
        let found = reply.verify(TimeStampImprint.all(of: Array("hello".utf8)))
        guard case .signerNotFound? = found.failures.first else {
            Issue.record("\(found.failures)")
            return
        }
        #expect(found.failures.count == 1 && found.signer == nil && found.anchoring == nil)
    }

    @Test func `certificates come in the order of the chain, strangers last`() throws {
        guard let vectors = Vectors() else { return }
        let chain = try CertificateList(derOrPEM: try vectors.read("test_tsa/ts_chain.pem"))
        let reply = try TimeStampReply(parsing: try vectors.read("test_tsa/response-injected-certs.tsr"))
        let shuffled = CertificateList(der: chain.der.reversed())
        let subjects = reply.token?.certificates(joinedWith: shuffled).facts.map(\.subject)
        #expect(
            subjects == [
                "CN=Test TSA Timestamping,O=local", "CN=Test TSA Intermediate,O=local", "CN=Test TSA Root,O=local",
                "CN=Spoofed TSA", "CN=Test TSA Timestamping,O=local",
            ])
    }

    @Test func `negative numbers and real names are shown`() throws {
        guard let vectors = Vectors() else { return }
        let mock = try TimeStampReply(parsing: try vectors.read("sigstore.mock/response-expired.tsr")).token
        #expect(mock?.serialNumber == "-21524111" && mock?.time.description == "2023-02-01T00:00:00Z")
        #expect(mock?.nonce == [0x49, 0x96, 0x02, 0xD2] && mock?.accuracyMicroseconds == 1_000_000)
        let real = try TimeStampReply(parsing: try vectors.read("identrust/issue-104.tsr")).token
        let certificates = try #require(real).certificates()
        #expect(
            certificates.revocationListAddresses.allSatisfy { $0.hasPrefix("http://validation.identrust.com/crl/") })
        #expect(certificates.revocationListAddresses.count == 2)
        #expect(certificates.issuerAddresses.allSatisfy { $0.hasPrefix("http://") })
    }

    @Test func `a file that OPENSSL_CONF names changes nothing`() async throws {
        guard Vectors() != nil else { return }
        let file = try Self.writeConfiguration()
        defer { try? FileManager.default.removeItem(at: file) }
        let command = "! openssl version || ! OPENSSL_CONF=\(file.path) openssl dgst -sha256 /dev/null"
        #expect(try ProgramRun(["bash", "-c", command]).status == 0, "the file does not hinder openssl")
        await #expect(processExitsWith: .success) {
            let file = try TimeStampVectorTests.writeConfiguration()
            unsafe setenv("OPENSSL_CONF", file.path, 1)
            try TimeStampVectorTests().`each reply is accepted or refused as its name says`()
            try FileManager.default.removeItem(at: file)
        }
    }

    /// A file that leaves no algorithm at all to libcrypto's default context.
    static func writeConfiguration() throws -> URL {
        let file = FileManager.default.temporaryDirectory.appending(path: "mailseal-\(UUID().uuidString).cnf")
        let text = """
            openssl_conf = init
            [init]
            providers = provs
            alg_section = algs
            [provs]
            base = on
            [on]
            activate = 1
            [algs]
            default_properties = fips=yes
            """
        try text.write(to: file, atomically: false, encoding: .utf8)
        return file
    }

    struct Vectors {
        private let folder: URL

        init?() {
            folder = URL(filePath: #filePath).appending(path: "../../../../shared/vectors/rfc3161").standardized
            guard FileManager.default.fileExists(atPath: folder.path) else {
                print("stepping aside: \(folder.path) is not there")
                return nil
            }
        }

        func read(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appending(path: name))) }
    }
}
