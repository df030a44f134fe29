// Changes of the text parts of a multipart: footers cut off each of them, transfer encodings written anew.

import Bytes
import Mail

/// How much of the line ends before a footer belongs to it.
enum LeafFooter: CaseIterable {
    /// There is no footer.
    case none
    /// The line end before the footer.
    case withLineEnd
    /// Nothing.
    case alone
    /// All empty lines before the footer, and the line end before them.
    case withEmptyLines
}

/// The transfer encoding that text parts had.
enum LeafChange: Equatable {
    /// The same.
    case none
    /// 8bit, where there is quoted-printable or base64 now.
    case decoded
    /// Quoted-printable, where there is 8bit now.
    case encoded(RepairCoding)

    static let all: [LeafChange] = [
        .none, .decoded, .encoded(.quotedPrintable(width: 76, isEager: true)),
        .encoded(.quotedPrintable(width: 76, isEager: false)),
    ]
}

extension RepairCandidate {
    /// The footers of all text parts, as ranges of the source; a part without one has an empty range.
    func footers(_ kind: LeafFooter) -> [Range<Int>] {
        guard kind != .none else { return [] }
        let footers = entity.leaves.map { leaf in
            footerStart(leaf).map { backed($0, kind, from: leaf.body.lowerBound)..<leaf.body.upperBound }
                ?? leaf.body.upperBound..<leaf.body.upperBound
        }
        return footers.allSatisfy(\.isEmpty) ? [] : footers
    }

    /// The multipart without these footers and with the parts' encodings changed; nil when no part changes.
    func version(_ footers: [Range<Int>], _ change: LeafChange) -> RepairVersion? {
        var edits: [(Range<Int>, [UInt8])] = []
        var recoded: [Repair.Name: [Range<Int>]] = [:]
        for (place, leaf) in entity.leaves.enumerated() {
            let footer = footers.isEmpty ? leaf.body.upperBound..<leaf.body.upperBound : footers[place]
            let rest = leaf.body.lowerBound..<footer.lowerBound
            if let new = recoding(leaf, rest, change), let value = leaf.encodingValue {
                edits += [(value, new.value), (rest, new.body)]
                recoded[new.name, default: []] += [value, rest]
            }
            if !footer.isEmpty { edits.append((footer, [])) }
        }
        if change != .none, recoded.isEmpty { return nil }
        var repairs = footers.allSatisfy(\.isEmpty) ? [] : [Repair(.listFooter, edits: footers)]
        repairs += recoded.sorted { $0.key.rawValue < $1.key.rawValue }.map { Repair($0.key, edits: $0.value) }
        return RepairVersion(bytes(edits + entity.omitted.map { ($0, []) }), parts: repairs)
    }

    private func recoding(
        _ leaf: RepairEntity.Leaf, _ rest: Range<Int>, _ change: LeafChange
    ) -> (name: Repair.Name, value: [UInt8], body: [UInt8])? {
        switch change {
        case .none: return nil
        case .decoded:
            guard let name = leaf.encoding.decoding, leaf.encoding.keepsAll(of: source.bytes[rest]) else { return nil }
            return (name, "8bit".bytes, leaf.encoding.decoded(source.bytes.span.extracting(rest)))
        case .encoded(let coding):
            guard let value = leaf.encodingValue, let name = coding.encoding,
                ASCII.equalIgnoringCase(source.bytes[value], "8bit".utf8)
            else { return nil }
            return (name, coding.names[0].bytes, coding.encode(source.bytes[rest]))
        }
    }

    /// Where the last lines of a part start that are a footer: at a line of marks, or at the words themselves.
    private func footerStart(_ leaf: RepairEntity.Leaf) -> Int? {
        guard leaf.encoding == .identity || leaf.encoding == .quotedPrintable else { return nil }
        var end = leaf.body.upperBound
        let first = max(leaf.body.lowerBound, end - RepairText.window)
        while end > first {
            var start = end - 1
            while start > first, source.bytes[start - 1] != ASCII.lf { start -= 1 }
            if RepairTrailer.isMarks(plain(start..<end)[...]) {
                let text = leaf.encoding.decoded(source.bytes.span.extracting(end..<leaf.body.upperBound))
                return RepairTrailer.name(of: ("--\n".bytes + text)[...]) == nil
                    ? nil : withParagraph(start, from: first)
            }
            end = start
        }
        return nil
    }

    /// A line without an encoded blank or a line break of HTML at its end: such as Google Groups writes above its footers.
    private func plain(_ line: Range<Int>) -> [UInt8] {
        var text = Array(ASCII.trimmed(source.bytes[line]))
        for end in ["<br />", "<br>", "=20"] where text.suffix(end.utf8.count).elementsEqual(end.utf8) {
            text.removeLast(end.utf8.count)
        }
        return text
    }

    /// The start of an empty paragraph of HTML before a footer, or of the footer.
    private func withParagraph(_ footer: Int, from first: Int) -> Int {
        let before = ASCII.trimmed(source.bytes[first..<footer])
        let mark = "<p></p>".utf8
        return before.suffix(mark.count).elementsEqual(mark) ? before.endIndex - mark.count : footer
    }

    private func backed(_ footer: Int, _ kind: LeafFooter, from start: Int) -> Int {
        var place = footer
        switch kind {
        case .none, .alone: break
        case .withLineEnd:
            if place > start, source.bytes[place - 1] == ASCII.lf { place -= 1 }
            if place < footer, place > start, source.bytes[place - 1] == ASCII.cr { place -= 1 }
        case .withEmptyLines:
            while place > start, ASCII.isWhiteSpace(source.bytes[place - 1]) { place -= 1 }
        }
        return place
    }
}
