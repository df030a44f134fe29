import Bytes
import Cryptography
import Foundation
import Manifest
import MerkleTree
import ScratchFolders
import Testing

@Suite struct ManifestGoldenTests {
    private static let manifests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Manifests")
    private static let golden = manifests.appending(path: "golden/every-line")

    /// The files of the golden, by name.
    private static func files() -> [(name: String, bytes: [UInt8])] {
        var frontier = Frontier()
        var (manifest, payloadManifest, mailbag): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
        var (payload, tags) = (Payload(), TagFiles())
        for line in ManifestSample.lines {
            frontier.append(leaf: line.bytes)
            manifest += line.bytes + [ASCII.lf]
            let growth = tags.follow(line, files: payload.files(broughtBy: line))
            payloadManifest += growth.payloadManifest
            mailbag += growth.mailbag
        }
        let root = RootReference(size: frontier.size, root: frontier.root)
        let checkpoint = Checkpoint(origin: "example.org/leak".bytes, size: root.size, root: root.root)?.text ?? []
        let sealed = [
            ("bagit.txt", TagFiles.bagit), ("manifest.jsonl", manifest), ("checkpoint", checkpoint),
            ("mailbag.csv", mailbag), ("manifest-sha256.txt", payloadManifest),
            ("bag-info.txt", tags.bagInfo(root: root)),
        ]
        let sums = TagFiles.tagManifest(sealed.map { ($0.0, Digest(hashing: $0.1)) })
        return sealed + [("tagmanifest-sha256.txt", sums), ("root", root.text + [ASCII.lf])]
    }

    @Test func `the golden manifest and its tag files come out as they are recorded`() throws {
        let isRecording = ProcessInfo.processInfo.environment["MAILSEAL_RECORD"] == "1"
        for (name, bytes) in Self.files() {
            let file = Self.golden.appending(path: name)
            if isRecording {
                try FileManager.default.createDirectory(at: Self.golden, withIntermediateDirectories: true)
                try Data(bytes).write(to: file)
            } else {
                let recorded = try [UInt8](Data(contentsOf: file))
                #expect(recorded.displayText == bytes.displayText, "\(name)")
                #expect(recorded == bytes, "\(name)")
            }
        }
        if isRecording { Issue.record("the goldens were recorded; look at the difference and test again") }
    }

    @Test func `the golden folder holds nothing else`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.golden.path).sorted()
        #expect(names == Self.files().map(\.name).sorted())
    }

    @Test func `the golden manifest reads back as the lines it was made of`() throws {
        let text = try [UInt8](Data(contentsOf: Self.golden.appending(path: "manifest.jsonl")))
        let lines = try text.dropLast().split(separator: ASCII.lf, omittingEmptySubsequences: false)
            .map { try ManifestLine(Array($0)) }
        #expect(lines == ManifestSample.lines)
        #expect(lines.faults == [])
    }

    @Test func `grammar and schema know every kind of line and every key`() throws {
        let grammar = try String(contentsOf: Self.manifests.appending(path: "grammar.abnf"), encoding: .utf8)
        let schema = try String(
            contentsOf: Self.manifests.appending(path: "schema/manifest-line.schema.json"), encoding: .utf8)
        for example in LineExample.all {
            #expect(grammar.contains("\n\(example.line.typeName) = "))
            #expect(schema.contains("\"line-\(example.line.typeName)\": {"))
            for key in example.text.matches(of: /"([a-z0-9_]+)":/).map({ String($0.1) }) {
                #expect(grammar.contains("DQUOTE %s\"\(key)\" DQUOTE \":\" "), "\(key)")
                #expect(schema.contains("\"\(key)\": {"), "\(key)")
            }
        }
    }

    @Test func `every line of the golden fits the schema, and no line of the wrong form`() throws {
        let script = """
            import json, sys
            try:
                from jsonschema import Draft202012Validator
            except ImportError:
                sys.exit(77)
            validator = Draft202012Validator(json.load(open(sys.argv[1])))
            for line in sys.stdin.buffer:
                print(1 if validator.is_valid(json.loads(line)) else 0)
            """
        let good = ManifestSample.lines + LineExample.all.map(\.line)
        let bad = [
            #"{"type":"lamp"}"#, #"{"type":"content","messages":1}"#,
            #"{"type":"content","messages":-1,"root":"\#(LineExample.m)"}"#,
            #"{"type":"content","messages":9007199254740992,"root":"\#(LineExample.m)"}"#,
            #"{"type":"content","messages":1,"root":"\#(LineExample.m.uppercased())"}"#,
            #"{"type":"content","messages":1,"root":"\#(LineExample.m)","x":1}"#,
            #"{"type":"source","id":1,"kind":"tree"}"#, #"{"type":"source","id":1,"name":"","kind":"tree"}"#,
            #"{"type":"source","id":1,"name":"a","name_hex":"ff","kind":"tree"}"#,
            #"{"type":"source","id":1,"name":"a","kind":"tree","retrieved":{}}"#,
            #"{"type":"source","id":0,"name":"a","kind":"tree"}"#,
            #"{"type":"source","id":1,"name":"a","kind":"folder"}"#,
            #"{"type":"file","source":1,"path":[["a"]]}"#, #"{"type":"file","source":1,"path":[[]],"target":"x"}"#,
            #"{"type":"file","size":1,"source":1,"path":[["a"]],"target":"x"}"#,
            #"{"type":"failure","source":1,"path":[["a"]],"path_hex":[["ff"]],"code":"x"}"#,
        ]
        let schema = Self.manifests.appending(path: "schema/manifest-line.schema.json")
        let lines = (good.map(\.bytes) + bad.map(\.bytes)).flatMap { $0 + [ASCII.lf] }
        let run = try ProgramRun(["python3", "-c", script, schema.path], input: lines)
        guard ![77, 127].contains(run.status) else {
            print("stepping aside: python3 with jsonschema is not there")
            return
        }
        let expected = Array(repeating: "1", count: good.count) + Array(repeating: "0", count: bad.count)
        #expect(run.output.split(separator: "\n").map(String.init) == expected)
    }
}
