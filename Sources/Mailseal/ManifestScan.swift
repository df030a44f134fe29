// The first pass of `verify`: the manifest alone — every line read, the rules between lines, the root, the keys.

import Bytes
import Cryptography
import DKIM
import Manifest
import MerkleTree

/// All that the manifest says and that does not need a message's bytes.
struct ManifestScan {
    private(set) var audit = ManifestAudit()
    /// The newest end line, as it stands.
    private(set) var end: EndLine?
    private(set) var findings = Findings()
    /// The head line of each edition.
    private(set) var heads: [HeadLine] = []
    /// The editions that have an end line.
    private(set) var editions: [Edition] = []
    /// What later editions say of messages of earlier ones.
    private(set) var laterEvidence = LaterEvidence()
    private(set) var contentRoot: Digest?
    private(set) var tagFiles = TagFiles()
    /// The place of each message's payload file among all, in the order of `audit.messages`.
    private var messageEntries = PagedArray<UInt32>()
    /// The first payload file's place for each `file` digest.
    private(set) var fileEntries: [Digest: Int] = [:]
    /// The number of pieces for each `file` digest whose content is stored in pieces.
    private(set) var filePieces: [Digest: Int] = [:]
    /// The number of payload files that the lines call for.
    private var payloadFiles = 0
    private(set) var payloadManifest = TextDigest()
    private(set) var mailbags: [TextDigest] = []
    private(set) var manifest = TextDigest()
    private var keys: [[Key]] = []
    private var headLeaf = 0
    private var tree = LeafTree()
    private var payload = Payload()

    /// The size and digest of a text that is generated in pieces.
    struct TextDigest {
        private(set) var size = 0
        private let hash = RunningHash(.sha256)

        mutating func append(_ bytes: [UInt8]) {
            size += bytes.count
            hash.update(bytes)
        }

        /// The digest; nothing can be appended afterwards.
        func finish() -> Digest { hash.finishDigest() }
    }

    /// The messages whose lines are disclosed and whose bytes are not.
    private var listed: Set<Digest> = []
    private var withheldLines = 0

    /// How much is disclosed; nil when nothing is withheld.
    var disclosure: VerifyReport.Disclosure? {
        guard audit.isRedacted else { return nil }
        return VerifyReport.Disclosure(
            messages: audit.counts.messages - listed.count, listed: listed.count, total: end?.messages ?? 0,
            withheldLines: withheldLines)
    }

    /// The root of the lines as they stand.
    var root: RootReference { tree.root }

    /// The groups of leaves.
    var groups: [LeafTree.Group] { tree.groups }

    /// The head line of the newest edition.
    var head: HeadLine? { heads.last }

    /// The rules and key records of all editions.
    var knowledge: [(rules: Int, keys: [Key])] { zip(heads, keys).map { (rules: $0.rules, keys: $1) } }

    /// No manifest: nothing is known.
    init() {}

    /// Reads the whole manifest.
    init(_ source: TextSource) throws {
        audit = ManifestAudit(isRedacted: try Self.isRedacted(source))
        var cursor = ManifestCursor(source)
        var start = 0
        while let line = try cursor.next() {
            try follow(line, at: start, isCut: cursor.isCut)
            start = cursor.offset
        }
        tree.finish()
        audit.finish()
        try laterEvidence.finish()
        for fault in audit.faults { add(fault) }
        if let last = audit.faults.last {
            findings.countMore(audit.faultCount - audit.faults.count, like: finding(of: last))
        }
    }

    /// Whether the line before the last one, the content line, is withheld: it goes with anything that is.
    private static func isRedacted(_ source: TextSource) throws -> Bool {
        let size = min(source.size, 1 << 16)
        let tail = try source.read(source.size - size, size).dropLast()
        guard let last = tail.lastIndex(of: ASCII.lf) else { return false }
        let start = tail[..<last].lastIndex(of: ASCII.lf).map { $0 + 1 } ?? tail.startIndex
        return tail[start] == ManifestLine.withheldMark
    }

    private mutating func follow(_ text: [UInt8], at offset: Int, isCut: Bool) throws {
        manifest.append(isCut ? text : text + [ASCII.lf])
        if isCut { addMalformed(leaf: tree.size, "the last line does not end in LF") }
        tree.append(text, at: offset, nextMessage: audit.nextMessage)
        let line: ManifestLine
        do {
            line = try ManifestLine(text)
        } catch {
            addMalformed(leaf: tree.size - 1, error.description)
            audit.skipLine()
            return
        }
        let files = payload.files(broughtBy: line)
        if case .file(let file) = line, let digest = file.sha256, !files.isEmpty {
            fileEntries[digest] = payloadFiles
            if !file.pieces.isEmpty { filePieces[digest] = file.pieces.count }
        }
        audit.follow(line, isSalted: LineSalt.isIn(text))
        if case .message(let message) = line { place(message.sha256, at: UInt32(clamping: payloadFiles)) }
        payloadFiles += files.count
        grow(tagFiles.follow(line, files: files))
        try note(line, text)
    }

    private mutating func place(_ message: Digest, at entry: UInt32) {
        guard let known = audit.messages[message] else { return }
        if known.place == messageEntries.count {
            messageEntries.append(entry)
        } else {
            messageEntries[known.place] = entry
        }
    }

    /// Whether the lines call for a message's payload file.
    func stores(_ message: Digest) -> Bool { audit.messages[message] != nil && !listed.contains(message) }

    /// The place of a message's payload file among all.
    func entry(of message: KnownMessage) -> Int { Int(messageEntries[message.place]) }

    // What stands before the first head line belongs to the first edition, what is behind the last one allowed to it.
    private mutating func note(_ line: ManifestLine, _ text: [UInt8]) throws {
        switch line {
        case .message(let message) where message.isListed: listed.insert(message.sha256)
        case .withheld: withheldLines += 1
        case .head(let line) where heads.count < Format.editionLimit:
            heads.append(line)
            headLeaf = tree.size - 1
            keys += [[Key]](repeating: [], count: heads.count - keys.count)
        case .dkim(let line) where audit.isRenewing:
            try laterEvidence.append(text, of: line.message, edition: heads.count)
        case .key(let line) where !audit.hasTooManyKeys:
            if keys.isEmpty { keys = [[]] }
            keys[keys.count - 1].append(Keys.key(of: line))
        case .content(let line): contentRoot = line.root
        case .end(let end):
            self.end = end
            guard let head, editions.last?.number != heads.count else { return }
            editions.append(
                Edition(
                    head: head, first: headLeaf, root: root, counts: audit.isRedacted ? end : audit.counts,
                    number: heads.count))
        default: break
        }
    }

    private mutating func grow(_ growth: TagFileGrowth) {
        payloadManifest.append(growth.payloadManifest)
        guard !growth.mailbag.isEmpty else { return }
        while mailbags.count < growth.mailbagPart { mailbags.append(TextDigest()) }
        mailbags[growth.mailbagPart - 1].append(growth.mailbag)
    }

    private mutating func addMalformed(leaf: Int, _ detail: String) {
        findings.append(Finding(.integrity, .lineMalformed, "manifest line \(leaf)", detail))
    }

    // The eight DKIM counts follow from other lines by rules that may not be ours.
    private mutating func add(_ fault: ManifestFault) {
        let rules = heads.indices.contains(fault.edition - 1) ? heads[fault.edition - 1].rules : nil
        if fault.code == ManifestFault.evidenceCounts, rules != Format.rules { return }
        findings.append(finding(of: fault))
    }

    private func finding(of fault: ManifestFault) -> Finding {
        let weight = fault.code == ManifestFault.evidenceCounts ? Finding.Weight.derivation : .integrity
        return Finding(weight, code: fault.code, "manifest line \(fault.leaf)", fault.detail)
    }
}
