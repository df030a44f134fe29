import Bytes
import Cryptography
import DKIM
import Mail
import ProcessorTime
import Testing

@Suite struct EvidenceTests {
    @Test func `header and body are separate proofs`() throws {
        let signer = try Sample.signer()
        let message = try Sample.signed(by: signer).displayText
        let record = signer.keyRecord
        let changedBody = Sample.evidence(message.replacing("First", with: "Third").bytes, record)
        #expect(changedBody.signatures.map(\.header) == [.valid])
        #expect(changedBody.signatures.map(\.body.word) == ["altered"])
        #expect(changedBody.signatures.map(\.verdict) == [.fail])
        #expect(changedBody.messageClass == .headersOnly)
        let changedHeader = Sample.evidence(message.replacing("From: A", with: "From: B").bytes, record)
        #expect(changedHeader.signatures.map(\.header) == [.invalid])
        #expect(changedHeader.signatures.map(\.body.word) == ["intact"])
        #expect(changedHeader.messageClass == .notVerifying)
    }

    @Test func `a published record counts before a computed one of the same key`() throws {
        let signer = try Sample.signer()
        let message = try Sample.signed(by: signer)
        // Both orders of the records' bytes.
        for (computed, published) in [("", " n=x;"), (" n=x;", "")] {
            let record = { (note: String) in
                signer.keyRecord.displayText.replacing(";", with: ";" + note, maxReplacements: 1).bytes
            }
            let keys = [(computed, KeyProvenance.Basis.recovered), (published, .dns)].map { note, basis in
                Key(
                    selector: "sel".bytes, domain: "example.org".bytes, record: record(note),
                    provenance: KeyProvenance(basis))
            }
            let verifier = Verifier(keys: KeyStore(keys))
            let found = try #require(verifier.evidence(of: Message(parsing: message)).signatures.first)
            #expect(found.header == .valid && found.key?.digest == keys[1].digest && found.key?.isRecovered == false)
        }
    }

    @Test func `without a key nothing failed`() throws {
        let signer = try Sample.signer()
        let found = Sample.evidence(try Sample.signed(by: signer))
        #expect(found.signatures.map(\.header) == [.noKey])
        #expect(found.signatures.map(\.verdict) == [.keyUnavailable])
        #expect(found.signatures.map(\.key) == [nil])
        #expect(found.signatures.map(\.body.word) == ["intact"])
        #expect(found.messageClass == .keyUnavailable)
    }

    @Test func `what was found in a body once is found with other keys too`() throws {
        let signer = try RepairSample.signer()
        let signed = try Sample.signed(RepairSample.message(body: "Hello\n"), by: signer)
        let footer = RepairSample.crlf(RepairSample.mailmanFooter)
        for message in [signed, signed + footer, signed.displayText.replacing("one two", with: "one").bytes + footer] {
            let mail = Message(parsing: message)
            var body: BodyEvidence?
            for record in [nil, "v=DKIM1; p=".bytes, signer.keyRecord, nil] {
                let keys = record.map {
                    Key(
                        selector: signer.selector, domain: signer.domain, record: $0,
                        provenance: KeyProvenance(.file))
                }
                let verifier = Verifier(keys: KeyStore(keys.map { [$0] } ?? []))
                let known = verifier.evidence(of: mail, body: &body)
                let fresh = verifier.evidence(of: mail)
                #expect(known.signatures.map { "\($0)" } == fresh.signatures.map { "\($0)" })
                #expect(body != nil)
            }
        }
    }

    @Test func `a message without a signature is unsigned`() {
        let found = Sample.evidence(Sample.message)
        #expect(found.signatures.isEmpty)
        #expect(found.messageClass == .unsigned)
    }

    @Test(arguments: [0, 5, 32])
    func `a body longer than l= is covered in part`(length: Int) throws {
        var signer = try Sample.signer()
        signer.bodyLength = length
        let message = try Sample.signed(by: signer)
        let whole = Sample.evidence(message, signer.keyRecord).signatures
        let longer = Sample.evidence(message + "appended\r\n".bytes, signer.keyRecord)
        // "First line\r\n\r\nLast line .\r\n" has 27 octets.
        let expected: BodyResult = length > 27 ? .tooShort(total: 27) : .partial(covered: length, total: 27)
        #expect(whole.map(\.body) == [expected])
        #expect(whole.map(\.verdict) == [length > 27 ? .fail : .neutral])
        #expect(longer.messageClass == (length == 5 ? .qualified : .headersOnly))
        if length == 5 { #expect(longer.signatures.map(\.body) == [.partial(covered: 5, total: 39)]) }
    }

    @Test func `l= of the whole body is no restriction until something is appended`() throws {
        var signer = try Sample.signer()
        signer.bodyLength = 27
        let message = try Sample.signed(by: signer)
        #expect(Sample.evidence(message, signer.keyRecord).signatures.map(\.body) == [.intact(total: 27)])
        #expect(Sample.evidence(message, signer.keyRecord).messageClass == .verified)
        let longer = Sample.evidence(message + "x".bytes, signer.keyRecord)
        #expect(longer.signatures.map(\.body) == [.partial(covered: 27, total: 32)])
        let shorter = Sample.evidence(Array(message.dropLast(8)), signer.keyRecord)
        #expect(shorter.signatures.map(\.body.word) == ["too-short"])
        let changed = Sample.evidence(message.displayText.replacing("First", with: "Fürst").bytes, signer.keyRecord)
        #expect(changed.signatures.map(\.body.word) == ["altered"])
    }

    @Test func `fields are taken from the bottom, and what is above them is not covered`() throws {
        var signer = try Sample.signer()
        signer.signedFields = ["From", "To", "Subject", "From", "Cc"].map(\.bytes)
        let message = try Sample.signed(by: signer)
        let found = try #require(Sample.evidence(message, signer.keyRecord).signatures.first)
        #expect(found.coverage.map(\.name) == ["from", "to", "subject", "cc"].map(\.bytes))
        #expect(found.coverage.map(\.covered) == [1, 1, 1, 0])
        #expect(found.coverage.map(\.present) == [1, 2, 1, 0])
        #expect(found.coverage.map(\.named) == [2, 1, 1, 1])
        let changedTop = message.displayText.replacing("To: B <b@", with: "To: X <x@").bytes
        let added = try #require(Sample.evidence(changedTop, signer.keyRecord).signatures.first)
        #expect(added.header == .valid && added.violations == [])
        let changedBottom = message.displayText.replacing("To: C <c@", with: "To: X <x@").bytes
        #expect(Sample.evidence(changedBottom, signer.keyRecord).messageClass == .notVerifying)
    }

    @Test func `a signature may cover another, never itself`() throws {
        var signer = try Sample.signer()
        let inner = try Sample.signed(by: signer)
        signer.signedFields = ["from", "dkim-signature", "dkim-signature"].map(\.bytes)
        let outer = try Sample.signed(inner, by: signer)
        let found = Sample.evidence(outer, signer.keyRecord)
        #expect(found.signatures.map(\.verdict) == [.pass, .pass])
        let coverage = try #require(found.signatures.first?.coverage.last)
        #expect([coverage.covered, coverage.present, coverage.named] == [1, 1, 2])
        let changed = outer.displayText.replacing("subject:date", with: "subject:dat3").bytes
        #expect(Sample.evidence(changed, signer.keyRecord).signatures.map(\.verdict) == [.fail, .fail])
    }

    @Test func `all keys of a name are tried and the one that fits is named`() throws {
        let signer = try Sample.signer()
        let right = signer.keyRecord
        let wrong = "v=DKIM1; k=ed25519; p=".bytes + Base64.encode([UInt8](repeating: 8, count: 32))
        let (revoked, unusable, otherType) = ("p=".bytes, "k=dsa; p=x".bytes, try Sample.signer(.rsaSHA256).keyRecord)
        let message = try Sample.signed(by: signer)
        for records in [[right, wrong, revoked, unusable, otherType], [otherType, unusable, revoked, wrong, right]] {
            let verifier = Verifier(keys: KeyStore(records.map(Sample.key)))
            let found = verifier.evidence(of: message.span, header: HeaderSection(of: message.span))
            #expect(found.signatures.map(\.key?.digest) == [Digest(hashing: right)])
            #expect(found.messageClass == .verified)
        }
        let without = Sample.evidence(message, wrong, revoked, unusable, otherType)
        #expect(without.signatures.map(\.header) == [.invalid])
        #expect(without.signatures.map(\.key?.digest) == [Digest(hashing: wrong)])
        #expect(Sample.evidence(message, revoked).signatures.map(\.header) == [.keyRevoked])
        #expect(Sample.evidence(message, revoked).messageClass == .keyUnavailable)
        #expect(Sample.evidence(message, unusable).signatures.map(\.violations) == [[.keyUnknownType]])
        #expect(Sample.evidence(message, otherType).signatures.map(\.violations) == [[.keyTypeMismatch]])
        #expect(Sample.evidence(message, otherType).signatures.map(\.header) == [.keyUnusable])
        #expect(Sample.evidence(message, otherType).messageClass == .keyUnavailable)
    }

    @Test(arguments: [
        ("h=sha1; ", "@example.org", Violation.hashNotAllowedByKey), ("h=sha1:sha256; ", "@example.org", nil),
        ("s=chat; ", "@example.org", .serviceNotEmail), ("s=chat:email; ", "@example.org", nil),
        ("s=*; ", "@example.org", nil), ("t=s; ", "@sub.example.org", .strictIdentityRequired),
        ("t=s; ", "@EXAMPLE.org", nil), ("t=y; ", "@sub.example.org", nil), ("g=none; ", "a@example.org", nil),
    ])
    func `what the key record demands`(tags: String, identity: String, violation: Violation?) throws {
        var signer = try Sample.signer()
        signer.identity = identity.bytes
        let found = Sample.evidence(try Sample.signed(by: signer), tags.bytes + signer.keyRecord.dropFirst(9))
        #expect(found.signatures.map(\.header) == [.valid])
        #expect(found.signatures.map(\.violations) == [violation.map { [$0] } ?? []])
        #expect(found.messageClass == (violation == nil ? .verified : .notVerifying))
    }

    @Test func `a field that is too broken still gives its facts`() throws {
        let message = "DKIM-Signature: v=1; d=example.org; s=sel; b=QUJD; x=7\r\n".bytes + Sample.message
        let found = try #require(Sample.evidence(message).signatures.first)
        #expect(found.header == .malformed)
        #expect(found.body == .notComputed)
        #expect(found.verdict == .permerror)
        #expect(found.signature.domain == "example.org".bytes)
        #expect(found.signature.expiration == 7)
        #expect(found.signatureDigest == Digest(hashing: "ABC".bytes))
        #expect(found.signedDataDigest == nil)
        #expect(found.violations == [.missingAlgorithm, .missingBodyHash, .missingSignedFields])
    }

    @Test func `the digests are those of the signed data and of b=`() throws {
        var signer = try Sample.signer()
        signer.signedFields = ["from".bytes]
        let field = try Sample.field(by: signer)
        let found = try #require(Sample.evidence(field + Sample.message).signatures.first)
        let value = try #require(field.displayText.firstRange(of: " b="))
        let start = String(field.displayText[..<value.upperBound]).replacing("\r\n", with: "")
        let canonical =
            "from:A <a@example.org>\r\n" + start.replacing("DKIM-Signature: ", with: "dkim-signature:")
        #expect(found.signedDataDigest == Digest(hashing: canonical.bytes))
        #expect(found.signatureDigest == Digest(hashing: found.signature.value ?? []))
        #expect(found.signature.value?.count == 64)
    }
}

@Suite struct HostileMessageTests {
    @Test func `ten thousand signatures take no longer than a hundred`() throws {
        var signer = try Sample.signer()
        signer.signedFields = ["from", "dkim-signature"].map(\.bytes)
        let field = try Sample.field(by: signer)
        let more = Array(repeatElement("DKIM-Signature: v=1\r\n".bytes, count: 9_900).joined())
        let message = Array(repeatElement(field, count: 100).joined()) + more + Sample.message
        var found: MessageEvidence?
        let time = processorTime { found = Sample.evidence(message, signer.keyRecord) }
        #expect(found?.signatures.count == Verifier.maximumSignatures)
        #expect(found?.unexamined == 9_900)
        #expect(time < .seconds(10))
    }

    @Test func `a hundred thousand names in h= are malformed, not slow`() throws {
        let names = Array(repeating: "from", count: 100_000).joined(separator: ":")
        let text = "DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=sel; bh=; b=QQ==; h=" + names + "\r\n"
        let found = Sample.evidence(text.bytes + Sample.message)
        #expect(found.signatures.first?.violations.contains(.tooManySignedFields) == true)
        #expect(found.signatures.first?.signature.signedFields.count == Signature.maximumSignedFields)
    }

    @Test func `lengths beyond any body are too short, without a trap`() throws {
        var signer = try Sample.signer()
        signer.bodyLength = .max
        let found = Sample.evidence(try Sample.signed(by: signer), signer.keyRecord)
        #expect(found.signatures.map(\.body) == [.tooShort(total: 27)])
    }

    @Test func `no cut of a signed message traps or passes`() throws {
        let signer = try Sample.signer()
        let message = try Sample.signed(by: signer)
        // Only empty lines at the end may be missing; half a CRLF is a byte of its own.
        let whole = [message.count, message.count - 2, message.count - 4]
        for length in 0..<message.count {
            let found = Sample.evidence(Array(message.prefix(length)), signer.keyRecord)
            #expect((found.messageClass == .verified) == whole.contains(length), "\(length)")
        }
    }

    @Test func `messages of nothing but syntax do not trap`() {
        let pieces = [
            "DKIM-Signature:", " ;", "=", "\r\n", "\n", "\r", "b=", "h=", ":", "/", "l=9", "v=1;", "\u{0}", "é",
        ]
        var state: UInt64 = 7
        for _ in 0..<2_000 {
            var message = "DKIM-Signature: a=rsa-sha256; d=example.org; s=sel; bh=; ".bytes
            for _ in 0..<12 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                message += pieces[Int(state >> 33) % pieces.count].bytes
            }
            #expect(Sample.evidence(message, "p=".bytes).messageClass != .verified)
        }
    }
}
