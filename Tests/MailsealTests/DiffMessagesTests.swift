import Bytes
import DKIM
import Testing

@testable import Mailseal

@Suite struct DiffMessagesTests {
    private static func codes(_ a: [UInt8], _ b: [UInt8]) -> [DiffReason.Code] {
        DiffMessages(a, b, keys: (KeyStore([]), KeyStore([])), content: false).reasons.map(\.code)
    }

    private static let header = "From: a@example.org\nSubject: one\nX-Note: two\n"

    @Test(arguments: [
        ("fields exchanged", "Subject: one\nFrom: a@example.org\nX-Note: two\n", DiffReason.Code.fieldOrder),
        ("unknown field added", header + "X-Other: three\n", .fieldAdded),
        ("a second Subject above", "Subject: zero\n" + header, .fieldAdded),
        ("a field removed", "From: a@example.org\nSubject: one\n", .fieldAdded),
        ("blanks within a value", "From: a@example.org\nSubject:\tone \nX-Note: two\n", .refolded),
        ("name in capitals", "From: a@example.org\nSUBJECT: one\nX-Note: two\n", .refolded),
        ("a line that is no field", header + "no field\n", .strayLines),
        ("spam trace added", "X-Spam-Status: No\n" + header, .transportAdded),
        ("state added", "Status: RO\n" + header, .mailboxState),
    ])
    func `a change to the header has one reason, and the same one back`(
        name: String, changed: String, code: DiffReason.Code
    ) {
        let (a, b) = ((Self.header + "\nbody\n").bytes, (changed + "\nbody\n").bytes)
        #expect(Self.codes(a, b) == [code])
        #expect(Self.codes(b, a) == [code])
    }

    @Test func `every single byte that is changed makes a message altered, but for blanks and line ends`() {
        let a = diffMail(1, body: "Hello, world.\n")
        let harmless: Set<UInt8> = [0x09, 0x0A, 0x0D, 0x20]
        for place in a.indices where !harmless.contains(a[place]) {
            var b = a
            b[place] = a[place] == 0x78 ? 0x79 : 0x78
            let found = DiffMessages(a, b, keys: (KeyStore([]), KeyStore([])), content: false)
            #expect(!found.areEquivalent, "byte \(place)")
        }
    }

    @Test func `differences beyond the fields that are looked at are not taken for none`() {
        let many = String(repeating: "X: y\n", count: 100_000)
        let a = (many + "Subject: one\n\nbody\n").bytes
        let b = (many + "Subject: two\n\nbody\n").bytes
        #expect(Self.codes(a, b) == [.tooManyFields])
    }

    @Test func `an encoding that decodes to the same is told from another text`() {
        func mail(_ encoding: String, _ text: String) -> [UInt8] {
            "From: a@example.org\nContent-Type: text/plain\nContent-Transfer-Encoding: \(encoding)\n\n\(text)\n".bytes
        }
        let plain = mail("quoted-printable", "caf=E9 and more")
        #expect(Self.codes(plain, mail("quoted-printable", "caf=E9 and =6Dore")) == [.bodyEncoding])
        #expect(Self.codes(plain, mail("quoted-printable", "caf=E9 and less")) == [.bodyText])
    }

    @Test func `attachments that were exchanged, added and removed are named`() {
        let (one, two) = (diffAttachment("one"), diffAttachment("two", text: "See the other plan."))
        let found = DiffMessages(one, two, keys: (KeyStore([]), KeyStore([])), content: false).reasons
        #expect(found == [DiffReason(.bodyText), DiffReason(.attachmentChanged, ["plan.bin".bytes])])
    }

    @Test func `a reason keeps a few values and counts the rest`() {
        let reason = DiffReason(.fieldAdded, (0..<50).map { "X-\($0)".bytes })
        #expect(reason.values.count == DiffReason.valueLimit)
        #expect(reason.more == 30)
    }
}
