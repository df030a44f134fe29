// Lines of a bundle's manifest before anybody parses them: most answers need only some of them.

import Bytes
import Cryptography
import Glibc
import Manifest
import MerkleTree

/// The lines of a bundle from an index on, each group's hash checked on the way.
struct UnreadLines {
    private let bundle: Bundle
    private let first: Int
    private var group: Int
    private var lines: [UnreadLine] = []
    private var place = 0

    init(_ bundle: Bundle, from leaf: Int) {
        self.bundle = bundle
        first = max(0, leaf)
        group = first / Tree.groupSize
    }

    /// The next line, or nil after the last.
    mutating func next() throws -> UnreadLine? {
        while place >= lines.count {
            guard group < bundle.groups.count else { return nil }
            lines = try bundle.lines(ofGroup: group)
            place = max(0, first - group * Tree.groupSize)
            group += 1
        }
        place += 1
        return lines[place - 1]
    }
}

/// A line of the manifest as it stands.
struct UnreadLine {
    /// A type of lines, told apart without parsing.
    struct Kind {
        fileprivate let start: [UInt8]

        private init(_ name: String) { start = "{\"type\":\"\(name)\"".bytes }

        static let source = Kind("source")
        static let message = Kind("message")
        static let attachment = Kind("attachment")
        static let dkim = Kind("dkim")
        static let occurrence = Kind("occurrence")
        static let file = Kind("file")
        static let container = Kind("container")
        static let failure = Kind("failure")
        static let sourceEnd = Kind("source-end")
        static let key = Kind("key")
    }

    /// Its index.
    let leaf: Int
    private let group: [UInt8]
    private let range: Range<Int>

    /// The lines of a text, each ended by LF; what stands behind the last LF is no line.
    static func lines(of text: [UInt8], from first: Int) -> [UnreadLine] {
        var lines: [UnreadLine] = []
        var start = 0
        while let end = text.span.firstIndex(of: ASCII.lf, from: start, to: text.count) {
            lines.append(UnreadLine(leaf: first + lines.count, group: text, range: start..<end))
            start = end + 1
        }
        return lines
    }

    /// The root of the tree of lines that are all of one text.
    static func root(of lines: [UnreadLine]) -> Digest {
        guard let text = lines.first?.group else { return TreeHash.empty }
        if lines.contains(where: \.isRedacted) { return Tree(leafHashes: lines.map(\.hash)).root }
        return TreeHash.root(ofLeaves: lines.map(\.range), in: text.span)
    }

    /// How many bytes its group has.
    var groupLength: Int { group.count }

    /// Its text.
    var text: [UInt8] { Array(group[range]) }

    /// The leaf hash.
    var hash: Digest { isRedacted ? ManifestLine.leafHash(of: text) : TreeHash.leaf(group.span.extracting(range)) }

    /// Whether the line, or the message that it is about, is withheld.
    private var isRedacted: Bool { isWithheld || isListed }

    /// Whether only its leaf hash is disclosed.
    var isWithheld: Bool { group[range].first == ManifestLine.withheldMark }

    /// Whether it is the line of a message whose bytes are withheld.
    private var isListed: Bool { group[range].first == ManifestLine.listedMark }

    /// The data of its leaf.
    var leafData: [UInt8] { isListed ? Array(text.dropFirst()) : text }

    /// Whether its type is this one.
    func isOf(_ kind: Kind) -> Bool { starts(with: kind.start) }

    /// Its text without the salt, to be compared with what other bundles say.
    var statement: [UInt8] {
        let prefix = LineSalt.prefix(of: members)
        return prefix == 1 ? leafData : [0x7B] + members.dropFirst(prefix)
    }

    /// The line from its brace on.
    private var members: ArraySlice<UInt8> { isListed ? group[range].dropFirst() : group[range] }

    /// Whether it starts with these bytes, a brace and members, behind its salt if it has one.
    func starts(with bytes: [UInt8]) -> Bool {
        let place = members.startIndex + LineSalt.prefix(of: members)
        let members = bytes.dropFirst()
        return range.upperBound - place >= members.count && group[place..<place + members.count] == members
    }

    /// Whether these bytes stand anywhere in it.
    func contains(_ bytes: [UInt8]) -> Bool { group.contains(bytes, in: range) }

    /// The line, read strictly.
    func read() throws -> ManifestLine {
        do {
            return try ManifestLine(text)
        } catch {
            throw MailsealError("manifest line \(leaf): \(error)", hint: Bundle.hint)
        }
    }
}

extension Span<UInt8> {
    /// The first place of a byte from `start` to before `end`, or nil.
    fileprivate func firstIndex(of byte: UInt8, from start: Int, to end: Int) -> Int? {
        guard start < end, end <= count else { return nil }
        return unsafe withUnsafeBufferPointer { buffer -> Int? in
            guard let base = buffer.baseAddress,
                let found = unsafe memchr(base + start, Int32(byte), end - start)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
        }
    }
}

extension [UInt8] {
    /// Whether these bytes stand somewhere in a range.
    func contains(_ wanted: [UInt8], in range: Range<Int>) -> Bool {
        guard let first = wanted.first else { return true }
        var place = range.lowerBound
        let end = range.upperBound - wanted.count + 1
        while let start = span.firstIndex(of: first, from: place, to: end) {
            if self[start..<start + wanted.count] == wanted[...] { return true }
            place = start + 1
        }
        return false
    }
}
