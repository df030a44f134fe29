// The body that a message may have had before a mailing list added a part, or wrapped it into a multipart.

import Bytes
import Mail

/// A body within a source, and what of it is text.
struct RepairEntity {
    /// A body part that holds text.
    struct Leaf {
        let body: Range<Int>
        let encoding: TransferEncoding
        /// The value of its Content-Transfer-Encoding, without blanks around it, where that stands in the body.
        let encodingValue: Range<Int>?
    }

    /// The body, its ranges those of the source.
    let body: Range<Int>
    /// What is left out of it: the footer parts of a mailing list.
    let omitted: [Range<Int>]
    /// The header section that the body had before it was wrapped, without the empty line at its end.
    let header: Range<Int>?
    /// The text parts, in order; a text body that is no multipart is the only one.
    let leaves: [Leaf]
    /// Whether the body is no multipart.
    let isLeaf: Bool

    /// The most footer parts of one message.
    private static let footerParts = 3
    /// The most bytes of a footer part.
    private static let footerPart = 4096

    /// The bodies that a message may have had: as it is, then without footer parts, then without the multipart around it.
    static func all(in message: Message) -> [RepairEntity] {
        let parts = message.parts
        guard let whole = parts.first else { return [] }
        var entities = [RepairEntity(message, whole, at: 0, body: message.body, header: nil)]
        guard whole.mediaType.elementsEqual("multipart/mixed".utf8) else { return entities }
        let children = parts.indices.filter { parts[$0].parent == 0 }
        for count in stride(from: 1, through: min(footerParts, children.count - 1), by: 1) {
            let footer = parts[children[children.count - count]]
            guard isFooter(footer, in: message) else { break }
            let before = children[children.count - count - 1]
            let omitted = parts[before].body.upperBound..<parts[children[children.count - 1]].body.upperBound
            entities.append(
                RepairEntity(message, whole, at: 0, body: message.body, omitted: omitted, header: nil))
            if count == children.count - 1 {
                let part = parts[before]
                entities.append(
                    RepairEntity(message, part, at: before, body: part.body, header: part.header))
            }
        }
        return entities
    }

    /// A body of which no parts are looked at.
    init(whole body: Range<Int>) {
        self.body = body
        omitted = []
        header = nil
        leaves = []
        isLeaf = true
    }

    /// The body of a part, of which `omitted` is left out.
    private init(
        _ message: Message, _ part: Part, at index: Int, body: Range<Int>, omitted: Range<Int>? = nil,
        header: Range<Int>?
    ) {
        self.body = body
        self.omitted = omitted.map { [$0] } ?? []
        self.header = header
        isLeaf = part.isLeaf && !part.isType("multipart")
        leaves = message.parts.indices.filter { place in
            let part = message.parts[place]
            return part.isLeaf && part.isType("text") && body.lowerBound <= part.body.lowerBound
                && part.body.upperBound <= body.upperBound && place >= index
                && omitted.map { !$0.overlaps(part.body) } ?? true
        }.map { place in
            let part = message.parts[place]
            let section = HeaderSection(
                of: message.bytes.span, from: part.header.lowerBound, to: part.header.upperBound)
            let field = section.first(named: "content-transfer-encoding", in: message.bytes.span)
            return Leaf(
                body: part.body, encoding: part.encoding,
                encodingValue: place == index ? nil : field.map { Self.trimmed($0.value, in: message.bytes) })
        }
    }

    /// Whether a mailing list put this part behind the others.
    private static func isFooter(_ part: Part, in message: Message) -> Bool {
        guard part.isLeaf, part.isType("text"), part.body.count <= footerPart else { return false }
        return RepairTrailer.name(of: message.decoded(part)[...]) != nil
    }

    private static func trimmed(_ value: Range<Int>, in bytes: [UInt8]) -> Range<Int> {
        let slice = ASCII.trimmed(bytes[value])
        return slice.startIndex..<slice.endIndex
    }
}
