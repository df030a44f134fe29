// Archives that other programs of this kind were fooled by, put into a bundle whose index follows them: what `verify` says,
// and that no two commands see two archives.

import Bytes
import Container
import Cryptography
import Deflate
import Files
import Foundation
import Manifest
import MerkleTree
import ScratchFolders
import Testing

import class Mailseal.Bundle

@testable import Mailseal

/// Entries that stand behind bagit.txt in a sound bundle.
struct HostileEntry: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// The codes of findings that there must be.
    let codes: Set<String>
    /// Where in the tar stream the first departure is found, from the first byte of the first entry.
    let offset: Int?
    let bytes: [UInt8]

    init(_ name: String, _ codes: Set<String> = ["tar-header"], at offset: Int? = nil, _ bytes: [UInt8]) {
        (testDescription, self.codes, self.offset, self.bytes) = (name, codes, offset, bytes)
    }

    /// An entry of any type, path and size field, as tar programs write it; its checksum is right.
    static func entry(
        type: UInt8 = 0x30, path: String = "data/files/aa/x", size: [UInt8]? = nil, link: String = "",
        content: [UInt8] = [], prefix: String = "sample", _ change: (inout [UInt8]) -> Void = { _ in }
    ) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: Tar.unit)
        func put(_ bytes: some Collection<UInt8>, _ offset: Int) {
            header.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        }
        put(path.utf8.prefix(100), 0)
        for (offset, text) in [(100, "0000644"), (108, "0000000"), (116, "0000000"), (136, "00000000000")] {
            put(text.utf8, offset)
        }
        let octal = String(content.count, radix: 8)
        put(size ?? Array((String(repeating: "0", count: 11 - octal.count) + octal).utf8), 124)
        header[156] = type
        put(link.utf8.prefix(100), 157)
        put("ustar\u{0}00".utf8, 257)
        put("0000000".utf8, 329)
        put("0000000".utf8, 337)
        put(prefix.utf8, 345)
        change(&header)
        put([UInt8](repeating: 0x20, count: 8), 148)
        let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
        put(Array((String(repeating: "0", count: 6 - sum.count) + sum).utf8) + [0, 0x20], 148)
        return header + content + [UInt8](repeating: 0, count: Tar.padding(after: content.count))
    }

    private static func pax(_ records: String..., type: UInt8 = 0x78) -> [UInt8] {
        let content = records.flatMap { record in
            var length = record.utf8.count + 3
            while "\(length) \(record)\n".utf8.count != length { length = "\(length) \(record)\n".utf8.count }
            return Array("\(length) \(record)\n".utf8)
        }
        return entry(type: type, path: "pax", content: content)
    }

    private static let text = "hidden\n".bytes
    private static let smuggled = entry(path: "data/files/aa/hidden", content: text)
    private static func binary(_ size: UInt8, negative: Bool = false) -> [UInt8] {
        [negative ? 0xFF : 0x80] + [UInt8](repeating: negative ? 0xFF : 0, count: 10) + [size]
    }

    static let all: [HostileEntry] =
        sizes + links + names
        + [
            // Sizes in two places: one program goes by the one, another by the other (CVE-2025-62518 and its kin).
            HostileEntry(
                "a pax size larger than the header's", at: 156,
                pax("size=\(smuggled.count)") + entry(content: []) + smuggled),
            HostileEntry("a pax size of nothing", at: 156, pax("size=0") + entry(content: smuggled)),
            HostileEntry("a global pax header", at: 156, pax("comment=x", type: 0x67)),
            HostileEntry("a pax path", at: 156, pax("path=../../etc/passwd") + entry(content: text)),
            HostileEntry(
                "a sparse file by pax", at: 156,
                pax("GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.realsize=1099511627776") + entry()),
            HostileEntry("a GNU long name", at: 0, entry(type: 0x4C, path: "././@LongLink", content: text) + entry()),
            HostileEntry("a GNU long link", at: 0, entry(type: 0x4B, path: "././@LongLink", content: text) + entry()),
            HostileEntry("a GNU sparse file", at: 156, entry(type: 0x53)),
            HostileEntry("a file of several volumes", at: 156, entry(type: 0x4D)),
            HostileEntry("a volume's name", at: 156, entry(type: 0x56)),
            HostileEntry("a list of old names", at: 156, entry(type: 0x4E)),
            HostileEntry("an extension of Solaris", at: 156, entry(type: 0x58)),
            HostileEntry("a type that nobody knows", at: 156, entry(type: 0x51)),
            HostileEntry("the old type of files", at: 156, entry(type: 0)),
            HostileEntry("a contiguous file", at: 156, entry(type: 0x37)),
            HostileEntry("a folder", at: 156, entry(type: 0x35)),
            HostileEntry("a folder with content", at: 156, entry(type: 0x35, content: text)),
            HostileEntry("a character device", at: 156, entry(type: 0x33) { $0[335] = 0x31 }),
            HostileEntry("a block device", at: 156, entry(type: 0x34)),
            HostileEntry("a named pipe", at: 156, entry(type: 0x36)),
            HostileEntry("another owner", at: 113, entry { $0[113] = 0x31 }),
            HostileEntry("a program", at: 104, entry { $0.replaceSubrange(104..<107, with: "755".utf8) }),
            HostileEntry("a program that runs as its owner", at: 103, entry { $0[103] = 0x34 }),
            HostileEntry(
                "a time before all times", at: 136,
                entry { $0.replaceSubrange(136..<148, with: binary(1, negative: true)) }),
            HostileEntry(
                "the magic of GNU tar", at: 262, entry { $0.replaceSubrange(257..<265, with: "ustar  \0".utf8) }),
            HostileEntry(
                "no magic at all", at: 257,
                entry { $0.replaceSubrange(257..<265, with: [UInt8](repeating: 0, count: 8)) }),
            HostileEntry("an end of the archive too early", ["tar-end"], [UInt8](repeating: 0, count: 1024)),
            HostileEntry("one block of zeros", ["tar-end"], [UInt8](repeating: 0, count: 512)),
            HostileEntry("512 bytes that are no header", ["tar-header"], [UInt8](repeating: 0x41, count: 512)),
        ]

    private static let sizes = [
        HostileEntry("a size in binary", at: 124, entry(size: binary(7), content: text)),
        HostileEntry("a size below nothing", at: 124, entry(size: binary(0xF9, negative: true))),
        HostileEntry(
            "a size in binary of 2^63", at: 124, entry(size: [0x80, 0, 0, 0, 0x80] + [UInt8](repeating: 0, count: 7))),
        HostileEntry("a size with blanks before it", at: 124, entry(size: Array("          7\0".utf8), content: text)),
        HostileEntry("a size that ends in a blank", at: 135, entry(size: Array("00000000007 ".utf8), content: text)),
        HostileEntry("a size of twelve digits", at: 124, entry(size: Array("000000000007".utf8), content: text)),
        HostileEntry("a size below nothing in octal", at: 124, entry(size: Array("-0000000007\0".utf8))),
        HostileEntry("a size of no digits", at: 124, entry(size: [UInt8](repeating: 0, count: 12))),
        HostileEntry(
            "a size beyond the archive", ["tar-end"], entry(size: Array("77777777777\0".utf8))
        ),
        HostileEntry(
            "padding that is not zero", ["tar-padding", "entry-unexpected"],
            Array(entry(content: text).dropLast()) + [1]),
    ]

    private static let links = [
        HostileEntry("a symbolic link out of the folder", at: 156, entry(type: 0x32, link: "../../etc/passwd")),
        HostileEntry(
            "a symbolic link and a file behind it", at: 156,
            entry(type: 0x32, path: "data/eml", link: "/etc") + entry(path: "data/eml/cron.d", content: text)),
        HostileEntry("a hard link to what is outside", at: 156, entry(type: 0x31, link: "/etc/shadow")),
        HostileEntry("a file with a link's target", at: 157, entry(link: "x")),
    ]

    private static let names = [
        HostileEntry("a path that goes up", at: 0, entry(path: "../x")),
        HostileEntry("a path that goes up within", at: 0, entry(path: "data/../../x")),
        HostileEntry("a path from the root", at: 0, entry(path: "/etc/passwd")),
        HostileEntry("a path with a folder of no name", at: 0, entry(path: "data//x")),
        HostileEntry("a path that ends in a slash", at: 0, entry(path: "data/files/")),
        HostileEntry("a path that begins here", at: 0, entry(path: "./checkpoint")),
        HostileEntry("a path of another case", at: 0, entry(path: "CHECKPOINT")),
        HostileEntry("a path in NFC", at: 0, entry(path: "data/\u{E9}")),
        HostileEntry("a path in NFD", at: 0, entry(path: "data/e\u{301}")),
        HostileEntry("a path with a sharp s", at: 0, entry(path: "data/\u{DF}")),
        HostileEntry("a path with an escape character", at: 0, entry(path: "data/\u{1B}[2J")),
        HostileEntry("a path with a backslash", at: 0, entry(path: "data\\..\\x")),
        HostileEntry("no path", at: 0, entry(path: "")),
        HostileEntry("bytes behind the path", at: 50, entry { $0[50] = 0x78 }),
        HostileEntry("no folder", at: 345, entry(prefix: "")),
        HostileEntry("a folder that goes up", at: 345, entry(prefix: "..")),
        HostileEntry("another folder", at: 345, entry(prefix: "other")),
        HostileEntry("a file that no line names", ["entry-unexpected"], entry(path: "data/files/aa/x", content: text)),
        HostileEntry(
            "a second checkpoint before the other", ["entry-unexpected"], entry(path: "checkpoint", content: text)),
        HostileEntry(
            "a second manifest before the other", ["entry-unexpected"],
            entry(path: "manifest.jsonl", content: "{}\n".bytes)),
        HostileEntry("a second index before the other", ["entry-unexpected"], entry(path: "index.txt", content: text)),
    ]
}

struct HostileArchiveTests {
    private let bench: VerifyBench
    /// Where the entry behind bagit.txt begins.
    private static let start = 1024

    init() throws { bench = try VerifyBench() }

    /// A bundle of two messages.
    private static let sound = Task {
        let bench = try VerifyBench()
        try bench.write("small/a.eml", Mails.plain(1))
        try bench.write("small/b.eml", Mails.attached)
        return try await bench.bundle(of: ["small"], keys: false)
    }

    /// What opens it sees the archive that `verify` sees, or nothing.
    private func expectOneArchive(_ bundle: [UInt8], _ report: VerifyReport) throws {
        let path = try bench.write("\(UUID().uuidString).tar.gz", bundle)
        guard let opened = try? Bundle(path: path) else { return }
        #expect(opened.root == report.root)
        for number in 1...opened.end.messages {
            guard let bytes = try? Show.bytes(opened, .number(number)) else { continue }
            #expect([Mails.plain(1), Mails.attached].contains(bytes))
        }
    }

    @Test(arguments: HostileEntry.all)
    func `an entry that no bundle has is found where it stands`(_ hostile: HostileEntry) async throws {
        let sound = try await Self.sound.value
        var forgery = try Forgery(of: sound, in: bench)
        let raw = Forgery.File(path: "", content: [], raw: hostile.bytes)
        forgery.changeEntries = { $0.insert(raw, at: 1) }
        // Whoever makes the file makes an index that leads past what was put in, or to it.
        for leads in [false, true] {
            forgery.changeIndex = { if !leads { $0.entries.remove(at: 1) } }
            let bundle = try forgery.assemble()
            let report = try await bench.verify(bundle)
            let findings = report.findings.map { "\($0.code) \($0.subject): \($0.detail)" }
            #expect(report.verdict == .altered)
            #expect(Set(report.findings.map(\.code)).isSuperset(of: hostile.codes), "\(findings.prefix(8))")
            if let offset = hostile.offset {
                let place = Self.start + offset
                #expect(findings.contains { $0.hasPrefix("tar-header byte \(place) ") }, "\(findings.prefix(8))")
            }
            try expectOneArchive(bundle, report)
        }
    }

    @Test func `payload files in another order, or twice, are found`() async throws {
        let sound = try await Self.sound.value
        for change in [
            { $0.swapAt(1, 2) }, { $0.insert($0[1], at: 2) }, { $0.insert($0[2], at: 1) }, { $0.append($0[1]) },
            { $0.insert($0[3], at: 3) }, { $0.append($0[3]) },
        ] as [(inout [Forgery.File]) -> Void] {
            var forgery = try Forgery(of: sound, in: bench)
            forgery.changeEntries = change
            let bundle = try forgery.assemble()
            let report = try await bench.verify(bundle)
            #expect(report.verdict == .altered)
            try expectOneArchive(bundle, report)
        }
    }

    @Test func `what stands behind the end of the archive is found`() async throws {
        let sound = try await Self.sound.value
        let zeros = [UInt8](repeating: 0, count: Tar.endSize)
        for end in [
            zeros + HostileEntry.entry(path: "checkpoint", content: "x".bytes) + zeros, zeros + [1],
            zeros + [UInt8](repeating: 0, count: 512), zeros + [UInt8](repeating: 0, count: 10 << 20),
            Array(zeros.dropLast(512)), [], HostileEntry.entry(path: "checkpoint") + zeros,
        ] {
            var forgery = try Forgery(of: sound, in: bench)
            forgery.endOfArchive = end
            let bundle = try forgery.assemble()
            let report = try await bench.verify(bundle)
            #expect(report.verdict == .altered)
            try expectOneArchive(bundle, report)
        }
    }

    @Test func `a second gzip member is found, whatever it holds`() async throws {
        let sound = try await Self.sound.value
        for member in [
            sound, Array(sound.prefix(60)),
            [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 3, 0] + [UInt8](repeating: 0, count: 8),
        ] {
            for bundle in [sound + member, member + sound] {
                guard let report = try? await bench.verify(bundle) else { continue }
                #expect(report.verdict == .altered)
                try expectOneArchive(bundle, report)
            }
        }
    }

    /// Blocks that inflate to far more than a block holds.
    @Test(arguments: [false, true])
    func `a bomb ends after a block's length`(isFirst: Bool) async throws {
        let sound = try await Self.sound.value
        // 256 MiB of zeros in one block of Deflate, by zlib.
        let bomb = try bench.run(
            """
            python3 -c 'import zlib,sys
            z = zlib.compressobj(9, zlib.DEFLATED, -15)
            for _ in range(256): sys.stdout.buffer.write(z.compress(bytes(1 << 20)))
            sys.stdout.buffer.write(z.flush())'
            """)
        #expect(bomb.count > 250_000)
        let place = isFirst ? GzipHeader.size : sound.count / 2
        let bundle = Array(sound[..<place]) + bomb + sound[place...]
        let report = try await bench.verify(bundle)
        #expect(report.verdict == .altered)
        // Not the checksum of all of it: that it is too long is known before.
        if isFirst { #expect(report.findings.map(\.code).filter { $0.hasPrefix("block-") } == ["block-size"]) }
        try expectOneArchive(bundle, report)
    }
}
