// `extend`: a bundle with more sources or more key records in, the same bundle with one more edition out.

import Bytes
import Container
import Cryptography
import DKIM
import Files
import Intake
import Manifest
import MerkleTree

/// Appends editions to bundles.
public struct Extend {
    private let options: ExtendOptions
    private let observer: Observer
    private let file: ReadableFile
    private let renewal: Renewal

    /// Appends what more sources hold and what more key records prove to a bundle.
    ///
    /// The bundle is verified first. The new one begins with its lines and its payload, byte for byte, and depends on
    /// nothing but the bundle, the sources, the key records and what is stated.
    /// - Throws: `MailsealError`, `FileError` or `ContainerError` when nothing was written: a bundle that is altered or has
    ///   facts by newer rules, unreadable sources, bad paths, no space.
    public static func run(_ options: ExtendOptions, observer: Observer = Observer()) async throws -> ExtendSummary {
        try await Extend(options, observer).run()
    }

    private init(_ options: ExtendOptions, _ observer: Observer) throws {
        self.options = options
        self.observer = observer
        if ReadableFolder.isFolder(options.bundle) {
            throw MailsealError(
                "\(options.bundle.displayText) is a folder",
                hint: "name the tar.gz: an extracted bundle is not extended")
        }
        try Places.check(
            options.sources, output: options.output, secret: options.seedFile,
            others: [options.bundle] + options.keyFiles)
        if !options.force { try AtomicOutput.checkFree(options.output) }
        // Verifying takes long: a source that is missing is told before.
        _ = try Intake(sources: options.sources.paths)
        file = try ReadableFile(named: options.bundle)
        renewal = Renewal(try Keys.load(options.keyFiles, observer: observer).keys)
    }

    private func run() async throws -> ExtendSummary {
        try await verify()
        let old = try Bundle(file)
        let known = try old.keysByEdition()
        let store = KeyStore(sets: known.map { $0.map { Keys.key(of: $0) } } + [renewal.keys])
        let wanted = try newKeys(in: store, for: [], beside: known)
        guard !options.sources.paths.isEmpty || renewal.messages > 0 || !wanted.isEmpty else {
            return ExtendSummary(name: old.name, editions: old.editions, written: nil)
        }
        var packing = try SourcePacking(
            options.sources, into: try edition(behind: old), keys: store, jobs: options.jobs, memory: options.memory,
            observer: observer)
        let output = try AtomicOutput(path: options.output)
        var sink = try BundleSink(name: old.name, output: .named(output), jobs: options.jobs)
        try sink.takeOver(old.reader, before: old.manifest, checksums: renewal.blockChecksums) { done in
            observer.progress(
                Progress(bytes: done, totalBytes: old.manifest.tarOffset, messages: old.end.messages))
        }
        try await packing.run(into: &sink)
        let keys = try newKeys(in: store, for: packing.keyNames, beside: known)
        try packing.edition.end(adding: keys)
        let size = try await packing.edition.writeTags(to: sink)
        try file.checkUnchanged()
        try output.commit(force: options.force)
        packing.reportUnused()
        let written = ExtendSummary.Written(
            packing.edition, before: old, keys: keys.count, renewed: renewal.messages, size: size)
        return ExtendSummary(name: old.name, editions: old.editions, written: written)
    }

    /// Verifies the bundle, and gathers what the new edition has to record.
    private func verify() async throws {
        var options = VerifyOptions(path: self.options.bundle)
        options.jobs = self.options.jobs
        options.memory = self.options.memory
        let report = try await BundleVerification(file, options, observer, renewal: renewal).run()
        guard report.disclosure == nil else {
            throw MailsealError("\(file.path) is redacted", hint: "extend the whole bundle")
        }
        let hint = "mailseal verify tells what is wrong with it"
        switch report.verdict {
        case .altered: throw MailsealError("\(file.path) is altered: nothing was written", hint: hint)
        case .evidenceDiffers:
            throw MailsealError("recorded evidence in \(file.path) does not follow: nothing was written", hint: hint)
        // A seal is not looked at here.
        case .intact, .bytesIntact, .consistent, .bytesConsistent, .extended, .sealBroken: break
        }
        let rules = report.editions.map(\.head.rules)
        if let newer = rules.first(where: { $0 > Format.rules }) {
            throw MailsealError(
                "\(file.path) has facts recorded under rules \(newer), this program has rules \(Format.rules)",
                hint: "extend it with a newer mailseal")
        }
        if let older = rules.first, older < Format.rules {
            observer.notice(
                .warning(
                    "facts recorded under rules \(older) were not checked: this program has rules \(Format.rules)",
                    hint: "the new edition records all evidence that comes out otherwise"))
        }
        if rules.count >= Format.editionLimit {
            throw MailsealError("\(file.path) has \(rules.count) editions, which is the most that a bundle can have")
        }
    }

    /// The lines of the records that signatures call for and no edition has, sorted; `names` are those of new messages.
    private func newKeys(in store: KeyStore, for names: Set<KeyName>, beside known: [[KeyLine]]) throws -> [KeyLine] {
        let lines = Set(known.joined().map { ManifestLine.key($0).bytes })
        return try Keys.lines(of: store, for: renewal.wanted.union(names))
            .filter { !lines.contains(ManifestLine.key($0).bytes) }
    }

    /// The salts of the bundle's lines; throws when it has some and the seed is not theirs, or the other way round.
    private func salts(of old: Bundle) throws -> LineSalts? {
        guard try LineSalt.isIn(old.lines(ofGroup: 0)[0].text) else {
            guard options.seedFile == nil else { throw MailsealError("\(file.path) has no salts, so it takes no seed") }
            return nil
        }
        guard let path = options.seedFile else {
            throw MailsealError(
                "\(file.path) has salted lines", hint: "name the seed that it was made with: --seed-file")
        }
        let salts = try LineSalts(seedFile: path, origin: old.checkpoint.origin)
        let first = ManifestLine.head(old.editions[0].head).bytes(salt: salts.salt(ofLeaf: 0))
        guard try old.lines(ofGroup: 0)[0].text == first else {
            throw MailsealError("\(path.displayText) is the seed of another archive: nothing was written")
        }
        return salts
    }

    /// The lines of the bundle and the first of the new edition: its head, and the evidence that changes.
    private func edition(behind old: Bundle) throws -> EditionWriter {
        var edition = try EditionWriter(
            continuing: BundleManifest.text(of: old.manifest, in: old.reader), salts: try salts(of: old))
        guard var head = old.editions.last?.head else { throw MailsealError("\(file.path) has no edition") }
        head.edition = old.editions.count + 1
        head.rules = Format.rules
        head.baggedAt = options.baggedAt
        _ = try edition.append(.head(head))
        var lines = ManifestCursor(try renewal.lines.source())
        while let line = try lines.next() { _ = try edition.append(try ManifestLine(line)) }
        return edition
    }
}

extension ExtendSummary.Written {
    /// What an edition adds to a bundle.
    fileprivate init(_ edition: EditionWriter, before old: Bundle, keys: Int, renewed: Int, size: Int) {
        root = edition.root
        contentRoot = edition.contentRoot.description
        self.edition = old.editions.count + 1
        sources = edition.counts.sources - old.end.sources
        messages = edition.counts.messages - old.end.messages
        places = edition.counts.occurrences - old.end.occurrences
        self.keys = keys
        self.renewed = renewed
        counts = edition.counts
        reservations = edition.reservations
        self.size = size
    }
}
