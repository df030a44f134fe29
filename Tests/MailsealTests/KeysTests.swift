import Bytes
import Mailseal
import Manifest
import SampleArchive
import ScratchFolders
import Testing

@Suite struct KeysTests {
    let bench: CreateWorkbench
    private let archive: SampleArchive

    init() throws {
        bench = try CreateWorkbench()
        archive = try SampleArchive(seed: 7, messages: 12, averageSize: 4000, signedPercent: 60)
        for (number, message) in archive.messages(12).enumerated() {
            try bench.write("leak/\(number).eml", message.bytes)
        }
        try bench.write("keys.txt", archive.keyLines.joined(separator: "\n") + "\n")
    }

    /// `selector._domainkey.domain` of key lines.
    private func names(_ lines: [String]) -> [String] {
        lines.map { "\($0.value("selector") ?? "")._domainkey.\($0.value("domain") ?? "")" }
    }

    @Test func `only records that a signature calls for have lines, sorted by domain and selector`() async throws {
        let made = try await bench.create("leak") { $0.keyFiles = [bench.path("keys.txt")] }
        let called = Set(names(made.lines("dkim")))
        let given = Set(archive.keyLines.map { String($0.prefix { $0 != " " }) })
        let found = names(made.lines("key"))
        #expect(Set(found) == called.intersection(given) && found.count < given.count && !found.isEmpty)
        let order = made.lines("key").map { ["\($0.value("domain") ?? "")", "\($0.value("selector") ?? "")"] }
        #expect(order == order.sorted { $0.lexicographicallyPrecedes($1) })
        #expect(made.summary.counts.verified > 0 && made.summary.counts.keys == found.count)
        #expect(try await bench.verify() == "consistent")
    }

    @Test func `without keys the signatures are there and their keys unavailable`() async throws {
        let made = try await bench.create("leak")
        #expect(made.lines("key") == [] && made.summary.counts.verified == 0)
        #expect(made.summary.counts.signatures > 0 && made.summary.counts.keyUnavailable > 0)
        #expect(try await bench.verify() == "consistent")
    }

    @Test func `every record of a name has a line, and the one that verifies is used`() async throws {
        let other = archive.keyLines.map { line in
            let name = line.prefix { $0 != " " }
            let foreign = archive.keyLines.first { !$0.hasPrefix(name) && $0.contains("k=rsa") } ?? ""
            return name + foreign.drop { $0 != " " }
        }
        try bench.write("more.txt", other.joined(separator: "\n"))
        let one = try await bench.create("leak", to: "out/1.tar.gz") { $0.keyFiles = [bench.path("keys.txt")] }
        let two = try await bench.create("leak") { $0.keyFiles = [bench.path("more.txt"), bench.path("keys.txt")] }
        #expect(two.summary.counts.keys == 2 * one.summary.counts.keys)
        #expect(two.summary.counts.verified == one.summary.counts.verified)
        #expect(try await bench.verify() == "consistent")
    }

    @Test func `the order of files and lines and repeated lines change nothing`() async throws {
        let half = archive.keyLines.count / 2
        try bench.write("a.txt", archive.keyLines[..<half].reversed().joined(separator: "\n"))
        try bench.write("b.txt", archive.keyLines[1...].joined(separator: "\r\n") + "\r\n# a comment\r\n\r\n")
        let one = try await bench.create("leak", to: "out/1.tar.gz") { $0.keyFiles = [bench.path("keys.txt")] }
        _ = try await bench.create("leak") { $0.keyFiles = [bench.path("b.txt"), bench.path("a.txt")] }
        #expect(one.notices == [])
        #expect(try bench.read("out/mail.tar.gz") == bench.read("out/1.tar.gz"))
    }

    @Test func `more records of a name than are tried are warned about`() async throws {
        let lines = (100...164).map { "s._domainkey.example.org p=\($0)" }
        try bench.write("many.txt", lines.joined(separator: "\n"))
        let made = try await bench.create("leak") { $0.keyFiles = [bench.path("many.txt")] }
        #expect(
            made.notices == [
                "warning: more than 64 key records of s._domainkey.example.org "
                    + "(only the first 64, in the order of their bytes, are used)"
            ])
    }

    @Test func `lines that give no key are warned about and used no further`() async throws {
        try bench.write("bad.txt", "key\ns1._domainkey.example.org NXDOMAIN\ns1._domainkey.example.org \"v=DKIM1\n")
        let made = try await bench.create("leak") { $0.keyFiles = [bench.path("bad.txt")] }
        let file = bench.path("bad.txt").displayText
        #expect(
            made.notices == [
                "warning: \(file): line 1 gives no key (not-a-key-name)",
                "warning: \(file): line 2 gives no key (not-a-record)",
                "warning: \(file): line 3 gives no key (malformed-quotes)",
                "warning: \(file) holds no key record (a line is: selector._domainkey.domain TXT-record; "
                    + "mailseal keys import reads other forms)",
            ])
        #expect(made.lines("key") == [])
    }
}
