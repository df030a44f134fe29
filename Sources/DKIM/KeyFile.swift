// Files of key records: one line a record, and what is known of where it is from on comment lines before it.

import Bytes

/// A text of key records: lines of `selector._domainkey.domain`, blanks, and the TXT record.
///
/// Empty lines and lines that start with `#` are skipped. The record stands bare, or as quoted strings that are joined:
/// `"v=DKIM1; p=MIG" "fMA0"`, with `\` before a byte or three decimal digits. A line that starts with `#:` says where
/// the next record is from (`KeyProvenance.annotation`); several such lines are several provenances of that record.
public struct KeyFile: Sendable {
    /// What is wrong with a line.
    public enum Reason: String, Error, Sendable, CaseIterable {
        /// The first word is no `selector._domainkey.domain`.
        case notAKeyName = "not-a-key-name"
        /// Nothing follows the name, or something that is no record, such as NXDOMAIN.
        case notARecord = "not-a-record"
        /// The record is longer than `KeyFile.recordLimit`.
        case recordTooLong = "record-too-long"
        /// A quoted string has no end, or something stands between two of them; a record of a zone file has no quotes
        /// where its `;` needs them.
        case malformedQuotes = "malformed-quotes"
        /// A line of a zone file cannot be read: parentheses or quotes without an end, or no owner before it.
        case malformedLine = "malformed-line"
        /// A CNAME of a key's name leads to no TXT record of the same text.
        case aliasWithoutTarget = "alias-without-target"
        /// A zone file wants another file to be read, or records to be generated.
        case directiveNotFollowed = "directive-not-followed"
        /// The text is no JSON from here on, or too deep.
        case malformedJSON = "malformed-json"
        /// JSON of a form that is not known.
        case unknownEntry = "unknown-entry"
        /// A time cannot be read and is left out.
        case malformedTime = "malformed-time"
        /// A `#:` line has a fact that no one knows, which is left out.
        case unknownAnnotation = "unknown-annotation"
        /// A `#:` line has a fact twice or with a value that it cannot have, which is left out.
        case malformedAnnotation = "malformed-annotation"
        /// A `#:` line stands before no record.
        case annotationWithoutRecord = "annotation-without-record"
        /// There are more `#:` lines than a record can have; the rest of them are left out.
        case tooManyAnnotations = "too-many-annotations"

        /// Whether the line would be a record and gives no key.
        public var losesKey: Bool {
            switch self {
            case .notAKeyName, .notARecord, .recordTooLong, .malformedQuotes, .malformedLine, .aliasWithoutTarget,
                .directiveNotFollowed, .malformedJSON, .unknownEntry:
                true
            case .malformedTime, .unknownAnnotation, .malformedAnnotation, .annotationWithoutRecord,
                .tooManyAnnotations:
                false
            }
        }
    }

    /// A line with something wrong.
    public struct LineNote: Sendable, Equatable {
        /// The line's number, from 1.
        public let line: Int
        /// What is wrong with it.
        public let reason: Reason
    }

    /// The longest record in bytes; DNS has none longer.
    public static let recordLimit = 64 << 10
    /// The most provenances of one line.
    static let annotationLimit = 64

    /// The keys in the order of the lines.
    public let keys: [Key]
    /// The lines that are neither a key nor a comment, and those that say something that no one knows.
    public let notes: [LineNote]

    /// Reads the whole text; lines end in LF or CRLF, and a byte order mark may stand before the first.
    public init(parsing text: [UInt8]) {
        var keys: [Key] = []
        let text = ByteOrderMark.removed(from: text)
        var notes: [LineNote] = []
        var annotations = Annotations()
        for (index, line) in text.split(separator: ASCII.lf, omittingEmptySubsequences: false).enumerated() {
            let line = ASCII.trimmed(line)
            guard let first = line.first else { continue }
            if first == 0x23 {
                notes += annotations.read(line, at: index + 1)
                continue
            }
            let provenances = annotations.take()
            switch Self.key(line, provenances) {
            case .success(let key): keys.append(key)
            case .failure(let reason): notes.append(LineNote(line: index + 1, reason: reason))
            }
        }
        self.keys = keys
        self.notes = notes + annotations.finish()
    }

    /// The key of a line without blanks around it.
    static func key(_ line: ArraySlice<UInt8>, _ provenances: [KeyProvenance]) -> Result<Key, Reason> {
        let nameEnd = line.firstIndex(where: ASCII.isBlank) ?? line.endIndex
        guard let name = KeyName(parsing: line[..<nameEnd]) else { return .failure(.notAKeyName) }
        let text = ASCII.trimmed(line[nameEnd...])
        let isQuoted = text.first == 0x22
        guard let record = isQuoted ? QuotedText.joined(text) : Array(text) else { return .failure(.malformedQuotes) }
        guard isQuoted ? !record.isEmpty : record.contains(0x3D) else { return .failure(.notARecord) }
        guard record.count <= recordLimit else { return .failure(.recordTooLong) }
        return .success(Key(name, record: record, provenances: provenances))
    }

    /// The `#:` lines since the last record.
    struct Annotations {
        private var provenances: [KeyProvenance] = []
        private var line: Int?

        /// Reads a comment line; gives what is wrong with it.
        mutating func read(_ comment: ArraySlice<UInt8>, at line: Int) -> [LineNote] {
            guard comment.starts(with: "#:".utf8) else { return [] }
            self.line = line
            guard provenances.count < annotationLimit else {
                return [LineNote(line: line, reason: .tooManyAnnotations)]
            }
            let (provenance, reasons) = KeyProvenance.reading(annotation: comment)
            provenances.append(provenance)
            return reasons.map { LineNote(line: line, reason: $0) }
        }

        /// The provenances for the next record.
        mutating func take() -> [KeyProvenance] {
            defer { self = Annotations() }
            return provenances
        }

        /// What is wrong when no record follows.
        func finish() -> [LineNote] { line.map { [LineNote(line: $0, reason: .annotationWithoutRecord)] } ?? [] }
    }
}

extension KeyFile {
    /// The text of a key file of these records: sorted, each record once, always the same for the same keys.
    ///
    /// A record stands bare unless that would change it. Records that are empty or too long are left out.
    public static func text(of keys: some Sequence<Key>) -> [UInt8] {
        var text: [UInt8] = []
        for key in Key.merged(keys) where !key.record.isEmpty && key.record.count <= recordLimit {
            if key.provenances != [KeyProvenance(.file)] {
                for provenance in key.provenances.prefix(annotationLimit) { text += provenance.annotation + [ASCII.lf] }
            }
            let name = key.name.text + [ASCII.space]
            text += name + (isBare(key.record, after: name) ? key.record : QuotedText.quoted(key.record)) + [ASCII.lf]
        }
        // A name may start with what would be taken for a byte order mark at the start of the text.
        return ByteOrderMark.length(in: text.span) == 0 ? text : [ASCII.lf] + text
    }

    /// Whether a record is read as it is without quotes, and its line not taken for one of a zone file.
    private static func isBare(_ record: [UInt8], after name: [UInt8]) -> Bool {
        record.first != 0x22 && record.contains(0x3D) && ASCII.trimmed(record[...]).count == record.count
            && record.allSatisfy { $0 >= 0x20 && $0 != 0x7F } && MasterFileHead((name + record)[...]) == nil
    }
}

/// Text between double quotes, as master files write it (RFC 1035 §5.1).
enum QuotedText {
    /// The strings between their quotes, joined, or nil when a quote is missing; blanks may stand between strings.
    static func joined(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var joined: [UInt8] = []
        var rest = text
        while !rest.isEmpty {
            guard let string = next(&rest) else { return nil }
            joined += string
            rest = rest.drop(while: ASCII.isBlank)
        }
        return joined
    }

    /// The string between quotes at the start, which is taken away, or nil when there is none or it has no end.
    static func next(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard rest.popFirst() == 0x22 else { return nil }
        var string: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == 0x22 { return string }
            guard byte == 0x5C else {
                string.append(byte)
                continue
            }
            guard let escaped = escaped(&rest) else { return nil }
            string.append(escaped)
        }
        return nil
    }

    /// The byte that three decimal digits or one byte behind a `\` stand for; they are taken away.
    static func escaped(_ rest: inout ArraySlice<UInt8>) -> UInt8? {
        guard let number = TagValue.number(rest.prefix(3)), rest.count >= 3, number <= 255 else {
            return rest.popFirst()
        }
        rest = rest.dropFirst(3)
        return UInt8(number)
    }

    /// The text between quotes: `\` before quotes and itself, control characters as three digits.
    static func quoted(_ text: [UInt8]) -> [UInt8] {
        var quoted: [UInt8] = [0x22]
        for byte in text {
            switch byte {
            case 0x22, 0x5C: quoted += [0x5C, byte]
            case 0..<0x20, 0x7F: quoted += [0x5C, 0x30 + byte / 100, 0x30 + byte / 10 % 10, 0x30 + byte % 10]
            default: quoted.append(byte)
            }
        }
        return quoted + [0x22]
    }
}
