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
    let options: CreateOptions
    let observer: Observer
    let keys: KeyStore
    let name: RawText
    private let path: [UInt8]
    private var edition: EditionWriter
    private var keyNames: Set<KeyName> = []
    private var retrievals: Retrievals
    private var failed = 0
    private var lost = LostFiles()
    private var progress = Progress(bytes: 0, messages: 0)

    /// Packs what the options name and gives the root to publish.
    ///
    /// - Throws: `MailsealError` when nothing was written: bad names, unreadable sources, no space, or failures without `keepGoing`.
    public static func run(_ options: CreateOptions, observer: Observer = Observer()) async throws -> CreateSummary {
        var create = try Create(options, observer: observer)
        return try await create.run()
    }

    private init(_ options: CreateOptions, observer: Observer) throws {
        self.options = options
        self.observer = observer
        guard let first = options.sources.first else { throw MailsealError("no source was given") }
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
        try Places.check(options, output: path)
        if !options.force { try Places.checkFree(path) }
        edition = EditionWriter(salts: try options.seedFile.map { try Self.salts($0, options.origin) })
        let loaded = try Keys.load(options.keyFiles, observer: observer)
        let known = options.knownKeys.map { $0.map { Keys.key(of: $0) } }
        keys = known.isEmpty ? loaded : KeyStore(sets: known + [loaded.keys])
        retrievals = try Retrievals(options, observer: observer)
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
        let intake = try Intake(sources: options.sources, options: intakeOptions)
        if observer.wantsTotal { progress.totalBytes = Places.size(of: options.sources) }
        let output = try AtomicOutput(path: path)
        var sink = try BundleSink(
            name: name, output: output, jobs: options.jobs,
            compress: options.storesBlocks ? BundleSink.store : BundleSink.encode)
        try await sink.add(path: "bagit.txt".bytes, content: TagFiles.bagit)
        _ = try edition.append(.head(head))
        try await pack(intake, into: &sink)
        try checkOutcome()
        try edition.end(adding: Keys.lines(of: keys, for: keyNames))
        let size = try await edition.writeTags(to: sink)
        try output.commit(force: options.force)
        retrievals.reportUnused(to: observer)
        return CreateSummary(
            path: path, name: name, root: edition.root, contentRoot: edition.contentRoot.description,
            counts: edition.counts, reservations: edition.reservations, size: size)
    }

    private var head: HeadLine {
        HeadLine(
            format: Format.name.bytes, rules: Format.rules, name: name,
            origin: options.origin ?? Format.defaultOrigin(of: name), edition: 1,
            salted: options.seedFile != nil, baggedAt: options.baggedAt)
    }

    private var intakeOptions: Intake.Options {
        var intake = Intake.Options()
        intake.keepContainers = options.keepContainers
        intake.omitsTimes = options.omitsTimes
        return intake
    }

    // Messages and files are prepared in tasks and come back in the order of the sources.
    private mutating func pack(_ intake: Intake, into sink: inout BundleSink) async throws {
        var window = InOrder<PreparedItem>(width: options.jobs * 8, budget: options.memory / 6, batch: 1 << 18)
        let keys = keys
        while let item = try intake.next() {
            while window.isFull { try await emitNext(&window, &sink) }
            window.submit(weight: PreparedItem.weight(of: item)) { try PreparedItem(item, keys: keys) }
        }
        while try await emitNext(&window, &sink) {}
    }

    @discardableResult
    private mutating func emitNext(
        _ window: inout InOrder<PreparedItem>, _ sink: inout BundleSink
    ) async throws -> Bool {
        guard let item = try await window.next() else { return false }
        try await emit(item, &sink)
        return true
    }

    private mutating func emit(_ item: PreparedItem, _ sink: inout BundleSink) async throws {
        switch item {
        case .message(let message, let evidence):
            if !edition.hasLine(evidence.message.sha256) { try await emit(evidence, message.bytes, &sink) }
            _ = try edition.append(.occurrence(retrievals.occurrence(of: evidence.message.sha256, at: message)))
            progress.messages += 1
            advance(message.bytes.count, at: message.place)
        case .file(let file, let fingerprint):
            try await emit(file, fingerprint, &sink)
        case .lost(let file, let failure):
            lost.enter(file)
            try emit(.failure(failure))
        case .other(let item):
            try emit(item)
        }
    }

    private mutating func emit(
        _ evidence: MessageRecord, _ bytes: [UInt8], _ sink: inout BundleSink
    ) async throws {
        var message = evidence.message
        message.number = edition.counts.messages + 1
        let leaf = edition.size
        for file in try edition.append(.message(message)) where packs {
            try await sink.add(path: file.path, leaf: leaf, content: bytes)
        }
        for attachment in evidence.attachments { _ = try edition.append(.attachment(attachment)) }
        for signature in evidence.signatures { _ = try edition.append(.dkim(signature)) }
        keyNames.formUnion(evidence.keyNames)
    }

    private mutating func emit(
        _ file: Intake.File, _ fingerprint: Fingerprint?, _ sink: inout BundleSink
    ) async throws {
        let leaf = edition.size
        let stored = try edition.append(.file(retrievals.line(of: file, fingerprint)))
        guard let content = file.content, packs else { return }
        var offset = 0
        for part in stored {
            try sink.begin(path: part.path, size: part.size, leaf: leaf)
            for start in stride(from: offset, to: offset + part.size, by: Fingerprint.pieceLength) {
                let length = min(Fingerprint.pieceLength, offset + part.size - start)
                try await sink.append(try Self.unchanged(file) { try content.read(at: start, count: length) })
            }
            try await sink.end()
            offset += part.size
        }
        try Self.unchanged(file) { try content.checkUnchanged() }
        advance(content.size, at: file.place)
    }

    // Its line, with its digest, is in the manifest already.
    private static func unchanged<Result>(_ file: Intake.File, _ read: () throws -> Result) throws -> Result {
        do { return try read() } catch {
            throw MailsealError(
                "\(SourcePath(file.place)) changed between being read and being packed, nothing was written: \(error)",
                hint: "pack a copy or a snapshot that nothing writes to")
        }
    }

    private mutating func advance(_ count: Int, at place: Intake.Place) {
        // What an archive unpacks to says nothing of how much of the sources is left.
        if place.path.count > 1 { progress.totalBytes = nil }
        progress.bytes += count + (place.range?.before.count ?? 0)
        observer.progress(progress)
    }

    private mutating func emit(_ item: Intake.Item) throws {
        switch item {
        case .sourceBegin(let source):
            _ = try edition.append(.source(retrievals.line(of: source)))
        case .containerEnd(let container):
            _ = try edition.append(.container(lost.adjusted(ContainerLine(container))))
        case .failure(let failure):
            failed += 1
            observer.notice(.failure(failure.sentence))
            _ = try edition.append(.failure(FailureLine(failure)))
        case .sourceEnd(let end):
            guard end.balance.isEven else {
                throw MailsealError(
                    "the bytes of source \(end.id) do not add up",
                    hint: "this is a fault of mailseal; nothing was written")
            }
            _ = try edition.append(.sourceEnd(lost.adjusted(SourceEndLine(end))))
        case .message, .file:
            break
        }
    }

    // After a failure nothing will be written, unless the user said to keep going: the rest is read for its failures only.
    private var packs: Bool { failed == 0 || options.keepGoing }

    private func checkOutcome() throws {
        if !packs {
            throw MailsealError(
                "\(failed) input\(failed == 1 ? "" : "s") could not be read, nothing was written",
                hint: "--keep-going packs the rest and records each failure")
        }
        if edition.counts.messages == 0 {
            throw MailsealError("no message was found, nothing was written")
        }
    }

    private static func baseName(of path: [UInt8]) -> [UInt8] {
        let parts = path.split(separator: 0x2F).filter { $0 != [0x2E] }
        return parts.last.map(Array.init) ?? "mail".bytes
    }
}
