// The decoded text of two messages line by line: Myers' algorithm, with a bound on what hostile text can cost.

import Bytes
import Cryptography
import Mail

/// Decoded text and its unified diff.
enum DiffText {
    /// No more lines of one message are looked at.
    static let lineLimit = 20_000
    /// No more decoded bytes of one message are looked at.
    static let byteLimit = 1 << 20
    /// Texts that differ in more lines than this are shown as wholly replaced.
    static let editLimit = 1000
    /// Lines of context around a change.
    static let context = 3

    /// A message as a reader sees it: fields decoded, text parts as plain text, attachments by name and digest.
    static func lines(of message: Message) -> [[UInt8]] {
        var text = Lines()
        for field in message.header.fields {
            let name = message.bytes[field.name]
            if FieldNature(ofField: ASCII.lowercased(name)) != .content { continue }
            text.add(Array(name) + ": ".bytes + decodedHeader(field.unfoldedValue(in: message.bytes.span)).utf8)
        }
        for part in message.parts where part.isLeaf {
            guard let shown = message.displayText(of: part, limit: text.bytesLeft) else { continue }
            text.add([])
            text.add(lines: Array(shown.utf8))
        }
        for attachment in message.attachments {
            let digest = Digest(hashing: message.decoded(attachment))
            text.add("[attachment \(attachment.displayName ?? attachment.number.displayText) \(digest)]".bytes)
            if text.isFull { break }
        }
        return text.lines
    }

    /// The unified diff of two texts, its line ends LF; empty when they are the same.
    static func unified(_ a: [[UInt8]], _ b: [[UInt8]]) -> [UInt8] {
        var output: [UInt8] = []
        for hunk in hunks(edits(a, b)) {
            let (first, second) = (hunk.count { $0.a != nil }, hunk.count { $0.b != nil })
            let starts = (start(hunk.lazy.map(\.a), first), start(hunk.lazy.map(\.b), second))
            output += "@@ -\(starts.0),\(first) +\(starts.1),\(second) @@\n".utf8
            for edit in hunk {
                output.append(edit.b == nil ? 0x2D : edit.a == nil ? 0x2B : ASCII.space)
                output += edit.a.map { a[$0] } ?? edit.b.map { b[$0] } ?? []
                output.append(ASCII.lf)
            }
        }
        return output
    }

    private static func start(_ places: some Sequence<Int?>, _ count: Int) -> Int {
        let first = places.lazy.compactMap { $0 }.first { _ in true } ?? 0
        return count == 0 ? first : first + 1
    }

    /// A line that stays (both places), goes (only `a`) or comes (only `b`).
    struct Edit: Equatable {
        let a: Int?
        let b: Int?
    }

    /// The edits from one text to the other, all lines in order.
    static func edits(_ a: [[UInt8]], _ b: [[UInt8]]) -> [Edit] {
        var identifiers: [[UInt8]: Int] = [:]
        func identifier(_ line: [UInt8]) -> Int {
            let next = identifiers.count
            return identifiers[line, default: -1] >= 0
                ? identifiers[line, default: -1]
                : {
                    identifiers[line] = next; return next
                }()
        }
        let (left, right) = (a.map(identifier), b.map(identifier))
        let head = zip(left, right).prefix { $0 == $1 }.count
        let room = min(left.count, right.count) - head
        let tail = zip(left.reversed(), right.reversed()).prefix(room).prefix { $0 == $1 }.count
        let middle = Myers(left[head..<left.count - tail], right[head..<right.count - tail], limit: editLimit).edits
        return (0..<head).map { Edit(a: $0, b: $0) } + middle
            + (0..<tail).map { Edit(a: left.count - tail + $0, b: right.count - tail + $0) }
    }

    /// Runs of edits with a few unchanged lines around each change.
    private static func hunks(_ edits: [Edit]) -> [ArraySlice<Edit>] {
        var hunks: [ArraySlice<Edit>] = []
        for place in edits.indices where edits[place].a == nil || edits[place].b == nil {
            let range = max(0, place - context)..<min(edits.count, place + context + 1)
            if let last = hunks.last, last.endIndex >= range.lowerBound {
                hunks[hunks.count - 1] = edits[last.startIndex..<range.upperBound]
            } else {
                hunks.append(edits[range])
            }
        }
        return hunks
    }

    /// Lines in the making, within the limits.
    private struct Lines {
        private(set) var lines: [[UInt8]] = []
        private(set) var bytesLeft = DiffText.byteLimit

        var isFull: Bool { bytesLeft <= 0 || lines.count >= DiffText.lineLimit }

        mutating func add(_ line: [UInt8]) {
            guard !isFull else { return }
            lines.append(Array(line.prefix(bytesLeft)))
            bytesLeft -= line.count + 1
        }

        mutating func add(lines text: [UInt8]) {
            for line in text.split(separator: ASCII.lf, omittingEmptySubsequences: false) {
                guard !isFull else { return }
                add(Array(line.last == ASCII.cr ? line.dropLast() : line))
            }
        }
    }
}

/// The greedy algorithm of "An O(ND) Difference Algorithm" (Myers 1986), given up after a number of edits.
private struct Myers {
    private let a: ArraySlice<Int>
    private let b: ArraySlice<Int>
    private let limit: Int

    init(_ a: ArraySlice<Int>, _ b: ArraySlice<Int>, limit: Int) {
        self.a = a
        self.b = b
        self.limit = limit
    }

    /// The edits; everything goes and comes when there are more than the limit.
    var edits: [DiffText.Edit] {
        guard let steps = search() else {
            return a.indices.map { DiffText.Edit(a: $0, b: nil) } + b.indices.map { DiffText.Edit(a: nil, b: $0) }
        }
        return trace(steps)
    }

    /// For each number of edits, how far along `a` each diagonal −d…d reaches; nil beyond the limit.
    private func search() -> [[Int32]]? {
        var steps: [[Int32]] = []
        let most = min(limit, a.count + b.count)
        for depth in 0...most {
            var reach = [Int32](repeating: 0, count: 2 * depth + 1)
            for diagonal in stride(from: -depth, through: depth, by: 2) {
                var x = depth == 0 ? 0 : Self.start(steps[depth - 1], depth - 1, diagonal)
                while x < a.count, x - diagonal < b.count, a[a.startIndex + x] == b[b.startIndex + x - diagonal] {
                    x += 1
                }
                reach[diagonal + depth] = Int32(x)
                if x >= a.count, x - diagonal >= b.count {
                    steps.append(reach)
                    return steps
                }
            }
            steps.append(reach)
        }
        return nil
    }

    /// Whether a diagonal is entered from the one above it (a line of `b` comes) rather than below (one of `a` goes).
    private static func comesDown(_ reach: [Int32], _ depth: Int, _ diagonal: Int) -> Bool {
        let (lower, upper) = (value(reach, depth, diagonal - 1), value(reach, depth, diagonal + 1))
        return diagonal == -(depth + 1) || (diagonal != depth + 1 && lower < upper)
    }

    private static func start(_ reach: [Int32], _ depth: Int, _ diagonal: Int) -> Int {
        comesDown(reach, depth, diagonal)
            ? value(reach, depth, diagonal + 1) : value(reach, depth, diagonal - 1) + 1
    }

    private static func value(_ reach: [Int32], _ depth: Int, _ diagonal: Int) -> Int {
        abs(diagonal) <= depth ? Int(reach[diagonal + depth]) : -1
    }

    private func trace(_ steps: [[Int32]]) -> [DiffText.Edit] {
        var edits: [DiffText.Edit] = []
        var (x, y) = (a.count, b.count)
        for depth in stride(from: steps.count - 1, through: 0, by: -1) {
            let diagonal = x - y
            let isDown = depth > 0 && Self.comesDown(steps[depth - 1], depth - 1, diagonal)
            let start = depth == 0 ? 0 : Self.start(steps[depth - 1], depth - 1, diagonal)
            while x > start {
                x -= 1
                y -= 1
                edits.append(DiffText.Edit(a: a.startIndex + x, b: b.startIndex + y))
            }
            guard depth > 0 else { break }
            if isDown {
                y -= 1
                edits.append(DiffText.Edit(a: nil, b: b.startIndex + y))
            } else {
                x -= 1
                edits.append(DiffText.Edit(a: a.startIndex + x, b: nil))
            }
        }
        return edits.reversed()
    }
}
