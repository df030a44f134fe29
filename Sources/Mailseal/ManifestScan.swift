// The first pass of `verify`: the manifest alone — every line read, the rules between lines, the root, the keys.

import Bytes
import Cryptography
import DKIM
import Manifest
import MerkleTree

/// All that the manifest says and that does not need a message's bytes.
struct ManifestScan {
    private(set) var audit = ManifestAudit()
    private(set) var findings = Findings()
    private(set) var head: HeadLine?
    private(set) var contentRoot: Digest?
    private(set) var tagFiles = TagFiles()
    /// The first payload file's place for each `file` digest.
    private(set) var fileEntries: [Digest: Int] = [:]
    /// The number of pieces for each `file` digest whose content is stored in pieces.
    private(set) var filePieces: [Digest: Int] = [:]
    /// The number of payload files that the lines call for.
    private var payloadFiles = 0
    private(set) var payloadManifest = TextDigest()
    private(set) var mailbags: [TextDigest] = []
    private(set) var manifest = TextDigest()
    private var keyLines: [KeyLine] = []
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

    /// The root of the lines as they stand.
    var root: RootReference { tree.root }

    /// The groups of leaves.
    var groups: [LeafTree.Group] { tree.groups }

    /// The key records that the lines hold.
    var keys: KeyStore { Keys.store(of: keyLines) }

    /// No manifest: nothing is known.
    init() {}

    /// Reads the whole manifest.
    init(_ source: TextSource) throws {
        var cursor = ManifestCursor(source)
        var start = 0
        while let line = try cursor.next() {
            follow(line, at: start, isCut: cursor.isCut)
            start = cursor.offset
        }
        tree.finish()
        audit.finish()
        for fault in audit.faults { add(fault) }
        if let last = audit.faults.last {
            findings.countMore(audit.faultCount - audit.faults.count, like: finding(of: last))
        }
    }

    private mutating func follow(_ text: [UInt8], at offset: Int, isCut: Bool) {
        manifest.append(isCut ? text : text + [ASCII.lf])
        if isCut { addMalformed(leaf: tree.size, "the last line does not end in LF") }
        tree.append(text, at: offset, nextMessage: audit.counts.messages + 1)
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
        audit.follow(line, entry: payloadFiles)
        payloadFiles += files.count
        grow(tagFiles.follow(line, files: files))
        note(line)
    }

    private mutating func note(_ line: ManifestLine) {
        switch line {
        case .head(let line): head = line
        case .key(let line): keyLines.append(line)
        case .content(let line): contentRoot = line.root
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
        if fault.code == ManifestFault.evidenceCounts, head?.rules != Format.rules { return }
        findings.append(finding(of: fault))
    }

    private func finding(of fault: ManifestFault) -> Finding {
        let weight = fault.code == ManifestFault.evidenceCounts ? Finding.Weight.derivation : .integrity
        return Finding(weight, code: fault.code, "manifest line \(fault.leaf)", fault.detail)
    }
}
