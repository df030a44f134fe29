// What the tests of repairs share, and the property that all of them have: the recorded edits give the signed body.

import Bytes
import Cryptography
import DKIM
import Mail
import Testing

/// A message that is signed first and changed afterwards.
enum RepairSample {
    static let header = [
        "From: A <a@example.org>", "To: list@example.net", "Subject: one two", "Date: Fri, 11 Jul 2003 21:00:37 -0700",
        "MIME-Version: 1.0",
    ]
    static let mailmanFooter = """
        _______________________________________________
        list mailing list
        list@example.net
        https://example.net/mailman/listinfo/list

        """

    /// The lines of a message with these fields of its content and this body, with CRLF.
    static func message(_ content: [String] = [], body: String) -> [UInt8] {
        crlf((header + content).joined(separator: "\n") + "\n\n" + body)
    }

    static func crlf(_ text: String) -> [UInt8] { text.replacing("\n", with: "\r\n").bytes }

    static func signer(_ form: CanonicalForm = .relaxed, signing names: [String] = []) throws -> Signer {
        var signer = try Sample.signer()
        signer.canonicalization = Canonicalization(header: form, body: form)
        signer.signedFields = (["from", "to", "subject", "date"] + names).map(\.bytes)
        return signer
    }

    /// The signature of `original` on top of `stored`.
    static func stored(_ stored: [UInt8], signedAs original: [UInt8], by signer: Signer) throws -> [UInt8] {
        try Sample.field(original, by: signer) + stored
    }

    static func evidence(_ bytes: [UInt8], _ signer: Signer) throws -> Evidence {
        try #require(Sample.evidence(bytes, signer.keyRecord).signatures.first)
    }

    /// The body of a message without what its repairs leave out.
    static func body(of message: [UInt8], without repairs: [Repair]) -> String {
        let start = HeaderSection(of: message.span).bodyStart
        let omitted = repairs.flatMap(\.edits).filter { $0.lowerBound >= start }.sorted {
            $0.lowerBound < $1.lowerBound
        }
        var text: [UInt8] = []
        var place = start
        for edit in omitted {
            text += message[place..<edit.lowerBound]
            place = edit.upperBound
        }
        return (text + message[place...]).displayText
    }

    /// The bytes that a repair leaves out.
    static func omitted(_ repair: Repair?, of message: [UInt8]) -> String {
        (repair?.edits ?? []).flatMap { message[$0] }.displayText
    }
}

extension Evidence {
    /// The names of the repairs.
    var repairNames: [Repair.Name] { repairs.map(\.name) }
}

@Suite struct RepairSampleTests {
    @Test(arguments: CanonicalForm.allCases) func `what fits as stored is not repaired`(form: CanonicalForm) throws {
        let signer = try RepairSample.signer(form)
        let message = RepairSample.message(body: "Hello\n>From me\n" + RepairSample.mailmanFooter)
        let found = try RepairSample.evidence(try Sample.signed(message, by: signer), signer)
        #expect(found.header == .valid && found.body.word == "intact")
        #expect(found.repairs.isEmpty)
    }

    @Test func `what no known change explains stays altered, and nothing is recorded`() throws {
        let signer = try RepairSample.signer()
        let original = RepairSample.message(body: "Hello\n")
        for body in ["Hallo\n", "Hello\nand more\n", "> Hello\n", "", "Hello\n-- \nmy signature\n"] {
            let message = try RepairSample.stored(RepairSample.message(body: body), signedAs: original, by: signer)
            let found = try RepairSample.evidence(message, signer)
            #expect(found.header == .valid && found.body.word == "altered", "\(body)")
            #expect(found.repairs.isEmpty)
        }
    }

    @Test(arguments: ["\n", "\r\n"]) func `bare LFs are named for every signature that can be evaluated`(
        lineEnd: String
    ) throws {
        let signer = try RepairSample.signer()
        let message = try Sample.signed(RepairSample.message(body: "Hello\n"), by: signer)
        let stored = message.displayText.replacing("\r\n", with: lineEnd).bytes
        for bytes in [stored, stored.dropLast(4) + "x".bytes] {
            let spans = Sample.evidence(bytes, signer.keyRecord).signatures
            let parsed = Verifier(keys: KeyStore([])).evidence(of: Message(parsing: bytes)).signatures
            for found in spans + parsed { #expect(found.repairs == (lineEnd == "\n" ? [Repair(.lineEnds)] : [])) }
        }
        let malformed = Sample.evidence("DKIM-Signature: v=1\n".bytes + stored, signer.keyRecord).signatures
        #expect(malformed.map(\.repairs.isEmpty) == [true, false])
    }

    @Test func `each signature has its own repairs`() throws {
        let signer = try RepairSample.signer()
        let original = RepairSample.message(body: "Hello\n")
        let inner = try Sample.signed(original, by: signer)
        let listed = inner + RepairSample.crlf(RepairSample.mailmanFooter)
        let outer = try Sample.signed(listed, by: signer)
        let found = Sample.evidence(outer, signer.keyRecord).signatures
        #expect(found.map(\.body.word) == ["intact", "restored"])
        #expect(found.map(\.repairNames) == [[], [.listFooter]])
        #expect(found.map(\.header) == [.valid, .valid])
        #expect(found.map(\.index) == [0, 1])
    }

    @Test func `without a key the body is repaired all the same`() throws {
        let signer = try RepairSample.signer()
        let original = RepairSample.message(body: "Hello\n")
        let message = try Sample.signed(original, by: signer) + RepairSample.crlf(RepairSample.mailmanFooter)
        let found = try #require(Sample.evidence(message).signatures.first)
        #expect(found.header == .noKey && found.body.word == "restored")
        #expect(found.repairNames == [.listFooter])
    }
}
