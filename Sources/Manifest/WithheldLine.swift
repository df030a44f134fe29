// What stands in a redacted manifest instead of a line, or before one (Docs/format.md §3.8).

import Bytes
public import Cryptography
import MerkleTree

extension ManifestLine {
    /// What a withheld line begins with, before the 64 hexadecimal digits of its leaf hash.
    public static let withheldMark = UInt8(ascii: "~")
    /// What the line of a message begins with whose bytes are withheld; it is no part of the leaf.
    public static let listedMark = UInt8(ascii: "-")

    /// The leaf hash of a line as it stands in a manifest, redacted or not.
    public static func leafHash(of line: [UInt8]) -> Digest {
        switch line.first {
        case withheldMark: Digest(hexadecimal: Array(line.dropFirst())) ?? TreeHash.leaf(line)
        case listedMark: TreeHash.leaf(Array(line.dropFirst()))
        default: TreeHash.leaf(line)
        }
    }

    /// Whether it is the line of a message whose bytes are withheld.
    public var isListed: Bool {
        if case .message(let message) = self { message.isListed } else { false }
    }

    /// The line of the message with its bytes withheld; any other line as it is.
    public var listed: ManifestLine {
        guard case .message(var message) = self else { return self }
        message.isListed = true
        return .message(message)
    }

    var withheldText: [UInt8] {
        guard case .withheld(let hash) = self else { return [] }
        return [Self.withheldMark] + hash.hexadecimal
    }

    static func withheld(_ text: [UInt8]) throws(CanonicalJSONError) -> ManifestLine {
        guard let hash = Digest(hexadecimal: Array(text.dropFirst())) else {
            throw CanonicalJSONError(offset: 1, expected: "64 lower-case hex digits and nothing more")
        }
        return .withheld(hash)
    }

    static func listed(_ text: [UInt8]) throws(CanonicalJSONError) -> ManifestLine {
        let line: ManifestLine
        do { line = try ManifestLine.disclosed(Array(text.dropFirst())) } catch {
            throw CanonicalJSONError(offset: error.offset + 1, expected: error.expected)
        }
        guard case .message = line else { throw CanonicalJSONError(offset: 1, expected: "the line of a message") }
        return line.listed
    }
}
