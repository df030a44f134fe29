// Random access to a bundle: from the comment to index.txt, from there to any entry.

import Bytes
import Deflate
public import Files

/// An open bundle whose entries are read at will; every header that it goes by is checked, nothing else is verified.
///
/// It may be used from several tasks at once.
public final class BundleReader: Sendable {
    /// The path of index.txt below the bundle's name.
    public static let indexPath = "index.txt".bytes

    /// The file it reads.
    public let file: ReadableFile
    /// The gzip header with the comment, and its faults.
    public let header: GzipHeader
    /// The bundle's name, as in the header of index.txt.
    public let name: [UInt8]
    /// What index.txt says.
    public let index: BundleIndex
    /// The entry of index.txt itself.
    public let indexEntry: TarEntry
    /// Where the compressed blocks are, those of index.txt too.
    public let blocks: BundleBlocks
    /// Whether nothing but zeros, as many as belong there, follows index.txt in the tar stream.
    let isIndexLast: Bool
    private let cache = BlockCache()

    /// Reads the comment and index.txt; throws when they cannot be followed.
    ///
    /// The comment's checksum is not compared here: see `BundleObservation`.
    public init(_ file: ReadableFile) throws(ContainerError) {
        let header = try GzipHeader(of: file)
        guard let comment = header.comment, (GzipHeader.size..<file.size).contains(comment.blockOffset) else {
            let unreadable = Fault(
                .gzipComment, in: .file, at: GzipHeader.commentOffset, expected: "the offset of a block in the file",
                found: header.comment.map { "\($0.blockOffset)" } ?? "no comment of a bundle")
            throw .damaged(header.faults.first { $0.code == .gzipComment } ?? unreadable)
        }
        let tail = try BundleTail(of: file, comment: comment)
        let index = try BundleIndex(text: tail.text)
        if let fault = index.check(blockOffset: comment.blockOffset, headerOffset: comment.headerOffset) {
            throw .damaged(fault)
        }
        self.file = file
        self.header = header
        self.index = index
        name = tail.name
        let start = index.blocks.count * BundleBlocks.size
        indexEntry = TarEntry(path: Self.indexPath, size: tail.text.count, tarOffset: start + comment.headerOffset)
        blocks = BundleBlocks(
            offsets: index.blocks.map(\.offset) + tail.offsets, checksums: index.blocks.map(\.checksum),
            tarSize: start + tail.size)
        isIndexLast = tail.isIndexLast
        // Small tag files stand in front of index.txt.
        cache.keep(.success(tail.firstBlock), of: index.blocks.count)
    }

    /// How many blocks were inflated since the index was read.
    public var inflatedBlocks: Int { cache.misses }

    /// Where headers begin in the tar stream, index.txt's too, and where the end of the archive begins, all rising.
    public var landmarks: [Int] { index.entries.map(\.tarOffset) + [indexEntry.tarOffset, indexEntry.end] }

    /// The entry that `index.entries[number]` points to; throws when its header is not canonical or does not end
    /// where the next entry begins.
    public func entry(_ number: Int) throws(ContainerError) -> TarEntry {
        guard index.entries.indices.contains(number) else {
            throw .outOfRange(asked: number..<number + 1, available: index.entries.count)
        }
        let offset = index.entries[number].tarOffset
        let parsed = Tar.parse(try bytes(tarOffset: offset, count: Tar.unit)[...])
        if let departure = parsed.departure { throw .damaged(Fault(departure, headerAt: offset)) }
        guard parsed.name == name else { throw .damaged(Fault(name: parsed.name, insteadOf: name, headerAt: offset)) }
        let entry = TarEntry(path: parsed.path, size: parsed.size ?? 0, tarOffset: offset)
        let next = number + 1 < index.entries.count ? index.entries[number + 1].tarOffset : indexEntry.tarOffset
        guard entry.end == next else {
            throw .damaged(
                Fault(
                    .tarHeader, in: .tar, at: offset, expected: "an entry that ends at \(next)",
                    found: "\(entry.size) bytes that end at \(entry.end)"))
        }
        return entry
    }

    /// A part of an entry's content, or all of it.
    public func read(_ entry: TarEntry, range: Range<Int>? = nil) throws(ContainerError) -> [UInt8] {
        let range = range ?? 0..<entry.size
        guard range.lowerBound >= 0, range.upperBound <= entry.size else {
            throw .outOfRange(asked: range, available: entry.size)
        }
        return try bytes(tarOffset: entry.contentOffset + range.lowerBound, count: range.count)
    }

    /// Bytes of the tar stream; the blocks that were used last are kept.
    public func bytes(tarOffset: Int, count: Int) throws(ContainerError) -> [UInt8] {
        guard tarOffset >= 0, count >= 0, tarOffset <= blocks.tarSize, count <= blocks.tarSize - tarOffset else {
            let end = tarOffset.addingReportingOverflow(max(count, 0))
            throw .outOfRange(
                asked: tarOffset..<(end.overflow ? Int.max : end.partialValue), available: blocks.tarSize)
        }
        var bytes: [UInt8] = []
        var place = tarOffset
        let end = tarOffset + count
        while place < end {
            let number = place / BundleBlocks.size
            let start = number * BundleBlocks.size
            let block = try inflated(number)
            let upper = min(end - start, block.count)
            if bytes.isEmpty, upper == end - start { return Array(block[(place - start)..<upper]) }
            if bytes.isEmpty { bytes.reserveCapacity(min(count, 64 * BundleBlocks.size)) }
            bytes += block[(place - start)..<upper]
            place = start + upper
        }
        return bytes
    }

    /// The compressed bytes of a block, for `blocks.check` in another task.
    public func compressedBlock(_ number: Int) throws(ContainerError) -> [UInt8] {
        let range = blocks.range(of: number)
        return try file.bytes(at: range.lowerBound, count: range.count)
    }

    private func inflated(_ number: Int) throws(ContainerError) -> [UInt8] {
        if let known = cache.content(of: number) { return try known.get() }
        let block = blocks.check(number, compressed: try compressedBlock(number))
        let content = block.faults.first.map { .failure(.damaged($0)) } ?? BlockCache.Content.success(block.bytes ?? [])
        cache.keep(content, of: number)
        return try content.get()
    }
}
