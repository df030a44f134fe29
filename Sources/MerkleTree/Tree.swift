// A whole tree in memory, to take proofs from.

public import Cryptography

/// A tree of known leaf hashes; 64 bytes of memory per leaf.
public struct Tree: Sendable {
    /// The number of leaves in a group whose subtree hash an index may keep instead of the leaves.
    public static let groupSize = 256

    /// `levels[k][i]` is the root of the leaves from i·2^k up to (i+1)·2^k or the last one.
    private let levels: [[Digest]]

    /// The tree of these leaf hashes, in their order.
    public init(leafHashes: [Digest]) {
        var levels = [leafHashes]
        var level = leafHashes
        while level.count > 1 {
            level = stride(from: 0, to: level.count, by: 2).map { place in
                // A last hash without a partner moves up as it is; nothing is ever counted twice.
                place + 1 < level.count ? TreeHash.node(level[place], level[place + 1]) : level[place]
            }
            levels.append(level)
        }
        self.levels = levels
    }

    /// The number of leaves.
    public var size: Int { levels[0].count }

    /// The root.
    public var root: Digest { levels.last?.first ?? TreeHash.empty }

    /// The proof that a leaf is in the tree, or nil when there is no leaf of this index (RFC 9162 §2.1.3.1).
    public func inclusionProof(of index: Int) -> InclusionProof? {
        guard levels[0].indices.contains(index) else { return nil }
        return InclusionProof(index: index, size: size, hashes: path(to: index))
    }

    /// The proof that the first `size` leaves are those of an older tree, or nil when `size` is 0 or too large.
    ///
    /// RFC 9162 §2.1.4.1.
    public func consistencyProof(from size: Int) -> ConsistencyProof? {
        guard size > 0, size <= self.size else { return nil }
        guard size < self.size else { return ConsistencyProof(oldSize: size, newSize: size, hashes: []) }
        // The last node of the old tree that is perfect, and from there the way to the root.
        let height = size.trailingZeroBitCount
        let place = (size >> height) - 1
        let start = place == 0 ? [] : [levels[height][place]]
        return ConsistencyProof(oldSize: size, newSize: self.size, hashes: start + path(to: place, from: height))
    }

    /// The inclusion proof of a leaf from the roots of all groups and the leaf hashes of the leaf's own group.
    ///
    /// Every group has `groupSize` leaves, the last one may have fewer. Nil when the leaf hashes do not give the group's
    /// hash or when index and size do not fit the groups.
    public static func inclusionProof(
        of index: Int, in size: Int, groups: [Digest], leafHashesOfGroup leaves: [Digest]
    ) -> InclusionProof? {
        guard index >= 0, index < size, groups.count == (size - 1) / groupSize + 1 else { return nil }
        let group = index / groupSize
        let inner = Tree(leafHashes: leaves)
        guard leaves.count == min(groupSize, size - group * groupSize), inner.root == groups[group] else { return nil }
        let outer = Tree(leafHashes: groups)
        let hashes = inner.path(to: index % groupSize) + outer.path(to: group)
        return InclusionProof(index: index, size: size, hashes: hashes)
    }

    /// The consistency proof from the roots of all groups and the leaf hashes of the group that the older tree ends in.
    ///
    /// That group is number `(oldSize - 1) / groupSize`. Nil when its leaf hashes do not give the group's hash, or when the
    /// sizes do not fit the groups.
    public static func consistencyProof(
        from oldSize: Int, to size: Int, groups: [Digest], leafHashesOfGroup leaves: [Digest]
    ) -> ConsistencyProof? {
        guard oldSize > 0, oldSize <= size, groups.count == (size - 1) / groupSize + 1 else { return nil }
        guard oldSize < size else { return ConsistencyProof(oldSize: size, newSize: size, hashes: []) }
        let group = (oldSize - 1) / groupSize
        let inner = Tree(leafHashes: leaves)
        guard leaves.count == min(groupSize, size - group * groupSize), inner.root == groups[group] else { return nil }
        let outer = Tree(leafHashes: groups)
        // The last node of the older tree that is perfect: inside the group, or the root of whole groups.
        let height = oldSize.trailingZeroBitCount
        let place = (oldSize >> height) - 1
        let groupHeight = groupSize.trailingZeroBitCount
        let hashes: [Digest]
        if height < groupHeight {
            let innerPlace = place & ((groupSize >> height) - 1)
            hashes =
                [inner.levels[height][innerPlace]] + inner.path(to: innerPlace, from: height) + outer.path(to: group)
        } else {
            hashes =
                [outer.levels[height - groupHeight][place]] + outer.path(to: place, from: height - groupHeight)
        }
        // A perfect older tree is that node itself, which the verifier knows.
        return ConsistencyProof(oldSize: oldSize, newSize: size, hashes: Array(hashes.dropFirst(place == 0 ? 1 : 0)))
    }

    /// The siblings on the way from a node to the root, lowest first.
    private func path(to place: Int, from height: Int = 0) -> [Digest] {
        levels.indices.dropFirst(height).compactMap { level in
            let sibling = (place >> (level - height)) ^ 1
            return sibling < levels[level].count ? levels[level][sibling] : nil
        }
    }
}
