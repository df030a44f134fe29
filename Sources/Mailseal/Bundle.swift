// A bundle that is read at will: its manifest through the index, its messages one by one, nothing unpacked.

public import Bytes
import Container
public import Cryptography
import Files
public import Manifest
public import MerkleTree
import Synchronization

/// An open bundle for `list`, `show`, `extract` and `diff`.
///
/// Opening recomputes the root from the hashes of the index's groups and compares it with the checkpoint; reading lines
/// recomputes their group's hash. `BundleChain` says how far the index is compared with the archive. What is read this
/// way belongs to the root that is shown; whether that is the root of the bundle that was published is for the user to
/// compare (`--root`), and only `verify` checks everything.
public final class Bundle: Sendable {
    /// The bundle's name.
    public let name: RawText
    /// The checkpoint: origin, number of lines and root of the manifest.
    public let checkpoint: Checkpoint
    /// The editions, from the first.
    public let editions: [Edition]
    /// The manifest's last line.
    public let end: EndLine
    /// Whether lines are withheld.
    public let isRedacted: Bool
    let reader: BundleReader
    let manifest: TarEntry
    let groups: [BundleIndex.Group]
    private let chain: BundleChain
    /// The groups of lines that were read last.
    private let lastGroups = Mutex(KeptGroups())

    /// Opens a bundle; throws when it has no index that can be followed, or when index and checkpoint disagree.
    public convenience init(path: [UInt8]) throws { try self.init(try ReadableFile(named: path)) }

    /// Reads an open file as a bundle; throws as `init(path:)` does.
    ///
    /// - Parameter blockLimit: in a bundle of at most so many blocks every entry is looked at right away.
    init(_ file: ReadableFile, blockLimit: Int = BundleChain.blockLimit) throws {
        let reader: BundleReader
        do { reader = try BundleReader(file) } catch {
            throw MailsealError("\(file.path) cannot be read as a bundle: \(error)", hint: Self.hint)
        }
        let manifest = try BundleManifest.entry(in: reader)
        let place = BundleManifest.place(in: reader)
        let chain = BundleChain(reader, manifest: place, blockLimit: blockLimit)
        do { try chain.checkFrame() } catch {
            throw MailsealError(
                "\(file.path): the index does not lead from entry to entry: \(error)", hint: Self.hint)
        }
        let entry = try reader.entry(place + 1)
        guard entry.path == "checkpoint".bytes, entry.size <= 4096 else {
            throw MailsealError("\(file.path): no checkpoint behind the manifest", hint: Self.hint)
        }
        let checkpoint = try Checkpoint(parsing: try reader.read(entry))
        var tree = Frontier()
        for group in reader.index.groups { tree.append(leafHash: group.hash) }
        guard checkpoint.size > 0 else { throw MailsealError("\(file.path): a manifest of no lines", hint: Self.hint) }
        guard tree.root == checkpoint.root, Int(reader.index.leafCount) == checkpoint.size else {
            throw MailsealError(
                "\(file.path): the index has the root \(tree.root), the checkpoint \(checkpoint.root)",
                hint: Self.hint)
        }
        self.reader = reader
        self.chain = chain
        self.manifest = manifest
        groups = reader.index.groups
        self.checkpoint = checkpoint
        name = reader.name
        do {
            var lines = BundleGroups(reader, manifest, groups, count: checkpoint.size)
            editions = try lines.editions()
            // The content line goes with anything that is withheld.
            isRedacted = try lines.isWithheld(checkpoint.size - 2)
            lastGroups.withLock { $0 = lines.kept }
        } catch {
            throw MailsealError("\(file.path): \(error)", hint: Self.hint)
        }
        end = editions.last?.counts ?? EndLine()
        guard isRedacted || end.messages < place else {
            throw MailsealError(
                "\(file.path): the index has \(place - 1) payload files, the manifest \(end.messages) messages",
                hint: Self.hint)
        }
    }

    static let hint = "mailseal verify tells what is wrong with it"

    /// Whether a path leads to a file that starts as bundles of any version do: a gzip comment "mailseal/".
    static func isBundle(_ path: [UInt8]) throws -> Bool {
        guard !ReadableFolder.isFolder(path) else { return false }
        let file = try ReadableFile(named: path)
        let start: [UInt8] = [0x1F, 0x8B, 0x08, 0x10]
        let name = "mailseal/".bytes
        let head = try file.read(at: 0, count: min(file.size, 10 + name.count))
        return head.starts(with: start) && head.dropFirst(10).elementsEqual(name)
    }

    /// The root of the manifest as the checkpoint gives it.
    public var root: RootReference { checkpoint.reference }

    /// The number of lines.
    public var lineCount: Int { root.size }

    /// The size of the manifest in bytes.
    var manifestSize: Int { manifest.size }

    /// Gives the lines from an index on, each with its index, until the body says to stop.
    ///
    /// - Parameter leaf: the index of the first line given; lines of its group before it are read and checked too.
    public func forEachLine(
        from leaf: Int = 0, _ body: (_ leaf: Int, _ line: ManifestLine) throws -> Bool
    ) throws {
        var lines = unread(from: leaf)
        while let line = try lines.next() {
            guard try body(line.leaf, try line.read()) else { return }
        }
    }

    /// The lines from an index on as they stand, so that those that nobody needs are not parsed.
    func unread(from leaf: Int = 0) -> UnreadLines { UnreadLines(self, from: leaf) }

    /// The lines of a group of 256, checked against the group's hash.
    func lines(ofGroup number: Int) throws -> [UnreadLine] {
        if let kept = lastGroups.withLock({ $0.lines(of: number) }) { return kept }
        let lines = try BundleGroups(reader, manifest, groups, count: root.size).lines(of: number)
        lastGroups.withLock { $0.keep(lines, of: number) }
        return lines
    }

    /// The number of the edition in which a line stands.
    func edition(ofLeaf leaf: Int) -> Int { editions.last { $0.first <= leaf }?.number ?? 1 }

    /// The entry of a payload file that a line brings; nil when the index has none of this path.
    func payload(_ file: PayloadFile, leaf: Int) throws -> TarEntry? {
        guard var place = entry(ofLeaf: leaf) else { return nil }
        // A large file has several entries, all brought by one line.
        while place < reader.index.entries.count, reader.index.entries[place].leaf.map({ Int($0) }) == leaf {
            let entry = try payload(place)
            if entry.path == file.path && entry.size == file.size { return entry }
            place += 1
        }
        return nil
    }

    /// The payload file that a line brings, whole: its bytes are checked against the digest.
    public func content(ofLeaf leaf: Int, path: [UInt8], digest: Digest, limit: Int = 1 << 31) throws -> [UInt8] {
        guard let place = entry(ofLeaf: leaf) else {
            throw MailsealError("the index has no entry for manifest line \(leaf)", hint: Self.hint)
        }
        let entry = try payload(place)
        guard entry.path == path, entry.size <= limit else {
            throw MailsealError(
                "the index leads to \(entry.path.displayText), expected \(path.displayText)", hint: Self.hint)
        }
        let bytes = try reader.read(entry)
        let found = Digest(hashing: bytes)
        guard found == digest else {
            throw MailsealError("\(path.displayText) has SHA-256 \(found), expected \(digest)", hint: Self.hint)
        }
        return bytes
    }

    /// Throws when the index leaves another room for a message than its line, at this index, calls for.
    func checkRoom(for message: MessageLine, leaf: Int) throws {
        if message.isListed { return }
        guard let place = entry(ofLeaf: leaf) else {
            throw MailsealError("the index has no entry for manifest line \(leaf)", hint: Self.hint)
        }
        try chain.checkRoom(of: place, size: message.size)
    }

    /// The payload file at this place of the index; throws when it does not stand between its neighbours.
    func payload(_ place: Int) throws -> TarEntry { try chain.payload(place) }

    /// The message whose line stands at an index.
    public func bytes(of message: MessageLine, leaf: Int) throws -> [UInt8] {
        guard !message.isListed else {
            throw MailsealError(
                "the bytes of message \(message.number) are withheld from this bundle, its lines are not")
        }
        let file = PayloadFile.message(message.sha256, size: message.size)
        return try content(ofLeaf: leaf, path: file.path, digest: message.sha256)
    }

    /// The key records.
    public func keys() throws -> [KeyLine] { try keysByEdition().flatMap(\.self) }

    /// The key records that each edition added.
    func keysByEdition() throws -> [[KeyLine]] {
        var before: Edition?
        var all: [[KeyLine]] = []
        for edition in editions {
            all.append(try keys(of: edition, behind: before))
            before = edition
        }
        return all
    }

    /// The key records that an edition added: its last lines before the content line, as many as its end line counts.
    private func keys(of edition: Edition, behind before: Edition?) throws -> [KeyLine] {
        let (content, count) = (edition.root.size - 2, edition.addedKeys(to: before))
        var keys: [KeyLine] = []
        // The line before them, too: it must be another one.
        var lines = unread(from: max(edition.first, content - max(0, count) - 1))
        var (counted, weight) = (0, 0)
        while let line = try lines.next(), line.leaf < content {
            if line.isWithheld, line.leaf >= content - count { counted += 1 }
            guard line.isOf(.key), case .key(let key) = try line.read() else { continue }
            counted += 1
            weight += key.weight
            guard weight <= KeyLine.weightLimit else {
                throw MailsealError("edition \(edition.number) has too many key records", hint: Self.hint)
            }
            keys.append(key)
        }
        guard counted == count else {
            throw MailsealError(
                "edition \(edition.number): its end line counts \(count) key records, \(counted) stand before it",
                hint: Self.hint)
        }
        return keys
    }

    /// The rules and key records of all editions.
    func history() throws -> KeyHistory {
        KeyHistory(zip(editions, try keysByEdition()).map { ($0.head.rules, $1.map { Keys.key(of: $0) }) })
    }

    /// The place in the index of the first payload file that a line brings.
    func entry(ofLeaf leaf: Int) -> Int? {
        let entries = reader.index.entries
        var low = 1
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if (entries[middle].leaf.map { Int($0) } ?? .max) < leaf { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].leaf.map { Int($0) } == leaf ? low : nil
    }
}
