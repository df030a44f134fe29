// What DKIM says of evidence and what is counted by the recorded lines are one thing.

import Bytes
import DKIM
import Mail
import Manifest
import SampleArchive
import Testing

@testable import Mailseal

@Suite struct EvidenceAgreementTests {
    private static let sample = try? SampleArchive(seed: 5, messages: 300, averageSize: 4_000, signedPercent: 90)

    @Test func `lines give the class that evidence gives`() throws {
        let sample = try #require(Self.sample)
        let keys = KeyStore(KeyFile(parsing: sample.keyLines.joined(separator: "\n").bytes).keys)
        var classes: Set<EvidenceClass> = []
        for message in sample.messages(300) {
            let found = Verifier(keys: keys).evidence(of: Message(parsing: message.bytes))
            let evidence = EvidenceClass(of: MessageRecord(of: message.bytes, keys: keys).signatures)
            #expect(evidence.rawValue == found.messageClass.rawValue.replacing("-", with: "_"))
            classes.insert(evidence)
        }
        #expect(classes.count == SampleDKIM.allCases.count)
    }

    @Test func `a line holds what was found`() throws {
        let key = try SigningKey()
        let parts = "--x\r\nContent-Type: a/b\r\n\r\none\r\n--x\r\nContent-Type: a/b\r\n\r\ntwo\r\n--x--\r\n"
        let fields = ["From: a@sub.example.org", "Cc: c@example.org", "Content-Type: multipart/mixed; boundary=x"]
        let signed = key.signed(mail(fields[0], fields[1], fields[2], body: parts)) { $0.bodyLength = 40 }
        let keys = KeyStore(
            KeyFile(parsing: key.record).keys.map {
                Key(selector: $0.selector, domain: $0.domain, record: $0.record, provenance: KeyProvenance(.recovered))
            })
        let bytes = "From: x@sub.example.org\r\n".bytes + signed
        let line = try #require(MessageRecord(of: bytes, keys: keys).signatures.first)
        #expect(line.kind == nil && line.instance == nil && line.chainValidation == nil && line.index == 1)
        #expect(line.header == "valid" && line.body == "partial" && line.covered == 40)
        #expect(line.uncovered == ["cc", "content-type"] && line.added == ["from"] && line.outside == ["2"])
        #expect(line.alignment == "related")
        #expect(
            line.reservations == [
                "body-partly-covered", "field-added", "field-not-covered", "key-recovered", "rendering-not-covered",
            ])
        #expect(EvidenceStanding(of: [line]).evidence == .qualified)
    }

    @Test func `key lines and keys are the same facts`() throws {
        let time = { (text: String) in Timestamp(rfc3339: text) }
        let full = KeyProvenance(
            .passiveDNS, obtained: time("2026-11-22T10:00:00Z"), from: "a \u{E9}".bytes,
            firstSeen: time("2015-01-01T00:00:00Z"), lastSeen: time("2016-01-01T00:00:00Z"), dnssec: .insecure,
            messages: 7, firstDate: time("2015-02-01T00:00:00Z"), lastDate: time("2015-03-01T00:00:00Z"))
        let provenances = KeyProvenance.Basis.allCases.map { KeyProvenance($0) } + [full]
        let keys = provenances.map {
            Key(selector: "s".bytes, domain: "example.org".bytes, record: "p=".bytes, provenance: $0)
        }
        let name = KeyName(selector: "s".bytes, domain: "example.org".bytes)
        let lines = try Keys.lines(of: KeyStore(keys), for: [name])
        #expect(lines.count == provenances.count && lines == lines.sorted())
        #expect(Set(Keys.store(of: lines).keys.flatMap(\.provenances)) == Set(provenances))
        #expect(try Keys.lines(of: Keys.store(of: lines), for: [name]) == lines)
    }
}
