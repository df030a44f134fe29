// Payload files of a bundle in pieces, for those that are too large for memory.

import Bytes
import Container
import Cryptography
import Manifest

extension Bundle {
    /// Gives the content that a `file` line brings, in pieces and in order; throws at the end when its digest is another.
    ///
    /// - Parameter leaf: the index of the first line that names the content.
    func forEachPiece(of file: FileLine, leaf: Int, _ body: ([UInt8]) throws -> Void) throws {
        guard let digest = file.sha256, let size = file.size, let first = entry(ofLeaf: leaf) else {
            throw MailsealError("the index has no entry for manifest line \(leaf)", hint: Self.hint)
        }
        let hash = RunningHash(.sha256)
        for (place, part) in PayloadFile.files(digest, size: size, pieces: file.pieces).enumerated() {
            let entry = try payload(first + place)
            guard entry.path == part.path, entry.size == part.size else {
                throw MailsealError(
                    "the index leads to \(entry.path.displayText), expected \(part.path.displayText)", hint: Self.hint)
            }
            for start in stride(from: 0, to: entry.size, by: Self.pieceLength) {
                let piece = try reader.read(entry, range: start..<min(start + Self.pieceLength, entry.size))
                hash.update(piece)
                try body(piece)
            }
        }
        let found = hash.finishDigest()
        guard found == digest else {
            throw MailsealError("\(file.path) has SHA-256 \(found), expected \(digest)", hint: Self.hint)
        }
    }

    private static let pieceLength = 4 << 20
}
