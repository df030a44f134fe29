// Archives on disk: complete, as the truth file says, and readable by Python's mail modules.

import Bytes
import Cryptography
import Foundation
import ScratchFolders
import Testing

@testable import SampleArchive

/// Compares an archive with its truth file by Python's own `mailbox` and `email`.
private let script = #"""
    import collections, email, email.policy, hashlib, json, mailbox, os, re, sys
    root, layout = os.fsencode(sys.argv[1] + "/archive"), sys.argv[2]
    truth = [json.loads(line) for line in open(sys.argv[1] + "/truth.jsonl", encoding="utf-8")]
    boxes = collections.defaultdict(list)
    def check(message, fact):
        found = []
        for part in message.walk():
            if part.get_content_disposition() == "attachment" and not part.is_multipart():
                found.append(hashlib.sha256(part.get_payload(decode=True)).hexdigest())
        expected = [file["sha256"] for file in fact["attachments"] if file["name"] != "note.txt"]
        assert found == expected, (fact, found)
        identifier = message.get("Message-ID")
        assert identifier == fact.get("message_id"), fact
    for fact in truth:
        path = fact["path"].encode() if "path" in fact else bytes.fromhex(fact["path_hex"])
        if "ordinal" in fact:
            boxes[path].append(fact)
            continue
        data = open(os.path.join(root, path), "rb").read()
        assert hashlib.sha256(data).hexdigest() == fact["sha256"] and len(data) == fact["size"], fact
        check(email.message_from_bytes(data), fact)
    for path, facts in boxes.items():
        data = open(os.path.join(root, path), "rb").read()
        slices, place = [], 0
        while place < len(data):
            assert data.startswith(b"From ", place), (path, place)
            start = data.index(b"\n", place) + 1
            if layout == "mboxcl2":
                body = data.index(b"\n\n", start) + 2
                length = int(re.search(rb"^Content-Length: (\d+)$", data[start:body], re.M)[1])
                end = body + length
            else:
                end = data.find(b"\n\nFrom ", start) + 1 or len(data) - 1
            slices.append(data[start:end])
            place = end + 1
        assert len(slices) == len(facts), (path, len(slices), len(facts))
        for number, (slice, fact) in enumerate(zip(slices, facts), 1):
            assert fact["ordinal"] == number
            assert hashlib.sha256(slice).hexdigest() == fact["sha256"], (path, number)
            check(email.message_from_bytes(slice), fact)
        if layout != "mboxcl2":
            assert len(mailbox.mbox(os.path.join(root, path), create=False)) == len(facts), path
    if layout == "maildir":
        count = 0
        for account in os.listdir(root):
            box = mailbox.Maildir(os.fsdecode(os.path.join(root, account, b"Maildir")), create=False)
            count += len(box) + sum(len(box.get_folder(name)) for name in box.list_folders())
        assert count == len(truth), (count, len(truth))
    print("read", len(truth))
    """#

@Suite struct `a written sample` {
    @Test(arguments: SampleLayout.allCases)
    func `is read by Python as the truth file says`(layout: SampleLayout) async throws {
        let folder = try ScratchFolder()
        let archive = try SampleArchive(seed: 21, messages: 120, averageSize: 4_000, layout: layout)
        let totals = try await archive.write(to: SampleOutput(folder: folder.root + "/archive"), width: 2)
        #expect(totals.messages == 120)
        guard try ProgramRun.isInstalled("python3") else { return }
        let run = try ProgramRun(["python3", "-X", "utf8", "-c", script, folder.root, layout.rawValue])
        #expect(run.output == "read 120\n", "\(run.errors)")
    }

    @Test func `does not depend on the number of tasks`() async throws {
        let archive = try SampleArchive(seed: 22, messages: 60, averageSize: 40_000, layout: .mbox)
        let (one, many) = (try ScratchFolder(), try ScratchFolder())
        _ = try await archive.write(to: SampleOutput(folder: one.root + "/archive"), width: 1)
        _ = try await archive.write(to: SampleOutput(folder: many.root + "/archive/"), width: 5)
        for name in ["truth.jsonl", "keys.txt", "retrieval.csv", "archive/anne.lefevre/INBOX.mbox"] {
            #expect(try one.read(name) == many.read(name), "\(name)")
        }
    }

    @Test func `dates its files as their messages`() async throws {
        let folder = try ScratchFolder()
        let archive = try SampleArchive(seed: 23, messages: 10, averageSize: 5_000, layout: .maildir)
        _ = try await archive.write(to: SampleOutput(folder: folder.root + "/archive"))
        for message in archive.messages(10) {
            let path = folder.root + "/archive/" + message.path.displayText
            let date = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
            #expect(date?.timeIntervalSince1970 == Double(message.truth.date))
        }
    }

    @Test func `has files that are no mail when it is mixed`() async throws {
        let folder = try ScratchFolder()
        let archive = try SampleArchive(seed: 24, messages: 10, averageSize: 5_000, layout: .mixed)
        _ = try await archive.write(to: SampleOutput(folder: folder.root + "/archive"))
        #expect(try folder.read("archive/courriels/contrat.docx").starts(with: [0x50, 0x4B, 3, 4]))
        #expect(try folder.read("archive/vide").isEmpty)
        let target = try FileManager.default.destinationOfSymbolicLink(atPath: folder.root + "/archive/premier.eml")
        #expect(target == archive.message(at: 0).path.displayText)
    }

    @Test func `states when the whole and the files of one account were retrieved`() async throws {
        let folder = try ScratchFolder()
        let archive = try SampleArchive(seed: 26, messages: 40, averageSize: 5_000)
        _ = try await archive.write(to: SampleOutput(folder: folder.root + "/archive"))
        let rows = try folder.read("retrieval.csv").split(separator: ASCII.lf)
        let paths = rows.map { Array($0.prefix { $0 != 0x2C }) }
        let logged = archive.messages(40).map(\.path).filter { $0.starts(with: "anne.lefevre/".utf8) }
        #expect(paths == ["path".bytes, "archive".bytes] + logged)
        #expect(!logged.isEmpty)
        #expect(
            rows[1].displayText
                == "archive,https://example.org/depot/0,2017-05-05T19:53:20Z,\"Rédaction, Example\"")
    }

    @Test func `never lies over something else`() async throws {
        let folder = try ScratchFolder()
        let archive = try SampleArchive(seed: 25, messages: 1)
        await #expect(throws: SampleArchiveError.folderNotEmpty(folder.root)) {
            try Data().write(to: URL(fileURLWithPath: folder.root + "/something"))
            return try await archive.write(to: SampleOutput(folder: folder.root))
        }
        let other = SampleOutput(folder: folder.root + "/archive")
        try Data().write(to: URL(fileURLWithPath: other.truth))
        await #expect(throws: SampleArchiveError.system(action: "create", path: other.truth, code: EEXIST)) {
            try await archive.write(to: other)
        }
    }
}
