import Bytes
import ScratchFolders
import Testing

@testable import Intake

/// RAR archives of stored members, made by hand: no free tool writes them.
@Suite struct RarTests {
    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }

    private static func little(_ value: UInt32, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
    }

    /// An archive of RAR 4's format; times are local ones there.
    static func rar4(_ members: [(name: String, data: [UInt8])]) -> [UInt8] {
        func block(_ body: [UInt8]) -> [UInt8] { little(crc32(body) & 0xFFFF, 2) + body }
        var bytes: [UInt8] = [0x52, 0x61, 0x72, 0x21, 0x1A, 0x07, 0x00]
        bytes += block([0x73, 0, 0, 13, 0] + [UInt8](repeating: 0, count: 6))
        for (name, data) in members {
            let size = little(UInt32(data.count), 4)
            let facts = size + size + [3] + little(crc32(data), 4) + little(0x4AA5_0842, 4) + [20, 0x30]
            let length = little(UInt32(32 + name.utf8.count), 2)
            let head = [0x74, 0x00, 0x80] + length + facts + little(UInt32(name.utf8.count), 2)
            bytes += block(head + little(0o100644, 4) + name.bytes) + data
        }
        return bytes + block([0x7B, 0x00, 0x40, 7, 0])
    }

    /// An archive of RAR 5's format; its times are UTC.
    static func rar5(_ members: [(name: String, data: [UInt8])]) -> [UInt8] {
        func number(_ value: Int) -> [UInt8] {
            value < 128 ? [UInt8(value)] : [UInt8(value & 127) | 128] + number(value >> 7)
        }
        func block(_ body: [UInt8]) -> [UInt8] {
            let sized = number(body.count) + body
            return little(crc32(sized), 4) + sized
        }
        var bytes: [UInt8] = [0x52, 0x61, 0x72, 0x21, 0x1A, 0x07, 0x01, 0x00]
        bytes += block([1, 0, 0])
        for (name, data) in members {
            let sizes = number(data.count) + [6] + number(data.count) + number(0o100644)
            let facts = little(1_494_000_000, 4) + little(crc32(data), 4) + [0, 1] + number(name.utf8.count)
            bytes += block([2, 2] + sizes + facts + name.bytes) + data
        }
        return bytes + block([5, 0, 0])
    }

    static let members = [
        ("m/1.eml", mail("1").bytes), ("note.txt", "a note\n".bytes), ("box", (MboxTests.line + mail("2")).bytes),
    ]

    @Test(arguments: [(rar4(members), nil), (rar5(members), 1_494_000_000)])
    func `stored members of both formats are read`(archive: (bytes: [UInt8], mtime: Int?)) throws {
        let bench = try Workbench()
        try bench.write("a.rar", archive.bytes)
        let items = try bench.items("a.rar")
        #expect(
            items.dropFirst().map(\.line) == [
                "message a.rar > m/1.eml", "file a.rar > note.txt", "message a.rar > box", "mbox a.rar > box",
                "rar a.rar", "end",
            ])
        #expect(items.compactMap(\.message).map(\.bytes) == [mail("1").bytes, mail("2").bytes])
        #expect(items.compactMap(\.file).first?.mtime == archive.mtime)
        #expect(items.compactMap(\.containerEnd).last?.reader == LibraryArchive.version)
    }
}
