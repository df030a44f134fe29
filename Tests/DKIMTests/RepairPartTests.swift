// Multiparts that a mailing list changed: a footer part added, the message wrapped, footers in each text part.

import Bytes
import DKIM
import Mail
import Testing

@Suite struct RepairPartTests {
    private static let alternative = """
        --b
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: 8bit

        Grüße =

        --b
        Content-Type: text/html; charset=utf-8
        Content-Transfer-Encoding: 8bit

        <p>Grüße =</p>

        --b--

        """
    private static let footerPart = """
        Content-Type: text/plain; charset="us-ascii"
        MIME-Version: 1.0
        Content-Transfer-Encoding: 7bit
        Content-Disposition: inline

        \(RepairSample.mailmanFooter)
        """

    private func evidence(
        _ content: String, _ body: String, was original: String, _ originalBody: String,
        signing names: [String] = []
    ) throws -> (Evidence, [UInt8]) {
        let signer = try RepairSample.signer(.simple, signing: names)
        let changed = RepairSample.message([content], body: body)
        let message = try RepairSample.stored(
            changed, signedAs: RepairSample.message([original], body: originalBody), by: signer)
        return (try RepairSample.evidence(message, signer), message)
    }

    @Test(arguments: ["", "This is a multi-part message in MIME format.\n"])
    func `a footer part is left out`(preamble: String) throws {
        let part = "--b\nContent-Type: text/plain\n\nHello\n"
        let type = "Content-Type: multipart/mixed; boundary=b"
        let body = preamble + part + "--b\n" + Self.footerPart + "\n--b--\n"
        let (found, message) = try evidence(type, body, was: type, preamble + part + "--b--\n")
        #expect(found.body.word == "restored" && found.repairNames == [.listFooter])
        #expect(
            RepairSample.body(of: message, without: found.repairs)
                == RepairSample.crlf(preamble + part + "--b--\n").displayText)
    }

    @Test func `attachments that are left out with a footer are told`() throws {
        let signer = try RepairSample.signer()
        func outside(_ type: String, _ was: String, _ now: String) throws -> [String] {
            let stored = RepairSample.message([type], body: now)
            let bytes = try RepairSample.stored(
                stored, signedAs: RepairSample.message([type], body: was), by: signer)
            let keys = KeyStore([Sample.key(signer.keyRecord)])
            let found = try #require(Verifier(keys: keys).evidence(of: Message(parsing: bytes)).signatures.first)
            #expect(found.body.word == "restored")
            return found.outside.map(\.displayText)
        }
        let item = "begin 644 a.txt\n#:&5Y\n`\nend\n"
        #expect(try outside("Content-Type: text/plain", "Hi\n", "Hi\n-- \nunsubscribe\n\(item)") == ["1;uu1"])
        #expect(try outside("Content-Type: text/plain", "\(item)Hi\n", "\(item)Hi\n-- \nunsubscribe\n") == [])
        let type = "Content-Type: multipart/mixed; boundary=b"
        let parts = "--b\n\nHi\n--b\nContent-Type: image/png\n\nPNG\n"
        let file = "--b\nContent-Disposition: attachment; filename=a.txt\n\nunsubscribe\n"
        #expect(try outside(type, parts + "--b--\n", parts + file + "--b--\n") == ["3"])
        let plain = "--b\n\nunsubscribe\n"
        #expect(try outside(type, parts + "--b--\n", parts + plain + "--b--\n") == [])
    }

    @Test(arguments: ["", "\n", "Preamble\n"])
    func `the multipart around a message is left out, and its fields are put back`(preamble: String) throws {
        let original = "Content-Type: multipart/alternative; boundary=\"b\""
        let inner = preamble + Self.alternative
        let body = "--o\n\(original)\n\n\(inner)\n--o\n\(Self.footerPart)\n--o--\n"
        let outer = "Content-Type: multipart/mixed; boundary=o"
        let (found, message) = try evidence(outer, body, was: original, inner, signing: ["content-type"])
        #expect(found.body.word == "restored" && found.header == .restored)
        #expect(found.repairNames == [.listFooter, .contentFields])
        #expect(
            RepairSample.body(of: message, without: found.repairs).trimmingLineEnds()
                == RepairSample.crlf(inner).displayText.trimmingLineEnds())
        #expect(RepairSample.omitted(found.repairs.last, of: message) == outer + "\r\n")
    }

    @Test(arguments: [false, true]) func `a wrapped text that is no multipart is found`(isEncoded: Bool) throws {
        let fields = "Content-Type: text/plain\nContent-Transfer-Encoding: \(isEncoded ? "base64" : "7bit")"
        let text = isEncoded ? Base64.encode("Hello\r\n".bytes).displayText + "\n" : "Hello\n"
        let body = "--o\n\(fields)\n\n\(text)\n--o\n\(Self.footerPart)\n--o--\n"
        let (found, _) = try evidence(
            "Content-Type: multipart/mixed; boundary=o", body, was: "Content-Type: text/plain", "Hello\n")
        #expect(found.body.word == "restored")
        #expect(found.repairNames == (isEncoded ? [.listFooter, .base64To8Bit] : [.listFooter]))
    }

    @Test func `text parts are recoded, those of a wrapped multipart too`() throws {
        let type = "Content-Type: multipart/alternative; boundary=\"b\""
        let coded = Self.alternative.replacing("8bit", with: "quoted-printable")
            .replacing("ü", with: "=C3=BC").replacing("ß", with: "=C3=9F").replacing(" =", with: " =3D")
        let (decoded, _) = try evidence(type, coded, was: type, Self.alternative)
        #expect(decoded.body.word == "restored" && decoded.repairNames == [.quotedPrintableTo8Bit])
        let (encoded, message) = try evidence(type, Self.alternative, was: type, coded)
        #expect(encoded.body.word == "restored" && encoded.repairNames == [.eightBitToQuotedPrintable])
        let edits = encoded.repairs[0].edits.map { message[$0].displayText }
        #expect(edits == ["8bit", "Grüße =\r\n", "8bit", "<p>Grüße =</p>\r\n"])
        let body = "--o\n\(type)\n\n\(coded)\n--o\n\(Self.footerPart)\n--o--\n"
        let (wrapped, _) = try evidence(
            "Content-Type: multipart/mixed; boundary=o", body, was: type, Self.alternative)
        #expect(wrapped.body.word == "restored" && wrapped.repairNames == [.listFooter, .quotedPrintableTo8Bit])
    }

    @Test(arguments: [false, true]) func `parts are recoded beside a footer part that is left out`(wasCoded: Bool)
        throws
    {
        let type = "Content-Type: multipart/mixed; boundary=b"
        let text = { (encoding: String, text: String) in
            "--b\nContent-Type: text/plain\nContent-Transfer-Encoding: \(encoding)\n\n\(text)\n"
        }
        let both = [text("8bit", "Grüße ="), text("quoted-printable", "Gr=C3=BC=C3=9Fe =3D")]
        let attached = "--b\nContent-Type: image/png\n\nPNG\n"
        let footer = "--b\n\(Self.footerPart)\n"
        let (found, _) = try evidence(
            type, both[wasCoded ? 0 : 1] + attached + footer + "--b--\n", was: type,
            both[wasCoded ? 1 : 0] + attached + "--b--\n")
        #expect(found.body.word == "restored")
        #expect(found.repairNames == [.listFooter, wasCoded ? .eightBitToQuotedPrintable : .quotedPrintableTo8Bit])
    }

    @Test func `a plain footer behind a multipart of base64 is left out`() throws {
        let type = "Content-Type: multipart/mixed; boundary=b"
        let body = "--b\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nSGVsbG8K\n--b--\n"
        let (found, message) = try evidence(type, body + RepairSample.mailmanFooter, was: type, body)
        #expect(found.body.word == "restored" && found.repairNames == [.listFooter])
        #expect(
            RepairSample.omitted(found.repairs[0], of: message)
                == RepairSample.crlf(RepairSample.mailmanFooter).displayText)
    }

    @Test(arguments: ["\n", "", "\n\n\n"]) func `footers are cut off each text part`(between: String) throws {
        let type = "Content-Type: multipart/alternative; boundary=\"b\""
        let words = "You received this message because you are subscribed to the Google Groups"
        let plain = "\(between)-- \n\(words) x group.\nTo unsubscribe from it\n"
        let html = "\(between)<p></p>\n\n-- <br />\n\(words) x group.<br />\nTo unsubscribe<br />\n"
        let changed = Self.alternative.replacing("Grüße =\n", with: "Grüße =\n" + plain)
            .replacing("=</p>\n", with: "=</p>\n" + html)
        let before = between == "\n\n\n" ? Self.alternative.replacing("\n\n--b", with: "\n--b") : Self.alternative
        let (found, message) = try evidence(type, changed, was: type, before)
        #expect(found.body.word == "restored" && found.repairNames == [.listFooter])
        #expect(
            RepairSample.body(of: message, without: found.repairs) == RepairSample.crlf(before).displayText)
    }

    @Test func `a part that is no footer is not left out`() throws {
        let part = "--b\nContent-Type: text/plain\n\nHello\n"
        let type = "Content-Type: multipart/mixed; boundary=b"
        let body = part + "--b\nContent-Type: text/plain\n\nEvidence\n--b--\n"
        let (found, _) = try evidence(type, body, was: type, part + "--b--\n")
        #expect(found.body.word == "altered" && found.repairs.isEmpty)
    }
}

extension String {
    /// The text without line ends at its end: the last ones are no part of a canonical body.
    fileprivate func trimmingLineEnds() -> String {
        var text = self[...]
        while text.last?.isNewline == true { text.removeLast() }
        return String(text)
    }
}
