import Bytes
import Foundation
import SampleArchive
import ScratchFolders
import Testing

@Suite struct ExtendCommandTests {
    let bench: CommandBench

    /// Packs signed messages into `mail.tar.gz` without keys; those lie in `keys.txt`.
    init() throws {
        bench = try CommandBench()
        let sample = try SampleArchive(seed: 3, messages: 30, averageSize: 4000, signedPercent: 70)
        for (number, message) in sample.messages(30).enumerated() {
            try Data(message.bytes).write(to: URL(filePath: bench.root + "/leak/m\(number).eml"))
        }
        try Data(sample.keyLines.joined(separator: "\n").utf8).write(to: URL(filePath: bench.root + "/keys.txt"))
        try bench.create("-o mail.tar.gz --name mail")
    }

    private func extend(_ arguments: String = "") throws -> ProgramRun {
        try bench.run("\"$M\" extend mail.tar.gz --keys keys.txt -o new.tar.gz \(arguments)")
    }

    private func document(_ text: String) throws -> [String: Any] {
        #expect(text.split(separator: "\n").count == 1)
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func `the answer says what was added, and the line to publish holds`() throws {
        let made = try extend()
        #expect(made.status == 0 && made.errors.isEmpty, "\(made.errors)")
        let lines = made.output.split(separator: "\n").map(String.init)
        #expect(lines.first?.hasPrefix("added edition 2: ") == true)
        #expect(lines.contains { $0.hasPrefix("extends ") })
        #expect(lines.dropFirst().dropLast().allSatisfy { $0.count <= 80 })
        let verified = try bench.run(try #require(lines.last).replacing("mailseal", with: "\"$M\""))
        #expect(verified.status == 0 && verified.output.hasPrefix("INTACT: "))
        #expect(verified.output.contains("\nedition 1  ") && verified.output.contains("\nedition 2  "))
    }

    @Test func `nothing new is status 1, and nothing is written`() throws {
        _ = try extend()
        let again = try bench.run("\"$M\" extend new.tar.gz --keys keys.txt -o newer.tar.gz")
        #expect(again.status == 1 && again.output.isEmpty)
        #expect(again.sentences.first == "mailseal: no signature calls for a key that is new: nothing was written")
        let json = try bench.run("\"$M\" extend new.tar.gz --keys keys.txt -o newer.tar.gz --json")
        #expect(json.status == 1)
        #expect(Set(try document(json.output).keys) == ["name", "extends", "edition"])
        #expect(!(try bench.names().contains("newer.tar.gz")))
    }

    @Test func `trouble is status 2, and nothing is written`() throws {
        for script in [
            "extend mail.tar.gz --keys keys.txt -o mail.tar.gz -f", "extend mail.tar.gz --keys keys.txt",
            "extend mail.tar.gz -o new.tar.gz", "extend gone.tar.gz --keys keys.txt -o new.tar.gz",
            "extend leak --keys keys.txt -o new.tar.gz", "extend mail.tar.gz --keys keys.txt -o -",
            "extend mail.tar.gz --keys gone.txt -o new.tar.gz",
        ] {
            let refused = try bench.run("\"$M\" \(script)")
            #expect(refused.status == 2 && refused.output.isEmpty && !refused.errors.isEmpty, "\(script)")
        }
        _ = try bench.run("printf '\\001' | dd of=mail.tar.gz bs=1 seek=2000 conv=notrunc")
        #expect(try extend().status == 2)
        #expect(try bench.names() == ["keys.txt", "leak", "mail.tar.gz"])
    }

    @Test func `more mail is added, and what is known is not stored again`() throws {
        let known = try #require(try bench.run("ls leak | head -1").output.split(separator: "\n").first)
        _ = try bench.run(
            "mkdir more && cp leak/\(known) more/again.eml && printf 'From: n@example.org\\n\\nNew.\\n' > more/new.eml")
        let made = try bench.run("\"$M\" extend mail.tar.gz more -o new.tar.gz --retrieved-at 2026-11-20T09:00:00Z")
        #expect(made.status == 0 && made.errors.isEmpty, "\(made.errors)")
        #expect(made.output.hasPrefix("added edition 2: 1 new message, 1 place of known ones, in new.tar.gz ("))
        let checked = try bench.run("\"$M\" verify new.tar.gz --extends mail.tar.gz")
        #expect(checked.status == 0 && checked.output.contains("1 more message of 1 source, 0 more key records"))
        let shown = try bench.run("\"$M\" show new.tar.gz $(sha256sum more/new.eml | cut -c1-64)")
        #expect(shown.output.contains("added    in edition 2: roots of edition 1 do not cover it"), "\(shown)")
        #expect(try bench.run("\"$M\" extend mail.tar.gz -o other.tar.gz").status == 2)
    }

    @Test func `the same bundle and keys give the same bytes`() throws {
        _ = try extend("--jobs 1")
        let first = try bench.read("new.tar.gz")
        #expect(try extend().status == 2)
        #expect(try extend("-f --jobs 4 --memory 64").status == 0)
        #expect(try bench.read("new.tar.gz") == first)
    }

    @Test func `JSON has the documented keys`() throws {
        let made = try document(try extend("--json --bagged-at 2026-11-22T10:00:00Z").output)
        #expect(
            Set(made.keys) == [
                "bundle", "name", "extends", "edition", "root", "content_root", "size", "added_sources",
                "added_messages", "added_places", "added_keys", "renewed_messages", "counts",
            ])
        let report = try document(try bench.run("\"$M\" verify new.tar.gz --json --extends mail.tar.gz").output)
        #expect(report["verdict"] as? String == "extended" && report["extends"] as? Bool == true)
        #expect(report["named_edition"] as? Int == 1)
        let editions = try #require(report["editions"] as? [[String: Any]])
        #expect(Set(editions[0].keys) == ["edition", "root", "rules", "counts"])
        #expect(editions[1]["bagged_at"] as? String == "2026-11-22T10:00:00Z")
        #expect(editions[0]["root"] as? String == made["extends"] as? String)
    }

    @Test func `a root of an earlier edition is enough only when that is what was asked for`() throws {
        let root = try #require(try document(try extend("--json").output)["extends"] as? String)
        func verify(_ arguments: String) throws -> (status: Int32, word: Substring?) {
            let found = try bench.run("\"$M\" verify new.tar.gz \(arguments)")
            return (found.status, found.output.split(separator: ":").first)
        }
        #expect(try verify("--extends \(root)") == (0, "EXTENDED"))
        #expect(try verify("--extends mail.tar.gz") == (0, "EXTENDED"))
        #expect(try verify("--root \(root)") == (1, "EXTENDED"))
        #expect(try verify("--extends \(root) --anchored") == (1, "EXTENDED"))
        #expect(try verify("--extends 7:\(String(repeating: "0", count: 64))") == (1, "ALTERED"))
        #expect(try verify("--extends leak").status == 2)
        let listed = try bench.run("\"$M\" list new.tar.gz --root \(root)")
        #expect(listed.status == 1 && listed.errors.contains("the root of its edition 1"))
    }

    @Test func `show and diff say which edition said what`() throws {
        _ = try extend()
        let listed = try bench.run("\"$M\" list new.tar.gz --dkim verified --json").output
        let list = try JSONSerialization.jsonObject(with: Data(listed.utf8)) as? [String: Any]
        let messages = try #require(list?["messages"] as? [[String: Any]])
        let number = try #require(messages.first?["number"] as? Int)
        let shown = try bench.run("\"$M\" show new.tar.gz \(number)")
        #expect(shown.status == 0 && shown.output.contains("recorded in edition 2"))
        let found = try document(try bench.run("\"$M\" show new.tar.gz \(number) --json").output)
        #expect(found["edition"] as? Int == 2 && (found["earlier"] as? [[String: Any]])?.count == 1)
        let compared = try bench.run("\"$M\" diff mail.tar.gz new.tar.gz")
        #expect(compared.status == 1 && compared.output.contains("B extends A"))
        let report = try document(try bench.run("\"$M\" diff mail.tar.gz new.tar.gz --json").output)
        #expect(report["extending"] as? String == "b")
    }
}
