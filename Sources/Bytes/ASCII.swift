// Names for the bytes that mail and manifests are made of, and ASCII-only case folding.

/// ASCII octets by name, and classification that no locale can change.
public enum ASCII {
    /// NUL, 0x00.
    public static let nul: UInt8 = 0x00
    /// Horizontal tab, 0x09.
    public static let tab: UInt8 = 0x09
    /// Line feed, 0x0A.
    public static let lf: UInt8 = 0x0A
    /// Carriage return, 0x0D.
    public static let cr: UInt8 = 0x0D
    /// Space, 0x20.
    public static let space: UInt8 = 0x20

    /// Whether the byte is WSP, a space or a tab (RFC 5234 appendix B.1).
    @inlinable
    public static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    /// Whether the byte is a space, tab, CR or LF.
    @inlinable
    public static func isWhiteSpace(_ byte: UInt8) -> Bool { isBlank(byte) || byte == cr || byte == lf }

    /// Whether the byte is `0`…`9`.
    @inlinable
    public static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// Whether the byte is `A`…`Z` or `a`…`z`.
    @inlinable
    public static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    /// The byte with `A`…`Z` made lower case, any other byte as it is.
    @inlinable
    public static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    /// The bytes with `A`…`Z` made lower case, any other byte as it is.
    @inlinable
    public static func lowercased(_ bytes: some Sequence<UInt8>) -> [UInt8] { bytes.map(lowercased) }

    /// Whether two byte strings are equal when `A`…`Z` and `a`…`z` are not told apart.
    @inlinable
    public static func equalIgnoringCase(_ a: some Sequence<UInt8>, _ b: some Sequence<UInt8>) -> Bool {
        var rest = b.makeIterator()
        for byte in a {
            guard let other = rest.next(), lowercased(byte) == lowercased(other) else { return false }
        }
        return rest.next() == nil
    }

    /// The bytes without blanks, CR and LF at either end.
    public static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var slice = bytes
        while let first = slice.first, isWhiteSpace(first) { slice.removeFirst() }
        while let last = slice.last, isWhiteSpace(last) { slice.removeLast() }
        return slice
    }
}

extension Collection<UInt8> {
    /// The bytes as text, each ill-formed sequence replaced by U+FFFD: for showing only, never for comparing or hashing.
    public var displayText: String { String(decoding: self, as: UTF8.self) }
}

extension String {
    /// The UTF-8 bytes of the text.
    public var bytes: [UInt8] { Array(utf8) }
}
