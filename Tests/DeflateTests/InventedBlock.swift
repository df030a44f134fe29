// Deflate data that no compressor would write: by zlib with odd settings, and from invented Huffman codes.

import CZlib

@testable import Deflate

/// zlib's strategies; see `deflateInit2`.
enum ZlibStrategy: Int32, CaseIterable {
    case standard, filtered, huffmanOnly, runs, fixed
}

/// A block as zlib compresses it: not final, and with the empty stored block at its end.
func zlibBlock(_ bytes: [UInt8], level: Int32, strategy: ZlibStrategy) -> [UInt8] {
    // zlib keeps a pointer back to the stream, so it must not move.
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    defer { unsafe stream.deallocate() }
    unsafe stream.initialize(to: z_stream())
    let status = unsafe deflateInit2_(
        stream, level, Z_DEFLATED, -MAX_WBITS, 8, strategy.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { return [] }
    defer { unsafe deflateEnd(stream) }
    var input = bytes + [0]
    return unsafe input.withUnsafeMutableBufferPointer { input in
        unsafe [UInt8](unsafeUninitializedCapacity: bytes.count * 2 + 1000) { buffer, filled in
            unsafe stream.pointee.next_in = input.baseAddress
            unsafe stream.pointee.avail_in = UInt32(bytes.count)
            unsafe stream.pointee.next_out = buffer.baseAddress
            unsafe stream.pointee.avail_out = UInt32(buffer.count)
            unsafe deflate(stream, Z_SYNC_FLUSH)
            filled = unsafe buffer.count - Int(stream.pointee.avail_out)
        }
    }
}

/// Bits in the order of RFC 1951 §3.1.1.
struct BitString {
    private(set) var bytes: [UInt8] = []
    private var count = 0

    /// Appends a number, its lowest bit first.
    mutating func append(_ value: Int, _ width: Int) {
        for bit in 0..<width {
            if count % 8 == 0 { bytes.append(0) }
            bytes[count / 8] |= UInt8(value >> bit & 1) << (count % 8)
            count += 1
        }
    }

    /// Appends a code word, its highest bit first.
    mutating func append(word: Int, _ width: Int) {
        for bit in (0..<width).reversed() { append(word >> bit & 1, 1) }
    }

    /// The bytes with an empty stored block at the end.
    func flushed() -> [UInt8] {
        var whole = self
        whole.append(0, 3)
        while whole.count % 8 != 0 { whole.append(0, 1) }
        return whole.bytes + [0x00, 0x00, 0xFF, 0xFF]
    }
}

/// A dynamic block of random symbols in a random code.
struct InventedBlock {
    let bytes: [UInt8]
    /// How many bytes the symbols give.
    let size: Int

    /// A block whose code and symbols make sense, unless it is to be broken in one of many ways.
    init(_ generator: inout Generator, isBroken: Bool) {
        func random(_ limit: Int) -> Int { Int(generator.next() % UInt64(limit)) }
        var literals = Self.completeCode(257 + random(30), holding: 256, &generator)
        var distances = Self.completeCode(1 + random(30), holding: 0, &generator)
        if isBroken {
            switch random(4) {
            case 0: literals[random(literals.count)] = random(16)
            case 1: distances[random(distances.count)] = random(16)
            case 2: literals += [Int](repeating: 0, count: 288 - literals.count)
            default: distances += [Int](repeating: 0, count: 32 - distances.count)
            }
        }
        var bits = BitString()
        bits.append(0b100, 3)
        bits.append(literals.count - 257, 5)
        bits.append(distances.count - 1, 5)
        bits.append(15, 4)
        // Sixteen words of four bits, for the lengths 0 to 15.
        for symbol in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] {
            bits.append(symbol < 16 ? 4 : 0, 3)
        }
        for length in literals + distances { bits.append(word: length, 4) }
        size = Self.appendSymbols(literals, distances, to: &bits, &generator)
        bytes = bits.flushed()
    }

    /// The lengths of a random code that is neither over-subscribed nor incomplete, or of a single word.
    private static func completeCode(_ count: Int, holding symbol: Int, _ generator: inout Generator) -> [Int] {
        func random(_ limit: Int) -> Int { Int(generator.next() % UInt64(limit)) }
        var leaves = [0]
        let (size, skew) = (1 + random(count), 1 + random(20))
        while leaves.count < size, let last = leaves.indices.last {
            // One of the last leaves, which are the deepest, is split in two.
            let place = max(0, last - random(skew))
            if leaves[place] == 15 { break }
            leaves[place] += 1
            leaves.append(leaves[place])
        }
        let others = (0..<count).filter { $0 != symbol }.shuffled(using: &generator)
        var lengths = [Int](repeating: 0, count: count)
        for (place, depth) in zip([symbol] + others, leaves.shuffled(using: &generator)) {
            lengths[place] = max(1, depth)
        }
        return lengths
    }

    /// The code words of RFC 1951 §3.2.2.
    private static func words(_ lengths: [Int]) -> [Int] {
        var next = 0
        var words = [Int](repeating: 0, count: lengths.count)
        for length in 1...15 {
            for symbol in lengths.indices where lengths[symbol] == length {
                words[symbol] = next
                next += 1
            }
            next <<= 1
        }
        return words
    }

    private static func appendSymbols(
        _ literals: [Int], _ distances: [Int], to bits: inout BitString, _ generator: inout Generator
    ) -> Int {
        let (literalWords, distanceWords) = (words(literals), words(distances))
        let symbols = literals.indices.filter { literals[$0] > 0 && $0 != 256 }
        let codes = distances.indices.filter { distances[$0] > 0 }
        var size = 0
        for _ in 0..<Int(generator.next() % 1500) {
            guard let symbol = symbols.randomElement(using: &generator) else { break }
            if symbol < 256 {
                bits.append(word: literalWords[symbol], literals[symbol])
                size += 1
                continue
            }
            let reachable = codes.filter { $0 < 30 && DecodingEntry.distances[$0] >> 16 <= size }
            guard symbol < 286, let code = reachable.randomElement(using: &generator) else { continue }
            bits.append(word: literalWords[symbol], literals[symbol])
            let entry = DecodingEntry.literals[symbol]
            let extra = Int(generator.next() & (1 << UInt64(entry & 0xFF) - 1))
            bits.append(extra, Int(entry & 0xFF))
            bits.append(word: distanceWords[code], distances[code])
            // The nearest of the code's distances is surely there.
            bits.append(0, Int(DecodingEntry.distances[code] & 0xFF))
            size += Int(entry >> 16) + extra
        }
        bits.append(word: literalWords[256], literals[256])
        return size
    }
}
