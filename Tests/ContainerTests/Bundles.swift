// Bundles for the tests: written in memory, opened from an unlinked file, examined as verification does.

import Bytes
import Cryptography
import Deflate
import Files
import Glibc

@testable import Container

/// The entries of a bundle and the groups of its manifest.
struct Fixture {
    var name = "leak".bytes
    var entries: [(path: [UInt8], content: [UInt8], leaf: UInt32?)] = []
    var groups: [BundleIndex.Group] = []
    var leafCount: UInt32 = 0

    init(_ sizes: [Int]) {
        for (number, size) in sizes.enumerated() {
            entries.append(("data/\(number)".bytes, content(of: size, seed: UInt64(number)), UInt32(number)))
        }
        entries.append(("manifest.jsonl".bytes, "{}\n".bytes, nil))
        leafCount = 1
        let place = sizes.reduce(0) { $0 + 512 + $1 + Tar.padding(after: $1) } + 512
        groups.append(BundleIndex.Group(tarOffset: place, firstMessage: 1, hash: Digest(hashing: [0, 1])))
    }

    /// The bytes of the bundle.
    func bundle(
        compress: ([UInt8]) throws -> CompressedBlock = { try BundleWriter.compress($0, number: 0) }
    ) throws -> [UInt8] {
        let output = Memory()
        var writer = try BundleWriter(name: name)
        try writer.start(output)
        for (path, content, leaf) in entries {
            try writer.begin(path: path, size: content.count, leaf: leaf)
            for start in stride(from: 0, to: content.count, by: 300_000) {
                try writer.append(content[start..<min(start + 300_000, content.count)])
            }
            try writer.endEntry()
            for block in writer.takeFullBlocks() { try writer.accept(try compress(block), to: output) }
        }
        for group in groups {
            writer.addGroup(tarOffset: group.tarOffset, firstMessage: group.firstMessage, hash: group.hash)
        }
        for block in try writer.endArchive(leafCount: leafCount) { try writer.accept(try compress(block), to: output) }
        try writer.finish(output)
        return output.bytes
    }
}

/// An output that keeps the bytes.
final class Memory: BlockOutput {
    private(set) var bytes: [UInt8] = []
    func append(_ more: [UInt8]) throws(FileError) { bytes += more }
    func patch(_ other: [UInt8], at offset: Int) throws(FileError) {
        bytes.replaceSubrange(offset..<offset + other.count, with: other)
    }
}

/// Bytes that do not compress to nothing, the same for the same seed.
func content(of size: Int, seed: UInt64) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
        for place in 0..<size {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            unsafe buffer[place] = UInt8(truncatingIfNeeded: state & 0x3F) + 0x20
        }
        filled = size
    }
}

/// A block in stored blocks: what a fast and poor encoder would make.
func stored(_ block: [UInt8]) -> CompressedBlock {
    var bytes: [UInt8] = []
    for start in stride(from: 0, through: block.count, by: 65535) {
        let part = block[start..<min(start + 65535, block.count)]
        guard !part.isEmpty else { continue }
        for byte in [0, part.count & 255, part.count >> 8, ~part.count & 255, ~part.count >> 8 & 255] {
            bytes.append(UInt8(byte))
        }
        bytes += part
    }
    bytes += [0, 0, 0, 0xFF, 0xFF]
    return CompressedBlock(
        bytes: bytes, compressedChecksum: CRC32.of(bytes), checksum: CRC32.of(block), size: block.count)
}

/// A file without a name that tests write to while it is read.
final class Scratch {
    let descriptor: Int32

    init(_ bytes: [UInt8]) throws {
        let pattern = "/tmp/mailseal-test-XXXXXX".utf8CString
        var path = Array(pattern)
        descriptor = unsafe path.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return -1 }
            let descriptor = unsafe mkstemp(start)
            unsafe unlink(start)
            return descriptor
        }
        try write(bytes, at: 0)
    }

    deinit { close(descriptor) }

    func write(_ bytes: [UInt8], at offset: Int) throws {
        let count = unsafe bytes.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
        guard count == bytes.count else { throw FileError("write", "scratch", code: errno) }
    }

    func truncate(to size: Int) { _ = ftruncate(descriptor, off_t(size)) }

    /// The file as it is now.
    func open() throws -> ReadableFile { try ReadableFile(descriptor: dup(descriptor), path: "scratch") }
}

/// What an examination of a bundle gave.
struct Examination {
    var faults: [Fault] = []
    var contents: [[UInt8]: [UInt8]] = [:]
    var paths: [[UInt8]] = []
    var hasReader = false
    var codes: Set<Fault.Code> { Set(faults.map(\.code)) }

    private var entry: TarEntry?
    private var content: [UInt8] = []
    private var observation = BundleObservation()
    private var indexEntry: TarEntry?
    private var indexText: [UInt8] = []

    /// Examines a file as verification does, one block after the other.
    init(_ file: ReadableFile, as fixture: Fixture) throws {
        faults = try GzipHeader(of: file).faults
        let reader = try? BundleReader(file)
        hasReader = reader != nil
        var parser = StrictTarParser(name: reader?.name, landmarks: reader?.landmarks ?? [])
        var walker = BlockWalker(of: file)
        var number = 0
        while let block = try reader.map({ try Self.block(number, of: $0) }) ?? walker.next() {
            faults += block.faults
            observation.add(block)
            if let bytes = block.bytes {
                parser.push(bytes) { take($0, fixture) }
            } else {
                parser.gap(block.size) { take($0, fixture) }
            }
            number += 1
            if let reader, number == reader.blocks.count { break }
        }
        parser.finish { take($0, fixture) }
        if reader != nil || !walker.isBroken {
            faults += try observation.trailerFaults(of: file, end: reader?.blocks.end ?? walker.offset)
        }
        try compareIndex(file, fixture)
    }

    private static func block(_ number: Int, of reader: BundleReader) throws -> CheckedBlock {
        reader.blocks.check(number, compressed: try reader.compressedBlock(number))
    }

    private mutating func take(_ event: TarEvent, _ fixture: Fixture) {
        switch event {
        case .begin(let entry):
            self.entry = entry
            content = []
            if entry.path == BundleReader.indexPath {
                indexEntry = entry
            } else {
                let leaf = fixture.entries.first { $0.path == entry.path }?.leaf
                observation.addEntry(tarOffset: entry.tarOffset, leaf: leaf)
            }
        case .content(let bytes): content += bytes
        case .lost: break
        case .end(let isWhole):
            guard let entry else { return }
            paths.append(entry.path)
            if isWhole { contents[entry.path] = content }
            if entry.path == BundleReader.indexPath { indexText = content }
        case .fault(let fault): faults.append(fault)
        case .endOfArchive: break
        }
    }

    private mutating func compareIndex(_ file: ReadableFile, _ fixture: Fixture) throws {
        for group in fixture.groups {
            observation.addGroup(tarOffset: group.tarOffset, firstMessage: group.firstMessage, hash: group.hash)
        }
        guard let indexEntry else { return }
        let expected = observation.expectedIndex(indexOffset: indexEntry.tarOffset, leafCount: fixture.leafCount)
        if let fault = expected.difference(from: indexText) { faults.append(fault) }
        if let fault = try observation.commentFault(of: file, indexOffset: indexEntry.tarOffset) {
            faults.append(fault)
        }
    }
}
