import Bytes
import Cryptography
import MerkleTree
import Testing

/// The tree hash as RFC 6962 §2.1 words it: recursive, over the whole list.
private func definedRoot(_ leaves: ArraySlice<Digest>) -> Digest {
    guard leaves.count > 1 else { return leaves.first ?? TreeHash.empty }
    var width = 1
    while width * 2 < leaves.count { width *= 2 }
    return TreeHash.node(definedRoot(leaves.prefix(width)), definedRoot(leaves.dropFirst(width)))
}

private func leafHashes(_ count: Int) -> [Digest] { (0..<count).map { TreeHash.leaf("leaf \($0)".bytes) } }

private func flipped(_ digest: Digest, bit: Int) -> Digest {
    var bytes = digest.bytes
    bytes[bit / 8 % 32] ^= 1 << UInt8(bit % 8)
    return Digest(bytes) ?? digest
}

@Suite struct TreeHashTests {
    @Test func `the root of lines in a text is that of the leaves one by one`() {
        var text: [UInt8] = []
        var lines: [Range<Int>] = []
        for count in 0...130 {
            #expect(TreeHash.root(ofLeaves: lines, in: text.span) == definedRoot(leafHashes(count)[...]), "\(count)")
            let line = "leaf \(count)".bytes
            lines.append(text.count..<text.count + line.count)
            text += line + [0x0A]
        }
    }

    @Test(arguments: [
        ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        ("L123456", "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"),
    ])
    func `leaf hashes are the published ones`(data: String, hash: String) {
        #expect(TreeHash.leaf(data.bytes).description == hash)
    }

    @Test func `the root of no leaves is the hash of nothing`() {
        let published = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(Frontier().root.description == published)
        #expect(Tree(leafHashes: []).root.description == published)
    }

    @Test func `a node is no leaf of its children's hashes`() {
        let (left, right) = (TreeHash.leaf([1]), TreeHash.leaf([2]))
        #expect(TreeHash.node(left, right) != TreeHash.leaf(left.bytes + right.bytes))
    }

    @Test func `repeating the last leaf changes the root`() {
        let leaves = leafHashes(3)
        #expect(Tree(leafHashes: leaves).root != Tree(leafHashes: leaves + [leaves[2]]).root)
    }
}

@Suite struct TreeTests {
    @Test func `every root up to 130 leaves is that of the definition`() {
        let leaves = leafHashes(130)
        var frontier = Frontier()
        for size in 0...130 {
            let expected = definedRoot(leaves[0..<size])
            #expect(frontier.root == expected)
            #expect(frontier.size == size)
            #expect(Tree(leafHashes: Array(leaves.prefix(size))).root == expected)
            if size < 130 { frontier.append(leaf: "leaf \(size)".bytes) }
        }
    }

    @Test func `every inclusion proof up to 130 leaves verifies and proves nothing else`() throws {
        let leaves = leafHashes(130)
        for size in 1...130 {
            let tree = Tree(leafHashes: Array(leaves.prefix(size)))
            for index in 0..<size {
                let proof = try #require(tree.inclusionProof(of: index))
                #expect(proof.verify(leafHash: leaves[index], root: tree.root))
                // Every place and other leaf of small trees, one of large ones.
                let others = size <= 20 ? Array(0..<size) : [(index + 1) % size]
                for other in others where other != index {
                    #expect(!proof.verify(leafHash: leaves[other], root: tree.root))
                    let moved = InclusionProof(index: other, size: size, hashes: proof.hashes)
                    #expect(!moved.verify(leafHash: leaves[index], root: tree.root))
                }
            }
            #expect(tree.inclusionProof(of: size) == nil)
            #expect(tree.inclusionProof(of: -1) == nil)
        }
    }

    @Test func `every changed inclusion proof up to 40 leaves is refused`() throws {
        let leaves = leafHashes(40)
        for size in 1...40 {
            let tree = Tree(leafHashes: Array(leaves.prefix(size)))
            for index in 0..<size {
                let hashes = try #require(tree.inclusionProof(of: index)).hashes
                for changed in mutations(of: hashes, seed: index) {
                    let proof = InclusionProof(index: index, size: size, hashes: changed)
                    #expect(!proof.verify(leafHash: leaves[index], root: tree.root))
                }
            }
        }
    }

    @Test func `every consistency proof up to 130 leaves verifies and no other root does`() throws {
        let leaves = leafHashes(130)
        let roots = (0...130).map { Tree(leafHashes: Array(leaves.prefix($0))).root }
        for size in 1...130 {
            let tree = Tree(leafHashes: Array(leaves.prefix(size)))
            #expect(tree.consistencyProof(from: 0) == nil)
            #expect(tree.consistencyProof(from: size + 1) == nil)
            for old in 1...size {
                let proof = try #require(tree.consistencyProof(from: old))
                #expect(proof.verify(oldRoot: roots[old], newRoot: roots[size]))
                #expect(!proof.verify(oldRoot: roots[old - 1], newRoot: roots[size]))
            }
        }
    }

    @Test func `every changed consistency proof up to 40 leaves is refused`() throws {
        let leaves = leafHashes(40)
        let roots = (0...40).map { Tree(leafHashes: Array(leaves.prefix($0))).root }
        for size in 1...40 {
            let tree = Tree(leafHashes: Array(leaves.prefix(size)))
            for old in 1...size {
                let hashes = try #require(tree.consistencyProof(from: old)).hashes
                for changed in mutations(of: hashes, seed: old) {
                    let proof = ConsistencyProof(oldSize: old, newSize: size, hashes: changed)
                    #expect(!proof.verify(oldRoot: roots[old], newRoot: roots[size]))
                }
            }
        }
    }

    @Test func `nothing is consistent with an older tree without leaves`() {
        let root = Tree(leafHashes: leafHashes(3)).root
        #expect(!ConsistencyProof(oldSize: 0, newSize: 3, hashes: []).verify(oldRoot: TreeHash.empty, newRoot: root))
        #expect(!ConsistencyProof(oldSize: 0, newSize: 0, hashes: []).verify(oldRoot: root, newRoot: root))
    }

    @Test func `a proof of absurd sizes is refused without a trap`() {
        let root = TreeHash.empty
        let many = [Digest](repeating: root, count: 64)
        #expect(!InclusionProof(index: .max - 1, size: .max, hashes: many).verify(leafHash: root, root: root))
        #expect(!InclusionProof(index: -1, size: .max, hashes: []).verify(leafHash: root, root: root))
        #expect(!ConsistencyProof(oldSize: .max, newSize: .max, hashes: many).verify(oldRoot: root, newRoot: root))
        #expect(!ConsistencyProof(oldSize: .max - 1, newSize: .max, hashes: many).verify(oldRoot: root, newRoot: root))
        #expect(!ConsistencyProof(oldSize: .min, newSize: .max, hashes: many).verify(oldRoot: root, newRoot: root))
    }

    @Test(arguments: [1, 255, 256, 257, 511, 512, 513, 1000, 1024, 1025])
    func `a proof from group hashes is the one from all leaves`(size: Int) throws {
        let leaves = leafHashes(size)
        let tree = Tree(leafHashes: leaves)
        let groups = stride(from: 0, to: size, by: Tree.groupSize).map {
            Tree(leafHashes: Array(leaves[$0..<min(size, $0 + Tree.groupSize)])).root
        }
        for index in stride(from: 0, to: size, by: 37) + [size - 1] {
            let start = index / Tree.groupSize * Tree.groupSize
            let own = Array(leaves[start..<min(size, start + Tree.groupSize)])
            let proof = Tree.inclusionProof(of: index, in: size, groups: groups, leafHashesOfGroup: own)
            #expect(proof != nil && proof == tree.inclusionProof(of: index))
            let foreign = [Digest](repeating: TreeHash.empty, count: own.count)
            #expect(Tree.inclusionProof(of: index, in: size, groups: groups, leafHashesOfGroup: foreign) == nil)
        }
        #expect(Tree.inclusionProof(of: size, in: size, groups: groups, leafHashesOfGroup: leaves) == nil)
    }

    @Test(arguments: [1, 2, 255, 256, 257, 511, 512, 513, 768, 1000, 1024, 1025])
    func `a consistency proof from group hashes is the one from all leaves`(size: Int) throws {
        let leaves = leafHashes(size)
        let tree = Tree(leafHashes: leaves)
        let groups = stride(from: 0, to: size, by: Tree.groupSize).map {
            Tree(leafHashes: Array(leaves[$0..<min(size, $0 + Tree.groupSize)])).root
        }
        for old in 1...size {
            let start = (old - 1) / Tree.groupSize * Tree.groupSize
            let own = Array(leaves[start..<min(size, start + Tree.groupSize)])
            let proof = Tree.consistencyProof(from: old, to: size, groups: groups, leafHashesOfGroup: own)
            #expect(proof != nil && proof == tree.consistencyProof(from: old), "\(old)")
        }
        let foreign = [Digest](repeating: TreeHash.empty, count: min(size, Tree.groupSize))
        if size > 1 {
            #expect(Tree.consistencyProof(from: 1, to: size, groups: groups, leafHashesOfGroup: foreign) == nil)
        }
        for old in [0, size + 1] {
            #expect(Tree.consistencyProof(from: old, to: size, groups: groups, leafHashesOfGroup: leaves) == nil)
        }
    }

    /// Each hash with a bit changed, left out and doubled; a hash too many at either end; two hashes swapped.
    private func mutations(of hashes: [Digest], seed: Int) -> [[Digest]] {
        let extra = TreeHash.leaf([0xEE])
        var all = [hashes + [extra], [extra] + hashes]
        for place in hashes.indices {
            var changed = hashes
            changed[place] = flipped(hashes[place], bit: (seed * 31 + place * 7) % 256)
            all.append(changed)
            changed = hashes
            changed.remove(at: place)
            all.append(changed)
            changed = hashes
            changed.insert(hashes[place], at: place)
            all.append(changed)
            guard place > 0 else { continue }
            changed = hashes
            changed.swapAt(place - 1, place)
            all.append(changed)
        }
        return all
    }
}

@Suite struct CheckpointTests {
    private static let text = "example.org/leak\n3\n" + root + "\n"
    private static let root = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

    @Test func `a checkpoint reads back as it was written`() throws {
        let checkpoint = try Checkpoint(parsing: Self.text.bytes)
        #expect(checkpoint.origin == "example.org/leak".bytes)
        #expect(checkpoint.size == 3)
        #expect(checkpoint.root.bytes == Array(0..<32))
        #expect(checkpoint.text == Self.text.bytes)
        let hexadecimal = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
        #expect(checkpoint.reference.description == "3:" + hexadecimal)
    }

    @Test(arguments: [
        "", "\n", "o\n3\n", "\n3\n\(root)\n", "o\n3\n\(root)", "o\n03\n\(root)\n", "o\n+3\n\(root)\n",
        "o\n-3\n\(root)\n",
        "o\n 3\n\(root)\n", "o\n3 \n\(root)\n", "o\n\n\(root)\n", "o\r\n3\r\n\(root)\r\n", "o\n3\n\(root)\n\n",
        "o\n3\n\(root)\nextension\n", "o\n3\n\(root)=\n", "o\n3\n\(root.dropLast())\n", "o\n3\n \(root)\n",
        "o\n9223372036854775808\n\(root)\n", "o\n3\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=\n", "o\n3\nAAEC\n",
        "o\u{1}\n3\n\(root)\n",
    ])
    func `a text that is no checkpoint is refused`(text: String) {
        #expect(throws: MerkleTreeError.malformedCheckpoint) { try Checkpoint(parsing: text.bytes) }
    }

    @Test func `a root reference reads back as it was written`() throws {
        let hexadecimal = String(repeating: "0a", count: 32)
        for size in [0, 1, 10, Int.max] {
            let reference = try RootReference(parsing: "\(size):\(hexadecimal)".bytes)
            #expect(reference.size == size)
            #expect(reference.root.description == hexadecimal)
            #expect(reference.text == "\(size):\(hexadecimal)".bytes)
        }
    }

    @Test(arguments: [
        "", ":", "3", "3:", "3:0a", "03:" + hex, "+3:" + hex, "-3:" + hex, " 3:" + hex, "3:" + hex + " ",
        "3:" + hex + "\n",
        "3:" + hex.uppercased(), "3::" + hex, hex, "3 " + hex, "9223372036854775808:" + hex,
        "99999999999999999999999:" + hex, "٣:" + hex,
    ])
    func `a text that is no root reference is refused`(text: String) {
        #expect(throws: MerkleTreeError.malformedRootReference) { try RootReference(parsing: text.bytes) }
    }
}

private let hex = String(repeating: "0a", count: 32)
