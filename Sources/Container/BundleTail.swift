// The end of a bundle, from the block in which the header of index.txt begins.

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

    /// Inflates from the comment's block to the end of the archive; throws when index.txt is not there.
    init(of file: ReadableFile, comment: BundleComment) throws(ContainerError) {
        var walker = BlockWalker(of: file, from: comment.blockOffset, number: 0)
        var stream: [UInt8] = []
        var offsets = [comment.blockOffset]
        try Self.extend(&stream, &offsets, &walker)
        let start = comment.headerOffset
        let header = Tar.parse(stream[min(start, stream.count)..<min(start + Tar.unit, stream.count)])
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
        while stream.count < end { try Self.extend(&stream, &offsets, &walker) }
        name = header.name
        text = Array(stream[content..<content + size])
        self.offsets = offsets
        self.size = stream.count
    }

    private static func extend(
        _ stream: inout [UInt8], _ offsets: inout [Int], _ walker: inout BlockWalker
    ) throws(ContainerError) {
        guard let block = try walker.next() else {
            throw .damaged(
                Fault(
                    .indexMissing, in: .file, at: walker.offset, expected: "more of index.txt",
                    found: "the end of the blocks"))
        }
        guard let bytes = block.bytes else {
            if let fault = block.faults.first { throw .damaged(fault) }
            return
        }
        stream += bytes
        offsets.append(walker.offset)
    }
}
