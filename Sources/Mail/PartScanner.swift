// Finds the parts of a message in one pass over its lines, with a stack of its own instead of recursion.

import Bytes

/// The scan of one message.
struct PartScanner {
    private(set) var parts: [Part] = []
    private(set) var defects: Set<Defect> = []

    private let bytes: [UInt8]
    /// The parts that the current line stands in, the outermost first.
    private var open: [OpenPart] = []
    /// For each boundary in use, the place in `open` of the innermost multipart that has it.
    private var boundaries: [ArraySlice<UInt8>: Int] = [:]
    private var longestBoundary = 0
    /// The part whose header section the current line stands in.
    private var pending: PendingPart?
    private var isFull = false

    private struct OpenPart {
        let part: Int
        /// What the numbers of the parts in it start with.
        let prefix: [UInt8]
        var children = 0
        /// The boundary while its delimiter lines count: nil for other parts, and after the closing one.
        var boundary: ArraySlice<UInt8>?
        /// Who had the same boundary before.
        var shadowed: Int?
    }

    private struct PendingPart {
        let start: Int
        let number: [UInt8]
        /// What the number of the only part of a message starts with; nil for a body part.
        let message: [UInt8]?
        let defaultType: [UInt8]
        /// Where the first Content-Type starts, as far as the section was passed.
        var typeField: Int?
        /// The delimiter line of a multipart that the section itself states; not looked for yet when nil.
        var ownDelimiter: [UInt8]?
    }

    private struct Delimiter {
        let level: Int
        let isClosing: Bool
    }

    /// Scans a message whose header section is known.
    init(_ bytes: [UInt8], header: HeaderSection) {
        self.bytes = bytes
        pending = PendingPart(start: 0, number: [], message: [], defaultType: MediaType.plainText)
        finishHeader(header, end: header.bodyStart)
        var position = header.bodyStart
        while position < bytes.count, !isFull, pending != nil || !boundaries.isEmpty {
            let next = bytes.span.lineEnd(from: position, to: bytes.count)
            if let delimiter = delimiter(position..<next) {
                take(delimiter, position..<next)
            } else if pending != nil {
                takeHeaderLine(position..<next)
            }
            position = next
        }
        if let pending { finishHeader(from: pending.start, to: bytes.count) }
        close(downTo: 0, at: bytes.count)
    }

    /// The delimiter line of an open multipart: `--boundary` or `--boundary--`, then nothing but blanks and CRs.
    private func delimiter(_ line: Range<Int>) -> Delimiter? {
        guard line.count > 2, bytes[line.lowerBound] == 0x2D, bytes[line.lowerBound + 1] == 0x2D else { return nil }
        var end = line.upperBound
        while end > line.lowerBound, ASCII.isWhiteSpace(bytes[end - 1]) { end -= 1 }
        let start = line.lowerBound + 2
        guard end > start, end - start <= longestBoundary + 2 else { return nil }
        if let level = boundaries[bytes[start..<end]] { return Delimiter(level: level, isClosing: false) }
        guard end - start > 2, bytes[end - 1] == 0x2D, bytes[end - 2] == 0x2D,
            let level = boundaries[bytes[start..<end - 2]]
        else { return nil }
        return Delimiter(level: level, isClosing: true)
    }

    private mutating func take(_ delimiter: Delimiter, _ line: Range<Int>) {
        let end = bytes.span.startOfLineEnd(before: line.lowerBound, from: 0)
        if let pending { finishHeader(from: pending.start, to: max(pending.start, end)) }
        guard delimiter.isClosing || hasRoom() else { return }
        close(downTo: delimiter.level + 1, at: end)
        if delimiter.isClosing {
            retireBoundary(of: delimiter.level)
        } else {
            open[delimiter.level].children += 1
            let parent = open[delimiter.level]
            let isDigest = parts[parent.part].mediaType == MediaType.digest
            pending = PendingPart(
                start: line.upperBound, number: Self.number(parent.prefix, parent.children), message: nil,
                defaultType: isDigest ? MediaType.message : MediaType.plainText)
        }
    }

    private mutating func takeHeaderLine(_ line: Range<Int>) {
        guard let pending else { return }
        if bytes.span.content(ofLine: line).isEmpty {
            finishHeader(from: pending.start, to: line.upperBound)
        } else if line.lowerBound == pending.start, pending.message == nil,
            HeaderSection.colon(in: bytes.span, line) == nil
        {
            defects.insert(.partHeaderMissing)
            finishHeader(from: pending.start, to: pending.start)
        } else if isOwnDelimiter(line) {
            finishHeader(from: pending.start, to: line.lowerBound)
            if let delimiter = delimiter(line) { take(delimiter, line) }
        }
    }

    /// Whether a line of the pending header section opens the first part of the multipart that the section states: where the
    /// empty line before it is missing, that part would be hidden.
    private mutating func isOwnDelimiter(_ line: Range<Int>) -> Bool {
        guard bytes[line.lowerBound] == 0x2D else {
            notice(typeField: line)
            return false
        }
        guard let start = pending?.typeField, bytes[line].dropFirst().first == 0x2D else { return false }
        if pending?.ownDelimiter == nil {
            let section = HeaderSection(of: bytes.span, from: start, to: line.lowerBound)
            let fields = MIMEFields(section, in: bytes.span, defaultType: MediaType.plainText)
            let isMultipart = fields.mediaType.starts(with: "multipart/".utf8)
            pending?.ownDelimiter = isMultipart ? fields.boundary.map { [0x2D, 0x2D] + $0 } ?? [] : []
        }
        let text = bytes.span.content(ofLine: line)
        let end = bytes[text].lastIndex { !ASCII.isWhiteSpace($0) } ?? text.lowerBound
        return pending?.ownDelimiter?.elementsEqual(bytes[text.lowerBound...end]) == true
    }

    private mutating func notice(typeField line: Range<Int>) {
        guard pending?.typeField == nil, bytes[line.lowerBound] | 0x20 == UInt8(ascii: "c"),
            let colon = HeaderSection.colon(in: bytes.span, line),
            let last = bytes[line.lowerBound..<colon].lastIndex(where: { !ASCII.isBlank($0) }),
            HeaderSection.isName(line.lowerBound..<last + 1, "content-type".bytes, in: bytes.span)
        else { return }
        pending?.typeField = line.lowerBound
    }

    private mutating func finishHeader(from start: Int, to end: Int) {
        finishHeader(HeaderSection(of: bytes.span, from: start, to: end), end: end)
    }

    /// Makes the pending part, and opens it for the parts in it.
    private mutating func finishHeader(_ section: HeaderSection, end: Int) {
        guard let pending else { return }
        self.pending = nil
        let fields = MIMEFields(section, in: bytes.span, defaultType: pending.defaultType)
        defects.formUnion(fields.defects)
        let header = pending.start..<end
        if bytes[header].contains(where: { $0 >= 0x80 }) { defects.insert(.headerEightBit) }
        parts.append(
            Part(
                number: pending.number, parent: open.last?.part, depth: open.count, header: header, body: end..<end,
                mediaType: fields.mediaType, parameters: fields.parameters, disposition: fields.disposition,
                rawName: fields.name?.bytes, nameCharset: fields.name?.charset, encoding: fields.encoding,
                contentID: fields.contentID, isLeaf: true))
        openPart(fields, pending, bodyStart: end)
    }

    private mutating func openPart(_ fields: MIMEFields, _ pending: PendingPart, bodyStart: Int) {
        let index = parts.count - 1
        let isMultipart = parts[index].isType("multipart")
        // The only part of a message takes its number now; a multipart leaves its place to the parts in it.
        if let prefix = pending.message, !isMultipart { parts[index].number = Self.number(prefix, 1) }
        open.append(
            OpenPart(
                part: index, prefix: pending.message != nil && isMultipart ? pending.message ?? [] : parts[index].number
            ))
        guard isMultipart || parts[index].isMessage else { return }
        if fields.encoding != .identity { defects.insert(.transferEncodingOnComposite) }
        guard open.count <= Limits.depth else {
            defects.insert(.nestingTooDeep)
            return
        }
        if isMultipart {
            openMultipart(boundary: fields.boundary)
        } else if fields.encoding == .identity, hasRoom() {
            open[open.count - 1].children = 1
            self.pending = PendingPart(
                start: bodyStart, number: [], message: parts[index].number, defaultType: MediaType.plainText)
        }
    }

    /// Whether one more part may be made; when not, the scan ends and what is open reaches to the end of the message.
    private mutating func hasRoom() -> Bool {
        guard parts.count >= Limits.parts else { return true }
        defects.insert(.partsTooMany)
        isFull = true
        return false
    }

    private mutating func openMultipart(boundary: [UInt8]?) {
        guard let boundary else {
            defects.insert(.boundaryMissing)
            return
        }
        let level = open.count - 1
        open[level].boundary = boundary[...]
        open[level].shadowed = boundaries.updateValue(level, forKey: boundary[...])
        if open[level].shadowed != nil { defects.insert(.boundaryReused) }
        longestBoundary = max(longestBoundary, boundary.count)
    }

    /// Ends the innermost parts, leaving `count` of them open.
    private mutating func close(downTo count: Int, at end: Int) {
        var end = end
        while open.count > count {
            let level = open.count - 1
            if open[level].boundary != nil {
                defects.insert(open[level].children > 0 ? .boundaryNotClosed : .boundaryNotFound)
                retireBoundary(of: level)
            }
            let closed = open.removeLast()
            parts[closed.part].isLeaf = closed.children == 0
            // A part that starts after the line end of this delimiter line is empty, and so far reach those around it.
            end = max(end, parts[closed.part].body.lowerBound)
            parts[closed.part].body = parts[closed.part].body.lowerBound..<end
            if closed.children == 0, parts[closed.part].number.isEmpty {
                parts[closed.part].number = Self.number(closed.prefix, 1)
            }
        }
    }

    private mutating func retireBoundary(of level: Int) {
        guard let boundary = open[level].boundary else { return }
        boundaries[boundary] = open[level].shadowed
        open[level].boundary = nil
    }

    private static func number(_ prefix: [UInt8], _ child: Int) -> [UInt8] {
        prefix + (prefix.isEmpty ? [] : [0x2E]) + String(child).utf8
    }
}
