// Which payload files the lines call for, in order: the first line that names a content brings its files.

import Bytes
public import Cryptography

/// One file below `data/`.
public struct PayloadFile: Equatable, Sendable {
    /// The path below the bundle's name.
    public let path: [UInt8]
    /// The size in bytes.
    public let size: Int
    /// The SHA-256 of its content.
    public let digest: Digest

    /// The file that holds a message.
    public static func message(_ digest: Digest, size: Int) -> PayloadFile {
        let hex = digest.hexadecimal
        return PayloadFile(
            path: "data/eml/".bytes + hex[..<2] + "/".bytes + hex + ".eml".bytes, size: size, digest: digest)
    }

    /// The files that hold an input that is no mail: one, or its pieces.
    public static func files(_ digest: Digest, size: Int, pieces: [Digest]) -> [PayloadFile] {
        let hex = digest.hexadecimal
        let path = "data/files/".bytes + hex[..<2] + "/".bytes + hex
        guard !pieces.isEmpty else { return [PayloadFile(path: path, size: size, digest: digest)] }
        return pieces.enumerated().map { place, piece in
            let size = min(pieceSize, max(0, size - place * pieceSize))
            return PayloadFile(path: path + pieceSuffix(place), size: size, digest: piece)
        }
    }

    /// What the path of a piece has behind its file's digest, `.000` for the first one.
    public static func pieceSuffix(_ place: Int) -> [UInt8] {
        let number = String(place)
        return ".\(String(repeating: "0", count: max(0, 3 - number.utf8.count)))\(number)".bytes
    }

    /// The size of every piece but the last, in bytes.
    public static let pieceSize = 1 << 32
}

/// Follows the lines of a manifest and says which payload files each brings; it remembers the digests of `file` lines.
public struct Payload: Sendable {
    private var files = DigestList()

    /// Before the first line.
    public init() {}

    /// The files that this line is the first to name; empty for lines without content and for content named before.
    public mutating func files(broughtBy line: ManifestLine) -> [PayloadFile] {
        switch line {
        case .message(let message):
            return message.isListed ? [] : [.message(message.sha256, size: message.size)]
        case .file(let file):
            guard let digest = file.sha256, let size = file.size, files.insert(digest).isNew else { return [] }
            return PayloadFile.files(digest, size: size, pieces: file.pieces)
        default:
            return []
        }
    }
}
