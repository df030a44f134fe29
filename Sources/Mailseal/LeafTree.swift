// The Merkle tree over a manifest's lines while they are written or read, and the groups of leaves that the index lists.

import Manifest
import MerkleTree

/// Hashes lines into the tree as they come, in order.
struct LeafTree {
    /// A group of 256 leaves: where its first byte lies in manifest.jsonl and what the index says of it.
    struct Group {
        let offset: Int
        let firstMessage: Int
        var hash = TreeHash.empty
    }

    /// The groups so far; the last one has its hash once it is full, or `finish` was called.
    private(set) var groups: [Group] = []
    private var tree = Frontier()
    private var group = Frontier()

    /// The number of lines so far.
    var size: Int { tree.size }

    /// The root of the lines so far.
    var root: RootReference { RootReference(size: tree.size, root: tree.root) }

    /// Appends a line that starts at an offset of manifest.jsonl, with the number that the next message has.
    mutating func append(_ line: [UInt8], at offset: Int, nextMessage: Int) {
        if tree.size.isMultiple(of: Tree.groupSize) {
            finish()
            groups.append(Group(offset: offset, firstMessage: nextMessage))
            group = Frontier()
        }
        let leaf = ManifestLine.leafHash(of: line)
        tree.append(leafHash: leaf)
        group.append(leafHash: leaf)
    }

    /// Closes the last group once all lines are in.
    mutating func finish() {
        if let last = groups.indices.last { groups[last].hash = group.root }
    }
}
