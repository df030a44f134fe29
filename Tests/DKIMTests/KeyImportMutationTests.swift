import Bytes
import Testing

@testable import DKIM

/// Texts of every form with bytes changed, left out and repeated: nothing may stop the reading.
@Suite struct KeyImportMutationTests {
    private static let texts = [
        "$TTL 1h\n$ORIGIN x.example.\n@ SOA a b ( 1 2 ; c\n3 4 5 )\ns1._domainkey 300 IN TXT ( \"p=\\\"1\" \n \"\\059\" )\n TXT p\\;=2\n"
            + "s2._domainkey CNAME t\nt TXT \"p=3\"\n",
        "# c\n#: basis=dns obtained=2026-11-22T10:00:00Z from=\"a\\\"b\" dnssec=secure\ns._domainkey.*.x p=1\n"
            + "s._domainkey.y \"p=\" \"\\2551\"\n",
        "; <<>> DiG\n;; ANSWER SECTION:\ns._domainkey.x. 300 IN TXT \"p=1\" \"2\"\n;; SERVER: ::1#53\n"
            + ";; WHEN: Sun Nov 22 10:00:00 UTC 2026\n;; MSG SIZE  rcvd: 1\nt._domainkey.x descriptive text \"p=2\"\n",
        "[\n{\"domain\":\"x\",\"selector\":\"s\",\"value\":\"p=\\u00e91\",\"firstSeenAt\":\"2016-01-01T00:00:00Z\"},\n{\"a\":[1,-2.5e3,null]}]",
        "{\"s._domainkey.x\":{\"TXT\":[[\"p=\",\"1\"],[\"p=2\"]]}}",
        "{\"maxId\":1,\"keys\":[{\"sdid\":\"x\",\"selector\":\"s\",\"key\":\"p=1\",\"insertedAt\":\"2021-02-03\",\"secure\":true}]}",
        "{\"obj\":{\"rrname\":\"s._domainkey.x.\",\"rrtype\":\"TXT\",\"rdata\":[\"\\\"p=1\\\"\"],\"time_first\":1381000000}}\n{\"cond\":\"end\"}\n",
    ]

    @Test(arguments: texts)
    func `whatever is read is a key that a key file can hold`(text: String) {
        let bytes = text.bytes
        var state: UInt64 = 11
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % max(1, bound)
        }
        var failures: [String] = []
        for _ in 0..<150 {
            var mutated = bytes
            for _ in 0...random(4) where !mutated.isEmpty {
                let place = random(mutated.count)
                switch random(4) {
                case 0: mutated[place] = UInt8(random(256))
                case 1: mutated.remove(at: place)
                case 2: mutated.insert("\"\\();\n{}[],:#$ \t\r".utf8.randomByte(random), at: place)
                default: mutated.insert(contentsOf: mutated[place...].prefix(random(40)), at: random(mutated.count))
                }
            }
            let found = KeyImport(parsing: mutated)
            let written = KeyFile(parsing: KeyFile.text(of: found.keys))
            let merged = Key.merged(found.keys)
            let lines = mutated.count { $0 == ASCII.lf } + 1
            if written.keys.map(\.record) != merged.map(\.record) || written.keys.map(\.name) != merged.map(\.name)
                || written.keys.map(\.provenances) != merged.map(\.provenances) || !written.notes.isEmpty
                || !found.notes.allSatisfy({ (1...lines).contains($0.line) })
            {
                failures.append(mutated.displayText)
            }
        }
        #expect(failures == [])
    }
}

extension String.UTF8View {
    fileprivate func randomByte(_ random: (Int) -> Int) -> UInt8 { Array(self)[random(count)] }
}
