// The bytes of two messages of one identity: do they say the same, and what differs?

import Bytes
import Cryptography
import DKIM
import Mail

/// The comparison of two messages with different bytes.
struct DiffMessages: Sendable {
    private(set) var reasons: [DiffReason] = []
    /// The unified diff of the decoded text, when it was asked for.
    let content: [UInt8]?

    /// Whether nothing but harmless reasons were found.
    var areEquivalent: Bool { reasons.allSatisfy(\.code.isHarmless) }

    /// Compares two messages, each with the keys that its manifest holds.
    init(_ a: [UInt8], _ b: [UInt8], keys: (a: KeyStore, b: KeyStore), content wantsContent: Bool) {
        let (left, right) = (Message(parsing: a), Message(parsing: b))
        let header = DiffHeader(left, right)
        let body = DiffBody(left, right)
        if body.linesDiffer || left.lineEnds != right.lineEnds { reasons.append(DiffReason(.lineEnds)) }
        reasons += header.reasons + body.reasons
        if reasons.isEmpty {
            let isSameText = withoutCarriageReturns(a[...]) == withoutCarriageReturns(b[...])
            reasons.append(DiffReason(isSameText ? .lineEnds : .fieldOrder))
        }
        let signatures = DiffSignatures(left, right, keys)
        reasons += signatures.reasons(changed: header.changed, shown: header.reasons, bodyChanged: body.isChanged)
        content =
            wantsContent && !reasons.allSatisfy(\.code.isHarmless)
            ? DiffText.unified(DiffText.lines(of: left), DiffText.lines(of: right)) : nil
    }
}

/// The bodies of two messages.
private struct DiffBody {
    private(set) var reasons: [DiffReason] = []
    /// Whether line ends differ.
    private(set) var linesDiffer = false
    /// Whether anything but line ends differs.
    private(set) var isChanged = false

    init(_ a: Message, _ b: Message) {
        guard a.bytes[a.body] != b.bytes[b.body] else { return }
        let (first, second) = (Self.trimmed(a), Self.trimmed(b))
        guard Self.haveSameLines(a.bytes.span.extracting(first), b.bytes.span.extracting(second)) else {
            isChanged = true
            compareParts(a, b)
            return
        }
        if a.bytes[first] != b.bytes[second] { linesDiffer = true }
        let ends = (
            withoutCarriageReturns(a.bytes[first.upperBound...]), withoutCarriageReturns(b.bytes[second.upperBound...])
        )
        if ends.0 != ends.1 { reasons.append(DiffReason(.finalLines)) }
    }

    private mutating func compareParts(_ a: Message, _ b: Message) {
        let texts = (Self.texts(a), Self.texts(b))
        if texts.0 != texts.1 { reasons.append(DiffReason(.bodyText)) }
        compareAttachments(AttachmentDigests(a), AttachmentDigests(b))
        if reasons.isEmpty { reasons.append(DiffReason(.bodyEncoding)) }
    }

    private mutating func compareAttachments(_ a: AttachmentDigests, _ b: AttachmentDigests) {
        var (left, right) = (a.without(b), b.without(a))
        var changed: [[UInt8]] = []
        var names: [[UInt8]: Int] = [:]
        for item in right { names[item.name, default: 0] += 1 }
        left.removeAll { item in
            guard let count = names[item.name], count > 0 else { return false }
            names[item.name] = count - 1
            changed.append(item.name)
            return true
        }
        var matched: [[UInt8]: Int] = [:]
        for name in changed { matched[name, default: 0] += 1 }
        right.removeAll { item in
            guard let count = matched[item.name], count > 0 else { return false }
            matched[item.name] = count - 1
            return true
        }
        if !changed.isEmpty { reasons.append(DiffReason(.attachmentChanged, changed)) }
        if !left.isEmpty { reasons.append(DiffReason(.attachmentAdded, side: .a, left.map(\.name))) }
        if !right.isEmpty { reasons.append(DiffReason(.attachmentAdded, side: .b, right.map(\.name))) }
    }

    /// The digests of the text parts that are no attachments, decoded.
    private static func texts(_ message: Message) -> [Digest] {
        let attached = Set(message.attachments.filter { !$0.number.contains(0x3B) }.map(\.part))
        return message.parts.indices
            .filter { message.parts[$0].isLeaf && !attached.contains($0) }
            .map { Digest(hashing: withoutCarriageReturns(message.decoded(message.parts[$0])[...])) }
    }

    /// The body without the line ends at its end.
    private static func trimmed(_ message: Message) -> Range<Int> {
        var end = message.body.upperBound
        while end > message.body.lowerBound, message.bytes[end - 1] == ASCII.lf {
            end -= 1
            if end > message.body.lowerBound, message.bytes[end - 1] == ASCII.cr { end -= 1 }
        }
        return message.body.lowerBound..<end
    }

    private static func haveSameLines(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
        func skipped(_ bytes: Span<UInt8>, _ place: Int) -> Int {
            place + 1 < bytes.count && bytes[place] == ASCII.cr && bytes[place + 1] == ASCII.lf ? place + 1 : place
        }
        var (first, second) = (0, 0)
        while first < a.count, second < b.count {
            first = skipped(a, first)
            second = skipped(b, second)
            guard a[first] == b[second] else { return false }
            first += 1
            second += 1
        }
        return first == a.count && second == b.count
    }
}

/// The attachments of a message by name and content.
private struct AttachmentDigests {
    struct Item: Hashable {
        let name: [UInt8]
        let digest: Digest
    }
    let items: [Item]

    init(_ message: Message) {
        items = message.attachments.map { attachment in
            let decoded = message.decoded(attachment)
            // A text that is attached as it is follows the line ends of the whole message.
            let bytes = attachment.encoding == .base64 ? decoded : withoutCarriageReturns(decoded[...])
            return Item(
                name: attachment.rawName ?? "part ".bytes + attachment.number, digest: Digest(hashing: bytes))
        }
    }

    /// Those that the other does not have, as often as it has fewer.
    func without(_ other: AttachmentDigests) -> [Item] {
        var counts: [Item: Int] = [:]
        for item in other.items { counts[item, default: 0] += 1 }
        return items.filter { item in
            guard let count = counts[item], count > 0 else { return true }
            counts[item] = count - 1
            return false
        }
    }
}
