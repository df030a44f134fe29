// Bytes from front to back, out of a file or a decompressor.

import Files

/// A source of bytes without positions.
protocol ByteStream: AnyObject {
    /// Up to `count` bytes, at least one; none only at the end.
    func read(upTo count: Int) throws(ArchiveFault) -> [UInt8]
}

/// Content, read from front to back.
final class ContentStream: ByteStream {
    private let content: Intake.Content
    private var position = 0

    /// A stream at the content's first byte.
    init(_ content: Intake.Content) { self.content = content }

    func read(upTo count: Int) throws(ArchiveFault) -> [UInt8] {
        do throws(FileError) {
            let bytes = try content.read(at: position, count: min(count, content.size - position))
            position += bytes.count
            return bytes
        } catch {
            throw ArchiveFault(error)
        }
    }
}

/// The bytes that a compressed file unpacks to.
final class DecompressedStream: ByteStream {
    private let archive: LibraryArchive
    private let isEmpty: Bool

    /// A stream over an archive opened for one of the compressions.
    init(_ archive: LibraryArchive) throws(ArchiveFault) {
        self.archive = archive
        isEmpty = try archive.next() == nil
        guard archive.isCompressed else { throw .damaged("its header is cut short") }
    }

    func read(upTo count: Int) throws(ArchiveFault) -> [UInt8] { isEmpty ? [] : try archive.read(upTo: count) }
}

/// A stream with exact reads, and a look ahead.
final class BufferedStream {
    private let stream: any ByteStream
    private var buffer: [UInt8] = []
    private var start = 0

    /// Buffers a stream.
    init(_ stream: any ByteStream) { self.stream = stream }

    /// The next `count` bytes, which stay; fewer only when the stream ends.
    func peek(_ count: Int) throws(ArchiveFault) -> [UInt8] {
        while buffer.count - start < count {
            if start > 0 { buffer.removeSubrange(..<start) }
            start = 0
            let more = try stream.read(upTo: max(count - buffer.count, 1 << 16))
            if more.isEmpty { break }
            buffer.append(contentsOf: more)
        }
        return Array(buffer[start..<min(buffer.count, start + count)])
    }

    /// Up to `count` bytes, none only at the end.
    func read(upTo count: Int) throws(ArchiveFault) -> [UInt8] {
        guard start < buffer.count else { return try stream.read(upTo: count) }
        let end = min(buffer.count, start + count)
        defer { start = end }
        return Array(buffer[start..<end])
    }

    /// The next `count` bytes; fewer only when the stream ends.
    func take(_ count: Int) throws(ArchiveFault) -> [UInt8] {
        let bytes = try peek(count)
        start += bytes.count
        return bytes
    }

    /// Leaves out `count` bytes; false when the stream ends before.
    func skip(_ count: Int) throws(ArchiveFault) -> Bool {
        var left = count
        while left > 0 {
            let bytes = try read(upTo: min(left, 1 << 16))
            if bytes.isEmpty { return false }
            left -= bytes.count
        }
        return true
    }
}
