import Bytes
import Testing

@testable import DKIM

private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

@Suite struct KeyAnnotationTests {
    @Test func `a line before a record tells where that record is from, and no other`() throws {
        let file = KeyFile(
            parsing: """
                #: basis=dns obtained=2026-11-22T11:00:00+01:00 from="127.0.0.1" dnssec=secure
                # a comment between them

                a._domainkey.x p=1
                b._domainkey.x p=2
                #:basis=recovered messages=12 first_date=2014-01-01T00:00:00Z last_date=2015-01-01T00:00:00Z
                #: basis=archive from="a \\"b\\" \\\\ \\010c" first_seen=2016-01-01T00:00:00Z last_seen=2017-01-01T00:00:00Z
                c._domainkey.x p=3

                """.bytes)
        #expect(file.notes == [])
        let dns = KeyProvenance(
            .dns, obtained: try time("2026-11-22T10:00:00Z"), from: "127.0.0.1".bytes, dnssec: .secure)
        let archive = KeyProvenance(
            .archive, from: "a \"b\" \\ \nc".bytes, firstSeen: try time("2016-01-01T00:00:00Z"),
            lastSeen: try time("2017-01-01T00:00:00Z"))
        let recovered = KeyProvenance(
            .recovered, messages: 12, firstDate: try time("2014-01-01T00:00:00Z"),
            lastDate: try time("2015-01-01T00:00:00Z"))
        #expect(file.keys.map(\.provenances) == [[dns], [KeyProvenance(.file)], [archive, recovered]])
    }

    @Test(arguments: [
        ("#: basis=dns colour=blue", KeyFile.Reason.unknownAnnotation), ("#: basis=nowhere", .malformedAnnotation),
        ("#: basis", .malformedAnnotation), ("#: basis=dns basis=dns", .malformedAnnotation),
        ("#: =x", .malformedAnnotation),
        ("#: basis=dns obtained=yesterday", .malformedAnnotation), ("#: from=\"x", .malformedAnnotation),
        ("#: from=\"x\"y", .malformedAnnotation), ("#: from=\"\"", .malformedAnnotation),
        ("#: dnssec=maybe", .malformedAnnotation),
        ("#: messages=-1", .malformedAnnotation), ("#: first_seen=2016", .malformedAnnotation),
        ("#: a b=c", .malformedAnnotation),
    ])
    func `what a line says beside the known facts is told and left out`(line: String, reason: KeyFile.Reason) {
        let file = KeyFile(parsing: "# x\n\(line)\na._domainkey.x p=1".bytes)
        #expect(file.notes == [KeyFile.LineNote(line: 2, reason: reason)])
        #expect(!reason.losesKey)
        let basis: KeyProvenance.Basis = line.hasPrefix("#: basis=dns") ? .dns : .file
        #expect(file.keys.map(\.provenances) == [[KeyProvenance(basis)]])
    }

    @Test func `an empty line says that the record is of a file`() {
        #expect(KeyFile(parsing: "#:\na._domainkey.x p=1".bytes).keys.map(\.provenance) == [KeyProvenance(.file)])
    }

    @Test func `facts of a line that gives no key do not reach the next record`() {
        let file = KeyFile(parsing: "#: basis=dns\nnonsense\na._domainkey.x p=1\n#: basis=dns\n".bytes)
        #expect(file.keys.map(\.provenance) == [KeyProvenance(.file)])
        #expect(file.notes.map(\.line) == [2, 4])
        #expect(file.notes.map(\.reason) == [.notAKeyName, .annotationWithoutRecord])
    }

    @Test func `a record has a most number of lines before it`() {
        let lines = (0..<70).map { "#: basis=archive messages=\($0)\n" }.joined()
        let file = KeyFile(parsing: "\(lines)a._domainkey.x p=1".bytes)
        #expect(file.keys.map(\.provenances.count) == [KeyFile.annotationLimit])
        #expect(file.notes.map(\.line) == Array(65...70))
        #expect(file.notes.allSatisfy { $0.reason == .tooManyAnnotations })
    }
}

@Suite struct KeyFileTextTests {
    private static let records = [
        "p=1", "v=DKIM1; k=rsa; p=MIG f", " p=1", "p=1 ", "\"p=1\"", "p", "p=\"", "p=\\", "p=é", "p=\t1", "p=\n1",
        "p=\0", "p=\u{7F}",
        "=", "# p=1", "#: p=1",
    ]

    @Test func `what is written is read back, and written the same again`() throws {
        let provenances = [
            KeyProvenance(.file), KeyProvenance(.file, from: "é \" \\ \n\0\u{7F} x".bytes), KeyProvenance(.passiveDNS),
            KeyProvenance(
                .dns, obtained: try time("2026-11-22T10:00:00Z"), from: "127.0.0.1".bytes, dnssec: .insecure),
            KeyProvenance(.recovered, messages: 3, firstDate: try time("0001-01-01T00:00:00Z"), lastDate: nil),
        ]
        var keys: [Key] = []
        for (index, record) in Self.records.enumerated() {
            for provenance in provenances[(index % 3)...] {
                keys.append(
                    Key(
                        selector: "s".bytes, domain: "d\(index % 4)".bytes, record: record.bytes, provenance: provenance
                    ))
            }
        }
        let foreign = Key(selector: [0xFF], domain: [0xC0, 0x80], record: [0x70, 0x3D, 0xFF])
        let text = KeyFile.text(of: keys + [foreign])
        let read = KeyFile(parsing: text)
        #expect(read.notes == [])
        let merged = Key.merged(keys + [foreign])
        #expect(read.keys.map(\.record) == merged.map(\.record))
        #expect(read.keys.map(\.name) == merged.map(\.name))
        #expect(read.keys.map(\.provenances) == merged.map(\.provenances))
        #expect(KeyFile.text(of: read.keys.shuffled()) == text)
    }

    @Test(arguments: ["TXT p=1", "IN CNAME p=1", "txt;p=1", "3600 p=1", "text = \"p=1\"", "descriptive text p=1"])
    func `a record that looks like a zone file's line is imported as it was written`(record: String) {
        let key = Key(selector: "s".bytes, domain: "x".bytes, record: record.bytes)
        let found = KeyImport(parsing: KeyFile.text(of: [key]))
        #expect(found.keys.map(\.record) == [record.bytes] && found.keys.first?.provenances == [KeyProvenance(.file)])
    }

    @Test func `a name that starts with the bytes of a byte order mark is read back`() {
        let key = Key(selector: [0xEF, 0xBB, 0xBF, 0x61], domain: "example.org".bytes, record: "p=1".bytes)
        #expect(KeyFile(parsing: KeyFile.text(of: [key])).keys.map(\.selector) == [key.selector])
    }

    @Test func `a byte order mark before the first line is no part of it`() {
        let text = "\u{FEFF}#: basis=dns dnssec=secure\r\ns._domainkey.x p=1\r\n"
        let file = KeyFile(parsing: text.bytes)
        #expect(file.notes.isEmpty && file.keys.map(\.provenances) == [[KeyProvenance(.dns, dnssec: .secure)]])
    }

    @Test func `the text is sorted, with facts only where there are any`() throws {
        let keys = [
            Key(selector: "b".bytes, domain: "x".bytes, record: "p=1".bytes),
            Key(selector: "a".bytes, domain: "x".bytes, record: " p=2".bytes),
            Key(
                selector: "a".bytes, domain: "x".bytes, record: " p=2".bytes,
                provenance: KeyProvenance(.recovered, messages: 2)),
            Key(
                selector: "A".bytes, domain: "*.X".bytes, record: "p=3".bytes,
                provenance: KeyProvenance(
                    .dns, obtained: try time("2026-11-22T10:00:00Z"), from: "::1".bytes, dnssec: .secure)),
            Key(selector: "empty".bytes, domain: "x".bytes, record: []),
        ]
        #expect(
            KeyFile.text(of: keys).displayText == """
                #: basis=dns obtained=2026-11-22T10:00:00Z from="::1" dnssec=secure
                a._domainkey.*.x p=3
                #: basis=file
                #: basis=recovered messages=2
                a._domainkey.x " p=2"
                b._domainkey.x p=1

                """)
        #expect(KeyFile.text(of: []) == [])
    }
}

@Suite struct KeyStoreTests {
    private func key(_ selector: String, _ domain: String, _ record: String, _ provenance: KeyProvenance = .init())
        -> Key
    {
        Key(selector: selector.bytes, domain: domain.bytes, record: record.bytes, provenance: provenance)
    }

    @Test func `one record has all its provenances, the strongest first`() {
        let weakToStrong = [
            KeyProvenance(.recovered), KeyProvenance(.dns, dnssec: .bogus), KeyProvenance(.file), KeyProvenance(.dns),
            KeyProvenance(.dns, dnssec: .secure),
        ]
        for count in 1...weakToStrong.count {
            let keys = weakToStrong.prefix(count).map { key("s", "x", "p=1", $0) }
            let store = KeyStore(keys.shuffled() + keys)
            #expect(store.keys.map(\.provenances) == [Array(weakToStrong.prefix(count).reversed())])
            #expect(store.keys.first?.provenance == weakToStrong[count - 1])
        }
        let equal = [
            KeyProvenance(.passiveDNS), KeyProvenance(.archive), KeyProvenance(.file),
            KeyProvenance(.archive, from: "x".bytes),
        ]
        let expected: [KeyProvenance.Basis] = [.archive, .archive, .file, .passiveDNS]
        for _ in 0..<5 {
            #expect(
                KeyStore(equal.shuffled().map { key("s", "x", "p=1", $0) }).keys[0].provenances.map(\.basis) == expected
            )
        }
    }

    @Test func `a wildcard serves every tenant, after the very name and closer wildcards`() {
        let store = KeyStore([
            key("s", "*.gapps.example", "p=1"), key("s", "a.gapps.example", "p=2"),
            key("s", "*.b.gapps.example", "p=3"),
            key("t", "*.gapps.example", "p=4"), key("s", "gapps.example", "p=5"), key("s", "*.example", "p=6"),
        ])
        func records(_ selector: String, _ domain: String) -> [String] {
            store.keys(selector: selector.bytes, domain: domain.bytes).map(\.record.displayText)
        }
        #expect(records("s", "x.gapps.example") == ["p=1", "p=6"])
        #expect(records("S", "A.Gapps.example") == ["p=2", "p=1", "p=6"])
        #expect(records("s", "x.b.gapps.example") == ["p=3", "p=1", "p=6"])
        #expect(records("t", "x.y.gapps.example") == ["p=4"])
        #expect(records("s", "gapps.example") == ["p=5", "p=6"])
        #expect(records("s", "xgapps.example") == ["p=6"])
        #expect(records("s", "example") == [] && records("s", "other") == [] && records("u", "x.gapps.example") == [])
        #expect(records("s", "*.gapps.example") == ["p=1"])
        let called = store.keys(
            of: ["x.gapps.example", "y.gapps.example"].map { KeyName(selector: "s".bytes, domain: $0.bytes) })
        #expect(called.map(\.record.displayText) == ["p=6", "p=1"])
        #expect(store.keys(of: []).isEmpty)
    }

    @Test func `a name longer than DNS has matches no wildcard`() {
        let store = KeyStore([key("s", "*.x", "p=1")])
        for (count, found) in [(253, 1), (254, 0)] {
            let domain = String(repeating: "a", count: count) + ".x"
            #expect(store.keys(selector: "s".bytes, domain: domain.bytes).count == found)
        }
        let hostile = String(repeating: "a.", count: 200_000) + "x"
        #expect(store.keys(selector: "s".bytes, domain: hostile.bytes).isEmpty)
    }
}

@Suite struct KeyNameTests {
    @Test(arguments: [
        ("a._domainkey.x", "a", "x"), ("A.B._DomainKey.X.Y.", "a.b", "x.y"), ("a._domainkey.*.x", "a", "*.x"),
        ("a_1-2._domainkey.ü", "a_1-2", "ü"), ("a._domainkey.b._domainkey.c", "a", "b._domainkey.c"),
    ])
    func `a name is selector and domain`(text: String, selector: String, domain: String) {
        let name = KeyName(parsing: text.bytes)
        #expect(name?.selector == selector.bytes && name?.domain == domain.bytes)
        #expect(name.flatMap { KeyName(parsing: $0.text) } == name)
    }

    @Test(arguments: [
        "", "a", "a.x", "._domainkey.x", "a._domainkey.", "a._domainkey", "_domainkey.x", "*._domainkey.x",
        "a._domainkey.*",
        "a._domainkey.*.", "a._domainkey.x.*.y", "a._domainkey.*x.y", "a._domainkey.*.*.x", "a..b._domainkey.x",
        "a._domainkey.x..y",
        "a._domainkey.x..", "a/b._domainkey.x", "a b._domainkey.x", "a._domainkey.x\0", "a.xdomainkey.x",
    ])
    func `other texts are no names`(text: String) { #expect(KeyName(parsing: text.bytes) == nil) }
}
