import Bytes
import Foundation
import ScratchFolders
import Testing

@testable import Cryptography

/// Tokens that `openssl ts` would not make.
@Suite struct TimeStampRefusalTests {
    static let hello = TimeStampImprint.all(of: Array("hello".utf8))

    private func verify(
        _ der: [UInt8], _ authority: TimeStampAuthority, chain: String = "int"
    ) throws -> TimeStampVerification {
        try TimeStampReply(parsing: der).verify(
            Self.hello, chain: try authority.certificates(chain), anchors: try authority.certificates("root"))
    }

    @Test func `a token made by other means is accepted`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        for options in [
            "-md sha256 -cades", "-md sha384 -cades", "-md sha512 -cades -keyid", "-md sha256 -cades -nocerts",
        ] {
            let der = try authority.reply(at: TimeStampAuthority.time(hours: 1), options: options)
            let reply = try TimeStampReply(parsing: der)
            let found = reply.verify(
                Self.hello, chain: try authority.certificates("tsa", "int"),
                anchors: try authority.certificates("root"))
            #expect(found.failures == [], "\(options)")
            #expect(found.signer == (try authority.certificates("tsa").facts[0]))
        }
        let pss = try authority.reply(
            by: "tsa-rsa", at: TimeStampAuthority.time(hours: 1),
            options: "-md sha256 -cades -keyopt rsa_padding_mode:pss")
        #expect(try verify(pss, authority).failures == [])
    }

    @Test(
        arguments: [
            ("eku_not_critical", [.extendedKeyUsageNotCritical]), ("eku_two", [.notForTimeStampingAlone]),
            ("eku_unknown", [.notForTimeStampingAlone]), ("eku_none", [.notForTimeStampingAlone]),
            ("ca", [.authorityCertificate]), ("key_usage", [.keyUsage]),
        ] as [(String, [TimeStampFailure.Unfitness])])
    func `a certificate that is not for time stamping alone is refused`(
        name: String, unfitness: [TimeStampFailure.Unfitness]
    ) throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let found = try verify(try authority.reply(by: name, at: TimeStampAuthority.time(hours: 1)), authority)
        let expected = unfitness.map { TimeStampFailure.unfitCertificate($0, subject: "CN=\(name),O=Seal Test") }
        #expect(found.failures.starts(with: expected), "\(found.failures)")
        #expect(
            found.failures.dropFirst(expected.count).allSatisfy { if case .invalidChain = $0 { true } else { false } })
    }

    @Test func `an issuer for other purposes is refused`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let der = try authority.reply(by: "web-tsa", at: TimeStampAuthority.time(hours: 1))
        let failure = TimeStampFailure.issuerNotForTimeStamping(subject: "CN=web,O=Seal Test")
        #expect(try verify(der, authority, chain: "web").failures == [failure])
    }

    @Test func `weak keys and hash functions are refused`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let time = TimeStampAuthority.time(hours: 1)
        let key = try verify(try authority.reply(by: "tsa-weak", at: time), authority)
        #expect(key.failures == [.weakCertificate("an RSA key of 1024 bits", subject: "CN=tsa-weak,O=Seal Test")])
        let issuer = try verify(try authority.reply(by: "tsa-sha1", at: time), authority)
        #expect(issuer.failures == [.weakCertificate("a signature by sha1", subject: "CN=tsa-sha1,O=Seal Test")])
        let digest = try verify(try authority.reply(at: time, options: "-md sha1 -cades"), authority)
        #expect(
            digest.failures.map(\.description)
                == ["1.3.14.3.2.26", "1.2.840.10045.4.1"].map {
                    "token is signed by algorithm \($0), expected SHA-256 or better"
                })
        let sha1 = DERWriter.value(
            .sequence,
            DERWriter.value(.sequence, DERWriter.value(.objectIdentifier, [0x2B, 0x0E, 0x03, 0x02, 0x1A]))
                + DERWriter.value(.octetString, LibraryContext.digest(of: Array("hello".utf8), by: "SHA1")))
        let imprint = try verify(try authority.reply(at: time, imprint: sha1), authority)
        #expect(imprint.failures.map(\.description).first?.contains("1.3.14.3.2.26") == true)
        #expect(imprint.failures.count == 1)
    }

    @Test func `the chain must be valid at the time of the token and at no other`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        for (hours, problem) in [
            (-24, "certificate is not yet valid"), (24, nil), (24 * 3649, nil), (24 * 3651, "certificate has expired"),
        ] {
            let time = TimeStampAuthority.time(hours: hours)
            let der = try authority.reply(at: time)
            let failures = try verify(der, authority).failures
            #expect(failures.count == (problem == nil ? 0 : 1), "\(hours): \(failures)")
            let words = " was not valid at the time of the token: \(problem ?? "")"
            #expect(failures.allSatisfy { $0.description.hasSuffix(words) }, "\(hours): \(failures)")
            let name = UUID().uuidString
            try authority.write(name, der)
            let second = Int64(Date().timeIntervalSince1970) + Int64(hours) * 3600
            let command =
                "openssl ts -verify -data data -in \(name) -CAfile root.crt -untrusted int.crt -attime \(second)"
            #expect((try authority.run(command).status == 0) == (problem == nil), "\(hours)")
        }
    }

    @Test func `a certificate that is not bound is refused`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let time = TimeStampAuthority.time(hours: 1)
        let unbound = try verify(try authority.reply(at: time, options: "-md sha256"), authority)
        #expect(unbound.failures == [.unboundCertificate] && unbound.binding == nil)
        // Without any signed attribute, it is the content itself that is signed.
        let der = try authority.reply(at: time, options: "-md sha256 -noattr")
        #expect(throws: CryptographyError.self) { try TimeStampReply(parsing: der) }
        // The certificate of the same name, number and key, made again.
        let made = try authority.run(
            """
            openssl x509 -req -in tsa.csr -CA int.crt -CAkey int.key -set_serial 16 -days 3000 -out again.crt \
            -extfile tsa.cnf -extensions tsa
            """)
        #expect(made.status == 0, "\(made)")
        let bare = try TimeStampReply(parsing: try authority.reply(at: time, options: "-md sha256 -cades -nocerts"))
        let other = bare.verify(Self.hello, chain: try authority.certificates("again", "int"))
        #expect(other.failures == [.otherCertificateBound(version: 2, subject: "CN=tsa,O=Seal Test")])
        let both = bare.verify(Self.hello, chain: try authority.certificates("again", "tsa", "int"))
        #expect(both.failures == [])
        #expect(try both.signer == authority.certificates("tsa").facts[0])
    }

    @Test func `what nobody signs has one form`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let der = try authority.read("sha256.tsr")
        /// The reply with the last of these bytes replaced by others.
        func changed(_ old: [UInt8], _ new: [UInt8]) throws -> [UInt8] {
            let range = try #require(der.ranges(of: old).last)
            return der[..<range.lowerBound] + new + der[range.upperBound...]
        }
        let sha256: [UInt8] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01]
        for (old, new) in [
            // The versions of SignedData and SignerInfo, and the parameters of the first's hash function.
            ([2, 1, 3, 0x31], [2, 1, 1, 0x31]), ([2, 1, 3, 0x31], [2, 1, 2, 0x31]),
            ([2, 1, 1, 0x30], [2, 1, 3, 0x30]),
            (sha256 + [5, 0, 0x30, 0x81], sha256 + [4, 0, 0x30, 0x81]),
        ] {
            #expect(throws: CryptographyError.self) { try TimeStampReply(parsing: try changed(old, new)) }
        }
        let ecdsa: [UInt8] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03]
        let other = try verify(try changed(ecdsa + [2], ecdsa + [3]), authority)
        let identifier = try #require(ObjectIdentifier("1.2.840.10045.4.3.3"))
        #expect(other.failures == [.otherSignatureHash(algorithm: identifier)])
    }

    @Test func `a token of two signers is refused`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let options = "-md sha256 -cades -signer tsa-b.crt -inkey tsa-b.key"
        let der = try authority.reply(at: TimeStampAuthority.time(hours: 1), options: options)
        do throws(CryptographyError) {
            _ = try TimeStampReply(parsing: der)
            Issue.record("read")
        } catch {
            #expect(error.description.hasSuffix("expected one signer only"))
        }
    }

    @Test func `what is not known but critical is refused, and a name must be the signer's`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let time = TimeStampAuthority.time(hours: 1)
        func extended(_ flag: [UInt8]) -> [UInt8] {
            let fields = DERWriter.value(.objectIdentifier, [0x2A, 0x03]) + flag + DERWriter.value(.octetString, [])
            return DERWriter.value(.constructed1, DERWriter.value(.sequence, fields))
        }
        let harmless = try authority.reply(at: time, tail: extended([]))
        #expect(try verify(harmless, authority).failures == [])
        let critical = try authority.reply(at: time, tail: extended([1, 1, 0xFF]))
        #expect(
            try verify(critical, authority).failures.map(\.description) == [
                "token has the unknown critical extension 1.2.3"
            ])
        let uri = DERWriter.value(.constructed0, DERWriter.value(.primitive6, Array("http://x\u{1B}".utf8)))
        let named = try verify(try authority.reply(at: time, tail: uri), authority)
        #expect(named.failures == [.otherAuthority(named: "http://x␛", subject: "CN=tsa,O=Seal Test")])
    }

    @Test(arguments: [
        "20261122140305Z", "20261122140305.1Z", "20261122140305.123456789Z", "20240229235959Z",
    ])
    func `times are read to the fraction`(text: String) throws {
        let time = try #require(TimeStampTime(Array(text.utf8)))
        #expect(time.description.filter { !"-:T".contains($0) } == text)
    }

    @Test(arguments: [
        "", "20261122140305", "202611221403Z", "2611221403 05Z", "20261122140305.Z", "20261122140305.10Z",
        "20261122140305,1Z", "20261122140305+0000", "20261122140360Z", "20261322140305Z", "20230229235959Z",
        "20261122240305Z", "20261122140305.1 Z", "00001122140305Z",
    ])
    func `other times are refused`(text: String) { #expect(TimeStampTime(Array(text.utf8)) == nil) }

    @Test func `random bytes and random changes are refused or read, and nothing else`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        var generator = Generator(state: 42)
        let good = try authority.read("sha256.tsr")
        let content = try TimeStampReply(parsing: good).token?.signed.content
        let chain = try authority.certificates("int")
        let tags: [UInt8] = [0x30, 0x31, 0x02, 0x04, 0x06, 0xA0, 0xA1, 0x80, 0x18, 0x03, 0x05, 0x24]
        var read = 0
        for round in 0..<1500 {
            var bytes = good
            if round % 3 == 0 {
                bytes = (0..<Int(generator.next() % 64)).map { _ in
                    generator.next() % 2 == 0 ? tags[Int(generator.next() % 12)] : UInt8(generator.next() % 40)
                }
            } else {
                for _ in 0...generator.next() % 4 {
                    let place = Int(generator.next() % UInt64(bytes.count))
                    switch generator.next() % 3 {
                    case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
                    case 1: bytes.remove(at: place)
                    default: bytes.insert(tags[Int(generator.next() % 12)], at: place)
                    }
                }
            }
            guard bytes != good, let reply = try? TimeStampReply(parsing: bytes) else { continue }
            read += 1
            let found = reply.verify(Self.hello, chain: chain, anchors: chain)
            #expect(found.verdict == .refused || reply.token?.signed.content == content)
        }
        #expect(read > 50)
    }

    @Test func `values nested deeply or of endless length are refused quickly`() {
        let count = 200_000
        let nested = (0..<count).flatMap { _ in [0x30, 0x80] as [UInt8] }
        #expect(throws: CryptographyError.self) { try TimeStampReply(parsing: nested) }
        var deep: [UInt8] = []
        for _ in 0..<60 { deep = DERWriter.value(.sequence, deep) }
        #expect(throws: CryptographyError.self) { try TimeStampReply(parsing: deep) }
        let wide = DERWriter.value(.sequence, [UInt8](repeating: 0x05, count: 1_000_000))
        #expect(throws: CryptographyError.self) { try TimeStampReply(parsing: wide) }
    }

    private struct Generator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
    }
}
