// The compressor against zlib: what it writes comes back, and is always the same.

import Bytes
import Cryptography
import Deflate
import Foundation
import Testing

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

    @Test func `sizes around the cutting rules come back`() throws {
        var generator = Generator(2)
        for size in [1023, 1024, 1025, 1535, 4095, 4096, 4097, 65_534, 65_535, 65_536, 131_071] {
            let letters = generator.bytes(size).map { 0x41 + $0 % 26 }
            for bytes in [letters, [0x20] + letters + [0x20]] {
                #expect(try Deflate.inflate(block: Deflate.compress(block: bytes), size: bytes.count) == bytes)
            }
        }
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
        "base64OfText": "75a780cc11420b5eb795316c416a8789a65cd027923728974cb1ed7539656a54",
        "empty": "eb6ab504da0b43841740cc4223263cb4f7e9953da3698ffe0776a661934c5ab8",
        "farAndNear": "413fc4179ca4dcda74e82afff4416c18246724693b7cbc02a9c7d8cf12f6836b",
        "fibonacci": "379f08c92d5f1d3818edb0ebafea4a11f47ef423e693fd2d5192f487ed543851",
        "mail": "451bb9c92e59a362acf73afb8548e733e04b750c4c9bac20b1873ab48f8cd6c3",
        "oneByte": "8cb66c8cd094aa293ce3b4f3ca9c47c2e66d0bb6d3eaeed005ce81bb9f2eb84a",
        "oneSymbol": "1016f4d9b8f7f7a94c9d538d1188a99939459185b258079ba6a02d62b94ae554",
        "random": "ffba3a11bf8322b8625251e2ecc40696402d86ee3eadf7690a826bd8689fca97",
        "text": "c98db1172e4416d8e1761df609a3df8a37ff5719fa2acdb9f369dc80a8368ec0",
        "textInZeros": "84652699d50a0cf313ddc59beeecc785cb858a013a4aeada1faca79b5e17324d",
        "twoSymbols": "344656ee65ff1a97163df69fbc15a7ff6b211a7daf2904704d945b065abd6c6b",
        "zeros": "2f408fde4428a6b7c488fff2383a289d511f770f138e7dd00efddf45363dcbe4",
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
