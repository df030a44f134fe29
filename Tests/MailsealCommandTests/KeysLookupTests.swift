import Bytes
import Foundation
import LoopbackZones
import SampleArchive
import ScratchFolders
import Testing

@Suite(.enabled(if: LoopbackZones.isAvailable)) struct KeysLookupTests {
    let bench: CommandBench

    init() throws { bench = try CommandBench() }

    /// A server with the key records of the sample archive, its address and anchor in the environment.
    private struct Served {
        let zones: LoopbackZones
        let environment: [String: String]

        init(_ bench: CommandBench, changes: [(old: String, new: String)] = []) async throws {
            let archive = try SampleArchive(seed: 7, messages: 60, averageSize: 4000, signedPercent: 60)
            _ = try await archive.write(to: SampleOutput(folder: bench.root + "/sample"))
            zones = try LoopbackZones([
                Zone("example", signing: .sound, changes: changes, records: Self.records(archive, of: ".example")),
                Zone("org", signing: .none, records: Self.records(archive, of: ".org")),
            ])
            try zones.anchor.write(toFile: bench.root + "/anchor", atomically: false, encoding: .utf8)
            environment = ["R": "--resolver \(zones.address) --trust-anchor anchor --timeout 10"]
        }

        private static func records(_ archive: SampleArchive, of zone: String) -> String {
            archive.keyLines.compactMap { line in
                let parts = line.split(separator: " ", maxSplits: 1)
                guard parts.count == 2, parts[0].hasSuffix(zone) else { return nil }
                var (rest, strings) = (parts[1], "")
                while !rest.isEmpty {
                    strings += " \"\(rest.prefix(200))\""
                    rest = rest.dropFirst(200)
                }
                return "\(parts[0].dropLast(zone.count)) 600 IN TXT\(strings)\n"
            }.joined()
        }
    }

    @Test func `keys of an archive are asked for, and create verifies with them`() async throws {
        let served = try await Served(bench)
        let asked = try bench.run("\"$M\" keys lookup sample -o found.txt $R", environment: served.environment)
        #expect(asked.status == 0, "\(asked.errors)")
        #expect(asked.output == "")
        let text = String(decoding: try bench.read("found.txt"), as: UTF8.self)
        #expect(text.contains("dnssec=secure\n") && text.contains("dnssec=insecure\n"))
        #expect(text.contains("\n# perdu._domainkey.") && text.contains(" NXDOMAIN secure 20"))
        // The found keys serve as well as those that the archive was made with.
        let script = """
            for keys in found.txt keys.txt; do
                "$M" create sample --keys $keys -o $keys.tar.gz --name x --json -f 2>/dev/null | grep -o '"verified":[0-9]*'
            done
            """
        let counts = try bench.run(script).output.split(separator: "\n")
        #expect(counts.count == 2 && counts.first == counts.last)
        #expect(counts.first.flatMap { Int($0.dropFirst(11)) } ?? 0 > 10)
        let lines = try bench.run("tar xOzf found.txt.tar.gz x/manifest.jsonl | grep '^{\"type\":\"key\"'").output
        #expect(lines.contains("\"basis\":\"dns\""))
    }

    @Test func `a bundle asks for the same names as its sources`() async throws {
        let served = try await Served(bench)
        let script = """
            "$M" create sample -o b.tar.gz --name x >/dev/null 2>&1 && "$M" keys lookup b.tar.gz -o b.txt $R &&
            "$M" keys lookup sample -o s.txt $R && diff <(sed 's/20[0-9T:-]*Z//' b.txt) <(sed 's/20[0-9T:-]*Z//' s.txt)
            """
        let compared = try bench.run(script, environment: served.environment)
        #expect(compared.status == 0, "\(compared.output)\(compared.errors)")
    }

    @Test func `only missing keys are asked for when that is wanted`() async throws {
        let served = try await Served(bench)
        let asked = try bench.run(
            "\"$M\" keys lookup sample --missing-only --keys keys.txt $R", environment: served.environment)
        #expect(asked.status == 0)
        let names = asked.output.split(separator: "\n").filter { $0.contains("_domainkey") }
        #expect(!names.isEmpty)
        #expect(names.allSatisfy { $0.contains("perdu._domainkey.") || $0.contains("retire._domainkey.") })
    }

    @Test func `bogus answers are warned of, kept in comments and make the status 1`() async throws {
        let served = try await Served(bench, changes: [("v=DKIM1; k=rsa", "v=DKIM1;  k=rsa")])
        let asked = try bench.run(
            "\"$M\" keys lookup sample -o found.txt $R", environment: served.environment)
        #expect(asked.status == 1)
        #expect(asked.sentences.contains { $0.hasPrefix("mailseal: warning: ") && $0.contains("bogus") })
        let text = String(decoding: try bench.read("found.txt"), as: UTF8.self)
        let lines = text.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("# #: basis=dns ") && $0.hasSuffix(" dnssec=bogus") })
        #expect(lines.contains { $0.hasPrefix("# ") && $0.contains(".example v=DKIM1;  k=rsa; p=") })
        let kept = lines.filter { !$0.hasPrefix("#") }
        #expect(kept.contains { $0.contains("k=ed25519") } && !kept.contains { $0.contains("DKIM1;  k=rsa") })
    }

    @Test func `a resolver that does not answer is trouble, and nothing is written`() throws {
        let socket = try LoopbackSocket()
        let start = ContinuousClock.now
        let asked = try bench.run(
            "\"$M\" keys lookup --name a._domainkey.b.example --resolver \(socket.address) --timeout 1 -o keys.txt")
        #expect(asked.status == 2)
        #expect(asked.sentences.first == "mailseal: \(socket.address) gave no answer (1 asked), nothing was written")
        #expect(.now - start < .seconds(60))
        #expect(try bench.names() == ["leak"])
    }

    @Test func `an existing file stays, and nothing is asked`() throws {
        let socket = try LoopbackSocket()
        let script =
            "echo old > keys.txt; \"$M\" keys lookup --name a._domainkey.b --resolver \(socket.address) -o keys.txt"
        #expect(try bench.run(script).status == 2)
        #expect(try bench.read("keys.txt") == "old\n".bytes)
        #expect(socket.takeQuestions().isEmpty)
    }

    @Test func `the document has the documented keys`() async throws {
        let served = try await Served(bench)
        let asked = try bench.run(
            "\"$M\" keys lookup --name default._domainkey.example.org --json -o k.txt $R",
            environment: served.environment)
        #expect(asked.status == 0)
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(asked.output.utf8)) as? [String: Any])
        let keys: Set = [
            "output", "from", "validated", "names", "found", "no_record", "no_such_name", "bogus", "unanswered",
            "not_asked", "answers",
        ]
        #expect(Set(document.keys) == keys)
        let answers = try #require(document["answers"] as? [[String: Any]])
        let entry: Set = [
            "domain", "selector", "result", "code", "dnssec", "obtained", "ttl", "records", "packet",
        ]
        #expect(answers.map { Set($0.keys) } == [entry])
        #expect(document["found"] as? Int == 1)
    }

    @Test(arguments: [
        "", "--name x", "--name 'a._domainkey.*.b'", "leak --keys k", "leak --json", "leak --timeout 0",
        "leak --parallel 257", "leak --ipv4-only --ipv6-only", "leak --resolver here", "leak --trust-anchor leak/1.eml",
    ])
    func `what cannot be meant is refused before anything is asked`(arguments: String) throws {
        #expect(try bench.run("\"$M\" keys lookup \(arguments)").status == 2)
    }

    @Test(arguments: ["a", "'*._domainkey.b'", "'a._domainkey.*.b'"])
    func `a name that is none is told with what is expected`(name: String) throws {
        for command in ["lookup", "recover leak"] {
            let refused = try bench.run("\"$M\" keys \(command) --name \(name)")
            #expect(refused.status == 2 && refused.errors.contains("expected a name such as s1._domainkey.example.org"))
        }
    }

    @Test func `an archive without signatures asks nothing`() throws {
        let socket = try LoopbackSocket()
        let asked = try bench.run("\"$M\" keys lookup leak --resolver \(socket.address) -o k.txt")
        #expect(asked.status == 0)
        #expect(asked.sentences == ["mailseal: no key is called for, nothing was asked or written"])
        #expect(socket.takeQuestions().isEmpty)
        #expect(try bench.names() == ["leak"])
    }
}
