// The text of index.txt and of the comment: one text for one meaning, and nothing believed that cannot be.

import Bytes
import Cryptography
import Testing

@testable import Container

struct BundleIndexTests {
    private var index: BundleIndex {
        var index = BundleIndex()
        index.blocks = [.init(offset: 63, checksum: 0x0123_4567), .init(offset: 5000, checksum: 0xFFFF_FFFF)]
        index.entries = [
            .init(tarOffset: 0, leaf: nil), .init(tarOffset: 1024, leaf: 2), .init(tarOffset: 2048, leaf: 3),
        ]
        index.groups = [
            .init(tarOffset: 1536, firstMessage: 1, hash: Digest(hashing: [1])),
            .init(tarOffset: 9000, firstMessage: 17, hash: Digest(hashing: [2])),
        ]
        index.leafCount = 257
        return index
    }

    @Test func `the text is that of the format`() {
        let expected = """
            mailseal-index/0
            blocks 00000002
            000000000000003f 01234567
            0000000000001388 ffffffff
            entries 00000003
            0000000000000000 ffffffff
            0000000000000400 00000002
            0000000000000800 00000003
            leaves 00000101
            0000000000000600 00000001 \(Digest(hashing: [1]))
            0000000000002328 00000011 \(Digest(hashing: [2]))

            """
        #expect(index.encode().displayText == expected)
        #expect(index.encodedSize == expected.utf8.count)
    }

    @Test func `an empty index has a text`() throws {
        #expect(
            BundleIndex().encode().displayText
                == "mailseal-index/0\nblocks 00000000\nentries 00000000\nleaves 00000000\n")
        #expect(try BundleIndex(text: BundleIndex().encode()) == BundleIndex())
    }

    @Test func `a text is read back`() throws { #expect(try BundleIndex(text: index.encode()) == index) }

    @Test func `each changed byte is refused or means another index`() throws {
        let text = index.encode()
        for place in text.indices {
            for byte in [text[place] ^ 1, text[place] ^ 0x20, 0x30, 0x66, 0x46, 0x0A, 0x20, 0, 0xFF]
            where byte != text[place] {
                var other = text
                other[place] = byte
                guard let read = try? BundleIndex(text: other) else { continue }
                #expect(read != index && read.encode() == other)
            }
        }
    }

    @Test func `each truncated or longer text is refused`() {
        let text = index.encode()
        for count in text.indices {
            #expect(throws: ContainerError.self) { try BundleIndex(text: Array(text[..<count])) }
        }
        #expect(throws: ContainerError.self) { try BundleIndex(text: text + [0x0A]) }
    }

    @Test(arguments: ["blocks ffffffff", "blocks 00000003", "entries ffffffff", "leaves ffffffff", "leaves 00000100"])
    func `a count of lines that are not there is refused`(heading: String) {
        let word = heading.prefix { $0 != " " }
        let lines = index.encode().displayText.split(separator: "\n", omittingEmptySubsequences: false)
        let text = lines.map { $0.hasPrefix(word) ? Substring(heading) : $0 }.joined(separator: "\n")
        #expect(throws: ContainerError.self) { try BundleIndex(text: text.bytes) }
    }

    @Test func `offsets that can be true are accepted`() {
        #expect(index.check(blockOffset: 9000, headerOffset: 8192) == nil)
        #expect(BundleIndex().check(blockOffset: GzipHeader.size, headerOffset: 0) == nil)
    }

    /// A change that makes an index impossible.
    struct Lie: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let change: @Sendable (inout BundleIndex) -> Void
    }

    private static let lies = [
        Lie(testDescription: "first block elsewhere") { $0.blocks[0] = .init(offset: 64, checksum: 0) },
        Lie(testDescription: "block before its predecessor") { $0.blocks[1] = .init(offset: 62, checksum: 0) },
        Lie(testDescription: "block where its predecessor is") { $0.blocks[1] = .init(offset: 63, checksum: 0) },
        Lie(testDescription: "block behind the comment's") { $0.blocks[1] = .init(offset: 9001, checksum: 0) },
        Lie(testDescription: "block at the end of the world") { $0.blocks[1] = .init(offset: .max, checksum: 0) },
        Lie(testDescription: "too large a block") {
            $0.blocks.remove(at: 1); $0.blocks[0] = .init(offset: 0, checksum: 0)
        },
        Lie(testDescription: "first entry elsewhere") { $0.entries[0] = .init(tarOffset: 512, leaf: nil) },
        Lie(testDescription: "entry off the grid") { $0.entries[1] = .init(tarOffset: 1025, leaf: nil) },
        Lie(testDescription: "entry where its predecessor is") { $0.entries[1] = .init(tarOffset: 0, leaf: nil) },
        Lie(testDescription: "entry behind index.txt") { $0.entries[2] = .init(tarOffset: 1 << 40, leaf: nil) },
        Lie(testDescription: "entry at the end of the world") {
            $0.entries[2] = .init(tarOffset: .max - 511, leaf: nil)
        },
        Lie(testDescription: "no entry before index.txt") { $0.entries = [] },
        Lie(testDescription: "groups out of order") { $0.groups.swapAt(0, 1) },
        Lie(testDescription: "group too near") {
            $0.groups[1] = .init(tarOffset: 1536 + 511, firstMessage: 1, hash: $0.groups[1].hash)
        },
        Lie(testDescription: "group behind index.txt") {
            $0.groups[1] = .init(tarOffset: .max, firstMessage: 1, hash: $0.groups[1].hash)
        },
        Lie(testDescription: "message 0") {
            $0.groups[0] = .init(tarOffset: 5, firstMessage: 0, hash: $0.groups[0].hash)
        },
        Lie(testDescription: "more messages than lines") {
            $0.groups[1] = .init(tarOffset: 9000, firstMessage: 258, hash: $0.groups[1].hash)
        },
    ]

    @Test(arguments: lies)
    func `offsets that cannot be true are refused`(lie: Lie) {
        var other = index
        lie.change(&other)
        #expect(other.check(blockOffset: 9000, headerOffset: 8192)?.code == .indexText)
    }

    @Test func `a difference is named by the line it is in`() throws {
        var other = index
        other.entries[1] = .init(tarOffset: 1024, leaf: 4)
        let fault = try #require(index.difference(from: other.encode()))
        #expect(fault.expected == "\"0000000000000400 00000002\"")
        #expect(fault.found == "\"0000000000000400 00000004\"")
        #expect(index.difference(from: index.encode()) == nil)
        #expect(index.difference(from: [])?.offset == 0)
        #expect(index.difference(from: index.encode() + [0x0A])?.offset == index.encodedSize)
    }

    @Test func `a comment is read back`() {
        let comment = BundleComment(blockOffset: 0x0123_4567_89AB, headerOffset: 0xFFE00, checksum: 0xDEAD_BEEF)
        #expect(comment.text.displayText == "mailseal/0 index 00000123456789ab+ffe00 crc deadbeef")
        #expect(comment.text.count == BundleComment.size)
        #expect(BundleComment(text: comment.text) == comment)
    }

    @Test func `each changed byte of a comment is refused or means another`() {
        let comment = BundleComment(blockOffset: 1, headerOffset: 2, checksum: 3)
        for place in comment.text.indices {
            for byte in UInt8.min...UInt8.max where byte != comment.text[place] {
                var text = comment.text
                text[place] = byte
                guard let read = BundleComment(text: text) else { continue }
                #expect(read != comment && read.text == text)
            }
        }
        for count in comment.text.indices { #expect(BundleComment(text: Array(comment.text[..<count])) == nil) }
        #expect(BundleComment(text: comment.text + [0]) == nil)
    }
}
