// Searching decoded text without regard to case.

import Bytes

/// A text whose letters' cases are made one: upper case, then lower case, so that ß and SS, σ and ς are the same.
struct FoldedText: Sendable {
    private let text: String
    private let bytes: [UInt8]
    /// Whether it holds combining marks, so that one letter may be written in two ways.
    private let hasMarks: Bool

    init(_ text: String) {
        self.text = text.uppercased().lowercased()
        bytes = self.text.bytes
        // U+0300…U+036F start with CC or CD in UTF-8.
        hasMarks = bytes.contains { $0 == 0xCC || $0 == 0xCD }
    }

    /// Whether another text stands in this one; é as one or as two characters is the same.
    func contains(_ other: FoldedText) -> Bool {
        if bytes.firstRange(of: other.bytes, in: 0..<bytes.count) != nil { return true }
        return (hasMarks || other.hasMarks) && text.contains(other.text)
    }
}
