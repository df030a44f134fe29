import Bytes
import Cryptography
import Mail
import Testing

@testable import DKIM

/// Signs drafts as DomainKeys did; written from RFC 4870 alone, for tests.
private struct DomainKeysSigner {
    var form = "nofws"
    /// h=; nil signs all fields.
    var signed: [String]? = ["from", "to", "subject", "date"]
    var domain = "example.org"
    var extraTags = " a=rsa-sha1; q=dns;"
    var granularity = ""
    let key: RSAPrivateKey

    init() throws { key = try RSAPrivateKey(deterministicFrom: Sample.seed, bits: 512) }

    func sign(_ draft: Draft = .plain) throws -> Draft {
        let fields = signed.map { names in names.flatMap { draft.fields(named: $0) } } ?? draft.fields
        var lines = fields.flatMap { form == "simple" ? $0.split(separator: "\r\n").map(String.init) : [strip($0)] }
        lines +=
            [""]
            + draft.body.split(separator: "\r\n", omittingEmptySubsequences: false).map {
                form == "simple" ? String($0) : strip(String($0))
            }
        while lines.last == "" { lines.removeLast() }
        let running = RunningHash(.sha1)
        running.update(lines.map { $0 + "\r\n" }.joined().bytes)
        let value = Base64.encode(try #require(key.sign(digest: running.finish(), of: .sha1))).displayText
        let list = signed.map { "\r\n h=" + $0.joined(separator: " : ") + ";" } ?? ""
        let field = "DomainKey-Signature:\(extraTags) c=\(form); d=\(domain); s=sel;\(list)\r\n b=\(value)"
        return Draft(fields: [field] + draft.fields, body: draft.body)
    }

    func evidence(_ draft: Draft) -> MessageEvidence { evidence(draft.bytes) }

    func evidence(_ message: [UInt8]) -> MessageEvidence {
        let record = "k=rsa; g=\(granularity); p=".bytes + Base64.encode(key.publicKey.subjectPublicKeyInfo)
        let key = Key(selector: "sel".bytes, domain: domain.bytes, record: record)
        return Verifier(keys: KeyStore([key])).evidence(of: message.span, header: HeaderSection(of: message.span))
    }

    private func strip(_ text: String) -> String { text.filter { !$0.isWhitespace } }
}

@Suite struct DomainKeysTests {
    private let signer: DomainKeysSigner

    init() throws { signer = try DomainKeysSigner() }

    @Test(arguments: ["simple", "nofws"], [true, false])
    func `what is signed passes in both forms, with h= and without, with CRLF and with LF`(
        form: String, isListed: Bool
    ) throws {
        var signer = signer
        signer.form = form
        if !isListed { signer.signed = nil }
        let message = try signer.sign().bytes
        for bytes in [message, message.filter { $0 != ASCII.cr }] {
            let found = signer.evidence(bytes)
            let evidence = try #require(found.signatures.first)
            #expect(found.signatures.map(\.kind) == [.domainKeys])
            #expect(evidence.verdict == .pass)
            // "First  line \r\n\r\nLast line\t.\r\n" has 29 octets, 24 of them without blanks.
            #expect(evidence.body == .intact(total: form == "simple" ? 29 : 24))
            #expect(evidence.key?.bits == 512)
            #expect(evidence.signedDataDigest != nil && evidence.signatureDigest != nil)
            let names = isListed ? ["from", "to", "subject", "date"] : ["received", "from", "to", "subject", "date"]
            #expect(evidence.coverage.map(\.name.displayText) == names)
            #expect(evidence.coverage.allSatisfy { $0.covered == 1 && $0.present == 1 })
            #expect(evidence.coverage.allSatisfy { $0.named == (isListed ? 1 : 0) })
        }
    }

    @Test(arguments: ["simple", "nofws"])
    func `every changed byte below the signature is noticed, and nothing is said of the body then`(form: String) throws
    {
        var signer = signer
        signer.form = form
        signer.signed = nil
        let draft = try signer.sign()
        let message = draft.bytes
        for place in draft.fields[0].utf8.count + 2..<message.count - 2 {
            var changed = message
            // Another letter, never the other case of the same one.
            changed[place] ^= 0x41
            let found = signer.evidence(changed).signatures
            #expect(found.map(\.header) == [.invalid], "byte \(place)")
            #expect(found.map(\.body) == [.notComputed], "byte \(place)")
        }
    }

    @Test func `nofws lets white space change, simple does not`() throws {
        for (form, result) in [("nofws", HeaderResult.valid), ("simple", .invalid)] {
            var signer = signer
            signer.form = form
            let text = try signer.sign().bytes.displayText
            for (old, new) in [
                ("First  line ", "Firstline"), ("one  two \r\n\tthree", "onetwo three"),
                ("Last line\t.", "La st line ."),
                ("To: B", "To:B"),
            ] {
                let changed = text.replacing(old, with: new)
                try #require(changed != text)
                #expect(signer.evidence(changed.bytes).signatures.map(\.header) == [result], "\(form) \(new)")
            }
            let longer = signer.evidence(text.bytes + "\r\n\r\n".bytes)
            #expect(longer.signatures.map(\.header) == [.valid])
            let blank = signer.evidence(text.bytes + " \t\r\n".bytes)
            #expect(blank.signatures.map(\.header) == [result])
        }
    }

    @Test(arguments: ["", "\r\n", "\r\n\r\n\r\n"], ["simple", "nofws"])
    func `a body of empty lines counts for nothing`(body: String, form: String) throws {
        var signer = signer
        signer.form = form
        let draft = try signer.sign(Draft(fields: Draft.plain.fields, body: ""))
        let found = signer.evidence(Draft(fields: draft.fields, body: body))
        #expect(found.signatures.map(\.header) == [.valid])
        #expect(found.signatures.map(\.body) == [.intact(total: 0)])
    }

    @Test func `fields above the signature are not covered, those below are`() throws {
        var signer = signer
        let listed = try signer.sign()
        let above = signer.evidence(Draft(fields: ["To: X <x@example.net>"] + listed.fields, body: listed.body))
        #expect(above.signatures.map(\.header) == [.valid])
        let coverage = try #require(above.signatures.first?.coverage.first { $0.name == "to".bytes })
        #expect([coverage.covered, coverage.present] == [1, 2])
        let below = Draft(fields: listed.fields + ["To: X <x@example.net>"], body: listed.body)
        #expect(signer.evidence(below).signatures.map(\.header) == [.invalid])
        let other = Draft(fields: listed.fields + ["X-Other: x"], body: listed.body)
        #expect(signer.evidence(other).signatures.map(\.header) == [.valid])
        signer.signed = nil
        let all = try signer.sign()
        #expect(signer.evidence(Draft(fields: all.fields + ["X-Other: x"], body: all.body)).messageClass != .verified)
    }

    @Test func `fields may be presented in the order of h= or of the message`() throws {
        var signer = signer
        signer.signed = ["date", "subject", "to", "from", "missing"]
        let draft = try signer.sign()
        #expect(signer.evidence(draft).signatures.map(\.header) == [.valid])
        // A signer that wrote the names down in another order than it signed the fields.
        signer.signed = ["received", "from", "to", "subject", "date"]
        var other = try signer.sign()
        other.fields[0] = other.fields[0].replacing("received : from", with: "from : received")
        #expect(signer.evidence(other).signatures.map(\.header) == [.valid])
    }

    @Test func `of a name that stands several times all fields are signed, in the order of h=`() throws {
        let names = ["a", "b", "a", "c"]
        let fields = ["A: 1", "B: 2", "A: 3", "C: 4", "A: 5"]
        let text = "DomainKey-Signature: s=x; d=y; h=\(names.joined(separator: ":")); b=AAAA\r\n"
        let message = ("From: above\r\n" + text + fields.joined(separator: "\r\n") + "\r\n").bytes
        let header = HeaderSection(of: message.span)
        let field = SignatureField(at: 1, in: header, of: message.span, as: .domainKeys)
        let found = DomainKeysHeader(field, FieldIndex(header, of: message.span), header, of: message.span)
        // Places: A is 2, 4 and 6; the second mention takes the last one.
        #expect(found.orders == [[2, 4, 3, 6, 5], [2, 3, 4, 5, 6]])
        #expect(found.coverage.map(\.covered) == [3, 1, 1])
        #expect(found.sender == nil)
    }

    @Test(arguments: [
        (["From: a@example.org"], "example.org", []), (["From: a@Sub.Example.ORG"], "example.org", []),
        (["From: a@notexample.org"], "example.org", [Violation.domainKeysSenderOutsideDomain]),
        (["From: a@example.org"], "sub.example.org", [.domainKeysSenderOutsideDomain]),
        (["From: a@example.net", "Sender: S <s@example.org>"], "example.org", []),
        (["Sender: s@example.net", "From: a@example.org"], "example.org", [.domainKeysSenderOutsideDomain]),
        (["Sender: nobody", "From: a@example.org"], "example.org", []),
        (["From: nobody"], "example.org", [.domainKeysSenderNotSigned]),
        ([], "example.org", [.domainKeysSenderNotSigned]),
    ])
    func `d= is the domain of the signed Sender or From, or above it`(
        fields: [String], domain: String, violations: [Violation]
    ) throws {
        var signer = signer
        signer.domain = domain
        signer.signed = nil
        let found = signer.evidence(try signer.sign(Draft(fields: fields + ["Subject: x"], body: "x\r\n")))
        #expect(found.signatures.map(\.violations) == [violations])
        #expect(found.signatures.map(\.header) == [.valid])
        #expect(found.signatures.map(\.verdict) == [violations.isEmpty ? .pass : .permerror])
    }

    @Test func `a Sender that is not signed is nobody`() throws {
        var draft = Draft.plain
        draft.fields.append("Sender: s@example.net")
        let found = signer.evidence(try signer.sign(draft))
        #expect(found.signatures.map(\.verdict) == [.pass])
    }

    @Test(arguments: [
        ("", true), ("a", true), ("A", false), ("b", false), ("*", true), ("a*", true), ("*a", true), ("b*", false),
        ("a*a", false), ("aa", false),
    ])
    func `g= of the key allows one part before the @, or a pattern of it`(granularity: String, isAllowed: Bool) throws {
        var signer = signer
        signer.granularity = granularity
        let found = signer.evidence(try signer.sign())
        #expect(found.signatures.map(\.violations) == [isAllowed ? [] : [.domainKeysGranularity]])
        #expect(found.signatures.map(\.header) == [.valid])
    }

    @Test(arguments: [
        ("", HeaderResult.valid, []), (" q=dns;", .valid, []), (" a=RSA-SHA1;", .valid, []),
        (" v=1; t=x; i=1;", .valid, []),
        (" q=;", .valid, [Violation.unknownQueryMethod]), (" q=dns/txt;", .valid, [.unknownQueryMethod]),
        (" a=rsa-sha256;", .malformed, [.unknownAlgorithm]), (" a=;", .malformed, [.unknownAlgorithm]),
        (" x;", .malformed, [.malformedTag]), (" d=x;", .malformed, [.duplicateTag]),
        (" h=x;", .malformed, [.duplicateTag]),
    ])
    func `tags may be missing, but not be wrong`(tags: String, header: HeaderResult, violations: [Violation]) throws {
        var signer = signer
        signer.extraTags = tags
        let found = signer.evidence(try signer.sign())
        #expect(found.signatures.map(\.header) == [header])
        #expect(found.signatures.map(\.violations) == [violations])
    }

    @Test(arguments: [
        ("s=x; d=y; c=relaxed; b=AAAA", [Violation.unknownCanonicalization]),
        ("s=x; d=y; c=; b=AAAA", [.unknownCanonicalization]),
        ("s=x; b=AAAA", [.missingDomain]), ("d=x; b=AAAA", [.missingSelector]), ("s=x; d=y", [.missingSignature]),
        ("s=x; d=y; h=; b=AAAA", [.missingSignedFields]), ("s=x; d=y; h=from:; b=AAAA", [.malformedSignedFields]),
        ("s=x; d=y; b=AAAA", []),
    ])
    func `a field is malformed when it cannot be evaluated`(field: String, violations: [Violation]) {
        let signature = Signature(parsing: field.bytes[...], as: .domainKeys)
        #expect(signature.violations == violations)
        #expect(signature.isMalformed == !violations.isEmpty)
    }

    @Test func `without a key nothing is said, and signatures stand behind those of DKIM`() throws {
        let draft = try signer.sign()
        let dkim = try Sample.signer()
        let message = draft.bytes
        let both = try Sample.field(message, by: dkim) + message
        let found = Sample.evidence(both, dkim.keyRecord)
        #expect(found.signatures.map(\.kind) == [.dkim, .domainKeys])
        #expect(found.signatures.map(\.index) == [0, 1])
        #expect(found.signatures.map(\.header) == [.valid, .keyUnusable])
        #expect(Sample.evidence(message).signatures.map(\.header) == [.noKey])
        #expect(Sample.evidence(message).signatures.map(\.body) == [.notComputed])
        #expect(Sample.evidence(message).messageClass == .keyUnavailable)
    }

    @Test func `of too many fields the first are looked at, and the rest is counted`() throws {
        let draft = try signer.sign()
        let more = Array(repeating: draft.fields[0], count: Verifier.maximumDomainKeys)
        let found = signer.evidence(Draft(fields: more + draft.fields, body: draft.body))
        #expect(found.signatures.count == Verifier.maximumDomainKeys)
        #expect(found.unexamined == 1)
        #expect(found.signatures.allSatisfy { $0.header == .valid })
    }

    @Test(arguments: [
        ("", "", ""), ("\n", "", ""), (" \n", "\r\n \r\n", ""), ("a", "\r\na\r\n", "\r\na\r\n"),
        ("a\n\n", "\r\na\r\n", "\r\na\r\n"), ("\n\na", "\r\n\r\n\r\na\r\n", "\r\n\r\n\r\na\r\n"),
        ("a \t b\r\n", "\r\na \t b\r\n", "\r\nab\r\n"), ("a\rb\n", "\r\na\rb\r\n", "\r\nab\r\n"),
        ("a\r", "\r\na\r\r\n", "\r\na\r\n"), ("a\n \n", "\r\na\r\n \r\n", "\r\na\r\n"),
        ("a\n \nb", "\r\na\r\n \r\nb\r\n", "\r\na\r\n\r\nb\r\n"), ("\r\n\r\n", "", ""), ("\n\r\n", "", ""),
    ])
    func `a body has one canonical text in each form`(body: String, simple: String, nofws: String) {
        for (form, expected) in [(DomainKeysForm.simple, simple), (.nofws, nofws)] {
            var hash = PrefixHash(.sha256, lengths: [])
            let total = form.feed(body.bytes.span, to: &hash)
            #expect(hash.finish() == Digest(hashing: expected.bytes).bytes, "\(form)")
            #expect(total == max(0, expected.utf8.count - 2), "\(form)")
        }
    }
}
