// The header section that a signature was made of: what a mailing list or a gateway changed in it is undone on a copy.

import Bytes
import Mail

/// A header section with known changes undone.
struct RepairedHeader {
    /// What was undone, in the order applied.
    let repairs: [Repair]
    /// The whole section, up to the body.
    let bytes: [UInt8]
}

/// The header sections that a signature may have been made of.
struct RepairHeaderSearch {
    private let message: [UInt8]
    private let header: HeaderSection
    /// The transfer encodings in which the body as it stands reads the same; found when first asked for.
    private lazy var equalEncodings = findEqualEncodings()

    fileprivate typealias Edit = (range: Range<Int>, bytes: [UInt8])

    /// What to replace in the header section.
    struct Choice {
        fileprivate let content: Edit?
        fileprivate let subject: Edit?
        /// The size of the section then, or a little more.
        let octets: Int
    }

    init(_ message: [UInt8], _ header: HeaderSection) {
        self.message = message
        self.header = header
    }

    /// What to try for a signature that covers these names, in order; `body` is what its body hash needed, `isKnown` says
    /// whether the body that was signed is known at all.
    ///
    /// First the subject without a tag, then the fields of the content as `body` had them or with other transfer encodings,
    /// alone and with each of the subjects.
    mutating func choices(signing names: [[UInt8]], _ body: RepairedBody?, isKnown: Bool) -> [Choice] {
        let names = Set(names.map { ASCII.lowercased($0) })
        let subjects = names.contains("subject".bytes) ? subjectEdits : []
        let contents = contentEdits(names, body, isKnown)
        var choices = subjects.map { choice(nil, $0) }
        for content in contents {
            choices.append(choice(content, nil))
            choices += subjects.map { choice(content, $0) }
        }
        return choices
    }

    private func choice(_ content: Edit?, _ subject: Edit?) -> Choice {
        Choice(content: content, subject: subject, octets: header.bodyStart + (content?.bytes.count ?? 0))
    }

    /// The header section of a choice.
    func section(_ choice: Choice) -> RepairedHeader {
        let (content, subject) = (choice.content, choice.subject)
        var bytes: [UInt8] = []
        var place = 0
        for edit in [content, subject].compactMap(\.self).sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            bytes += message[place..<edit.range.lowerBound]
            bytes += edit.bytes
            place = edit.range.upperBound
        }
        bytes += message[place..<header.bodyStart]
        var repairs: [Repair] = []
        if let content {
            repairs.append(Repair(.contentFields, edits: content.range.isEmpty ? [] : [content.range]))
        }
        if let subject { repairs.append(Repair(.subjectTag, edits: [subject.range])) }
        return RepairedHeader(repairs: repairs, bytes: bytes)
    }

    /// The fields of the content before the message was wrapped, or Content-Transfer-Encoding with its other values.
    private mutating func contentEdits(_ names: Set<[UInt8]>, _ body: RepairedBody?, _ isKnown: Bool) -> [Edit] {
        if let inner = body?.innerHeader {
            guard names.contains(where: { $0.starts(with: "content-".utf8) }),
                let field = header.first(named: "content-type", in: message.span)
            else { return [] }
            return [(field.whole, Self.contentFields(of: inner))]
        }
        guard names.contains("content-transfer-encoding".bytes) else { return [] }
        let known = isKnown ? body?.coding.map { Set([$0.transferEncoding]) } ?? equalEncodings : nil
        // Under another value, the body that was signed would not be the text that is shown.
        func isPossible(_ value: String) -> Bool {
            TransferEncoding(name: value.bytes).map { known?.contains($0) ?? true } ?? false
        }
        let values = ((body?.coding?.names ?? []) + ["8bit", "7bit", "quoted-printable", "base64"]).filter(isPossible)
        var seen: Set<String> = []
        let field = header.fields(named: "content-transfer-encoding", in: message.span).last
        guard let field else {
            let end = header.fields.last?.whole.upperBound ?? 0
            return values.filter { seen.insert($0).inserted }.map {
                (end..<end, "Content-Transfer-Encoding: \($0)\r\n".bytes)
            }
        }
        let value = ASCII.trimmed(message[field.value])
        let edits: [Edit] = values.filter { seen.insert($0).inserted && !value.elementsEqual($0.utf8) }
            .map { (value.startIndex..<value.endIndex, $0.bytes) }
        return isPossible("7bit") ? edits + [(field.whole, [])] : edits
    }

    private func findEqualEncodings() -> Set<TransferEncoding> {
        let stated = Message(parsing: Array(message[..<header.bodyStart])).parts.first?.encoding ?? .identity
        let body = message.span.extracting(header.bodyStart..<message.count)
        let text = stated.decoded(body)
        let others = [TransferEncoding.identity, .quotedPrintable, .base64].filter { $0.decoded(body) == text }
        return Set(others + [stated])
    }

    /// The fields of a part that describe its content, as they stand; whoever wrapped the message put no others there.
    private static func contentFields(of header: [UInt8]) -> [UInt8] {
        HeaderSection(of: header.span).fields.filter {
            ASCII.lowercased(header[$0.name]).starts(with: "content-".utf8)
        }.flatMap { header[$0.whole] }
    }

    /// The subject without a tag at its start, without two, and without one behind `Re:`.
    private var subjectEdits: [Edit] {
        guard let field = header.fields(named: "subject", in: message.span).last else { return [] }
        let start = SubjectTag.blanks(message[field.value]).endIndex
        let value = message[start..<field.value.upperBound]
        var edits: [Edit] = []
        if let first = SubjectTag.end(in: value) {
            edits.append((start..<first, []))
            if let second = SubjectTag.end(in: value[first...]) { edits.append((start..<second, [])) }
        }
        let prefix = SubjectTag.replyPrefix(value)
        let rest = value[prefix.endIndex...]
        if !prefix.isEmpty, let end = SubjectTag.end(in: rest) { edits.append((rest.startIndex..<end, [])) }
        return edits
    }
}

/// A tag that was put before a subject.
enum SubjectTag {
    /// The longest tag, its brackets included.
    private static let length = 80
    private static let words = ["external:", "ext:", "spam:", "suspected spam:", "caution:", "externe:", "extern:"]
    private static let prefixes = ["re:", "fwd:", "fw:", "aw:", "sv:", "antw:", "tr:", "rv:", "wg:"]

    /// Where the text behind a tag starts; nil when there is no tag, or nothing behind it.
    ///
    /// A tag is `[…]`, `{…}`, stars around a word, or a word such as `EXTERNAL:`; blanks behind it belong to it.
    static func end(in text: ArraySlice<UInt8>) -> Int? {
        guard let first = text.first else { return nil }
        var end: Int?
        switch first {
        case 0x5B: end = text.prefix(length).firstIndex(of: 0x5D).map { $0 + 1 }
        case 0x7B: end = text.prefix(length).firstIndex(of: 0x7D).map { $0 + 1 }
        case 0x2A:
            let stars = text.prefix { $0 == 0x2A }
            let word = text[stars.endIndex...].prefix(length).prefix { $0 != 0x2A }
            let after = text[word.endIndex...].prefix { $0 == 0x2A }
            if stars.count >= 2, !word.isEmpty, after.count >= 2 { end = after.endIndex }
        default:
            let start = ASCII.lowercased(text.prefix(length))
            end = words.first { start.starts(with: $0.utf8) }.map { text.startIndex + $0.utf8.count }
        }
        guard let end else { return nil }
        let rest = blanks(text[end...]).endIndex
        return rest < text.endIndex ? rest : nil
    }

    /// `Re: ` and the like at the start of a text, with the blanks behind it; empty when there is none.
    static func replyPrefix(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let start = ASCII.lowercased(text.prefix(8))
        guard let prefix = prefixes.first(where: { start.starts(with: $0.utf8) }) else { return text.prefix(0) }
        return text[..<blanks(text[(text.startIndex + prefix.utf8.count)...]).endIndex]
    }

    /// The white space at the start of a text, folding included.
    static func blanks(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> { text.prefix(while: ASCII.isWhiteSpace) }
}
