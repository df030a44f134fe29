// The marks beside header fields: a field is called signed only where the text that is shown is what was signed.

import Bytes
import Cryptography
import DKIM
import Mail
import Testing

@testable import Mailseal

@Suite struct ShowCoverageTests {
    private static let message =
        "From: A <a@example.org>\r\nTo: b@example.net\r\nSubject: Lunch\r\nDate: Mon, 2 Jan 2017 10:00:00 +0000\r\n\r\nHi\r\n"

    private func signer(_ domain: String, _ names: [String]) throws -> Signer {
        let key = Signer.PrivateKey.ed25519(try Ed25519PrivateKey(seed: [UInt8](repeating: 3, count: 32)))
        var signer = Signer(key: key, domain: domain.bytes, selector: "s".bytes)
        signer.signedFields = names.map(\.bytes)
        return signer
    }

    private func signed(_ text: String, by signer: Signer) throws -> String {
        let field = signer.field(for: text.bytes.span, header: HeaderSection(of: text.bytes.span))
        return try #require(field).displayText + text
    }

    /// The standing of each field by its name, signatures aside.
    private func standings(_ text: String, _ signers: Signer...) -> [String: FieldStanding] {
        let mail = Message(parsing: text.bytes)
        let keys = signers.map { Key(selector: "s".bytes, domain: $0.domain, record: $0.keyRecord) }
        let found = FieldStanding.standings(of: mail, by: Verifier(keys: KeyStore(keys)).evidence(of: mail).signatures)
        let names = mail.header.fields.map { mail.bytes[$0.name].displayText }
        return Dictionary(zip(names, found)) { first, _ in first }.filter { $0.value != .unjudged }
    }

    @Test func `a field that was signed without what stands in it now is not called signed`() throws {
        let signer = try signer("example.org", ["from", "to", "subject", "date"])
        let text = try signed(Self.message, by: signer)
        #expect(standings(text, signer)["Subject"] == .signed(by: [1]))
        let tagged = standings(text.replacing("Lunch", with: "[I confess] Lunch"), signer)
        #expect(tagged["Subject"] == .restored(by: [1]))
        #expect(tagged["From"] == .signed(by: [1]))
    }

    @Test func `a field that only another domain signed is not called signed`() throws {
        let (own, other) = (
            try signer("example.org", ["from", "date"]), try signer("evil.example", ["from", "subject"])
        )
        let text = try signed(try signed(Self.message, by: own), by: other)
        #expect(
            standings(text, own, other) == [
                "From": .signed(by: [2]), "Date": .signed(by: [2]), "Subject": .otherDomain(by: [1]), "To": .unsigned,
            ])
    }
}
