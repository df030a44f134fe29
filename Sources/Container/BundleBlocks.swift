// The compressed blocks of a bundle: where they are, and whether one of them holds what it must.

import Deflate

/// Where the compressed blocks of a bundle lie in the file, and how much of the tar stream each holds.
public struct BundleBlocks: Equatable, Sendable {
    /// The number of bytes of the tar stream in every block but the last, 1 MiB.
    public static let size = Deflate.blockSize
    /// The most compressed bytes of one block that a reader accepts; stored blocks need far fewer.
    public static let maximumCompressedSize = size + size / 16

    /// Where the next block can begin when one begins at `offset`.
    static func compressedSizes(after offset: Int) -> ClosedRange<Int> { offset + 1...offset + maximumCompressedSize }

    /// Where each block begins in the file, and where the last one ends.
    let offsets: [Int]
    /// The CRC-32 of the compressed bytes of the blocks that index.txt lists.
    let checksums: [UInt32]
    /// The length of the tar stream in bytes.
    public let tarSize: Int

    /// The number of blocks.
    public var count: Int { offsets.count - 1 }

    /// Where the last block ends in the file.
    public var end: Int { offsets[count] }

    /// Where the compressed bytes of a block (from 0 to `count` - 1) lie in the file.
    public func range(of number: Int) -> Range<Int> { offsets[number]..<offsets[number + 1] }

    /// The number of bytes of the tar stream in a block.
    public func size(of number: Int) -> Int { number == count - 1 ? tarSize - number * Self.size : Self.size }

    /// Inflates the compressed bytes of a block and compares all that is known about it; safe to call in parallel.
    public func check(_ number: Int, compressed: [UInt8]) -> CheckedBlock {
        CheckedBlock(
            number: number, offset: offsets[number], compressed: compressed, size: size(of: number),
            expectedChecksum: number < checksums.count ? checksums[number] : nil)
    }
}

/// A block after it was inflated and compared.
public struct CheckedBlock: Equatable, Sendable {
    /// Its number from 0; it begins at `number` MiB of the tar stream.
    public let number: Int
    /// Where its compressed bytes begin in the file.
    public let offset: Int
    /// The number of its compressed bytes.
    public let compressedSize: Int
    /// The CRC-32 of its compressed bytes.
    public let compressedChecksum: UInt32
    /// The CRC-32 that index.txt gives for its compressed bytes, when it was checked against an index that lists it.
    public let expectedChecksum: UInt32?
    /// The number of bytes of the tar stream that it holds, or should hold when `bytes` is nil.
    public let size: Int
    /// What it inflates to, or nil when it does not inflate to `size` bytes.
    public let bytes: [UInt8]?
    /// The CRC-32 of `bytes`.
    public let checksum: UInt32
    /// What is wrong with it.
    public let faults: [Fault]

    init(number: Int, offset: Int, compressed: [UInt8], size: Int, expectedChecksum: UInt32?) {
        let compressedChecksum = CRC32.of(compressed)
        var faults: [Fault] = []
        if let expectedChecksum, expectedChecksum != compressedChecksum {
            faults.append(
                Fault(
                    .blockChecksum, in: .file, at: offset, expected: "CRC-32 \(hexadecimal(expectedChecksum))",
                    found: hexadecimal(compressedChecksum)))
        }
        var bytes: [UInt8]?
        do { bytes = try Deflate.inflate(block: compressed, size: size) } catch {
            faults.append(.inflating(at: offset, error))
        }
        self.init(
            number: number, offset: offset, compressedSize: compressed.count, compressedChecksum: compressedChecksum,
            expectedChecksum: expectedChecksum, size: size, bytes: bytes, faults: faults)
    }

    init(
        number: Int, offset: Int, compressedSize: Int, compressedChecksum: UInt32, expectedChecksum: UInt32? = nil,
        size: Int, bytes: [UInt8]?, faults: [Fault]
    ) {
        self.number = number
        self.offset = offset
        self.compressedSize = compressedSize
        self.compressedChecksum = compressedChecksum
        self.expectedChecksum = expectedChecksum
        self.size = size
        self.bytes = bytes
        self.checksum = CRC32.of(bytes ?? [])
        self.faults = faults
    }
}

extension Fault {
    /// The block at this offset of the file does not inflate to what it must.
    static func inflating(at offset: Int, _ error: DeflateError) -> Fault {
        switch error {
        case .tooShort(let expected, let found):
            Fault(.blockSize, in: .file, at: offset, expected: "\(expected) inflated bytes", found: "\(found)")
        case .tooLong(let expected):
            Fault(.blockSize, in: .file, at: offset, expected: "\(expected) inflated bytes", found: "more")
        default:
            Fault(.blockInflate, in: .file, at: offset, expected: "an independent block", found: error.description)
        }
    }
}
