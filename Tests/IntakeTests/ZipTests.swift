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
        for hasOtherName in [false, true] {
            let entry = ZipDirectory.Entry(
                name: name.bytes, mtime: nil, offset: 0, size: 0, packedSize: 0, method: 0, hasOtherName: hasOtherName)
            #expect(entry.mayBe(path.bytes) == (isSame || hasOtherName))
        }
    }

    @Test(arguments: [
        ("secret.eml/", 0, 3), ("secret.eml", 0o040755 << 16, 3), ("secret.eml", 0x10, 0),
        ("secret.eml", 0o020644 << 16, 3),
    ])
    func `a folder or device with data is a failure, and the archive is kept`(
        name: String, attributes: Int, system: Int
    ) throws {
        let bench = try Workbench()
        try python(
            bench,
            """
            def add(z, name, data, attributes=0, system=3):
                i = zipfile.ZipInfo(name); i.external_attr = attributes; i.create_system = system; z.writestr(i, data)
            with zipfile.ZipFile("a.zip", "w") as z:
                add(z, "\(name)", m, \(attributes), \(system)); add(z, "1.eml", m); add(z, "empty/", b"")
            with zipfile.ZipFile("b.zip", "w") as z: add(z, "\(name)", m, \(attributes), \(system))
            """)
        #expect(
            try bench.lines("a.zip") == [
                "unsupported-member a.zip > secret.eml", "message a.zip > 1.eml", "kept a.zip", "zip a.zip",
            ])
        #expect(try bench.lines("b.zip") == ["unsupported-member b.zip > secret.eml", "kept b.zip", "zip b.zip"])
    }

    @Test func `a link is its target, and a target that is cut at a NUL is a failure`() throws {
        let bench = try Workbench()
        try python(
            bench,
            """
            with zipfile.ZipFile("a.zip", "w") as z:
                z.writestr("1.eml", m)
                for n, d in [("a", b"1.eml"), ("b", b"1.eml\\0" + m), ("c", "\\u00fc.eml".encode())]:
                    i = zipfile.ZipInfo(n); i.external_attr = 0o120777 << 16; i.create_system = 3; z.writestr(i, d)
            """)
        #expect(
            try bench.lines("a.zip") == [
                "message a.zip > 1.eml", "link a.zip > a -> 1.eml", "unsupported-member a.zip > b",
                "link a.zip > c -> \u{FC}.eml", "kept a.zip", "zip a.zip",
            ])
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

    @Test(arguments: [
        "raw[:end]", "raw[:end] + b'XX' + raw[end + 2:]", "raw[:start] + b'XX' + raw[start + 2:]",
        "raw[:end] + b'PK\\5\\5\\4\\0sign' + raw[end:end + 12] + bytes([raw[end + 12] + 10]) + raw[end + 13:]",
    ])
    func `an archive whose directory says nothing is damaged, and its members are read one by one`(change: String)
        throws
    {
        let bench = try Workbench()
        try python(
            bench,
            """
            with zipfile.ZipFile("a.zip", "w") as z:
                for n in ["a.eml", "b.eml"]: z.writestr(n, m)
            raw = open("a.zip", "rb").read(); end = len(raw) - 22; start = raw.index(b"PK\\1\\2")
            open("a.zip", "wb").write(\(change))
            """)
        #expect(
            try bench.lines("a.zip") == [
                "message a.zip > a.eml", "message a.zip > b.eml", "damaged-archive a.zip", "kept a.zip", "zip a.zip",
            ])
    }

    @Test func `a directory with two members at one place is damaged unless they are the same`() throws {
        let bench = try Workbench()
        for (isOther, end) in [(false, ["zip a.zip"]), (true, ["damaged-archive a.zip", "kept a.zip", "zip a.zip"])] {
            try python(
                bench,
                """
                import copy
                with zipfile.ZipFile("a.zip", "w") as z:
                    z.writestr("a.eml", m); twin = copy.copy(z.filelist[0]); z.filelist.append(twin)
                    if \(isOther ? 1 : 0): twin.file_size = twin.compress_size = 5
                """)
            #expect(try bench.lines("a.zip") == ["message a.zip > a.eml"] + end)
        }
    }
}
