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
}
