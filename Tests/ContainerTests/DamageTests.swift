// No damage goes unreported, none is read as something else, and what is whole beside it stays readable.

import Bytes
import Files
import Testing

@testable import Container

struct DamageTests {
    @Test func `every flipped byte is reported`() throws {
        let fixture = Fixture([3, 0, 600])
        let bytes = try fixture.bundle()
        let scratch = try Scratch(bytes)
        for offset in bytes.indices {
            try scratch.write([bytes[offset] ^ 1 << UInt8(offset % 8)], at: offset)
            #expect(try !Examination(scratch.open(), as: fixture).faults.isEmpty, "byte \(offset)")
            try scratch.write([bytes[offset]], at: offset)
        }
        #expect(try Examination(scratch.open(), as: fixture).faults == [])
    }

    @Test func `every flipped bit of header and trailer is reported under its code`() throws {
        let fixture = Fixture([3])
        let bytes = try fixture.bundle(compress: stored)
        let scratch = try Scratch(bytes)
        let trailer = bytes.count - 10
        for offset in Array(0..<GzipHeader.size) + Array(trailer..<bytes.count) {
            let isComment = (10..<62).contains(offset)
            let code: Fault.Code = offset >= trailer ? .gzipTrailer : isComment ? .gzipComment : .gzipHeader
            for bit in 0..<8 {
                try scratch.write([bytes[offset] ^ 1 << UInt8(bit)], at: offset)
                // Without its low bit, `03` is the beginning of another block.
                if offset == trailer && bit == 0 { continue }
                let codes = try Examination(scratch.open(), as: fixture).codes
                #expect(codes.contains(code), "bit \(bit) of byte \(offset): \(codes)")
            }
            try scratch.write([bytes[offset]], at: offset)
        }
    }

    @Test func `every truncation is reported`() throws {
        let fixture = Fixture([3, 0, 600])
        let bytes = try fixture.bundle()
        let scratch = try Scratch(bytes)
        for size in (0..<bytes.count).reversed() {
            scratch.truncate(to: size)
            #expect(try !Examination(scratch.open(), as: fixture).faults.isEmpty, "\(size) bytes")
        }
    }

    @Test(arguments: [[0], [3, 0], Array("more".utf8), [0x1F, 0x8B, 8, 0]])
    func `bytes behind the trailer are reported`(extra: [UInt8]) throws {
        let fixture = Fixture([3])
        let file = try Scratch(try fixture.bundle(compress: stored) + extra).open()
        #expect(try Examination(file, as: fixture).codes == [.trailingBytes, .gzipComment])
    }

    /// A bundle of four blocks: entry 0 in block 0, entry 1 in 0…2, entry 2 in 2…3, entry 3 and the rest in 3.
    private static let fixture = Fixture([600_000, 2_000_000, 600_000, 1000])

    @Test func `a damaged block costs its own range only`() throws {
        let fixture = Self.fixture
        let bytes = try fixture.bundle(compress: stored)
        let scratch = try Scratch(bytes)
        let block = try BundleReader(scratch.open()).blocks.range(of: 1)
        // A stored block's length that contradicts its complement.
        try scratch.write([bytes[block.lowerBound + 1] ^ 1], at: block.lowerBound + 1)
        let file = try scratch.open()
        let examination = try Examination(file, as: fixture)
        #expect(examination.codes == [.blockChecksum, .blockInflate])
        #expect(examination.faults.allSatisfy { $0.offset == block.lowerBound })
        #expect(examination.paths == fixture.entries.map(\.path) + [BundleReader.indexPath])
        #expect(Set(examination.contents.keys) == Set(examination.paths).subtracting(["data/1".bytes]))
        let reader = try BundleReader(file)
        #expect(try reader.read(reader.entry(0)) == fixture.entries[0].content)
        #expect(try reader.read(reader.entry(2)) == fixture.entries[2].content)
        let lost = try reader.entry(1)
        #expect(try reader.read(lost, range: 0..<1000) == Array(fixture.entries[1].content[..<1000]))
        #expect(throws: ContainerError.self) { try reader.read(lost) }
    }

    @Test func `a damaged block with headers in it costs the entries that begin there`() throws {
        let fixture = Fixture([600_000, 600_000, 3000, 600_000, 600_000, 1000])
        let bytes = try fixture.bundle(compress: stored)
        let scratch = try Scratch(bytes)
        let block = try BundleReader(scratch.open()).blocks.range(of: 1)
        try scratch.write([bytes[block.lowerBound + 1] ^ 1], at: block.lowerBound + 1)
        let examination = try Examination(scratch.open(), as: fixture)
        #expect(examination.codes.isSuperset(of: [.blockChecksum, .blockInflate, .tarLost]))
        #expect(Set(examination.contents.keys) == ["data/0", "data/5", "manifest.jsonl", "index.txt"].set)
    }

    @Test func `an altered byte of content is reported by its block and still read`() throws {
        let fixture = Self.fixture
        let bytes = try fixture.bundle(compress: stored)
        let scratch = try Scratch(bytes)
        let block = try BundleReader(scratch.open()).blocks.range(of: 1)
        try scratch.write([bytes[block.lowerBound + 99] ^ 1], at: block.lowerBound + 99)
        let examination = try Examination(scratch.open(), as: fixture)
        #expect(examination.codes == [.blockChecksum, .gzipTrailer])
        #expect(examination.contents["data/1".bytes]?.count == 2_000_000)
        #expect(examination.contents["data/1".bytes] != fixture.entries[1].content)
    }

    @Test func `without a readable index the blocks are found in sequence`() throws {
        let fixture = Self.fixture
        var bytes = try fixture.bundle(compress: stored)
        bytes[30] = 0x20
        let examination = try Examination(try Scratch(bytes).open(), as: fixture)
        #expect(!examination.hasReader)
        #expect(examination.codes == [.gzipComment])
        #expect(examination.contents.count == fixture.entries.count + 1)
    }

    @Test func `without index and with a damaged block what precedes it is read`() throws {
        let fixture = Self.fixture
        var bytes = try fixture.bundle(compress: stored)
        let block = try BundleReader(Scratch(bytes).open()).blocks.range(of: 1)
        bytes[30] = 0x20
        bytes[block.lowerBound + 1] ^= 1
        let examination = try Examination(try Scratch(bytes).open(), as: fixture)
        #expect(examination.codes == [.gzipComment, .blockInflate, .tarEnd])
        #expect(Set(examination.contents.keys) == ["data/0"].set)
    }

    @Test func `arbitrary bytes are refused without a trap`() throws {
        let fixture = Fixture([3])
        let prefix = Array(try fixture.bundle(compress: stored)[..<GzipHeader.size])
        for seed in 0..<200 as Range<UInt64> {
            let noise = content(of: Int(seed) * 7, seed: seed).map { $0 &* 37 }
            for bytes in [noise, prefix + noise] {
                let file = try Scratch(bytes).open()
                #expect(throws: ContainerError.self) { try BundleReader(file) }
                #expect(try !Examination(file, as: fixture).faults.isEmpty)
            }
        }
    }
}

extension [String] {
    fileprivate var set: Set<[UInt8]> { Set(map(\.bytes)) }
}
