// The second pass of `verify` reads the bundle's entries in stored order; blocks are inflated in tasks ahead of it.

import Bytes
import Container
import Cryptography
import Files

/// One entry as it was read.
struct ReadEntry: Sendable {
    /// The path below the bundle's name.
    let path: [UInt8]
    /// The size in bytes that its header gives.
    let size: Int
    /// Its bytes, when the caller asked for them.
    var bytes: [UInt8]?
    /// The digest of its bytes, when they were hashed.
    var digest: Digest?
    /// Whether all of its bytes could be read.
    var isWhole = true

    /// The digest of what could be read.
    var foundDigest: Digest { digest ?? Digest(hashing: bytes ?? []) }
}

/// The entries of a bundle in the order in which they are stored, with the container's faults on the way.
struct EntryStream: ~Copyable {
    /// What is wrong with the container so far.
    private(set) var findings = Findings()
    /// What was observed, for recomputing the index.
    private(set) var observation = BundleObservation()
    /// Where the compressed blocks ended in the file.
    private(set) var end = GzipHeader.size
    /// Whether a block could not be inflated so far.
    private(set) var hasLostBlocks = false
    private var parser: StrictTarParser
    private var events: [TarEvent] = []
    private var position = 0
    private var pending: TarEntry?
    private var isFinished = false
    private var blocks: BlockFeed

    /// A stream over a file: by the index when it could be read, else block after block.
    init(_ file: ReadableFile, reader: BundleReader?, jobs: Int, digests: PassingDigests? = nil) {
        parser = StrictTarParser(name: reader?.name, landmarks: reader?.landmarks ?? [])
        blocks = BlockFeed(file, reader: reader, jobs: jobs, digests: digests)
    }

    /// The bundle's name, once a header has told it.
    var name: [UInt8]? { parser.name }

    /// Whether a damaged block ended the stream before its end, so that what follows it cannot be judged.
    var isBroken: Bool { blocks.isBroken }

    /// The header of the entry that comes next, or nil behind the last one.
    mutating func peek() async throws -> TarEntry? {
        while pending == nil, let event = try await nextEvent() {
            switch event {
            case .begin(let entry): pending = entry
            case .fault(let fault): findings.append(Finding(fault))
            case .content, .lost, .end, .endOfArchive: break
            }
        }
        return pending
    }

    /// Reads the entry that comes next: its bytes when `keeping` allows that many, else its digest; `others` are hashes
    /// that its bytes go into too.
    mutating func read(keeping limit: Int, into others: [RunningHash] = []) async throws -> ReadEntry? {
        guard let entry = try await peek() else { return nil }
        let keeps = entry.size <= limit
        var bytes: [UInt8] = []
        if keeps { bytes.reserveCapacity(min(entry.size, 64 << 20)) }
        let hash = RunningHash(.sha256)
        var read = try await read { part in
            if keeps { bytes += part } else { hash.update(part) }
            for other in others { other.update(part) }
        }
        if keeps { read?.bytes = bytes } else { read?.digest = hash.finishDigest() }
        return read
    }

    /// Reads the entry that comes next, and gives its bytes in pieces of at most a block; nothing is kept or hashed.
    mutating func read(_ body: (ArraySlice<UInt8>) throws -> Void) async throws -> ReadEntry? {
        guard let entry = try await peek() else { return nil }
        pending = nil
        var read = ReadEntry(path: entry.path, size: entry.size)
        while let event = try await nextEvent() {
            switch event {
            case .content(let part):
                try body(part)
                continue
            case .lost: read.isWhole = false
            case .fault(let fault): findings.append(Finding(fault))
            case .begin(let next): pending = next
            case .end(let isWhole): read.isWhole = read.isWhole && isWhole
            case .endOfArchive: break
            }
            if case .end = event { break }
            if case .begin = event { break }
        }
        return read
    }

    /// Records an entry for the recomputed index.
    mutating func observe(_ entry: TarEntry, leaf: Int?) {
        observation.addEntry(tarOffset: entry.tarOffset, leaf: leaf.map { UInt32(clamping: $0) })
    }

    /// Records the groups of leaves for the recomputed index.
    mutating func observe(_ groups: [LeafTree.Group], manifestOffset: Int) {
        for group in groups {
            observation.addGroup(
                tarOffset: manifestOffset + group.offset, firstMessage: UInt32(clamping: group.firstMessage),
                hash: group.hash)
        }
    }

    private mutating func nextEvent() async throws -> TarEvent? {
        while position == events.count {
            guard !isFinished else { return nil }
            events.removeAll(keepingCapacity: true)
            position = 0
            if let block = try await blocks.next() {
                take(block)
            } else {
                parser.finish { events.append($0) }
                isFinished = true
            }
        }
        position += 1
        return events[position - 1]
    }

    private mutating func take(_ block: CheckedBlock) {
        findings += block.faults.map { Finding($0) }
        observation.add(block)
        end = block.offset + block.compressedSize
        if let bytes = block.bytes {
            parser.push(bytes) { events.append($0) }
        } else {
            hasLostBlocks = true
            parser.gap(block.size) { events.append($0) }
        }
    }
}

/// The blocks of a bundle in order: inflated in tasks when it is known where they are, else one after another.
struct BlockFeed: ~Copyable {
    private let reader: BundleReader?
    private var walker: BlockWalker
    private var window: InOrder<CheckedBlock>
    private var submitted = 0
    private let digests: PassingDigests?

    init(_ file: ReadableFile, reader: BundleReader?, jobs: Int, digests: PassingDigests?) {
        self.reader = reader
        self.digests = digests
        walker = BlockWalker(of: file)
        window = InOrder(width: jobs * 2 + 2, budget: .max)
    }

    /// Whether the blocks behind a damaged one could not be found.
    var isBroken: Bool { reader == nil && walker.isBroken }

    mutating func next() async throws -> CheckedBlock? {
        guard let reader else { return try walker.next() }
        while submitted < reader.blocks.count, !window.isFull {
            let number = submitted
            let compressed = try reader.compressedBlock(number)
            try digests?.take(compressed, at: reader.blocks.range(of: number).lowerBound)
            window.submit(weight: compressed.count) { reader.blocks.check(number, compressed: compressed) }
            submitted += 1
        }
        return try await window.next()
    }
}

extension Finding {
    /// A departure from the container's form: of integrity.
    init(_ fault: Fault) {
        self.init(
            .integrity, code: fault.code.rawValue, "byte \(fault.offset) of \(fault.stream.rawValue)",
            "expected \(fault.expected), found \(fault.found)")
    }
}
