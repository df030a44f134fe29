// What the header section of a message or body part says about its body (RFC 2045, RFC 2183).

import Bytes

/// The MIME fields of one header section, read leniently.
struct MIMEFields {
    private(set) var mediaType: [UInt8]
    private(set) var parameters: [Parameter] = []
    private(set) var disposition: [UInt8]?
    private(set) var name: ParameterValue?
    private(set) var encoding = TransferEncoding.identity
    private(set) var contentID: [UInt8]?
    private(set) var defects: Set<Defect> = []

    /// Reads the first field of each name; `defaultType` is the media type where there is no Content-Type.
    init(_ section: HeaderSection, in bytes: Span<UInt8>, defaultType: [UInt8]) {
        mediaType = defaultType
        if !section.strayLines.isEmpty { defects.insert(.headerStrayLine) }
        if !section.isComplete { defects.insert(.headerFieldsTooMany) }
        guard !section.fields.isEmpty else { return }
        let fields = SingularFields(section, in: bytes)
        if fields.hasRepeated { defects.insert(.fieldRepeated) }
        var fileName: ParameterValue?
        if let field = fields.take("content-type") { readType(field.unfoldedValue(in: bytes)) }
        if let field = fields.take("content-disposition") {
            let value = ParameterizedValue(field.unfoldedValue(in: bytes))
            defects.formUnion(value.defects)
            disposition = value.token.isEmpty ? nil : value.token
            fileName = value.parameters.value(of: "filename")
        }
        name = fileName ?? parameters.value(of: "name")
        if let field = fields.take("content-transfer-encoding") { readEncoding(field.unfoldedValue(in: bytes)) }
        contentID = fields.take("content-id")?.unfoldedValue(in: bytes)
    }

    /// The boundary of a multipart, without the blanks that RFC 2046 §5.1.1 forbids at its end; never empty.
    var boundary: [UInt8]? {
        guard var boundary = parameters.value(of: "boundary")?.bytes else { return nil }
        while let last = boundary.last, ASCII.isBlank(last) { boundary.removeLast() }
        return boundary.isEmpty ? nil : boundary
    }

    private mutating func readType(_ text: [UInt8]) {
        let value = ParameterizedValue(text)
        defects.formUnion(value.defects)
        parameters = value.parameters
        let names = value.token.split(separator: 0x2F, omittingEmptySubsequences: false)
        let isWellFormed = names.count == 2 && names.allSatisfy(Self.isTypeName)
        if !isWellFormed { defects.insert(.contentTypeMalformed) }
        // RFC 2045 §5.2: what is no media type at all is plain text.
        mediaType = isWellFormed ? value.token : MediaType.plainText
    }

    private mutating func readEncoding(_ text: [UInt8]) {
        if let known = TransferEncoding(name: ParameterizedValue(text).token) {
            encoding = known
        } else {
            defects.insert(.transferEncodingUnknown)
        }
    }

    /// Whether the bytes are a token (RFC 2045 §5.1) of no excessive length.
    private static func isTypeName(_ name: ArraySlice<UInt8>) -> Bool {
        (1...Limits.mediaTypeName).contains(name.count)
            && name.allSatisfy { $0 > ASCII.space && $0 < 0x7F && !"()<>@,;:\\\"/[]?=".utf8.contains($0) }
    }
}

/// Media types that parsing itself must know, in lower case.
enum MediaType {
    static let plainText = "text/plain".bytes
    static let message = "message/rfc822".bytes
    static let globalMessage = "message/global".bytes
    static let digest = "multipart/digest".bytes
    static let binary = "application/octet-stream".bytes
}

/// The fields that may stand only once in a header section, found in one pass over it.
private struct SingularFields {
    /// Whether one of them stands more often.
    private(set) var hasRepeated = false
    private var first = [HeaderField?](repeating: nil, count: names.count)

    private static let names = [
        "from", "sender", "reply-to", "to", "cc", "bcc", "message-id", "in-reply-to", "references", "subject", "date",
        "mime-version", "content-type", "content-transfer-encoding", "content-disposition", "content-id",
        "content-description",
    ].map(\.bytes)
    /// The places in `names` of the names of each length.
    private static let placesByLength = (0...25).map { length in names.indices.filter { names[$0].count == length } }

    init(_ section: HeaderSection, in bytes: Span<UInt8>) {
        let names = Self.names
        let places = Self.placesByLength
        for field in section.fields where field.name.count < places.count {
            for place in places[field.name.count] where HeaderSection.isName(field.name, names[place], in: bytes) {
                if first[place] == nil { first[place] = field } else { hasRepeated = true }
            }
        }
    }

    func take(_ name: String) -> HeaderField? { Self.names.firstIndex(of: name.bytes).flatMap { first[$0] } }
}
