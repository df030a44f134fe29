import Bytes
import ScratchFolders
import Testing

@testable import Intake

@Suite struct TarTests {
    private func python(_ bench: Workbench, _ body: String) throws {
        try bench.write(
            "make.py",
            """
            import io, tarfile, zipfile, sys
            body = b"From: a@b\\nDate: now\\n\\nx"
            def add(t, name, **facts):
                i = tarfile.TarInfo(name); i.size = len(body); i.mtime = 7
                for k, v in facts.items(): setattr(i, k, v)
                t.addfile(i, io.BytesIO(body))
            \(body)
            """)
        try bench.run("python3 make.py")
    }

    @Test(arguments: ["USTAR", "GNU", "PAX"])
    func `names are the bytes that the archive holds, composed or not`(format: String) throws {
        let bench = try Workbench()
        try python(
            bench,
            """
            with tarfile.open("a.tar", "w", format=tarfile.\(format)_FORMAT, encoding="utf-8") as t:
                for n in ["\\u00fc.eml", "u\\u0308.eml", "./a//b.eml", "x" * 90 + "/" + "y" * 90 + ".eml"]: add(t, n)
            """)
        let paths = try bench.items("a.tar").compactMap { $0.message?.place.path.last }
        #expect(
            paths == [
                ["\u{FC}.eml".bytes], ["u\u{308}.eml".bytes], ["a".bytes, "b.eml".bytes],
                [[UInt8](repeating: 0x78, count: 90), [UInt8](repeating: 0x79, count: 90) + ".eml".bytes],
            ])
    }

    @Test(arguments: ["GNU", "PAX"])
    func `long names and long links are read whole`(format: String) throws {
        let bench = try Workbench()
        try python(
            bench,
            """
            with tarfile.open("a.tar", "w", format=tarfile.\(format)_FORMAT) as t:
                add(t, "n" * 300 + ".eml")
                i = tarfile.TarInfo("l" * 200); i.type = tarfile.SYMTYPE; i.linkname = "t" * 200; t.addfile(i)
            """)
        let items = try bench.items("a.tar")
        #expect(items.compactMap { $0.message?.place.path.last?.first?.count } == [304])
        #expect(items.compactMap(\.file).map { $0.linkTarget?.count } == [200])
    }

    @Test(arguments: [".", "/", "./", "//./"])
    func `a member without a name is a failure at the archive's place, and the rest is read`(name: String) throws {
        let bench = try Workbench()
        for type in ["REGTYPE", "SYMTYPE", "LNKTYPE", "FIFOTYPE", "GNUTYPE_SPARSE"] {
            try python(
                bench,
                """
                with tarfile.open("a.tar", "w") as t:
                    add(t, "\(name)", type=tarfile.\(type), linkname="x", size=0); add(t, "1.eml")
                """)
            #expect(
                try bench.items("a.tar").map(\.line) == [
                    "source file a.tar", "message a.tar > 1.eml", "unsupported-member a.tar", "kept a.tar",
                    "tar a.tar", "end",
                ], "\(type)")
        }
    }

    @Test func `times are whole seconds, rounded down`() throws {
        let bench = try Workbench()
        try python(
            bench,
            """
            with tarfile.open("a.tar", "w", format=tarfile.PAX_FORMAT) as t:
                for i, m in enumerate([0, 1.9, -1.5, -2, 2**40]): add(t, "%d.eml" % i, mtime=m)
            """)
        #expect(try bench.items("a.tar").compactMap { $0.message?.mtime } == [0, 1, -2, -2, 1 << 40])
    }

    @Test(arguments: [
        ("ustar\u{0}00", "p/a"), ("ustar\u{0}\u{0}\u{0}", "p/a"), ("ustar  \u{0}", "a"),
        ("\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}", "a"), ("ustar 00", nil), ("ustar\u{1}\u{0}\u{0}", nil),
    ])
    func `the prefix is read as the magic says, and a magic that readers read differently is refused`(
        magic: String, name: String?
    ) {
        #expect(Self.header(magic: magic, [345: UInt8(ascii: "p")])?.name == name?.bytes)
    }

    /// A header of the name `a` with other bytes at some places, and the checksum that it needs.
    private static func header(magic: String, _ bytes: [Int: UInt8]) -> TarHeader? {
        var block = [UInt8](repeating: 0, count: TarHeader.length)
        block[0] = UInt8(ascii: "a")
        for (place, byte) in bytes { block[place] = byte }
        block.replaceSubrange(257..<265, with: magic.utf8)
        block.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
        let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
        block.replaceSubrange(148..<(148 + sum.utf8.count), with: sum.utf8)
        return TarHeader(block)
    }

    @Test func `numbers are octal digits or base 256`() {
        #expect(TarHeader.number([0x20, 0x31, 0x37, 0x00]) == 15)
        #expect(TarHeader.number([0x30, 0x38, 0x00]) == nil)
        #expect(TarHeader.number([0x00]) == 0)
        #expect(TarHeader.number([0x80, 0, 0, 1, 0]) == 256)
        #expect(TarHeader.number([0xFF, 0xFF, 0xFF, 0xFE]) == -2)
        #expect(TarHeader.number([0x80] + [UInt8](repeating: 0xFF, count: 11)) == nil)
    }

    @Test func `pax times are rounded down and nothing else is taken for one`() {
        let cases: [(String, Int?)] = [
            ("0", 0), ("12.999", 12), ("-1", -1), ("-1.000", -1), ("-0.5", -1), ("", nil), ("-", nil), ("1e3", nil),
            ("1.x", nil), ("1234567890123456789", nil),
        ]
        for (text, seconds) in cases { #expect(TarReader.seconds(text.bytes) == seconds, "\(text)") }
    }

    @Test(arguments: [
        "9 path=a", "12 path=ab\n", "8 path=\n\n", "x path=a\n", "9path=aa\n", "9 path.a\n", "99 path=a\n",
    ])
    func `a pax record with a wrong length is damage`(text: String) {
        #expect(throws: ArchiveFault.self) { try TarReader.records(text.bytes) }
    }

    @Test func `pax values may hold anything, line feeds and signs among it`() throws {
        let records = try TarReader.records("10 path=a\n12 comment=\n13 path=b\n=c\n".bytes)
        #expect(records == ["path".bytes: "b\n=c".bytes, "comment".bytes: []])
    }

    @Test(arguments: [
        ("b'\\0'", "1.eml/", ""), ("b'D'", "1.eml", ""), ("b'V'", "1.eml", ""), ("b'3'", "1.eml", ""),
        ("b'1'", "1.eml", "pax_headers={'size': '%d' % len(body)}"),
    ])
    func `a folder, link, label or device with data is a failure, and the archive is kept`(
        type: String, name: String, facts: String
    ) throws {
        let bench = try Workbench()
        // Python writes no data behind a link, and no slash behind the name of a file.
        try python(
            bench,
            """
            def write(path, *rest):
                with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as t:
                    i = tarfile.TarInfo("\(name)"); i.type = \(type); i.size = len(body); i.linkname = "x"
                    \(facts.isEmpty ? "" : "i.\(facts)")
                    t.fileobj.write(i.tobuf(tarfile.PAX_FORMAT)); t.fileobj.write(body.ljust(512, b"\\0"))
                    t.offset = t.fileobj.tell()
                    for n in rest: add(t, n)
            write("a.tar", "2.eml"); write("b.tar")
            """)
        #expect(
            try bench.lines("a.tar") == [
                "unsupported-member a.tar > 1.eml", "message a.tar > 2.eml", "kept a.tar", "tar a.tar",
            ])
        #expect(try bench.lines("b.tar") == ["unsupported-member b.tar > 1.eml", "kept b.tar", "tar b.tar"])
    }

    @Test func `what an incremental archive says of its folders is no hidden data`() throws {
        let bench = try Workbench()
        try bench.write("d/1.eml", mail("1"))
        try bench.write("d/e/f", "note")
        try bench.run("tar --format=gnu --listed-incremental=snar -cf a.tar d")
        #expect(try bench.lines("a.tar") == ["message a.tar > d/1.eml", "file a.tar > d/e/f", "tar a.tar"])
        // A list that starts otherwise, ends before its end, or does not end.
        for change in ["m1.eml\\0De\\0\\0", "Y1.em\\0\\0De\\0\\0", "Y1.eml\\0De\\0Y"] {
            try python(
                bench,
                "open('b.tar', 'wb').write(open('a.tar', 'rb').read().replace(b'Y1.eml\\0De\\0\\0', b'\(change)'))")
            #expect(try bench.lines("b.tar").contains("unsupported-member b.tar > d"), "\(change)")
        }
    }

    @Test func `a sparse member is a failure, and what follows is read`() throws {
        let bench = try Workbench()
        try bench.write("z.eml", mail("z"))
        try bench.run(
            """
            truncate -s 1M sparse; printf x | dd of=sparse bs=1 seek=500000 conv=notrunc
            tar -S --format=gnu -cf a.tar sparse z.eml; tar -S --format=pax -cf b.tar sparse z.eml
            """)
        #expect(
            try bench.lines("a.tar") == [
                "unsupported-member a.tar > sparse", "message a.tar > z.eml", "kept a.tar", "tar a.tar",
            ])
        let pax = try bench.lines("b.tar")
        #expect(pax.first?.hasPrefix("unsupported-member b.tar > ") == true)
        #expect(pax.dropFirst() == ["message b.tar > z.eml", "kept b.tar", "tar b.tar"])
    }

    @Test(arguments: ["SCHILY.realsize", "SUN.holesdata", "GNU.sparse.size", "GNU.sparse.realsize"])
    func `a member with a pax record of sparse files is none that can be read plainly`(key: String) throws {
        let bench = try Workbench()
        try python(
            bench,
            """
            with tarfile.open("a.tar", "w", format=tarfile.PAX_FORMAT) as t:
                add(t, "0", type=tarfile.DIRTYPE, size=0, pax_headers={"\(key)": "9"})
                add(t, "1.eml", pax_headers={"\(key)": "9"}); add(t, "2.eml")
            """)
        #expect(
            try bench.lines("a.tar") == [
                "unsupported-member a.tar > 1.eml", "message a.tar > 2.eml", "kept a.tar", "tar a.tar",
            ])
    }

    @Test(arguments: [
        ("ustar  \u{0}", "0", 483, true), ("ustar  \u{0}", "0", 386, true), ("ustar  \u{0}", "\u{0}", 483, true),
        ("ustar  \u{0}", "7", 386, true), ("ustar  \u{0}", "0", 482, false), ("ustar  \u{0}", "5", 483, false),
        ("ustar\u{0}00", "0", 483, false), ("ustar\u{0}00", "S", 500, true),
    ])
    func `a header with a part of a sparse map is that of a sparse file, as far as any reader obeys it`(
        magic: String, type: String, place: Int, isSparse: Bool
    ) throws {
        let header = try #require(Self.header(magic: magic, [156: Array(type.utf8)[0], place: UInt8(ascii: "7")]))
        #expect(header.isSparse == isSparse)
    }

    @Test func `bytes after the end are damage`() throws {
        let bench = try Workbench()
        try bench.write("z.eml", mail("z"))
        try bench.run("tar -cf a.tar z.eml; cp a.tar b.tar; head -c 5000 /dev/zero >> a.tar; cat a.tar >> b.tar")
        #expect(try bench.lines("a.tar") == ["message a.tar > z.eml", "tar a.tar"])
        #expect(
            try bench.lines("b.tar") == ["message b.tar > z.eml", "damaged-archive b.tar", "kept b.tar", "tar b.tar"])
    }

    @Test func `a link without a target is a failure of its own`() throws {
        let bench = try Workbench()
        try python(
            bench,
            """
            with tarfile.open("a.tar", "w") as t:
                for n, k in [("a", tarfile.SYMTYPE), ("b", tarfile.LNKTYPE)]: add(t, n, type=k, size=0)
                add(t, "1.eml")
            """)
        #expect(
            try bench.lines("a.tar") == [
                "unsupported-member a.tar > a", "unsupported-member a.tar > b", "message a.tar > 1.eml", "kept a.tar",
                "tar a.tar",
            ])
        #expect(try bench.items("a.tar").compactMap(\.failure?.detail).first == "it is a link without a target")
    }

    @Test func `the components of a path are as many as tell whether it is too long`() {
        func member(_ path: String) -> Member { Member(path: path.bytes, kind: .file) }
        #expect(member("./a//b/../c/.").components == ["a", "b", "..", "c"].map(\.bytes))
        #expect(member("./a//b/../c/.").name.elementsEqual("c".utf8))
        for path in ["", ".", "/", "//./"] {
            #expect(member(path).components.isEmpty && member(path).name.isEmpty, "\(path)")
        }
        let long = member(String(repeating: "a/", count: 500_000) + "x.eml")
        #expect(long.components.count == Intake.pathLimit / 2 + 1)
        #expect(Intake.Place(source: 1, path: [long.components], range: nil).isTooLong)
        #expect(long.name.elementsEqual("x.eml".utf8))
    }

    @Test func `a path too long for a manifest line is a failure`() throws {
        let bench = try Workbench()
        try python(
            bench,
            """
            with tarfile.open("a.tar", "w", format=tarfile.GNU_FORMAT) as t:
                for n in (4092, 4091): add(t, "n" * n + ".eml")
                i = tarfile.TarInfo("a/" + "l" * 5000); i.type = tarfile.SYMTYPE; i.linkname = "t"; t.addfile(i)
                i = tarfile.TarInfo("b"); i.type = tarfile.SYMTYPE; i.linkname = "t" * 5000; t.addfile(i)
            """)
        let items = try bench.items("a.tar")
        #expect(items.compactMap(\.failure).map(\.code) == [.nameTooLong, .nameTooLong, .nameTooLong])
        let cut = [UInt8](repeating: 0x6E, count: 4092) + ".eml".bytes.dropLast()
        #expect(items.compactMap(\.failure).map { $0.place.path.last } == [[cut], ["a".bytes], ["b".bytes]])
        #expect(items.compactMap(\.message).count == 1)
        #expect(items.last?.line == "end")
    }
}
