import Bytes
import ScratchFolders
import Testing

@testable import Intake

@Suite struct ZipTests {
    private func python(_ bench: Workbench, _ body: String) throws {
        try bench.write("make.py", "import zipfile\nm = b'From: a@b\\nDate: now\\n\\nx'\n" + body)
        try bench.run("python3 make.py")
    }

    @Test func `names are the bytes that the directory holds, composed or not`() throws {
        let bench = try Workbench()
        try python(
            bench,
            """
            with zipfile.ZipFile("a.zip", "w") as z:
                for n in ["u\\u0308.eml", "\\u00fc.eml", "plain.eml", "a\\\\b.eml"]: z.writestr(n, m)
            raw = open("a.zip", "rb").read().replace(b"plain.eml", b"pl\\xe4in.eml"[:4] + b"n.eml")
            open("a.zip", "wb").write(raw)
            """)
        let names = try bench.items("a.zip").compactMap { $0.message?.place.path.last?.first }
        #expect(
            names == [
                "u\u{308}.eml".bytes, "\u{FC}.eml".bytes, [0x70, 0x6C, 0xE4, 0x69] + "n.eml".bytes, "a\\b.eml".bytes,
            ])
    }

    @Test func `members come in the order of their data, whatever the directory's`() throws {
        let bench = try Workbench()
        try python(
            bench,
            """
            with zipfile.ZipFile("a.zip", "w") as z:
                for n in ["c.eml", "a.eml", "b.eml"]: z.writestr(n, m + n.encode())
                z.filelist.sort(key=lambda i: i.filename)
            """)
        let messages = try bench.items("a.zip").compactMap(\.message)
        #expect(messages.map { $0.place.text } == ["a.zip > c.eml", "a.zip > a.eml", "a.zip > b.eml"])
        #expect(messages.map { $0.bytes.last } == messages.map { _ in 0x6C })
        #expect(messages.map { String(decoding: $0.bytes.suffix(5), as: UTF8.self) } == ["c.eml", "a.eml", "b.eml"])
    }

    @Test func `a time without a zone is left out, and those in UTC are told`() throws {
        let bench = try Workbench()
        try python(
            bench,
            """
            import struct
            with zipfile.ZipFile("a.zip", "w") as z:
                for n, e in [("dos", b""), ("ut", struct.pack("<HHBi", 0x5455, 5, 1, -5)),
                        ("ntfs", struct.pack("<HHIHHQQQ", 10, 32, 0, 1, 24, 131439000000000000, 0, 0)),
                        ("none", struct.pack("<HHBi", 0x5455, 5, 2, 9))]:
                    i = zipfile.ZipInfo(n + ".eml", (2017, 5, 5, 1, 2, 4)); i.extra = e; z.writestr(i, m)
            """)
        #expect(try bench.items("a.zip").compactMap(\.message).map(\.mtime) == [nil, -5, 1_499_426_400, nil])
    }

    @Test func `bytes before the archive and a comment after it do no harm`() throws {
        let bench = try Workbench()
        try python(
            bench,
            """
            with zipfile.ZipFile("a.zip", "w") as z:
                z.writestr("u\\u0308.eml", m); z.comment = b"PK\\x05\\x06 and more"
            """)
        #expect(try bench.items("a.zip").compactMap { $0.message?.place.path.last?.first } == ["u\u{308}.eml".bytes])
    }

    @Test func `an archive with 64-bit records is read`() throws {
        let bench = try Workbench()
        try python(
            bench,
            """
            import struct
            with zipfile.ZipFile("a.zip", "w") as z:
                with z.open("u\\u0308.eml", "w", force_zip64=True) as f: f.write(m)
                z.writestr("d/", b""); z.writestr("last\\u0308.eml", m)
            raw = open("a.zip", "rb").read(); end = len(raw) - 22
            count, size, offset = struct.unpack("<HII", raw[end + 10:end + 20])
            twin = b"PK\\6\\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, size, offset)
            locator = b"PK\\6\\7" + struct.pack("<IQI", 0, end, 1)
            last = b"PK\\5\\6" + struct.pack("<HHHHIIH", 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0)
            open("a.zip", "wb").write(raw[:end] + twin + locator + last)
            """)
        let items = try bench.items("a.zip")
        #expect(
            items.compactMap { $0.message?.place.path.last?.first } == ["u\u{308}.eml".bytes, "last\u{308}.eml".bytes])
        #expect(items.compactMap(\.containerEnd).first?.members.directories == 1)
    }

    @Test func `an archive without its directory is read as far as it goes`() throws {
        let bench = try Workbench()
        try python(
            bench,
            """
            with zipfile.ZipFile("a.zip", "w") as z:
                for n in ["a.eml", "b.eml"]: z.writestr(n, m * 50)
            raw = open("a.zip", "rb").read(); open("a.zip", "wb").write(raw[:raw.index(b"b.eml") + 60])
            """)
        let items = try bench.items("a.zip")
        #expect(
            items.map(\.line) == [
                "source file a.zip", "message a.zip > a.eml", "damaged-archive a.zip > b.eml", "kept a.zip",
                "zip a.zip",
                "end",
            ])
        #expect(items.compactMap(\.containerEnd).first?.reader == LibraryArchive.version)
    }

    @Test func `a directory with other names than the members is damage, and the archive is kept`() throws {
        let bench = try Workbench()
        try python(
            bench,
            """
            with zipfile.ZipFile("a.zip", "w") as z:
                for n in ["a.eml", "b.eml"]: z.writestr(n, m + n.encode() if n == "a.eml" else m)
            raw = open("a.zip", "rb").read(); at = raw.rindex(b"b.eml")
            open("a.zip", "wb").write(raw[:at] + b"c" + raw[at + 1:])
            """)
        #expect(
            try bench.lines("a.zip") == ["message a.zip > a.eml", "damaged-archive a.zip", "kept a.zip", "zip a.zip"])
    }

    @Test(arguments: [("a/b.eml", "a\\b.eml", true), ("a", "a/", true), ("a", "b", false), ("\u{FC}", "u", true)])
    func `names are compared where libarchive leaves them alone`(name: String, path: String, isSame: Bool) {
        let entry = ZipDirectory.Entry(name: name.bytes, mtime: nil, offset: 0, hasOtherName: false)
        #expect(entry.mayBe(path.bytes) == isSame)
        let twice = ZipDirectory.Entry(name: name.bytes, mtime: nil, offset: 0, hasOtherName: true)
        #expect(twice.mayBe(path.bytes))
    }

    @Test func `a wrong checksum is damage of that member alone`() throws {
        let bench = try Workbench()
        try python(
            bench,
            """
            with zipfile.ZipFile("a.zip", "w") as z:
                for n in ["a.eml", "b.eml"]: z.writestr(n, m + n.encode())
            raw = bytearray(open("a.zip", "rb").read()); raw[raw.index(b"From: a") + 6] = 0x62
            open("a.zip", "wb").write(raw)
            """)
        #expect(
            try bench.lines("a.zip") == [
                "damaged-archive a.zip > a.eml", "message a.zip > b.eml", "kept a.zip", "zip a.zip",
            ])
    }
}
