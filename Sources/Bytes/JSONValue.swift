// JSON that others wrote (RFC 8259), as a tree of values; what we write ourselves is read by CanonicalJSONReader.

/// A JSON value with the place where it stands.
public struct JSONValue: Sendable {
    /// What the value is.
    public enum Content: Sendable, Equatable {
        /// `null`.
        case null
        /// `true` or `false`.
        case boolean(Bool)
        /// A number, as it is written.
        case number([UInt8])
        /// A string, unescaped; valid UTF-8.
        case text([UInt8])
        /// An array.
        case array([JSONValue])
        /// An object, its members in the order of the text; no name stands twice.
        case object([Member])
    }

    /// A member of an object.
    public struct Member: Sendable, Equatable {
        /// The name, unescaped.
        public let name: [UInt8]
        /// The value.
        public let value: JSONValue
    }

    /// The offset of its first byte in the text.
    public let offset: Int
    /// What it is.
    public let content: Content

    /// The first member of a name, when this is an object that has one.
    public subscript(name: String) -> JSONValue? {
        members?.first { $0.name.elementsEqual(name.utf8) }?.value
    }

    /// The members, when this is an object.
    public var members: [Member]? {
        guard case .object(let members) = content else { return nil }
        return members
    }

    /// The elements, when this is an array.
    public var elements: [JSONValue]? {
        guard case .array(let elements) = content else { return nil }
        return elements
    }

    /// The bytes of the text, when this is a string.
    public var text: [UInt8]? {
        guard case .text(let text) = content else { return nil }
        return text
    }

    /// The number, when this is one that is written as a whole number within 64 bits.
    public var integer: Int64? {
        guard case .number(let digits) = content else { return nil }
        return Int64(digits.displayText)
    }

    /// Whether this is `true`.
    public var isTrue: Bool { content == .boolean(true) }

    /// Whether this is `null`.
    public var isNull: Bool { content == .null }
}

extension JSONValue: Equatable {
    /// Whether two values are the same; where they stand makes no difference.
    public static func == (a: JSONValue, b: JSONValue) -> Bool { a.content == b.content }
}

/// Why a text is not JSON, with the offset in bytes at which it stops being it.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The offset in the text, in bytes.
    public let offset: Int
    /// What was expected there.
    public let expected: String

    /// `expected … at byte N`.
    public var description: String { "expected \(expected) at byte \(offset)" }
}
