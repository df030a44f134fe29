import Foundation
import ScratchFolders
import Testing

@Suite struct JSONDocumentTests {
    let bench: CommandBench

    init() throws { bench = try CommandBench() }

    private func document(_ text: String) throws -> [String: Any] {
        #expect(text.split(separator: "\n").count == 1 && text.hasSuffix("\n"))
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    private static let counts: Set = [
        "sources", "messages", "attachments", "signatures", "occurrences", "files", "containers", "failures", "keys",
        "bytes", "verified", "repaired", "qualified", "headers_only", "other_domain", "not_verifying",
        "key_unavailable",
        "unsigned",
    ]

    /// The counts of a document, without the reservations, which stand under them.
    private func counts(_ document: [String: Any]) throws -> [String: Int] {
        var counts = try #require(document["counts"] as? [String: Any])
        #expect(counts.removeValue(forKey: "reservations") is [String: Int])
        return try #require(counts as? [String: Int])
    }

    @Test func `create gives one document with the documented keys`() throws {
        let made = try document(try bench.create("--json").output)
        #expect(Set(made.keys) == ["bundle", "name", "root", "content_root", "size", "counts"])
        #expect(made["bundle"] as? String == "leak.tar.gz" && made["name"] as? String == "leak")
        #expect(made["size"] as? Int == (try bench.read("leak.tar.gz").count))
        let counts = try counts(made)
        #expect(Set(counts.keys) == Self.counts)
        #expect(counts["messages"] == 2 && counts["files"] == 1 && counts["bytes"] == 164)
    }

    @Test func `verify gives one document with the documented keys, whatever the verdict`() throws {
        let made = try document(try bench.create("--json").output)
        let root = try #require(made["root"] as? String)
        let zero = "9:" + String(repeating: "0", count: 64)
        for (arguments, verdict, pinned) in [
            ("", "consistent", false), ("--root \(root)", "intact", true), ("--root \(zero)", "altered", true),
        ] {
            let report = try document(try bench.run("\"$M\" verify --json leak.tar.gz \(arguments)").output)
            let keys: Set = [
                "verdict", "name", "origin", "root", "content_root", "rules", "derivation_checked", "counts",
                "findings",
            ]
            #expect(Set(report.keys) == keys.union(pinned ? ["pinned"] : []))
            #expect(report["verdict"] as? String == verdict && report["pinned"] as? Bool == (pinned ? true : nil))
            #expect(report["root"] as? String == root)
            #expect(Set(try counts(report).keys) == Self.counts)
            let findings = try #require(report["findings"] as? [[String: String]])
            #expect(findings.isEmpty == (verdict != "altered"))
            for finding in findings { #expect(Set(finding.keys) == ["weight", "code", "subject", "detail"]) }
        }
    }

    @Test func `the documents are what another parser takes for JSON`() throws {
        guard try bench.run("python3 -c 1").status == 0 else {
            print("no python3 on this machine: the test steps aside")
            return
        }
        let script =
            "\"$M\" create leak --json -f | python3 -m json.tool && \"$M\" verify leak.tar.gz --json | python3 -m json.tool"
        #expect(try bench.run("set -o pipefail; " + script).status == 0)
    }

    @Test func `failures leave standard output empty, in JSON too`() throws {
        _ = try bench.run("mkfifo leak/pipe")
        let refused = try bench.create("--json")
        #expect(refused.status == 2 && refused.output.isEmpty && !refused.errors.isEmpty)
        let packed = try bench.create("--json --keep-going")
        #expect(packed.status == 1)
        #expect(try counts(try document(packed.output))["failures"] == 1)
    }

    @Test func `a path that is no UTF-8 stands in hex`() throws {
        let made = try bench.create("--json -o $'z\\xfc.tar.gz'")
        #expect(made.output.contains("\"bundle_hex\":\"7afc2e7461722e677a\""))
        #expect(try bench.run("test -f $'z\\xfc.tar.gz' && \"$M\" verify $'z\\xfc.tar.gz'").status == 0)
    }
}
