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

    /// The digest that `body` writes as 32 bytes.
    init(writtenBy body: (UnsafeMutablePointer<UInt8>) -> Void) {
        var values: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        unsafe withUnsafeMutableBytes(of: &values) { buffer in
            if let start = unsafe buffer.bindMemory(to: UInt8.self).baseAddress { unsafe body(start) }
        }
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
        for place in stride(from: 0, to: 64, by: 8) {
            let digits = unsafe text.withUnsafeBytes {
                unsafe UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            }
            guard let value = Hexadecimal.value(ofDigits: digits) else { return nil }
            // Each eight digits come in at the lowest end; after all of them the first are at the highest.
            values.0 = values.0 << 32 | values.1 >> 32
            values.1 = values.1 << 32 | values.2 >> 32
            values.2 = values.2 << 32 | values.3 >> 32
            values.3 = values.3 << 32 | value
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
