// A message: its bytes, and what a reader finds in them; any byte string is one.

import Bytes

/// A message as it was found, and what it is made of, as ranges into its bytes (RFC 5322, RFC 2045, RFC 2046).
///
/// Parsing never fails: what departs from the RFCs is a defect. Time and memory are linear in the bytes, within `Limits`.
public struct Message: Sendable {
    /// The message, exactly as it was found.
    public let bytes: [UInt8]
    /// The header section of the message itself.
    public let header: HeaderSection
    /// All parts in the order they stand in; the first one is the message's whole body, there always is one.
    public let parts: [Part]
    /// The attachments in the order of their parts, each part's uuencoded items after it.
    public let attachments: [Attachment]
    /// The distinct defects in the order of their codes, without those that only decoding a body shows.
    public let defects: [Defect]
    /// How the lines of the whole message end.
    public let lineEnds: LineEnds

    /// Parses a message.
    public init(parsing bytes: [UInt8]) {
        let header = HeaderSection(of: bytes.span)
        let survey = LineSurvey(of: bytes.span)
        let scanner = PartScanner(bytes, header: header)
        let list = AttachmentList(of: scanner.parts, in: bytes.span)
        var defects = survey.defects.union(scanner.defects).union(list.defects)
        if header.first(named: "from", in: bytes.span) == nil { defects.insert(.fromMissing) }
        if let date = header.first(named: "date", in: bytes.span) {
            if DateField.seconds(in: date.unfoldedValue(in: bytes.span)) == nil { defects.insert(.dateMalformed) }
        } else {
            defects.insert(.dateMissing)
        }
        self.bytes = bytes
        self.header = header
        self.defects = Defect.sorted(defects)
        parts = scanner.parts
        attachments = list.attachments
        lineEnds = survey.lineEnds
    }

    /// The body: all that follows the header section.
    public var body: Range<Int> { header.bodyStart..<bytes.count }

    /// The unfolded raw value of the first field of a name, letters of either case: line ends removed, blanks kept within
    /// and trimmed at both ends.
    public func unfoldedValue(of name: String) -> [UInt8]? {
        header.first(named: name, in: bytes.span)?.unfoldedValue(in: bytes.span)
    }

    /// Decodes an attachment and hands it over in pieces, in order; returns what was wrong with its encoding.
    @discardableResult
    public func decode<Failure: Error>(
        _ attachment: Attachment, into consume: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) -> [Defect] {
        try attachment.encoding.decode(bytes.span.extracting(attachment.range), into: consume)
    }

    /// Decodes the body of a part and hands it over in pieces, in order; returns what was wrong with its encoding.
    @discardableResult
    public func decode<Failure: Error>(
        _ part: Part, into consume: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) -> [Defect] {
        try part.encoding.decode(bytes.span.extracting(part.body), into: consume)
    }

    /// The decoded bytes of an attachment as one array.
    public func decoded(_ attachment: Attachment) -> [UInt8] {
        attachment.encoding.decoded(bytes.span.extracting(attachment.range))
    }

    /// The decoded body of a part as one array.
    public func decoded(_ part: Part) -> [UInt8] { part.encoding.decoded(bytes.span.extracting(part.body)) }
}
