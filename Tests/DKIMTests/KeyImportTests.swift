import Bytes
import ProcessorTime
import Testing

@testable import DKIM

/// Keys as `name record` and the annotation when it says more than `file`.
func shown(_ found: KeyImport) -> [String] {
    found.keys.map { key in
        let annotation = key.provenances.map(\.annotation.displayText).joined(separator: " ").replacing("#: ", with: "")
        return "\(key.name.text.displayText) \(key.record.displayText)"
            + (annotation == "basis=file" ? "" : " [\(annotation)]")
    }
}

/// What was told, as `line code`.
func notes(_ found: KeyImport) -> [String] { found.notes.map { "\($0.line) \($0.reason.rawValue)" } }

@Suite struct KeyImportTextTests {
    @Test func `a zone file gives the records of key names`() {
        let found = KeyImport(
            parsing: """
                $TTL 1h
                $ORIGIN example.org.
                @ 3600 IN SOA ns.example.org. host ( 1 ; serial (not closed
                    2 3
                    4 5 )
                    IN NS ns
                ns  A 127.0.0.1
                @ TXT "v=spf1 -all" ; not a key
                s1._domainkey 3600 IN TXT ( "v=DKIM1; k=rsa; "
                                 ; the rest
                      "p=MIG" "f" )
                s2._DomainKey IN 1h30m TXT v=DKIM1\\; p=x\\"\\059
                  TXT "second=\\"\\;\\\\"
                s3._domainkey.other.example. txt "p=3"
                *._domainkey TXT "v=DKIM1; p="
                s4._domainkey.* TXT "p=no"
                $ORIGIN sub
                s5._domainkey TXT("p=5")
                s6._domainkey IN TYPE65280 \\# 1 00
                s7._domainkey CLASS1 IN
                """.bytes)
        #expect(
            shown(found) == [
                "s1._domainkey.example.org v=DKIM1; k=rsa; p=MIGf", "s2._domainkey.example.org v=DKIM1;p=x\";",
                "s2._domainkey.example.org second=\";\\", "s3._domainkey.other.example p=3",
                "s5._domainkey.sub.example.org p=5",
            ])
        #expect(found.form == .zone && found.leftAside == 7)
        #expect(notes(found) == ["20 not-a-key-name"])
    }

    @Test func `lines end in CRLF too, and the last needs no end`() {
        let text = "s._domainkey.x. IN TXT ( \"p=\"\n \"1\" )\ns._domainkey.y. TXT \"p=2\"\n\ns._domainkey.z p=3"
        for text in [text, text.replacing("\n", with: "\r\n"), text + "\n", "\u{FEFF}" + text] {
            let found = KeyImport(parsing: text.bytes)
            #expect(shown(found) == ["s._domainkey.x p=1", "s._domainkey.y p=2", "s._domainkey.z p=3"])
            #expect(found.notes.isEmpty)
        }
    }

    @Test func `relative names need an origin`() {
        let text = "s._domainkey TXT \"p=1\"\ns._domainkey.x TXT \"p=2\"\ns._domainkey.x. TXT \"p=3\""
        #expect(shown(KeyImport(parsing: text.bytes)) == ["s._domainkey.x p=2", "s._domainkey.x p=3"])
        #expect(
            shown(KeyImport(parsing: text.bytes, origin: "Y.Example.".bytes)) == [
                "s._domainkey.y.example p=1", "s._domainkey.x.y.example p=2", "s._domainkey.x p=3",
            ])
    }

    @Test func `names that DNS could not hold are left aside, and an origin like that is malformed`() {
        let long = String(repeating: "a.", count: 100)
        let text = """
            $ORIGIN \(long)x.
            s._domainkey TXT "p=1"
            $ORIGIN \(long)y
            s._domainkey.\(long)z TXT "p=2"
              TXT "p=3"
            t._domainkey CNAME \(long)z
            s TXT "v=spf1"
            $ORIGIN x.
            t._domainkey TXT "p=4"
            """
        let found = KeyImport(parsing: text.bytes)
        #expect(shown(found) == ["s._domainkey.\(long)x p=1", "t._domainkey.x p=4"])
        #expect(found.leftAside == 3 && notes(found) == ["3 malformed-line", "6 alias-without-target"])
    }

    @Test func `an origin does not grow from line to line`() {
        let origins = Array(repeating: "$ORIGIN " + String(repeating: "a", count: 4000), count: 50)
        let records = (0..<1000).map { "x\($0) TXT v" }
        var found: KeyImport?
        let time = processorTime {
            found = KeyImport(parsing: (["$ORIGIN example.org."] + origins + records).joined(separator: "\n").bytes)
        }
        #expect(found?.leftAside == 1000 && found?.notes.count == 50)
        #expect(time < .seconds(2))
    }

    @Test func `below the root as origin an alias still finds its target`() {
        let text = """
            $ORIGIN .
            s._domainkey.x CNAME t.y.
            t.y TXT "p=1"
            $ORIGIN _domainkey.x
            u TXT "p=2"
            """
        let found = KeyImport(parsing: text.bytes)
        #expect(shown(found) == ["u._domainkey.x p=2", "s._domainkey.x p=1"] && found.notes.isEmpty)
    }

    @Test(arguments: [
        "s._domainkey.x TXT v=DKIM1; k=rsa; p=1", "s._domainkey.x IN TXT (v=DKIM1;\n p=1 )",
        "s._domainkey.x TXT \"v=DKIM1; \" p=;1",
    ])
    func `a record that a comment cuts in the middle of a word is told, and no key`(line: String) {
        let found = KeyImport(parsing: "\(line)\nt._domainkey.x TXT p=2 ; k=rsa".bytes)
        #expect(shown(found) == ["t._domainkey.x p=2"] && notes(found) == ["1 malformed-quotes"])
    }

    @Test func `lines of a key file keep what is stated on them`() {
        let text = """
            # comment
            #: basis=dns from="::1"
            s._domainkey.x p=1
              s._domainkey.y v=DKIM1; k=rsa; p=2 ; n=(
            s._domainkey.*.z "p=" "3"
            s._domainkey.x NXDOMAIN
            #: basis=archive
            s._domainkey.v 300 IN TXT "p=4"
            """
        let found = KeyImport(parsing: text.bytes)
        #expect(
            shown(found) == [
                "s._domainkey.x p=1 [basis=dns from=\"::1\"]", "s._domainkey.y v=DKIM1; k=rsa; p=2 ; n=(",
                "s._domainkey.*.z p=3", "s._domainkey.v p=4 [basis=archive]",
            ])
        #expect(notes(found) == ["6 not-a-record"])
        let statement = KeyImport.Statement(basis: .passiveDNS, from: "me".bytes)
        #expect(
            shown(KeyImport(parsing: text.bytes, stating: statement)) == [
                "s._domainkey.x p=1 [basis=dns from=\"::1\"]",
                "s._domainkey.y v=DKIM1; k=rsa; p=2 ; n=( [basis=passive-dns from=\"me\"]",
                "s._domainkey.*.z p=3 [basis=passive-dns from=\"me\"]", "s._domainkey.v p=4 [basis=archive]",
            ])
    }

    @Test(arguments: [
        ("a TXT \"x", "malformed-line"), ("a TXT (\"x\"", "malformed-line"), ("a TXT \"x\" )", "malformed-line"),
        (" TXT \"x\"", "malformed-line"), ("s._domainkey.x TXT", "not-a-record"),
        ("s._domainkey.x TXT \"\"", "not-a-record"),
        ("s._domainkey.x CNAME", "malformed-line"), ("s._domainkey.x CNAME y.", "alias-without-target"),
        ("$INCLUDE x", "directive-not-followed"), ("$GENERATE 1-2 a$ A 1.2.3.$", "directive-not-followed"),
        ("$ORIGIN", "directive-not-followed"), ("nonsense", "not-a-key-name"),
        ("s._domainkey.x \"p", "malformed-quotes"),
    ])
    func `what cannot be read is told with its line`(line: String, code: String) {
        let found = KeyImport(parsing: "; comment\n\n\(line)\n".bytes)
        #expect(found.keys.isEmpty && notes(found) == ["3 \(code)"])
        #expect(!found.notes.contains { !$0.reason.losesKey })
    }

    @Test func `reading goes on behind a line that cannot be read`() {
        let found = KeyImport(parsing: "s._domainkey.x. TXT (\n\"p=1\ns._domainkey.y. TXT \"p=2\"".bytes)
        #expect(shown(found) == ["s._domainkey.y p=2"])
        #expect(notes(found) == ["1 malformed-line"])
    }

    @Test func `a record longer than any of DNS is told`() {
        let strings = String(repeating: "\"\(String(repeating: "x", count: 255))\" ", count: 260)
        let found = KeyImport(parsing: "s._domainkey.x. TXT (\(strings))\ns._domainkey.y. TXT p=2".bytes)
        #expect(shown(found) == ["s._domainkey.y p=2"] && notes(found) == ["1 record-too-long"])
    }

    @Test func `hostile lines cost no more than their length`() {
        for text in [
            String(repeating: "\"\" ", count: 50_000), String(repeating: "( ", count: 50_000),
            String(repeating: "\\", count: 50_000),
            String(repeating: "s._domainkey.x TXT (\n", count: 5_000), String(repeating: "\n;", count: 50_000),
            String(repeating: "a ", count: 50_000),
        ] {
            let found = KeyImport(parsing: "s._domainkey.x TXT \(text)".bytes)
            #expect(found.keys.count <= 1)
        }
    }
}

@Suite struct KeyImportLookupTests {
    @Test func `dig's answers tell whom it asked, and when that is in UTC`() {
        let found = KeyImport(
            parsing: """

                ; <<>> DiG 9.18.28-1~deb12u2-Debian <<>> TXT s1._domainkey.example.org
                ;; global options: +cmd
                ;; Got answer:
                ;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 3911
                ;; flags: qr rd ra ad; QUERY: 1, ANSWER: 2, AUTHORITY: 0, ADDITIONAL: 1

                ;; OPT PSEUDOSECTION:
                ; EDNS: version: 0, flags:; udp: 1232
                ;; QUESTION SECTION:
                ;s1._domainkey.example.org.	IN	TXT

                ;; ANSWER SECTION:
                s1._domainkey.example.org. 300	IN	CNAME	s1.dkim.provider.example.
                s1.dkim.provider.example. 299	IN	TXT	"v=DKIM1; k=rsa; p=MIG" "fMA0"

                ;; Query time: 3 msec
                ;; SERVER: 127.0.0.1#53(127.0.0.1) (UDP)
                ;; WHEN: Sun Nov  2 10:00:00 UTC 2026
                ;; MSG SIZE  rcvd: 312

                ; <<>> DiG 9.18.28 <<>> TXT s2._domainkey.example.org
                ;; ANSWER SECTION:
                s2._domainkey.example.org. 300	IN	TXT	"p=2"

                ;; SERVER: ::1#53(::1)
                ;; WHEN: Sun Nov 22 11:00:00 CET 2026

                """.bytes)
        #expect(
            shown(found) == [
                "s2._domainkey.example.org p=2 [basis=dns from=\"::1\"]",
                "s1._domainkey.example.org v=DKIM1; k=rsa; p=MIGfMA0 "
                    + "[basis=dns obtained=2026-11-02T10:00:00Z from=\"127.0.0.1\"]",
            ])
        #expect(found.form == .lookup && found.notes.isEmpty)
    }

    @Test func `what host and nslookup print is read`() {
        let found = KeyImport(
            parsing: """
                s1._domainkey.example.org is an alias for s1.provider.example.
                s1.provider.example descriptive text "p=MIG" "f; n=x"
                s2._domainkey.example.org	text = "p=2"
                s3._domainkey.example.org	canonical name = s2._domainkey.example.org.
                """.bytes)
        #expect(
            shown(found) == [
                "s2._domainkey.example.org p=2 [basis=dns]", "s1._domainkey.example.org p=MIGf; n=x [basis=dns]",
                "s3._domainkey.example.org p=2 [basis=dns]",
            ])
        #expect(found.notes.isEmpty && found.form == .lookup)
    }

    @Test func `aliases are followed a few steps, and not in circles`() {
        func chain(_ length: Int) -> String {
            "s._domainkey.x. CNAME c0.\n" + (0..<length).map { "c\($0). CNAME c\($0 + 1).\n" }.joined()
                + "c\(length). TXT \"p=1\""
        }
        #expect(shown(KeyImport(parsing: chain(8).bytes)) == ["s._domainkey.x p=1"])
        #expect(notes(KeyImport(parsing: chain(9).bytes)) == ["1 alias-without-target"])
        let circle = KeyImport(
            parsing: "s._domainkey.x. CNAME t._domainkey.x.\nt._domainkey.x. CNAME s._domainkey.x.".bytes)
        #expect(notes(circle) == ["1 alias-without-target", "2 alias-without-target"])
    }

    @Test func `many aliases of one long record do not make more than a few times the text`() {
        let record = String(repeating: "\"\(String(repeating: "x", count: 250))\" ", count: 250)
        let aliases = (0..<2000).map { "s\($0)._domainkey.x. CNAME t.\n" }.joined()
        let text = "t. TXT \(record)\n\(aliases)".bytes
        let found = KeyImport(parsing: text)
        #expect(found.keys.reduce(0) { $0 + $1.record.count } <= 16 * text.count + 65536)
        #expect(found.keys.count + found.notes.count == 2000 && !found.notes.isEmpty)
    }
}
