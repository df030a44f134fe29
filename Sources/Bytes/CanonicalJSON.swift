// Canonical JSON objects as the bundle's manifest writes them: one text for one value, so that hashes can be over the text.

/// Why a text is not a canonical JSON object, with the offset in bytes at which it stops being one.
public struct CanonicalJSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The offset in the text, in bytes.
    public let offset: Int
    /// What was expected there.
    public let expected: String

    /// A fault at an offset.
    public init(offset: Int, expected: String) {
        self.offset = offset
        self.expected = expected
    }

    /// `expected … at byte N`.
    public var description: String { "expected \(expected) at byte \(offset)" }
}

/// Text that may be any bytes: written as a string when it is valid UTF-8, else in hex under `KEY_hex`.
public typealias RawText = [UInt8]

/// Writes one object, its members in the order of the calls.
///
/// Absent facts are left out: a call with nil, an empty text or an empty array writes nothing.
public struct CanonicalJSONWriter: Sendable {
    private var text: [UInt8] = [0x7B]

    /// An object without members.
    public init() { text.reserveCapacity(512) }

    /// The finished object.
    public consuming func finish() -> [UInt8] {
        text.append(0x7D)
        return text
    }

    /// A text member, as `KEY` or `KEY_hex`.
    public mutating func add(_ key: String, _ value: RawText?) {
        guard let value, !value.isEmpty else { return }
        let valid = isValidUTF8(value)
        name(key, hex: !valid)
        string(value, hex: !valid)
    }

    /// A number member, left out above 2^53 − 1.
    public mutating func add(_ key: String, _ value: UInt64?) {
        guard let value, value < 1 << 53 else { return }
        name(key)
        text += String(value).utf8
    }

    /// A number member, left out below 0 and above 2^53 − 1.
    public mutating func add(_ key: String, _ value: Int?) {
        add(key, value.flatMap { UInt64(exactly: $0) })
    }

    /// A member that is `true`, or nothing.
    public mutating func add(_ key: String, _ value: Bool) {
        guard value else { return }
        name(key)
        text += "true".utf8
    }

    /// A member that is an array of texts.
    public mutating func add(_ key: String, _ values: [RawText]) {
        guard !values.isEmpty else { return }
        let valid = values.allSatisfy(isValidUTF8)
        name(key, hex: !valid)
        strings(values, hex: !valid)
    }

    /// A member that is an array of arrays of texts.
    public mutating func add(_ key: String, _ values: [[RawText]]) {
        guard !values.isEmpty else { return }
        let valid = values.allSatisfy { $0.allSatisfy(isValidUTF8) }
        name(key, hex: !valid)
        text.append(0x5B)
        for (place, inner) in values.enumerated() {
            if place > 0 { text.append(0x2C) }
            strings(inner, hex: !valid)
        }
        text.append(0x5D)
    }

    /// A member that is an object.
    public mutating func add(_ key: String, object: [UInt8]?) {
        guard let object else { return }
        name(key)
        text += object
    }

    /// A member that is an array of objects; an empty array is written too, since only reports hold such members.
    public mutating func add(_ key: String, objects: [[UInt8]]) {
        name(key)
        text += [0x5B] + objects.joined(separator: [0x2C]) + [0x5D]
    }

    private mutating func name(_ key: String, hex: Bool = false) {
        if text.count > 1 { text.append(0x2C) }
        text.append(0x22)
        text += key.utf8
        if hex { text += "_hex".utf8 }
        text += [0x22, 0x3A]
    }

    private mutating func strings(_ values: [RawText], hex: Bool) {
        text.append(0x5B)
        for (place, value) in values.enumerated() {
            if place > 0 { text.append(0x2C) }
            string(value, hex: hex)
        }
        text.append(0x5D)
    }

    private mutating func string(_ value: RawText, hex: Bool) {
        text.append(0x22)
        if hex {
            text += Hexadecimal.encode(value)
        } else {
            var run = 0
            for place in value.indices where Self.isEscaped(value[place]) {
                text += value[run..<place]
                text += Self.escape(of: value[place])
                run = place + 1
            }
            if run == 0 { text += value } else { text += value[run...] }
        }
        text.append(0x22)
    }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F
    }

    private static func escape(of byte: UInt8) -> [UInt8] {
        byte == 0x22 || byte == 0x5C ? [0x5C, byte] : "\\u00".utf8 + Hexadecimal.encode(UInt64(byte), width: 2)
    }
}

/// Whether the bytes are well-formed UTF-8 (Unicode 16 §3.9).
public func isValidUTF8(_ bytes: [UInt8]) -> Bool {
    bytes.allSatisfy { $0 < 0x80 } || (try? UTF8Span(validating: bytes.span)) != nil
}
