// Text that is written once and read once, kept in an unlinked file so that memory does not grow with the archive.

import Cryptography
import Files

/// Bytes appended to an unlinked temporary file, hashed on the way.
final class SpooledText {
    /// The number of bytes so far.
    private(set) var size = 0
    private var buffer: [UInt8] = []
    private var file: TemporaryFile?
    private let hash = RunningHash(.sha256)
    private static let bufferSize = 1 << 20

    /// Appends bytes.
    func append(_ bytes: [UInt8]) throws {
        guard !bytes.isEmpty else { return }
        buffer += bytes
        size += bytes.count
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Gives back the memory until more is appended.
    func release() throws {
        try flush()
        buffer = []
    }

    /// The digest of all bytes; nothing can be appended afterwards.
    func finish() throws -> Digest {
        hash.update(buffer)
        return hash.finishDigest()
    }

    /// Gives all bytes in order, in pieces of at most 1 MiB.
    func forEachPiece(_ body: ([UInt8]) async throws -> Void) async throws {
        var offset = 0
        if let file {
            while offset < file.size {
                let piece = try file.read(at: offset, count: min(Self.bufferSize, file.size - offset))
                offset += piece.count
                try await body(piece)
            }
        }
        if !buffer.isEmpty { try await body(buffer) }
    }

    /// The text for reading at positions; nothing can be appended afterwards.
    func source() throws -> TextSource {
        let file = try file ?? TemporaryFile()
        try file.append(buffer)
        buffer = []
        let readable = try file.readable()
        return TextSource(size: readable.size) { offset, count in try readable.read(at: offset, count: count) }
    }

    private func flush() throws {
        let file = try self.file ?? TemporaryFile()
        self.file = file
        try file.append(buffer)
        hash.update(buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}
