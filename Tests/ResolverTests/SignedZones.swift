// The zones that the tests ask, and how they ask.

import Bytes
import LoopbackZones
import Testing

@testable import Resolver

/// One server for all tests.
enum SignedZones {
    static let longStrings = (0..<9).map { String(repeating: String($0), count: 240) }

    static let records = """
        plainkey._domainkey 600 IN TXT "v=DKIM1; p=AAAA"
        split._domainkey 600 IN TXT "v=DKIM1; " "p=AAAA" "" "BBBB"
        two._domainkey 600 IN TXT "v=DKIM1; p=AAAA"
        two._domainkey 600 IN TXT "v=DKIM1; p=CCCC"
        long._domainkey 600 IN TXT \(longStrings.map { "\"\($0)\"" }.joined(separator: " "))
        bytes._domainkey 600 IN TXT "a\\000\\"\\\\\\255"
        none._domainkey 600 IN TXT ""
        address._domainkey 600 IN A 127.0.0.1
        alias._domainkey 600 IN CNAME plainkey._domainkey.signed.
        away._domainkey 600 IN CNAME plainkey._domainkey.plain.
        twice._domainkey 600 IN CNAME away._domainkey.signed.
        dangling._domainkey 600 IN CNAME nothing._domainkey.signed.
        *._domainkey.tenants 600 IN TXT "v=DKIM1; p=DDDD"

        """

    nonisolated(unsafe) static let server = Result {
        try LoopbackZones([
            Zone("signed", signing: .sound, records: records),
            Zone("plain", signing: .none, records: records),
            Zone("expired", signing: .expired, records: records),
            Zone("altered", signing: .sound, changes: [("p=AAAA\"", "p=EEEE\"")], records: records),
            Zone("test", signing: .none, records: records),
        ])
    }

    /// Options that ask the server and trust its root.
    static func options() throws -> ResolverOptions {
        let server = try unsafe server.get()
        var options = ResolverOptions()
        options.forwarders = [try ServerAddress(server.address.bytes)]
        options.trustAnchors = try TrustAnchors(parsing: server.anchor.bytes)
        return options
    }

    /// The answer for `SELECTOR._domainkey.ZONE`.
    static func answer(_ selector: String, _ zone: String, _ options: ResolverOptions? = nil) throws -> TXTAnswer {
        let resolver = try Resolver(try options ?? Self.options())
        return try #require(try resolver.answers(["\(selector)._domainkey.\(zone)"]).first)
    }
}

extension TXTSource {
    /// How asking for each name ended, in the order of the names.
    func outcomes(_ names: [String]) throws -> [TXTOutcome?] {
        var outcomes = [TXTOutcome?](repeating: nil, count: names.count)
        try lookUp(try names.map { try #require(DNSName($0.utf8)) }) { place, outcome in
            #expect(outcomes[place] == nil)
            outcomes[place] = outcome
        }
        return outcomes
    }

    /// The answers, in the order of the names; anything else is a failure.
    func answers(_ names: [String]) throws -> [TXTAnswer] {
        try outcomes(names).map { outcome in
            guard case .answer(let answer) = try #require(outcome) else {
                throw Unanswered(outcome: "\(String(describing: outcome))")
            }
            return answer
        }
    }
}

struct Unanswered: Error { let outcome: String }

extension TXTAnswer {
    /// The records as texts, sorted.
    var texts: [String] { records.map(\.joined.displayText).sorted() }

    /// The resolver's reason when the answer is bogus.
    var bogusReason: String? {
        guard case .bogus(let reason) = security else { return nil }
        return reason.displayText
    }
}
