// Searching decoded text without regard to case.

import Bytes

/// A text whose letters' cases are made one: upper case, then lower case, so that ß and SS, σ and ς are the same.
struct FoldedText: Sendable {
    private let bytes: [UInt8]
    /// Whether it holds combining marks, so that one letter may be written in two ways.
    private let hasMarks: Bool

    init(_ text: String) {
        var folded: [UInt8] = []
        let utf8 = Array(text.utf8)
        folded.reserveCapacity(utf8.count)
        var place = 0
        while place < utf8.count {
            let byte = utf8[place]
            guard byte >= 0x80 else {
                folded.append(ASCII.lowercased(byte))
                place += 1
                continue
            }
            let end = min(utf8.count, place + (byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4))
            CaseFolding.append(utf8[place..<end], to: &folded)
            place = end
        }
        bytes = folded
        // U+0300…U+036F start with CC or CD in UTF-8.
        hasMarks = folded.contains { $0 == 0xCC || $0 == 0xCD }
    }

    /// Whether another text stands in this one; é as one or as two characters is the same.
    func contains(_ other: FoldedText) -> Bool {
        if bytes.contains(other.bytes, in: bytes.indices) { return true }
        return (hasMarks || other.hasMarks) && bytes.displayText.contains(other.bytes.displayText)
    }
}

/// The folding of single characters beyond ASCII.
private enum CaseFolding {
    /// What U+0080…U+07FF become: all letters of Latin, Greek, Cyrillic and their neighbours that mail is full of.
    private static let table: [[UInt8]] = (0x80..<0x800).map { value in
        Unicode.Scalar(UInt32(value)).map { folded(Character($0)) } ?? []
    }

    private static func folded(_ character: Character) -> [UInt8] {
        String(character).uppercased().lowercased().bytes
    }

    /// Appends what a character becomes that is written in these bytes of well-formed UTF-8.
    static func append(_ character: ArraySlice<UInt8>, to folded: inout [UInt8]) {
        guard let first = character.first, let second = character.dropFirst().first else { return }
        if character.count == 2 {
            folded += table[(Int(first & 0x1F) << 6 | Int(second & 0x3F)) - 0x80]
        } else if first == 0xE2 && second < 0x84 || (0xE3...0xE9).contains(first) {
            // U+2000…U+20FF and U+3000…U+9FFF: punctuation and ideographs have no case.
            folded += character
        } else {
            folded += character.displayText.uppercased().lowercased().utf8
        }
    }
}
