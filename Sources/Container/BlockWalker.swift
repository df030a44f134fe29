// Finding the blocks one after another, where no index says where they are.

import Deflate
public import Files

/// Inflates the blocks of a file in order, learning where each begins from where the one before it ended.
///
/// It stops at the final block, at the end of the file and at the first block that is damaged: where the next one
/// begins is then unknown.
public struct BlockWalker: Sendable {
    private static let chunkSize = 1 << 17

    private let file: ReadableFile
    private var number: Int
    /// Where the next block would begin in the file; after the last one, where `03 00` is to stand.
    public private(set) var offset: Int
    /// Whether a damaged block ended the walk, so that `offset` is not where the blocks end.
    public private(set) var isBroken = false

    /// A walk from block 0, whatever the gzip header says.
    public init(of file: ReadableFile) { self.init(of: file, from: GzipHeader.size, number: 0) }

    init(of file: ReadableFile, from offset: Int, number: Int) {
        self.file = file
        self.offset = offset
        self.number = number
    }

    /// The next block, or nil after the last one; a block without bytes is damaged and the last one given.
    public mutating func next() throws(ContainerError) -> CheckedBlock? {
        guard !isBroken, offset < file.size else { return nil }
        var piece = Piece(file: file, offset: offset)
        guard try !piece.isFinal() else { return nil }
        let fault = try piece.inflate()
        guard fault == nil else {
            isBroken = true
            return CheckedBlock(
                number: number, offset: offset, compressedSize: 0, compressedChecksum: 0, size: BundleBlocks.size,
                bytes: nil, faults: fault.map { [$0] } ?? [])
        }
        let compressed = try file.bytes(at: offset, count: piece.compressedSize)
        defer {
            offset += compressed.count
            number += 1
        }
        return CheckedBlock(
            number: number, offset: offset, compressedSize: compressed.count,
            compressedChecksum: CRC32.of(compressed), size: piece.bytes.count, bytes: piece.bytes,
            faults: piece.paddingFault.map { [$0] } ?? [])
    }

    /// A block whose compressed length is not known.
    private struct Piece {
        let file: ReadableFile
        let offset: Int
        private(set) var bytes: [UInt8] = []
        // One stream for each block: what refers to an earlier block is then malformed.
        private let stream = InflateStream()
        private var chunk: [UInt8] = []
        private var chunkOffset = 0

        init(file: ReadableFile, offset: Int) {
            self.file = file
            self.offset = offset
            chunkOffset = offset
        }

        var compressedSize: Int { stream.inputCount }

        var paddingFault: Fault? {
            stream.nonzeroPadding.map { .inflating(at: offset, DeflateError.nonzeroPadding(offset: $0)) }
        }

        /// Whether the next deflate block is a final one, or there is none.
        mutating func isFinal() throws(ContainerError) -> Bool {
            if offset + stream.inputCount == chunkOffset + chunk.count { try fill() }
            let place = offset + stream.inputCount - chunkOffset
            return place >= chunk.count || chunk[place] & 1 == 1
        }

        /// Inflates up to the end of the block; the fault says why there is none.
        mutating func inflate() throws(ContainerError) -> Fault? {
            // The last empty stored block: what was inflated up to it, and where the first of several in a row ended.
            var flush: (count: Int, end: Int)?
            while true {
                let step: InflateStream.Step
                do { step = try stream.next() } catch { return .inflating(at: offset, error) }
                switch step {
                case .output(let output):
                    bytes += output
                    guard bytes.count <= BundleBlocks.size else {
                        return .inflating(at: offset, DeflateError.tooLong(expected: BundleBlocks.size))
                    }
                case .needsInput:
                    let isAtEnd = chunkOffset + chunk.count >= file.size
                    guard !isAtEnd, stream.inputCount < BundleBlocks.maximumCompressedSize else {
                        let length = stream.inputCount
                        return .inflating(at: offset, DeflateError.truncated(length: length, inflated: bytes.count))
                    }
                    try fill()
                case .flush:
                    if bytes.count == BundleBlocks.size { return nil }
                    if flush?.count != bytes.count { flush = (bytes.count, stream.inputCount) }
                    guard try isFinal() else { continue }
                    if bytes.isEmpty { return .inflating(at: offset, DeflateError.noFlush) }
                    let isFirst = flush?.end == stream.inputCount
                    return isFirst ? nil : .inflating(at: offset, DeflateError.overlong(end: flush?.end ?? 0))
                case .end: return .inflating(at: offset, DeflateError.finalBlock(offset: stream.inputCount))
                }
            }
        }

        private mutating func fill() throws(ContainerError) {
            chunkOffset += chunk.count
            chunk = try file.bytes(at: chunkOffset, count: min(BlockWalker.chunkSize, file.size - chunkOffset))
            stream.feed(chunk)
        }
    }
}
