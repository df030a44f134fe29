// Quoted-printable bodies, read leniently (RFC 2045 §6.7).

import Bytes

/// The decoder of quoted-printable bodies.
///
/// A `=` and two hexadecimal digits of either case are that byte. A `=`, any blanks and a line end (LF, CRLF or the end
/// of the body) are a soft line break and give nothing. Any other `=` stays. Blanks right before a line end are dropped,
/// as §6.7 (3) demands. All else, line ends included, stays as it is.
struct QuotedPrintableDecoder: BodyDecoder {
    private(set) var defects: Set<Defect> = []

    private var position = 0
    /// Bytes before this place are known to stay as they are.
    private var literalEnd = 0
    /// Where reading goes on after the literal bytes.
    private var resume = 0
    /// The end of the line that is being read.
    private var lineEnd = 0

    mutating func fill(_ piece: inout Piece, from coded: Span<UInt8>) -> Bool {
        while position < coded.count, piece.room > 0 {
            if position < literalEnd {
                position += piece.append(coded, position..<literalEnd)
                if position == literalEnd { position = resume }
            } else if coded[position] == 0x3D {
                takeEquals(&piece, coded)
            } else {
                takeLiteral(coded)
            }
        }
        return position < coded.count
    }

    /// Takes what stands before the next `=` or the next line's start, without blanks before a line end.
    private mutating func takeLiteral(_ coded: Span<UInt8>) {
        if position >= lineEnd { lineEnd = coded.lineEnd(from: position, to: coded.count) }
        if let equals = coded.firstIndex(of: 0x3D, in: position..<lineEnd) {
            setLiteral(to: equals, thenFrom: equals)
            return
        }
        let contentEnd = coded.startOfLineEnd(before: lineEnd, from: position)
        var end = contentEnd
        while end > position, ASCII.isBlank(coded[end - 1]) { end -= 1 }
        if end == contentEnd {
            setLiteral(to: lineEnd, thenFrom: lineEnd)
        } else {
            setLiteral(to: end, thenFrom: contentEnd)
        }
    }

    private mutating func setLiteral(to end: Int, thenFrom next: Int) {
        literalEnd = end
        resume = next
        if position == end { position = next }
    }

    private mutating func takeEquals(_ piece: inout Piece, _ coded: Span<UInt8>) {
        if position + 2 < coded.count, let high = hexadecimalValue(coded[position + 1]),
            let low = hexadecimalValue(coded[position + 2])
        {
            piece.append(high << 4 | low)
            position += 3
            return
        }
        let end = Self.endOfBlanks(coded, position + 1)
        if Self.isLineEnd(coded, end) {
            position = end == coded.count ? end : coded.lineEnd(from: end, to: coded.count)
        } else {
            defects.insert(.quotedPrintableMalformed)
            setLiteral(to: end, thenFrom: end)
        }
    }

    private static func endOfBlanks(_ coded: Span<UInt8>, _ start: Int) -> Int {
        var end = start
        while end < coded.count, ASCII.isBlank(coded[end]) { end += 1 }
        return end
    }

    private static func isLineEnd(_ coded: Span<UInt8>, _ place: Int) -> Bool {
        guard place < coded.count else { return true }
        if coded[place] == ASCII.lf { return true }
        return coded[place] == ASCII.cr && place + 1 < coded.count && coded[place + 1] == ASCII.lf
    }
}
