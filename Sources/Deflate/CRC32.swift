// The check value of gzip (RFC 1952 §8), by libdeflate; combined by zlib.

import CLibdeflate
import CZlib

/// A running CRC-32 as gzip uses it (RFC 1952 §8).
public struct CRC32: Equatable, Sendable {
    /// The check value of all bytes so far; 0 of none.
    public private(set) var value: UInt32 = 0

    /// The check of no bytes yet.
    public init() {}

    /// Appends bytes to what is checked.
    public mutating func update(_ bytes: Span<UInt8>) {
        value = unsafe bytes.withUnsafeBufferPointer { buffer in
            // Given no bytes, libdeflate may be given no pointer, and answers with the initial value instead of the running one.
            guard let start = buffer.baseAddress else { return value }
            return unsafe libdeflate_crc32(value, start, buffer.count)
        }
    }

    /// Appends bytes to what is checked.
    public mutating func update(_ bytes: [UInt8]) { update(bytes.span) }

    /// The check value of the bytes.
    public static func of(_ bytes: Span<UInt8>) -> UInt32 {
        var check = CRC32()
        check.update(bytes)
        return check.value
    }

    /// The check value of the bytes.
    public static func of(_ bytes: [UInt8]) -> UInt32 { of(bytes.span) }

    /// The check value of two byte strings after each other, from the value of each and the second's length.
    public static func combine(_ first: UInt32, _ second: UInt32, lengthOfSecond: Int) -> UInt32 {
        precondition(lengthOfSecond >= 0, "a length is not negative")
        return UInt32(truncatingIfNeeded: crc32_combine(UInt(first), UInt(second), lengthOfSecond))
    }
}
