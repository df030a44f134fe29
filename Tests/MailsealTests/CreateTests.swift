import Bytes
import Cryptography
import Foundation
import Mailseal
import Manifest
import ScratchFolders
import Testing

@Suite struct CreateTests {
    let bench: CreateWorkbench

    init() throws { bench = try CreateWorkbench() }

    @Test func `a small tree gives exactly these lines`() async throws {
        try bench.write("leak/1.eml", message("one"))
        try bench.write("leak/copy/again.eml", message("one"))
        try bench.write("leak/empty", "")
        try bench.write("leak/note.txt", "not mail\n")
        try bench.run(
            "cd leak && ln -s ../elsewhere link && touch -h -d @1500000000 link; find . -type f | xargs touch -d @1500000000"
        )
        let made = try await bench.create("leak")
        let one = message("one").sha256
        #expect(
            made.lines == [
                #"{"type":"head","format":"mailseal/0","rules":2,"name":"leak","origin":"mailseal.invalid/leak","edition":1}"#,
                #"{"type":"source","id":1,"name":"leak","kind":"tree"}"#,
                #"{"type":"message","number":1,"sha256":"\#(one)","size":86,"line_ends":"crlf","date":"Fri, 5 May 2017 18:35:00 +0000","from":"a@example.org","subject":"one"}"#,
                #"{"type":"occurrence","message":"\#(one)","source":1,"path":[["1.eml"]],"mtime":"2017-07-14T02:40:00Z"}"#,
                #"{"type":"occurrence","message":"\#(one)","source":1,"path":[["copy","again.eml"]],"mtime":"2017-07-14T02:40:00Z"}"#,
                #"{"type":"file","sha256":"\#("".sha256)","size":0,"source":1,"path":[["empty"]],"mtime":"2017-07-14T02:40:00Z"}"#,
                #"{"type":"file","source":1,"path":[["link"]],"target":"../elsewhere"}"#,
                #"{"type":"file","sha256":"\#("not mail\n".sha256)","size":9,"source":1,"path":[["note.txt"]],"mtime":"2017-07-14T02:40:00Z"}"#,
                #"{"type":"source-end","source":1,"items":5,"messages":2,"files":3,"failures":0,"bytes_read":181,"bytes_unpacked":0,"bytes_messages":172,"bytes_files":9,"bytes_framing":0,"bytes_containers":0,"bytes_failed":0}"#,
                #"{"type":"content","messages":1,"root":"\#(made.summary.contentRoot)"}"#,
                #"{"type":"end","leaf":10,"sources":1,"messages":1,"attachments":0,"signatures":0,"occurrences":2,"files":3,"containers":0,"failures":0,"keys":0,"bytes":86,"verified":0,"repaired":0,"qualified":0,"headers_only":0,"other_domain":0,"not_verifying":0,"key_unavailable":0,"unsigned":1}"#,
            ])
        #expect(made.notices == [])
        #expect(try await bench.verify() == "consistent")
    }

    @Test func `a bundle is what stock tools take for a complete bag`() async throws {
        try bench.write("leak/1.eml", message("one"))
        try bench.write("leak/a b.txt", "not mail\n")
        try bench.write("leak/empty", "")
        _ = try await bench.create("leak")
        let names = try bench.run(
            "mkdir x && tar xzf out/mail.tar.gz -C x && cd x/leak && sha256sum --strict -c *manifest-sha256.txt >/dev/null && find . -type f | sort"
        )
        #expect(names.displayText.split(separator: "\n").count == 11)
        #expect(try bench.read("x/leak/bag-info.txt").displayText.contains("Payload-Oxum: 95.3\n"))
    }

    @Test(arguments: [
        (
            "Maildir",
            "mkdir -p s/{cur,new,tmp}; cp 1 s/cur/1:2,S; cp 2 s/new/2; cp 1 s/tmp/half; echo v > s/dovecot.index",
            ["m cur/1:2,S", "f dovecot.index", "m new/2", "f tmp/half"]
        ),
        ("mbox", "(echo 'From a'; cat 1; echo; echo 'From b'; cat 2; echo) > s", ["m s", "m s", "c s"]),
        ("mbox with one message and no end", "(echo 'From a'; cat 1; printf x) > s", ["m s", "c s"]),
        (
            "zip", "mkdir d; cp 1 d/1.eml; echo n > d/note; zip -qrX s.zip d; mv s.zip s",
            ["m s > d/1.eml", "f s > d/note", "c s"]
        ),
        (
            "zip in tar.gz", "mkdir d; cp 1 d/1.eml; zip -qrX d/in.zip d; rm d/1.eml; cp 2 d/2.eml; tar czf s d",
            ["m s > d/2.eml", "m s > d/in.zip > d/1.eml", "c s > d/in.zip", "c s"]
        ),
        ("one message", "cp 1 s", ["m s"]),
        (
            "one message in gzip", "cp 1 s.eml; gzip -n s.eml; mkdir s; mv s.eml.gz s",
            ["m s.eml.gz > s.eml", "c s.eml.gz"]
        ),
    ])
    func `every kind of source is packed and verifies`(kind: String, script: String, expected: [String]) async throws {
        try bench.write("1", message("one"))
        try bench.write("2", message("two"))
        try bench.run(script)
        let made = try await bench.create("s") { $0.name = "mail".bytes }
        #expect(Set(made.lines.compactMap(place)) == Set(expected), "\(kind)")
        #expect(made.lines.compactMap(place).count == expected.count, "\(kind)")
        #expect(try await bench.verify() == "consistent", "\(kind)")
    }

    /// A line as its kind's letter and place; nil for a line without a place.
    private func place(_ line: String) -> String? {
        let letters = ["occurrence": "m", "file": "f", "container": "c", "failure": "x"]
        guard let letter = line.value("type").flatMap({ letters[$0] }), let start = line.range(of: #""path":[["#),
            let end = line.range(of: "]]")
        else { return nil }
        let path = line[start.upperBound..<end.lowerBound].replacing(#""],[""#, with: " > ").replacing(
            #"",""#, with: "/")
        return letter + " " + path.replacing("\"", with: "")
    }

    @Test(arguments: ["\n", "\r\n"])
    func `an mbox can be put together again from its bundle`(lineEnd: String) async throws {
        let first = message("one").replacing("\r\n", with: lineEnd)
        let second = message("two").replacing("\r\n", with: lineEnd) + ">From quoted\(lineEnd)"
        let from = "From a@example.org Fri May  5 18:35:00 2017\(lineEnd)"
        let text = from + first + lineEnd + from + second + lineEnd + lineEnd
        try bench.write("s/inbox.mbox", text)
        let made = try await bench.create("s/inbox.mbox")
        try bench.run("tar xzf out/mail.tar.gz")
        var rebuilt: [UInt8] = []
        for case .occurrence(let line) in try made.lines.map({ try ManifestLine($0.bytes) }) {
            #expect(line.offset == rebuilt.count + (line.before?.count ?? 0))
            rebuilt += line.before ?? []
            let name = line.message.description
            rebuilt += try bench.read("\(made.summary.name.displayText)/data/eml/\(name.prefix(2))/\(name).eml")
        }
        guard case .container(let end) = try ManifestLine(try #require(made.lines("container").first).bytes) else {
            return
        }
        rebuilt += end.after ?? []
        #expect(rebuilt.displayText == text)
        #expect(end.sha256 == Digest(hashing: text.bytes) && end.size == text.utf8.count)
    }

    @Test func `every byte of a tree is in the payload once`() async throws {
        var total: [String: Int] = [:]
        for (name, text) in [("a.eml", message("a")), ("b/c.eml", message("c")), ("d.txt", "note"), ("e", "")] {
            try bench.write("leak/" + name, text)
            total[text.sha256] = text.utf8.count
        }
        try bench.write("leak/z-again.txt", "note")
        let made = try await bench.create("leak")
        let sums = try bench.run("tar xzOf out/mail.tar.gz leak/manifest-sha256.txt").displayText
        #expect(Set(sums.split(separator: "\n").map { String($0.prefix(64)) }) == Set(total.keys))
        #expect(made.lines("file").count == 3)
        #expect(
            try bench.run("tar xzOf out/mail.tar.gz leak/bag-info.txt").displayText
                .contains("Payload-Oxum: \(total.values.reduce(0, +)).\(total.count)\n"))
    }

    @Test func `several sources come in the order given, and the first gives the name`() async throws {
        try bench.write("Zweite Quelle/1.eml", message("one"))
        try bench.write("a/2.eml", message("two"))
        try bench.write("a/1.eml", message("one"))
        let made = try await bench.create("Zweite Quelle", "a")
        #expect(made.summary.name.displayText == "zweite-quelle")
        #expect(made.lines("source").map { $0.value("name") } == ["Zweite Quelle", "a"])
        #expect(made.lines("message").map { $0.value("subject") } == ["one", "two"])
        #expect(made.lines("occurrence").map { $0.value("source") } == ["1", "2", "2"])
        #expect(try await bench.verify() == "consistent")
    }

    @Test func `names are bytes: composed, decomposed and no Unicode at all`() async throws {
        try bench.run(
            #"mkdir leak; for n in $'z\xc3\xbc.eml' $'zu\xcc\x88.eml' $'z\xfc.eml' $'a\nb\x1b.eml'; do printf 'From: a\n\n' > leak/"$n"; done"#
        )
        let made = try await bench.create("leak")
        let paths = made.lines("occurrence").map { line in
            line.range(of: #""path[^"]*":\[\[[^]]*\]\]"#, options: .regularExpression).map { String(line[$0]) }
        }
        #expect(
            paths == [
                #""path":[["a\u000ab\u001b.eml"]]"#, "\"path\":[[\"zu\u{308}.eml\"]]", "\"path\":[[\"z\u{FC}.eml\"]]",
                #""path_hex":[["7afc2e656d6c"]]"#,
            ])
        #expect(try await bench.verify() == "consistent")
    }

    @Test func `a message of several blocks keeps its bytes`() async throws {
        let line = (0..<75).map { UInt8(0x30 + $0) } + [0x0A]
        let large = message("large").bytes + (0..<35_000).flatMap { _ in line }
        try bench.write("leak/large.eml", large)
        try bench.write("leak/small.eml", message("small"))
        _ = try await bench.create("leak")
        let name = Digest(hashing: large).description
        #expect(try bench.run("tar xzOf out/mail.tar.gz leak/data/eml/\(name.prefix(2))/\(name).eml") == large)
        #expect(try await bench.verify() == "consistent")
    }

    @Test func `attachments are named with the digest of their decoded bytes`() async throws {
        let body = """
            From: a@example.org
            Date: Fri, 5 May 2017 18:35:00 +0000
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: text/plain

            see there
            --b
            Content-Type: application/pdf; name="plan.pdf"
            Content-Disposition: attachment; filename="plan.pdf"
            Content-Transfer-Encoding: base64

            aGVsbG8=
            --b--

            """
        try bench.write("leak/1.eml", body)
        let made = try await bench.create("leak")
        #expect(
            made.lines("attachment") == [
                #"{"type":"attachment","message":"\#(body.sha256)","part":"2","name":"plan.pdf","media_type":"application/pdf","disposition":"attachment","size":5,"sha256":"\#("hello".sha256)"}"#
            ])
        #expect(made.summary.counts.attachments == 1)
    }

    @Test func `containers are stored beside their content when that is asked for`() async throws {
        try bench.run("mkdir leak; printf 'From a\nFrom: a\nTo: b\n\nhello\n' > leak/box")
        let made = try await bench.create("leak") { $0.sources.keepContainers = true }
        let box = try bench.read("leak/box")
        #expect(made.lines("file").map { $0.value("sha256") } == [Digest(hashing: box).description])
        #expect(made.lines("container").first?.contains(#""stored":true"#) == true)
        #expect(try await bench.verify() == "consistent")
    }

    @Test(arguments: [
        "Content-Disposition: attachment; filename=\"\"", "Content-Type: ; name=\"\"", "Content-Type: /; name=x",
        "Content-Disposition: ; filename=x", "Content-Type: a/b; name*=''", "DKIM-Signature:",
        "Subject:\nMessage-ID: <>",
        "DKIM-Signature: v=1; a=; c=; d=; s=; i=; h=; bh=; b=; t=; x=; l=; q=",
        "DKIM-Signature: v=1; a=rsa-sha256; c=/; d=.; s=.; i=@; h=:: :from:; bh=aGk=; b=aGk=",
        "DKIM-Signature: v=1; a=x-y; d=e; s=s; h=from; bh=aGk=; b=aGk=; t=99999999999999999999; x=9007199254740993; l=9999999999999999999",
        "ARC-Seal: i=; a=; d=; s=; b=\nARC-Message-Signature: i=0; d=;\nARC-Authentication-Results: i=999999999999999999999",
    ])
    func `empty and excessive header values make no line that cannot be read`(field: String) async throws {
        try bench.write("leak/1.eml", "From: a@example.org\n\(field)\n\nbody\n")
        _ = try await bench.create("leak") { $0.keyFiles = [] }
        #expect(try await bench.verify() == "consistent")
    }
}
