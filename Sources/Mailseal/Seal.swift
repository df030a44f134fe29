// `seal`: signatures and time stamps for a bundle, in a folder beside it.

import Bytes
import Container
import Cryptography
import Files
import Manifest
import MerkleTree
import Sealing

/// Seals bundles.
public struct Seal {
    private let options: SealOptions
    private let observer: Observer
    private let beforeSigning: () -> Void
    private let file: ReadableFile
    private let bundle: Bundle
    private var draft: SealDraft

    /// Makes the seal of a bundle, or adds to the one that there is.
    ///
    /// The bundle is verified first. What is written has been checked before.
    /// - Parameter beforeSigning: called before ssh-keygen gets the terminal.
    /// - Throws: `MailsealError`, `FileError` or `ContainerError` when nothing was written.
    public static func run(
        _ options: SealOptions, observer: Observer = Observer(), beforeSigning: @escaping () -> Void = {}
    ) async throws -> SealSummary {
        let seal = try Seal(options, observer, beforeSigning)
        return try await seal.run()
    }

    /// The folder of a bundle's seal: beside it, with `.seal` in the place of `.tar.gz`.
    public static func folder(of bundle: [UInt8]) -> [UInt8] {
        let end = ".tar.gz".bytes
        let isUsual = bundle.count > end.count && bundle.suffix(end.count).elementsEqual(end)
        return (isUsual ? Array(bundle.dropLast(end.count)) : bundle) + ".seal".bytes
    }

    private init(_ options: SealOptions, _ observer: Observer, _ beforeSigning: @escaping () -> Void) throws {
        self.options = options
        self.beforeSigning = beforeSigning
        self.observer = observer
        guard try Bundle.isBundle(options.bundle) else {
            throw MailsealError("\(options.bundle.displayText) is no bundle", hint: "seal takes what create writes")
        }
        file = try ReadableFile(named: options.bundle)
        bundle = try Bundle(file)
        draft = try SealDraft(path: options.folder ?? Self.folder(of: options.bundle))
        try SealPlan.check(options, bundle, draft)
    }

    private consuming func run() async throws -> SealSummary {
        let continuity = draft.isNew ? try SealMemory.continuity(of: bundle, options) : .notNew
        let digests = PassingDigests(file)
        let isDerived = try await verify(digests)
        let sealed = SealedBundle(
            name: "../".bytes + (try SealPlan.fileName(of: options.bundle)), digests: try digests.finish())
        var signers: (ssh: String?, note: NoteVerifierKey?)
        if draft.isNew {
            signers = try sign(sealed)
        } else {
            try compare(sealed)
        }
        let stamping = try SealStamping(options, observer)
        if options.completes, !draft.isNew { try stamping.complete(&draft) }
        if options.renews { try renew(sealed) }
        let stamps = try stamp(stamping)
        let request = try writeRequest()
        try file.checkUnchanged()
        try draft.commit()
        try request?.commit(force: false)
        if draft.isNew { remember() }
        var requestPath: [UInt8]?
        if case .request(let path)? = options.offline { requestPath = path }
        return SealSummary(
            folder: draft.path, isNew: draft.isNew, checkpoint: bundle.checkpoint,
            added: draft.added.map(\.description),
            fingerprint: signers.ssh, verifierKey: signers.note, stamps: stamps, request: requestPath,
            continuity: continuity, derivationChecked: isDerived)
    }

    /// Whether facts were derived again; throws unless everything agrees.
    private func verify(_ digests: PassingDigests) async throws -> Bool {
        var options = VerifyOptions(path: self.options.bundle)
        options.jobs = self.options.jobs
        options.memory = self.options.memoryBytes
        let report = try await BundleVerification(file, options, observer, digests: digests).run()
        guard report.disclosure == nil else {
            throw MailsealError("\(file.path) is redacted", hint: "seal the whole bundle: its seal fits both")
        }
        switch report.verdict {
        case .altered, .evidenceDiffers:
            throw MailsealError("\(file.path) does not verify: nothing was written", hint: Bundle.hint)
        case .intact, .bytesIntact, .consistent, .bytesConsistent, .extended, .sealBroken: break
        }
        return report.derivationChecked
    }

    /// Makes the signatures, and the lists of them.
    private mutating func sign(_ sealed: SealedBundle) throws -> (ssh: String?, note: NoteVerifierKey?) {
        let text = bundle.checkpoint.text
        try draft.add(.checkpoint, text)
        let noteKey = try options.noteKey.map { try NoteSignerKey(file: $0) }
        if let noteKey {
            let note = try SignedNote(text: text, signatures: [try noteKey.sign(text)])
            guard note.check(with: [noteKey.verifierKey]) == .verified([noteKey.verifierKey]) else {
                throw MailsealError("the signature of the note does not verify: nothing was written")
            }
            try draft.add(.note, note.bytes)
        }
        if options.sshKey != nil { beforeSigning() }
        let signature = try options.sshKey.map { try SSHKeygen.sign(text, keyFile: $0) }
        if let signature { try draft.add(.signature, signature.armored) }
        try draft.add(.list(1), sealed.list(.sha256, of: Self.sealedFiles(draft), in: draft))
        try draft.add(.list512, sealed.list(.sha512, of: Self.sealedFiles(draft), in: draft))
        try draft.add(.readMe, SealReadme.text(bundle: sealed.name))
        return (signature.map { $0.key.fingerprint.displayText }, noteKey?.verifierKey)
    }

    /// Checkpoint and signatures, in the order of the lists.
    private static func sealedFiles(_ draft: SealDraft) -> [SealFolderName] {
        [.checkpoint, .note, .signature].filter { draft[$0] != nil }
    }

    /// Throws when the folder is not the seal of this bundle.
    private func compare(_ sealed: SealedBundle) throws {
        let lists: [(SealFolderName, HashFunction)] = [(.list(1), .sha256), (.list512, .sha512)]
        for (name, function) in lists
        where draft[name] != sealed.list(function, of: Self.sealedFiles(draft), in: draft) {
            throw MailsealError(
                "\(name) of \(draft.path.displayText) does not list this bundle and the signatures beside it",
                hint: "seal into another folder with -o")
        }
    }

    /// Lists everything that the folder holds, to be stamped as a whole.
    private mutating func renew(_ sealed: SealedBundle) throws {
        try draft.checkStamps()
        for name in draft.unexpected {
            let words = "\(name.displayText) is no file of a seal, and is not renewed"
            observer.notice(.warning(words, hint: nil))
        }
        let files = draft.folder.names.filter { $0 != .readMe }
        try draft.add(.list(draft.newestList + 1), sealed.list(.sha512, of: files, in: draft))
    }

    private mutating func stamp(_ stamping: SealStamping) throws -> [SealSummary.Stamp] {
        let list = draft.newestList
        var stamps: [SealSummary.Stamp] = []
        if case .reply(let file)? = options.offline, let name = options.offlineName {
            stamps.append(try stamping.take(file, named: name, into: &draft))
        }
        for url in options.authorities {
            stamps.append(try stamping.stamp(&draft, list: list, options.imprint, by: url))
        }
        return stamps
    }

    /// The request for an authority that cannot be asked from here; it appears after the seal that it is kept in.
    private mutating func writeRequest() throws -> AtomicOutput? {
        guard case .request(let path)? = options.offline else { return nil }
        let list = draft.newestList
        let request = try SealStamping.request(for: list, of: draft, options.imprint)
        let stamp = draft.freeStamp(options.offlineName ?? "offline", list: list)
        try draft.add(.stamp(stamp, .request), request.der)
        let output = try AtomicOutput(path: path)
        try output.append(request.der)
        return output
    }

    private func remember() {
        guard let folder = options.memory else { return }
        do { try SealMemory(folder: folder).keep(bundle.checkpoint) } catch {
            observer.notice(
                .warning(
                    "what was sealed could not be remembered: \(error)",
                    hint: "next time, name this seal with --after"))
        }
    }
}

extension NoteSignerKey {
    /// Reads the file that `keys generate-note` writes.
    fileprivate init(file path: [UInt8]) throws {
        let file = try ReadableFile(named: path)
        let text = try file.read(at: 0, count: min(file.size, 4096))
        do { try self.init(parsing: text.last == ASCII.lf ? text.dropLast() : text) } catch {
            throw MailsealError(
                "\(path.displayText): \(error)", hint: "mailseal keys generate-note makes a private note key")
        }
    }
}
