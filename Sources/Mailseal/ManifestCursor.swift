// Reading manifest.jsonl line by line, wherever its bytes are, with one piece of it in memory.

import Bytes

/// The bytes of a text that can be read at positions.
struct TextSource: Sendable {
    /// Its size in bytes.
    let size: Int
    /// Reads exactly `count` bytes from an offset.
    let read: @Sendable (_ offset: Int, _ count: Int) throws -> [UInt8]
}

/// Gives the lines of a text in order, without their LF.
struct ManifestCursor {
    /// A line longer than this is refused: 64 MiB.
    static let lineLimit = 64 << 20

    /// The offset of the line that comes next.
    private(set) var offset = 0
    /// Whether the last line had no LF.
    private(set) var isCut = false
    private let source: TextSource
    private var piece: [UInt8] = []
    private var position = 0
    private var pieceOffset = 0
    private static let pieceSize = 1 << 20

    /// A cursor at a line's start.
    init(_ source: TextSource, at offset: Int = 0) {
        self.source = source
        self.offset = offset
        pieceOffset = offset
    }

    /// The next line, or nil at the end.
    mutating func next() throws -> [UInt8]? {
        var line: [UInt8] = []
        while true {
            if position == piece.count {
                pieceOffset += piece.count
                position = 0
                piece = try source.read(pieceOffset, min(Self.pieceSize, source.size - pieceOffset))
                if piece.isEmpty {
                    guard !line.isEmpty else { return nil }
                    isCut = true
                    offset = source.size
                    return line
                }
            }
            if let end = piece[position...].firstIndex(of: ASCII.lf) {
                line += piece[position..<end]
                position = end + 1
                offset = pieceOffset + position
                return line
            }
            line += piece[position...]
            position = piece.count
            guard line.count <= Self.lineLimit else {
                throw MailsealError("manifest.jsonl: line at byte \(offset) is longer than \(Self.lineLimit) bytes")
            }
        }
    }
}
