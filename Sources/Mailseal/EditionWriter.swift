// A manifest while it is made: lines go in, and its text, its root and the tag files come out.

import Bytes
import Container
import Cryptography
import Manifest
import MerkleTree

/// Collects the lines of a manifest, edition after edition, and everything that follows from them.
struct EditionWriter {
    /// manifest.jsonl so far.
    let manifest = SpooledText()
    /// manifest-sha256.txt so far.
    let payloadManifest = SpooledText()
    /// The parts of mailbag.csv so far.
    private(set) var mailbags: [SpooledText] = []
    /// The tag files that do not grow.
    private(set) var tagFiles = TagFiles()
    /// The root over the messages' digests, once an edition has ended.
    private(set) var contentRoot = TreeHash.empty
    /// The longest line, in bytes.
    var lineLimit = ManifestCursor.lineLimit
    private var payload = Payload()
    private var audit: ManifestAudit
    private var tree = LeafTree()
    private var origin: RawText = []
    /// The index of the open edition's head line.
    private var head = 0
    private let salts: LineSalts?

    /// No lines yet; salts come into all of them, or into none.
    ///
    /// - Parameter isRedacted: whether some will be withheld.
    init(salts: LineSalts? = nil, isRedacted: Bool = false) {
        self.salts = salts
        audit = ManifestAudit(isRedacted: isRedacted)
    }

    /// The lines of a bundle, so that another edition can be appended, with salts if it has them.
    init(continuing text: TextSource, salts: LineSalts? = nil) throws {
        self.init(salts: salts)
        var cursor = ManifestCursor(text)
        while let line = try cursor.next() { _ = try take(try ManifestLine(line), line) }
    }

    /// The counts so far.
    var counts: EndLine { audit.counts }

    /// For how many messages each reservation is one of the signature that gives their class, by code.
    var reservations: [String: Int] { audit.reservations }

    /// Whether a message has a line.
    func hasLine(_ message: Digest) -> Bool { audit.messages[message] != nil }

    /// The number of lines so far.
    var size: Int { tree.size }

    /// The root of the lines so far.
    var root: RootReference { tree.root }

    /// The groups of leaves.
    var groups: [LeafTree.Group] { tree.groups }

    /// Appends a line; gives the payload files that it is the first to name.
    mutating func append(_ line: ManifestLine) throws -> [PayloadFile] {
        let text = line.bytes(salt: salts?.salt(ofLeaf: size))
        try check(line, text)
        return try take(line, text)
    }

    private mutating func take(_ line: ManifestLine, _ text: [UInt8]) throws -> [PayloadFile] {
        tree.append(text, at: manifest.size, nextMessage: audit.nextMessage)
        try manifest.append(text + [ASCII.lf])
        audit.follow(line, isSalted: LineSalt.isIn(text))
        guard audit.faultCount == 0 else {
            let detail = audit.faults.first?.detail ?? ""
            throw MailsealError("manifest line \(tree.size - 1) would break the format: \(detail)", hint: Self.bug)
        }
        if case .head(let line) = line { (origin, head) = (line.origin, tree.size - 1) }
        if case .content(let line) = line { contentRoot = line.root }
        let files = payload.files(broughtBy: line)
        try grow(tagFiles.follow(line, files: files))
        return files
    }

    /// Appends a line of another bundle as it stands there; gives the payload files that it is the first to name.
    mutating func append(_ line: ManifestLine, text: [UInt8]) throws -> [PayloadFile] { try take(line, text) }

    /// Ends a manifest whose lines were all appended as they stand in another bundle.
    mutating func finish() { tree.finish() }

    // A line that our own reader refused would make a bundle that nobody can verify: better none at all.
    private mutating func check(_ line: ManifestLine, _ text: [UInt8]) throws {
        guard text.count <= lineLimit else {
            throw MailsealError(
                "manifest line \(tree.size) would be longer than \(lineLimit) bytes", hint: Self.bug)
        }
        let read: ManifestLine?
        do { read = try ManifestLine(text) } catch {
            throw MailsealError(
                "manifest line \(tree.size) would not be readable: \(error.description)", hint: Self.bug)
        }
        guard read == line else {
            throw MailsealError(
                "manifest line \(tree.size) would not read as it was written", hint: Self.bug)
        }
    }

    private static let bug = "this is a fault of mailseal; nothing was written"

    /// Ends the edition: the key records that it adds, content root and counts.
    mutating func end(adding keys: [KeyLine]) throws {
        for key in keys { _ = try append(.key(key)) }
        let root = audit.contentRoot()
        _ = try append(.content(ContentLine(messages: counts.messages, root: root)))
        var end = counts
        end.leaf = size
        end.head = head > 0 ? head : nil
        _ = try append(.end(end))
        tree.finish()
    }

    /// Lays manifest, tag files and index behind the payload and gives the size of the bundle in bytes.
    func writeTags(to sink: consuming BundleSink) async throws -> Int {
        var sums: [(name: String, digest: Digest)] = [("bagit.txt", Digest(hashing: TagFiles.bagit))]
        let manifestOffset = sink.tarOffset + Tar.unit
        sums.append(("manifest.jsonl", try await Self.write(manifest, as: "manifest.jsonl", to: &sink)))
        let checkpoint = Checkpoint(origin: origin, size: root.size, root: root.root)?.text ?? []
        try await sink.add(path: "checkpoint".bytes, content: checkpoint)
        sums.append(("checkpoint", Digest(hashing: checkpoint)))
        for (name, text) in zip(TagFiles.mailbagNames(records: tagFiles.records), mailbags) {
            sums.append((name, try await Self.write(text, as: name, to: &sink)))
        }
        let payload = "manifest-sha256.txt"
        sums.append((payload, try await Self.write(payloadManifest, as: payload, to: &sink)))
        let bagInfo = tagFiles.bagInfo(root: root)
        try await sink.add(path: "bag-info.txt".bytes, content: bagInfo)
        sums.append(("bag-info.txt", Digest(hashing: bagInfo)))
        try await sink.add(path: "tagmanifest-sha256.txt".bytes, content: TagFiles.tagManifest(sums))
        return try await sink.finish(groups: groups, manifestOffset: manifestOffset, leaves: size)
    }

    private static func write(
        _ text: SpooledText, as name: String, to sink: inout BundleSink
    ) async throws -> Digest {
        try sink.begin(path: name.bytes, size: text.size)
        try await text.forEachPiece { piece in try await sink.append(piece) }
        try await sink.end()
        return try text.finish()
    }

    private mutating func grow(_ growth: TagFileGrowth) throws {
        try payloadManifest.append(growth.payloadManifest)
        guard !growth.mailbag.isEmpty else { return }
        while mailbags.count < growth.mailbagPart {
            try mailbags.last?.release()
            mailbags.append(SpooledText())
        }
        try mailbags[growth.mailbagPart - 1].append(growth.mailbag)
    }
}
