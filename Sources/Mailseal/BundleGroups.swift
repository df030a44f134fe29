// The manifest of a bundle by its index: groups of 256 lines, each checked against its hash, and where editions begin.

import Bytes
import Container
import Cryptography
import Manifest
import MerkleTree

/// Reads groups of lines.
struct BundleGroups {
    private let reader: BundleReader
    private let manifest: TarEntry
    private let groups: [BundleIndex.Group]
    private let count: Int
    /// The groups that were read last.
    private(set) var kept = KeptGroups()
    /// Groups of lines longer than this are refused: 256 MiB, 1 MiB for each line.
    private static let lengthLimit = 1 << 28

    init(_ reader: BundleReader, _ manifest: TarEntry, _ groups: [BundleIndex.Group], count: Int) {
        self.reader = reader
        self.manifest = manifest
        self.groups = groups
        self.count = count
    }

    /// The lines of a group.
    func lines(of number: Int) throws -> [UnreadLine] {
        guard groups.indices.contains(number) else {
            throw MailsealError("the index has no groups", hint: Bundle.hint)
        }
        let start = groups[number].tarOffset
        guard number > 0 || start == manifest.contentOffset else {
            throw MailsealError("the index does not lead to the manifest's first line", hint: Bundle.hint)
        }
        let end = number + 1 < groups.count ? groups[number + 1].tarOffset : manifest.contentOffset + manifest.size
        guard start >= manifest.contentOffset, start < end, end <= manifest.contentOffset + manifest.size,
            end - start <= Self.lengthLimit
        else { throw MailsealError("the index leads outside the manifest", hint: Bundle.hint) }
        let lines = UnreadLine.lines(
            of: try reader.bytes(tarOffset: start, count: end - start), from: number * Tree.groupSize)
        guard UnreadLine.root(of: lines) == groups[number].hash,
            lines.count == min(Tree.groupSize, count - number * Tree.groupSize)
        else {
            throw MailsealError(
                "lines \(number * Tree.groupSize) and following do not have the hash of the index", hint: Bundle.hint)
        }
        return lines
    }

    /// The editions, from the first: each `end` line says where its own began, and there the one before it ends.
    mutating func editions() throws -> [Edition] {
        var found: [(head: HeadLine, first: Int, end: EndLine)] = []
        var size = count
        while size > 0, found.count < Format.editionLimit {
            guard case .end(let end) = try read(size - 1) else {
                throw MailsealError("the manifest has no end line at \(size - 1)", hint: Bundle.hint)
            }
            let first = end.head ?? 0
            guard (0..<size).contains(first), case .head(let head) = try read(first) else {
                throw MailsealError("the manifest has no head line at \(first)", hint: Bundle.hint)
            }
            found.append((head, first, end))
            size = first
        }
        guard size == 0 else { throw MailsealError("too many editions", hint: Bundle.hint) }
        return try roots(of: found.reversed())
    }

    private mutating func roots(
        of found: some Collection<(head: HeadLine, first: Int, end: EndLine)>
    ) throws -> [Edition] {
        var editions: [Edition] = []
        var tree = Frontier()
        var sizes = found.dropFirst().map(\.first)[...]
        for (head, first, end) in found {
            let size = sizes.popFirst() ?? count
            while (tree.size + 1) * Tree.groupSize <= size { tree.append(leafHash: groups[tree.size].hash) }
            var whole = tree
            if let part = try self.tree(of: tree.size, upTo: size) { whole.append(leafHash: part) }
            editions.append(
                Edition(
                    head: head, first: first, root: RootReference(size: size, root: whole.root), counts: end,
                    number: editions.count + 1))
        }
        return editions
    }

    /// The hash of a group's lines before an index; nil when there are none.
    private mutating func tree(of number: Int, upTo leaf: Int) throws -> Digest? {
        guard number * Tree.groupSize < leaf else { return nil }
        guard leaf < count else { return groups[number].hash }
        var part = Frontier()
        for line in try group(number).prefix(leaf - number * Tree.groupSize) { part.append(leafHash: line.hash) }
        return part.root
    }

    private mutating func read(_ leaf: Int) throws -> ManifestLine {
        try group(leaf / Tree.groupSize)[leaf % Tree.groupSize].read()
    }

    /// Whether a line is withheld.
    mutating func isWithheld(_ leaf: Int) throws -> Bool {
        try leaf >= 0 && (group(leaf / Tree.groupSize)[leaf % Tree.groupSize].isWithheld)
    }

    private mutating func group(_ number: Int) throws -> [UnreadLine] {
        if let lines = kept.lines(of: number) { return lines }
        let lines = try lines(of: number)
        kept.keep(lines, of: number)
        return lines
    }
}

/// The groups of lines that were read last: a few, and no more than one when their text is long.
struct KeptGroups {
    private var groups: [(number: Int, lines: [UnreadLine])] = []
    private static let countLimit = 4
    /// How many bytes of text are kept besides the last group: 16 MiB.
    private static let lengthLimit = 1 << 24

    /// The lines of a group, if they are there.
    func lines(of number: Int) -> [UnreadLine]? { groups.last { $0.number == number }?.lines }

    /// Keeps the lines of a group.
    mutating func keep(_ lines: [UnreadLine], of number: Int) {
        let length = groups.reduce(0) { $0 + ($1.lines.first?.groupLength ?? 0) }
        if length > Self.lengthLimit { groups = [] }
        if groups.count >= Self.countLimit { groups.removeFirst() }
        groups.append((number, lines))
    }
}
