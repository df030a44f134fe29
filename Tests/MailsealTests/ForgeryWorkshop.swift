// Takes a bundle apart and puts it together again, with everything that follows recomputed, after one lie.

import Bytes
import Cryptography
import Deflate
import Files
import Manifest
import MerkleTree
import ScratchFolders
import Testing

@testable import Container
@testable import Mailseal

/// The parts of a bundle; `assemble` makes all the rest follow from them.
struct Forgery {
    /// The folder's name in the headers.
    var name: [UInt8]
    /// The lines of the manifest.
    var lines: [[UInt8]]
    /// The payload files in order.
    var payload: [File]
    /// Changes the tag files, all of them and tagmanifest-sha256.txt too, before they are laid down.
    var changeTags: (inout [File]) -> Void = { _ in }
    /// Changes the entries before index.txt.
    var changeEntries: (inout [File]) -> Void = { _ in }
    /// Changes the tar stream before index.txt.
    var changeTar: (inout [UInt8]) -> Void = { _ in }
    /// Changes the bytes of a block before index.txt, which is then compressed as it is.
    var changeBlock: (_ number: Int, inout [UInt8]) -> Void = { _, _ in }
    /// Changes the compressed bytes of a block, those of index.txt too.
    var changeCompressed: (_ number: Int, inout [UInt8]) -> Void = { _, _ in }
    /// Changes what index.txt says.
    var changeIndex: (inout BundleIndex) -> Void = { _ in }
    /// What stands behind index.txt.
    var endOfArchive = [UInt8](repeating: 0, count: Tar.endSize)
    /// Changes the comment.
    var changeComment: (inout BundleComment) -> Void = { _ in }

    struct File {
        var path: String
        var content: [UInt8]
        var leaf: Int?
        /// The entry as it stands in the archive, header and all, in place of what follows from the rest.
        var raw: [UInt8]?
    }

    /// Takes a sound bundle apart.
    init(of bundle: [UInt8], in bench: VerifyBench) throws {
        let path = try bench.write("apart.tar.gz", bundle)
        let reader = try BundleReader(ReadableFile(path: path))
        name = reader.name
        payload = []
        lines = []
        for number in reader.index.entries.indices {
            let entry = try reader.entry(number)
            let content = try reader.read(entry)
            if entry.path.starts(with: "data/".utf8) {
                payload.append(File(path: entry.path.displayText, content: content))
            } else if entry.path == BundleManifest.path {
                lines = content.dropLast().split(separator: ASCII.lf).map(Array.init)
            }
        }
    }

    /// Where the lines of a type stand.
    func places(of type: String) -> [Int] {
        lines.indices.filter { lines[$0].starts(with: "{\"type\":\"\(type)\"".utf8) }
    }

    /// Changes the text of the first line of a type that holds `old`.
    mutating func replace(_ type: String, _ old: String, _ new: String) throws {
        let place = try #require(
            places(of: type).first { lines[$0].displayText.contains(old) }, "no \(type) with \(old)")
        lines[place] = lines[place].displayText.replacing(old, with: new, maxReplacements: 1).bytes
    }

    /// Changes the first line of a type for which the body gives another.
    mutating func change(_ type: String, _ body: (ManifestLine) -> ManifestLine?) throws {
        for place in places(of: type) {
            guard let line = body(try ManifestLine(lines[place])) else { continue }
            lines[place] = line.bytes
            return
        }
        Issue.record("no \(type) line to change")
    }

    /// Makes every `content` and `end` follow from the lines again.
    mutating func settle() throws {
        var (counts, head) = (EndLine(), 0)
        var newest: [Digest: [DKIMLine]] = [:]
        var last: Digest?
        for place in lines.indices {
            let line = try ManifestLine(lines[place])
            counts.count(line)
            var current: Digest?
            defer { last = current }
            switch line {
            case .head: head = place
            case .message(let message): newest[message.sha256] = []
            case .dkim(let signature):
                current = signature.message
                guard let known = newest[signature.message] else { continue }
                newest[signature.message] = (last == current ? known : []) + [signature]
            case .content:
                let content = ContentLine(messages: counts.messages, root: ContentRoot.root(of: newest.keys))
                lines[place] = ManifestLine.content(content).bytes
            case .end:
                var end = counts
                end.leaf = place
                end.head = head > 0 ? head : nil
                end.signatures = newest.values.map(\.count).reduce(0, +)
                for signatures in newest.values { end.count(EvidenceClass(of: signatures)) }
                lines[place] = ManifestLine.end(end).bytes
            default: break
            }
        }
    }

    /// The manifest's lines as they are now, and all that follows from them.
    private struct Consequences {
        var tags: [File] = []
        var leaves: [String: Int] = [:]
        var groups: [(offset: Int, message: Int, hash: Digest)] = []
        var root = Frontier()
    }

    private func consequences() -> Consequences {
        var result = Consequences()
        var (tags, files, group) = (TagFiles(), Payload(), Frontier())
        var (payloadManifest, csv, origin): ([UInt8], [UInt8], [UInt8]) = ([], [], "?".bytes)
        var (offset, messages) = (0, 0)
        let isRedacted = lines.count > 1 && lines[lines.count - 2].first == ManifestLine.withheldMark
        for (leaf, text) in lines.enumerated() {
            if leaf.isMultiple(of: 256) {
                group = Frontier()
                result.groups.append((offset, messages + 1, TreeHash.empty))
            }
            result.root.append(leafHash: ManifestLine.leafHash(of: text))
            group.append(leafHash: ManifestLine.leafHash(of: text))
            result.groups[result.groups.count - 1].hash = group.root
            offset += text.count + 1
            guard let line = try? ManifestLine(text) else { continue }
            if case .message(let message) = line { messages = isRedacted ? message.number : messages + 1 }
            if case .head(let head) = line { origin = head.origin }
            let brought = files.files(broughtBy: line)
            for file in brought { result.leaves[file.path.displayText] = leaf }
            let growth = tags.follow(line, files: brought)
            payloadManifest += growth.payloadManifest
            csv += growth.mailbag
        }
        let root = RootReference(size: lines.count, root: result.root.root)
        let checkpoint = Checkpoint(origin: origin, size: root.size, root: root.root)?.text ?? []
        result.tags = [
            File(path: "manifest.jsonl", content: lines.flatMap { $0 + [ASCII.lf] }),
            File(path: "checkpoint", content: checkpoint), File(path: "mailbag.csv", content: csv),
            File(path: "manifest-sha256.txt", content: payloadManifest),
            File(path: "bag-info.txt", content: tags.bagInfo(root: root)),
        ]
        return result
    }

    /// The root of the lines as they are now.
    var root: RootReference { RootReference(size: lines.count, root: consequences().root.root) }

    /// The file.
    func assemble() throws -> [UInt8] {
        let follows = consequences()
        var tags = [File(path: "bagit.txt", content: TagFiles.bagit)] + follows.tags
        let sums = tags.map { (name: $0.path, digest: Digest(hashing: $0.content)) }
        tags.append(File(path: "tagmanifest-sha256.txt", content: TagFiles.tagManifest(sums)))
        changeTags(&tags)
        var stored = payload
        for place in stored.indices { stored[place].leaf = follows.leaves[stored[place].path] }
        let first = Array(tags.prefix { $0.path == "bagit.txt" })
        var entries = first + stored + tags.dropFirst(first.count)
        changeEntries(&entries)
        var tar: [UInt8] = []
        var index = BundleIndex()
        index.leafCount = UInt32(lines.count)
        for entry in entries {
            index.entries.append(BundleIndex.Entry(tarOffset: tar.count, leaf: entry.leaf.map { UInt32($0) }))
            if entry.path == "manifest.jsonl" {
                let start = tar.count + Tar.unit
                index.groups = follows.groups.map {
                    BundleIndex.Group(tarOffset: start + $0.offset, firstMessage: UInt32($0.message), hash: $0.hash)
                }
            }
            tar += try Self.entry(name, entry)
        }
        changeTar(&tar)
        return try wrap(tar, index)
    }

    /// A manifest with its checkpoint and an index that leads to it, to be hidden in a payload file at this place.
    func hidden(at tarOffset: Int) throws -> (content: [UInt8], index: Int) {
        let follows = consequences()
        var index = BundleIndex()
        index.leafCount = UInt32(lines.count)
        index.entries = [BundleIndex.Entry(tarOffset: 0, leaf: nil)]
        var content: [UInt8] = []
        for tag in follows.tags.prefix(2) {
            index.entries.append(BundleIndex.Entry(tarOffset: tarOffset + content.count, leaf: nil))
            content += try Self.entry(name, tag)
        }
        index.groups = follows.groups.map {
            let start = tarOffset + Tar.unit + $0.offset
            return BundleIndex.Group(tarOffset: start, firstMessage: UInt32($0.message), hash: $0.hash)
        }
        let offset = tarOffset + content.count
        content += try Self.entry(name, File(path: "index.txt", content: index.encode())) + endOfArchive
        return (content, offset)
    }

    private static func entry(_ name: [UInt8], _ file: File) throws -> [UInt8] {
        if let raw = file.raw { return raw }
        let size = file.content.count
        return try Tar.header(name: name, path: file.path.bytes, size: size) + file.content
            + [UInt8](repeating: 0, count: Tar.padding(after: size))
    }

    // Blocks, index.txt, trailer and comment around the entries.
    private func wrap(_ entries: [UInt8], _ sound: BundleIndex) throws -> [UInt8] {
        var (tar, index, file) = (entries, sound, [UInt8](repeating: 0, count: GzipHeader.size))
        let count = tar.count / BundleBlocks.size
        for number in 0..<count {
            var bytes = Array(tar[number * BundleBlocks.size..<(number + 1) * BundleBlocks.size])
            changeBlock(number, &bytes)
            var block = Deflate.compress(block: bytes)
            changeCompressed(number, &block)
            index.blocks.append(BundleIndex.Block(offset: file.count, checksum: CRC32.of(block)))
            file += block
        }
        let indexOffset = tar.count
        changeIndex(&index)
        tar += try Self.entry(name, File(path: "index.txt", content: index.encode())) + endOfArchive
        let tail = file.count
        for start in stride(from: count * BundleBlocks.size, to: tar.count, by: BundleBlocks.size) {
            var block = Deflate.compress(block: Array(tar[start..<min(start + BundleBlocks.size, tar.count)]))
            changeCompressed(start / BundleBlocks.size, &block)
            file += block
        }
        var stream = StreamChecksum()
        stream.append(CRC32.of(tar), count: tar.count)
        file += Deflate.end + stream.trailer
        var comment = BundleComment(
            blockOffset: tail, headerOffset: indexOffset % BundleBlocks.size, checksum: CRC32.of(Array(file[tail...])))
        changeComment(&comment)
        return GzipHeader.encode(comment) + file[GzipHeader.size...]
    }
}
