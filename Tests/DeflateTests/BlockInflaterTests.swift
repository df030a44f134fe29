// The fast inflater against zlib: the same bytes, or nothing from either.

import Bytes
import Testing

@testable import Deflate

struct BlockInflaterTests {
    private static let flush: [UInt8] = [0x00, 0x00, 0x00, 0xFF, 0xFF]

    /// Whether the fast inflater and zlib take or refuse a block alike; `isTaken` counts the former.
    private func agree(_ block: [UInt8], size: Int, isTaken: inout Int) -> Bool {
        let fast = BlockInflater.inflate(block.span, size: size)
        let slow = try? Deflate.inflateByZlib(block: block.span, size: size)
        if fast != nil { isTaken += 1 }
        return fast == slow
    }

    private func agree(_ block: [UInt8], size: Int) -> Bool {
        var taken = 0
        return agree(block, size: size, isTaken: &taken)
    }

    @Test(arguments: Sample.allCases)
    func `what the compressor makes is read without zlib`(sample: Sample) {
        #expect(BlockInflater.inflate(sample.compressed.span, size: sample.bytes.count) == sample.bytes)
    }

    @Test(arguments: [Sample.mail, .text, .base64, .random, .zeros, .fibonacci, .twoSymbols, .oneByte, .empty])
    func `what zlib makes at any level and strategy is read without zlib`(sample: Sample) {
        for level in Int32(0)...9 {
            let bytes = Array(sample.bytes.prefix(level == 6 ? 70_000 : 9000))
            for strategy in ZlibStrategy.allCases where level == 1 || level > 5 || strategy == .standard {
                let block = zlibBlock(bytes, level: level, strategy: strategy)
                #expect(BlockInflater.inflate(block.span, size: bytes.count) == bytes, "\(level) \(strategy)")
            }
        }
    }

    /// Blocks of all three types, small enough for each of their bits.
    private static let small: [(block: [UInt8], size: Int)] = {
        let text = Array("It was the best of times, it was the worst of times, it was the age of wisdom".utf8)
        let letters = Generator.bytes(150, seed: 5).map { 0x41 + $0 % 24 }
        return [
            (Deflate.compress(block: text), text.count), (Deflate.compress(block: letters), letters.count),
            (Deflate.compress(block: Array(letters.prefix(20))), 20),
            (zlibBlock(text + letters + text, level: 9, strategy: .standard), 2 * text.count + letters.count),
            (zlibBlock(text, level: 9, strategy: .fixed), text.count),
            (zlibBlock(letters, level: 9, strategy: .huffmanOnly), letters.count),
            (zlibBlock([UInt8](repeating: 0x20, count: 700), level: 9, strategy: .runs), 700),
            (zlibBlock(text, level: 0, strategy: .standard) + zlibBlock(letters, level: 6, strategy: .standard), 227),
        ]
    }()

    @Test(arguments: small.indices)
    func `any changed bit is taken or refused by both`(number: Int) {
        let (block, size) = Self.small[number]
        #expect(agree(block, size: size))
        for bit in 0..<block.count * 8 {
            var changed = block
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(agree(changed, size: size), "bit \(bit)")
        }
    }

    @Test(arguments: small.indices)
    func `any prefix and any other size is refused by both`(number: Int) {
        let (block, size) = Self.small[number]
        var taken = 0
        for length in block.indices {
            #expect(agree(Array(block[..<length]), size: size, isTaken: &taken), "\(length) bytes")
        }
        for other in 0...size + 300 where other != size {
            #expect(agree(block, size: other, isTaken: &taken), "size \(other)")
        }
        #expect(taken == 0)
    }

    @Test(arguments: small.indices)
    func `any bytes behind a block or in front of it are taken or refused by both`(number: Int) {
        let (block, size) = Self.small[number]
        for extra in [[0], Self.flush, Deflate.end, [0x02, 0x00], [0x08], [0x01, 0, 0, 0xFF, 0xFF]] as [[UInt8]] {
            #expect(agree(block + extra, size: size), "behind: \(extra)")
            #expect(agree(extra + block, size: size), "in front: \(extra)")
            #expect(agree(block + extra + Self.flush, size: size), "behind, and a flush: \(extra)")
        }
    }

    @Test func `garbage is taken or refused by both`() {
        var generator = Generator(11)
        for round in 0..<3000 {
            var bytes = generator.bytes(1 + Int(generator.next() % 90))
            // Not final, and of each type in turn.
            bytes[0] = bytes[0] & 0xF8 | UInt8(round % 3) << 1
            #expect(agree(bytes + Self.flush, size: Int(generator.next() % 400)), "\(bytes)")
        }
    }

    @Test func `any code is taken or refused by both`() {
        var generator = Generator(12)
        var taken = 0
        for round in 0..<500 {
            let block = InventedBlock(&generator, isBroken: round % 3 == 2)
            #expect(agree(block.bytes, size: block.size, isTaken: &taken), "\(block)")
        }
        #expect(taken > 300)
    }

    @Test func `a distance may reach the first byte and not the one before it`() {
        for distance in 1...6 {
            var bits = BitString()
            bits.append(0b010, 3)
            for _ in 0..<4 { bits.append(word: 0x91, 8) }  // Literal 0x61
            bits.append(word: 1, 7)  // Length 3
            bits.append(word: distance < 5 ? distance - 1 : 4, 5)
            if distance > 4 { bits.append(distance - 5, 1) }
            bits.append(word: 0, 7)
            let block = bits.flushed()
            #expect((BlockInflater.inflate(block.span, size: 7) == nil) == (distance > 4))
            #expect(agree(block, size: 7))
        }
    }
}
