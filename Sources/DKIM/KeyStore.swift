// Key records by name, from files: nothing here asks the network.

import Bytes
public import Cryptography

/// A key record with the name that it was published under.
public struct Key: Sendable {
    /// The signing domain, lower case, without a dot at the end.
    public let domain: [UInt8]
    /// The selector, lower case.
    public let selector: [UInt8]
    /// The bytes of the TXT record, its strings joined.
    public let record: [UInt8]
    /// The SHA-256 of the record.
    public let digest: Digest
    /// What the record says.
    public let parsed: KeyRecord

    /// A record of a selector and a domain; the case of names does not matter.
    public init(selector: [UInt8], domain: [UInt8], record: [UInt8]) {
        self.selector = ASCII.lowercased(selector)
        self.domain = ASCII.lowercased(domain)
        self.record = record
        digest = Digest(hashing: record)
        parsed = KeyRecord(parsing: record)
    }

    /// `selector._domainkey.domain`.
    public var name: [UInt8] { Self.name(selector: selector, domain: domain) }

    static func name(selector: [UInt8], domain: [UInt8]) -> [UInt8] {
        ASCII.lowercased(selector) + "._domainkey.".utf8 + ASCII.lowercased(domain)
    }

    /// Whether the key sorts before another by domain, selector and record, byte by byte.
    fileprivate func precedes(_ other: Key) -> Bool {
        if domain != other.domain { return domain.lexicographicallyPrecedes(other.domain) }
        if selector != other.selector { return selector.lexicographicallyPrecedes(other.selector) }
        return record.lexicographicallyPrecedes(other.record)
    }
}

/// A text of key records: lines of `selector._domainkey.domain`, blanks, and the TXT record.
///
/// Empty lines and lines that start with `#` are skipped. The record stands bare, or as quoted strings that are joined:
/// `"v=DKIM1; p=MIG" "fMA0"`, with `\` before a byte or three decimal digits.
public struct KeyFile: Sendable {
    /// Why a line gives no key.
    public enum Reason: String, Sendable, CaseIterable {
        /// The first word is no `selector._domainkey.domain`.
        case notAKeyName = "not-a-key-name"
        /// Nothing follows the name, or something that is no record, such as NXDOMAIN.
        case notARecord = "not-a-record"
        /// The record is longer than `KeyFile.recordLimit`.
        case recordTooLong = "record-too-long"
        /// A quoted string has no end, or something stands between two of them.
        case malformedQuotes = "malformed-quotes"
    }

    /// A line that gives no key.
    public struct LineNote: Sendable, Equatable {
        /// The line's number, from 1.
        public let line: Int
        /// Why it gives no key.
        public let reason: Reason
    }

    /// The longest record in bytes; DNS has none longer.
    public static let recordLimit = 64 << 10
    /// The longest name in bytes; those of DNS have up to 255.
    private static let nameLimit = 4096

    /// The keys in the order of the lines.
    public let keys: [Key]
    /// The lines that are neither a key nor a comment.
    public let notes: [LineNote]

    /// Reads the whole text; lines end in LF or CRLF.
    public init(parsing text: [UInt8]) {
        var keys: [Key] = []
        var notes: [LineNote] = []
        for (index, line) in text.split(separator: ASCII.lf, omittingEmptySubsequences: false).enumerated() {
            let line = ASCII.trimmed(line)
            guard let first = line.first, first != 0x23 else { continue }
            switch Self.key(line) {
            case .success(let key): keys.append(key)
            case .failure(let reason): notes.append(LineNote(line: index + 1, reason: reason))
            }
        }
        self.keys = keys
        self.notes = notes
    }

    private static func key(_ line: ArraySlice<UInt8>) -> Result<Key, Reason> {
        let nameEnd = line.firstIndex(where: ASCII.isBlank) ?? line.endIndex
        guard nameEnd - line.startIndex <= nameLimit, let (selector, domain) = split(line[..<nameEnd]) else {
            return .failure(.notAKeyName)
        }
        let text = ASCII.trimmed(line[nameEnd...])
        let isQuoted = text.first == 0x22
        guard let record = isQuoted ? joined(text) : Array(text) else { return .failure(.malformedQuotes) }
        guard isQuoted ? !record.isEmpty : record.contains(0x3D) else { return .failure(.notARecord) }
        guard record.count <= recordLimit else { return .failure(.recordTooLong) }
        return .success(Key(selector: selector, domain: domain, record: record))
    }

    private static func split(_ name: ArraySlice<UInt8>) -> (selector: [UInt8], domain: [UInt8])? {
        let separator = "._domainkey.".bytes
        var labels = ASCII.lowercased(name)
        if labels.last == 0x2E { labels.removeLast() }
        for place in labels.indices where labels[place...].starts(with: separator) {
            let domain = labels[(place + separator.count)...]
            return place > 0 && !domain.isEmpty ? (Array(labels[..<place]), Array(domain)) : nil
        }
        return nil
    }

    /// The strings of a record between their quotes, joined, or nil when a quote is missing.
    private static func joined(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var record: [UInt8] = []
        var rest = text
        while let quote = rest.popFirst() {
            guard quote == 0x22 else { return nil }
            while true {
                guard let byte = rest.popFirst() else { return nil }
                if byte == 0x22 { break }
                guard byte == 0x5C else {
                    record.append(byte)
                    continue
                }
                if let number = TagValue.number(rest.prefix(3)), rest.count >= 3, number <= 255 {
                    record.append(UInt8(number))
                    rest = rest.dropFirst(3)
                } else {
                    guard let escaped = rest.popFirst() else { return nil }
                    record.append(escaped)
                }
            }
            rest = rest.drop(while: ASCII.isBlank)
        }
        return record
    }
}

extension KeyFile.Reason: Error {}

/// Keys by name; the same keys in any order make the same store.
public struct KeyStore: Sendable {
    /// The most records of one name that a store holds; of more, the first in the order of their bytes.
    public static let nameLimit = 64

    /// The distinct keys, sorted by domain, selector and record.
    public let keys: [Key]
    /// The names of which there were more records than a store holds, sorted.
    public let crowdedNames: [[UInt8]]
    private let places: [Place: Range<Int>]

    /// What a record is looked up by; joined to one name, two pairs could be the same.
    private struct Place: Hashable {
        let domain: [UInt8]
        let selector: [UInt8]
    }

    /// A store of the keys of any number of files.
    public init(_ keys: some Sequence<Key>) {
        var distinct: [Key] = []
        var places: [Place: Range<Int>] = [:]
        var crowded: [[UInt8]] = []
        for key in keys.sorted(by: { $0.precedes($1) }) {
            if let last = distinct.last, !last.precedes(key) { continue }
            let place = Place(domain: key.domain, selector: key.selector)
            let start = places[place]?.lowerBound ?? distinct.count
            guard distinct.count - start < Self.nameLimit else {
                if crowded.last != key.name { crowded.append(key.name) }
                continue
            }
            distinct.append(key)
            places[place] = start..<distinct.count
        }
        self.keys = distinct
        crowdedNames = crowded
        self.places = places
    }

    /// The keys of a name, sorted by record; the case of names does not matter.
    public func keys(selector: [UInt8], domain: [UInt8]) -> ArraySlice<Key> {
        keys[places[Place(domain: ASCII.lowercased(domain), selector: ASCII.lowercased(selector))] ?? 0..<0]
    }
}
