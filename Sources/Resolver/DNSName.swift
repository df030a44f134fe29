// Names that can be asked for: nothing that mail spells reaches the resolver unchecked.

import Bytes

/// A name of letters, digits, `-` and `_` in labels, lower case, without a dot at the end.
///
/// DNS can carry any byte in a label, but no key was ever published under one of those; a name from a forged
/// message is told apart here instead of being escaped, asked and disclosed.
public struct DNSName: Hashable, Sendable {
    /// The longest name in bytes (RFC 1035 §2.3.4: 255 octets on the wire).
    public static let limit = 253
    /// The longest label in bytes.
    public static let labelLimit = 63

    /// The name's bytes.
    public let text: [UInt8]

    /// The name, or nil when the bytes are none that is asked for; case and one dot at the end do not matter.
    public init?(_ bytes: some Collection<UInt8>) {
        // One byte more is a dot at the end.
        guard bytes.count <= Self.limit + 1 else { return nil }
        var text = ASCII.lowercased(bytes)
        if text.last == 0x2E { text.removeLast() }
        guard text.count <= Self.limit else { return nil }
        let labels = text.split(separator: 0x2E, omittingEmptySubsequences: false)
        let areSound = labels.allSatisfy { label in
            (1...Self.labelLimit).contains(label.count)
                && label.allSatisfy { ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == 0x2D || $0 == 0x5F }
        }
        guard areSound else { return nil }
        self.text = text
    }

    /// Whether the name lies in a domain that resolvers answer by themselves or must not ask about (RFC 6761, 7686).
    public var isLocal: Bool {
        let top = text.split(separator: 0x2E).last.map(Array.init) ?? []
        return top == "localhost".bytes || top == "onion".bytes
    }
}
