import Bytes
import Testing

@testable import Resolver

@Suite struct TextTests {
    @Test(arguments: [
        ("Sel._DomainKey.Example.ORG.", "sel._domainkey.example.org"), ("a", "a"), ("-a-.0", "-a-.0"),
    ])
    func `a name is lower case, without its last dot`(text: String, name: String) {
        #expect(DNSName(text.utf8)?.text.displayText == name)
    }

    @Test(arguments: ["", ".", "..", "a..b", ".a", "a b", "a\\046b", "a\0b", "*.a", "é.example", "a/b", "\"a\""])
    func `what is no plain name is refused`(text: String) {
        #expect(DNSName(text.utf8) == nil)
    }

    @Test func `labels and names have their lengths`() {
        let label = String(repeating: "a", count: 63)
        #expect(DNSName((label + ".b").utf8) != nil)
        #expect(DNSName((label + "a.b").utf8) == nil)
        let long = "\(label).\(label).\(label).\(String(repeating: "a", count: 61))"
        #expect(DNSName(long.utf8)?.text.count == 253)
        #expect(DNSName((long + ".").utf8)?.text.count == 253)
        #expect(DNSName((long + "a").utf8) == nil)
        #expect(DNSName([UInt8](repeating: 0x61, count: 1 << 20)) == nil)
    }

    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1@53"), ("127.0.0.1@5300", "127.0.0.1@5300"), ("::1", "::1@53"),
        ("2001:db8::1@65535", "2001:db8::1@65535"),
    ])
    func `an address has a port`(text: String, description: String) throws {
        #expect(try ServerAddress(text.bytes).description == description)
    }

    @Test(arguments: [
        "", "@53", "localhost", "1.2.3", "1.2.3.4@", "1.2.3.4@0", "1.2.3.4@65536", "1.2.3.4@053", "1.2.3.4@5x",
        "1.2.3.4:53", "1.2.3.4@53@53", "1.2.3.4\0", "fe80::1%eth0", " 1.2.3.4", "::1#name",
    ])
    func `what is no address is refused`(text: String) {
        #expect(throws: ResolverError.notAnAddress(text.bytes)) { try ServerAddress(text.bytes) }
    }

    @Test func `an empty string is a string, and one over the end is none`() {
        let cases: [([UInt8], [String]?)] = [
            ([], []), ([0], [""]), ([1, 0x61], ["a"]), ([1, 0x61, 0, 2, 0x62, 0x63], ["a", "", "bc"]),
            ([1], nil), ([2, 0x61], nil), ([0, 255], nil),
        ]
        for (data, strings) in cases {
            #expect(TXTRecord(data: data.span)?.strings.map(\.displayText) == strings, "\(data)")
        }
    }

    @Test func `codes have their mnemonics`() {
        #expect(
            (0...6).map { ResponseCode($0).description } == [
                "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "RCODE6",
            ])
    }
}

@Suite struct TrustAnchorTests {
    private static let digest = String(repeating: "ab", count: 32)

    private static let key = String(repeating: "AwEA", count: 12)

    @Test func `records of both types are read, comments are not`() throws {
        let text = """
            ; the root
            . IN DS 20326 8 2 \(Self.digest) ; note
            \r
            example. 3600 IN DNSKEY 257 3 8 AwEA \(Self.key) # note
            .\t172800 dnskey 257 3 13 \(Self.key)

            """
        let records = try TrustAnchors(parsing: text.bytes).records.map(\.displayText)
        let expected = [
            ". IN DS 20326 8 2 \(Self.digest)", "example. 3600 IN DNSKEY 257 3 8 AwEA \(Self.key)",
            ".\t172800 dnskey 257 3 13 \(Self.key)",
        ]
        #expect(records == expected)
    }

    @Test func `keys that are pending or revoked are left out`() throws {
        let states = (0...4).map { ". IN DNSKEY 257 3 \($0) \(Self.key) ;;state=\($0) [ X ] ;;count=0" }
        let records = try TrustAnchors(parsing: states.joined(separator: "\n").bytes).records.map(\.displayText)
        #expect(records == [". IN DNSKEY 257 3 2 \(Self.key)", ". IN DNSKEY 257 3 3 \(Self.key)"])
        #expect(throws: ResolverError.noTrustAnchor) {
            try TrustAnchors(parsing: ". IN DNSKEY 257 3 8 \(Self.key) ;;state=1 [ ADDPEND ]".bytes)
        }
    }

    @Test(arguments: [
        "x", ". IN DS 1 8 2", ". IN A 127.0.0.1", "DS 1 8 2 \(digest)", ". IN TXT a b c d e f",
        ". IN DS 1 8 2 \(digest)\0", ". IN DS 1 8 2 \(digest)ab", ". IN DS 1 8 1 \(digest)", ". IN DS 1 8 3 \(digest)",
        ". IN DS a 8 2 \(digest)", ". IN DS 1 8 2 xyz", ". IN DNSKEY 257 3 8 ****", ". IN DNSKEY 257 3 8 AwEA",
    ])
    func `what is no anchor is refused with its line`(line: String) {
        #expect(throws: ResolverError.notATrustAnchor(line: 2)) { try TrustAnchors(parsing: ("\n" + line).bytes) }
    }

    @Test func `an anchor that the library cannot read refuses the set-up`() throws {
        var options = ResolverOptions()
        options.trustAnchors = try TrustAnchors(parsing: "a..b IN DS 1 8 2 \(Self.digest)".bytes)
        #expect(throws: ResolverError.self) { try Resolver(options) }
    }

    @Test func `the root's keys of this system are read, if it has any`() throws {
        #expect(try TrustAnchors.root(among: ["/nonexistent/root.key".bytes]) == nil)
        guard let root = try TrustAnchors.root() else { return }
        #expect(root.anchors.records.allSatisfy { $0.first == 0x2E })
        var options = ResolverOptions()
        options.trustAnchors = root.anchors
        _ = try Resolver(options)
    }

    @Test func `no anchor at all is an error, and too much text too`() {
        for text in ["", "; none\n", "\n\n"] {
            #expect(throws: ResolverError.noTrustAnchor) { try TrustAnchors(parsing: text.bytes) }
        }
        let text = [UInt8](repeating: 0x0A, count: TrustAnchors.sizeLimit + 1)
        #expect(throws: ResolverError.trustAnchorsTooLarge(text.count)) { try TrustAnchors(parsing: text) }
    }
}
