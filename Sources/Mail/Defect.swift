// The departures from the RFCs that parsing survives, as stable codes.

/// A departure from the RFCs that parsing survived; Docs/mail-parsing.md gives the rule behind each code.
///
/// The cases stand in the order of their codes' bytes.
public enum Defect: String, CaseIterable, Hashable, Sendable {
    /// There are more attachments than `Limits.attachments`; the others are left out.
    case attachmentsTooMany = "attachments-too-many"
    /// A CR without an LF after it.
    case bareCR = "bare-cr"
    /// Letters of the base64 alphabet after the padded group that ended the data.
    case base64AfterPadding = "base64-after-padding"
    /// The last group of base64 was neither complete nor padded, and was dropped.
    case base64Incomplete = "base64-incomplete"
    /// A byte in base64 that is no letter of the alphabet, padding or white space, or misplaced padding.
    case base64Junk = "base64-junk"
    /// A multipart without a `boundary` parameter; it stays a leaf.
    case boundaryMissing = "boundary-missing"
    /// A multipart without its closing delimiter line.
    case boundaryNotClosed = "boundary-not-closed"
    /// A multipart without any opening delimiter line; it stays a leaf.
    case boundaryNotFound = "boundary-not-found"
    /// A multipart with the boundary of a multipart that it stands in.
    case boundaryReused = "boundary-reused"
    /// A Content-Type that is no `type/subtype`; the part is text/plain.
    case contentTypeMalformed = "content-type-malformed"
    /// The message's first Date field cannot be read.
    case dateMalformed = "date-malformed"
    /// The message has no Date field.
    case dateMissing = "date-missing"
    /// A field that may stand once stands more often; the first counts.
    case fieldRepeated = "field-repeated"
    /// The message has no From field.
    case fromMissing = "from-missing"
    /// A byte above 0x7F in a header section.
    case headerEightBit = "header-eight-bit"
    /// There are more header fields than `Limits.headerFields`; the others are left out.
    case headerFieldsTooMany = "header-fields-too-many"
    /// A line in a header section that is neither a field nor its continuation.
    case headerStrayLine = "header-stray-line"
    /// A line longer than `Limits.line`.
    case lineTooLong = "line-too-long"
    /// A multipart or message below `Limits.depth`; it stays a leaf.
    case nestingTooDeep = "nesting-too-deep"
    /// A NUL byte.
    case nulByte = "nul-byte"
    /// A parameter that stands more often than once; the first counts.
    case parameterRepeated = "parameter-repeated"
    /// There are more parameters than `Limits.parameters`; the others are left out.
    case parametersTooMany = "parameters-too-many"
    /// A body part that starts with neither a header field nor an empty line.
    case partHeaderMissing = "part-header-missing"
    /// There are more parts than `Limits.parts`; the last one reaches to the end.
    case partsTooMany = "parts-too-many"
    /// A `=` in quoted-printable that is neither an escape nor a soft line break; it stays.
    case quotedPrintableMalformed = "quoted-printable-malformed"
    /// A quoted string or comment in Content-Type or Content-Disposition that is not closed.
    case quotedStringNotClosed = "quoted-string-not-closed"
    /// A multipart or message in base64, quoted-printable or uuencode.
    case transferEncodingOnComposite = "transfer-encoding-on-composite"
    /// A Content-Transfer-Encoding that is not known; the body is taken as it is.
    case transferEncodingUnknown = "transfer-encoding-unknown"
    /// A part said to be uuencoded has no `begin` line; the body is taken as it is.
    case uuencodeMissing = "uuencode-missing"
    /// A uuencoded item without its `end` line.
    case uuencodeNotEnded = "uuencode-not-ended"

    /// The distinct defects in the order of their codes.
    static func sorted(_ defects: Set<Defect>) -> [Defect] { allCases.filter(defects.contains) }
}
