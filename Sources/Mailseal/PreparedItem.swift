// What a task makes of one item of a source before it comes back in order.

import Cryptography
import DKIM
import Files
import Intake
import Manifest

/// The digests of a file that is no mail.
struct Fingerprint: Sendable {
    /// The digest of the whole.
    let digest: Digest
    /// The size in bytes.
    let size: Int
    /// The digests of its pieces when it is stored in pieces.
    let pieces: [Digest]

    /// Files are read in parts of this many bytes.
    static let pieceLength = 1 << 20

    /// Reads the content once.
    init(of content: Intake.Content) throws(FileError) {
        let whole = RunningHash(.sha256)
        var pieces: [Digest] = []
        for start in stride(from: 0, to: content.size, by: PayloadFile.pieceSize) {
            let end = min(start + PayloadFile.pieceSize, content.size)
            let piece = RunningHash(.sha256)
            for offset in stride(from: start, to: end, by: Self.pieceLength) {
                let bytes = try content.read(at: offset, count: min(Self.pieceLength, end - offset))
                whole.update(bytes)
                if content.size > PayloadFile.pieceSize { piece.update(bytes) }
            }
            if content.size > PayloadFile.pieceSize { pieces.append(piece.finishDigest()) }
        }
        try content.checkUnchanged()
        digest = whole.finishDigest()
        size = content.size
        self.pieces = pieces
    }
}

/// An item of a source with all that follows from its bytes.
enum PreparedItem: Sendable {
    /// A message and its evidence.
    case message(Intake.Message, MessageRecord)
    /// Another file, and its digests unless it is a link.
    case file(Intake.File, Fingerprint?)
    /// A file whose bytes could not be read as they were, and the failure in its stead.
    case lost(Intake.File, Intake.Failure)
    /// Anything else, as it was.
    case other(Intake.Item)

    /// Does the work that depends on the item's bytes alone.
    init(_ item: Intake.Item, keys: KeyStore) throws {
        switch item {
        case .message(let message): self = .message(message, MessageRecord(of: message.bytes, keys: keys))
        case .file(let file):
            do throws(FileError) {
                var fingerprint: Fingerprint?
                if let content = file.content { fingerprint = try Fingerprint(of: content) }
                self = .file(file, fingerprint)
            } catch {
                // A part of a mailbox has no other place: without it the rest could not be told.
                guard file.place.range == nil else { throw error }
                self = .lost(file, file.failure(error))
            }
        default: self = .other(item)
        }
    }

    /// How many open files may wait together.
    private static let openFileLimit = 16

    /// The part of a budget that an item takes while it waits: the memory that it holds, in bytes, or for an open file,
    /// of which there are not many either, a fixed share.
    static func weight(of item: Intake.Item, budget: Int) -> Int {
        switch item {
        case .message(let message): 4096 + message.bytes.count * 2
        case .file(let file): 4096 + (file.content.map { $0.heldBytes ?? budget / openFileLimit } ?? 0)
        default: 4096
        }
    }
}
