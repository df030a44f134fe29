// Splits an mbox file into messages without losing a byte, in a window of bounded size.

import Bytes

/// One message of an mbox file, as ranges into the file.
public struct MboxMessage: Equatable, Sendable {
    /// Everything since the previous message: the empty line that separates them, and the From_ line.
    public let before: Range<Int>
    /// The message, exactly as it stands: neither `>From ` lines nor anything else are changed.
    public let message: Range<Int>
}

/// Splits an mbox file (RFC 4155; mboxo, mboxrd, mboxcl, mboxcl2; LF or CRLF) that is read at positions.
///
/// A *From_ line* starts with `From ` and stands at the start of the file (after a byte order mark, perhaps) or after an
/// empty line (LF or CRLF alone); or, in a body, it is dated and the line after it is a header field. A message reaches from after its
/// From_ line to the empty line before the next From_ line, or to that line itself; the empty line belongs to the next
/// message's `before`. At the end of the file one empty last line belongs to `after`, not to the message.
///
/// The first Content-Length field of a message's header section is believed when the place it leads to, counted from
/// after the section's empty line, is the end of the file, a From_ line after an empty line, or a line end that stands
/// right before a From_ line or the end of the file: an empty line, or the end of a body's last line that the writer of
/// the file added. The message then ends there, whatever its lines look like; else the field counts for nothing.
///
/// All `before` and `message` ranges in order, then `after`, cover the file without gap or overlap. A file without a
/// From_ line is all `after`; bytes before the first one belong to its `before`. Time is linear in the file's size;
/// memory is one window.
public struct MboxSplitter<Failure: Error> {
    /// Reads exactly `count` bytes from `offset`.
    public typealias Reader = (_ offset: Int, _ count: Int) throws(Failure) -> [UInt8]

    /// What follows the last message; meant once `next` has returned nil, and until then all that is not yet split.
    public var after: Range<Int> { done..<file.size }

    private var file: FileWindow<Failure>
    /// Where what has not been handed over starts.
    private var done = 0
    /// Where the From_ line of the next message starts, when it is known.
    private var fromLine: Int?
    private var hasStarted = false

    /// A splitter of a file of `size` bytes, which `read` gives pieces of, at most 1 MiB each.
    public init(size: Int, read: @escaping Reader) {
        file = FileWindow(size: max(0, size), read: read)
    }

    /// The next message, or nil when there are no more.
    public mutating func next() throws(Failure) -> MboxMessage? {
        if !hasStarted {
            hasStarted = true
            fromLine = try firstFromLine()
        }
        guard let from = fromLine else { return nil }
        let start = try file.lineEnd(from: from)
        let before = done..<start
        let end = try endOfMessage(from: start)
        done = end
        return MboxMessage(before: before, message: start..<end)
    }

    private mutating func firstFromLine() throws(Failure) -> Int? {
        let start = try file.glance(0..<min(file.size, 3))
        var position = ByteOrderMark.length(in: start.span)
        var isAfterEmptyLine = true
        while position < file.size {
            if try isNextFrom(at: position, afterEmptyLine: isAfterEmptyLine, inBody: true) { return position }
            isAfterEmptyLine = try file.emptyLine(at: position) > 0
            position = try file.lineEnd(from: position)
        }
        return nil
    }

    /// Finds where the message that starts at `start` ends, and the From_ line after it.
    private mutating func endOfMessage(from start: Int) throws(Failure) -> Int {
        var position = start
        var isHeader = true
        var contentLength: Int?
        var emptyLine: Int?
        while position < file.size {
            if try isNextFrom(at: position, afterEmptyLine: emptyLine != nil, inBody: !isHeader) {
                fromLine = position
                return emptyLine ?? position
            }
            let isEmpty = try file.emptyLine(at: position) > 0
            let next = try file.lineEnd(from: position)
            emptyLine = isEmpty ? position : nil
            if isHeader, isEmpty {
                isHeader = false
                if let length = contentLength, let end = try believed(length, from: next) { return end }
            } else if isHeader, contentLength == nil {
                contentLength = try file.contentLength(at: position)
            }
            position = next
        }
        fromLine = nil
        return emptyLine ?? file.size
    }

    private mutating func isNextFrom(at position: Int, afterEmptyLine: Bool, inBody: Bool) throws(Failure) -> Bool {
        if afterEmptyLine { return try file.isFrom(at: position) }
        guard inBody else { return false }
        return try file.isCertainFrom(at: position)
    }

    /// Where a message ends whose body starts at `body`, when its Content-Length can be believed.
    private mutating func believed(_ length: Int, from body: Int) throws(Failure) -> Int? {
        let (end, overflow) = body.addingReportingOverflow(length)
        guard !overflow, end <= file.size else { return nil }
        if end == file.size {
            fromLine = nil
            return end
        }
        let start = max(0, end - 3)
        let around = try file.glance(start..<min(file.size, end + 7))
        let place = end - start
        // Counted with line ends of one byte, the length leads into a CRLF by chance at most.
        guard place == 0 || around[place - 1] != ASCII.cr else { return nil }
        let lineEnd =
            around[place...].prefix(2).elementsEqual([ASCII.cr, ASCII.lf]) ? 2 : around[place] == ASCII.lf ? 1 : 0
        let rest = around[(place + lineEnd)...]
        let isFrom = rest.starts(with: FileWindow<Failure>.from)
        guard
            lineEnd > 0 ? isFrom || end + lineEnd == file.size : isFrom && Self.endsWithEmptyLine(around[..<place])
        else { return nil }
        fromLine = isFrom ? end + lineEnd : nil
        return end
    }

    private static func endsWithEmptyLine(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.last == ASCII.lf else { return false }
        let beforeFeed = bytes.dropLast()
        return beforeFeed.last == ASCII.lf || beforeFeed.suffix(2).elementsEqual([ASCII.lf, ASCII.cr])
    }
}

extension MboxSplitter where Failure == Never {
    /// A splitter of bytes in memory.
    public init(_ bytes: [UInt8]) {
        self.init(size: bytes.count) { offset, count in Array(bytes[offset..<offset + count]) }
    }
}
