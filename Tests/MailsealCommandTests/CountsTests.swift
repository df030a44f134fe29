import Bytes
import Foundation
import Manifest
import SampleArchive
import ScratchFolders
import Testing

@testable import MailsealCommand

@Suite struct CountsTests {
    let bench: CommandBench
    /// The reservations that the sample's messages have with `keys.txt`.
    private let expected: [String: Int]

    /// Signed messages in `leak`, their keys in `keys.txt`, and as recovered ones in `recovered.txt`.
    init() throws {
        bench = try CommandBench()
        let sample = try SampleArchive(seed: 2, messages: 40, averageSize: 4000, signedPercent: 90)
        var classes: [SampleDKIM: Int] = [:]
        for message in sample.messages(40) where message.truth.duplicateOf == nil {
            classes[message.truth.dkim, default: 0] += 1
            try Data(message.bytes).write(to: URL(filePath: bench.root + "/leak/m\(message.truth.index).eml"))
        }
        expected = ["body-partly-covered": classes[.qualified] ?? 0, "other-domain": classes[.otherDomain] ?? 0]
        for (name, before) in [("keys.txt", ""), ("recovered.txt", "#: basis=recovered\n")] {
            let text = sample.keyLines.map { before + $0 + "\n" }.joined()
            try Data(text.utf8).write(to: URL(filePath: bench.root + "/" + name))
        }
    }

    /// The reservations in a document.
    private func reservations(_ text: String) throws -> [String: Int] {
        let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        return try #require((document["counts"] as? [String: Any])?["reservations"] as? [String: Int])
    }

    /// The rows of an answer about DKIM: from the first class to the last reservation.
    private func rows(_ text: String) -> [String] {
        let lines = text.split(separator: "\n").map(String.init)
        return Array(lines.drop { !$0.hasSuffix("  verified by DKIM") }.prefix { !$0.hasPrefix("  checked with") })
    }

    @Test func `create says how many messages there is which reservation about`() throws {
        let (partly, other) = (expected["body-partly-covered"] ?? 0, expected["other-domain"] ?? 0)
        try #require(partly >= other && other > 0)
        let made = try bench.create("--keys keys.txt")
        #expect(
            rows(made.output).suffix(3) == [
                "  reservations, of which one message can have several:",
                "    \(partly)  the end of the body is not covered",
                "    \(other)  signed for another domain than From's",
            ])
        #expect(try reservations(try bench.create("--keys keys.txt --json -f").output) == expected)
    }

    @Test func `verify counts the reservations of the newest evidence`() throws {
        try bench.create("-o mail.tar.gz")
        #expect(try reservations(try bench.run("\"$M\" verify mail.tar.gz --json").output) == [:])
        let extend = "\"$M\" extend mail.tar.gz --keys recovered.txt -o new.tar.gz"
        let added = try reservations(try bench.run(extend + " --json").output)
        #expect(added.keys.sorted() == ["body-partly-covered", "key-recovered", "other-domain"])
        #expect(added["body-partly-covered"] == expected["body-partly-covered"])
        #expect(try reservations(try bench.run("\"$M\" verify new.tar.gz --json").output) == added)
        #expect(try reservations(try bench.run("\"$M\" list new.tar.gz --json").output) == added)
        let words = "  the key was recovered, not confirmed by DNS"
        for script in [extend + " -f", "\"$M\" verify new.tar.gz"] {
            let answer = try bench.run(script).output
            #expect(answer.contains("several:\n    \(added["key-recovered"] ?? 0)\(words)\n"), "\(script)")
        }
    }

    @Test(arguments: ["dns dnssec=secure", "archive", "passive-dns"])
    func `show tells whose word it is where a key is from`(facts: String) throws {
        let keys = try String(contentsOfFile: bench.root + "/keys.txt", encoding: .utf8)
        let stated = keys.split(separator: "\n").map { "#: basis=\(facts) from=\"elsewhere\"\n\($0)\n" }.joined()
        try Data(stated.utf8).write(to: URL(filePath: bench.root + "/stated.txt"))
        try bench.create("--keys stated.txt")
        let shown = try bench.run("for n in 1 2 3 4 5 6; do \"$M\" show leak.tar.gz $n; done").output
        let origins = shown.split(separator: "\n").filter { $0.contains(" (elsewhere)") }
        #expect(!origins.isEmpty && origins.allSatisfy { $0.hasSuffix(", says the maker of this bundle") })
    }

    @Test func `list and verify end in the same rows`() throws {
        try bench.create("--keys keys.txt")
        let found = try ["verify", "list"].map { command in
            // The column is as wide as its largest number, and only verify counts places.
            rows(try bench.run("\"$M\" \(command) leak.tar.gz").output).map { $0.drop { $0 == " " } }
        }
        #expect(found[0].count > 6 && found[0] == found[1])
    }
}

@Suite struct CountRowsTests {
    @Test func `the classes stand below each other, the strongest first, but for those that do not occur`() {
        var counts = EndLine()
        for (evidence, count) in zip(EvidenceClass.allCases, [2, 1200, 3, 40, 5, 600, 7, 8]) {
            counts[evidence] = count
        }
        #expect(
            Report.evidence(counts) == [
                "      2  verified by DKIM",
                "  1,200  verified after undoing a known change, such as a list's footer",
                "      3  verified with reservations",
                "     40  headers proven by DKIM, body altered",
                "      5  proven by another domain than From's only",
                "    600  with DKIM signatures that do not verify",
                "      7  with DKIM signatures whose key is unavailable",
                "      8  without a DKIM signature",
            ])
        counts[.repaired] = 0
        #expect(Report.evidence(counts).count == 7 && Report.evidence(counts).first == "    2  verified by DKIM")
    }
}
