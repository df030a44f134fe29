// The entries and the text of index.txt as a writer keeps them: what goes in comes out, in little room.

import Bytes
import Cryptography
import Testing

@testable import Container

@Suite struct IndexEntriesTests {
    @Test(
        arguments: [
            [], [(0, nil)], [(0, 0)], [(0, nil), (512, 1), (1024, 2)], [(512, 7), (1024, 3), (1536, nil), (2048, 3)],
            [(Int.max, UInt32.max - 1), (0, 0), (Int.max, nil), (1, UInt32.max - 1)],
        ] as [[(Int, UInt32?)]])
    func `entries come out as they went in`(pairs: [(Int, UInt32?)]) {
        let expected = pairs.map { BundleIndex.Entry(tarOffset: $0.0, leaf: $0.1) }
        var entries = IndexEntries()
        for entry in expected { entries.append(entry) }
        #expect(Array(entries) == expected && entries.count == expected.count)
    }

    @Test func `small messages take four bytes each`() {
        var entries = IndexEntries()
        for number in 0..<10_000 {
            entries.append(BundleIndex.Entry(tarOffset: number * 5632, leaf: UInt32(number * 4)))
        }
        #expect(entries.bytesInUse <= 4 * 10_000)
    }

    @Test(arguments: [0, 1, 508, 509, 510, 511, 512, 513, 1021, 5000])
    func `the text in pieces is that of the index`(count: Int) {
        var index = BundleIndex()
        var entries = IndexEntries()
        for number in 0..<count {
            let entry = BundleIndex.Entry(
                tarOffset: number * 1024, leaf: number.isMultiple(of: 3) ? nil : UInt32(number))
            index.entries.append(entry)
            entries.append(entry)
        }
        index.blocks = [BundleIndex.Block(offset: 71, checksum: 0xABCD)]
        index.leafCount = 1
        index.groups = [BundleIndex.Group(tarOffset: 512, firstMessage: 1, hash: Digest(hashing: []))]
        let text = Array(IndexText(index, entries: entries, count: count))
        #expect(text.joined().elementsEqual(index.encode()))
        #expect(index.encode().count == index.encodedSize)
        #expect(text.allSatisfy { $0.count < 1 << 16 })
    }

    @Test(arguments: [0, 1, 512, BundleBlocks.size - 1, BundleBlocks.size])
    func `the last blocks are whole but the very last`(start: Int) {
        var entries = IndexEntries()
        for number in 0..<100_000 { entries.append(BundleIndex.Entry(tarOffset: number * 1024, leaf: nil)) }
        let text = IndexText(BundleIndex(), entries: entries, count: entries.count)
        let blocks = Array(LastBlocks([UInt8](repeating: 1, count: start), text, [2, 3]))
        #expect(blocks.dropLast().allSatisfy { $0.count == BundleBlocks.size })
        #expect((1...BundleBlocks.size).contains(blocks.last?.count ?? 0))
        let whole = [UInt8](repeating: 1, count: start) + text.joined() + [2, 3]
        #expect(blocks.joined().elementsEqual(whole))
    }
}
