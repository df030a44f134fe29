// uuencoded bodies and items in text (POSIX uuencode, historical algorithm).

import Bytes

/// What a line is to uuencode.
enum UULine: Equatable {
    /// `begin`, a space, three or four octal digits, a space, and a file name without its trailing blanks.
    case begin(name: Range<Int>)
    /// A line of data that gives so many bytes; an empty line gives none.
    case data(Int)
    /// `end`, then blanks at most.
    case end
    /// Any other line.
    case other

    /// Reads a line.
    ///
    /// In a data line the first character, U+0020…U+0060, gives the length; all others are in that range too, blanks that
    /// transport cut off at the end count as zero, and one character or any number of blanks may follow.
    init(_ line: Range<Int>, in bytes: Span<UInt8>) {
        let content = bytes.content(ofLine: line)
        let start = content.lowerBound
        var end = content.upperBound
        guard start < end else {
            self = .data(0)
            return
        }
        while end > start, ASCII.isBlank(bytes[end - 1]) { end -= 1 }
        if bytes.hasBytes(Self.beginWord, at: start, to: end) {
            self = Self.name(start + 6..<end, in: bytes).map(UULine.begin) ?? .other
        } else if end - start == 3, bytes.hasBytes(Self.endWord, at: start, to: end) {
            self = .end
        } else {
            self = Self.data(start..<end, in: bytes)
        }
    }

    private static let beginWord = "begin ".bytes
    private static let endWord = "end".bytes

    private static func name(_ range: Range<Int>, in bytes: Span<UInt8>) -> Range<Int>? {
        var place = range.lowerBound
        while place < range.upperBound, bytes[place] & 0xF8 == 0x30 { place += 1 }
        guard (3...4).contains(place - range.lowerBound), place < range.upperBound, ASCII.isBlank(bytes[place]) else {
            return nil
        }
        while place < range.upperBound, ASCII.isBlank(bytes[place]) { place += 1 }
        return place < range.upperBound ? place..<range.upperBound : nil
    }

    private static func data(_ range: Range<Int>, in bytes: Span<UInt8>) -> UULine {
        guard !range.isEmpty else { return .data(0) }
        let length = Int((bytes[range.lowerBound] &- 0x20) & 0x3F)
        guard range.count - 1 <= (length + 2) / 3 * 4 + 1 else { return .other }
        for place in range where bytes[place] < 0x20 || bytes[place] > 0x60 { return .other }
        return .data(length)
    }
}

/// The decoder of one uuencoded item.
///
/// Lines before the first `begin` line are skipped. The data ends at the first line that gives no bytes or is no data.
struct UUDecoder: BodyDecoder {
    private(set) var defects: Set<Defect> = []

    private var position: Int

    /// A decoder that stands after the first `begin` line; nil when there is none.
    init?(_ coded: Span<UInt8>) {
        var place = 0
        while place < coded.count {
            let next = coded.lineEnd(from: place, to: coded.count)
            if case .begin = UULine(place..<next, in: coded) {
                position = next
                return
            }
            place = next
        }
        return nil
    }

    mutating func fill(_ piece: inout Piece, from coded: Span<UInt8>) -> Bool {
        while piece.room >= 63 {
            guard position < coded.count else {
                defects.insert(.uuencodeNotEnded)
                return false
            }
            let next = coded.lineEnd(from: position, to: coded.count)
            let kind = UULine(position..<next, in: coded)
            guard case .data(let length) = kind, length > 0 else {
                if !Self.isEnd(kind, followedBy: next, coded) { defects.insert(.uuencodeNotEnded) }
                return false
            }
            decodeLine(position..<next, length, &piece, coded)
            position = next
        }
        return true
    }

    private static func isEnd(_ kind: UULine, followedBy next: Int, _ coded: Span<UInt8>) -> Bool {
        if kind == .end { return true }
        return kind == .data(0) && next < coded.count
            && UULine(next..<coded.lineEnd(from: next, to: coded.count), in: coded) == .end
    }

    private func decodeLine(_ line: Range<Int>, _ length: Int, _ piece: inout Piece, _ coded: Span<UInt8>) {
        let content = coded.content(ofLine: line)
        var place = content.lowerBound + 1
        var left = length
        while left > 0 {
            var group: UInt32 = 0
            for _ in 0..<4 {
                let value = place < content.upperBound ? (coded[place] &- 0x20) & 0x3F : 0
                group = group << 6 | UInt32(value)
                place += 1
            }
            for shift: UInt32 in [16, 8, 0] where left > 0 {
                piece.append(UInt8(truncatingIfNeeded: group >> shift))
                left -= 1
            }
        }
    }
}
