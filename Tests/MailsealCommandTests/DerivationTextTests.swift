import Foundation
import ScratchFolders
import Testing

@Suite struct DerivationTextTests {
    let bench: CommandBench
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("SecondVerifier").path

    init() throws { bench = try CommandBench() }

    /// Writes the bundle of the second verifier's tests, with other rules; nil when there is no python3 here.
    private func write(rules: Int) throws -> String? {
        guard try bench.run("python3 -c 1").status == 0 else {
            print("no python3 on this machine: the test steps aside")
            return nil
        }
        let script = """
            from make_bundle import make
            open("b.tar.gz", "wb").write(make(records=lambda records: records[0].update(rules=\(rules))))
            """
        let environment = ["PYTHONPATH": Self.folder, "PYTHONDONTWRITEBYTECODE": "1"]
        let made = try bench.run("python3 -c '\(script)'", environment: environment)
        #expect(made.status == 0, "\(made.errors)")
        let json = try bench.run("\"$M\" verify --json b.tar.gz").output
        let document = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(document["derivation_checked"] as? Bool == (rules == 2 ? true : nil))
        return document["root"] as? String
    }

    @Test func `facts under other rules are said to be unchecked, in the headline too`() throws {
        guard let root = try write(rules: 3) else { return }
        let unchecked =
            "DKIM and other derived facts were recorded under rules 3 and were NOT checked (1 recorded as verified)"
        let plain = try bench.run("\"$M\" verify b.tar.gz")
        #expect(plain.status == 0 && plain.output.hasPrefix("consistent bytes, not anchored: "))
        let pinned = try bench.run("\"$M\" verify --root \(root) b.tar.gz")
        #expect(pinned.status == 0 && pinned.output.hasPrefix("INTACT bytes: "))
        for output in [plain.output, pinned.output] {
            #expect(output.prefix { $0 != "\n" }.hasSuffix(unchecked))
            #expect(output.contains("\n  as recorded under rules 3, NOT checked\n") && !output.contains("checked with"))
        }
        #expect(try bench.run("\"$M\" verify --anchored --root \(root) b.tar.gz").status == 1)
    }

    @Test func `what the DKIM counts rest on stands below them`() throws {
        guard try write(rules: 2) != nil else { return }
        let basis = """
              checked with 2 key records that the maker of this bundle supplied;
              mailseal has not compared them with the domains

            """
        #expect(try bench.run("\"$M\" verify b.tar.gz").output.contains("without a DKIM signature\n" + basis))
        #expect(try bench.run("\"$M\" list b.tar.gz").output.contains("without a DKIM signature\n" + basis))
        try bench.create()
        #expect(try !bench.run("\"$M\" verify leak.tar.gz").output.contains("checked with"))
    }
}
