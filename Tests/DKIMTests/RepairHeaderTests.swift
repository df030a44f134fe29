// Changes of the header section: tags before the subject, and fields of the content that were written otherwise.

import Bytes
import DKIM
import Mail
import Testing

@Suite struct RepairHeaderTests {
    /// Subjects as they stand, as they were, and the bytes that were put in.
    private static let subjects: [(now: String, was: String, tag: String)] = [
        ("[list-name] one two", "one two", "[list-name] "), ("[EXTERNAL] one", "one", "[EXTERNAL] "),
        ("[EXTERNAL]one", "one", "[EXTERNAL]"), ("***SPAM*** one", "one", "***SPAM*** "),
        ("*****SPAM***** one", "one", "*****SPAM***** "), ("{Spam?} one", "one", "{Spam?} "),
        ("EXTERNAL: one", "one", "EXTERNAL: "), ("Re: [list] one", "Re: one", "[list] "),
        ("AW:  [list] one", "AW:  one", "[list] "), ("[EXT] [list] one", "one", "[EXT] [list] "),
        ("[EXT] [list] one", "[list] one", "[EXT] "), ("[list]\r\n one", "one", "[list]\r\n "),
        ("[list] =?utf-8?Q?gr=C3=BCn?=", "=?utf-8?Q?gr=C3=BCn?=", "[list] "),
    ]

    private func message(_ subject: String, _ content: [String] = []) -> [UInt8] {
        let text = RepairSample.message(content, body: "Hello\n").displayText
        return text.replacing("Subject: one two", with: "Subject: \(subject)").bytes
    }

    @Test(arguments: subjects.indices, CanonicalForm.allCases)
    func `a tag before the subject is left out`(number: Int, form: CanonicalForm) throws {
        let (now, was, tag) = Self.subjects[number]
        let signer = try RepairSample.signer(form)
        let bytes = try RepairSample.stored(message(now), signedAs: message(was), by: signer)
        let found = try RepairSample.evidence(bytes, signer)
        #expect(found.header == .restored && found.body.word == "intact", "\(now)")
        #expect(found.verdict == .restored && found.violations.isEmpty && found.key != nil)
        #expect(found.repairNames == [.subjectTag])
        #expect(RepairSample.omitted(found.repairs.first, of: bytes) == tag)
        #expect(found.signedDataDigest != nil)
    }

    @Test func `the data of a repaired header is that which was signed`() throws {
        let signer = try RepairSample.signer()
        let signed = try Sample.signed(message("one"), by: signer)
        let tagged = signed.displayText.replacing("Subject: one", with: "Subject: [x] one").bytes
        let (a, b) = (try RepairSample.evidence(signed, signer), try RepairSample.evidence(tagged, signer))
        #expect(a.signedDataDigest == b.signedDataDigest)
    }

    @Test(arguments: ["one [list]", "Fwd: one", "[list]", "one", "ne two", "[unclosed one two", "* one two"])
    func `other changes of the subject are none`(subject: String) throws {
        let signer = try RepairSample.signer()
        let bytes = try RepairSample.stored(message(subject), signedAs: message("one two"), by: signer)
        let found = try RepairSample.evidence(bytes, signer)
        #expect(found.header == .invalid && found.repairs.isEmpty)
    }

    @Test func `a tag in a subject that is not signed is no repair, nor one without a key`() throws {
        var signer = try RepairSample.signer()
        let bytes = try RepairSample.stored(message("[x] one"), signedAs: message("one"), by: signer)
        #expect(try #require(Sample.evidence(bytes).signatures.first).repairs.isEmpty)
        signer.signedFields = ["from", "date"].map(\.bytes)
        let other = try RepairSample.stored(message("[x] one"), signedAs: message("one"), by: signer)
        #expect(try RepairSample.evidence(other, signer).repairs.isEmpty)
    }

    @Test(arguments: ["7bit", "8bit", "quoted-printable", "base64", nil], ["7bit", "8bit", "BASE64", nil])
    func `another Content-Transfer-Encoding is tried`(was: String?, now: String?) throws {
        let signer = try RepairSample.signer(.relaxed, signing: ["content-transfer-encoding"])
        let field = { (value: String?) in value.map { ["Content-Transfer-Encoding: \($0)"] } ?? [] }
        let stored = message("one", field(now))
        let bytes = try RepairSample.stored(stored, signedAs: message("one", field(was)), by: signer)
        // `Hello` is another text in base64, and the same in all others.
        let isSameText = (was == "base64") == (now == "BASE64")
        let found = try RepairSample.evidence(bytes, signer)
        guard was != now else {
            #expect(found.header == .valid && found.repairs.isEmpty)
            return
        }
        guard isSameText else {
            #expect(found.header == .invalid && found.repairs.isEmpty)
            return
        }
        #expect(found.header == .restored && found.body.word == "intact")
        #expect(found.repairNames == [.contentFields])
        let changed = RepairSample.omitted(found.repairs.first, of: bytes)
        #expect(changed == (was == nil ? "Content-Transfer-Encoding: \(now ?? "")\r\n" : now ?? ""))
    }

    @Test(arguments: [("7bit", "quoted-printable"), ("quoted-printable", "8bit"), ("7bit", nil)])
    func `an encoding in which the signed body reads otherwise is no repair`(was: String, now: String?) throws {
        let signer = try RepairSample.signer(.relaxed, signing: ["content-transfer-encoding"])
        let message = { (value: String?, body: String) in
            RepairSample.message(value.map { ["Content-Transfer-Encoding: \($0)"] } ?? [], body: body)
        }
        let original = message(was, "9=31\n")
        let found = try RepairSample.evidence(
            try RepairSample.stored(message(now, "9=31\n"), signedAs: original, by: signer), signer)
        #expect(found.header == (now == nil ? .restored : .invalid) && found.body.word == "intact")
        // Of a body that is unknown the header may be proven all the same.
        let altered = try RepairSample.evidence(
            try RepairSample.stored(message(now, "9=32\n"), signedAs: original, by: signer), signer)
        #expect(altered.header == .restored && altered.body.word == "altered")
    }

    @Test func `a tag and another encoding are undone together, beside a repaired body`() throws {
        let signer = try RepairSample.signer(.relaxed, signing: ["content-transfer-encoding"])
        let encoded = ["Content-Type: text/plain", "Content-Transfer-Encoding: quoted-printable"]
        let was = message("one", encoded)
        let now = message("[x] one", [encoded[0], "Content-Transfer-Encoding: 7bit"])
        let bytes = try RepairSample.stored(now, signedAs: was, by: signer) + RepairSample.mailmanFooter.bytes
        let found = try RepairSample.evidence(bytes, signer)
        #expect(found.header == .restored && found.body.word == "restored")
        #expect(found.repairNames == [.lineEnds, .listFooter, .contentFields, .subjectTag])
        let altered = bytes.displayText.replacing("Hello", with: "Hallo").bytes
        let other = try RepairSample.evidence(altered, signer)
        #expect(other.header == .restored && other.body.word == "altered" && other.verdict == .fail)
        #expect(other.repairNames == [.lineEnds, .contentFields, .subjectTag])
    }

    /// A message in a multipart with a footer part; `fields` stand in the header section of the part that it is.
    private func wrapped(_ fields: [String], body: String = "Hello", from: String = "A <a@example.org>") -> [UInt8] {
        let footer = "Content-Type: text/plain\n\n\(RepairSample.mailmanFooter)"
        let text = "--o\n\(fields.joined(separator: "\n"))\n\n\(body)\n--o\n\(footer)--o--\n"
        return RepairSample.message(["Content-Type: multipart/mixed; boundary=o"], body: text).displayText
            .replacing("A <a@example.org>", with: from).bytes
    }

    @Test(arguments: ["From: B <b@example.org>", "To: a@b.example", "Subject: three", "Date: today"])
    func `fields in a part do not take the place of those that readers see`(shown: String) throws {
        let signer = try RepairSample.signer(signing: ["content-type"])
        let type = "Content-Type: text/plain"
        let original = RepairSample.message([type], body: "Hello\n")
        let name = shown.prefix { $0 != ":" } + ":"
        let own = RepairSample.header.first { $0.hasPrefix(name) } ?? ""
        // The signed field stands in the part, below the one that is shown.
        let stored = wrapped([own, type]).displayText.replacing(own + "\r\n", with: "", maxReplacements: 1)
        let bytes = try RepairSample.stored("\(shown)\r\n\(stored)".bytes, signedAs: original, by: signer)
        let found = try RepairSample.evidence(bytes, signer)
        #expect(found.header == .invalid && found.body.word == "restored")
    }

    @Test func `a signature in a part does not make another one valid`() throws {
        let signer = try RepairSample.signer(signing: ["content-type"])
        let type = "Content-Type: text/plain"
        let original = RepairSample.message([type], body: "Hello\n")
        let genuine = try Sample.field(original, by: signer).displayText
        let hash = {
            try Sample.field(RepairSample.message([type], body: $0), by: signer).displayText.split(separator: "bh=")[1]
                .prefix(44)
        }
        let forged = genuine.replacing(try hash("Hello\n"), with: try hash("Forged\n"))
        let fields = [String(genuine.dropLast(2)).replacing("\r\n", with: "\n")] + RepairSample.header + [type]
        let outer = wrapped(fields, body: "Forged").displayText
        // The genuine one comes to stand above the forged one when it takes the place of Content-Type.
        let bytes = outer.replacing("\r\n\r\n", with: "\r\n\(forged)\r\n", maxReplacements: 1).bytes
        let found = try RepairSample.evidence(bytes, signer)
        #expect(found.header == .invalid && found.body.word == "restored")
    }

    @Test func `a field of a part that is not signed, or stands twice there, is told`() throws {
        let signer = try RepairSample.signer(signing: ["content-type"])
        let type = "Content-Type: text/plain"
        let original = RepairSample.message([type], body: "Hello\n")
        for (fields, uncovered, added) in [
            ([type], [ShownField.mimeVersion], []),
            ([type, "Content-Transfer-Encoding: 7bit"], [.contentTransferEncoding, .mimeVersion], []),
            (["Content-Type: text/html", type], [.mimeVersion], [ShownField.contentType]),
        ] {
            let bytes = try RepairSample.stored(wrapped(fields), signedAs: original, by: signer)
            let found = try RepairSample.evidence(bytes, signer)
            #expect(found.header == .restored && found.body.word == "restored")
            #expect(found.uncovered == uncovered && found.added == added, "\(fields)")
        }
    }

    @Test func `an ARC message signature is repaired like any other`() throws {
        let signer = try RepairSample.signer()
        let signed = try Sample.signed(message("one"), by: signer).displayText
        let field = signed.replacing("DKIM-Signature: v=1;", with: "ARC-Message-Signature: i=1;")
        // Its header signature is that of another field; the body hash is the same.
        let found = Sample.evidence(field.bytes + RepairSample.mailmanFooter.bytes, signer.keyRecord).signatures
        #expect(found.map(\.kind) == [.arcMessage])
        #expect(found.map(\.body.word) == ["restored"] && found.map(\.repairNames) == [[.lineEnds, .listFooter]])
    }
}
