// The root of a growing list of leaves, in memory that grows with the logarithm of their number.

public import Cryptography

/// The right edge of a tree: leaves are appended, the root can be read at any time.
public struct Frontier: Hashable, Sendable {
    /// The number of leaves so far.
    public private(set) var size = 0
    /// Roots of the perfect subtrees, widest first: one for each bit that is set in `size`.
    private var subtrees: [Digest] = []

    /// A tree without leaves.
    public init() {}

    /// Appends a leaf of this data.
    public mutating func append(leaf data: Span<UInt8>) { append(leafHash: TreeHash.leaf(data)) }

    /// Appends a leaf of this data.
    public mutating func append(leaf data: [UInt8]) { append(leaf: data.span) }

    /// Appends a leaf whose hash is known.
    public mutating func append(leafHash: Digest) {
        var hash = leafHash
        for _ in 0..<(~size).trailingZeroBitCount {
            guard let left = subtrees.popLast() else { break }
            hash = TreeHash.node(left, hash)
        }
        subtrees.append(hash)
        size += 1
    }

    /// The root of all leaves so far.
    public var root: Digest {
        guard let narrowest = subtrees.last else { return TreeHash.empty }
        return subtrees.dropLast().reversed().reduce(narrowest) { TreeHash.node($1, $0) }
    }
}
