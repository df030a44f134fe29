import Bytes
import Foundation
import ScratchFolders
import Testing

@testable import Cryptography

@Suite struct TimeStampReplyTests {
    static let hello = TimeStampImprint.all(of: Array("hello".utf8))

    @Test(arguments: TimeStampImprint.Algorithm.allCases)
    func `a reply of openssl is read and accepted`(algorithm: TimeStampImprint.Algorithm) throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let reply = try TimeStampReply(parsing: try authority.read("\(algorithm).tsr"))
        let request = try TimeStampRequest(der: try authority.read("\(algorithm).tsq"))
        let token = try #require(reply.token)
        #expect(reply.status == .granted && reply.failures.isEmpty)
        #expect(token.imprint == request.imprint && token.nonce == request.nonce)
        #expect(token.policy.description == "1.3.6.1.4.1.99999.1" && token.accuracyMicroseconds == 1_500_100)
        #expect(token.isOrdering && token.authority == "CN=tsa,O=Seal Test")
        let found = reply.verify(Self.hello, nonce: request.nonce, anchors: try authority.certificates("root"))
        #expect(found.failures == [] && found.verdict == .sound && found.isAnchored)
        #expect(found.chain.map(\.subject) == ["tsa", "int", "root"].map { "CN=\($0),O=Seal Test" })
        #expect(found.signer?.serialNumber == "10" && found.binding == .version2(.sha256))
        #expect(found.revocations.map(\.state) == [.notChecked, .notChecked] && !found.isRevocationChecked)
        let end = try #require(found.renewBefore)
        #expect(found.chain.contains { $0.notAfter == end } && found.chain.allSatisfy { $0.notAfter >= end })
    }

    /// What openssl and mailseal say of the same files.
    private static let table:
        [(name: String, reply: String, data: String, anchor: String, chain: String?, isGood: Bool)] = [
            ("good", "sha256", "data", "root", nil, true),
            ("RSA", "rsa", "data", "root", nil, true),
            ("SigningCertificate of version 1", "version1", "data", "root", "int", true),
            ("other data", "sha256", "tsa.cnf", "root", nil, false),
            ("MD5, refused by the authority", "md5", "data", "root", nil, false),
            ("another root", "sha256", "data", "other-root", nil, false),
            ("a root that the signer has nothing to do with", "other", "data", "root", nil, false),
            ("no certificate", "bare", "data", "root", nil, false),
            ("no certificate in the reply, but in the chain", "bare", "data", "root", "tsa int", true),
            ("the signer alone in the chain", "bare", "data", "root", "tsa", false),
            ("another authority's certificate in the chain", "bare", "data", "root", "tsa-b int", false),
            ("an earlier reply, stamped again", "renewal", "sha256.tsr", "root", nil, true),
        ]

    @Test func `openssl and mailseal answer the same`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        for row in Self.table {
            let names = (row.chain ?? "").split(separator: " ").map(String.init)
            let pem = try names.flatMap { try authority.read($0 + ".crt") }
            let file = UUID().uuidString
            try authority.write(file, pem)
            let answer = try authority.run(
                """
                openssl ts -verify -data \(row.data) -in \(row.reply).tsr -CAfile \(row.anchor).crt \
                \(names.isEmpty ? "" : "-untrusted \(file)")
                """)
            #expect((answer.status == 0) == row.isGood, "openssl, \(row.name): \(answer)")
            let found = try TimeStampReply(parsing: try authority.read(row.reply + ".tsr")).verify(
                TimeStampImprint.all(of: try authority.read(row.data)),
                chain: try names.isEmpty ? CertificateList() : CertificateList(derOrPEM: pem),
                anchors: try authority.certificates(row.anchor))
            #expect((found.verdict == .sound) == row.isGood, "\(row.name): \(found.failures)")
        }
    }

    @Test func `a reply to another request is refused`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let nonce = try TimeStampRequest(der: try authority.read("sha512.tsq")).nonce
        let anchors = try authority.certificates("root")
        let reply = try TimeStampReply(parsing: try authority.read("sha256.tsr"))
        let found = reply.verify(Self.hello, nonce: nonce, anchors: anchors)
        #expect(found.failures == [.otherNonce(expected: nonce ?? [], found: reply.token?.nonce)])
        let answer = try authority.run(
            "openssl ts -verify -queryfile sha512.tsq -in sha256.tsr -CAfile root.crt -untrusted int.crt")
        #expect(answer.status != 0)
    }

    @Test func `what an authority refuses is told`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let reply = try TimeStampReply(parsing: try authority.read("md5.tsr"))
        #expect(reply.status == .rejection && reply.token == nil && reply.failures.map(\.description) == ["badAlg"])
        let failures = reply.verify(Self.hello).failures
        #expect(failures == [.notGranted(.rejection, texts: reply.statusTexts, failures: reply.failures)])
        #expect(failures.first?.description.hasPrefix("authority granted no token: rejection, badAlg, ") == true)
    }

    @Test func `swapped replies of two authorities are refused`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let replies = try ["sha512", "other"].map { try TimeStampReply(parsing: try authority.read($0 + ".tsr")) }
        let anchors = [try authority.certificates("root"), try authority.certificates("other-root")]
        for (place, reply) in replies.enumerated() {
            #expect(reply.verify(Self.hello, anchors: anchors[place]).verdict == .sound)
            let swapped = reply.verify(
                Self.hello, chain: try authority.certificates("int"), anchors: anchors[1 - place])
            #expect(swapped.failures == [.otherAnchor(topmost: "CN=\(place == 0 ? "int" : "other-root"),O=Seal Test")])
            #expect(!swapped.isAnchored)
        }
    }

    @Test func `without anchors the topmost certificate is named`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let reply = try TimeStampReply(parsing: try authority.read("sha256.tsr"))
        let top = try authority.certificates("int").facts[0]
        let root = try authority.certificates("root")
        #expect(reply.verify(Self.hello).anchoring == .notAnchored(topmost: top, isSelfSigned: false))
        #expect(reply.verify(Self.hello).verdict == .sound)
        #expect(
            reply.verify(Self.hello).anchoring?.description
                == "not anchored in anything you named, topmost certificate is CN=int,O=Seal Test, that of its issuer "
                + "CN=root,O=Seal Test is missing")
        let withRoot = reply.verify(Self.hello, chain: root)
        #expect(withRoot.anchoring == .notAnchored(topmost: root.facts[0], isSelfSigned: true))
        // The certificates that prove nothing to the caller must fit each other all the same.
        let wrong = reply.verify(Self.hello, chain: try authority.certificates("other-root", "tsa-b", "web"))
        #expect(wrong.anchoring == .notAnchored(topmost: top, isSelfSigned: false))
    }

    @Test(arguments: ["root", "int", "tsa"])
    func `any certificate of the chain can be the anchor`(anchor: String) throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let anchors = try authority.certificates(anchor)
        let found = try TimeStampReply(parsing: try authority.read("sha256.tsr")).verify(Self.hello, anchors: anchors)
        #expect(found.verdict == .sound && found.anchoring == .anchored(anchors.facts[0]))
        #expect(found.chain.last == anchors.facts[0])
    }

    @Test func `no byte of a reply can be changed into other facts`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let der = try authority.read("version1.tsr")
        let anchors = try authority.certificates("root")
        let good = try TimeStampReply(parsing: der)
        let expected = Facts(good, good.verify(Self.hello, anchors: anchors))
        var accepted = 0
        for place in der.indices {
            var changed = der
            changed[place] ^= 1 << UInt8(place % 8)
            guard let reply = try? TimeStampReply(parsing: changed) else { continue }
            let found = reply.verify(Self.hello, anchors: anchors)
            guard found.verdict == .sound else { continue }
            accepted += 1
            #expect(Facts(reply, found) == expected, "byte \(place)")
        }
        // What nobody signed: the status, versions, and the announced algorithms.
        #expect(accepted < 40)
    }

    @Test func `a reply that is cut or goes on is refused`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let der = try authority.read("sha256.tsr")
        for length in der.indices {
            #expect(throws: CryptographyError.self) { try TimeStampReply(parsing: Array(der[..<length])) }
        }
        #expect(throws: CryptographyError.self) { try TimeStampReply(parsing: der + [0]) }
        #expect(throws: CryptographyError.timeStampLength(bytes: 1_048_577)) {
            try TimeStampReply(parsing: [UInt8](repeating: 0x30, count: 1_048_577))
        }
    }

    @Test func `a bare token is refused`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let token = try TimeStampReply(parsing: try authority.read("sha256.tsr")).token
        #expect(throws: CryptographyError.self) { try TimeStampReply(parsing: token?.der ?? []) }
    }

    /// What a reader of a verdict relies on.
    private struct Facts: Equatable {
        let imprint: TimeStampImprint?
        let time: TimeStampTime?
        let words: [String?]
        let numbers: [Int64?]
        let verification: TimeStampVerification

        init(_ reply: TimeStampReply, _ verification: TimeStampVerification) {
            let token = reply.token
            imprint = token?.imprint
            time = token?.time
            words = [token?.policy.description, token?.serialNumber, token?.authority]
            numbers =
                [token?.accuracyMicroseconds, token?.isOrdering == true ? 1 : 0] + (token?.nonce ?? []).map(Int64.init)
            self.verification = verification
        }
    }
}
