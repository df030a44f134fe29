// A bundle as a whole: opened, listed and verified.

import Bytes
import Container
import Cryptography
import Deflate
import Mailseal
import Manifest
import MerkleTree

enum BundleTargets {
    private static let bundles = Seeds.digests(of: "Bundle")
    private static let archives = Seeds.digests(of: "Container")

    /// Verifies bytes as a bundle: none that differs from the seeds may pass, and who reads it sees what was verified.
    static func bundle(_ bytes: [UInt8]) async throws {
        let file = try InputFile(bytes, ending: ".tar.gz")
        let report = try? await Verify.run(VerifyOptions(path: file.path))
        let passes = report.map { ![.altered, .evidenceDiffers].contains($0.verdict) } ?? false
        try require(passes == bundles.contains(Digest(hashing: bytes)), "the seeds are consistent, and nothing else")
        try await read(file, report, passes)
    }

    /// Verifies a tar archive in sound gzip clothes, so that what is inside is looked at.
    static func container(_ bytes: [UInt8]) async throws {
        let tar = TarText.withChecksums(Array(bytes.prefix(Deflate.blockSize)))
        let file = try InputFile(wrapped(tar), ending: ".tar.gz")
        let report = try? await Verify.run(VerifyOptions(path: file.path))
        let passes = report.map { ![.altered, .evidenceDiffers].contains($0.verdict) } ?? false
        try require(passes == archives.contains(Digest(hashing: tar)), "the seeds are consistent, and nothing else")
        try await read(file, report, passes)
    }

    /// Reads the bundle as `list` and `show` do.
    private static func read(_ file: InputFile, _ report: VerifyReport?, _ passes: Bool) async throws {
        guard let bundle = try? Bundle(path: file.path) else {
            return try require(!passes, "what verifies can be opened")
        }
        if passes { try require(bundle.root == report?.root, "reading and verifying see the same root") }
        var messages: [(leaf: Int, line: MessageLine)] = []
        let readAll: Void? = try? bundle.forEachLine { leaf, line in
            if case .message(let message) = line { messages.append((leaf, message)) }
            return true
        }
        guard readAll != nil else { return try require(!passes, "what verifies can be listed") }
        _ = (try? bundle.keys(), bundle.editions.count)
        for (leaf, message) in messages.prefix(20) {
            guard let content = try? bundle.bytes(of: message, leaf: leaf) else { continue }
            try require(Digest(hashing: content) == message.sha256, "a message is the one of its line")
        }
    }

    /// The gzip file of a tar archive, its block stored as it is and its comment leading to the last index.txt.
    private static func wrapped(_ tar: [UInt8]) -> [UInt8] {
        let block = BundleWriter.store(tar)
        let crc = CRC32.of(tar)
        let trailer = [crc, UInt32(tar.count)].flatMap { value in
            (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let tail = block.bytes + Deflate.end + trailer
        let comment = BundleComment(
            blockOffset: GzipHeader.size, headerOffset: TarText.lastIndex(in: tar), checksum: CRC32.of(tail))
        return [0x1F, 0x8B, 8, 0x10, 0, 0, 0, 0, 0, 0xFF] + comment.text + [0] + tail
    }
}

/// Tar archives as bytes.
enum TarText {
    private static let unit = 512

    /// The archive with the checksum that each block with ustar's magic calls for.
    static func withChecksums(_ tar: [UInt8]) -> [UInt8] {
        var tar = tar
        for start in stride(from: 0, through: tar.count - unit, by: unit)
        where tar[start + 257..<start + 262].elementsEqual("ustar".utf8) {
            for place in start + 148..<start + 156 { tar[place] = 0x20 }
            var sum = tar[start..<start + unit].reduce(0) { $0 + Int($1) }
            for place in (start + 148..<start + 154).reversed() {
                tar[place] = 0x30 + UInt8(sum & 7)
                sum >>= 3
            }
            tar[start + 154] = 0
        }
        return tar
    }

    /// Where the last header of index.txt stands, or 0.
    static func lastIndex(in tar: [UInt8]) -> Int {
        let headers = stride(from: 0, through: tar.count - unit, by: unit).reversed()
        return headers.first { tar[$0..<$0 + 10].elementsEqual("index.txt\0".utf8) } ?? 0
    }
}
