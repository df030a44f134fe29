// Sources on their way into a bundle: what they hold becomes lines of an edition, and payload.

import Bytes
import DKIM
import Files
import Intake
import Manifest

/// Packs sources behind what an edition and a bundle hold already.
struct SourcePacking {
    /// The lines so far.
    var edition: EditionWriter
    /// The names of the key records that signatures of the messages that are new call for.
    private(set) var keyNames: Set<KeyName> = []
    private let options: SourceOptions
    private let intake: Intake
    private let keys: KeyStore
    private let jobs: Int
    private let memory: Int
    private let observer: Observer
    private var retrievals: Retrievals
    private var failed = 0
    private var lost = LostFiles()
    private var progress = Progress(bytes: 0, messages: 0)

    /// Opens the sources, so that one that is missing is known before anything is written.
    ///
    /// - Parameters:
    ///   - edition: the lines that are there; their sources and messages come first, and the numbers go on.
    ///   - keys: the key records by which new messages are judged.
    init(
        _ options: SourceOptions, into edition: consuming EditionWriter, keys: KeyStore, jobs: Int, memory: Int,
        observer: Observer
    ) throws {
        self.options = options
        self.keys = keys
        self.jobs = jobs
        self.memory = memory
        self.observer = observer
        var intakeOptions = Intake.Options()
        intakeOptions.keepContainers = options.keepContainers
        intakeOptions.omitsTimes = options.omitsTimes
        intakeOptions.firstSource = edition.counts.sources + 1
        self.edition = edition
        intake = try Intake(sources: options.paths, options: intakeOptions)
        retrievals = try Retrievals(options, observer: observer)
    }

    /// Packs everything; without sources, nothing.
    ///
    /// - Throws: `MailsealError` when something could not be read and the rest is not to be kept, or when no message was found.
    mutating func run(into sink: inout BundleSink) async throws {
        if observer.wantsTotal { progress.totalBytes = Places.size(of: options.paths) }
        try await pack(&sink)
        try checkOutcome()
    }

    /// Warns about what was stated of nothing in the sources.
    mutating func reportUnused() { retrievals.reportUnused(to: observer) }

    // Messages and files are prepared in tasks and come back in the order of the sources.
    private mutating func pack(_ sink: inout BundleSink) async throws {
        let budget = memory / 6
        var window = InOrder<PreparedItem>(width: jobs * 8, budget: budget, batch: 1 << 18)
        let keys = keys
        while let item = try intake.next() {
            while window.isFull { try await emitNext(&window, &sink) }
            window.submit(weight: PreparedItem.weight(of: item, budget: budget)) { try PreparedItem(item, keys: keys) }
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
        if progress.messages == 0, !options.paths.isEmpty {
            throw MailsealError("no message was found, nothing was written")
        }
    }
}
