// `create`: sources in, one bundle out; the whole pipeline in reading order.

import Bytes
import Container
import Cryptography
import DKIM
import Files
import Intake
import Manifest
import MerkleTree

/// Packs sources into a bundle.
public struct Create {
    private let options: CreateOptions
    private let keys: KeyStore
    private let name: RawText
    /// Where the bundle is to stand, if it gets a name.
    private let path: [UInt8]
    private var packing: SourcePacking

    /// Packs what the options name and gives the root to publish.
    ///
    /// - Throws: `MailsealError` when nothing was written: bad names, unreadable sources, no space, or failures without `keepGoing`.
    public static func run(_ options: CreateOptions, observer: Observer = Observer()) async throws -> CreateSummary {
        var create = try Create(options, isNamed: true, observer: observer)
        return try await create.run()
    }

    /// Packs what the options name into a file that has no name and is gone with this process; throws as `run` does.
    static func run(_ options: CreateOptions, into file: TemporaryFile, observer: Observer) async throws {
        var create = try Create(options, isNamed: false, observer: observer)
        _ = try await create.write(to: .nameless(file))
    }

    private init(_ options: CreateOptions, isNamed: Bool, observer: Observer) throws {
        self.options = options
        guard let first = options.sources.paths.first else { throw MailsealError("no source was given") }
        name = options.name ?? Format.name(from: Self.baseName(of: first))
        guard Format.isName(name) else {
            throw MailsealError(
                "the name \"\(name.displayText)\" cannot be used",
                hint: "use 1 to 64 of a-z 0-9 . _ - and neither . nor - first")
        }
        if let origin = options.origin, !Format.isOrigin(origin) {
            throw MailsealError(
                "the origin \"\(origin.displayText)\" cannot be used",
                hint: "use an ASCII name without spaces, such as newsroom.example/archives/2026-11")
        }
        path = options.output ?? name + ".tar.gz".bytes
        try Places.check(
            options.sources, output: isNamed ? path : nil, secret: options.seedFile, others: options.keyFiles)
        if isNamed, !options.force { try AtomicOutput.checkFree(path) }
        let salts = try options.seedFile.map { try Self.salts($0, options.origin) }
        let loaded = try Keys.load(options.keyFiles, observer: observer)
        let known = options.knownKeys.map { $0.map { Keys.key(of: $0) } }
        keys = known.isEmpty ? loaded : KeyStore(sets: known + [loaded.keys])
        packing = try SourcePacking(
            options.sources, into: EditionWriter(salts: salts), keys: keys, jobs: options.jobs, memory: options.memory,
            observer: observer)
    }

    /// The salts of a new archive: its origin must be its own, or two archives would have the same salts.
    private static func salts(_ path: [UInt8], _ origin: RawText?) throws -> LineSalts {
        guard let origin else {
            throw MailsealError(
                "a seed needs an origin", hint: "name the archive with --origin newsroom.example/archives/2026-11")
        }
        return try LineSalts(seedFile: path, origin: origin)
    }

    private mutating func run() async throws -> CreateSummary {
        let output = try AtomicOutput(path: path)
        let size = try await write(to: .named(output))
        try output.commit(force: options.force)
        packing.reportUnused()
        return CreateSummary(
            path: path, name: name, root: packing.edition.root,
            contentRoot: packing.edition.contentRoot.description, counts: packing.edition.counts,
            reservations: packing.edition.reservations, size: size)
    }

    /// Writes the whole bundle and gives its size.
    private mutating func write(to file: BundleFile) async throws -> Int {
        var sink = try BundleSink(
            name: name, output: file, jobs: options.jobs,
            compress: options.storesBlocks ? BundleSink.store : BundleSink.encode)
        try await sink.add(path: "bagit.txt".bytes, content: TagFiles.bagit)
        _ = try packing.edition.append(.head(head))
        try await packing.run(into: &sink)
        try packing.edition.end(adding: try Keys.lines(of: keys, for: packing.keyNames))
        return try await packing.edition.writeTags(to: sink)
    }

    private var head: HeadLine {
        HeadLine(
            format: Format.name.bytes, rules: Format.rules, name: name,
            origin: options.origin ?? Format.defaultOrigin(of: name), edition: 1,
            salted: options.seedFile != nil, baggedAt: options.baggedAt)
    }

    private static func baseName(of path: [UInt8]) -> [UInt8] {
        let parts = path.split(separator: 0x2F).filter { $0 != [0x2E] }
        return parts.last.map(Array.init) ?? "mail".bytes
    }
}
