// SHA-256 digests as values that compare and sort as their bytes do.

import Bytes

/// A SHA-256 digest, 32 bytes; ordered as its bytes are.
public struct Digest: Hashable, Comparable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// The digest that these 32 bytes are, or nil when there are not 32.
    public init?(_ bytes: some Collection<UInt8>) { self.init(Array(bytes)) }

    /// The digest that these 32 bytes are, or nil when there are not 32.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        var values: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        unsafe withUnsafeMutableBytes(of: &values) { unsafe $0.copyBytes(from: bytes) }
        words = (values.0.bigEndian, values.1.bigEndian, values.2.bigEndian, values.3.bigEndian)
    }

    /// The digest that 64 lower-case hexadecimal digits stand for, or nil for any other text.
    public init?(hexadecimal text: some Collection<UInt8>) {
        guard text.count == 64, let bytes = Hexadecimal.decode(text) else { return nil }
        self.init(bytes)
    }

    /// The digest that 64 lower-case hexadecimal digits stand for, or nil for any other text.
    public init?(hexadecimal text: [UInt8]) {
        guard text.count == 64 else { return nil }
        var values: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for place in 0..<64 {
            let nibble: UInt8
            switch text[place] {
            case 0x30...0x39: nibble = text[place] - 0x30
            case 0x61...0x66: nibble = text[place] - 0x61 + 10
            default: return nil
            }
            // Each digit comes in at the lowest end; after 64 of them the first is at the highest.
            values.0 = values.0 << 4 | values.1 >> 60
            values.1 = values.1 << 4 | values.2 >> 60
            values.2 = values.2 << 4 | values.3 >> 60
            values.3 = values.3 << 4 | UInt64(nibble)
        }
        words = values
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        let bigEndian = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
        return unsafe withUnsafeBytes(of: bigEndian) { unsafe [UInt8]($0) }
    }

    /// The 64 lower-case hexadecimal digits.
    public var hexadecimal: [UInt8] { Hexadecimal.encode(bytes) }

    /// Whether the bytes are the same.
    public static func == (a: Digest, b: Digest) -> Bool { a.words == b.words }

    /// Whether `a` sorts before `b`, byte by byte.
    public static func < (a: Digest, b: Digest) -> Bool { a.words < b.words }

    /// Feeds the 32 bytes to the hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}

extension Digest: CustomStringConvertible {
    /// The 64 lower-case hexadecimal digits.
    public var description: String { hexadecimal.displayText }
}
