// Writing a bundle: entries go in, blocks come out, are compressed anywhere, and come back in order.

import Bytes
public import Cryptography
import Deflate

/// What the file of a bundle is written to.
public protocol BlockOutput {
    /// What its writing can fail with.
    associatedtype Failure: Error
    /// Appends bytes to the file.
    func append(_ bytes: [UInt8]) throws(Failure)
    /// Replaces bytes that were appended before.
    func patch(_ bytes: [UInt8], at offset: Int) throws(Failure)
}

/// A block of the tar stream, compressed on its own.
public struct CompressedBlock: Hashable, Sendable {
    /// The compressed bytes.
    public let bytes: [UInt8]
    /// The CRC-32 of the compressed bytes.
    public let compressedChecksum: UInt32
    /// The CRC-32 of the bytes that were compressed.
    public let checksum: UInt32
    /// The number of bytes that were compressed.
    public let size: Int

    /// A block of another bundle; `checksum` is the CRC-32 of what the bytes inflate to, a whole block.
    public init(copying bytes: [UInt8], checksum: UInt32) {
        self.init(bytes: bytes, compressedChecksum: CRC32.of(bytes), checksum: checksum, size: BundleBlocks.size)
    }

    init(bytes: [UInt8], compressedChecksum: UInt32, checksum: UInt32, size: Int) {
        self.bytes = bytes
        self.compressedChecksum = compressedChecksum
        self.checksum = checksum
        self.size = size
    }
}

/// Lays entries into a tar stream and the compressed blocks of it into a file (sections 1, 2 and 5 of the format).
///
/// In this order: `start`; where another bundle is continued, `begin(with:)`; for each entry `begin`, `append` …, `endEntry`, and whenever it suits `takeFullBlocks` and,
/// in the order in which they were taken, `accept`; once all blocks were taken and accepted `endArchive`, whose blocks
/// are accepted too; `finish`. Only what index.txt needs (some 4 bytes for each entry) and less than one block, besides
/// the full blocks not yet taken, is kept in memory.
public struct BundleWriter: Sendable {
    /// The bundle's name, in every header.
    public let name: [UInt8]
    /// Where the next byte goes in the tar stream.
    public private(set) var tarOffset = 0
    private var partial: [UInt8] = []
    private var fullBlocks: [[UInt8]] = []
    private var entry: (path: [UInt8], size: Int, left: Int)?
    /// The index, its entries apart.
    private var index = BundleIndex()
    private var entries = IndexEntries()
    private var fileOffset = GzipHeader.size
    private var accepted = 0
    private var stream = StreamChecksum()
    private var indexOffset: Int?
    private var tail = StreamChecksum()

    /// A bundle of this name; throws when it cannot be one.
    public init(name: [UInt8]) throws(ContainerError) {
        guard Tar.isName(name) else { throw .invalidName(name) }
        self.name = name
        partial.reserveCapacity(BundleBlocks.size)
    }

    /// Writes the gzip header, whose comment `finish` replaces.
    public func start<Output: BlockOutput>(_ output: Output) throws(Output.Failure) {
        try output.append(GzipHeader.encode(BundleComment(blockOffset: 0, headerOffset: 0, checksum: 0)))
    }

    /// Begins the archive with entries of another bundle of this name, whose blocks are taken over as they are.
    ///
    /// - Parameters:
    ///   - entries: the first entries of its index.
    ///   - blocks: how many of its blocks these entries fill; `accept` must be given them before any other block.
    ///   - rest: what of the entries lies behind those blocks, less than one block.
    public mutating func begin(with entries: [BundleIndex.Entry], blocks: Int, rest: [UInt8]) {
        precondition(tarOffset == 0 && rest.count < BundleBlocks.size, "taken over at the start, in whole blocks")
        for entry in entries { self.entries.append(entry) }
        tarOffset = blocks * BundleBlocks.size
        lay(rest[...])
    }

    /// Begins an entry of `size` bytes at `path` below the name; `leaf` is the first line of the manifest that names
    /// it, nil for a tag file and the manifest.
    public mutating func begin(path: [UInt8], size: Int, leaf: UInt32?) throws(ContainerError) {
        precondition(entry == nil && indexOffset == nil, "an entry begins when the one before it has ended")
        let header = try Tar.header(name: name, path: path, size: size)
        entries.append(BundleIndex.Entry(tarOffset: tarOffset, leaf: leaf))
        guard indexSize <= BundleIndex.maximumSize else { throw .indexTooLarge(indexSize) }
        lay(header[...])
        entry = (path, size, size)
    }

    /// Appends content to the entry; throws when it is more than was promised.
    public mutating func append(_ bytes: ArraySlice<UInt8>) throws(ContainerError) {
        guard let (path, size, left) = entry else { preconditionFailure("content goes into an entry") }
        guard bytes.count <= left else {
            throw .wrongSize(path: path, expected: size, found: size - left + bytes.count)
        }
        entry = (path, size, left - bytes.count)
        lay(bytes)
    }

    /// Appends content to the entry; throws when it is more than was promised.
    public mutating func append(_ bytes: [UInt8]) throws(ContainerError) { try append(bytes[...]) }

    /// Ends the entry; throws when its content is less than was promised.
    public mutating func endEntry() throws(ContainerError) {
        guard let (path, size, left) = entry else { preconditionFailure("only an entry ends") }
        guard left == 0 else { throw .wrongSize(path: path, expected: size, found: size - left) }
        entry = nil
        lay([UInt8](repeating: 0, count: Tar.padding(after: size))[...])
    }

    /// Records a group of 256 lines of the manifest; see `BundleIndex.Group`.
    public mutating func addGroup(tarOffset: Int, firstMessage: UInt32, hash: Digest) {
        index.groups.append(BundleIndex.Group(tarOffset: tarOffset, firstMessage: firstMessage, hash: hash))
    }

    /// The blocks that have become full since the last call, each `BundleBlocks.size` bytes, in order.
    public mutating func takeFullBlocks() -> [[UInt8]] {
        defer { fullBlocks = [] }
        return fullBlocks
    }

    /// Compresses a block, the one of this number; it depends on nothing else and may be called in parallel.
    ///
    /// Throws when libdeflate, which shares nothing with the encoder, does not read the block's bytes out of what was
    /// made of them.
    public static func compress(_ block: [UInt8], number: Int) throws(ContainerError) -> CompressedBlock {
        try compress(block, number: number) { Deflate.compress(block: $0) }
    }

    /// The same with another encoder.
    public static func compress(
        _ block: [UInt8], number: Int, by encode: ([UInt8]) -> [UInt8]
    ) throws(ContainerError) -> CompressedBlock {
        var bytes = encode(block)
        bytes += Deflate.end
        guard Deflate.isStream(bytes, of: block) else { throw .wrongCompression(block: number) }
        bytes.removeLast(Deflate.end.count)
        return CompressedBlock(
            bytes: bytes, compressedChecksum: CRC32.of(bytes), checksum: CRC32.of(block), size: block.count)
    }

    /// Stores a block without compressing it, for a bundle that is only read here; it may be called in parallel.
    ///
    /// Every reader takes it; it is not the encoding that the format calls for, so no such bundle is to be kept.
    public static func store(_ block: [UInt8]) -> CompressedBlock {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(block.count + block.count / 8192 + 16)
        var place = 0
        while true {  // The empty stored block at the end is what readers expect there (RFC 1951 §3.2.4).
            let end = min(place + 0xFFFF, block.count)
            let length = UInt16(truncatingIfNeeded: end - place)
            bytes.append(0)
            for word in [length, ~length] { bytes += [UInt8(truncatingIfNeeded: word), UInt8(word >> 8)] }
            bytes += block[place..<end]
            if length == 0 { break }
            place = end
        }
        return CompressedBlock(
            bytes: bytes, compressedChecksum: CRC32.of(bytes), checksum: CRC32.of(block), size: block.count)
    }

    /// Writes the next block; blocks come in the order in which they were taken.
    public mutating func accept<Output: BlockOutput>(
        _ block: CompressedBlock, to output: Output
    ) throws(Output.Failure) {
        try output.append(block.bytes)
        if isBeforeIndex(accepted) {
            index.blocks.append(BundleIndex.Block(offset: fileOffset, checksum: block.compressedChecksum))
        } else {
            tail.append(block.compressedChecksum, count: block.bytes.count)
        }
        stream.append(block.checksum, count: block.size)
        fileOffset += block.bytes.count
        accepted += 1
    }

    /// Lays down index.txt and the end of the archive, and gives the blocks that are left, the last one short.
    ///
    /// `leafCount` is the number of lines of the manifest. All full blocks must have been taken and accepted before.
    public mutating func endArchive(leafCount: UInt32) throws(ContainerError) -> some Sequence<[UInt8]> {
        precondition(entry == nil && indexOffset == nil, "the archive ends once, after its last entry")
        precondition(accepted == tarOffset / BundleBlocks.size, "index.txt needs the offsets of all blocks before it")
        precondition(index.isComplete(leafCount: leafCount), "a group for each 256 lines")
        index.leafCount = leafCount
        guard indexSize <= BundleIndex.maximumSize else { throw .indexTooLarge(indexSize) }
        let size = indexSize
        indexOffset = tarOffset
        let start = partial + (try Tar.header(name: name, path: BundleReader.indexPath, size: size))
        let end = [UInt8](repeating: 0, count: Tar.padding(after: size) + Tar.endSize)
        tarOffset += Tar.unit + size + Tar.padding(after: size) + Tar.endSize
        partial = []
        return LastBlocks(start, IndexText(index, entries: entries, count: entries.count), end)
    }

    private var indexSize: Int { index.encodedSize(entries: entries.count) }

    /// Ends the gzip member and puts the comment into its header.
    public mutating func finish<Output: BlockOutput>(_ output: Output) throws(Output.Failure) {
        precondition(stream.count == tarOffset, "all blocks of the archive are accepted before it is finished")
        guard let indexOffset else { preconditionFailure("the archive is ended before it is finished") }
        let end = Deflate.end + stream.trailer
        try output.append(end)
        let blockOffset = fileOffset - tail.count
        tail.append(CRC32.of(end), count: end.count)
        let comment = BundleComment(
            blockOffset: blockOffset, headerOffset: indexOffset % BundleBlocks.size, checksum: tail.value)
        try output.patch(comment.text, at: GzipHeader.commentOffset)
    }

    private func isBeforeIndex(_ block: Int) -> Bool {
        indexOffset.map { block < $0 / BundleBlocks.size } ?? true
    }

    /// Puts bytes into the tar stream, cutting it into blocks.
    private mutating func lay(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while !rest.isEmpty {
            let part = rest.prefix(BundleBlocks.size - partial.count)
            partial += part
            rest = rest[part.endIndex...]
            if partial.count == BundleBlocks.size {
                fullBlocks.append(partial)
                partial = []
                partial.reserveCapacity(BundleBlocks.size)
            }
        }
        tarOffset += bytes.count
    }
}
