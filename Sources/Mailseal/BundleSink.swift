// The second half of the pipeline: tar stream, compression in tasks, file.

import Container
import Files

/// The bundle's file as the container writes it.
enum BundleFile: BlockOutput {
    /// A file that will get a name.
    case named(AtomicOutput)
    /// A file for the time of the run.
    case nameless(TemporaryFile)

    func append(_ bytes: [UInt8]) throws(FileError) {
        switch self {
        case .named(let file): try file.append(bytes)
        case .nameless(let file): try file.append(bytes)
        }
    }

    func patch(_ bytes: [UInt8], at offset: Int) throws(FileError) {
        switch self {
        case .named(let file): try file.patch(bytes, at: offset)
        case .nameless(let file): try file.patch(bytes, at: offset)
        }
    }

    /// The bytes appended so far.
    var size: Int {
        switch self {
        case .named(let file): file.size
        case .nameless(let file): file.size
        }
    }
}

/// Lays entries into the bundle and has its blocks compressed beside the caller's work.
struct BundleSink: ~Copyable {
    private var writer: BundleWriter
    private let output: BundleFile
    private var blocks: InOrder<CompressedBlock>
    private var submitted = 0
    private let compress: Compression

    /// Compresses a block, given its number.
    typealias Compression = @Sendable ([UInt8], Int) throws -> CompressedBlock
    /// As the format calls for it.
    static let encode: Compression = { try BundleWriter.compress($0, number: $1) }
    /// Stored, for a bundle that is only read here.
    static let store: Compression = { block, _ in BundleWriter.store(block) }

    /// A bundle of this name, written to `output`.
    init(
        name: [UInt8], output file: BundleFile, jobs: Int,
        compress: @escaping Compression = BundleSink.encode
    ) throws {
        let writer = try BundleWriter(name: name)
        try writer.start(file)
        self.writer = writer
        self.output = file
        self.compress = compress
        blocks = InOrder(width: jobs + 2, budget: .max)
    }

    /// Takes over everything before the manifest of a bundle of this name, whole blocks as they are compressed there.
    ///
    /// - Parameters:
    ///   - checksums: the CRC-32 of what each of its blocks inflates to.
    ///   - progress: told how much of the tar stream is done.
    mutating func takeOver(
        _ reader: BundleReader, before manifest: TarEntry, checksums: [UInt32], progress: (Int) -> Void
    ) throws {
        let count = min(manifest.tarOffset / BundleBlocks.size, checksums.count)
        let start = count * BundleBlocks.size
        writer.begin(
            with: Array(reader.index.entries.prefix { $0.tarOffset < manifest.tarOffset }), blocks: count,
            rest: try reader.bytes(tarOffset: start, count: manifest.tarOffset - start))
        submitted = count
        for number in 0..<count {
            let compressed = try reader.compressedBlock(number)
            try writer.accept(CompressedBlock(copying: compressed, checksum: checksums[number]), to: output)
            progress(number * BundleBlocks.size)
        }
    }

    /// Where the next byte goes in the tar stream.
    var tarOffset: Int { writer.tarOffset }

    /// Lays down a whole entry.
    mutating func add(path: [UInt8], leaf: Int? = nil, content: [UInt8]) async throws {
        try begin(path: path, size: content.count, leaf: leaf)
        try await append(content)
        try await end()
    }

    /// Begins an entry of a known size.
    mutating func begin(path: [UInt8], size: Int, leaf: Int? = nil) throws {
        try writer.begin(path: path, size: size, leaf: leaf.map { UInt32(clamping: $0) })
    }

    /// Appends content to the entry, a block at a time, so that a large message is not held twice.
    mutating func append(_ content: [UInt8]) async throws {
        var start = 0
        while start < content.count {
            let end = min(start + BundleBlocks.size, content.count)
            try writer.append(content[start..<end])
            try await drain()
            start = end
        }
    }

    /// Ends the entry.
    mutating func end() async throws {
        try writer.endEntry()
        try await drain()
    }

    /// Lays down index.txt, ends the file, and gives its size in bytes.
    consuming func finish(groups: [LeafTree.Group], manifestOffset: Int, leaves: Int) async throws -> Int {
        for group in groups {
            writer.addGroup(
                tarOffset: manifestOffset + group.offset, firstMessage: UInt32(clamping: group.firstMessage),
                hash: group.hash)
        }
        while try await acceptNext() {}
        for block in try writer.endArchive(leafCount: UInt32(clamping: leaves)) { try await submit(block) }
        while try await acceptNext() {}
        try writer.finish(output)
        return output.size
    }

    private mutating func drain() async throws {
        for block in writer.takeFullBlocks() { try await submit(block) }
    }

    private mutating func submit(_ block: [UInt8]) async throws {
        while blocks.isFull { _ = try await acceptNext() }
        let (compress, number) = (compress, submitted)
        submitted += 1
        blocks.submit(weight: block.count) { try compress(block, number) }
    }

    private mutating func acceptNext() async throws -> Bool {
        guard let block = try await blocks.next() else { return false }
        try writer.accept(block, to: output)
        return true
    }
}
