// A body as it may have been, and the places near its end where it may have ended before something was put there.

import Bytes
import Cryptography

/// A text in a coding, of which the last lines may have been added.
struct RepairText {
    /// The octets at the end of a text in which an added ending is looked for, and the lines.
    static let window = 4096
    static let lines = 100

    private let original: [UInt8]
    private let text: [UInt8]
    private let coding: RepairCoding
    /// Where the last lines start.
    private let tail: Int
    /// The starts of lines that the text may have ended before, ascending.
    private let starts: [Int]

    /// A text as it is to be coded; `mayEndEarlier` says whether it may have ended before its end.
    init(_ text: [UInt8], as coding: RepairCoding, mayEndEarlier: Bool) {
        original = text
        let text = coding.prepared(text)
        self.text = text
        self.coding = coding
        var starts: [Int] = []
        var start = text.count
        while mayEndEarlier, start > 0, starts.count < Self.lines {
            var place = start - 1
            while place > 0, text[place - 1] != ASCII.lf, text.count - place < Self.window { place -= 1 }
            guard text.count - place < Self.window || place == 0 else { break }
            if text[place..<start].contains(where: { !ASCII.isWhiteSpace($0) }) { starts.append(place) }
            start = place
        }
        self.starts = starts.reversed()
        tail = starts.last ?? text.count
    }

    /// The octets that are hashed to try all endings, roughly.
    var cost: Int { text.count + text.count / 4 + (text.count - tail) }

    /// The cut that leaves the whole text.
    var end: Int { text.count }

    /// What stands behind a cut.
    func added(behind cut: Int) -> ArraySlice<UInt8> { text[cut...] }

    /// Whether anything but white space stands before a cut.
    func isLeft(before cut: Int) -> Bool { text[..<cut].contains { !ASCII.isWhiteSpace($0) } }

    /// Where a cut stands in the text before its line ends were prepared for the coding.
    func place(ofCut cut: Int) -> Int {
        guard case .base64 = coding, cut < text.count else { return cut }
        var place = 0
        var start = 0
        while let feed = text.firstPlace(of: ASCII.lf, from: start), feed < cut {
            start = feed + 1
            place = original.firstPlace(of: ASCII.lf, from: place).map { $0 + 1 } ?? original.count
        }
        return min(place + cut - start, original.count)
    }

    /// Hands over the hash of each body that ends at a cut, the shortest first, the whole text last.
    func hashes(
        _ function: HashFunction, _ form: CanonicalForm, lengths: [Int], _ visit: (inout PrefixHash, _ cut: Int) -> Void
    ) {
        let hash = PrefixHash(function, lengths: lengths)
        if case .base64 = coding {
            base64Hashes(hash, form, visit)
        } else {
            lineHashes(hash, form, visit)
        }
    }

    private func lineHashes(
        _ start: PrefixHash, _ form: CanonicalForm, _ visit: (inout PrefixHash, _ cut: Int) -> Void
    ) {
        var hash = start
        var emptyLines = 0
        var hasContent = false
        // The empty lines before the tail may have a body behind them.
        var place = tail
        while place > 0, ASCII.isWhiteSpace(text[place - 1]) { place -= 1 }
        place = place == 0 ? 0 : text.firstPlace(of: ASCII.lf, from: place).map { min($0 + 1, tail) } ?? tail
        if place > 0 {
            form.feed(coding.encode(text[..<place]).span, to: &hash)
            hasContent = true
        }
        var nextStart = starts[...]
        while place < text.count {
            if place == nextStart.first {
                nextStart.removeFirst()
                var branch = hash.branched()
                if hasContent { visit(&branch, place) }
            }
            let end = text.firstPlace(of: ASCII.lf, from: place).map { $0 + 1 } ?? text.count
            let line = coding.encode(text[place..<end])
            place = end
            guard !form.isEmptyLine(line) else {
                emptyLines += 1
                continue
            }
            for _ in 0..<emptyLines { hash.appendLineEnd() }
            emptyLines = 0
            hasContent = true
            form.feed(line.span, to: &hash)
        }
        if !hasContent { form.feed([UInt8]().span, to: &hash) }
        visit(&hash, text.count)
    }

    private func base64Hashes(
        _ start: PrefixHash, _ form: CanonicalForm, _ visit: (inout PrefixHash, _ cut: Int) -> Void
    ) {
        var hash = start
        // The first cut is at most a few line ends before the tail.
        var place = max(0, tail - 16)
        place -= place % RepairCoding.base64Line
        if place > 0 { form.feed(coding.encode(text[..<place]).span, to: &hash) }
        for cut in base64Cuts {
            let whole = cut - (cut - place) % RepairCoding.base64Line
            if whole > place { form.feed(coding.encode(text[place..<whole]).span, to: &hash) }
            place = whole
            var branch = hash.branched()
            if cut > whole || cut == 0 { form.feed(coding.encode(text[whole..<cut]).span, to: &branch) }
            visit(&branch, cut)
        }
    }

    /// Before each start of a line and at the end, with and without the line ends before it: base64 tells them apart.
    private var base64Cuts: [Int] {
        var cuts: [Int] = []
        for start in starts + [text.count] {
            var cut = start
            var before: [Int] = []
            while cut > cuts.last ?? 0, ASCII.isWhiteSpace(text[cut - 1]), before.count < 4 {
                before.append(cut)
                cut -= cut > 1 && text[cut - 1] == ASCII.lf && text[cut - 2] == ASCII.cr ? 2 : 1
            }
            if cut > cuts.last ?? 0 || cut == text.count { before.append(cut) }
            cuts += before.reversed()
        }
        return cuts
    }
}

extension CanonicalForm {
    /// Whether a line, with or without its line end, has nothing in it.
    fileprivate func isEmptyLine(_ line: [UInt8]) -> Bool {
        var content = line[...]
        if content.last == ASCII.lf { content.removeLast() }
        if content.last == ASCII.cr, content.count < line.count { content.removeLast() }
        return self == .relaxed ? content.allSatisfy(ASCII.isBlank) : content.isEmpty
    }
}
