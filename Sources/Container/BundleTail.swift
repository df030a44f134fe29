// The end of a bundle, from the block in which the header of index.txt begins.

import Deflate
import Files

/// The blocks from the one that the comment points to, and the text of index.txt in them.
struct BundleTail {
    /// The bundle's name, from the header of index.txt.
    let name: [UInt8]
    /// The content of index.txt.
    let text: [UInt8]
    /// Where each block begins in the file, and where the last one ends.
    let offsets: [Int]
    /// The number of bytes that the blocks inflate to.
    let size: Int
    /// What the first of the blocks inflates to.
    let firstBlock: [UInt8]
    /// Whether nothing but zeros, as many as belong there, follows index.txt.
    let isIndexLast: Bool

    /// Inflates from the comment's block to the end of the archive; throws when index.txt is not there.
    init(of file: ReadableFile, comment: BundleComment) throws(ContainerError) {
        var blocks = TailBlocks(of: file, from: comment.blockOffset)
        let first = try blocks.next()
        let start = comment.headerOffset
        let header = Tar.parse(first[min(start, first.count)..<min(start + Tar.unit, first.count)])
        guard header.isCanonical, start % Tar.unit == 0, header.path == BundleReader.indexPath, let size = header.size
        else {
            throw .damaged(
                Fault(
                    .indexMissing, in: .file, at: comment.blockOffset,
                    expected: "the header of index.txt \(start) bytes into the block",
                    found: header.departure.map { "\($0.found) at byte \($0.offset) of a header" } ?? shown(header.path)
                ))
        }
        guard size <= BundleIndex.maximumSize(after: comment) else { throw .indexTooLarge(size) }
        let content = start + Tar.unit
        let end = content + size + Tar.padding(after: size) + Tar.endSize
        // What follows the header; of the blocks behind it nothing else is kept.
        var rest: [UInt8] = []
        rest.reserveCapacity(min(end - content + BundleBlocks.size, first.count * 64))
        rest += first[content...]
        while content + rest.count < end { rest += try blocks.next() }
        name = header.name
        isIndexLast = content + rest.count == end && rest[size...].allSatisfy { $0 == 0 }
        self.size = content + rest.count
        rest.removeLast(rest.count - size)
        text = rest
        offsets = blocks.offsets
        firstBlock = first
    }
}

/// The blocks of the tail one after another, of which nobody knows yet where they end.
private struct TailBlocks {
    /// Where each block begins in the file, and where the last one ended.
    private(set) var offsets: [Int]
    private let file: ReadableFile

    init(of file: ReadableFile, from offset: Int) {
        self.file = file
        offsets = [offset]
    }

    /// What the next block inflates to.
    mutating func next() throws(ContainerError) -> [UInt8] {
        let offset = offsets[offsets.count - 1]
        if let (bytes, count) = try usual(at: offset) {
            offsets.append(offset + count)
            return bytes
        }
        var walker = BlockWalker(of: file, from: offset, number: 0)
        guard let block = try walker.next() else {
            throw .damaged(
                Fault(
                    .indexMissing, in: .file, at: offset, expected: "more of index.txt", found: "the end of the blocks")
            )
        }
        offsets.append(walker.offset)
        if let bytes = block.bytes { return bytes }
        throw .damaged(block.faults.first ?? .inflating(at: offset, .noFlush))
    }

    /// A block that ends where the mark of a block's end stands first, at several times the walker's speed; nil when
    /// that is not its end.
    private func usual(at offset: Int) throws(ContainerError) -> (bytes: [UInt8], count: Int)? {
        let end = file.size - BundleReader.trailerSize
        guard offset < end else { return nil }
        var compressed = try file.bytes(at: offset, count: min(end - offset, BundleBlocks.maximumCompressedSize))
        guard let count = Self.end(of: compressed) else { return nil }
        var size = BundleBlocks.size
        if offset + count == end {
            // All blocks but the last are full, and the trailer tells how long all of them are together.
            let length = try file.bytes(at: file.size - 4, count: 4).reversed().reduce(0) { $0 << 8 | Int($1) }
            size = length % BundleBlocks.size == 0 ? BundleBlocks.size : length % BundleBlocks.size
        }
        compressed.removeLast(compressed.count - count)
        guard let bytes = try? Deflate.inflate(block: compressed, size: size) else { return nil }
        return (bytes, count)
    }

    /// Where the first `00 00 ff ff` ends; nil when there is none.
    private static func end(of compressed: [UInt8]) -> Int? {
        // Each of them has one of its two ff at every other place.
        for place in stride(from: 2, to: compressed.count, by: 2) where compressed[place] == 0xFF {
            for start in [place - 3, place - 2] where start >= 0 && start + 4 <= compressed.count {
                if compressed[start..<start + 4] == [0, 0, 0xFF, 0xFF] { return start + 4 }
            }
        }
        return nil
    }
}
