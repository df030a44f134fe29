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
        let found = try RepairSample.evidence(bytes, signer)
        guard was != now else {
            #expect(found.header == .valid && found.repairs.isEmpty)
            return
        }
        #expect(found.header == .restored && found.body.word == "intact")
        #expect(found.repairNames == [.contentFields])
        let changed = RepairSample.omitted(found.repairs.first, of: bytes)
        #expect(changed == (was == nil ? "Content-Transfer-Encoding: \(now ?? "")\r\n" : now ?? ""))
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
