// What verification has seen of a bundle, and what index.txt, comment and trailer must be if that is the bundle.

import Bytes
public import Cryptography
import Deflate
public import Files

/// Gathers blocks, entries and groups as they are seen, and recomputes what the container says of itself.
public struct BundleObservation: Sendable {
    private var index = BundleIndex()
    private var stream = StreamChecksum()
    private var isWhole = true
    /// The CRC-32 of what each block inflates to.
    public private(set) var checksums: [UInt32] = []

    /// Nothing seen yet.
    public init() {}

    /// Records the next block; blocks come in order, damaged ones too.
    public mutating func add(_ block: CheckedBlock) {
        // A checksum that differs is the block's fault, not that of index.txt once more.
        let checksum = block.expectedChecksum ?? block.compressedChecksum
        index.blocks.append(BundleIndex.Block(offset: block.offset, checksum: checksum))
        stream.append(block.checksum, count: block.size)
        checksums.append(block.checksum)
        isWhole = isWhole && block.bytes != nil
    }

    /// Records an entry before index.txt; see `BundleIndex.Entry`.
    public mutating func addEntry(tarOffset: Int, leaf: UInt32?) {
        index.entries.append(BundleIndex.Entry(tarOffset: tarOffset, leaf: leaf))
    }

    /// Records a group of 256 lines of the manifest; see `BundleIndex.Group`.
    public mutating func addGroup(tarOffset: Int, firstMessage: UInt32, hash: Digest) {
        index.groups.append(BundleIndex.Group(tarOffset: tarOffset, firstMessage: firstMessage, hash: hash))
    }

    /// What index.txt must say when its header begins at `indexOffset` of the tar stream.
    ///
    /// `leafCount` is the number of lines of the manifest. All blocks before that header must have been added.
    public func expectedIndex(indexOffset: Int, leafCount: UInt32) -> BundleIndex {
        var expected = index
        expected.blocks = Array(index.blocks.prefix(indexOffset / BundleBlocks.size))
        expected.leafCount = leafCount
        return expected
    }

    /// What is wrong with the bytes after the last block, which ended at `end` of the file.
    public func trailerFaults(of file: ReadableFile, end: Int) throws(ContainerError) -> [Fault] {
        let expected = Deflate.end + stream.trailer
        let found = try file.bytes(at: min(end, file.size), count: min(expected.count, max(file.size - end, 0)))
        var faults: [Fault] = []
        // The length is known even when blocks are lost, the CRC-32 is not.
        for (field, range) in [("03 00", 0..<2), ("CRC-32", 2..<6), ("length", 6..<10)]
        where isWhole || field != "CRC-32" {
            let (called, stands) = (expected[range], found.dropFirst(range.lowerBound).prefix(range.count))
            guard called != stands else { continue }
            faults.append(
                Fault(
                    .gzipTrailer, in: .file, at: end + range.lowerBound,
                    expected: "\(field) \(Hexadecimal.encode(called).displayText)",
                    found: stands.isEmpty ? "the end of the file" : Hexadecimal.encode(stands).displayText))
        }
        let extra = file.size - end - expected.count
        if extra > 0 {
            faults.append(
                Fault(
                    .trailingBytes, in: .file, at: end + expected.count, expected: "the end of the file",
                    found: "\(extra) bytes more"))
        }
        return faults
    }

    /// What is wrong with the comment when the header of index.txt begins at `indexOffset` of the tar stream.
    public func commentFault(of file: ReadableFile, indexOffset: Int) throws(ContainerError) -> Fault? {
        let header = try GzipHeader(of: file)
        guard let found = header.comment, index.blocks.indices.contains(indexOffset / BundleBlocks.size) else {
            return nil
        }
        let blockOffset = index.blocks[indexOffset / BundleBlocks.size].offset
        let expected = BundleComment(
            blockOffset: blockOffset, headerOffset: indexOffset % BundleBlocks.size,
            checksum: try BundleComment.checksum(of: file, from: blockOffset))
        guard expected != found else { return nil }
        return Fault(
            .gzipComment, in: .file, at: GzipHeader.commentOffset, expected: shown(expected.text),
            found: shown(found.text))
    }
}
