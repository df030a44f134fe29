// Salts: with one in each line, a withheld line's hash tells nobody what the line says (Docs/format.md §3.7).

public import Bytes
public import Cryptography

/// The salts of an archive's lines.
///
/// The salt of line i is HMAC-SHA256(key, "leaf" || i as eight bytes, the highest first), with the key HMAC-SHA256(seed,
/// "mailseal archive" || origin): whoever knows one salt knows nothing of another.
public struct LineSalts: Sendable {
    /// The number of bytes in a seed.
    public static let seedSize = 32
    private let key: [UInt8]

    /// The salts that a seed gives the archive of an origin, or nil when it has not `seedSize` bytes.
    public init?(seed: [UInt8], origin: RawText) {
        guard seed.count == Self.seedSize else { return nil }
        key = Digest(authenticating: "mailseal archive".bytes + origin, key: seed).bytes
    }

    /// The salt of the line with this index, from 0.
    public func salt(ofLeaf leaf: Int) -> Digest {
        let number = (0..<8).map { UInt8(truncatingIfNeeded: leaf >> (56 - 8 * $0)) }
        return Digest(authenticating: "leaf".bytes + number, key: key)
    }
}

/// Where a line's salt stands: as its first member, always of the same length.
public enum LineSalt {
    private static let start = "{\"salt\":\"".bytes
    /// The number of bytes from the line's start to the first member behind the salt.
    private static let length = start.count + 64 + 2

    /// The number of bytes before the line's first member other than its salt.
    ///
    /// Whether the salt is well-formed shows when the line is read.
    public static func prefix(of line: ArraySlice<UInt8>) -> Int {
        line.count > length && line.starts(with: start) ? length : 1
    }

    /// Whether a line starts with a salt.
    public static func isIn(_ line: [UInt8]) -> Bool {
        prefix(of: line.first == ManifestLine.listedMark ? line.dropFirst() : line[...]) > 1
    }
}
