// The names and numbers of the format, and the rules for a bundle's own names.

public import Bytes
public import Cryptography
import MerkleTree

/// Constants of the bundle format.
public enum Format {
    /// The format's name.
    public static let name = "mailseal/0"
    /// The rules by which this program derives facts; raised whenever a derived field of any input can come out differently.
    public static let rules = 2
    /// The size in bytes above which a message is kept as a file.
    public static let messageLimit = 1 << 31
    /// The most levels that a path can have: the folder and containers within one another.
    public static let levelLimit = 100
    /// The most editions that a bundle can have.
    public static let editionLimit = 10_000

    /// Whether a bundle may be called this: 1 to 64 of `a-z 0-9 . _ -`, the first neither `.` nor `-`.
    public static func isName(_ name: RawText) -> Bool {
        (1...64).contains(name.count) && name[0] != 0x2E && name[0] != 0x2D && name.allSatisfy(isNameCharacter)
    }

    /// The name that a source's base name gives: lower case, other characters become `-`, cut to 64.
    public static func name(from baseName: RawText) -> RawText {
        let mapped = ASCII.lowercased(baseName).map { isNameCharacter($0) ? $0 : 0x2D }
        let trimmed = mapped.drop { $0 == 0x2E || $0 == 0x2D }.prefix(64)
        return trimmed.isEmpty ? "mail".bytes : Array(trimmed)
    }

    /// Whether an origin may be used: 1 to 255 printable ASCII characters without spaces and `+`.
    public static func isOrigin(_ origin: RawText) -> Bool {
        (1...255).contains(origin.count) && origin.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x2B }
    }

    /// The origin of a bundle for which none was chosen: it vouches for nothing.
    public static func defaultOrigin(of name: RawText) -> RawText { "mailseal.invalid/".bytes + name }

    /// Whether an origin is one that nobody chose.
    public static func isDefaultOrigin(_ origin: RawText) -> Bool { origin.starts(with: "mailseal.invalid/".utf8) }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || ASCII.isDigit(byte) || byte == 0x2E || byte == 0x5F || byte == 0x2D
    }
}

/// The root over message digests alone: equal for all who collected the same bytes.
public struct ContentRoot {
    private var frontier = Frontier()

    /// The root over no digests.
    public init() {}

    /// Appends the next digest, 32 bytes of leaf data; they come sorted, each once.
    public mutating func append(_ digest: Digest) { frontier.append(leaf: digest.bytes) }

    /// The RFC 6962 root over the digests so far.
    public var root: Digest { frontier.root }

    /// The RFC 6962 root over the distinct digests, sorted, each as 32 bytes of leaf data.
    public static func root(of digests: some Collection<Digest>) -> Digest {
        var root = ContentRoot()
        for digest in digests.sorted() { root.append(digest) }
        return root.root
    }
}
