// Inflating one independent block, whose size is known.

extension Deflate {
    /// The bytes of one block as `compress` makes them, `size` of them.
    ///
    /// Memory is bounded by `size`. Any deflate encoder's blocks are taken, but they must give exactly `size` bytes,
    /// contain no final block, end with the first empty stored block behind their last byte, and have zero padding bits.
    public static func inflate(block: Span<UInt8>, size: Int) throws(DeflateError) -> [UInt8] {
        guard (0...blockSize).contains(size) else { throw .impossibleSize(size) }
        if let bytes = BlockInflater.inflate(block, size: size) { return bytes }
        // What is wrong, and where, is for zlib to say.
        return try inflateByZlib(block: block, size: size)
    }

    /// The bytes of one block; see the function of the same name.
    public static func inflate(block: [UInt8], size: Int) throws(DeflateError) -> [UInt8] {
        try inflate(block: block.span, size: size)
    }

    /// What `inflate` gives, several times slower, and the exact reason when there is nothing to give.
    static func inflateByZlib(block: Span<UInt8>, size: Int) throws(DeflateError) -> [UInt8] {
        guard (0...blockSize).contains(size) else { throw .impossibleSize(size) }
        let inflater = RawInflater()
        var failure: DeflateError?
        // One byte more than expected tells too much from enough.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, filled in
            failure = unsafe inflate(block, size: size, with: inflater, into: buffer)
            filled = inflater.outputCount
        }
        if let failure { throw failure }
        return bytes
    }

    private static func inflate(
        _ block: Span<UInt8>, size: Int, with inflater: RawInflater, into buffer: UnsafeMutableBufferPointer<UInt8>
    ) -> DeflateError? {
        var last = RawInflater.Stop.block
        // Just after the first empty stored block behind the last byte: there the block must end.
        var end: Int?
        // No whole block fits the seven bits that may be left when the last byte is taken.
        while last == .block || inflater.inputCount < block.count {
            if last == .block && inflater.inputCount == block.count && block.count > 0 { return .noFlush }
            let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[inflater.outputCount..<size + 1])
            last = unsafe inflater.run(block.extracting(inflater.inputCount...), into: rest).stop
            if inflater.outputCount > size { return .tooLong(expected: size) }
            switch last {
            case .malformed: return .malformed(offset: inflater.inputCount, inflated: inflater.outputCount)
            case .finalBlock: return .finalBlock(offset: inflater.inputCount)
            case .exhausted: return .truncated(length: block.count, inflated: inflater.outputCount)
            case .block: break
            case .flush: if inflater.outputCount == size, end == nil { end = inflater.inputCount }
            }
        }
        if let offset = inflater.nonzeroPadding { return .nonzeroPadding(offset: offset) }
        guard inflater.outputCount == size else { return .tooShort(expected: size, found: inflater.outputCount) }
        if let end, end < block.count { return .overlong(end: end) }
        return nil
    }
}
