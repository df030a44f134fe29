// Proofs and how they are checked, after the algorithms of RFC 9162.

public import Cryptography

/// The proof that a leaf is in a tree (RFC 9162 §2.1.3).
public struct InclusionProof: Hashable, Sendable {
    /// The leaf's index, from 0.
    public let index: Int
    /// The number of leaves; take it from a checkpoint that is trusted, the root does not commit to it.
    public let size: Int
    /// Sibling hashes from the leaf to the root, at most 63.
    public let hashes: [Digest]

    /// A proof as it was read; nothing is checked before `verify`.
    public init(index: Int, size: Int, hashes: [Digest]) {
        self.index = index
        self.size = size
        self.hashes = hashes
    }

    /// Whether the proof leads from the leaf hash to the root (RFC 9162 §2.1.3.2).
    public func verify(leafHash: Digest, root: Digest) -> Bool {
        guard index >= 0, index < size, hashes.count <= 63 else { return false }
        var place = index
        var last = size - 1
        var computed = leafHash
        for hash in hashes {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                computed = TreeHash.node(hash, computed)
                while place & 1 == 0, place != 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                computed = TreeHash.node(computed, hash)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && computed == root
    }
}

/// The proof that a newer tree only adds leaves to an older one (RFC 9162 §2.1.4).
public struct ConsistencyProof: Hashable, Sendable {
    /// The number of leaves of the older tree.
    public let oldSize: Int
    /// The number of leaves of the newer tree.
    public let newSize: Int
    /// The hashes in the order of the RFC, at most 64.
    public let hashes: [Digest]

    /// A proof as it was read; nothing is checked before `verify`.
    public init(oldSize: Int, newSize: Int, hashes: [Digest]) {
        self.oldSize = oldSize
        self.newSize = newSize
        self.hashes = hashes
    }

    /// Whether the proof leads to both roots (RFC 9162 §2.1.4.2).
    ///
    /// An older tree without leaves proves nothing, so it is never consistent here; the RFC leaves the case open.
    public func verify(oldRoot: Digest, newRoot: Digest) -> Bool {
        guard oldSize > 0, oldSize <= newSize, hashes.count <= 64 else { return false }
        guard oldSize < newSize else { return hashes.isEmpty && oldRoot == newRoot }
        let isPerfect = oldSize & (oldSize - 1) == 0
        let path = (isPerfect ? [oldRoot] : []) + hashes
        guard let first = path.first, !hashes.isEmpty else { return false }
        let shift = (~(oldSize - 1)).trailingZeroBitCount
        var place = (oldSize - 1) >> shift
        var last = (newSize - 1) >> shift
        var (old, new) = (first, first)
        for hash in path.dropFirst() {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                old = TreeHash.node(hash, old)
                new = TreeHash.node(hash, new)
                while place & 1 == 0, place != 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                new = TreeHash.node(new, hash)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && old == oldRoot && new == newRoot
    }
}
