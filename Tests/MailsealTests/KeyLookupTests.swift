import Bytes
import DKIM
import Resolver
import ScratchFolders
import Testing

@testable import Mailseal

@Suite struct KeyLookupTests {
    private static let origin = KeyLookup.Origin(from: "192.0.2.1@53".bytes, isValidating: true)
    private static let noon = Timestamp(rfc3339: "2026-11-22T12:00:00Z".bytes)

    private static func name(_ text: String, messages: Int? = nil) throws -> KeyLookup.Name {
        KeyLookup.Name(try #require(KeyName(parsing: text.bytes)), messages: messages)
    }

    private static func records(_ texts: String...) -> [TXTRecord] {
        texts.map { TXTRecord(strings: [$0.bytes]) }
    }

    private static func found(
        _ outcomes: KeyValuePairs<String, TXTOutcome>, _ origin: KeyLookup.Origin = origin
    ) throws -> KeyLookup {
        var source = OfflineTXT()
        for (name, outcome) in outcomes { source.outcomes[try #require(DNSName(name.utf8))] = outcome }
        let names = try outcomes.map { try name($0.key) }
        return try KeyLookup(names, of: source, origin, now: { noon }, progress: { _ in })
    }

    @Test func `the key file holds records with their origin, and all else in comments`() throws {
        let found = try Self.found([
            "a._domainkey.example": .answer(
                TXTAnswer(records: Self.records("v=DKIM1; p=AAAA", "p=BBBB"), security: .secure, timeToLive: 600)),
            "b._domainkey.example": .answer(
                TXTAnswer(
                    records: Self.records("p=CCCC"), security: .insecure, canonicalName: "b.host.example".bytes,
                    timeToLive: 60)),
            "c._domainkey.example": .answer(
                TXTAnswer(records: Self.records("p=DDDD"), security: .bogus(reason: "no signature".bytes))),
            "d._domainkey.example": .answer(TXTAnswer(code: .noSuchName, security: .secure, timeToLive: 300)),
            "e._domainkey.example": .answer(TXTAnswer(security: .insecure, timeToLive: 300)),
            "f._domainkey.example": .timeout,
            "g._domainkey.example": .answer(TXTAnswer(code: .serverFailure)),
            "h._domainkey.example": .failure("it broke"),
            "i._domainkey.example": .answer(TXTAnswer(records: [TXTRecord(strings: [[]])], security: .secure)),
        ])
        let text = """
            # answers of DNS, asked of 192.0.2.1@53, DNSSEC validated
            # a._domainkey.example NOERROR secure 2026-11-22T12:00:00Z ttl=600
            #: basis=dns obtained=2026-11-22T12:00:00Z from="192.0.2.1@53" dnssec=secure
            a._domainkey.example p=BBBB
            #: basis=dns obtained=2026-11-22T12:00:00Z from="192.0.2.1@53" dnssec=secure
            a._domainkey.example v=DKIM1; p=AAAA
            # b._domainkey.example NOERROR insecure 2026-11-22T12:00:00Z ttl=60 alias=b.host.example
            #: basis=dns obtained=2026-11-22T12:00:00Z from="192.0.2.1@53" dnssec=insecure
            b._domainkey.example p=CCCC
            # c._domainkey.example NOERROR bogus 2026-11-22T12:00:00Z no signature
            # #: basis=dns obtained=2026-11-22T12:00:00Z from="192.0.2.1@53" dnssec=bogus
            # c._domainkey.example p=DDDD
            # d._domainkey.example NXDOMAIN secure 2026-11-22T12:00:00Z ttl=300
            # e._domainkey.example NODATA insecure 2026-11-22T12:00:00Z ttl=300
            # f._domainkey.example TIMEOUT - 2026-11-22T12:00:00Z
            # g._domainkey.example SERVFAIL insecure 2026-11-22T12:00:00Z
            # h._domainkey.example FAILURE - 2026-11-22T12:00:00Z it broke
            # i._domainkey.example NOERROR secure 2026-11-22T12:00:00Z ttl=0

            """
        #expect(found.keyFile.displayText == text)
        let counts = KeyLookup.Result.allCases.map { found.count($0) }
        #expect(counts == [3, 1, 1, 1, 3, 0])
    }

    @Test func `the key file reads back as keys that know where they are from`() throws {
        let found = try Self.found([
            "a._domainkey.example": .answer(
                TXTAnswer(records: [TXTRecord(strings: ["v=DKIM1; ", "p=A\"\n"].map(\.bytes))], security: .secure)),
            "b._domainkey.example": .answer(
                TXTAnswer(records: Self.records("p=B"), security: .bogus(reason: "x\ny._domainkey.z p=C".bytes))),
        ])
        let read = KeyFile(parsing: found.keyFile)
        #expect(read.notes.isEmpty)
        #expect(read.keys.map(\.record.displayText) == ["v=DKIM1; p=A\"\n"])
        let provenance = KeyProvenance(.dns, obtained: Self.noon, from: Self.origin.from, dnssec: .secure)
        #expect(read.keys.map(\.provenances) == [[provenance]])
    }

    @Test func `without validation no DNSSEC status is stated`() throws {
        let origin = KeyLookup.Origin(from: "x".bytes, isValidating: false)
        let found = try Self.found(["a._domainkey.b": .answer(TXTAnswer(records: Self.records("p=A")))], origin)
        let text = """
            # answers of DNS, asked of x, DNSSEC not validated
            # a._domainkey.b NOERROR - 2026-11-22T12:00:00Z ttl=0
            #: basis=dns obtained=2026-11-22T12:00:00Z from="x"
            a._domainkey.b p=A

            """
        #expect(found.keyFile.displayText == text)
    }

    @Test func `names that DNS cannot hold are not asked`() throws {
        struct Refusing: TXTSource {
            func lookUp(_ names: [DNSName], each: (Int, TXTOutcome) throws -> Void) throws { #expect(names.isEmpty) }
        }
        let long = String(repeating: "a", count: 64)
        let names = [
            KeyName(selector: "a\n#".bytes, domain: "b".bytes), KeyName(selector: long.bytes, domain: "b".bytes),
            KeyName(selector: "a".bytes, domain: "*.b".bytes), KeyName(selector: "a".bytes, domain: "x.onion".bytes),
        ]
        let found = try KeyLookup(names.map { KeyLookup.Name($0) }, of: Refusing(), Self.origin)
        #expect(found.count(.notAsked) == 4)
        #expect(found.entries.allSatisfy { $0.obtained == nil })
        #expect(found.keyFile.split(separator: ASCII.lf).allSatisfy { $0.first == 0x23 })
    }

    @Test func `the clock is read once for each answer`() throws {
        var seconds: Int64 = 0
        let names = try ["a", "b", "c"].map { try Self.name("\($0)._domainkey.example") }
        var progress: [Int] = []
        let found = try KeyLookup(
            names, of: OfflineTXT(), Self.origin,
            now: {
                seconds += 1
                return Timestamp(secondsSince1970: seconds)
            }, progress: { progress.append($0) })
        #expect(found.entries.compactMap(\.obtained).map(\.secondsSince1970) == [1, 2, 3])
        #expect(progress == [1, 2, 3])
    }

    @Test func `silence of the resolver ends the work, one answer keeps it going`() throws {
        let texts = (0..<200).map { "s\($0)._domainkey.example" }
        let names = try texts.map { try Self.name($0) }
        let silent = Dictionary(
            uniqueKeysWithValues: try texts.map { (try #require(DNSName($0.utf8)), TXTOutcome.timeout) })
        var asked = 0
        #expect(throws: MailsealError.self) {
            try KeyLookup(names, of: OfflineTXT(silent), Self.origin) { asked = $0 }
        }
        #expect(asked == KeyLookup.patience - 1)
        #expect(throws: MailsealError.self) { try KeyLookup([names[0]], of: OfflineTXT(silent), Self.origin) }
        var source = OfflineTXT(silent)
        source.outcomes[try #require(DNSName(texts[20].utf8))] = .answer(TXTAnswer(code: .noSuchName))
        let found = try KeyLookup(names, of: source, Self.origin)
        #expect(found.count(.unanswered) == 199 && found.count(.noName) == 1)
    }

    @Test func `the names of all kinds of signatures are asked for, each once and sorted`() async throws {
        let bench = try CreateWorkbench()
        func message(_ fields: String...) -> String {
            fields.joined(separator: "\r\n") + "\r\nFrom: a@b.example\r\nDate: Fri, 5 May 2017 18:35:00 +0000\r\n\r\n"
        }
        try bench.write(
            "mail/1.eml",
            message(
                "DKIM-Signature: v=1; d=B.example; s=k", "DKIM-Signature: v=1; d=b.example; s=k; b=x",
                "DomainKey-Signature: d=old.example; s=dk", "ARC-Seal: i=1; d=arc.example; s=seal",
                "ARC-Message-Signature: i=1; d=arc.example; s=message", "DKIM-Signature: v=1; d=; s="))
        try bench.write("mail/2.eml", message("DKIM-Signature: v=1; d=b.example; s=k", "Subject: 2"))
        try bench.write("keys", "k._domainkey.b.example v=DKIM1; p=\n")
        var options = KeyLookupOptions()
        options.inputs = [bench.path("mail")]
        options.names = ["z._domainkey.a.example", "K._domainkey.b.example"].compactMap { KeyName(parsing: $0.utf8) }
        let names = try await KeyLookup.names(options)
        let texts = names.map { "\($0.name.text.displayText) \($0.messages.map(String.init) ?? "-")" }
        let expected = [
            "z._domainkey.a.example -", "message._domainkey.arc.example 1", "seal._domainkey.arc.example 1",
            "k._domainkey.b.example 2", "dk._domainkey.old.example 1",
        ]
        #expect(texts == expected)
    }

    @Test func `names with a usable key are left out when only missing ones are wanted`() async throws {
        let bench = try CreateWorkbench()
        let key = String(repeating: "A", count: 43) + "="
        try bench.write("mail/1.eml", "DKIM-Signature: d=b.example; s=k\r\nFrom: a@b.example\r\nDate: x\r\n\r\n")
        try bench.write("mail/2.eml", "DKIM-Signature: d=b.example; s=m\r\nFrom: a@b.example\r\nDate: y\r\n\r\n")
        try bench.write("keys", "k._domainkey.b.example k=ed25519; p=\(key)\nm._domainkey.b.example p=\n")
        var options = KeyLookupOptions()
        options.inputs = [bench.path("mail")]
        options.keyFiles = [bench.path("keys")]
        #expect(try await KeyLookup.names(options).count == 2)
        options.isMissingOnly = true
        #expect(try await KeyLookup.names(options).map(\.name.text.displayText) == ["m._domainkey.b.example"])
    }
}
