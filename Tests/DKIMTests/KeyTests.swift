import Bytes
import Cryptography
import Testing

@testable import DKIM

private let ed25519Data = Base64.encode([UInt8](repeating: 9, count: 32)).displayText
/// A 512-bit RSA key as SubjectPublicKeyInfo; its numbers do not matter here.
private let rsaData =
    "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAP" + String(repeating: "////", count: 21) + "8CAwEAAQ=="

@Suite struct KeyRecordTests {
    @Test(arguments: [
        ("v=DKIM1; k=ed25519; p=\(ed25519Data)", 256), ("k=ed25519;p=\(ed25519Data);", 256),
        ("v=DKIM1; k=rsa; p=\(rsaData)", 512), ("p=\(rsaData)", 512), ("p=\(rsaData); unknown=1; v=DKIM1", 512),
        ("K=x; p= \(rsaData.prefix(20)) \(rsaData.dropFirst(20))", 512),
    ])
    func `a record gives its key`(record: String, bits: Int) {
        let found = KeyRecord(parsing: record.bytes)
        #expect(found.bits == bits)
        #expect(found.violation == nil)
        #expect(!found.isRevoked)
    }

    @Test(arguments: [
        ("v=DKIM1", Violation.keyMissingData), ("", .keyMissingData), ("v=DKIM2; p=\(rsaData)", .keyWrongVersion),
        ("v=dkim1; p=\(rsaData)", .keyWrongVersion), ("k=dsa; p=\(rsaData)", .keyUnknownType),
        ("k=dsa; p=", .keyUnknownType), ("p=\(rsaData); p=\(rsaData)", .keyMalformedTag),
        ("t; p=\(rsaData)", .keyMalformedTag), ("p=!", .keyMalformedData), ("p=QUJD", .keyMalformedData),
        ("k=ed25519; p=\(rsaData)", .keyMalformedData), ("k=rsa; p=\(ed25519Data)", .keyMalformedData),
        ("k=ed25519; p=QUJD", .keyMalformedData),
    ])
    func `a record that cannot be used says why`(record: String, violation: Violation) {
        let found = KeyRecord(parsing: record.bytes)
        #expect(found.violation == violation)
        #expect(found.bits == nil)
    }

    @Test func `an empty p= revokes`() {
        #expect(KeyRecord(parsing: "v=DKIM1; p=".bytes).isRevoked)
        #expect(KeyRecord(parsing: "k=ed25519; p= ;".bytes).isRevoked)
    }

    @Test func `flags and notes are read`() {
        let record = KeyRecord(parsing: "t= y : s ; n=note; g=x*; p=\(rsaData)".bytes)
        #expect(record.isTesting)
        #expect(record.isStrict)
        #expect(record.notes == "note".bytes)
        #expect(record.granularity == "x*".bytes)
        let plain = KeyRecord(parsing: "t=yes:S; p=\(rsaData)".bytes)
        #expect(!plain.isTesting)
        #expect(!plain.isStrict)
    }
}

@Suite struct KeyFileTests {
    @Test func `a file gives its records and tells what it skipped`() {
        let text = """
            # comment

            Sel._DomainKey.Example.ORG.  v=DKIM1; p=
            a.b._domainkey.example.org\tp=x
            sel._domainkey.example.org NXDOMAIN
            sel._domainkey.example.org ~~SERVFAIL~~
            sel._domainkey.example.org
            example.org p=x
            ._domainkey.example.org p=x
            sel._domainkey. p=x
            q._domainkey.example.org "v=DKIM1; " "p=a\\"b\\059"   "c"
            q._domainkey.example.org ""
            q._domainkey.example.org "p=x
            q._domainkey.example.org "p=x" y

            """
        for text in [text, text.replacing("\n", with: "\r\n"), String(text.dropLast())] {
            let file = KeyFile(parsing: text.bytes)
            #expect(
                file.keys.map { "\($0.name.text.displayText) \($0.record.displayText)" } == [
                    "sel._domainkey.example.org v=DKIM1; p=", "a.b._domainkey.example.org p=x",
                    "q._domainkey.example.org v=DKIM1; p=a\"b;c",
                ])
            #expect(file.keys[1].selector == "a.b".bytes)
            #expect(file.keys[1].domain == "example.org".bytes)
            #expect(file.keys[0].digest == Digest(hashing: "v=DKIM1; p=".bytes))
            #expect(file.notes.map(\.line) == [5, 6, 7, 8, 9, 10, 12, 13, 14])
            #expect(
                file.notes.map(\.reason) == [
                    .notARecord, .notARecord, .notARecord, .notAKeyName, .notAKeyName, .notAKeyName, .notARecord,
                    .malformedQuotes, .malformedQuotes,
                ])
        }
    }

    @Test func `records and names have a longest length`() {
        let record = "p=" + String(repeating: "A", count: KeyFile.recordLimit - 2)
        #expect(KeyFile(parsing: "s._domainkey.x \(record)".bytes).keys.count == 1)
        for text in [record + "A", "\"\(record)\" \"A\""] {
            #expect(KeyFile(parsing: "s._domainkey.x \(text)".bytes).notes == [.init(line: 1, reason: .recordTooLong)])
        }
        let name = "s._domainkey." + String(repeating: "x", count: 4096)
        #expect(KeyFile(parsing: "\(name) p=".bytes).notes == [.init(line: 1, reason: .notAKeyName)])
    }

    @Test func `of too many records of a name, the first are kept and the name is told`() {
        let digits = (100..<170).map { "\($0)" }
        let lines = (digits + digits).reversed().map { "s._domainkey.x p=\($0)" } + ["t._domainkey.x p=1"]
        let store = KeyStore(lines.flatMap { KeyFile(parsing: $0.bytes).keys })
        let found = store.keys(selector: "s".bytes, domain: "x".bytes)
        #expect(found.map(\.record) == digits.prefix(KeyStore.nameLimit).map { "p=\($0)".bytes })
        #expect(store.keys(selector: "t".bytes, domain: "x".bytes).count == 1)
        #expect(store.crowdedNames.map(\.text) == ["s._domainkey.x".bytes])
    }

    @Test func `two pairs with the same joined name are two places`() {
        let keys = [("a", "b._domainkey.c", "p=1"), ("a._domainkey.b", "c", "p=2")]
        let store = KeyStore(keys.map { Key(selector: $0.bytes, domain: $1.bytes, record: $2.bytes) })
        for (selector, domain, record) in keys {
            #expect(store.keys(selector: selector.bytes, domain: domain.bytes).map(\.record) == [record.bytes])
        }
    }

    @Test func `the order of files and lines makes no difference`() {
        let lines = ["b._domainkey.x p=1", "a._domainkey.x p=2", "a._domainkey.x p=1", "a._domainkey.w p=3"]
        let sorted = ["a._domainkey.w p=3", "a._domainkey.x p=1", "a._domainkey.x p=2", "b._domainkey.x p=1"]
        for order in permutations(lines) {
            let repeated = order + [order[0], order[2].uppercased().replacing("P=", with: "p=")]
            let store = KeyStore(repeated.flatMap { KeyFile(parsing: $0.bytes).keys })
            #expect(store.keys.map { "\($0.name.text.displayText) \($0.record.displayText)" } == sorted)
            let found = store.keys(selector: "A".bytes, domain: "X".bytes)
            #expect(found.map(\.record) == ["p=1".bytes, "p=2".bytes])
            #expect(store.keys(selector: "c".bytes, domain: "x".bytes).isEmpty)
        }
    }

    private func permutations(_ lines: [String]) -> [[String]] {
        guard lines.count > 1 else { return [lines] }
        return lines.indices.flatMap { place in
            var rest = lines
            let line = rest.remove(at: place)
            return permutations(rest).map { [line] + $0 }
        }
    }
}
