// Inflating: what is not exactly one independent block of the expected size is refused.

import Deflate
import Testing

struct InflateTests {
    private let flush: [UInt8] = [0x00, 0x00, 0x00, 0xFF, 0xFF]
    /// "abc" in a stored block, then the empty one.
    private let abc: [UInt8] = [0x00, 0x03, 0x00, 0xFC, 0xFF, 0x61, 0x62, 0x63, 0x00, 0x00, 0x00, 0xFF, 0xFF]

    @Test func `a block of the expected size is taken`() throws {
        #expect(try Deflate.inflate(block: abc, size: 3) == [0x61, 0x62, 0x63])
        #expect(try Deflate.inflate(block: flush, size: 0) == [])
    }

    @Test func `a block of another size is refused`() {
        #expect(throws: DeflateError.tooLong(expected: 2)) { try Deflate.inflate(block: abc, size: 2) }
        #expect(throws: DeflateError.tooShort(expected: 4, found: 3)) { try Deflate.inflate(block: abc, size: 4) }
    }

    @Test(arguments: [-1, Deflate.blockSize + 1])
    func `a size that no block can have is refused before any work`(size: Int) {
        #expect(throws: DeflateError.impossibleSize(size)) { try Deflate.inflate(block: abc, size: size) }
    }

    @Test func `no prefix of a block is taken`() throws {
        let bytes = Sample.attachmentInText.bytes
        let compressed = Sample.attachmentInText.compressed
        for length in 0..<compressed.count {
            #expect(throws: DeflateError.self) {
                try Deflate.inflate(block: Array(compressed[..<length]), size: bytes.count)
            }
        }
    }

    @Test func `a block without the empty stored block is refused`() {
        let block = Array(abc.dropLast(5))
        #expect(throws: DeflateError.noFlush) { try Deflate.inflate(block: block, size: 3) }
    }

    @Test func `bytes after the empty stored block are refused`() {
        #expect(throws: DeflateError.truncated(length: 14, inflated: 3)) {
            try Deflate.inflate(block: abc + [0x00], size: 3)
        }
    }

    @Test func `a block ends with the first empty stored block behind its last byte`() throws {
        #expect(throws: DeflateError.overlong(end: 13)) { try Deflate.inflate(block: abc + flush, size: 3) }
        #expect(throws: DeflateError.overlong(end: 13)) { try Deflate.inflate(block: abc + flush + flush, size: 3) }
        // Those before its last byte, and other empty blocks before the first stored one, are an encoder's choice.
        #expect(try Deflate.inflate(block: flush + flush + abc, size: 3) == [0x61, 0x62, 0x63])
        #expect(try Deflate.inflate(block: abc.dropLast(5) + [0x02, 0x00, 0x00, 0x00, 0xFF, 0xFF], size: 3).count == 3)
    }

    @Test func `a final block is refused`() {
        #expect(throws: DeflateError.finalBlock(offset: 15)) {
            try Deflate.inflate(block: abc + Deflate.end, size: 3)
        }
    }

    @Test func `what is no deflate data is refused where it begins to make no sense`() {
        #expect(throws: DeflateError.malformed(offset: 14, inflated: 3)) {
            try Deflate.inflate(block: abc + [0x06], size: 3)
        }
    }

    @Test func `a padding bit that is one is refused`() {
        var block = abc
        block[8] = 0x80
        #expect(throws: DeflateError.nonzeroPadding(offset: 9)) { try Deflate.inflate(block: block, size: 3) }
    }

    @Test func `a match that reaches before the block is refused`() {
        // A fixed block with the literal "a" and a match of length 3, distance 2.
        #expect(throws: DeflateError.self) { try Deflate.inflate(block: [0x4A, 0x04, 0x22, 0x00] + flush, size: 4) }
    }

    @Test func `no changed byte makes a block give other bytes of the same size without notice by CRC-32`() throws {
        let bytes = Array(Sample.attachmentInText.bytes.prefix(200))
        let compressed = Deflate.compress(block: bytes)
        let check = CRC32.of(bytes)
        for place in compressed.indices {
            var changed = compressed
            changed[place] ^= 0x10
            let inflated = try? Deflate.inflate(block: changed, size: bytes.count)
            #expect(inflated.map(CRC32.of) != check || inflated == bytes)
        }
    }
}
