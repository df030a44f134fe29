// The forms that header fields are brought into before they are hashed.

import Bytes
import Mail

/// One of the two canonicalization algorithms (RFC 6376 §3.4).
public enum CanonicalForm: String, Sendable, CaseIterable {
    /// Changes next to nothing.
    case simple
    /// Lets white space and the case of field names change.
    case relaxed
}

/// The forms of header and body, as c= names them.
public struct Canonicalization: Hashable, Sendable {
    /// The form of the header fields.
    public let header: CanonicalForm
    /// The form of the body.
    public let body: CanonicalForm

    /// A pair of forms.
    public init(header: CanonicalForm, body: CanonicalForm) {
        self.header = header
        self.body = body
    }

    /// The pair that a c= value names: one name is the header's, simple is what is not named (RFC 6376 §3.5).
    init?(name: ArraySlice<UInt8>?) {
        guard let name else {
            self.init(header: .simple, body: .simple)
            return
        }
        let parts = name.split(separator: 0x2F, omittingEmptySubsequences: false).map { part in
            CanonicalForm.allCases.first { ASCII.equalIgnoringCase($0.rawValue.utf8, part) }
        }
        guard parts.count <= 2, let first = parts[0], let last = parts.count == 2 ? parts[1] : .simple else {
            return nil
        }
        self.init(header: first, body: last)
    }

    /// The c= value of the pair.
    var name: String { "\(header.rawValue)/\(body.rawValue)" }
}

extension CanonicalForm {
    /// Appends the canonical form of a field without its last line end (RFC 6376 §3.4.1, §3.4.2).
    ///
    /// A bare LF counts as CRLF. Bytes in `omitted` are left out: the value of b= in the signature's own field.
    func append(
        _ field: HeaderField, of bytes: Span<UInt8>, omitting omitted: Range<Int>? = nil, to text: inout [UInt8]
    ) {
        let omitted = omitted ?? 0..<0
        switch self {
        case .simple: Self.appendSimple(field, of: bytes, omitting: omitted, to: &text)
        case .relaxed: Self.appendRelaxed(field, of: bytes, omitting: omitted, to: &text)
        }
    }

    private static func appendSimple(
        _ field: HeaderField, of bytes: Span<UInt8>, omitting omitted: Range<Int>, to text: inout [UInt8]
    ) {
        for place in field.whole.lowerBound..<field.value.upperBound where !omitted.contains(place) {
            let byte = bytes[place]
            if byte == ASCII.lf, place == field.whole.lowerBound || bytes[place - 1] != ASCII.cr {
                text.append(ASCII.cr)
            }
            text.append(byte)
        }
    }

    private static func appendRelaxed(
        _ field: HeaderField, of bytes: Span<UInt8>, omitting omitted: Range<Int>, to text: inout [UInt8]
    ) {
        for place in field.name { text.append(ASCII.lowercased(bytes[place])) }
        text.append(0x3A)
        var hasText = false
        var hasBlank = false
        for place in field.value where !omitted.contains(place) {
            let byte = bytes[place]
            if ASCII.isBlank(byte) {
                hasBlank = true
            } else if byte == ASCII.lf || (byte == ASCII.cr && isBeforeLF(place, in: bytes)) {
                continue
            } else {
                if hasBlank, hasText { text.append(ASCII.space) }
                text.append(byte)
                hasText = true
                hasBlank = false
            }
        }
    }

    private static func isBeforeLF(_ place: Int, in bytes: Span<UInt8>) -> Bool {
        place + 1 < bytes.count && bytes[place + 1] == ASCII.lf
    }
}
