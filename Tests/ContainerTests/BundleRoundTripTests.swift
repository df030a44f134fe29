// What is written comes back, by random access and in sequence.

import Bytes
import Deflate
import Files
import Testing

@testable import Container

struct BundleRoundTripTests {
    /// Reads a bundle both ways and compares it with what went in.
    private func check(_ fixture: Fixture, compress: ([UInt8]) throws -> CompressedBlock) throws {
        let file = try Scratch(try fixture.bundle(compress: compress)).open()
        let reader = try BundleReader(file)
        #expect(reader.name == fixture.name)
        #expect(reader.index.entries.map(\.leaf) == fixture.entries.map(\.leaf))
        #expect(reader.index.groups == fixture.groups)
        for (number, expected) in fixture.entries.enumerated() {
            let entry = try reader.entry(number)
            #expect(entry.path == expected.path)
            #expect(try reader.read(entry) == expected.content)
        }
        let examination = try Examination(file, as: fixture)
        #expect(examination.faults == [])
        #expect(examination.paths == fixture.entries.map(\.path) + [BundleReader.indexPath])
        for expected in fixture.entries { #expect(examination.contents[expected.path] == expected.content) }
    }

    @Test func `entries of every size from 0 to 1537 come back`() throws {
        try check(Fixture(Array(0...1537)), compress: stored)
    }

    @Test func `a small bundle in our own encoding comes back`() throws {
        try check(Fixture([0, 1, 511, 512, 513, 5000]), compress: { try BundleWriter.compress($0, number: 0) })
    }

    @Test func `several blocks in our own encoding come back`() throws {
        try check(Fixture([700_000, 900_000]), compress: { try BundleWriter.compress($0, number: 0) })
    }

    @Test func `a block that was compressed wrongly is refused with its number`() throws {
        let block = content(of: 3000, seed: 1)
        let whole = try BundleWriter.compress(block, number: 2)
        #expect(whole.bytes == Deflate.compress(block: block))
        let wrong: [(what: String, change: @Sendable (inout [UInt8]) -> Void)] = [
            ("other bytes", { $0 = Deflate.compress(block: Array(block.reversed())) }),
            ("a byte less", { $0 = Deflate.compress(block: Array(block.dropLast())) }),
            ("a byte more", { $0 = Deflate.compress(block: block + [0]) }),
            ("no deflate data", { $0[0] = 0x06 }), ("a final block", { $0 += Deflate.end }),
            ("nothing", { $0 = [] }),
        ]
        for (what, change) in wrong {
            #expect(throws: ContainerError.wrongCompression(block: 2), "\(what)") {
                try BundleWriter.compress(block, number: 2) { bytes in
                    var compressed = Deflate.compress(block: bytes)
                    change(&compressed)
                    return compressed
                }
            }
        }
    }

    // The manifest takes 1024 bytes, each other entry 512 more than its padded content.
    @Test(arguments: [
        ("a content that ends a block", [BundleBlocks.size - 512, 3]),
        ("a content one byte shorter than that", [BundleBlocks.size - 513, 3]),
        ("a header that ends a block", [BundleBlocks.size - 1024, 700]),
        ("a content of a block in a block of its own, nearly", [BundleBlocks.size - 1024, BundleBlocks.size, 3]),
        ("a content over three blocks", [10, 2 * BundleBlocks.size + 5, 10]),
        ("index.txt's header begins a block", [BundleBlocks.size - 1024 - 512]),
        ("index.txt's header ends a block", [BundleBlocks.size - 1024 - 1024]),
        ("index.txt's content ends a block", [BundleBlocks.size - 1024 - 512 - 1536]),
        ("the archive ends with a block", [BundleBlocks.size - 1024 - 512 - 2048]),
        ("the archive ends behind a block", [BundleBlocks.size - 1024 - 512 - 1536 - 512]),
    ])
    func `entries at the boundaries of blocks come back`(what: String, sizes: [Int]) throws {
        try check(Fixture(sizes), compress: stored)
    }

    @Test func `an index longer than a block comes back`() throws {
        var fixture = Fixture([100])
        let group = fixture.groups[0]
        fixture.groups = Array(repeating: group, count: 12_000).enumerated().map { number, group in
            .init(tarOffset: group.tarOffset + 512 * number, firstMessage: 1, hash: group.hash)
        }
        fixture.leafCount = 12_000 * 256
        fixture.entries[1].content = [UInt8](repeating: 0x20, count: 512 * 12_000)
        try check(fixture, compress: stored)
    }

    @Test func `any range of the tar stream reads as in sequence`() throws {
        let fixture = Fixture([700_000, 900_000, 2_000])
        let reader = try BundleReader(try Scratch(try fixture.bundle(compress: stored)).open())
        let all = try reader.bytes(tarOffset: 0, count: reader.blocks.tarSize)
        #expect(all.count == reader.indexEntry.end + Tar.endSize)
        let edge = BundleBlocks.size
        for (start, count) in [
            (0, 0), (0, 1), (edge - 1, 2), (edge, 1), (edge - 5, 5), (all.count, 0), (700_000, 500_000),
        ] {
            #expect(try reader.bytes(tarOffset: start, count: count) == Array(all[start..<start + count]))
        }
    }

    @Test func `what lies outside is refused`() throws {
        let fixture = Fixture([100])
        let reader = try BundleReader(try Scratch(try fixture.bundle(compress: stored)).open())
        let entry = try reader.entry(0)
        let size = reader.blocks.tarSize
        #expect(throws: ContainerError.outOfRange(asked: 0..<101, available: 100)) {
            try reader.read(entry, range: 0..<101)
        }
        #expect(throws: ContainerError.outOfRange(asked: 2..<3, available: 2)) { try reader.entry(2) }
        #expect(throws: ContainerError.outOfRange(asked: size..<size + 1, available: size)) {
            try reader.bytes(tarOffset: size, count: 1)
        }
        #expect(throws: ContainerError.self) { try reader.bytes(tarOffset: -1, count: 1) }
        #expect(throws: ContainerError.self) { try reader.bytes(tarOffset: 1, count: Int.max) }
        #expect(throws: ContainerError.self) { try reader.bytes(tarOffset: Int.max, count: Int.max) }
    }

    @Test func `the same entries give the same bytes in whatever slices they come`() throws {
        let fixture = Fixture([3000])
        let output = Memory()
        var writer = try BundleWriter(name: fixture.name)
        try writer.start(output)
        for (path, content, leaf) in fixture.entries {
            try writer.begin(path: path, size: content.count, leaf: leaf)
            for byte in content { try writer.append([byte]) }
            try writer.endEntry()
        }
        let group = fixture.groups[0]
        writer.addGroup(tarOffset: group.tarOffset, firstMessage: group.firstMessage, hash: group.hash)
        for block in try writer.endArchive(leafCount: 1) {
            try writer.accept(BundleWriter.compress(block, number: 0), to: output)
        }
        try writer.finish(output)
        #expect(try output.bytes == fixture.bundle())
    }

    @Test func `the fixed bytes of a file are those of the format`() throws {
        let bytes = try Fixture([3]).bundle()
        #expect(Array(bytes[..<10]) == [0x1F, 0x8B, 8, 0x10, 0, 0, 0, 0, 0, 0xFF])
        #expect(bytes[10..<32].displayText == "mailseal/0 index 00000")
        #expect(bytes[62] == 0)
        #expect(Array(bytes[(bytes.count - 14)..<(bytes.count - 8)]) == [0, 0, 0xFF, 0xFF, 3, 0])
    }

    @Test func `an entry that is not as long as promised is refused`() throws {
        var writer = try BundleWriter(name: "a".bytes)
        try writer.begin(path: "b".bytes, size: 2, leaf: nil)
        try writer.append([1])
        #expect(throws: ContainerError.wrongSize(path: "b".bytes, expected: 2, found: 1)) { try writer.endEntry() }
        #expect(throws: ContainerError.wrongSize(path: "b".bytes, expected: 2, found: 3)) { try writer.append([2, 3]) }
        try writer.append([2])
        try writer.endEntry()
        #expect(writer.tarOffset == 1024)
    }
}
