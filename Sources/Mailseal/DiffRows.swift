// The texts of rows: the manifest lines that they need are read in one pass over each side.

import Bytes
import Manifest

/// Reads the lines that drafts need and makes rows of them.
struct DiffRows {
    private let a: (bundle: Bundle, table: DiffTable)
    private let b: (bundle: Bundle, table: DiffTable)
    private var linesA: [UInt32: ManifestLine] = [:]
    private var linesB: [UInt32: ManifestLine] = [:]

    init(_ a: (bundle: Bundle, table: DiffTable), _ b: (bundle: Bundle, table: DiffTable)) {
        self.a = a
        self.b = b
    }

    /// The sections of the drafts, in the order of the kinds.
    mutating func sections(_ found: DiffSections) throws -> [DiffSection] {
        var sections: [DiffSection] = []
        for kind in DiffSection.Kind.allCases where found.count(kind) > 0 {
            let drafts = found.drafts[kind] ?? []
            // Some thousand rows at a time bound the lines that are held.
            var rows: [DiffRow] = []
            for start in stride(from: 0, to: drafts.count, by: 4096) {
                let part = drafts[start..<min(start + 4096, drafts.count)]
                linesA = try Self.read(part.flatMap { leaves(of: $0, .a) }, a.bundle)
                linesB = try Self.read(part.flatMap { leaves(of: $0, .b) }, b.bundle)
                rows += part.map { row(kind, $0) }
            }
            sections.append(DiffSection(kind: kind, count: found.count(kind), rows: rows))
        }
        return sections
    }

    private func leaves(of draft: DiffDraft, _ side: DiffSide) -> [UInt32] {
        var leaves = draft.lines.compactMap { side == .a ? $0.a : $0.b }
        if side == .a, let message = draft.a { leaves.append(a.table.messages[Int(message)].leaf) }
        if side == .b, draft.a == nil, let message = draft.b { leaves.append(b.table.messages[Int(message)].leaf) }
        return leaves
    }

    private static func read(_ leaves: [UInt32], _ bundle: Bundle) throws -> [UInt32: ManifestLine] {
        var lines: [UInt32: ManifestLine] = [:]
        var group: (number: Int, lines: [UnreadLine]) = (-1, [])
        for leaf in leaves.sorted() where lines[leaf] == nil {
            let number = Int(leaf) / 256
            if group.number != number { group = (number, try bundle.lines(ofGroup: number)) }
            lines[leaf] = try group.lines[Int(leaf) % 256].read()
        }
        return lines
    }

    private func row(_ kind: DiffSection.Kind, _ draft: DiffDraft) -> DiffRow {
        var row = DiffRow()
        row.count = draft.count
        row.reasons = draft.reasons
        row.content = draft.content
        if kind != .moved || draft.count == 1 { addMessage(draft, to: &row) }
        switch kind {
        case .onlyA, .onlyB: row.name = draft.lines.first.flatMap { path(of: $0) }
        case .altered, .equivalent, .derived: row.reasons += placeReasons(draft.lines)
        case .moved: row.reasons += draft.count > 1 ? folderReasons(draft.lines) : placeReasons(draft.lines)
        case .dkim: for pair in draft.lines { row.reasons += keyReasons(pair) }
        case .keys, .files, .failures: addFile(draft, to: &row)
        case .retrieval:
            guard let pair = draft.lines.first else { break }
            row.name = path(of: pair)
            row.reasons += [
                DiffReason(.retrieved, side: .a, retrieval(pair.a, linesA, a.table)),
                DiffReason(.retrieved, side: .b, retrieval(pair.b, linesB, b.table)),
            ]
        }
        return row
    }

    private func addMessage(_ draft: DiffDraft, to row: inout DiffRow) {
        row.a = draft.a.map { Int(a.table.messages[Int($0)].number) }
        row.b = draft.b.map { Int(b.table.messages[Int($0)].number) }
        let line =
            draft.a.map { linesA[a.table.messages[Int($0)].leaf] }
            ?? draft.b.map { linesB[b.table.messages[Int($0)].leaf] }
        guard case .message(let message)?? = line else { return }
        row.messageID = message.messageID
        row.date = message.date
        row.from = message.from
        row.subject = message.subject
    }

    private func addFile(_ draft: DiffDraft, to row: inout DiffRow) {
        guard let pair = draft.lines.first else { return }
        row.name = path(of: pair)
        if case .failure(let failure)? = pair.a.flatMap({ linesA[$0] }) ?? pair.b.flatMap({ linesB[$0] }) {
            row.reasons.append(DiffReason(.failure, [failure.code.bytes]))
        }
        if row.reasons.isEmpty { row.reasons = placeReasons(draft.lines) }
    }

    private func path(of pair: (a: UInt32?, b: UInt32?)) -> RawText? {
        (pair.a.flatMap { linesA[$0] } ?? pair.b.flatMap { linesB[$0] })?.diffName
    }

    private func placeReasons(_ lines: [(a: UInt32?, b: UInt32?)]) -> [DiffReason] {
        if lines.count == 1, let first = lines[0].a.flatMap({ linesA[$0]?.diffName }),
            let second = lines[0].b.flatMap({ linesB[$0]?.diffName })
        {
            return [DiffReason(.moved, [first, second])]
        }
        let left = lines.compactMap { $0.a.flatMap { linesA[$0]?.diffName } }
        let right = lines.compactMap { $0.b.flatMap { linesB[$0]?.diffName } }
        return [(DiffSide.a, left), (.b, right)].filter { !$0.1.isEmpty }.map {
            DiffReason(.placeAdded, side: $0.0, $0.1)
        }
    }

    private func folderReasons(_ lines: [(a: UInt32?, b: UInt32?)]) -> [DiffReason] {
        guard let pair = lines.first, let first = pair.a.flatMap({ linesA[$0]?.diffFolder }),
            let second = pair.b.flatMap({ linesB[$0]?.diffFolder })
        else { return [] }
        return [DiffReason(.moved, [first, second])]
    }

    private func keyReasons(_ pair: (a: UInt32?, b: UInt32?)) -> [DiffReason] {
        func signature(_ line: ManifestLine?) -> DKIMLine? {
            if case .dkim(let signature)? = line { signature } else { nil }
        }
        let first = signature(pair.a.flatMap { linesA[$0] })
        let second = signature(pair.b.flatMap { linesB[$0] })
        guard let shown = first ?? second else { return [] }
        let name = (shown.selector ?? []) + "._domainkey.".bytes + (shown.domain ?? [])
        guard let first, let second else {
            return [DiffReason(.signatureOnly, side: first == nil ? .b : .a, [name])]
        }
        switch (first.key, second.key) {
        case (nil, .some): return [DiffReason(.keyKnown, side: .b, [name])]
        case (.some, nil): return [DiffReason(.keyKnown, side: .a, [name])]
        case (let one, let other) where one != other: return [DiffReason(.keyOther, [name])]
        default:
            let results = [first, second].map { "\($0.header)/\($0.body)".bytes }
            return [DiffReason(.recordedOtherwise, [name] + results)]
        }
    }

    private func retrieval(_ leaf: UInt32?, _ lines: [UInt32: ManifestLine], _ table: DiffTable) -> [RawText] {
        switch leaf.flatMap({ lines[$0] }) {
        case .occurrence(let line)?:
            (line.retrieved ?? table.sources[UInt32(clamping: line.source)]?.retrieved)?.shown ?? []
        case .file(let line)?:
            (line.retrieved ?? table.sources[UInt32(clamping: line.source)]?.retrieved)?.shown ?? []
        default: []
        }
    }
}

extension ManifestLine {
    /// The path, or the key's name, that the line is about.
    fileprivate var diffName: RawText? {
        switch self {
        case .occurrence(let line): line.path.joined
        case .file(let line): line.path.joined
        case .failure(let line): line.path?.joined
        case .key(let line): line.selector + "._domainkey.".bytes + line.domain
        default: nil
        }
    }

    /// The mailbox, or the folder with a `/` behind it, of an occurrence.
    fileprivate var diffFolder: RawText? {
        guard case .occurrence(let line) = self else { return nil }
        let path = line.path.joined
        guard line.offset == nil else { return path }
        return Array(path[..<(path.lastIndex(of: 0x2F).map { $0 + 1 } ?? 0)])
    }
}
