import Bytes
import DKIM
import Mail
import ProcessorTime
import Testing

@Suite struct AlignmentTests {
    /// How a signing domain stands to the From fields of a message.
    private func alignment(of domain: String, to from: String) throws -> Alignment? {
        var signer = try Sample.signer()
        signer.domain = domain.bytes
        signer.signedFields = ["from".bytes]
        let message = try Sample.signed((from + "\r\n\r\nbody\r\n").bytes, by: signer)
        let key = Key(selector: "sel".bytes, domain: domain.bytes, record: signer.keyRecord)
        let found = Verifier(keys: KeyStore([key])).evidence(of: Message(parsing: message)).signatures.first
        #expect(found?.reservations.contains(.otherDomain) == (found?.alignment == .other))
        #expect(found?.reservations.contains(.providerDomain) == (found?.alignment == .provider))
        return found?.alignment
    }

    @Test(
        arguments: [
            ("example.org", "a@example.org", .same), ("EXAMPLE.org", "A <a@Example.ORG>", .same),
            ("example.org", "a@example.org.", .same), ("example.org", "\"x@y\"@example.org", .same),
            ("example.org", "a@mail.example.org", .related), ("mail.example.org", "a@example.org", .related),
            ("a.b.example.org", "a@example.org", .related), ("example.org", "a@badexample.org", .other),
            ("badexample.org", "a@example.org", .other), ("a.example.org", "a@b.example.org", .other),
            ("example.com", "a@example.org", .other), ("org", "a@example.org", .other), ("org", "a@org", .other),
            ("example.org", "a@org", .other), ("localhost", "a@localhost", .other),
            ("example.org", "a@.example.org", .other), ("example.org", "a@b..example.org", .other),
            ("example.org", "a@exa mple.org", .same), ("example.org", "a@[192.0.2.1]", .other),
            ("example.org", "a@example.org,b@example.org", .same),
            ("example.org", "a@example.org, b@sub.example.org", .related),
            ("example.org", "a@example.org, b@example.com", .other),
            ("example.org", "b@example.com, a@example.org", .other),
            ("example.org", "Doe, John <a@example.org>", .same),
            ("example.org", "Friends: a@example.org, b@example.org;", .same),
            ("example.org", "Friends:;", .other), ("example.org", "", .other), ("example.org", "a", .other),
            ("example.org", "a@example.org <b@example.com>", .other),
            ("example.org", "\"a@example.com\" <b@example.org>", .same),
            ("example.org", "<a@example.org> <b@example.com>", .other),
            ("example.com", "<a@example.org> <b@example.com>", .other),
            ("example.org", "a@example.com b@example.org", .other),
            ("exämple.org", "a@exämple.org", .same),
            ("example.org", "=?utf-8?Q?b=40example.com?=, a@example.org", .other),
            ("example.org", "a@example.org, \"b@example.com\"", .other),
            ("example.org", "a@example.org, \"x, b@example.com", .other),
            ("example.org", "=?utf-8?Q?J=C3=B6?=, =?utf-8?Q?B?= <a@example.org>", .same),
        ] as [(String, String, Alignment)])
    func `a domain is aligned by its labels`(domain: String, from: String, expected: Alignment) throws {
        #expect(try alignment(of: domain, to: "From: " + from) == expected)
    }

    @Test(
        arguments: [
            ("en-marche-fr.20150623.gappssmtp.com", "a@en-marche.fr", .tenant),
            ("EN-marche-fr.20150623.gappssmtp.com", "a@en-MARCHE.fr", .tenant),
            ("en-marche-fr.20150623.gappssmtp.com", "a@en-marche.com", .provider),
            ("en-marche-fr.20150623.gappssmtp.com", "a@en-marche.fr, b@other.example", .provider),
            ("en-marche-fr.gappssmtp.com", "a@en-marche.fr", .provider),
            ("x.en-marche-fr.20150623.gappssmtp.com", "a@en-marche.fr", .provider),
            ("en-marche-fr.2015x.gappssmtp.com", "a@en-marche.fr", .provider),
            ("en-marche-fr.onmicrosoft.com", "a@en-marche.fr", .provider),
            ("sendgrid.net", "a@example.org", .provider), ("u1.sendgrid.net", "a@example.org", .provider),
            ("notsendgrid.net", "a@example.org", .other), ("sendgrid.net", "", .provider),
            ("sendgrid.net", "a@sendgrid.net", .same), ("sendgrid.net", "a@staff.sendgrid.net", .related),
            ("evil.onmicrosoft.com", "a@onmicrosoft.com", .provider),
            ("evil.onmicrosoft.com", "a@good.onmicrosoft.com", .provider),
            ("good.onmicrosoft.com", "a@good.onmicrosoft.com", .same),
            ("good.onmicrosoft.com", "a@sub.good.onmicrosoft.com", .related),
            ("sub.good.onmicrosoft.com", "a@good.onmicrosoft.com", .related),
        ] as [(String, String, Alignment)])
    func `a provider's domain vouches for its own names and for tenants it spells`(
        domain: String, from: String, expected: Alignment
    ) throws {
        #expect(try alignment(of: domain, to: "From: " + from) == expected)
    }

    @Test func `all From fields count`() throws {
        let (own, other) = ("From: a@example.org", "From: a@example.com")
        #expect(try alignment(of: "example.org", to: own + "\r\n" + own) == .same)
        #expect(try alignment(of: "example.org", to: own + "\r\n" + other) == .other)
        #expect(try alignment(of: "example.org", to: other + "\r\n" + own) == .other)
        #expect(try alignment(of: "example.org", to: "To: a@example.org") == .other)
    }

    @Test func `addresses are looked at up to a limit`() throws {
        func from(_ count: Int) -> String {
            "From: " + Array(repeating: "a@example.org", count: count).joined(separator: ",\r\n ")
        }
        #expect(try alignment(of: "example.org", to: from(1000)) == .same)
        #expect(try alignment(of: "example.org", to: from(1001)) == .other)
        var found: Alignment?
        let time = try processorTime { found = try alignment(of: "example.org", to: from(10_000)) }
        #expect(found == .other)
        #expect(time < .seconds(5))
    }
}
