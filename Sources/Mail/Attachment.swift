// What is taken out of a message and recorded on its own.

import Bytes

/// An attachment of a message.
///
/// These count: every leaf with a file name or the disposition `attachment`; every leaf that is neither text nor
/// multipart; every message/rfc822; and every uuencoded item in a text leaf whose transfer encoding is identity.
public struct Attachment: Equatable, Sendable {
    /// The part's number, such as `2.1`; for the k-th uuencoded item of part p `p;uuk`, such as `1;uu2`.
    public let number: [UInt8]
    /// The index in `Message.parts` of the part that it is or stands in.
    public let part: Int
    /// The file name as `Part.rawName` has it; of a uuencoded item that of its `begin` line.
    public let rawName: [UInt8]?
    /// The character set that RFC 2231 states for `rawName`.
    public let nameCharset: [UInt8]?
    /// The media type in lower case; `application/octet-stream` for a uuencoded item.
    public let mediaType: [UInt8]
    /// The word of Content-Disposition in lower case.
    public let disposition: [UInt8]?
    /// How its bytes are encoded.
    public let encoding: TransferEncoding
    /// Where its encoded bytes stand in the message.
    public let range: Range<Int>
}

extension Part {
    private static let attachment = "attachment".bytes

    /// Whether the part itself is an attachment, whatever stands in its text.
    var isAttachment: Bool {
        if isMessage { return true }
        guard isLeaf else { return false }
        return rawName != nil || disposition == Self.attachment || !(isType("text") || isType("multipart"))
    }
}

/// Gathers the attachments of parts in document order.
struct AttachmentList {
    private(set) var attachments: [Attachment] = []
    private(set) var defects: Set<Defect> = []

    init(of parts: [Part], in bytes: Span<UInt8>) {
        for (index, part) in parts.enumerated() {
            if part.isAttachment {
                guard hasRoom() else { return }
                attachments.append(
                    Attachment(
                        number: part.number, part: index, rawName: part.rawName, nameCharset: part.nameCharset,
                        mediaType: part.mediaType, disposition: part.disposition, encoding: part.encoding,
                        range: part.body))
            }
            if part.isLeaf, part.isType("text"), part.encoding == .identity { addItems(of: part, index, in: bytes) }
        }
    }

    private mutating func addItems(of part: Part, _ index: Int, in bytes: Span<UInt8>) {
        var count = 0
        UUItem.scan(part.body, in: bytes) { item in
            guard hasRoom() else { return false }
            if !item.isEnded { defects.insert(.uuencodeNotEnded) }
            count += 1
            attachments.append(
                Attachment(
                    number: part.number + ";uu".utf8 + String(count).utf8, part: index, rawName: item.name,
                    nameCharset: nil, mediaType: MediaType.binary, disposition: nil, encoding: .uuencode,
                    range: item.range))
            return true
        }
    }

    private mutating func hasRoom() -> Bool {
        if attachments.count < Limits.attachments { return true }
        defects.insert(.attachmentsTooMany)
        return false
    }
}
