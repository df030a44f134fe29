import Bytes
import Cryptography
import MerkleTree
import Testing

@testable import Manifest

/// What the tag files of some lines are.
private struct Derived {
    var payload: [PayloadFile] = []
    var payloadManifest = ""
    var mailbag: [Int: String] = [:]
    var tags = TagFiles()

    init(_ lines: [ManifestLine]) {
        var payload = Payload()
        for line in lines {
            let files = payload.files(broughtBy: line)
            self.payload += files
            let growth = tags.follow(line, files: files)
            payloadManifest += growth.payloadManifest.displayText
            if !growth.mailbag.isEmpty { mailbag[growth.mailbagPart, default: ""] += growth.mailbag.displayText }
        }
    }

    var info: String { tags.bagInfo(root: RootReference(size: 31, root: digest("root"))).displayText }
}

private let header =
    #""Error","Mailbag-Message-ID","Message-ID","Original-File","Message-Path","Derivatives-Path","Attachments""#
    + "\r\n"

@Suite struct TagFilesTests {
    @Test func `bagit.txt is as RFC 8493 has it`() {
        #expect(TagFiles.bagit.displayText == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    }

    @Test func `the payload manifest names each content once in the order of its first line`() {
        func hex(_ name: String) -> String { digest(name).description }
        func line(_ name: String, _ folder: String, _ end: String) -> String {
            "\(hex(name))  data/\(folder)/\(hex(name).prefix(2))/\(hex(name))\(end)\n"
        }
        let expected =
            line("m1", "eml", ".eml") + line("f1", "files", "") + line("m2", "eml", ".eml") + line("box", "files", "")
            + line("m3", "eml", ".eml") + line("t", "files", "")
        #expect(Derived(ManifestSample.lines).payloadManifest == expected)
    }

    @Test func `mailbag.csv has a record for each message`() {
        func original(_ name: String) -> String { "\(digest(name).description.prefix(2))/\(digest(name)).eml" }
        let expected =
            header + #""bare-lf no-date","1","<1@example.org>","\#(original("m1"))","a","","1""# + "\r\n"
            + #""","2","","\#(original("m2"))","in","","0""# + "\r\n"
            + #""","3","","\#(original("m3"))","z.zip/d/y.zip","","0""# + "\r\n"
        #expect(Derived(ManifestSample.lines).mailbag == [1: expected])
    }

    @Test func `bag-info.txt follows from the lines`() {
        let expected = """
            Bag-Type: Mailbag
            Mailbag-Source: eml
            Mailbag-Specification-Version: 1.0
            Original-Included: True
            Bagging-Timestamp: 2017-05-05T18:00:00Z
            Bagging-Date: 2017-05-05
            External-Identifier: 31:4813494d137e1631bba301d5acab6e7bb7aa74ce1185d456565ef51d737677b2
            Mailbag-Agent: mailseal
            Mailbag-Agent-Version: mailseal/0
            Payload-Oxum: 106.6
            Mailseal-Bagging-Basis: retrieved
            Mailseal-Content-Root: \(ContentRoot.root(of: ["m1", "m2", "m3"].map(digest)))
            Mailseal-Messages: 3
            Mailseal-DKIM-Verified: 1

            """
        #expect(Derived(ManifestSample.lines).info == expected)
    }

    @Test(arguments: [
        ("2020-02-29T01:02:03Z", "stated", true, true, true), ("2019-01-01T00:00:00Z", "retrieved", false, true, true),
        ("2018-01-01T00:00:00Z", "mtime", false, false, true), ("1970-01-01T00:00:00Z", "none", false, false, false),
    ])
    func `the bagging time is the best that is known`(
        expected: String, basis: String, isStated: Bool, isRetrieved: Bool, isModified: Bool
    ) {
        var lines = ManifestSample.lines
        lines.head { $0.baggedAt = isStated ? time("2020-02-29T01:02:03Z") : nil }
        lines.source(1) { $0.retrieved = isRetrieved ? Retrieval(at: time("2017-01-01T00:00:00Z"), from: nil) : nil }
        lines.file(7) {
            $0.retrieved = isRetrieved ? Retrieval(at: time("2019-01-01T00:00:00Z"), from: nil) : nil
            $0.mtime = isModified ? time("2016-01-01T00:00:00Z") : nil
        }
        lines.occurrence(6) { $0.mtime = isModified ? time("2018-01-01T00:00:00Z") : nil }
        let info = Derived(lines).info
        #expect(info.contains("\nBagging-Timestamp: \(expected)\nBagging-Date: \(expected.prefix(10))\n"))
        #expect(info.contains("\nMailseal-Bagging-Basis: \(basis)\n"))
    }

    @Test func `the tag manifest keeps the order given`() {
        let text = TagFiles.tagManifest([("bagit.txt", digest("1")), ("a", digest("2"))]).displayText
        #expect(text == "\(digest("1"))  bagit.txt\n\(digest("2"))  a\n")
    }

    // The message's id, its folder, and the two fields that these make.
    @Test(arguments: [
        ("<a@b>", "in", "<a@b>", "in"), (#"a"b""#, #""""#, #"a""b"""#, #""""""#), ("=1+1", "=x", "'=1+1", "'=x"),
        ("+1", "+x", "'+1", "'+x"), ("-1", "-x", "'-1", "'-x"), ("@a", "@x", "'@a", "'@x"), ("a=1", "x=", "a=1", "x="),
        ("\t=1", "\u{0}x", " =1", " x"), ("a\r\nb\u{7F}c\u{1F}d", "x\ny", "a  b c d", "x y"),
        ("50%", "50%25", "50%", "50%2525"),
        ("%", "%", "%", "%25"), ("é,;", "é,;", "é,;", "é,;"), ("'=", "'=", "'=", "'="),
        ("\u{85}", "\u{2028}", "\u{85}", "\u{2028}"),
    ])
    func `a field is harmless in a spreadsheet`(id: String, folder: String, field: String, folderField: String) {
        var lines = ManifestSample.lines
        lines.message(10) { $0.messageID = id.bytes }
        lines.occurrence(11) { $0.path = SourcePath(levels: [[folder.bytes, "m".bytes]]) }
        let record = Derived(lines).mailbag[1]?.split(separator: "\r\n").dropFirst(2).first
        #expect(record?.hasPrefix(#""","2","\#(field)",""#) == true, "\(record ?? "")")
        #expect(record?.hasSuffix(#"","\#(folderField)","","0""#) == true, "\(record ?? "")")
    }

    @Test(arguments: [
        (SourcePath(levels: [["m".bytes]]), ""), (SourcePath(levels: [["a".bytes, "b".bytes, "m".bytes]]), "a/b"),
        (SourcePath(levels: [["z".bytes], ["m".bytes]]), "z"),
        (SourcePath(levels: [["z".bytes], ["a".bytes, "m".bytes]]), "z/a"),
        (SourcePath(levels: [["a".bytes, [0xFF]]]), ""), (SourcePath(levels: [[[0xFF]], ["m".bytes]]), ""),
    ])
    func `the path loses its last component, and all when it is hex`(path: SourcePath, folder: String) {
        var lines = ManifestSample.lines
        lines.occurrence(16) { $0.path = path }
        #expect(Derived(lines).mailbag[1]?.hasSuffix(#".eml","\#(folder)","","0""# + "\r\n") == true)
    }

    @Test func `a message id that is not UTF-8 is left out`() {
        var lines = ManifestSample.lines
        lines.message(10) { $0.messageID = [0x3C, 0xE9, 0x3E] }
        #expect(Derived(lines).mailbag[1]?.contains(#""","2","",""#) == true)
    }

    @Test func `a part holds 100,000 records`() {
        var tags = TagFiles()
        let occurrence = ManifestLine.occurrence(OccurrenceLine(message: digest("m"), source: 1, path: path("m")))
        let parts = [0, 99_998, 99_999, 100_000, 199_999, 200_000].map { before in
            tags.records = before
            _ = tags.follow(ManifestSample.lines[10], files: [])
            return tags.follow(occurrence, files: []).mailbagPart
        }
        #expect(parts == [1, 1, 1, 2, 2, 3])
        #expect(tags.records == 200_001)
    }

    @Test func `the parts count records and not what messages say`() {
        var lines = ManifestSample.lines
        lines.message(10) { $0.number = 1 << 50 }
        #expect(Derived(lines).mailbag.keys.sorted() == [1])
    }

    @Test(arguments: [
        (0, ["mailbag.csv"]), (1, ["mailbag.csv"]), (100_000, ["mailbag.csv"]),
        (100_001, ["mailbag-1.csv", "mailbag-2.csv"]),
        (200_000, ["mailbag-1.csv", "mailbag-2.csv"]), (200_001, ["mailbag-1.csv", "mailbag-2.csv", "mailbag-3.csv"]),
    ])
    func `more than 100,000 records make parts`(records: Int, names: [String]) {
        #expect(TagFiles.mailbagNames(records: records) == names)
    }
}

@Suite struct PayloadTests {
    private static let gibibytes = 1 << 30

    @Test(arguments: [
        (4 * gibibytes - 1, [4 * gibibytes - 1]), (4 * gibibytes, [4 * gibibytes]),
        (4 * gibibytes + 1, [4 * gibibytes, 1]),
        (8 * gibibytes, [4 * gibibytes, 4 * gibibytes]), (8 * gibibytes + 1, [4 * gibibytes, 4 * gibibytes, 1]),
        (0, [0]),
    ])
    func `a file over 4 GiB comes in pieces`(size: Int, sizes: [Int]) {
        let pieces = sizes.count == 1 ? [] : sizes.indices.map { digest("piece \($0)") }
        let line = ManifestLine.file(
            FileLine(sha256: digest("f"), size: size, pieces: pieces, source: 1, path: path("f")))
        var payload = Payload()
        let files = payload.files(broughtBy: line)
        let whole = "data/files/\(digest("f").description.prefix(2))/\(digest("f"))"
        #expect(files.map(\.size) == sizes)
        #expect(files.map(\.path.displayText) == (pieces.isEmpty ? [whole] : sizes.indices.map { "\(whole).00\($0)" }))
        #expect(files.map(\.digest) == (pieces.isEmpty ? [digest("f")] : pieces))
        #expect(payload.files(broughtBy: line) == [])
    }

    @Test func `pieces are numbered with three digits or more`() {
        let pieces = Array(repeating: digest("piece"), count: 1001)
        let files = PayloadFile.files(digest("f"), size: 1001 << 32, pieces: pieces)
        #expect(files[7].path.suffix(4).displayText == ".007")
        #expect(files[42].path.suffix(4).displayText == ".042")
        #expect(files[1000].path.suffix(5).displayText == ".1000")
        #expect(files.allSatisfy { $0.size == 1 << 32 })
    }

    @Test func `pieces too many are empty`() {
        #expect(PayloadFile.files(digest("f"), size: 5, pieces: [digest("1"), digest("2")]).map(\.size) == [5, 0])
    }

    @Test func `only messages and files bring payload`() {
        let types = ManifestSample.lines.filter { line in
            var payload = Payload()
            return !payload.files(broughtBy: line).isEmpty
        }.map(\.typeName)
        #expect(types == ["message", "file", "message", "file", "message", "file"])
    }
}
