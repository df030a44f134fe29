// `redact`: a bundle in, a public one out, in which some messages are withheld and the root is the same.

import Bytes
import Container
import Cryptography
import Files
import Manifest
import MerkleTree

/// Makes public bundles.
public struct Redact {
    private let options: RedactOptions
    private let observer: Observer
    private let file: ReadableFile

    /// Writes a bundle of the same root without the messages that are to be withheld.
    ///
    /// The bundle is verified first.
    /// - Throws: `MailsealError`, `FileError` or `ContainerError` when nothing was written: a bundle that is altered or
    ///   redacted already, a message that is not there, bad paths, no space.
    public static func run(_ options: RedactOptions, observer: Observer = Observer()) async throws -> RedactSummary {
        try await Redact(options, observer).run()
    }

    private init(_ options: RedactOptions, _ observer: Observer) throws {
        self.options = options
        self.observer = observer
        try Places.check(output: options.output, madeFrom: [options.bundle])
        if !options.force { try AtomicOutput.checkFree(options.output) }
        file = try ReadableFile(named: options.bundle)
    }

    private func run() async throws -> RedactSummary {
        try await verify()
        let bundle = try Bundle(file)
        let redaction = try Redaction(of: bundle, options)
        let isSalted = bundle.editions[0].head.salted
        if !isSalted { warn() }
        let output = try AtomicOutput(path: options.output)
        var sink = try BundleSink(name: bundle.name, output: .named(output), jobs: options.jobs)
        try await sink.add(path: "bagit.txt".bytes, content: TagFiles.bagit)
        var edition = EditionWriter(isRedacted: true)
        var withheld = 0
        var lines = bundle.unread()
        while let unread = try lines.next() {
            let line = try unread.read()
            switch redaction.fate(of: line) {
            case .kept:
                for file in try edition.append(line, text: unread.text) {
                    try await copy(file, leaf: unread.leaf, of: bundle, to: &sink)
                }
            case .listed: _ = try edition.append(line.listed, text: [ManifestLine.listedMark] + unread.text)
            case .withheld:
                withheld += 1
                let line = ManifestLine.withheld(unread.hash)
                _ = try edition.append(line, text: line.bytes)
            }
            if case .message(let message) = line { report(message, sink.tarOffset, bundle) }
        }
        edition.finish()
        guard edition.root == bundle.root else { throw MailsealError("the root would be another: nothing was written") }
        let size = try await edition.writeTags(to: sink)
        try file.checkUnchanged()
        try output.commit(force: options.force)
        return RedactSummary(
            name: bundle.name, root: bundle.root, messages: bundle.end.messages, disclosed: redaction.disclosed,
            listed: redaction.listed, withheldLines: withheld, isSalted: isSalted, size: size)
    }

    private func report(_ message: MessageLine, _ done: Int, _ bundle: Bundle) {
        observer.progress(
            Progress(bytes: done, messages: message.number, totalMessages: bundle.end.messages))
    }

    private func warn() {
        observer.notice(
            .warning(
                "the lines of this archive have no salts: whoever holds a message that is withheld, or can guess one of "
                    + "its lines to the letter, can confirm that it is in the archive",
                hint: "mailseal create --seed-file makes archives of which nobody can confirm anything"))
    }

    private func verify() async throws {
        var options = VerifyOptions(path: self.options.bundle)
        options.jobs = self.options.jobs
        options.memory = self.options.memory
        let report = try await BundleVerification(file, options, observer).run()
        guard report.disclosure == nil else {
            throw MailsealError("\(file.path) is redacted already", hint: "redact the whole bundle")
        }
        switch report.verdict {
        case .altered, .evidenceDiffers:
            throw MailsealError("\(file.path) does not verify: nothing was written", hint: Bundle.hint)
        // A seal is not looked at here.
        case .intact, .bytesIntact, .consistent, .bytesConsistent, .extended, .sealBroken: break
        }
    }

    /// Copies payload files in pieces; each is checked against its digest.
    private func copy(_ file: PayloadFile, leaf: Int, of bundle: Bundle, to sink: inout BundleSink) async throws {
        guard let entry = try bundle.payload(file, leaf: leaf) else {
            throw MailsealError("the index does not lead to \(file.path.displayText)", hint: Bundle.hint)
        }
        try sink.begin(path: file.path, size: file.size, leaf: leaf)
        let hash = RunningHash(.sha256)
        for start in stride(from: 0, to: entry.size, by: BundleBlocks.size) {
            let piece = try bundle.reader.read(entry, range: start..<min(start + BundleBlocks.size, entry.size))
            hash.update(piece)
            try await sink.append(piece)
        }
        try await sink.end()
        let found = hash.finishDigest()
        guard found == file.digest else {
            throw MailsealError("\(file.path.displayText) has SHA-256 \(found), expected \(file.digest)")
        }
    }
}
