// Single deflate blocks from chosen sequences, which the match finder would not always choose.

import Testing

@testable import Deflate

struct BlockWriterTests {
    /// One block for the bytes, of these matches; the rest are literals.
    private func block(
        _ bytes: [UInt8], matches: [(literals: Int, length: Int, distance: Int)] = []
    ) -> [UInt8] {
        var tokens = Tokens()
        defer { tokens.deallocate() }
        let capacity = 2 * bytes.count + 1000
        return unsafe bytes.withUnsafeBufferPointer { input in
            unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, filled in
                guard let start = input.baseAddress, let output = buffer.baseAddress else { return }
                var place = 0
                for match in matches {
                    tokens.append(literals: match.literals, length: match.length, distance: match.distance)
                    place += match.literals + match.length
                }
                tokens.trailingLiterals = bytes.count - place
                unsafe tokens.countSymbols(start)
                var writer = unsafe BitWriter(buffer, start: output)
                unsafe writer.writeBlock(start, count: bytes.count, tokens)
                unsafe writer.writeStored(start, count: 0)
                filled = writer.byteCount
            }
        }
    }

    @Test func `a block with all 286 literal and length symbols comes back`() throws {
        let lengths = Array(3...258)
        let bytes = (0..<256 + lengths.reduce(0, +)).map { UInt8(truncatingIfNeeded: $0) }
        let matches = lengths.enumerated().map { ($0.offset == 0 ? 256 : 0, $0.element, 256) }
        #expect(try Deflate.inflate(block: block(bytes, matches: matches), size: bytes.count) == bytes)
    }

    @Test func `a match of every distance code comes back`() throws {
        var bytes = Generator.bytes(33_000, seed: 6)
        var matches: [(literals: Int, length: Int, distance: Int)] = []
        for exponent in 0...15 {
            for distance in [1 << exponent, (3 << exponent) >> 1, (1 << exponent) + 1] where distance <= 32_768 {
                for _ in 0..<5 { bytes.append(bytes[bytes.count - distance]) }
                matches.append((matches.isEmpty ? 33_000 : 0, 5, distance))
            }
        }
        #expect(try Deflate.inflate(block: block(bytes, matches: matches), size: bytes.count) == bytes)
    }

    @Test func `literals alone come back, whatever their histogram`() throws {
        for sample in [Sample.fibonacci, .twoSymbols, .textInZeros, .base64Alphabet] {
            let bytes = sample.bytes
            #expect(try Deflate.inflate(block: block(bytes), size: bytes.count) == bytes, "\(sample)")
        }
    }

    @Test func `one symbol takes one bit a literal`() throws {
        let bytes = [UInt8](repeating: 9, count: 8000)
        let compressed = block(bytes)
        #expect(compressed.count < 1000 + 30)
        #expect(try Deflate.inflate(block: compressed, size: bytes.count) == bytes)
    }

    @Test func `every symbol covers its range of lengths and distances`() {
        var counts = [Int](repeating: 0, count: 286)
        for length in 3...258 { counts[Match.lengthSymbol(length)] += 1 }
        #expect(
            (257...285).allSatisfy {
                counts[$0] == 1 << BlockCode.extraBits(lengthSymbol: $0) - ($0 == 284 ? 1 : 0)
            })
        counts = [Int](repeating: 0, count: 30)
        for distance in 1...32_768 { counts[Match.distanceSymbol(distance)] += 1 }
        #expect((0..<30).allSatisfy { counts[$0] == 1 << BlockCode.extraBits(distanceSymbol: $0) })
    }
}
