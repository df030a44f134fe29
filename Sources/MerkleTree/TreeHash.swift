// The two hashes that a tree is made of (RFC 6962 §2.1, RFC 9162 §2.1.1).

public import Cryptography

/// Leaf and node hashes; their first byte keeps a node from being passed off as a leaf.
public enum TreeHash {
    /// The root of a tree without leaves: the SHA-256 of nothing.
    public static let empty = Digest(hashing: [])

    /// SHA-256(0x00 || data).
    public static func leaf(_ data: Span<UInt8>) -> Digest {
        let hash = RunningHash(.sha256)
        hash.update([0x00])
        hash.update(data)
        return hash.finishDigest()
    }

    /// SHA-256(0x00 || data).
    public static func leaf(_ data: [UInt8]) -> Digest { leaf(data.span) }

    /// SHA-256(0x01 || left || right).
    public static func node(_ left: Digest, _ right: Digest) -> Digest {
        var bytes: [UInt8] = [0x01]
        bytes.reserveCapacity(65)
        bytes += left.bytes
        bytes += right.bytes
        return Digest(hashing: bytes)
    }

    /// The root of the tree whose leaves are these ranges of a text, several times faster than one by one.
    public static func root(ofLeaves leaves: [Range<Int>], in text: Span<UInt8>) -> Digest {
        guard !leaves.isEmpty else { return empty }
        let hash = RunningHash(.sha256)
        var digests: [Digest] = []
        digests.reserveCapacity(leaves.count)
        for leaf in leaves {
            hash.restart()
            hash.update([0x00])
            hash.update(text.extracting(leaf))
            digests.append(hash.finishDigest())
        }
        // Level by level; the last of an odd number goes up as it is, which splits at the powers of two of RFC 6962.
        while digests.count > 1 {
            var level: [Digest] = []
            level.reserveCapacity(digests.count / 2 + 1)
            for place in stride(from: 0, to: digests.count - 1, by: 2) {
                hash.restart()
                hash.update([0x01])
                hash.update(digests[place].bytes)
                hash.update(digests[place + 1].bytes)
                level.append(hash.finishDigest())
            }
            if !digests.count.isMultiple(of: 2), let last = digests.last { level.append(last) }
            digests = level
        }
        return digests[0]
    }
}
