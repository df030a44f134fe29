// The CRC-32 and length of a stream, put together from those of its pieces.

import Deflate

/// The CRC-32 and length of pieces in a row, of which only the CRC-32 and length are known.
struct StreamChecksum: Equatable, Sendable {
    /// The CRC-32 of all pieces so far.
    private(set) var value: UInt32 = 0
    /// The number of bytes so far.
    private(set) var count = 0

    /// Appends a piece with this CRC-32.
    mutating func append(_ checksum: UInt32, count: Int) {
        value = CRC32.combine(value, checksum, lengthOfSecond: count)
        self.count += count
    }

    /// CRC-32 and ISIZE, as they stand in a gzip trailer (RFC 1952 §2.3.1).
    var trailer: [UInt8] { Self.littleEndian(value) + Self.littleEndian(UInt32(truncatingIfNeeded: count)) }

    private static func littleEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
