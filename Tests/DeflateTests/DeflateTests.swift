// The compressor against zlib: what it writes comes back, whatever the bytes.

import Deflate
import Testing

struct DeflateTests {
    @Test func `an empty block is one empty stored block`() {
        #expect(Deflate.compress(block: []) == [0x00, 0x00, 0x00, 0xFF, 0xFF])
    }

    @Test func `every small size comes back`() throws {
        for size in 0...300 {
            let bytes = (0..<size).map { UInt8($0 % 7 * 31) }
            let inflated = try Deflate.inflate(block: Deflate.compress(block: bytes), size: size)
            #expect(inflated == bytes, "\(size) bytes")
        }
    }
}
