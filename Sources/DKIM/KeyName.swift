// The names that key records are published under, and what they match.

import Bytes

/// The selector and domain of `selector._domainkey.domain`, lower case, without a dot at the end.
public struct KeyName: Hashable, Sendable {
    /// The signing domain; `*.` before it stands for any labels.
    public let domain: [UInt8]
    /// The selector.
    public let selector: [UInt8]

    /// The longest name in bytes that is read from text.
    static let limit = 4096
    /// The longest name in bytes that DNS holds (RFC 1035 §2.3.4).
    static let dnsLimit = 255
    private static let separator = "._domainkey.".bytes

    /// The name of a selector and a domain; the case of letters does not matter.
    public init(selector: [UInt8], domain: [UInt8]) {
        self.selector = ASCII.lowercased(selector)
        self.domain = ASCII.lowercased(domain)
    }

    /// Reads `selector._domainkey.domain`, with or without a dot at the end; nil for any other text.
    ///
    /// Labels are those that a signature's d= and s= can have: letters, digits, `-`, `_` and what is not ASCII.
    public init?(parsing text: some Collection<UInt8>) {
        guard text.count <= Self.limit else { return nil }
        var name = ASCII.lowercased(text)
        if name.last == 0x2E { name.removeLast() }
        let places = name.indices.filter { name[$0] == 0x2E && name[$0...].starts(with: Self.separator) }
        guard let place = places.first else { return nil }
        let domain = name[(place + Self.separator.count)...]
        let labels = domain.starts(with: Self.wildcard) ? domain.dropFirst(2) : domain
        guard Self.isName(name[..<place]), Self.isName(labels) else { return nil }
        self.init(selector: Array(name[..<place]), domain: Array(domain))
    }

    /// `selector._domainkey.domain`.
    public var text: [UInt8] { selector + Self.separator + domain }

    /// Whether the domain stands for all that are below it.
    public var isWildcard: Bool { domain.starts(with: Self.wildcard) }

    /// The names whose records may be this name's: itself, then the wildcards that match it.
    public var matching: [KeyName] { [self] + wildcards }

    /// The wildcard names that match this name, the closest first; none for a name that DNS could not hold.
    var wildcards: [KeyName] {
        guard domain.count <= Self.dnsLimit, !isWildcard else { return [] }
        return domain.indices.filter { domain[$0] == 0x2E }
            .map { KeyName(selector: selector, domain: [0x2A] + domain[$0...]) }
    }

    static let wildcard = "*.".bytes

    /// Whether the text is labels with dots between them.
    static func isName(_ text: ArraySlice<UInt8>) -> Bool {
        text.split(separator: 0x2E, omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty
                && label.allSatisfy {
                    ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == 0x2D || $0 == 0x5F || $0 >= 0x80
                }
        }
    }
}
