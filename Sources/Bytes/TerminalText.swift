// Makes text from strangers harmless to the terminal that it is shown on.

/// The text with every character that could command a terminal or reorder what is read made visible.
///
/// C0 controls and DEL become their pictures (U+2400…U+2421). C1 controls, the bidirectional controls (U+061C,
/// U+200E, U+200F, U+202A…U+202E, U+2066…U+2069), line and paragraph separators, invisible operators and fillers
/// (U+200B, U+2060…U+2065, U+206A…U+206F, U+FEFF, U+FFF9…U+FFFB) and tag characters (U+E0000…U+E007F) become U+FFFD.
/// With `keepingLines`, line feeds and tabs stay, and the CR of a CRLF is dropped.
public func safeForTerminal(_ text: String, keepingLines: Bool = false) -> String {
    if text.unicodeScalars.allSatisfy({ visible($0) == $0 }) { return text }
    var safe = String.UnicodeScalarView()
    var isAfterCR = false
    for scalar in text.unicodeScalars {
        if isAfterCR, scalar != "\n" { safe.append("\u{240D}") }
        isAfterCR = keepingLines && scalar == "\r"
        if isAfterCR { continue }
        if keepingLines, scalar == "\n" || scalar == "\t" {
            safe.append(scalar)
        } else {
            safe.append(visible(scalar))
        }
    }
    if isAfterCR { safe.append("\u{240D}") }
    return String(safe)
}

private func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0x00...0x1F: Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}"
    case 0x7F: "\u{2421}"
    case 0x80...0x9F, 0x061C, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB,
        0xE0000...0xE007F:
        "\u{FFFD}"
    default: scalar
    }
}
