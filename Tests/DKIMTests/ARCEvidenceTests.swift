import Bytes
import Cryptography
import Mail
import Testing

@testable import DKIM

@Suite struct ARCEvidenceTests {
    private let sealer: Sealer

    init() throws { sealer = try Sealer() }

    @Test func `a list that changes the body breaks the signatures below its own, and no seal`() throws {
        var draft = try sealer.seal(.plain, as: 1)
        draft.body += "-- \r\nlist@example.org\r\n"
        draft = try sealer.seal(draft, as: 2)
        let found = sealer.evidence(draft)
        #expect(found.chainStatus == .pass)
        #expect(found.signatures.map(\.header) == [.valid, .valid, .valid, .valid])
        #expect(found.signatures.map(\.body.word) == ["altered", "not-computed", "intact", "not-computed"])
        draft.body += "x\r\n"
        #expect(sealer.evidence(draft).chainStatus == .fail)
    }

    @Test func `a changed subject breaks message signatures, and no seal`() throws {
        var draft = try sealer.chain(of: 2)
        let place = try #require(draft.fields.firstIndex { $0.hasPrefix("Subject") })
        draft.fields[place] = "Subject: another"
        let found = sealer.evidence(draft)
        #expect(found.signatures.map(\.header) == [.invalid, .valid, .invalid, .valid])
        #expect(found.signatures.map(\.body.word) == ["intact", "not-computed", "intact", "not-computed"])
        #expect(found.chainStatus == .fail)
    }

    @Test func `a changed opinion breaks the seals from its set on, not those below`() throws {
        let draft = try sealer.chain(of: 3)
        let changed = draft.fields.map { field in
            Draft.is(field, "arc-authentication-results", of: 2) ? field.replacing("pass", with: "fail") : field
        }
        let found = sealer.evidence(Draft(fields: changed, body: draft.body))
        let seals = found.signatures.filter { $0.kind == .arcSeal }
        #expect(seals.map(\.header) == [.valid, .invalid, .invalid])
        // Message signatures cover the lowest opinion only.
        let messages = found.signatures.filter { $0.kind == .arcMessage }
        #expect(messages.map(\.header) == [.valid, .valid, .valid])
    }

    @Test func `every changed byte of the signed fields and the sets is noticed`() throws {
        let draft = try sealer.chain(of: 1)
        let message = draft.bytes
        let unsigned = "Received: from a\r\n".bytes
        let length = message.count - draft.body.utf8.count - unsigned.count
        let start = draft.fields.prefix(3).joined(separator: "\r\n").utf8.count + 2
        for place in 0..<length {
            var changed = message
            // Another letter, never the other case of the same one.
            changed[place < start ? place : place + unsigned.count] ^= 0x41
            #expect(sealer.evidence(changed).chainStatus != .pass, "byte \(place)")
        }
    }

    @Test func `without a key nothing is said of the signatures`() throws {
        let message = try sealer.chain(of: 1).bytes
        let found = Sample.evidence(message)
        #expect(found.signatures.map(\.header) == [.noKey, .noKey])
        #expect(found.signatures.map(\.body.word) == ["intact", "not-computed"])
        #expect(found.chainStatus == .fail)
    }

    @Test(arguments: [
        ("arc-authentication-results", 2, Violation.arcMissingResults, [3, 3]),
        ("arc-message-signature", 2, .arcMissingMessageSignature, [3]), ("arc-seal", 2, .arcMissingSeal, [3]),
        ("arc-authentication-results", 1, .arcMissingResults, [0, 0]),
    ])
    func `a set that is not complete says so on each of its fields`(
        name: String, instance: Int, violation: Violation, counts: [Int]
    ) throws {
        let found = sealer.evidence(try sealer.chain(of: 3).without(name, of: instance))
        #expect(found.chainStatus == .fail)
        let set = found.signatures.filter { $0.instance == instance }
        #expect(set.map(\.violations) == counts.map { _ in [violation] })
        #expect(found.signatures.filter { $0.instance != instance }.allSatisfy { $0.violations.isEmpty })
        // The seal of the set and those above it covered what is missing.
        let seals = found.signatures.filter { $0.kind == .arcSeal }
        #expect(seals.allSatisfy { ($0.header == .valid) == (($0.instance ?? 0) < instance) })
    }

    @Test(arguments: [
        ("arc-authentication-results", Violation.arcDuplicateResults, 2),
        ("arc-message-signature", .arcDuplicateMessageSignature, 3), ("arc-seal", .arcDuplicateSeal, 3),
    ])
    func `a field that stands twice in its set says so, and seals are computed over the lower one`(
        name: String, violation: Violation, count: Int
    ) throws {
        let found = sealer.evidence(try sealer.chain(of: 2).doubling(name, of: 1))
        #expect(found.chainStatus == .fail)
        #expect(found.signatures.prefix(count).map(\.violations) == Array(repeating: [violation], count: count))
        #expect(found.signatures.count == count + 2)
        #expect(found.signatures.allSatisfy { $0.header == .valid })
    }

    @Test func `a set that is missing is told by the one above it`() throws {
        var draft = try sealer.chain(of: 3)
        for name in ["arc-authentication-results", "arc-message-signature", "arc-seal"] {
            draft = draft.without(name, of: 2)
        }
        let found = sealer.evidence(draft)
        #expect(found.signatures.map(\.instance) == [1, 1, 3, 3])
        #expect(found.signatures.map(\.violations) == [[], [], [.arcGap], [.arcGap]])
        #expect(found.chainStatus == .fail)
    }

    @Test(arguments: [
        (1, "pass", [Violation.arcWrongChainValidation], ChainValidation.pass),
        (1, "fail", [.arcWrongChainValidation], .fail),
        (2, "none", [.arcWrongChainValidation], .absent), (2, "fail", [], .fail), (2, "PASS", [], .pass),
        (2, "maybe", [.arcMalformedChainValidation], nil), (2, "", [.arcMalformedChainValidation], nil),
    ])
    func `cv= is what the number of the set demands`(
        instance: Int, chain: String, violations: [Violation], expected: ChainValidation?
    ) throws {
        var sealer = sealer
        let below = instance == 1 ? Draft.plain : try sealer.chain(of: instance - 1)
        sealer.chain = chain
        let found = sealer.evidence(try sealer.seal(below, as: instance))
        let seal = try #require(found.signatures.last)
        #expect(seal.violations == violations)
        #expect(seal.chainValidation == expected)
        #expect(seal.header == .valid)
        #expect(found.chainStatus == (chain == "PASS" ? .pass : .fail))
    }

    @Test func `a seal that says cv=fail covers its own set alone, and none may follow`() throws {
        var failing = sealer
        failing.chain = "fail"
        var draft = try failing.seal(sealer.chain(of: 1), as: 2)
        draft = draft.without("arc-seal", of: 1)
        let found = sealer.evidence(draft)
        #expect(found.signatures.map(\.header) == [.valid, .valid, .valid])
        #expect(found.signatures.last?.chainValidation == .fail)
        let longer = sealer.evidence(try sealer.seal(failing.seal(sealer.chain(of: 1), as: 2), as: 3))
        #expect(longer.signatures.map(\.header) == Array(repeating: .valid, count: 6))
        let follows = [Violation.arcFollowsFailure]
        #expect(longer.signatures.map(\.violations) == [[], [], [], [], follows, follows])
        #expect(longer.chainStatus == .fail)
    }

    @Test func `a seal names no fields, and a message signature names no seal`() throws {
        var sealer = sealer
        sealer.sealTags = "; h=from"
        let named = sealer.evidence(try sealer.chain(of: 1))
        #expect(named.signatures.map(\.violations) == [[], [.arcSealNamesFields]])
        #expect(named.signatures.map(\.header) == [.valid, .valid])
        #expect(named.chainStatus == .fail)
        sealer.sealTags = ""
        sealer.signed += ["ARC-Seal"]
        let covering = sealer.evidence(try sealer.chain(of: 1))
        #expect(covering.signatures.map(\.violations) == [[.arcSealSigned], []])
        #expect(covering.chainStatus == .fail)
    }

    @Test func `a broken field is malformed and the others keep their results`() throws {
        var sealer = sealer
        sealer.messageTags = "; l=x"
        let found = sealer.evidence(try sealer.chain(of: 1))
        #expect(found.signatures.map(\.header) == [.malformed, .valid])
        #expect(found.signatures.map(\.violations) == [[.malformedLength], []])
        #expect(found.signatures.map(\.body.word) == ["not-computed", "not-computed"])
        sealer.messageTags = ""
        sealer.sealTags = "; t=1"
        let twice = sealer.evidence(try sealer.chain(of: 1))
        #expect(twice.signatures.map(\.header) == [.valid, .malformed])
        #expect(twice.signatures.map(\.violations) == [[], [.duplicateTag]])
        #expect(twice.chainStatus == .fail)
    }

    @Test func `a message signature may cover the beginning of the body`() throws {
        var sealer = sealer
        let whole = try sealer.seal(.plain, as: 1)
        sealer.messageTags = "; l=27"
        var draft = try sealer.seal(.plain, as: 1)
        #expect(sealer.evidence(draft).signatures.first?.body == .intact(total: 27))
        #expect(whole.fields != draft.fields)
        draft.body += "more\r\n"
        let found = sealer.evidence(draft)
        guard case .partial(covered: 27, _)? = found.signatures.first?.body else {
            Issue.record("\(found.signatures.map(\.body))")
            return
        }
        #expect(found.chainStatus == .pass)
    }

    @Test(arguments: [
        "ARC-Seal: a=x", "ARC-Message-Signature: i=51; b=", "ARC-Authentication-Results: x", "ARC-Seal:",
        "ARC-Authentication-Results: i=1; x",
    ])
    func `a field of no set, and a lone opinion, have no evidence, but the chain fails`(field: String) throws {
        let found = sealer.evidence(Draft(fields: [field] + Draft.plain.fields, body: "x"))
        #expect(found.signatures.isEmpty)
        #expect(found.chainStatus == .fail)
        let chain = try sealer.chain(of: 1)
        let sealed = sealer.evidence(Draft(fields: [field] + chain.fields, body: chain.body))
        #expect(sealed.signatures.map(\.header) == [.valid, .valid])
        #expect(sealed.chainStatus == .fail)
    }

    @Test func `of too many fields the first are looked at, and the rest is counted`() throws {
        let more = Array(repeating: "ARC-Seal: i=1; cv=none", count: Verifier.maximumSignatures)
        let chain = try sealer.chain(of: 1)
        let found = sealer.evidence(Draft(fields: more + chain.fields, body: chain.body))
        #expect(found.unexamined == 1)
        #expect(found.signatures.count == Verifier.maximumSignatures + 1)
        #expect(found.chainStatus == .fail)
        let results = Array(repeating: "ARC-Authentication-Results: i=1; x", count: Verifier.maximumSignatures)
        #expect(sealer.evidence(Draft(fields: results + chain.fields, body: chain.body)).chainStatus == .fail)
    }

    @Test(
        arguments: [
            ("i=1; x", 1), (" i = 2 ;", 2), ("\r\n\ti=50;x", 50), ("i=07;", 7), ("i=51;", nil), ("i=0;", nil),
            ("i=001;", nil), ("i=-1;", nil), ("I=1;", nil), ("x; i=1;", nil), ("i=1", nil), ("i;", nil), ("", nil),
            ("i=1 x;", nil),
        ] as [(String, Int?)])
    func `an opinion starts with the number of its set`(value: String, number: Int?) {
        #expect(ARCInstance.number(ofResults: value.bytes[...]) == number)
    }
}
