// One header for a name, a path and a size, and no other.

import Bytes
import Testing

@testable import Container

struct TarHeaderTests {
    private let header: [UInt8]

    init() throws { header = try Tar.header(name: "leak".bytes, path: "data/a".bytes, size: 0o1234567) }

    @Test func `a header holds its fields at the places of ustar`() {
        let fields: [(Int, String)] = [
            (0, "data/a\0"), (100, "0000644\0"), (108, "0000000\0"), (116, "0000000\0"), (124, "00001234567\0"),
            (136, "00000000000\0"), (154, "\0 0\0"), (257, "ustar\u{0}00\0"), (329, "0000000\u{0}0000000\0"),
            (345, "leak\0"),
        ]
        for (offset, text) in fields { #expect(header[offset...].starts(with: text.bytes), "at \(offset)") }
        let used = fields.reduce(into: Set(148..<154)) { $0.formUnion($1.0..<$1.0 + $1.1.utf8.count) }
        #expect(header.indices.allSatisfy { used.contains($0) || header[$0] == 0 })
        let sum = header.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
        #expect(header[148..<154].displayText == "0" + String(sum, radix: 8))
    }

    @Test(arguments: [0, 1, 511, 512, 0o7777777777, Tar.maximumSize])
    func `a header is read back`(size: Int) throws {
        let name = [UInt8](repeating: 0x78, count: 64)
        let path = [UInt8](repeating: 0x79, count: 100)
        let parsed = Tar.parse(try Tar.header(name: name, path: path, size: size)[...])
        #expect(parsed == ParsedHeader(name: name, path: path, size: size, isSound: true, departure: nil))
    }

    @Test(arguments: ["", ".a", "-a", "A", "a/b", "a b", "ü", String(repeating: "a", count: 65)])
    func `a name outside the rules is refused`(name: String) {
        #expect(throws: ContainerError.invalidName(name.bytes)) {
            try Tar.header(name: name.bytes, path: "a".bytes, size: 0)
        }
    }

    @Test(arguments: [
        "", "/", "/a", "a/", "a//b", ".", "..", "./a", "a/../b", "A", "a b", "a\0b", String(repeating: "a", count: 101),
    ])
    func `a path outside the rules is refused`(path: String) {
        #expect(throws: ContainerError.invalidPath(path.bytes)) {
            try Tar.header(name: "a".bytes, path: path.bytes, size: 0)
        }
    }

    @Test(arguments: ["a", "...", "..a", ".a", "a.b/c-d_e", String(repeating: "a", count: 100)])
    func `a path within the rules is taken`(path: String) throws {
        #expect(try Tar.header(name: "a".bytes, path: path.bytes, size: 0).count == 512)
    }

    @Test(arguments: [-1, Tar.maximumSize + 1])
    func `a size that does not fit is refused`(size: Int) {
        #expect(throws: ContainerError.invalidSize(size)) {
            try Tar.header(name: "a".bytes, path: "b".bytes, size: size)
        }
    }

    @Test func `every flipped bit makes a header unsound or another one`() {
        for offset in header.indices {
            for bit in 0..<8 {
                var other = header
                other[offset] ^= 1 << UInt8(bit)
                #expect(!Tar.parse(other[...]).isCanonical, "bit \(bit) of byte \(offset)")
            }
        }
    }

    /// A change to a header, with the checksum set right again unless that is what changes.
    struct Change: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let offset: Int
        let text: String
        /// The first byte that is not canonical.
        let departure: Int
    }

    private static let changes = [
        Change(testDescription: "directory", offset: 156, text: "5", departure: 156),
        Change(testDescription: "old file type", offset: 156, text: "\0", departure: 156),
        Change(testDescription: "symbolic link", offset: 156, text: "2", departure: 156),
        Change(testDescription: "pax header", offset: 156, text: "x", departure: 156),
        Change(testDescription: "GNU long name", offset: 156, text: "L", departure: 156),
        Change(testDescription: "link name", offset: 157, text: "b", departure: 157),
        Change(testDescription: "mode", offset: 100, text: "0000755", departure: 104),
        Change(testDescription: "mode with spaces", offset: 100, text: "    644", departure: 100),
        Change(testDescription: "owner", offset: 108, text: "0001750", departure: 111),
        Change(testDescription: "group", offset: 116, text: "0001750", departure: 119),
        Change(testDescription: "owner name", offset: 265, text: "root", departure: 265),
        Change(testDescription: "group name", offset: 297, text: "root", departure: 297),
        Change(testDescription: "time", offset: 136, text: "14000000000", departure: 136),
        Change(testDescription: "size that ends in a space", offset: 135, text: " ", departure: 135),
        Change(testDescription: "device", offset: 335, text: "1", departure: 335),
        Change(testDescription: "GNU magic", offset: 257, text: "ustar  \0", departure: 262),
        Change(testDescription: "bytes behind the prefix", offset: 350, text: "x", departure: 350),
        Change(testDescription: "bytes behind the path", offset: 50, text: "x", departure: 50),
        Change(testDescription: "last bytes", offset: 511, text: "x", departure: 511),
        Change(testDescription: "path that goes up", offset: 0, text: "../abc", departure: 0),
        Change(testDescription: "path with capitals", offset: 0, text: "DATA/a", departure: 0),
        Change(testDescription: "name with capitals", offset: 345, text: "LEAK", departure: 345),
        Change(testDescription: "size in binary", offset: 124, text: "\u{1}\0\0\0\0\0\0\0\0\0\u{7}\0", departure: 124),
    ]

    @Test(arguments: changes)
    func `a sound header that is not canonical is told apart`(change: Change) {
        var other = header
        other.replaceSubrange(change.offset..<change.offset + change.text.utf8.count, with: change.text.utf8)
        let sum = String(Tar.checksum(other[...]), radix: 8)
        other.replaceSubrange(148..<154, with: (String(repeating: "0", count: 6 - sum.count) + sum).utf8)
        let parsed = Tar.parse(other[...])
        #expect(parsed.isSound)
        #expect(parsed.departure?.offset == change.departure)
    }

    @Test(arguments: ["0012345\0", "  12345\0", "12345 \0 ", "12345\0\0\0"])
    func `the checksum is read in any form but canonical in one`(form: String) {
        var other = header
        let sum = String(Tar.checksum(other[...]), radix: 8)
        let text = form.replacing("12345", with: sum).utf8
        other.replaceSubrange(148..<148 + text.count, with: text)
        #expect(Tar.parse(other[...]).isSound)
        #expect(Tar.parse(other[...]).isCanonical == false)
    }

    @Test func `too few, too many and arbitrary bytes are no header`() {
        for count in [0, 1, 148, 511, 513, 1024] {
            #expect(!Tar.parse([UInt8](repeating: 0x30, count: count)[...]).isCanonical)
            #expect(!Tar.parse((header + header).prefix(count)).isCanonical)
        }
        for seed in 0..<100 as Range<UInt64> { #expect(!Tar.parse(content(of: 512, seed: seed)[...]).isCanonical) }
    }
}
