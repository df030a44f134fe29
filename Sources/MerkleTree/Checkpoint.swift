// The two texts that name a tree: the checkpoint that a log publishes and the reference that a person quotes.

import Bytes
public import Cryptography

/// Why a text is no checkpoint, root reference, signed note or note key; of signed texts it says little on purpose.
public enum MerkleTreeError: Error, Equatable, CustomStringConvertible {
    /// The text is not the one that its own values would be printed as.
    case malformedCheckpoint
    /// The text is not `SIZE:HASH`.
    case malformedRootReference
    /// The text is no signed note, or no text that a note can hold.
    case malformedNote
    /// The note has more bytes than `SignedNote.maximumLength` or more signatures than `SignedNote.maximumSignatures`.
    case noteTooLong
    /// A key name is empty or has a character that it may not have.
    case keyName
    /// The text is not `NAME+HASH+BASE64`.
    case malformedVerifierKey
    /// The text is not `PRIVATE+KEY+NAME+HASH+BASE64`.
    case malformedSignerKey
    /// The hash in the text of a key is not that of the key.
    case keyHash
    /// A note key of this signature type is not supported; only type 1, Ed25519, is.
    case noteKeyType(UInt8)

    /// A sentence that says what was expected.
    public var description: String {
        switch self {
        case .malformedCheckpoint: "malformed checkpoint, expected origin, size and base64 root on a line each"
        case .malformedRootReference: "malformed root, expected SIZE:HASH with 64 lower-case hexadecimal digits"
        case .malformedNote:
            "malformed signed note, expected text without control characters, an empty line, and signature lines"
        case .noteTooLong:
            "signed note is too long, expected at most \(SignedNote.maximumLength) bytes and "
                + "\(SignedNote.maximumSignatures) signatures"
        case .keyName: "malformed key name, expected characters without white space and plus"
        case .malformedVerifierKey: "malformed note key, expected NAME+HASH+BASE64"
        case .malformedSignerKey: "malformed private note key, expected PRIVATE+KEY+NAME+HASH+BASE64"
        case .keyHash: "the hash in the note key is not that of its name and key"
        case .noteKeyType(let type): "note key is of signature type \(type), expected 1 (Ed25519)"
        }
    }
}

/// The body of a checkpoint (C2SP tlog-checkpoint): origin, size and root on a line each.
public struct Checkpoint: Hashable, Sendable {
    /// Which tree this is; not empty, without a line feed.
    public let origin: [UInt8]
    /// The number of leaves.
    public let size: Int
    /// The root of the leaves.
    public let root: Digest

    /// A checkpoint of these values, or nil when the origin is empty or holds a control byte, or no tree can be so.
    public init?(origin: [UInt8], size: Int, root: Digest) {
        guard !origin.isEmpty, origin.allSatisfy({ $0 >= ASCII.space && $0 != 0x7F }),
            size > 0 || size == 0 && root == TreeHash.empty
        else { return nil }
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// Reads exactly the text that `text` gives; no extension line, signature or other line end.
    public init(parsing text: [UInt8]) throws(MerkleTreeError) {
        let lines = text.split(separator: ASCII.lf, maxSplits: 3, omittingEmptySubsequences: false)
        guard lines.count == 4, lines[3].isEmpty, let size = leafCount(lines[1]),
            let root = Base64.decode(lines[2]).flatMap({ Digest($0) }),
            let checkpoint = Checkpoint(origin: Array(lines[0]), size: size, root: root), checkpoint.text == text
        else { throw .malformedCheckpoint }
        self = checkpoint
    }

    /// The lines of a checkpoint up to the empty line before its signatures; all of the text when there are none.
    public static func body(of signed: [UInt8]) -> ArraySlice<UInt8> {
        var lines = 0
        for (place, byte) in signed.enumerated() where byte == ASCII.lf {
            lines += 1
            guard lines == 3 else { continue }
            return place + 1 < signed.count && signed[place + 1] == ASCII.lf ? signed[...place] : signed[...]
        }
        return signed[...]
    }

    /// The three lines, each ending in LF.
    public var text: [UInt8] { origin + "\n\(size)\n".bytes + Base64.encode(root.bytes) + [ASCII.lf] }

    /// The short form of size and root.
    public var reference: RootReference { RootReference(size: size, root: root) }
}

/// A root as people cite it: `SIZE:HASH`.
public struct RootReference: Hashable, Sendable, CustomStringConvertible {
    /// The number of leaves.
    public let size: Int
    /// The root of the leaves.
    public let root: Digest

    /// The reference to a root.
    public init(size: Int, root: Digest) {
        self.size = size
        self.root = root
    }

    /// Reads exactly the text that `text` gives: no sign, leading zero, blank or upper-case digit.
    public init(parsing text: [UInt8]) throws(MerkleTreeError) {
        let parts = text.split(separator: 0x3A, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let size = leafCount(parts[0]), let root = Digest(hexadecimal: parts[1]) else {
            throw .malformedRootReference
        }
        self.init(size: size, root: root)
    }

    /// `SIZE:HASH`, the hash as 64 lower-case hexadecimal digits.
    public var text: [UInt8] { "\(size):".bytes + root.hexadecimal }

    /// `SIZE:HASH` for showing.
    public var description: String { text.displayText }
}

/// The number of leaves that decimal digits without sign or leading zero stand for, up to 2^63 − 1.
func leafCount(_ digits: ArraySlice<UInt8>) -> Int? {
    guard (1...19).contains(digits.count), digits.allSatisfy(ASCII.isDigit), digits.count == 1 || digits.first != 0x30
    else { return nil }
    var value = 0
    for digit in digits {
        let (shifted, tooLarge) = value.multipliedReportingOverflow(by: 10)
        let (sum, overflow) = shifted.addingReportingOverflow(Int(digit - 0x30))
        guard !tooLarge, !overflow else { return nil }
        value = sum
    }
    return value
}
