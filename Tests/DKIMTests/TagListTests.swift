import Bytes
import Testing

@testable import DKIM

@Suite struct TagListTests {
    @Test func `tags are found by their exact name, their values without the blanks around them`() {
        let tags = TagList(parsing: " a=1; b = two words \r\n ;C=;".bytes[...])
        #expect(tags["a"]?.value.elementsEqual("1".utf8) == true)
        #expect(tags["b"]?.value.elementsEqual("two words".utf8) == true)
        #expect(tags["C"]?.value.isEmpty == true)
        #expect(tags["c"] == nil)
        #expect(!tags.isMalformed)
        #expect(!tags.hasDuplicates)
    }

    @Test(arguments: [
        ("", false), (" ", false), ("a=1", false), ("a=1;", false), ("a=1; \r\n", false), ("a=1;b=2", false),
        ("a=", false), ("a_1=x", false), ("a=b=c", false), (";", true), ("a=1;;b=2", true), ("a=1;;", true),
        ("a", true), ("=1", true), ("1a=x", true), ("a b=1", true), ("a=1; b", true), ("é=1", true), (";a=1", true),
    ])
    func `only name=value between semicolons is well-formed`(list: String, isMalformed: Bool) {
        #expect(TagList(parsing: list.bytes[...]).isMalformed == isMalformed)
    }

    @Test func `a name that stands twice is noticed, its first value counts`() {
        let tags = TagList(parsing: "a=1; a=2".bytes[...])
        #expect(tags.hasDuplicates)
        #expect(tags["a"]?.value.elementsEqual("1".utf8) == true)
    }

    @Test(arguments: [
        ("0", 0), ("12", 12), ("007", 7), ("9007199254740991", 1 << 53 - 1),
        ("99999999999999999999999999999999999999999999999999999999999999999999999999999", 1 << 53 - 1), ("", nil),
        ("-1", nil), ("+1", nil), ("1 2", nil), ("0x10", nil), ("١", nil),
    ])
    func `numbers are decimal digits, bounded`(text: String, number: Int?) {
        #expect(TagValue.number(text.bytes[...]) == number)
    }

    @Test(
        arguments: [
            ("", []), ("QQ==", [65]), ("QQ", [65]), (" Q\r\n Q\t= =", [65]), ("QUI=", [65, 66]),
            ("QUJD", [65, 66, 67]),
            ("+/+/", [0xFB, 0xFF, 0xBF]), ("QR==", [65]), ("Q", nil), ("Q===", nil), ("QQ=", nil), ("QQ===", nil),
            ("QUJD=", nil), ("QUJD==", nil), ("Q-==", nil), ("QQ==QQ==", nil), ("QUJ\u{e9}", nil),
        ] as [(String, [UInt8]?)])
    func `base64 may be folded and unpadded, never foreign`(text: String, bytes: [UInt8]?) {
        #expect(TagValue.base64(text.bytes[...]) == bytes)
    }

    @Test(arguments: [
        ("a@b", "a@b"), ("a=40b", "a@b"), ("a=3d", "a="), (" a\r\n b ", "ab"), ("=4", nil), ("=", nil), ("=4G", nil),
    ])
    func `quoted-printable needs two digits after each equals sign`(text: String, decoded: String?) {
        #expect(TagValue.quotedPrintable(text.bytes[...]) == decoded?.bytes)
    }
}

/// The tags of a signature that is well-formed in every way.
private let complete: [(String, String)] = [
    ("v", "1"), ("a", "rsa-sha256"), ("d", "example.org"), ("s", "sel"), ("h", "From : Subject"),
    ("bh", Base64.encode([UInt8](repeating: 1, count: 32)).displayText), ("b", "QUJD"),
]

/// The complete tags with some replaced, added, or left out where the value is nil.
private func signature(_ changes: [String: String?]) -> Signature {
    var tags = complete.filter { !changes.keys.contains($0.0) }
    for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
        if let value { tags.append((name, value)) }
    }
    return Signature(parsing: tags.map { " \($0.0)=\($0.1)" }.joined(separator: ";").bytes[...])
}

@Suite struct SignatureTests {
    @Test func `a complete signature says what its tags say`() {
        let found = signature(["c": "relaxed", "i": "me@sub.Example.org", "t": "5", "x": "6", "l": "7", "z": "A:b"])
        #expect(found.violations == [])
        #expect(found.algorithm == .rsaSHA256)
        #expect(found.canonicalization == Canonicalization(header: .relaxed, body: .simple))
        #expect(found.domain == "example.org".bytes)
        #expect(found.selector == "sel".bytes)
        #expect(found.identity == "me@sub.Example.org".bytes)
        #expect([found.timestamp, found.expiration, found.bodyLength] == [5, 6, 7])
        #expect(found.signedFields == ["From".bytes, "Subject".bytes])
        #expect(found.copiedFields == "A:b".bytes)
        #expect(found.value == "ABC".bytes)
    }

    @Test(
        arguments: [
            ["v": nil], ["v": "2"], ["v": "0.5"], ["v": "01"], ["a": nil], ["a": "rsa-md5"], ["a": ""], ["b": nil],
            ["b": ""], ["b": "!"], ["bh": nil], ["bh": "QUJD"], ["bh": "*"], ["d": nil], ["d": ""], ["d": "a..b"],
            ["d": "a b"], ["d": "a/b"], ["s": nil], ["s": ".x"], ["h": nil], ["h": ""], ["h": "From:"],
            ["h": "From:a b"],
            ["h": "Subject"], ["c": "nowsp"], ["c": "simple/x"], ["c": "simple/simple/simple"], ["c": ""], ["l": "x"],
            ["l": ""], ["t": "now"], ["x": "-1"], ["t": "5", "x": "5"], ["q": "http"], ["i": "nobody"],
            ["i": "a@example.com"], ["i": "a@xexample.org"], ["i": "a@org"], ["i": "=@example.org"],
            ["1": "x"], ["h": Array(repeating: "From", count: 1001).joined(separator: ":")],
        ] as [[String: String?]])
    func `each broken rule has its code`(changes: [String: String?]) {
        let codes = signature(changes).violations.map(\.rawValue)
        let key = changes.sorted { $0.key < $1.key }.map { "\($0.key)=\(($0.value ?? "none").prefix(24))" }
        #expect(codes == [Self.codes[key.joined(separator: ";")]], "\(key)")
    }

    private static let codes: [String: String] = [
        "v=none": "missing-version", "v=2": "wrong-version", "v=0.5": "wrong-version", "v=01": "wrong-version",
        "a=none": "missing-algorithm", "a=rsa-md5": "unknown-algorithm", "a=": "unknown-algorithm",
        "b=none": "missing-signature", "b=": "missing-signature", "b=!": "malformed-signature",
        "bh=none": "missing-body-hash", "bh=QUJD": "malformed-body-hash", "bh=*": "malformed-body-hash",
        "d=none": "missing-domain", "d=": "malformed-domain", "d=a..b": "malformed-domain",
        "d=a b": "malformed-domain", "d=a/b": "malformed-domain", "s=none": "missing-selector",
        "s=.x": "malformed-selector", "h=none": "missing-signed-fields", "h=": "missing-signed-fields",
        "h=From:": "malformed-signed-fields", "h=From:a b": "malformed-signed-fields", "h=Subject": "from-not-signed",
        "c=nowsp": "unknown-canonicalization", "c=simple/x": "unknown-canonicalization",
        "c=simple/simple/simple": "unknown-canonicalization", "c=": "unknown-canonicalization",
        "l=x": "malformed-length", "l=": "malformed-length", "t=now": "malformed-timestamp",
        "x=-1": "malformed-expiration", "t=5;x=5": "expiration-before-timestamp", "q=http": "unknown-query-method",
        "i=nobody": "malformed-identity", "i=a@example.com": "identity-outside-domain",
        "i=a@xexample.org": "identity-outside-domain", "i=a@org": "identity-outside-domain",
        "i==@example.org": "malformed-identity", "1=x": "malformed-tag",
        "h=From:From:From:From:From": "too-many-signed-fields",
    ]

    @Test(
        arguments: [
            ["q": "dns/txt"], ["q": "dns"], ["q": "http : dns/txt"], ["i": "@EXAMPLE.ORG"],
            ["i": "a=40b@x.example.org"],
            ["c": "RELAXED/Simple"], ["a": "RSA-SHA256"], ["d": "EXAMPLE.org"], ["d": "bücher.example"], ["foo": "bar"],
            ["s": "a._domainkey.b_c-d"], ["x": "99999999999999999999"],
        ] as [[String: String?]])
    func `what the RFC allows breaks no rule`(changes: [String: String?]) {
        #expect(signature(changes).violations == [])
    }

    @Test func `a tag that stands twice makes the field malformed`() {
        let found = Signature(
            parsing: complete.map { "\($0.0)=\($0.1)" }.joined(separator: ";").bytes[...] + "; b=QQ==".bytes)
        #expect(found.violations == [.duplicateTag])
        #expect(found.isMalformed)
        #expect(found.value == "ABC".bytes)
    }

    @Test func `codes are distinct, kebab-case and sorted as their bytes are`() {
        let codes = Violation.allCases.map(\.rawValue)
        #expect(Set(codes).count == codes.count)
        #expect(codes.allSatisfy { $0.utf8.allSatisfy { ASCII.isLetter($0) || $0 == 0x2D } && $0 == $0.lowercased() })
        #expect(Violation.allCases.sorted().map(\.rawValue) == codes.sorted())
    }
}
