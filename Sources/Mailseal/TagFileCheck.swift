// The tag files, regenerated from the manifest and compared.

import Bytes
import Cryptography
import Manifest
import MerkleTree

/// A tag file as it must be.
struct ExpectedTag {
    let name: String
    let size: Int
    let digest: Digest

    init(_ name: String, _ bytes: [UInt8]) {
        self.init(name, size: bytes.count, digest: Digest(hashing: bytes))
    }

    init(_ name: String, size: Int, digest: Digest) {
        self.name = name
        self.size = size
        self.digest = digest
    }

    /// What is wrong with the file that was read, if anything.
    func compare(_ entry: ReadEntry) -> Finding? {
        guard !entry.isWhole || entry.size != size || entry.foundDigest != digest else { return nil }
        let shown = entry.isWhole ? "\(entry.size) bytes with SHA-256 \(entry.foundDigest)" : "damaged bytes"
        return Finding(
            .integrity, .tagFileDiffers, name,
            "does not follow from the manifest: expected \(size) bytes with SHA-256 \(digest), found \(shown)")
    }
}

/// All tag files of a manifest.
struct TagFileCheck {
    /// The tag files behind the payload, in order, index.txt left out.
    let expected: [ExpectedTag]
    /// bagit.txt.
    static let bagit = ExpectedTag("bagit.txt", TagFiles.bagit)
    private static let names: Set<String> = [
        "bagit.txt", "manifest.jsonl", "checkpoint", "manifest-sha256.txt", "bag-info.txt", "tagmanifest-sha256.txt",
        "index.txt",
    ]

    /// Whether a tag file can have this path.
    static func isName(_ path: [UInt8]) -> Bool {
        names.contains(path.displayText) || path.starts(with: "mailbag".utf8)
    }

    init(_ scan: ManifestScan) {
        let origin = scan.head?.origin ?? "?".bytes
        let checkpoint = Checkpoint(origin: origin, size: scan.root.size, root: scan.root.root)?.text ?? []
        var files = [
            ExpectedTag("manifest.jsonl", size: scan.manifest.size, digest: scan.manifest.finish()),
            ExpectedTag("checkpoint", checkpoint),
        ]
        let names = TagFiles.mailbagNames(records: scan.tagFiles.records)
        for (name, text) in zip(names, scan.mailbags) {
            files.append(ExpectedTag(name, size: text.size, digest: text.finish()))
        }
        let payload = scan.payloadManifest
        files.append(ExpectedTag("manifest-sha256.txt", size: payload.size, digest: payload.finish()))
        files.append(ExpectedTag("bag-info.txt", scan.tagFiles.bagInfo(root: scan.root)))
        let sums = [("bagit.txt", Self.bagit.digest)] + files.map { ($0.name, $0.digest) }
        files.append(
            ExpectedTag("tagmanifest-sha256.txt", TagFiles.tagManifest(sums.map { (name: $0.0, digest: $0.1) })))
        expected = files
    }
}
