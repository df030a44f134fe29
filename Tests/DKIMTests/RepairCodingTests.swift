// Transfer encodings that were changed on the way, and the encoders that write them anew.

import Bytes
import Mail
import Testing

@testable import DKIM

@Suite struct RepairCodingTests {
    private static let forms = RepairCoding.all.filter { $0 != .identity }

    @Test func `what is encoded decodes to the same text, in pieces as in one`() {
        let bytes = "a= \t\r\n.é".bytes
        var texts: [[UInt8]] = [[]]
        for _ in 0..<4 { texts += texts.flatMap { text in bytes.map { text + [$0] } } }
        for coding in Self.forms {
            for text in Set(texts) {
                let prepared = coding.prepared(text)
                let body = coding.encode(prepared[...])
                let encoding: TransferEncoding = coding.names == ["base64"] ? .base64 : .quotedPrintable
                let normal = coding.names == ["base64"] ? prepared : RepairCoding.base64(.crlf).prepared(text)
                #expect(encoding.decoded(body.span) == normal, "\(coding) \(text)")
            }
        }
    }

    @Test func `lines are broken where the programs in use break them`() {
        let eager = RepairCoding.quotedPrintable(width: 76, isEager: true)
        let exact = RepairCoding.quotedPrintable(width: 76, isEager: false)
        let line = { String(repeating: "x", count: $0).bytes }
        #expect(eager.encode(line(75)[...]) == line(75))
        #expect(eager.encode(line(76)[...]) == line(75) + "=\r\nx".bytes)
        #expect(exact.encode(line(76)[...]) == line(76))
        #expect(exact.encode(line(77)[...]) == line(75) + "=\r\nxx".bytes)
        #expect(exact.encode((line(73) + "=".bytes)[...]) == line(73) + "=3D".bytes)
        #expect(eager.encode((line(73) + "=".bytes)[...]) == line(73) + "=\r\n=3D".bytes)
        #expect(eager.encode("a \nb\t\n\t c\r\n".bytes[...]) == "a=20\r\nb=09\r\n\t c\r\n".bytes)
        #expect(
            RepairCoding.base64(.crlf).encode(line(58)[...]) == (line(0) + Base64.encode(line(57)))
                + "\r\neA==\r\n".bytes)
    }

    /// A text in an encoding, as a body with its field.
    private func message(_ text: [UInt8], _ coding: RepairCoding) -> [UInt8] {
        let body = coding == .identity ? text : coding.encode(coding.prepared(text)[...])
        let fields = ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: \(coding.names[0])"]
        return RepairSample.message(fields, body: "") + body
    }

    private static let text = RepairSample.crlf(
        "Grüße = \n" + String(repeating: "=3D long line ", count: 12) + "\n" + String(repeating: "x", count: 76) + "\n")

    @Test(arguments: RepairCoding.all.indices, [0, 1, 2])
    func `a text is restored from every encoding to every other`(was: Int, now: Int) throws {
        let before = RepairCoding.all[was]
        let after = RepairCoding.all[now]
        let signer = try RepairSample.signer(.simple, signing: ["content-transfer-encoding"])
        let original = message(Self.text, before)
        for footer in ["", "\n" + RepairSample.mailmanFooter] {
            let stored = message(Self.text + RepairSample.crlf(footer), after)
            let bytes = try RepairSample.stored(stored, signedAs: original, by: signer)
            let found = try RepairSample.evidence(bytes, signer)
            let isSame = was == now
            #expect(found.body.word == (isSame && footer.isEmpty ? "intact" : "restored"), "\(before) \(after)")
            #expect(found.header == (before.names == after.names ? .valid : .restored))
            let isAsIs = isSame && before != .base64(.crlf)
            let names: [Repair.Name?] =
                isAsIs || (isSame && footer.isEmpty)
                ? [footer.isEmpty ? nil : .listFooter]
                : [
                    after == .identity ? nil : after == .base64(.crlf) ? .base64To8Bit : .quotedPrintableTo8Bit,
                    footer.isEmpty ? nil : .listFooter, before.encoding,
                    before.names == after.names ? nil : .contentFields,
                ]
            #expect(found.repairNames == names.compactMap(\.self), "\(before) \(after) \(footer)")
        }
    }

    @Test(arguments: 0..<60) func `a footer within base64 is located by its group of letters`(length: Int) throws {
        let signer = try RepairSample.signer()
        let text = String(repeating: "x", count: length) + "\r\n"
        let stored = message(text.bytes + RepairSample.crlf(RepairSample.mailmanFooter), .base64(.crlf))
        let bytes = try RepairSample.stored(stored, signedAs: message(text.bytes, .identity), by: signer)
        let found = try RepairSample.evidence(bytes, signer)
        guard length > 0 else {
            #expect(found.body.word == "altered")
            return
        }
        #expect(found.repairNames == [.base64To8Bit, .listFooter])
        let edit = try #require(found.repairs.last?.edits.first)
        let start = HeaderSection(of: bytes.span).bodyStart
        let before = TransferEncoding.base64.decoded(bytes[start..<edit.lowerBound].span)
        #expect(before.count == (length + 2) / 3 * 3 && edit.upperBound == bytes.count)
    }

    @Test func `other encodings, and bodies that are no text, are left alone`() throws {
        let signer = try RepairSample.signer()
        let original = RepairSample.message(["Content-Type: image/png"], body: "Hello =\n")
        let stored = RepairSample.message(
            ["Content-Type: image/png", "Content-Transfer-Encoding: quoted-printable"], body: "Hello =3D\n")
        let bytes = try RepairSample.stored(stored, signedAs: original, by: signer)
        #expect(try RepairSample.evidence(bytes, signer).body.word == "altered")
    }

    @Test func `what stands behind the padding of base64 is not lost`() throws {
        let signer = try RepairSample.signer()
        for text in ["Hello".bytes, "Hello!".bytes] {
            let original = message(text, .base64(.crlf))
            for added in ["more\r\n", "=\r\n", "bW9yZQ\r\n", "\u{1}\r\n"] {
                let bytes = try RepairSample.stored(original + added.bytes, signedAs: original, by: signer)
                #expect(try RepairSample.evidence(bytes, signer).body.word == "altered", "\(added)")
            }
        }
    }

    @Test(arguments: RepairCoding.all.indices) func `a plain footer behind an encoded text is left out`(was: Int) throws
    {
        let signer = try RepairSample.signer(.simple)
        let original = message(Self.text, RepairCoding.all[was])
        let footer = RepairSample.crlf(RepairSample.mailmanFooter)
        let bytes = try RepairSample.stored(original + footer, signedAs: original, by: signer)
        let found = try RepairSample.evidence(bytes, signer)
        #expect(found.repairNames == [.listFooter] && found.body.word == "restored")
        #expect(RepairSample.omitted(found.repairs.first, of: bytes) == footer.displayText)
    }

    @Test func `l= counts in the encoding that was signed`() throws {
        var signer = try RepairSample.signer(.simple)
        signer.bodyLength = 9
        let bytes = try RepairSample.stored(
            message(Self.text + "more".bytes, .base64(.crlf)), signedAs: message(Self.text, .identity), by: signer)
        let found = try RepairSample.evidence(bytes, signer)
        #expect(found.body == .partial(covered: 9, total: Self.text.count + 6))
        #expect(found.repairNames == [.base64To8Bit])
    }
}
