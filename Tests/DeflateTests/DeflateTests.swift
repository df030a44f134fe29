// The compressor against zlib: what it writes comes back, and is always the same.

import Bytes
import Cryptography
import Foundation
import Testing

@testable import Deflate

struct DeflateTests {
    @Test func `an empty block is one empty stored block`() {
        #expect(Deflate.compress(block: []) == [0x00, 0x00, 0x00, 0xFF, 0xFF])
    }

    @Test func `every small size comes back`() throws {
        var generator = Generator(1)
        for size in 0...300 {
            for bytes in [generator.bytes(size), generator.bytes(size).map { $0 & 3 }] {
                let inflated = try Deflate.inflate(block: Deflate.compress(block: bytes), size: size)
                #expect(inflated == bytes, "\(size) bytes")
            }
        }
    }

    @Test(arguments: Sample.allCases)
    func `a sample comes back and ends with an empty stored block`(sample: Sample) throws {
        let bytes = sample.bytes
        let compressed = sample.compressed
        #expect(compressed.suffix(4) == [0x00, 0x00, 0xFF, 0xFF])
        #expect(try Deflate.inflate(block: compressed, size: bytes.count) == bytes)
    }

    @Test(arguments: Sample.allCases)
    func `a sample is read by libdeflate, up to its last byte and not as any other`(sample: Sample) {
        let bytes = sample.bytes
        let stream = sample.compressed + Deflate.end
        #expect(Deflate.isStream(stream, of: bytes))
        #expect(!Deflate.isStream(sample.compressed, of: bytes))
        #expect(!Deflate.isStream(stream + [0], of: bytes))
        #expect(!Deflate.isStream(stream, of: bytes + [0]))
        if let last = bytes.last {
            #expect(!Deflate.isStream(stream, of: bytes.dropLast()))
            #expect(!Deflate.isStream(stream, of: bytes.dropLast() + [last ^ 1]))
        }
    }

    @Test func `sizes around the cutting rules come back`() throws {
        var generator = Generator(2)
        for size in [1023, 1024, 1025, 1535, 4095, 4096, 4097, 65_534, 65_535, 65_536, 131_071] {
            let letters = generator.bytes(size).map { 0x41 + $0 % 26 }
            for bytes in [letters, [0x20] + letters + [0x20]] {
                #expect(try Deflate.inflate(block: Deflate.compress(block: bytes), size: bytes.count) == bytes)
            }
        }
    }

    @Test func `every period comes back, in little space`() throws {
        for period in 1...70 {
            let pattern = Generator.bytes(period, seed: UInt64(period))
            let bytes = (0..<20_000).map { pattern[$0 % period] }
            let compressed = Deflate.compress(block: bytes)
            #expect(compressed.count < 300 + period)
            #expect(try Deflate.inflate(block: compressed, size: bytes.count) == bytes, "period \(period)")
        }
    }

    @Test func `words that all have the same hash come back`() throws {
        // The multiplier is odd, so it has an inverse: these words times the multiplier are small numbers.
        var inverse: UInt32 = 1
        for _ in 0..<5 { inverse &*= 2 &- inverse &* MatchFinder.multiplier }
        #expect(inverse &* MatchFinder.multiplier == 1)
        let bytes = (0..<20_000).flatMap { number in
            let word = (UInt32(number) &* 7919 & 0xFFFF) &* inverse
            return (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) }
        }
        #expect(try Deflate.inflate(block: Deflate.compress(block: bytes), size: bytes.count) == bytes)
    }

    @Test func `incompressible bytes grow by the heads of stored blocks only`() {
        let bytes = Generator.bytes(65_535 * 2, seed: 3)
        #expect(Deflate.compress(block: bytes).count == bytes.count + 2 * 5 + 5)
    }

    @Test func `a block of the largest size is taken`() {
        #expect(Sample.zeros.bytes.count == Deflate.blockSize)
        #expect(Sample.zeros.compressed.count < 1500)
    }

    @Test func `threads that compress at once get the same bytes`() async {
        let bytes = Sample.attachmentInText.bytes
        let expected = Sample.attachmentInText.compressed
        await withTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<16 { group.addTask { Deflate.compress(block: bytes) } }
            for await compressed in group { #expect(compressed == expected) }
        }
    }

    @Test func `the place of the input in memory does not matter`() {
        let bytes = Sample.attachmentInText.bytes
        let expected = Sample.attachmentInText.compressed
        for offset in 1...8 {
            let moved = Generator.bytes(offset, seed: 4) + bytes + [0x41, 0x41, 0x41]
            #expect(Deflate.compress(block: moved.span.extracting(offset..<offset + bytes.count)) == expected)
        }
    }

    /// The SHA-256 of each sample's compressed bytes: they are part of the format.
    private static let golden: [String: String] = [
        "allLiterals": "c9aa724bca30b73e312a7d53b2dd9c1d9dd15a9a319b4ce4adb4499762b6d650",
        "attachmentInText": "c708145a4d6e696aed6c1b3e255fe812d27aa222d262e60fe735efec5998c637",
        "base64": "c106acac82b162667a20248aefc41ad8aad0a0f8c68baabeadad898a808ee84e",
        "base64Alphabet": "e33932986f8d8b484f212524271ff06e5dfa52f4b3e4b75d01811df45fd166c0",
        "base64OfText": "0d4e15214237af16104d200293219993f070f5f042f914042735469353079bd1",
        "empty": "eb6ab504da0b43841740cc4223263cb4f7e9953da3698ffe0776a661934c5ab8",
        "farAndNear": "e11e0743c690a819a5d2435a4a73d1deda9bf60a0385ca0384f30339453b6508",
        "fibonacci": "b6721e719ade08a136ed10d8dc622ca6c08c801d6eab3640338570ed6c7fd3ee",
        "mail": "cb81d3b1c0c722684950f533bcca4a59154f19b75fb29b331de32cacbecae530",
        "oneByte": "8cb66c8cd094aa293ce3b4f3ca9c47c2e66d0bb6d3eaeed005ce81bb9f2eb84a",
        "oneSymbol": "7856b4df659de70c2c68c467eb302fedc08605b68aba926ed84c2d99ad9d1e93",
        "random": "ffba3a11bf8322b8625251e2ecc40696402d86ee3eadf7690a826bd8689fca97",
        "text": "7f912543c99d1ffe091192357584f7f59399d0cae9c8155fa8c287e263325247",
        "textInZeros": "84652699d50a0cf313ddc59beeecc785cb858a013a4aeada1faca79b5e17324d",
        "twoSymbols": "cbe2215e0dfe3634b267f0d69a104ccd937f146c6323b72e0a807bea11e77877",
        "zeros": "04aae47b2baf58566b59056f5bf4cfbbaae6fe1ec81d3ef9961769bb96b16c36",
    ]

    @Test func `the compressed bytes are those of the format`() {
        let digests = Dictionary(
            uniqueKeysWithValues: Sample.allCases.map { sample in
                (sample.rawValue, Digest(hashing: sample.compressed).description)
            })
        if ProcessInfo.processInfo.environment["MAILSEAL_RECORD"] == "1" {
            for (name, digest) in digests.sorted(by: { $0.key < $1.key }) {
                print("        \"\(name)\": \"\(digest)\",")
            }
            Issue.record("printed new values, to be pasted over the old ones")
        }
        #expect(digests == Self.golden)
    }
}

extension Generator {
    static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
        var generator = Generator(seed)
        return generator.bytes(count)
    }
}
