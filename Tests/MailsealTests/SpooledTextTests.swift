// Spooled text: the same bytes come out, whatever was given back to memory on the way.

import Bytes
import Cryptography
import Testing

@testable import Mailseal

@Suite struct SpooledTextTests {
    @Test(arguments: [[0], [1], [1, 1], [0, 5, 0], [1 << 20, 1, 1 << 20], [(1 << 20) - 1, 2]])
    func `text is whole after its memory was given back`(sizes: [Int]) async throws {
        let text = SpooledText()
        var expected: [UInt8] = []
        for (number, size) in sizes.enumerated() {
            let part = [UInt8](repeating: UInt8(number + 65), count: size)
            expected += part
            try text.append(part)
            try text.release()
        }
        var found: [UInt8] = []
        try await text.forEachPiece { found += $0 }
        #expect(found == expected && text.size == expected.count)
        #expect(try text.finish() == Digest(hashing: expected))
    }
}
