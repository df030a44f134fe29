// Header values as text for showing: encoded words (RFC 2047) and raw 8-bit bytes.

import Bytes

/// A header field's value as text for showing, not yet safe for a terminal.
///
/// Line ends are removed. Encoded words are decoded wherever they stand, quoted strings included; the blanks between two
/// of them are dropped, and those with the same character set are joined before they are converted, so that a character
/// may be cut in two. Other bytes above 0x7F are UTF-8 when well-formed, else Windows-1252. Linear in
/// time, but each change of the character set costs some microseconds: cut what is long before it is shown.
public func decodedHeader(_ value: [UInt8]) -> String {
    var text = HeaderText()
    let line = unfolded(value.span, 0..<value.count)
    var words = EncodedWordFinder(line)
    var position = 0
    while let word = words.next(from: position) {
        text.append(literal: line[position..<word.range.lowerBound])
        text.append(word)
        position = word.range.upperBound
    }
    text.append(literal: line[position...])
    return text.finish()
}

/// One encoded word.
private struct EncodedWord {
    let range: Range<Int>
    let charset: Charset
    let bytes: [UInt8]
}

/// Text in the making: literal bytes, and the bytes of encoded words that wait for their next.
private struct HeaderText {
    private var text = ""
    private var pending: (charset: Charset, bytes: [UInt8])?

    mutating func append(literal: ArraySlice<UInt8>) {
        if literal.isEmpty || (pending != nil && literal.allSatisfy(ASCII.isBlank)) {
            blanks = literal
            return
        }
        flush()
        text += Charset.guessed(Array(literal))
    }

    mutating func append(_ word: EncodedWord) {
        blanks = []
        if pending?.charset == word.charset {
            pending?.bytes += word.bytes
        } else {
            flush()
            pending = (word.charset, word.bytes)
        }
    }

    mutating func finish() -> String {
        flush()
        return text + blanks.displayText
    }

    /// Blanks that count only when no encoded word follows them.
    private var blanks: ArraySlice<UInt8> = []

    private mutating func flush() {
        guard let (charset, bytes) = pending else { return }
        text += charset.text(bytes)
        pending = nil
    }
}

/// Finds encoded words from left to right; each `?=` is looked for once.
private struct EncodedWordFinder {
    private let line: [UInt8]
    /// The first `?=` at or after the last place asked for.
    private var close = 0
    private static let longestCharset = 64

    init(_ line: [UInt8]) { self.line = line }

    /// The first encoded word that starts at `start` or later.
    mutating func next(from start: Int) -> EncodedWord? {
        var place = start
        while let equals = line.span.firstIndex(of: 0x3D, in: place..<line.count) {
            if let word = word(at: equals) { return word }
            place = equals + 1
        }
        return nil
    }

    /// `=?charset?B?text?=` or `=?charset?Q?text?=`, in either case (RFC 2047 §2).
    private mutating func word(at start: Int) -> EncodedWord? {
        guard start + 2 < line.count, line[start + 1] == 0x3F else { return nil }
        let names = line[(start + 2)..<min(line.count, start + 2 + Self.longestCharset)]
        guard let mark = names.firstIndex(where: { $0 == 0x3F || $0 <= ASCII.space }), line[mark] == 0x3F,
            mark > start + 2, mark + 2 < line.count, line[mark + 2] == 0x3F
        else { return nil }
        let encoding = ASCII.lowercased(line[mark + 1])
        guard encoding == 0x62 || encoding == 0x71, let end = close(from: mark + 3) else { return nil }
        let coded = line[(mark + 3)..<end]
        let bytes = encoding == 0x62 ? TransferEncoding.base64.decoded(coded.span) : Self.decodeQ(coded)
        return EncodedWord(range: start..<end + 2, charset: Charset(line[(start + 2)..<mark]), bytes: bytes)
    }

    private mutating func close(from start: Int) -> Int? {
        close = max(close, start)
        while close + 1 < line.count, line[close] != 0x3F || line[close + 1] != 0x3D { close += 1 }
        return close + 1 < line.count ? close : nil
    }

    /// The Q encoding (RFC 2047 §4.2); a `=` without two hexadecimal digits stays.
    private static func decodeQ(_ coded: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var place = coded.startIndex
        while place < coded.endIndex {
            if coded[place] == 0x3D, place + 2 < coded.endIndex, let high = hexadecimalValue(coded[place + 1]),
                let low = hexadecimalValue(coded[place + 2])
            {
                bytes.append(high << 4 | low)
                place += 3
            } else {
                bytes.append(coded[place] == 0x5F ? ASCII.space : coded[place])
                place += 1
            }
        }
        return bytes
    }
}
