import Bytes
import Foundation
import ScratchFolders
import Testing

@testable import Cryptography

/// Revocation lists from before and after a token that is made one day from now.
@Suite struct TimeStampRevocationTests {
    static let hello = TimeStampImprint.all(of: Array("hello".utf8))
    static let day = 24

    /// A reply whose token is from tomorrow.
    static let reply = Result {
        try TimeStampAuthority.shared?.reply(at: TimeStampAuthority.time(hours: day)) ?? []
    }

    /// The lists of an issuer, in which certificates are revoked: (serial number in hexadecimal, hours from now, reason).
    private struct List {
        var issuer = "int"
        /// Hours from now.
        var made = 2 * day
        var due = 9 * day
        var revoked: [(serial: String, hours: Int, reason: String)] = []
        var options = ""
    }

    private func make(_ lists: List..., authority: TimeStampAuthority) throws -> RevocationLists {
        var pem: [UInt8] = []
        for list in lists {
            let name = UUID().uuidString
            let lines = list.revoked.map {
                "R\t400101000000Z\t\(utc($0.hours))\($0.reason.isEmpty ? "" : "," + $0.reason)\t\($0.serial)\tunknown\t/CN=x\n"
            }
            try authority.write(name + ".txt", Array(lines.joined().utf8))
            let configuration = String(decoding: try authority.read("tsa.cnf"), as: UTF8.self)
            try authority.write(
                name + ".cnf", Array(configuration.replacing("index.txt", with: name + ".txt").utf8))
            let made = try authority.run(
                """
                openssl ca -gencrl -config \(name).cnf -name crl -keyfile \(list.issuer).key -cert \(list.issuer).crt \
                -crl_lastupdate \(TimeStampAuthority.time(hours: list.made)) \
                -crl_nextupdate \(TimeStampAuthority.time(hours: list.due)) -out \(name).crl \(list.options)
                """)
            #expect(made.status == 0, "\(made)")
            pem += try authority.read(name + ".crl")
        }
        return try RevocationLists(derOrPEM: pem)
    }

    /// The time of two digits for the year that the database of `openssl ca` has.
    private func utc(_ hours: Int) -> String { String(TimeStampAuthority.time(hours: hours).dropFirst(2)) }

    private func verify(
        _ lists: RevocationLists, _ authority: TimeStampAuthority, anchor: String = "root"
    ) throws -> TimeStampVerification {
        try TimeStampReply(parsing: Self.reply.get()).verify(
            Self.hello, chain: try authority.certificates("int"), revocationLists: lists,
            anchors: try authority.certificates(anchor))
    }

    /// What `state` is called, without its times.
    private func word(_ state: TimeStampVerification.RevocationState?) -> String {
        switch state {
        case nil: "none"
        case .notChecked?: "not checked"
        case .notRevoked?: "not revoked"
        case .revokedLater?: "revoked later"
        case .doubtful?: "doubtful"
        case .revoked?: "revoked"
        }
    }

    @Test(arguments: [
        ("12", "keyCompromise", "revoked"), ("12", "superseded", "revoked"), ("12", "", "revoked"),
        ("36", "superseded", "revoked later"), ("36", "unspecified", "revoked later"),
        ("36", "affiliationChanged", "revoked later"), ("36", "cessationOfOperation", "revoked later"),
        ("36", "keyCompromise", "doubtful"), ("36", "CACompromise", "doubtful"), ("36", "", "doubtful"),
        ("36", "certificateHold", "doubtful"), ("36", "keyTime,early", "revoked"), ("36", "keyTime,late", "doubtful"),
    ])
    func `a revocation counts by its date and reason`(hours: String, reason: String, expected: String) throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let reason = reason.replacing("early", with: TimeStampAuthority.time(hours: 12))
            .replacing("late", with: TimeStampAuthority.time(hours: 30))
        let lists = try make(List(revoked: [("10", Int(hours) ?? 0, reason)]), authority: authority)
        let found = try verify(lists, authority)
        #expect(word(found.revocations.first?.state) == expected)
        #expect(word(found.revocations.last?.state) == "not checked")
        if case .revokedLater(let revocation)? = found.revocations.first?.state {
            let words = "revoked at \(revocation.date) (\(reason)), after the stamp, which stays good"
            #expect(found.revocations.first?.state.description == words)
        }
        let verdicts = ["revoked": TimeStampVerification.Verdict.refused, "doubtful": .doubtful]
        #expect(found.verdict == verdicts[expected] ?? .sound, "\(found.failures)")
        #expect(found.failures.count == (expected == "revoked" ? 1 : 0))
    }

    @Test func `lists from after the token cover the chain, and openssl accepts them at their own time`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let lists = try make(
            List(revoked: [("11", 1, "keyCompromise")]), List(issuer: "root"), authority: authority)
        let found = try verify(lists, authority)
        #expect(found.verdict == .sound && found.isRevocationChecked)
        #expect(found.revocations.map { word($0.state) } == ["not revoked", "not revoked"])
        #expect(try verify(lists, authority, anchor: "int").revocations.count == 1)
        #expect(try verify(lists, authority, anchor: "tsa").revocations.isEmpty)
        let name = UUID().uuidString
        try authority.write(name + ".pem", lists.pem + authority.certificates("root").pem)
        try authority.write(name + ".tsr", try Self.reply.get())
        let second = Int64(Date().timeIntervalSince1970) + Int64(3 * Self.day) * 3600
        let command =
            "openssl ts -verify -data data -in \(name).tsr -CAfile \(name).pem -untrusted int.crt -crl_check_all"
        #expect(try authority.run(command + " -attime \(second)").status == 0)
        // At the time of the token the lists were still to come: openssl refuses, mailseal does not.
        #expect(try authority.run(command + " -attime \(second - 2 * Int64(Self.day) * 3600)").status != 0)
    }

    @Test func `a list counts for the time that it can know of`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let day = Self.day
        for (made, due, expected) in [
            (-1, 2, "not revoked"), (-3, -1, "not checked"), (2, 3, "not revoked"), (3649, 3660, "not revoked"),
            (3651, 3660, "not checked"),
        ] {
            let lists = try make(List(made: made * day, due: due * day), authority: authority)
            #expect(word(try verify(lists, authority).revocations.first?.state) == expected, "\(made) \(due)")
        }
        // What a later list dropped still counts.
        let lists = try make(
            List(made: 2 * day, revoked: [("10", 12, "")]), List(made: 4000 * day, due: 5000 * day),
            List(made: 3 * day),
            authority: authority)
        #expect(word(try verify(lists, authority).revocations.first?.state) == "revoked")
    }

    @Test func `a revoked issuer refuses its authority`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let lists = try make(List(issuer: "root", revoked: [("02", 12, "CACompromise")]), authority: authority)
        let found = try verify(lists, authority)
        guard case .revoked(let subject, _)? = found.failures.first else {
            Issue.record("\(found.failures)")
            return
        }
        #expect(subject == "CN=int,O=Seal Test" && found.failures.count == 1)
        #expect(try verify(lists, authority, anchor: "int").verdict == .sound)
    }

    @Test func `lists of others say nothing, and forged ones are refused`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let others = try make(List(issuer: "other-root"), List(issuer: "web"), authority: authority)
        #expect(try verify(others, authority).revocations.map { word($0.state) } == ["not checked", "not checked"])
        #expect(try verify(others, authority).verdict == .sound)
        let weak = try make(List(options: "-md sha1"), authority: authority)
        #expect(word(try verify(weak, authority).revocations.first?.state) == "not checked")
        var forged = try make(List(), authority: authority).der[0]
        forged[forged.count - 1] ^= 1
        let found = try verify(RevocationLists(der: [forged]), authority)
        let failure = TimeStampFailure.unusableRevocationList(
            issuer: "CN=int,O=Seal Test", problem: "CRL signature failure")
        #expect(found.failures == [failure])
    }

    @Test func `a list counts for the certificates that it is about`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        for (section, expected) in [
            ("only_issuers", "not checked"), ("own_point", "not revoked"), ("other_point", "not checked"),
        ] {
            let found = try verify(make(List(options: "-crlexts \(section)"), authority: authority), authority)
            #expect(word(found.revocations.first?.state) == expected && found.failures.isEmpty, "\(section)")
        }
        let unknown = try verify(make(List(options: "-crlexts unknown"), authority: authority), authority)
        let failure = TimeStampFailure.unusableRevocationList(
            issuer: "CN=int,O=Seal Test", problem: "unhandled critical CRL extension")
        #expect(unknown.failures == [failure])
    }

    @Test(arguments: [
        ("int", "-md sha256", true), ("int", "-md sha512", true), ("int", "-md sha1", false),
        ("tsa-rsa", "-md sha256", true), ("tsa-rsa", "-md sha1", false),
        ("tsa-rsa", "-md sha384 -sigopt rsa_padding_mode:pss", true),
        ("tsa-rsa", "-md sha1 -sigopt rsa_padding_mode:pss", false),
    ])
    func `weak signatures of lists are told`(issuer: String, options: String, isStrong: Bool) throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let list = try make(List(issuer: issuer, options: options), authority: authority).der[0]
        #expect(try #require(RevocationList(der: list)).isStrong == isStrong)
    }

    @Test func `lists are read as DER or PEM and written as PEM`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let lists = try make(List(), List(issuer: "root"), authority: authority)
        #expect(lists.der.count == 2)
        #expect(try RevocationLists(derOrPEM: lists.pem) == lists)
        #expect(try RevocationLists(derOrPEM: lists.der[0]).joined(with: lists) == lists)
        #expect(throws: CryptographyError.self) { try RevocationLists(derOrPEM: lists.der[0] + [0]) }
        #expect(throws: CryptographyError.self) { try RevocationLists(derOrPEM: authority.certificates("int").der[0]) }
    }
}
