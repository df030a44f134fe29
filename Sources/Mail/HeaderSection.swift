// The one header splitter of the house: what DKIM verifies and what a reader is shown come from the same ranges.

import Bytes

/// One header field as byte ranges into the message it was found in.
public struct HeaderField: Equatable, Sendable {
    /// The name, without white space before the colon; never empty.
    public let name: Range<Int>
    /// Everything between the colon and the field's last line end: folding kept, final CRLF or LF left out.
    public let value: Range<Int>
    /// The whole field, from the first byte of its name to after its last line end.
    public let whole: Range<Int>
}

/// A message's header section (RFC 5322 §2.2, obsolete syntax §4.5 included), as ranges into its bytes.
public struct HeaderSection: Sendable {
    /// The fields in the order they stand.
    public let fields: [HeaderField]
    /// Lines that are neither a field nor its continuation, such as an mbox `From ` line inside a file.
    public let strayLines: [Range<Int>]
    /// Where the body starts: after the empty line, or at the end when there is none.
    public let bodyStart: Int
    /// Whether an empty line ended the section.
    public let endsWithEmptyLine: Bool
    /// Whether `fields` and `strayLines` hold all there are: each stops at `Limits.headerFields`.
    public let isComplete: Bool

    /// Splits the header section that starts at `start`.
    ///
    /// A line ends at LF, with or without a CR before it; a lone CR does not end a line. The first line that is empty
    /// (LF or CRLF) ends the section. A line that starts with a blank continues the field before it. Linear in time.
    public init(of bytes: Span<UInt8>, from start: Int = 0, to end: Int? = nil) {
        let end = end ?? bytes.count
        var lines = Lines()
        var position = start
        var emptyLine = false
        while position < end, !emptyLine {
            let next = bytes.lineEnd(from: position, to: end)
            if bytes.content(ofLine: position..<next).isEmpty {
                emptyLine = true
                lines.closeField(in: bytes, at: position)
            } else {
                lines.add(position..<next, in: bytes)
            }
            position = next
        }
        lines.closeField(in: bytes, at: position)
        fields = lines.fields
        strayLines = lines.stray
        isComplete = lines.isComplete
        bodyStart = position
        endsWithEmptyLine = emptyLine
    }

    /// The fields of a name, in order, letters of either case.
    public func fields(named name: String, in bytes: Span<UInt8>) -> [HeaderField] {
        let wanted = ASCII.lowercased(name.utf8)
        return fields.filter { Self.isName($0.name, wanted, in: bytes) }
    }

    /// The first field of a name, letters of either case.
    public func first(named name: String, in bytes: Span<UInt8>) -> HeaderField? {
        let wanted = ASCII.lowercased(name.utf8)
        return fields.first { Self.isName($0.name, wanted, in: bytes) }
    }

    /// Whether a name is this one, which is in lower case.
    static func isName(_ name: Range<Int>, _ wanted: [UInt8], in bytes: Span<UInt8>) -> Bool {
        guard name.count == wanted.count else { return false }
        for place in wanted.indices where ASCII.lowercased(bytes[name.lowerBound + place]) != wanted[place] {
            return false
        }
        return true
    }

    /// The colon of a line whose part before it can be a field name: printable ASCII, then blanks at most (§4.5.3).
    static func colon(in bytes: Span<UInt8>, _ line: Range<Int>) -> Int? {
        var blank = false
        guard !line.isEmpty, !ASCII.isBlank(bytes[line.lowerBound]) else { return nil }
        for place in line {
            let byte = bytes[place]
            if byte == 0x3A { return place > line.lowerBound ? place : nil }
            if ASCII.isBlank(byte) {
                blank = true
            } else if blank || byte <= ASCII.space || byte >= 0x7F {
                return nil
            }
        }
        return nil
    }

    /// What has been read so far, and the field that the next line may continue.
    private struct Lines {
        var fields: [HeaderField] = []
        var stray: [Range<Int>] = []
        var isComplete = true
        private var open: (start: Int, colon: Int)?

        mutating func add(_ line: Range<Int>, in bytes: Span<UInt8>) {
            if open != nil, ASCII.isBlank(bytes[line.lowerBound]) { return }
            closeField(in: bytes, at: line.lowerBound)
            if let colon = HeaderSection.colon(in: bytes, line) {
                open = (line.lowerBound, colon)
            } else if stray.count < Limits.headerFields {
                stray.append(line)
            } else {
                isComplete = false
            }
        }

        mutating func closeField(in bytes: Span<UInt8>, at end: Int) {
            guard let (start, colon) = open else { return }
            open = nil
            guard fields.count < Limits.headerFields else {
                isComplete = false
                return
            }
            var nameEnd = colon
            while nameEnd > start, ASCII.isBlank(bytes[nameEnd - 1]) { nameEnd -= 1 }
            let valueEnd = bytes.startOfLineEnd(before: end, from: colon + 1)
            fields.append(HeaderField(name: start..<nameEnd, value: colon + 1..<valueEnd, whole: start..<end))
        }
    }
}
