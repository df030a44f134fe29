// The part of a file that the mbox splitter looks at.

import Bytes

/// A file seen through a window that moves forward.
struct FileWindow<Failure: Error> {
    /// The size of the file in bytes.
    let size: Int

    private let read: (_ offset: Int, _ count: Int) throws(Failure) -> [UInt8]
    private var bytes: [UInt8] = []
    private var start = 0

    /// `From `.
    static var from: [UInt8] { [0x46, 0x72, 0x6F, 0x6D, 0x20] }
    private static var window: Int { 1 << 20 }
    /// As many bytes as one look at a line's start needs.
    private static var look: Int { 64 }

    init(size: Int, read: @escaping (_ offset: Int, _ count: Int) throws(Failure) -> [UInt8]) {
        self.size = size
        self.read = read
    }

    /// The place after the LF of the line at `position`, or the size of the file.
    mutating func lineEnd(from position: Int) throws(Failure) -> Int {
        var place = position
        while place < size {
            if place < start || place >= start + bytes.count { try move(to: place) }
            guard !bytes.isEmpty else { return size }
            if let feed = bytes.span.firstIndex(of: ASCII.lf, in: place - start..<bytes.count) {
                return start + feed + 1
            }
            place = start + bytes.count
        }
        return size
    }

    /// Whether the line at `position` starts with `From `.
    mutating func isFrom(at position: Int) throws(Failure) -> Bool {
        let place = try look(at: position)
        guard place + 5 <= bytes.count, bytes[place] == 0x46 else { return false }
        return bytes[place..<place + 5].elementsEqual(Self.from)
    }

    /// Whether a From_ line stands at `position` that needs no empty line before it: it is dated, and a field follows it.
    mutating func isCertainFrom(at position: Int) throws(Failure) -> Bool {
        guard try isFrom(at: position) else { return false }
        let line = try head(at: position)
        guard FromLine.isDated(line[...]), line.count < FromLine.longest else { return false }
        let next = try head(at: position + line.count + 1)
        return HeaderSection.colon(in: next.span, 0..<next.count) != nil
    }

    /// The line at `position` without its LF, cut to the longest that a From_ line is.
    private mutating func head(at position: Int) throws(Failure) -> [UInt8] {
        guard position < size else { return [] }
        let place = try look(at: position, FromLine.longest)
        let end = min(bytes.count, place + FromLine.longest)
        return Array(bytes[place..<(bytes.span.firstIndex(of: ASCII.lf, in: place..<end) ?? end)])
    }

    /// How long the line at `position` is when it is empty: 1 or 2, else 0.
    mutating func emptyLine(at position: Int) throws(Failure) -> Int {
        let place = try look(at: position)
        guard place < bytes.count else { return 0 }
        if bytes[place] == ASCII.lf { return 1 }
        return bytes[place] == ASCII.cr && place + 1 < bytes.count && bytes[place + 1] == ASCII.lf ? 2 : 0
    }

    /// The number of a `Content-Length` field at `position`, on one line, up to 15 digits.
    mutating func contentLength(at position: Int) throws(Failure) -> Int? {
        let place = try look(at: position)
        guard place < bytes.count, ASCII.lowercased(bytes[place]) == 0x63 else { return nil }
        let line = bytes[place..<min(bytes.count, place + Self.look)].prefix { $0 != ASCII.lf }
        guard let colon = line.firstIndex(of: 0x3A),
            ASCII.equalIgnoringCase(trimmingBlanks(line[..<colon]), "content-length".utf8)
        else { return nil }
        let digits = ASCII.trimmed(line[(colon + 1)...])
        guard (1...15).contains(digits.count), digits.allSatisfy(ASCII.isDigit) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// A few bytes from anywhere; the window stays where it is.
    func glance(_ range: Range<Int>) throws(Failure) -> [UInt8] {
        if range.lowerBound >= start, range.upperBound <= start + bytes.count {
            return Array(bytes[range.lowerBound - start..<range.upperBound - start])
        }
        return try read(range.lowerBound, range.count)
    }

    /// The place in `bytes` of `position`, with so many bytes after it or all that the file has.
    private mutating func look(at position: Int, _ count: Int = FileWindow.look) throws(Failure) -> Int {
        let wanted = min(size, position + count)
        if position < start || wanted > start + bytes.count { try move(to: position) }
        return position - start
    }

    private mutating func move(to position: Int) throws(Failure) {
        start = position
        bytes = try read(position, min(Self.window, size - position))
    }
}
