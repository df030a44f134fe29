// A bundle of invented lines: all that follows from them is right, so that no check before them ends the reading.

import Bytes
import Container
import Cryptography
import Mailseal
import Manifest
import MerkleTree

enum LinesTarget {
    /// Reads a text as a manifest, puts a bundle around it, verifies it, and reads it with every command that follows lines.
    static func lines(_ bytes: [UInt8]) async throws {
        let lines = bytes.prefix(1 << 16).split(separator: ASCII.lf, omittingEmptySubsequences: false).map(Array.init)
        guard let made = try? LinesBundle(lines.last == [] ? lines.dropLast() : lines) else { return }
        let file = try InputFile(made.bytes, ending: ".tar.gz")
        let report = try? await Verify.run(VerifyOptions(path: file.path))
        let passes = report.map { ![.altered, .evidenceDiffers].contains($0.verdict) } ?? false
        try require(passes || !manifests.contains(Digest(hashing: bytes)), "the seeds are consistent")
        guard let bundle = try? Bundle(path: file.path) else {
            return try require(!passes, "what verifies can be opened")
        }
        var listed: [Int] = []
        let whole: ListSummary? = try? await List.run(bundle) { listed.append($0.line.number) }
        try require(whole != nil || !passes, "what verifies can be listed")
        if passes { try require(listed == made.messages, "every message that is disclosed is listed") }
        for number in listed.prefix(10) {
            let shown = try? Show.run(bundle, .number(number))
            try require(shown != nil || !passes, "what verifies can be shown")
            _ = try? Prove.run(bundle, .message(.number(number)))
        }
        let keys = try? bundle.keys()
        try require(keys != nil || !passes, "what verifies has keys that can be read")
        if let other = seeds.first { try await compare(file, other, passes) }
    }

    private static func compare(_ file: InputFile, _ other: InputFile, _ passes: Bool) async throws {
        let report = try? await Diff.run(DiffOptions(a: file.path, b: other.path))
        try require(report != nil || !passes, "what verifies can be compared")
    }

    private static let manifests = Seeds.digests(of: "Lines")
    private static let seeds: [InputFile] = ((try? Seeds.read("Corpus", of: "Bundle")) ?? [])
        .filter { $0.name == "signed" }.compactMap { try? InputFile($0.bytes, ending: ".tar.gz") }
}

/// A bundle whose checkpoint, tag files, index and digests are those of any lines.
private struct LinesBundle {
    private(set) var bytes: [UInt8]
    /// The numbers of the messages that have a line.
    private(set) var messages: [Int] = []

    /// The most bytes of a payload file that is made up.
    private static let contentLimit = 1 << 16

    /// Every payload file of the seeds, by its digest.
    private static let contents: [Digest: [UInt8]] = {
        var contents: [Digest: [UInt8]] = [:]
        for seed in (try? Seeds.read("Corpus", of: "Bundle")) ?? [] {
            guard let file = try? InputFile(seed.bytes, ending: ".tar.gz"), let bundle = try? Bundle(path: file.path)
            else { continue }
            var payload = Payload()
            _ = try? bundle.forEachLine { leaf, line in
                for file in payload.files(broughtBy: line) {
                    contents[file.digest] = try bundle.content(ofLeaf: leaf, path: file.path, digest: file.digest)
                }
                return true
            }
        }
        return contents
    }()

    init(_ lines: [[UInt8]]) throws {
        var name = "sample".bytes
        var (tags, payload, root) = (TagFiles(), Payload(), Frontier())
        var (payloadManifest, mailbag, origin): ([UInt8], [UInt8], [UInt8]) = ([], [], "?".bytes)
        var groups: [(offset: Int, first: Int, tree: Frontier)] = []
        var (offset, last) = (0, 0)
        var files: [(file: PayloadFile, leaf: Int)] = []
        for (leaf, text) in lines.enumerated() {
            if leaf.isMultiple(of: Tree.groupSize) { groups.append((offset, last + 1, Frontier())) }
            let hash = ManifestLine.leafHash(of: text)
            root.append(leafHash: hash)
            groups[groups.count - 1].tree.append(leafHash: hash)
            offset += text.count + 1
            guard let line = try? ManifestLine(text) else { continue }
            if case .head(let head) = line { (name, origin) = (head.name, head.origin) }
            if case .message(let message) = line {
                messages.append(message.number)
                last = min(message.number, leaf + 1)
            }
            let brought = payload.files(broughtBy: line)
            files += brought.map { ($0, leaf) }
            let growth = tags.follow(line, files: brought)
            payloadManifest += growth.payloadManifest
            mailbag += growth.mailbag
        }
        let reference = RootReference(size: root.size, root: root.root)
        var archive = try LinesArchive(name: name)
        try archive.add("bagit.txt", TagFiles.bagit)
        for (file, leaf) in files where file.size <= Self.contentLimit {
            let known = Self.contents[file.digest].flatMap { $0.count == file.size ? $0 : nil }
            try archive.add(file.path, known ?? [UInt8](repeating: 0x61, count: file.size), leaf: leaf)
        }
        let start = archive.nextContent
        for (path, text) in [
            ("manifest.jsonl", lines.flatMap { $0 + [ASCII.lf] }),
            ("checkpoint", Checkpoint(origin: origin, size: root.size, root: root.root)?.text ?? []),
            ("mailbag.csv", mailbag), ("manifest-sha256.txt", payloadManifest),
            ("bag-info.txt", tags.bagInfo(root: reference)),
        ] { try archive.add(path, text) }
        bytes = try archive.finish(
            lines: lines.count, groups.map { (start + $0.offset, UInt32($0.first), $0.tree.root) })
    }
}

/// The entries of a bundle, laid down in memory.
private struct LinesArchive {
    private final class Memory: BlockOutput {
        var bytes: [UInt8] = []
        func append(_ new: [UInt8]) { bytes += new }
        func patch(_ new: [UInt8], at offset: Int) { bytes.replaceSubrange(offset..<offset + new.count, with: new) }
    }

    private let memory = Memory()
    private var writer: BundleWriter
    private var sums: [(name: String, digest: Digest)] = []

    init(name: [UInt8]) throws {
        writer = try BundleWriter(name: name)
        writer.start(memory)
    }

    /// Where the content of the next entry begins in the tar stream.
    var nextContent: Int { writer.tarOffset + Tar.unit }

    mutating func add(_ path: [UInt8], _ content: [UInt8], leaf: Int? = nil) throws {
        try writer.begin(path: path, size: content.count, leaf: leaf.map { UInt32($0) })
        try writer.append(content)
        try writer.endEntry()
        try takeBlocks()
    }

    /// Adds a tag file.
    mutating func add(_ path: String, _ content: [UInt8]) throws {
        sums.append((path, Digest(hashing: content)))
        try add(path.bytes, content)
    }

    mutating func finish(lines: Int, _ groups: [(offset: Int, first: UInt32, hash: Digest)]) throws -> [UInt8] {
        try add("tagmanifest-sha256.txt".bytes, TagFiles.tagManifest(sums))
        for group in groups { writer.addGroup(tarOffset: group.offset, firstMessage: group.first, hash: group.hash) }
        for block in try writer.endArchive(leafCount: UInt32(lines)) { try accept(block) }
        writer.finish(memory)
        return memory.bytes
    }

    private mutating func takeBlocks() throws {
        for block in writer.takeFullBlocks() { try accept(block) }
    }

    private mutating func accept(_ block: [UInt8]) throws {
        writer.accept(try BundleWriter.compress(block, number: 0), to: memory)
    }
}
