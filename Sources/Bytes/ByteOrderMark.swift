// The mark that some programs put before UTF-8 text (RFC 3629 §6).

/// U+FEFF at the start of a text says nothing and is no part of it.
public enum ByteOrderMark {
    /// How many bytes of it a text starts with: 3 or 0.
    public static func length(in text: Span<UInt8>) -> Int {
        text.count >= 3 && text[0] == 0xEF && text[1] == 0xBB && text[2] == 0xBF ? 3 : 0
    }

    /// The text without it.
    public static func removed(from text: [UInt8]) -> ArraySlice<UInt8> { text[length(in: text.span)...] }
}
