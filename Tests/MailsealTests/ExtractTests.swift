import Bytes
import Cryptography
import Manifest
import ScratchFolders
import Testing

@testable import Mailseal

@Suite struct ExtractTests {
    private let bench: AccessBench

    init() throws { bench = try AccessBench() }

    private func mailText(_ subject: String) -> String { mail("From: a@example.org", "Subject: \(subject)") }

    /// Extracts the sources of a bundle of `in`, compares them with it, and packs them again: the same bundle.
    private func roundTrip(_ source: String = "in", _ change: (inout CreateOptions) -> Void = { _ in }) async throws {
        let bundle = try await bench.bundle(source, as: "bundle", change)
        let summary = try await bench.extract(bundle, .source) { $0.makesLinks = true }
        #expect(summary.findings == [])
        try bench.run("diff -r --no-dereference '\(source)' 'out/\(source)'")
        let again = try await bench.bundle("out/\(source)", as: "again", change)
        #expect(again.root == bundle.root)
        #expect(try bench.read("again.tar.gz") == bench.read("bundle.tar.gz"))
    }

    @Test func `messages are written as they are`() async throws {
        try bench.write("in/1.eml", mailText("one"))
        try bench.write("in/2.eml", "From: a@example.org\nSubject: LF\n\nno end")
        let bundle = try await bench.bundle("in")
        let summary = try await bench.extract(bundle, .messages)
        #expect(summary.messages == 2)
        #expect(bench.paths(below: "out") == ["000001.eml", "000002.eml"])
        #expect(try bench.read("out/000001.eml") == bench.read("in/1.eml"))
        #expect(try bench.read("out/000002.eml") == bench.read("in/2.eml"))
    }

    @Test func `a filter chooses what is written`() async throws {
        for number in 1...4 { try bench.write("in/\(number).eml", mailText("n\(number)")) }
        let summary = try await bench.extract(try await bench.bundle("in"), .messages) {
            $0.filter.numbers = [2...3]
            $0.filter.subject = ["n3"]
        }
        #expect(summary.messages == 1)
        #expect(bench.paths(below: "out") == ["000003.eml"])
    }

    @Test func `a tree comes back with names, links and times`() async throws {
        try bench.write("in/a/b/1.eml", mailText("one"))
        try bench.write("in/a/b.eml", mailText("two"))
        try bench.write("in/same.eml", mailText("two"))
        try bench.write("in/notes.txt", "no mail")
        try bench.write("in/again/notes.txt", "no mail")
        try bench.write("in/empty", "")
        try bench.run(
            #"""
            cp in/a/b.eml "in/$(printf 'n\351e.eml')"; cp in/a/b.eml $'in/line\nbreak.eml'; ln -s ../notes.txt in/a/link
            ln -s /nowhere/else in/dangling; touch -d '2001-02-03 04:05:06' in/a/b/1.eml; touch -d '1969-12-31' in/notes.txt
            """#)
        try await roundTrip()
        let mtimes = "find . -type f -printf '%p %Ts\\n' | sort"
        #expect(try bench.run("cd in; \(mtimes)") == bench.run("cd out/in; \(mtimes)"))
        #expect(try bench.run("stat -c %Y out/in/a/b/1.eml") == "981173106\n".bytes)
    }

    @Test(arguments: [
        "From x\r\nA: b\r\n\r\nbody\r\n\r\nFrom y\r\nC: d\r\n\r\nno end",
        "From x\nA: b\n\nbody\n\nFrom y\nC: d\n\nend\n\n\n\n",
        "From x\nA: b\n\nbody\n\nFrom y\nA: b\n\nbody\n\n", "From \n\n\n", "From x\nA: b\n",
    ])
    func `a mailbox comes back byte for byte`(text: String) async throws {
        try bench.write("in/deep/box", text)
        try bench.write("in/1.eml", mailText("so that there is one"))
        try bench.run("touch -d '2010-01-01' in/deep/box")
        try await roundTrip()
    }

    @Test func `bytes between messages that are too many for a line come back too`() async throws {
        let header = "From " + String(repeating: "x", count: 70_000) + "\nA: b\n\nbody\n"
        try bench.write("box", "From x\nA: b\n\nbody\n\n" + header + "\nFrom y\nC: d\n\nend\n")
        try await roundTrip("box")
    }

    @Test func `a single mailbox and a single message come back under their names`() async throws {
        try bench.write("inbox.mbox", "From x\r\n\(mailText("1"))\r\nFrom y\r\n\(mailText("2"))")
        try await roundTrip("inbox.mbox")
        try bench.write("one.eml", mailText("1"))
        let summary = try await bench.extract(try await bench.bundle("one.eml"), .source, into: "other")
        #expect(summary.messages == 1)
        #expect(try bench.read("other/one.eml") == bench.read("one.eml"))
    }

    @Test func `a Maildir comes back`() async throws {
        try bench.write("in/cur/1:2,S", mailText("one"))
        try bench.write("in/new/2", mailText("two"))
        try bench.write("in/tmp/3", "From: unfinished")
        try await roundTrip()
    }

    @Test func `what was in an archive comes below its name, and it is said so`() async throws {
        try bench.write("in/1.eml", mailText("one"))
        try bench.write("in/box", "From x\n\(mailText("two"))")
        guard try ProgramRun.isInstalled("tar") else { return }
        try bench.run("cd in; tar -cf ../mail.tar 1.eml box; mkdir ../tree; mv ../mail.tar ../tree")
        let summary = try await bench.extract(try await bench.bundle("tree"), .source)
        #expect(summary.findings == [])
        #expect(summary.notes.map(\.code) == ["archive-not-stored"])
        #expect(
            bench.paths(below: "out/tree") == ["mail.tar.contents", "mail.tar.contents/1.eml", "mail.tar.contents/box"])
        #expect(try bench.read("out/tree/mail.tar.contents/box") == bench.read("in/box"))
    }

    @Test func `the folder that is named for an archive within another one is there`() async throws {
        try bench.write("in/1.eml", mailText("one"))
        guard try ProgramRun.isInstalled("tar") else { return }
        try bench.run("mkdir tree; cd in; tar -cf inner.tar 1.eml; tar -cf ../tree/outer.tar inner.tar")
        let summary = try await bench.extract(try await bench.bundle("tree"), .source)
        #expect(summary.notes.map(\.code) == ["archive-not-stored", "archive-not-stored"])
        let folders = summary.notes.compactMap { $0.detail.split(separator: " ").last }
        #expect(folders == ["tree/outer.tar.contents/inner.tar.contents/", "tree/outer.tar.contents/"])
        for folder in folders { #expect(!bench.paths(below: "out/" + folder.dropLast()).isEmpty, "\(folder)") }
        let stored = try await bench.bundle("tree") { $0.sources.keepContainers = true }
        #expect(try await bench.extract(stored, .source, into: "kept").notes == [])
    }

    @Test func `an archive or mailbox that is stored is written itself`() async throws {
        try bench.write("tree/box", "From x\n\(mailText("two"))")
        try bench.write("in/1.eml", mailText("one"))
        guard try ProgramRun.isInstalled("tar") else { return }
        try bench.run("cd in; tar -cf ../tree/mail.tar 1.eml")
        try await roundTrip("tree") { $0.sources.keepContainers = true }
    }

    @Test func `sources of the same name do not mix`() async throws {
        for (folder, subject) in [("a", "one"), ("b", "two"), ("c", "three")] {
            try bench.write("\(folder)/in/1.eml", mailText(subject))
        }
        let summary = try await bench.extract(try await bench.bundle("a/in", "b/in", "c/in"), .source)
        #expect(summary.messages == 3)
        #expect(summary.notes.map(\.code) == ["source-renamed", "source-renamed"])
        #expect(try bench.read("out/in/1.eml") == bench.read("a/in/1.eml"))
        #expect(try bench.read("out/2/in/1.eml") == bench.read("b/in/1.eml"))
        #expect(try bench.read("out/3/in/1.eml") == bench.read("c/in/1.eml"))
    }

    @Test func `links are made only when asked for`() async throws {
        try bench.write("in/1.eml", mailText("one"))
        try bench.run("ln -s /etc in/link")
        let summary = try await bench.extract(try await bench.bundle("in"), .source)
        #expect(summary.notes.map(\.code) == ["link-not-made"])
        #expect(bench.paths(below: "out/in") == ["1.eml"])
    }

    @Test func `paths that lead out of the folder are refused, and the rest goes on`() async throws {
        let script = """
            import tarfile, io
            with tarfile.open("evil.tar", "w") as t:
                for n in ["../evil.eml", "a/../../evil2.eml", "/abs.eml", "./dot.eml", "good.eml", "link/x.eml"]:
                    data = ("From: a@example.org\\r\\nSubject: %s\\r\\n\\r\\n" % n).encode()
                    i = tarfile.TarInfo(n); i.size = len(data); t.addfile(i, io.BytesIO(data))
                i = tarfile.TarInfo("link"); i.type = tarfile.SYMTYPE; i.linkname = "/tmp"; t.addfile(i)
            """
        try bench.write("make.py", script)
        guard try ProgramRun.isInstalled("python3") else { return }
        try bench.run("python3 make.py")
        let summary = try await bench.extract(try await bench.bundle("evil.tar"), .source) { $0.makesLinks = true }
        #expect(Set(summary.findings.map(\.code)) == ["not-extracted"])
        #expect(summary.findings.contains { $0.subject.hasSuffix("evil.eml") })
        #expect(summary.findings.contains { $0.subject.hasSuffix("evil2.eml") })
        #expect(bench.paths(below: "out").contains("evil.tar.contents/good.eml"))
        #expect(bench.paths(below: "out").contains("evil.tar.contents/link/x.eml"))
        #expect(!bench.paths(below: "").contains { $0.hasSuffix("evil.eml") || $0.hasSuffix("evil2.eml") })
    }

    @Test func `nothing is overwritten`() async throws {
        try bench.write("in/1.eml", mailText("one"))
        let bundle = try await bench.bundle("in")
        for (layout, name) in [
            (ExtractOptions.Layout.messages, "000009.eml"), (.attachments, "000001-1-x"), (.source, "in/mine"),
        ] {
            try bench.write("out-\(layout)/\(name)", "mine")
            await #expect(throws: MailsealError.self) { try await bench.extract(bundle, layout, into: "out-\(layout)") }
            #expect(bench.paths(below: "out-\(layout)").last == name)
        }
        try bench.write("beside/mine", "mine")
        #expect(try await bench.extract(bundle, .messages, into: "beside").messages == 1)
        #expect(bench.paths(below: "beside") == ["000001.eml", "mine"])
    }

    @Test func `a target that is a link or no folder is refused`() async throws {
        try bench.write("in/1.eml", mailText("one"))
        let bundle = try await bench.bundle("in")
        try bench.write("file", "x")
        await #expect(throws: (any Error).self) { try await bench.extract(bundle, .messages, into: "file") }
        try bench.run("mkdir out elsewhere; ln -s ../elsewhere out/in")
        await #expect(throws: (any Error).self) { try await bench.extract(bundle, .source) }
        #expect(bench.paths(below: "elsewhere") == [])
    }

    @Test func `a damaged message is a finding and leaves no file`() async throws {
        for number in 1...3 { try bench.write("in/\(number).eml", mailText("n\(number)")) }
        var state: UInt64 = 1
        let random = (0..<300_000).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 40)
        }
        try bench.write("in/2.eml", mailText("n2").bytes + Base64.encode(random) + random)
        for place in 4...8 {
            try bench.write("in/\(place).eml", mailText("n\(place)").bytes + random.map { $0 ^ UInt8(place) })
        }
        _ = try await bench.bundle("in")
        var bytes = try bench.read("bundle.tar.gz")
        bytes[300_000] ^= 0xFF
        try bench.write("bundle.tar.gz", bytes)
        let summary = try await bench.extract(try Bundle(path: bench.path("bundle.tar.gz")), .source)
        #expect(!summary.findings.isEmpty)
        #expect(summary.messages + summary.findings.count == 8)
        #expect(bench.paths(below: "out/in").count == summary.messages)
    }
}

@Suite struct ExtractedNameTests {
    @Test(arguments: [
        ("invoice.pdf", "invoice.pdf"), ("../../etc/passwd", "_.._etc_passwd"), ("..", ""),
        ("a/b\\c:d*e?f\"g<h>i|j", "a_b_c_d_e_f_g_h_i_j"),
        (".bashrc", "bashrc"), ("trailing. . ", "trailing"), ("tab\tnul\u{0}lf\n", "tab_nul_lf_"),
        ("cod\u{202E}fdp.exe", "cod_fdp.exe"),
        ("zero\u{200B}width", "zero_width"), ("été.doc", "été.doc"), ("CON", "CON"), ("日本.txt", "日本.txt"), (" ", ""),
    ])
    func `a name is made safe`(name: String, expected: String) {
        #expect(ExtractedName.safe(name).displayText == expected)
    }

    @Test func `a long name is cut to 255 bytes between characters, its extension kept`() {
        for length in 100...300 {
            let name = ExtractedName.cut(String(repeating: "é", count: length).bytes + ".pdf".bytes, to: 245)
            #expect(name.count <= 245)
            #expect(String(validating: name, as: UTF8.self) != nil)
            #expect(name.suffix(4).elementsEqual(".pdf".utf8))
        }
        #expect(ExtractedName.cut("abc.def".bytes, to: 7) == "abc.def".bytes)
        #expect(ExtractedName.cut("abc.def".bytes, to: 6) == "ab.def".bytes)
        #expect(ExtractedName.cut("abc".bytes, to: 0) == [])
        #expect(ExtractedName.cut(".".bytes + [UInt8](repeating: 0x61, count: 300), to: 10).count == 10)
    }

    @Test func `attachments whose names are equal, or nearly, are all written`() async throws {
        let bench = try AccessBench()
        let names = ["a.txt", "A.TXT", "e\u{301}.txt", "\u{E9}.txt", "../x", "", "a.txt"]
        let parts = names.enumerated().map { place, name in
            "--b\r\nContent-Disposition: attachment; filename=\"\(name)\"\r\n\r\n\(place)\r\n"
        }
        try bench.write(
            "in/1.eml",
            mail("From: a@example.org", "Content-Type: multipart/mixed; boundary=b", body: parts.joined() + "--b--"))
        let bundle = try await bench.bundle("in")
        let summary = try await bench.extract(bundle, .attachments)
        #expect(summary.attachments == 7)
        #expect(summary.findings == [])
        let expected = ["a.txt", "A.TXT", "e\u{301}.txt", "\u{E9}.txt", "_x", "attachment", "a.txt"]
        for (place, name) in expected.enumerated() {
            #expect(try bench.read("out/000001-\(place + 1)-\(name)") == "\(place)".bytes)
        }
    }
}
