import Bytes
import Testing

@testable import DKIM

@Suite struct KeyImportJSONTests {
    @Test func `a key archive gives records with the time they were seen`() {
        let text = """
            [
              {"domain": "Example.org", "selector": "S1", "firstSeenAt": "2024-03-01T12:00:00.123Z",
               "lastSeenAt": "2025-01-01T00:00:00.000Z", "value": "v=DKIM1; p=1", "provenanceVerified": true},
              {"domain": "example.org", "selector": "s2", "firstSeenAt": null, "lastSeenAt": "never", "value": "p=2"},
              {"domain": "example.org", "selector": "s 3", "value": "p=3"},
              {"domain": "*.example.org", "selector": "s3", "value": "p=3"},
              {"domain": "example.org", "selector": "s3", "value": null},
              {"domain": "example.org", "selector": "s3", "value": ""},
              17, {"a": 1}
            ]
            """
        let found = KeyImport(parsing: text.bytes)
        #expect(
            shown(found) == [
                "s1._domainkey.example.org v=DKIM1; p=1 "
                    + "[basis=archive first_seen=2024-03-01T12:00:00Z last_seen=2025-01-01T00:00:00Z]",
                "s2._domainkey.example.org p=2 [basis=archive]",
            ])
        #expect(
            notes(found) == [
                "4 malformed-time", "5 not-a-key-name", "6 not-a-key-name", "7 not-a-record", "8 not-a-record",
                "9 unknown-entry",
                "9 unknown-entry",
            ])
        #expect(found.form == .archive)
    }

    @Test func `one object a line is read as an array's elements are`() {
        let line = #"{"domain":"x","selector":"s","value":"p=1"}"#
        #expect(shown(KeyImport(parsing: line.bytes)).count == 1)
        #expect(shown(KeyImport(parsing: "\n\(line)\n".bytes)).count == 1)
        let found = KeyImport(parsing: "\(line)\n{\"domain\":}\n\n\(line)\r\n".bytes)
        #expect(found.keys.count == 2 && notes(found) == ["2 malformed-json"])
        #expect(KeyImport(parsing: "[\(line)]\n[\(line)]".bytes).keys.count == 2)
    }

    @Test func `an archive that was cut gives what is before the cut, and tells`() {
        let text = "[\n{\"domain\":\"x\",\"selector\":\"s\",\"value\":\"p=1\"},\n{\"domain\":\"x\",\"sel"
        let found = KeyImport(parsing: text.bytes)
        #expect(found.keys.count == 1 && notes(found) == ["3 malformed-json"])
    }

    @Test func `mailauth's cache gives the strings of each record joined`() {
        let text = """
            {
              "s1._domainkey.example.org": {"TXT": [["v=DKIM1; ", "p=1"], ["p=2"]]},
              "s2._domainkey.example.org": {"TXT": [[1], "p=3"]},
              "_dmarc.example.org": {"TXT": [["v=DMARC1"]]},
              "example.org": {"MX": []}
            }
            """
        let found = KeyImport(parsing: text.bytes)
        #expect(
            shown(found) == [
                "s1._domainkey.example.org v=DKIM1; p=1", "s1._domainkey.example.org p=2",
                "s2._domainkey.example.org p=3",
            ])
        #expect(notes(found) == ["3 not-a-record"] && found.leftAside == 2 && found.form == .mailauth)
    }

    @Test func `the key store of DKIM Verifier gives days and DNSSEC`() {
        let text = """
            {"maxId": 2, "keys": [
             {"id": 1, "sdid": "example.org", "selector": "s1", "key": "p=1", "insertedAt": "2021-02-03", "lastUsedAt": "2022-01-01", "secure": true},
             {"id": 2, "sdid": "example.org", "selector": "s2", "key": "p=2", "insertedAt": "x", "secure": false},
             {"id": 3, "sdid": "example.org", "selector": "s2"}, null]}
            """
        let found = KeyImport(parsing: text.bytes)
        #expect(
            shown(found) == [
                "s1._domainkey.example.org p=1 [basis=dns first_seen=2021-02-03T00:00:00Z dnssec=secure]",
                "s2._domainkey.example.org p=2 [basis=dns]",
            ])
        #expect(notes(found) == ["3 malformed-time", "4 not-a-record", "4 not-a-record"])
    }

    @Test func `passive DNS gives when a record was seen`() {
        let text = #"""
            {"cond":"begin"}
            {"obj":{"count":5,"time_first":1381000000,"time_last":1400000000,"rrname":"s1._domainkey.example.org.","rrtype":"TXT","bailiwick":"example.org.","rdata":["\"v=DKIM1; \" \"p=1\"","\"p=2\""]}}
            {"rrname":"s2._domainkey.example.org","rrtype":"txt","rdata":"p=3","zone_time_first":"2016-01-01T00:00:00Z","time_last":99999999999999}
            {"rrname":"example.org.","rrtype":"TXT","rdata":["\"v=spf1 -all\""]}
            {"rrname":"s3._domainkey.example.org.","rrtype":"CNAME","rdata":["x."]}
            {"rrname":"s3._domainkey.example.org.","rrtype":"TXT","rdata":["\"p=4",7]}
            {"rrname":"s3._domainkey.example.org.","rrtype":"TXT"}
            {"cond":"succeeded"}
            """#
        let found = KeyImport(parsing: text.bytes)
        let seen = "[basis=passive-dns first_seen=2013-10-05T19:06:40Z last_seen=2014-05-13T16:53:20Z]"
        #expect(
            shown(found) == [
                "s1._domainkey.example.org v=DKIM1; p=1 \(seen)", "s1._domainkey.example.org p=2 \(seen)",
                "s2._domainkey.example.org p=3 [basis=passive-dns first_seen=2016-01-01T00:00:00Z]",
            ])
        #expect(notes(found) == ["3 malformed-time", "6 malformed-quotes", "6 not-a-record", "7 not-a-record"])
        #expect(found.leftAside == 2 && found.form == .passiveDNS)
        let stated = KeyImport(
            parsing: text.bytes, stating: .init(basis: .archive, obtained: Timestamp(rfc3339: "2020-01-01T00:00:00Z")))
        #expect(
            stated.keys.allSatisfy {
                $0.provenance.basis == .archive && $0.provenance.obtained?.description == "2020-01-01T00:00:00Z"
            })
    }
}
