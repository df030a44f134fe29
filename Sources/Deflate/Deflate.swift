// The reproducible compressor: its output is part of the bundle's format, specified in Docs/deflate.md.

/// Deflate (RFC 1951) in independent blocks of at most 1 MiB.
public enum Deflate {
    /// The largest number of bytes that are compressed together, 1 MiB.
    public static let blockSize = 1 << 20

    /// What ends a deflate stream after its last block: a final fixed block of nothing.
    public static let end: [UInt8] = [0x03, 0x00]

    /// The compressed form of 0…`blockSize` bytes: deflate blocks, none final, and an empty stored block that ends at a
    /// byte boundary.
    ///
    /// It depends on the bytes alone. All padding bits are zero, and no match reaches before the first byte.
    public static func compress(block: Span<UInt8>) -> [UInt8] {
        precondition(block.count <= blockSize, "a block has at most \(blockSize) bytes")
        // Stored blocks bound the size: at most one per 512 bytes, with at most six bytes of head each.
        let capacity = block.count + block.count / 64 + 64
        return unsafe block.withUnsafeBufferPointer { bytes in
            unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, filled in
                filled = unsafe compress(bytes, into: buffer)
            }
        }
    }

    /// The compressed form of 0…`blockSize` bytes; see the function of the same name.
    public static func compress(block: [UInt8]) -> [UInt8] { compress(block: block.span) }

    private static func compress(
        _ bytes: UnsafeBufferPointer<UInt8>, into buffer: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        guard let output = buffer.baseAddress else { return 0 }
        var writer = unsafe BitWriter(buffer, start: output)
        if let start = bytes.baseAddress {
            let segmentation = unsafe Segmentation(start, count: bytes.count)
            let finder = unsafe MatchFinder(start)
            var tokens = Tokens()
            for piece in segmentation.pieces() {
                tokens.clear()
                if segmentation.hasMatches(piece) {
                    finder.parse(piece.range, into: &tokens)
                } else {
                    tokens.trailingLiterals = piece.range.count
                }
                unsafe tokens.countSymbols(start + piece.range.lowerBound)
                unsafe writer.writeBlock(start + piece.range.lowerBound, count: piece.range.count, tokens)
            }
            tokens.deallocate()
            finder.deallocate()
        }
        unsafe writer.writeStored(UnsafePointer(output), count: 0)
        return writer.byteCount
    }
}
