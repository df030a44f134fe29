// Inflating a stream whose blocks are not known.

import Deflate
import Testing

struct InflateStreamTests {
    private struct Reading: Equatable {
        var output: [UInt8] = []
        var flushes: [[Int]] = []
        var unconsumed = 0
        var inputCount = 0
        var nonzeroPadding: Int?
    }

    private func read(_ bytes: [UInt8], chunk: Int) throws -> Reading {
        let stream = InflateStream()
        var reading = Reading()
        var fed = 0
        while true {
            switch try stream.next() {
            case .output(let bytes):
                #expect(!bytes.isEmpty && bytes.count <= InflateStream.largestOutput)
                reading.output += bytes
            case .flush: reading.flushes.append([stream.inputCount, stream.outputCount])
            case .needsInput:
                if fed == bytes.count {
                    try stream.finish()
                    return reading
                }
                stream.feed(Array(bytes[fed..<min(fed + chunk, bytes.count)]))
                fed = min(fed + chunk, bytes.count)
            case .end:
                try stream.finish()
                reading.unconsumed = stream.unconsumedCount
                reading.inputCount = stream.inputCount
                reading.nonzeroPadding = stream.nonzeroPadding
                return reading
            }
        }
    }

    private let samples: [Sample] = [.attachmentInText, .empty, .oneSymbol, .random, .oneByte]

    @Test(arguments: [1, 7, 4096, 1 << 22])
    func `a stream of blocks is read in chunks of any size`(chunk: Int) throws {
        let blocks = samples.map(\.bytes)
        let compressed = samples.map(\.compressed)
        let stream = compressed.reduce(into: []) { $0 += $1 } + Deflate.end
        let reading = try read(stream + [0xAA, 0xBB], chunk: chunk)
        #expect(reading.output == blocks.reduce(into: []) { $0 += $1 })
        var ends: [[Int]] = []
        for (block, bytes) in zip(compressed, blocks) {
            ends.append([(ends.last?[0] ?? 0) + block.count, (ends.last?[1] ?? 0) + bytes.count])
        }
        #expect(reading.flushes == ends)
        #expect(reading.inputCount == stream.count && reading.nonzeroPadding == nil)
        #expect(reading.unconsumed == (chunk > stream.count ? 2 : reading.unconsumed))
    }

    @Test func `the bytes after the end are counted`() throws {
        let stream = Deflate.compress(block: [1, 2, 3]) + Deflate.end
        #expect(try read(stream + [9, 9, 9], chunk: 1000).unconsumed == 3)
        #expect(try read(stream, chunk: 1000).unconsumed == 0)
    }

    @Test(arguments: [1, 3, 1000])
    func `padding bits that are ones are noticed`(chunk: Int) throws {
        let block = Deflate.compress(block: [1, 2, 3])
        let clean = block + Deflate.end
        #expect(try read(clean, chunk: chunk).nonzeroPadding == nil)
        var final = clean
        final[final.count - 1] = 0x80
        #expect(try read(final, chunk: chunk).nonzeroPadding == final.count)
        var stored = clean
        stored[block.count - 5] |= 0x80
        #expect(try read(stored, chunk: chunk).nonzeroPadding == block.count - 4)
    }

    @Test func `an end of input inside a block is refused`() throws {
        let stream = Sample.attachmentInText.compressed + Deflate.end
        for length in stride(from: 0, to: stream.count, by: 97) {
            #expect(throws: DeflateError.self) { try read(Array(stream[..<length]), chunk: 64) }
        }
    }

    @Test func `an error is thrown again`() throws {
        let stream = InflateStream()
        stream.feed([0x07, 0x00])
        let expected = DeflateError.malformed(offset: 1, inflated: 0)
        for _ in 0..<2 { #expect(throws: expected) { try stream.next() } }
        #expect(throws: expected) { try stream.finish() }
    }
}
