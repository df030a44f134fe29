// Why compressed bytes could not be inflated.

/// Why compressed bytes could not be inflated; offsets are in bytes from where the inflating began.
public enum DeflateError: Error, Equatable {
    /// The bytes are no deflate data: where they stopped making sense, and how many bytes they had given.
    case malformed(offset: Int, inflated: Int)
    /// The bytes end inside a deflate block.
    case truncated(length: Int, inflated: Int)
    /// A block was announced with a size that no block can have, 0…`Deflate.blockSize`.
    case impossibleSize(Int)
    /// A block gives fewer bytes than it should.
    case tooShort(expected: Int, found: Int)
    /// A block gives more bytes than it should.
    case tooLong(expected: Int)
    /// A block holds the end of the whole stream, at this offset.
    case finalBlock(offset: Int)
    /// A block does not end with an empty stored block.
    case noFlush
    /// A block goes on behind the first empty stored block that follows its last byte and ends at this offset.
    case overlong(end: Int)
    /// A padding bit before this offset is one.
    case nonzeroPadding(offset: Int)
}

extension DeflateError: CustomStringConvertible {
    /// A sentence without a full stop.
    public var description: String {
        switch self {
        case .malformed(let offset, let inflated):
            "malformed deflate data at byte \(offset), after \(inflated) inflated bytes"
        case .truncated(let length, let inflated):
            "deflate data ends inside a block at byte \(length), after \(inflated) inflated bytes"
        case .impossibleSize(let size): "a block of \(size) bytes, expected 0 to \(Deflate.blockSize)"
        case .tooShort(let expected, let found): "a block inflates to \(found) bytes, expected \(expected)"
        case .tooLong(let expected): "a block inflates to more bytes than the expected \(expected)"
        case .finalBlock(let offset): "a block contains the end of the deflate stream at byte \(offset)"
        case .noFlush: "a block does not end with an empty stored block"
        case .overlong(let end): "a block goes on at byte \(end), behind the empty stored block that ends it"
        case .nonzeroPadding(let offset):
            "a padding bit before byte \(offset) of the deflate data is one, expected zero"
        }
    }
}
