import Bytes
import LoopbackZones
import Testing

@testable import Resolver

@Suite(.enabled(if: LoopbackZones.isAvailable)) struct SignedZoneTests {
    @Test func `a signed zone gives secure answers`() throws {
        let answer = try SignedZones.answer("plainkey", "signed")
        #expect(answer.texts == ["v=DKIM1; p=AAAA"])
        #expect(answer.security == .secure)
        #expect(answer.code == .noError)
        #expect(answer.canonicalName == nil)
        #expect((1...600).contains(answer.timeToLive))
    }

    @Test func `the packet is kept with its signature`() throws {
        let packet = try SignedZones.answer("plainkey", "signed").packet
        // The question's type and class, and a record of the type RRSIG (46) for TXT (16).
        #expect(packet.contains(subsequence: [0, 16, 0, 1]))
        #expect(packet.contains(subsequence: [0, 46, 0, 1]))
    }

    @Test func `an unsigned zone gives insecure answers`() throws {
        let answer = try SignedZones.answer("plainkey", "plain")
        #expect(answer.texts == ["v=DKIM1; p=AAAA"])
        #expect(answer.security == .insecure)
    }

    @Test func `without trust anchors even a signed zone is insecure`() throws {
        var options = try SignedZones.options()
        options.trustAnchors = .none
        for zone in ["signed", "altered", "expired"] {
            #expect(try SignedZones.answer("plainkey", zone, options).security == .insecure)
        }
    }

    @Test func `a foreign trust anchor makes everything bogus`() throws {
        var options = try SignedZones.options()
        let digest = String(repeating: "ab", count: 32)
        options.trustAnchors = try TrustAnchors(parsing: ". IN DS 1 13 2 \(digest)".bytes)
        #expect(try SignedZones.answer("plainkey", "signed", options).bogusReason != nil)
        #expect(try SignedZones.answer("plainkey", "plain", options).bogusReason != nil)
    }

    @Test func `a record changed after signing is bogus, its neighbour is not`() throws {
        let altered = try SignedZones.answer("plainkey", "altered")
        #expect(altered.texts == ["v=DKIM1; p=EEEE"])
        #expect(altered.bogusReason?.contains("signature verification failed") == true)
        #expect(try SignedZones.answer("bytes", "altered").security == .secure)
    }

    @Test func `expired signatures are bogus`() throws {
        let answer = try SignedZones.answer("plainkey", "expired")
        #expect(answer.bogusReason?.contains("signature expired") == true)
    }

    @Test(arguments: [("signed", Security.secure), ("plain", .insecure)])
    func `that there is nothing is told in two ways`(zone: String, security: Security) throws {
        let noName = try SignedZones.answer("nothing", zone)
        #expect(noName.code == .noSuchName)
        #expect(noName.records == [])
        #expect(noName.security == security)
        let noData = try SignedZones.answer("address", zone)
        #expect(noData.code == .noError)
        #expect(noData.records == [])
        #expect(noData.security == security)
    }

    @Test func `a missing name below expired signatures is bogus`() throws {
        let answer = try SignedZones.answer("nothing", "expired")
        #expect(answer.code == .noSuchName || answer.code == .serverFailure)
        #expect(answer.bogusReason != nil)
    }

    @Test func `an alias names where it leads, and is no safer than its target`() throws {
        let cases: [(String, String, Security)] = [
            ("alias", "plainkey._domainkey.signed", .secure), ("away", "plainkey._domainkey.plain", .insecure),
            ("twice", "plainkey._domainkey.plain", .insecure),
        ]
        for (selector, canonicalName, security) in cases {
            let answer = try SignedZones.answer(selector, "signed")
            #expect(answer.canonicalName?.displayText == canonicalName)
            #expect(answer.security == security)
            #expect(answer.texts == ["v=DKIM1; p=AAAA"])
        }
    }

    @Test func `an alias to nothing is a name that does not exist`() throws {
        let answer = try SignedZones.answer("dangling", "signed")
        #expect(answer.code == .noSuchName)
        #expect(answer.security == .secure)
        #expect(answer.canonicalName?.displayText == "nothing._domainkey.signed")
    }

    @Test func `strings come apart and joined`() throws {
        let answer = try SignedZones.answer("split", "signed")
        #expect(answer.records == [TXTRecord(strings: ["v=DKIM1; ", "p=AAAA", "", "BBBB"].map(\.bytes))])
        #expect(answer.texts == ["v=DKIM1; p=AAAABBBB"])
    }

    @Test func `every byte of a record is kept`() throws {
        #expect(try SignedZones.answer("bytes", "signed").records.first?.joined == [0x61, 0, 0x22, 0x5C, 0xFF])
        #expect(try SignedZones.answer("none", "signed").records == [TXTRecord(strings: [[]])])
    }

    @Test func `two records at one name both come`() throws {
        #expect(try SignedZones.answer("two", "signed").texts == ["v=DKIM1; p=AAAA", "v=DKIM1; p=CCCC"])
    }

    @Test func `a record too long for a datagram comes over TCP`() throws {
        let answer = try SignedZones.answer("long", "signed")
        #expect(answer.records.first?.strings.map(\.displayText) == SignedZones.longStrings)
        #expect(answer.packet.count > 2160)
        #expect(answer.security == .secure)
    }

    @Test func `a wildcard of the zone answers for its tenants`() throws {
        let tenant = try SignedZones.answer("any", "tenants.signed")
        #expect(tenant.texts == ["v=DKIM1; p=DDDD"])
        #expect(tenant.security == .secure)
        #expect(try SignedZones.answer("any", "others.signed").code == .noSuchName)
    }

    @Test func `names below test and invalid are asked, not made up`() throws {
        #expect(try SignedZones.answer("plainkey", "test").texts == ["v=DKIM1; p=AAAA"])
        let answer = try SignedZones.answer("plainkey", "invalid")
        #expect(answer.code == .noSuchName)
        // Only the signed root can have said so.
        #expect(answer.security == .secure)
    }

    @Test func `many names at a time come each once`() throws {
        var options = try SignedZones.options()
        options.width = 7
        let names = (0..<300).map { "n\($0)._domainkey.signed" } + ["plainkey._domainkey.signed"]
        let answers = try Resolver(options).answers(names)
        #expect(answers.dropLast().allSatisfy { $0.code == .noSuchName && $0.security == .secure })
        #expect(answers.last?.texts == ["v=DKIM1; p=AAAA"])
    }

    @Test func `one resolver can be asked again`() throws {
        let resolver = try Resolver(try SignedZones.options())
        for name in ["plainkey._domainkey.signed", "two._domainkey.signed", "plainkey._domainkey.signed"] {
            #expect(try resolver.answers([name]).first?.security == .secure)
        }
        #expect(try resolver.answers([]).isEmpty)
    }
}

extension [UInt8] {
    func contains(subsequence: [UInt8]) -> Bool { indices.contains { self[$0...].starts(with: subsequence) } }
}
