import Bytes
import Cryptography
import ScratchFolders
import Testing

@testable import Intake

@Suite struct ArchiveTests {
    /// A folder with two messages, an mbox and a note.
    private func filled() throws -> Workbench {
        let bench = try Workbench()
        try bench.write("m/1.eml", mail("1"))
        try bench.write("m/sub/letter", mail("2"))
        try bench.write("m/sub/box", MboxTests.line + mail("3"))
        try bench.write("m/note.txt", "a note\n")
        try bench.run("find m -exec touch -d @1494000000 {} +")
        return bench
    }

    static let names = ["m/note.txt", "m/sub/box", "m/1.eml", "m/sub/letter"].joined(separator: " ")

    static let tools: [(name: String, kind: Intake.ContainerKind, command: String)] = [
        ("a.zip", .zip, "bsdtar --format zip -cf a.zip \(names)"),
        ("a.tar", .tar, "tar -cf a.tar \(names)"),
        ("a.tar.gz", .tarGzip, "tar -czf a.tar.gz \(names)"),
        ("a.TGZ", .tarGzip, "tar --format=v7 -czf a.TGZ \(names)"),
        ("a.tar.bz2", .tarBzip2, "bsdtar -cjf a.tar.bz2 \(names)"),
        ("a.tar.xz", .tarXZ, "bsdtar --format pax -cJf a.tar.xz \(names)"),
        ("a.7z", .sevenZip, "bsdtar --format 7zip -cf a.7z \(names)"),
    ]

    @Test(arguments: tools)
    func `members become items in the archive's own order`(
        tool: (name: String, kind: Intake.ContainerKind, command: String)
    ) throws {
        let bench = try filled()
        try bench.run(tool.command)
        let items = try bench.items(tool.name)
        let lines = [
            "file \(tool.name) > m/note.txt", "message \(tool.name) > m/sub/box", "mbox \(tool.name) > m/sub/box",
            "message \(tool.name) > m/1.eml", "message \(tool.name) > m/sub/letter",
            "\(tool.kind.rawValue) \(tool.name)",
        ]
        #expect(items.dropFirst().dropLast().map(\.line) == lines)
        #expect(items.compactMap(\.message).map(\.bytes) == ["3", "1", "2"].map { mail($0).bytes })
        #expect(items.compactMap(\.message).map(\.mtime) == [nil, 1_494_000_000, 1_494_000_000])
        #expect(items.last?.line == "end")
        let end = try #require(items.compactMap(\.containerEnd).last)
        #expect(end.digest == Digest(hashing: try bench.read(tool.name)))
        #expect(end.reader == (tool.kind == .sevenZip ? LibraryArchive.version : nil))
        #expect(end.members == Intake.MemberCounts(messages: 2, files: 1, containers: 1, directories: 0, failures: 0))
    }

    @Test func `archives within archives are opened, and their paths are lists`() throws {
        let bench = try filled()
        try bench.run("bsdtar --format zip -cf inner.zip m/1.eml m/note.txt; tar -czf in.tar.gz inner.zip m/sub")
        let items = try bench.items("in.tar.gz")
        #expect(
            items.dropFirst().map(\.line) == [
                "message in.tar.gz > inner.zip > m/1.eml", "file in.tar.gz > inner.zip > m/note.txt",
                "zip in.tar.gz > inner.zip", "message in.tar.gz > m/sub/box", "mbox in.tar.gz > m/sub/box",
                "message in.tar.gz > m/sub/letter", "tar-gz in.tar.gz", "end",
            ]
                || items.dropFirst().map(\.line) == [
                    "message in.tar.gz > inner.zip > m/1.eml", "file in.tar.gz > inner.zip > m/note.txt",
                    "zip in.tar.gz > inner.zip", "message in.tar.gz > m/sub/letter", "message in.tar.gz > m/sub/box",
                    "mbox in.tar.gz > m/sub/box", "tar-gz in.tar.gz", "end",
                ])
        #expect(items.compactMap(\.containerEnd).last?.members.directories == 1)
    }

    @Test func `an archive without mail is a file, and so is one of another extension`() throws {
        let bench = try filled()
        try bench.run(
            """
            mkdir in; bsdtar --format zip -cf in/notes.zip m/note.txt; bsdtar --format zip -cf in/letter.docx m/1.eml
            echo no archive > in/odd.zip; bsdtar --format zip -cf in/z.zip m/1.eml; gzip -c m/note.txt > in/note.gz
            bsdtar --format zip -cf in/outer.zip -C in notes.zip
            """)
        #expect(
            try bench.lines("in") == [
                "file letter.docx", "file note.gz", "file notes.zip", "file odd.zip",
                "file outer.zip > notes.zip", "zip outer.zip", "message z.zip > m/1.eml", "zip z.zip",
            ])
        #expect(try bench.lines("in/letter.docx") == ["message letter.docx > m/1.eml", "zip letter.docx"])
    }

    @Test(arguments: [("gzip", "gz"), ("bzip2", "bz2"), ("xz", "xz")])
    func `a compressed mbox is an archive of one`(tool: (name: String, suffix: String)) throws {
        let bench = try filled()
        try bench.run("mkdir in; \(tool.name) -c m/sub/box > in/box.mbox.\(tool.suffix)")
        let name = "box.mbox." + tool.suffix
        #expect(
            try bench.lines("in") == [
                "message \(name) > box.mbox", "mbox \(name) > box.mbox", "\(tool.suffix) \(name)",
            ])
    }

    @Test func `links in archives are told, with the targets that they name`() throws {
        let bench = try filled()
        try bench.run("cd m; ln -s /etc/passwd link; ln 1.eml hard; cd ..; tar -cf a.tar m/1.eml m/hard m/link")
        #expect(
            try bench.lines("a.tar") == [
                "message a.tar > m/1.eml", "link a.tar > m/hard -> m/1.eml", "link a.tar > m/link -> /etc/passwd",
                "tar a.tar",
            ])
        try bench.run("bsdtar --format zip -cf a.zip m/1.eml m/link")
        #expect(
            try bench.lines("a.zip") == ["message a.zip > m/1.eml", "link a.zip > m/link -> /etc/passwd", "zip a.zip"])
    }

    @Test func `encrypted members are failures, and the archive stays as it is, too`() throws {
        let bench = try filled()
        let encrypt =
            "bsdtar --format zip --options zip:encryption=zipcrypt --passphrase x -cf a.zip m/1.eml m/note.txt"
        try bench.run(encrypt)
        #expect(
            try bench.lines("a.zip") == [
                "encrypted-member a.zip > m/1.eml", "encrypted-member a.zip > m/note.txt", "kept a.zip", "zip a.zip",
            ])
        #expect(try bench.items("a.zip").last?.line == "end")
        guard try ProgramRun.isInstalled("7zz") else { return }
        try bench.run(
            "7zz a -pX b.7z m/1.eml; 7zz a -pX -mhe=on c.7z m/1.eml; 7zz a -tzip -pX -mem=AES256 d.zip m/1.eml")
        #expect(try bench.lines("b.7z") == ["encrypted-member b.7z > m/1.eml", "kept b.7z", "7z b.7z"])
        #expect(try bench.lines("c.7z") == ["encrypted-member c.7z", "file c.7z"])
        #expect(try bench.lines("d.zip") == ["encrypted-member d.zip > m/1.eml", "kept d.zip", "zip d.zip"])
    }

    @Test func `archives deeper than the limit are kept and not opened`() throws {
        let bench = try filled()
        let script = """
            cp m/1.eml 0.eml; tar -cf 1.tar 0.eml
            for i in $(seq 2 \(Intake.nestingLimit + 1)); do tar -cf $i.tar $((i-1)).tar; done
            """
        try bench.run(script)
        let deepest = "\(Intake.nestingLimit + 1).tar"
        let lines = try bench.lines(deepest)
        #expect(lines[0].hasPrefix("nesting-too-deep ") && lines[0].hasSuffix(" > 2.tar > 1.tar"))
        #expect(lines[1] == "file " + lines[0].dropFirst("nesting-too-deep ".count))
        #expect(try bench.items("\(Intake.nestingLimit).tar").compactMap(\.message).map(\.bytes) == [mail("1").bytes])
        #expect(try bench.items(deepest).last?.line == "end")
    }

    @Test func `large members wait in a temporary file`() throws {
        let bench = try filled()
        try bench.run("head -c 12000000 /dev/zero > large; tar -czf a.tar.gz large m/1.eml")
        let items = try bench.items("a.tar.gz")
        let file = try #require(items.compactMap(\.file).first)
        #expect(file.content?.size == 12_000_000)
        #expect(try file.content?.read(at: 11_999_999, count: 1) == [0])
        #expect(throws: (any Error).self) { try file.content?.read(at: 11_999_999, count: 2) }
        #expect(items.last?.balance?.unpacked == 12_000_000 + mail("1").utf8.count)
    }

    @Test func `what unpacks to far more than its size ends there`() throws {
        let bench = try filled()
        try bench.run("head -c 3000000 /dev/zero > large; gzip -k large; xz large")
        for name in ["large.gz", "large.xz"] {
            let content = Intake.Content(try bench.read(name))
            let input = Sorter.Input(
                content: content, place: Intake.Place(source: 1, path: [[name.bytes]], range: nil), mtime: nil,
                nature: .unknown, allowance: Allowance(of: 1_000_000))
            let format = try #require(ArchiveFormat(magic: try content.prefix(512)))
            var read = 0
            let fault = #expect(throws: ArchiveFault.self) {
                let reader = try format.reader(of: input, input.allowance)
                #expect(try reader.next()?.path == "large".bytes)
                while true {
                    let bytes = try reader.read()
                    if bytes.isEmpty { break }
                    read += bytes.count
                }
            }
            #expect(fault?.code == .expansionLimit)
            #expect(read <= 1_000_000)
        }
    }

    @Test func `a member that is passed over counts as unpacked when it had to be`() throws {
        let bench = try filled()
        try bench.run("head -c 3000000 /dev/zero > large; bsdtar --format 7zip -cf a.7z large m/1.eml")
        let content = Intake.Content(try bench.read("a.7z"))
        for (limit, code) in [(1_000_000, FailureCode.expansionLimit), (4_000_000, nil)] {
            let reader = LibraryMembers(try LibraryArchive(content, .sevenZip, Allowance(of: limit)), .sevenZip)
            #expect(try reader.next()?.path == "large".bytes)
            guard let code else {
                #expect(try reader.next()?.path == "m/1.eml".bytes)
                #expect(try reader.read() == mail("1").bytes)
                #expect(try reader.next() == nil)
                continue
            }
            #expect(#expect(throws: ArchiveFault.self) { try reader.next() }?.code == code)
        }
    }
}
