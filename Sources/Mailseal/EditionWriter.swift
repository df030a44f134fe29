// An edition while it is made: lines go in, and the manifest, its root and the growing tag files come out.

import Bytes
import Cryptography
import Manifest
import MerkleTree

/// Collects the lines of one edition and everything that follows from them.
struct EditionWriter {
    /// manifest.jsonl so far.
    let manifest = SpooledText()
    /// manifest-sha256.txt so far.
    let payloadManifest = SpooledText()
    /// The parts of mailbag.csv so far.
    private(set) var mailbags: [SpooledText] = []
    /// The tag files that do not grow.
    private(set) var tagFiles = TagFiles()
    /// The counts so far.
    private(set) var counts = EndLine(leaf: 0)
    /// The longest line, in bytes.
    var lineLimit = ManifestCursor.lineLimit
    private var payload = Payload()
    private var audit = ManifestAudit()
    private var tree = LeafTree()

    /// The digests of the messages that have a line.
    var messages: Dictionary<Digest, ManifestAudit.KnownMessage>.Keys { audit.messages.keys }

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
        let text = line.bytes
        try check(line, text)
        tree.append(text, at: manifest.size, nextMessage: counts.messages + 1)
        try manifest.append(text + [ASCII.lf])
        counts.count(line)
        let files = payload.files(broughtBy: line)
        try grow(tagFiles.follow(line, files: files))
        return files
    }

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
        audit.follow(line)
        guard read == line, audit.faultCount == 0 else {
            let detail = audit.faults.first?.detail ?? "it does not read as it was written"
            throw MailsealError("manifest line \(tree.size) would break the format: \(detail)", hint: Self.bug)
        }
    }

    private static let bug = "this is a fault of mailseal; nothing was written"

    /// Counts a message in its class.
    mutating func count(_ evidence: EvidenceClass) { counts.count(evidence) }

    /// Closes the last group once all lines are in.
    mutating func finish() { tree.finish() }

    private mutating func grow(_ growth: TagFileGrowth) throws {
        try payloadManifest.append(growth.payloadManifest)
        guard !growth.mailbag.isEmpty else { return }
        while mailbags.count < growth.mailbagPart { mailbags.append(SpooledText()) }
        try mailbags[growth.mailbagPart - 1].append(growth.mailbag)
    }
}
