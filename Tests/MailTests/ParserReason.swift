// Why another parser reads a part in another way, each reason with the condition that must hold where it is given.

import Bytes

@testable import Mail

/// The reasons of Docs/mail-parsing.md, "Where other parsers differ", by the names that they have there.
enum ParserReason: String, CaseIterable {
    case backslashInName = "backslash-in-name"
    case base64Damaged = "base64-damaged"
    case characterCut = "character-cut"
    case delimiterInHeader = "delimiter-in-header"
    case delimiterInLine = "delimiter-in-line"
    case delimiterLast = "delimiter-last"
    case delimiterOfOuter = "delimiter-of-outer"
    case delimiterPrefix = "delimiter-prefix"
    case dispositionMissing = "disposition-missing"
    case eightBitText = "eight-bit-text"
    case emptyPart = "empty-part"
    case fieldRepeated = "field-repeated"
    case messageEncoded = "message-encoded"
    case messageWithoutHeader = "message-without-header"
    case partWithoutHeader = "part-without-header"
    case uuencode

    /// Whether a difference is of the form that the reason gives.
    func explains(_ difference: Difference) -> Bool {
        let message = difference.message
        let part = difference.ours
        let raw = Array(message.bytes[part.body])
        let inner = message.parts.filter { $0.parent == difference.part }
        switch self {
        case .backslashInName:
            return difference.aspect == .name && difference.expected.name == part.displayName?.replacing("\\", with: "")
        case .base64Damaged:
            return difference.aspect == .content && part.encoding == .base64
                && !part.encoding.decode(raw.span, into: { _ in }).isDisjoint(with: [
                    .base64Junk, .base64AfterPadding, .base64Incomplete,
                ])
        case .characterCut:
            guard difference.aspect == .content, case .text(let text) = difference.expected.content else {
                return false
            }
            return message.convertedText(of: part) == text + "\u{FFFD}"
        case .delimiterInHeader:
            return difference.aspect == .parts
                && message.parts[(difference.part + 1)...].prefix { $0.depth > part.depth }
                    .contains { !message.endsWithEmptyLine($0) }
        case .delimiterInLine:
            return difference.expected.bodyEnd < part.body.upperBound
                && message.bytes[difference.expected.bodyEnd...].starts(with: "--".utf8)
        case .delimiterLast:
            return difference.aspect == .parts
                && inner.last.map { $0.header.isEmpty && $0.body.isEmpty } ?? false
                && difference.expected.parts.count == inner.count - 1
        case .delimiterOfOuter:
            return difference.aspect == .parts && message.defects.contains(.boundaryNotClosed)
                && inner.contains { $0.parameter("boundary") != nil && !message.hasClosingLine($0) }
        case .delimiterPrefix:
            return difference.aspect == .parts && message.hasLineThatStartsLikeDelimiter
        case .dispositionMissing:
            return difference.aspect == .name && part.disposition == nil && part.rawName != nil
                && difference.expected.name == .some(nil)
        case .eightBitText:
            switch difference.aspect {
            case .name: return difference.expected.name == part.rawName.map { String(decoding: $0, as: UTF8.self) }
            case .content:
                return difference.expected.content == .text(String(decoding: message.decoded(part), as: UTF8.self))
            default: return false
            }
        case .emptyPart:
            let expected = difference.expected
            let (place, end) =
                difference.aspect == .bodyStart
                ? (expected.bodyStart, part.body.lowerBound) : (expected.bodyEnd, part.body.upperBound)
            return [.bodyStart, .bodyEnd].contains(difference.aspect) && place < end
                && ["\n", "\r\n"].contains(message.text(place..<end))
        case .fieldRepeated:
            let section = HeaderSection(of: message.bytes[part.header].span)
            return section.fields(named: "content-type", in: message.bytes[part.header].span).count > 1
        case .messageEncoded:
            guard difference.aspect == .parts, part.isMessage, part.encoding != .identity,
                let expected = difference.expected.parts.first
            else {
                return false
            }
            return PartComparison(Message(parsing: message.decoded(part)), with: expected).differences.isEmpty
        case .messageWithoutHeader:
            return part.isMessage && difference.expected.parts.isEmpty && inner.count == 1
                && HeaderSection(of: message.bytes[inner[0].header].span).fields.isEmpty
        case .partWithoutHeader:
            return difference.aspect == .parts && inner.contains { $0.header.isEmpty && !$0.body.isEmpty }
        case .uuencode:
            return difference.aspect == .content && part.encoding == .uuencode
                && [.bytes(raw), .text(String(decoding: raw, as: UTF8.self))].contains(difference.expected.content)
        }
    }
}

extension [Defect] {
    fileprivate func isDisjoint(with others: [Defect]) -> Bool { !contains { others.contains($0) } }
}

extension Message {
    /// Whether the header section of a part ends with an empty line.
    fileprivate func endsWithEmptyLine(_ part: Part) -> Bool {
        HeaderSection(of: bytes.span, from: part.header.lowerBound, to: part.header.upperBound).endsWithEmptyLine
    }

    /// Whether a multipart has its closing delimiter line.
    fileprivate func hasClosingLine(_ part: Part) -> Bool {
        let line = "--".utf8 + (part.parameter("boundary") ?? []) + "--".utf8
        return lines(of: part.body).contains { $0.elementsEqual(line) }
    }

    /// Whether a line starts with `--` and a boundary of the message, and goes on with what no delimiter line has.
    fileprivate var hasLineThatStartsLikeDelimiter: Bool {
        let starts = parts.compactMap { part in part.parameter("boundary").map { "--".utf8 + $0 } }
        return lines(of: 0..<bytes.count).contains { line in
            starts.contains { line.starts(with: $0) && ![[], "--".bytes].contains(Array(line.dropFirst($0.count))) }
        }
    }

    private func lines(of range: Range<Int>) -> [ArraySlice<UInt8>] {
        bytes[range].split(separator: ASCII.lf).map { $0.last == ASCII.cr ? $0.dropLast() : $0 }
    }
}
