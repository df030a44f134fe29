// A message with all that is shown and taken out of it, header fields on their own, and mailboxes.

import Bytes
import Mail

enum MailTargets {
    /// Parses a message, decodes every part and attachment, and makes the text that `show` would give.
    static func message(_ bytes: [UInt8]) throws {
        let message = Message(parsing: bytes)
        try require(message.bytes == bytes, "the bytes are kept")
        try header(message.header, in: bytes)
        try require(message.body == message.header.bodyStart..<bytes.count, "the body follows the header section")
        try require(message.parts.first?.parent == nil && !message.parts.isEmpty, "the first part is the body")
        for (place, part) in message.parts.enumerated() {
            let parent = part.parent.map { message.parts[$0] }
            let room = parent?.body ?? 0..<bytes.count
            try require(part.parent.map { $0 < place } ?? (place == 0), "a part stands behind its parent")
            try require(part.depth == (parent?.depth).map { $0 + 1 } ?? 0, "depths count the parents")
            try require(part.header.upperBound <= part.body.lowerBound, "the body follows the header")
            try require(within(part.header, room) && within(part.body, room), "a part lies in its parent")
            try require(parent?.isLeaf != true, "leaves have no parts")
            if place > 0, part.parent == message.parts[place - 1].parent {
                try require(
                    message.parts[place - 1].body.upperBound <= part.header.lowerBound, "parts do not overlap")
            }
            _ = part.displayName.map { safeForTerminal($0) }
            _ = message.displayText(of: part, limit: 1 << 16)
            try decode(part.encoding, part.body, whole: message.decoded(part), in: bytes)
        }
        for attachment in message.attachments {
            try require(message.parts.indices.contains(attachment.part), "an attachment belongs to a part")
            try require(within(attachment.range, message.parts[attachment.part].body), "it lies in its part")
            _ = attachment.displayName.map { safeForTerminal($0) }
            try decode(attachment.encoding, attachment.range, whole: message.decoded(attachment), in: bytes)
        }
        let numbers = message.attachments.map(\.number)
        try require(Set(numbers).count == numbers.count, "each attachment has its number")
        let codes = message.defects.map(\.rawValue)
        try require(codes == Set(codes).sorted(), "defects are sorted and distinct")
    }

    /// Reads bytes as a header section, and each field, and all of them, as a value of every kind.
    static func header(_ bytes: [UInt8]) throws {
        let section = HeaderSection(of: bytes.span)
        try header(section, in: bytes)
        try value(bytes)
        for field in section.fields.prefix(64) { try value(field.unfoldedValue(in: bytes.span)) }
    }

    private static func value(_ value: [UInt8]) throws {
        let shown = safeForTerminal(decodedHeader(value))
        try require(safeForTerminal(shown) == shown, "what is safe stays as it is")
        try require(shown.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }, "no control is shown")
        for address in addresses(in: value) { _ = safeForTerminal(decodedHeader(address.name)) }
        if let seconds = DateField.seconds(in: value), let time = Timestamp(secondsSince1970: seconds) {
            try require(Timestamp(rfc3339: time.rfc3339) == time, "a time is read back")
        }
        _ = TransferEncoding(name: value)
        _ = plainText(fromHTML: value.displayText)
    }

    /// All bytes before the body are of fields, of stray lines or of the empty line.
    private static func header(_ section: HeaderSection, in bytes: [UInt8]) throws {
        guard section.isComplete else { return }
        var place = 0
        let ranges = (section.fields.map(\.whole) + section.strayLines).sorted { $0.lowerBound < $1.lowerBound }
        for range in ranges {
            try require(range.lowerBound == place && !range.isEmpty, "the section has no gap at byte \(place)")
            place = range.upperBound
        }
        let end = bytes[place..<section.bodyStart]
        try require(
            section.endsWithEmptyLine ? [[0x0A], [0x0D, 0x0A]].contains(Array(end)) : end.isEmpty,
            "the section ends with the empty line or with the bytes")
        for field in section.fields {
            try require(!field.name.isEmpty && within(field.name, field.whole), "a field has a name")
            try require(
                field.name.upperBound < field.value.lowerBound && within(field.value, field.whole),
                "the value follows the colon")
            let value = field.unfoldedValue(in: bytes.span)
            try require(!value.contains(0x0A), "an unfolded value is one line")
        }
    }

    /// Splits a mailbox, whole and through a reader.
    static func mailbox(_ bytes: [UInt8]) throws {
        var splitter = MboxSplitter(bytes)
        var read = MboxSplitter<Never>(size: bytes.count) { offset, count in Array(bytes[offset..<offset + count]) }
        var place = 0
        while let next = splitter.next() {
            try require(read.next() == next, "both splitters agree")
            try require(next.before.lowerBound == place, "nothing is left out before byte \(place)")
            try require(next.before.upperBound == next.message.lowerBound, "a message follows its From_ line")
            try require(bytes[next.before].contains(0x46), "a From_ line stands before a message")
            place = next.message.upperBound
            let before = ByteOrderMark.removed(from: Array(bytes[next.before]))
            let lines = before.split(separator: 0x0A, omittingEmptySubsequences: true)
            try require(lines.last?.starts(with: "From ".utf8) == true, "the last line before it starts with From")
        }
        try require(splitter.after == place..<bytes.count, "the rest follows the last message")
        _ = isMailbox(prefix: bytes.span)
        _ = looksLikeMail(prefix: bytes.span)
    }

    /// Pieces and the whole agree, and what was decoded stays itself when it is encoded anew.
    private static func decode(
        _ encoding: TransferEncoding, _ range: Range<Int>, whole: [UInt8], in bytes: [UInt8]
    ) throws {
        var pieces: [UInt8] = []
        encoding.decode(bytes.span.extracting(range)) { piece in
            for place in piece.indices { pieces.append(piece[place]) }
        }
        try require(pieces == whole, "pieces and the whole agree")
        if encoding == .identity { try require(whole.elementsEqual(bytes[range]), "identity changes nothing") }
        if encoding == .base64 {
            try require(
                TransferEncoding.base64.decoded(Base64.encode(whole).span) == whole, "base64 is read back")
        }
    }

    private static func within(_ part: Range<Int>, _ whole: Range<Int>) -> Bool {
        part.lowerBound >= whole.lowerBound && part.upperBound <= whole.upperBound
    }
}
