// Checks of a seal: every link between its files, the bundle and what the user named is recomputed.

import Bytes
import Cryptography
public import MerkleTree
public import Sealing

/// What stands beside a seal.
public enum SealCheckBundle: Sendable {
    /// The bundle's file, by its digests.
    case file(BundleDigests)
    /// A redacted bundle: its file is not the one that was sealed.
    case redacted
    /// An extracted bundle, or the seal alone.
    case none
}

/// Checks seals.
public struct SealCheck {
    let folder: SealFolder
    let options: SealCheckOptions
    var report = SealReport()
    var findings = Findings()
    /// The digests of files, computed once: every renewal lists all that was there before.
    var digests: [SealFolderName: [HashFunction: [UInt8]]] = [:]

    /// The namespace of SSH signatures of checkpoints.
    public static let namespace = "file@mailseal".bytes

    /// Checks a seal; what does not hold is a finding of the report.
    ///
    /// - Parameter checkpoint: what must have been sealed; nil when it is not known, and then not compared.
    public static func run(
        _ folder: SealFolder, of checkpoint: Checkpoint?, _ bundle: SealCheckBundle, _ options: SealCheckOptions
    ) -> SealReport {
        var check = SealCheck(folder: folder, options: options)
        check.checkForm()
        check.checkCheckpoint(checkpoint)
        check.checkLists(bundle)
        check.checkStamps()
        check.checkSignature()
        check.checkNote()
        check.report.findings = check.findings.report
        return check.report
    }

    private init(folder: SealFolder, options: SealCheckOptions) {
        self.folder = folder
        self.options = options
    }

    mutating func add(_ weight: Finding.Weight, _ code: Finding.Code, _ name: SealFolderName, _ detail: String) {
        findings.append(Finding(weight, code, name.description, detail))
    }

    /// Which files there are.
    private mutating func checkForm() {
        for fault in folder.faults { add(.integrity, .sealFileUnreadable, fault.name, fault.reason) }
        for name in folder.unexpected {
            findings.append(
                Finding(
                    .remark, .sealFileUnexpected, name.displayText, "no file of a seal has this name; not looked at"))
        }
        for name in [SealFolderName.checkpoint, .list(1), .list512] where !folder.has(name) {
            add(.integrity, .sealFileMissing, name, "every seal has it")
        }
        for stamp in folder.stamps where !folder.has(.list(stamp.list)) {
            add(.integrity, .sealFileMissing, .list(stamp.list), "\(stamp.authority) stamped it")
        }
    }

    /// The checkpoint against the bundle's.
    private mutating func checkCheckpoint(_ expected: Checkpoint?) {
        guard let text = folder[.checkpoint] else { return }
        do {
            let checkpoint = try Checkpoint(parsing: text)
            report.checkpoint = checkpoint
            guard let expected, expected != checkpoint else { return }
            let origins =
                expected.origin == checkpoint.origin
                ? "" : ", of the origin \(checkpoint.origin.displayText) and not \(expected.origin.displayText)"
            add(
                .integrity, .sealOfOther, .checkpoint,
                "the seal is of \(checkpoint.reference), expected \(expected.reference)\(origins)")
        } catch {
            add(.integrity, .sealFileUnreadable, .checkpoint, "\(error)")
        }
    }

    /// The SSH signature, and whether its key is one that the user allows at the time of the earliest stamp.
    private mutating func checkSignature() {
        guard let text = folder[.signature], let message = folder[.checkpoint] else {
            if options.allowedSigners != nil {
                add(.integrity, .sealSignerRefused, .signature, "there is no SSH signature, you named who may sign")
            }
            return
        }
        let signature: SSHSignature
        do { signature = try SSHSignature(armored: text) } catch {
            return add(.integrity, .sealFileUnreadable, .signature, "\(error)")
        }
        let check = signature.check(message: message, namespace: Self.namespace)
        report.signature = SealReport.Signature(key: check.key, isVerified: check.isVerified)
        if let failure = check.failure {
            return add(.integrity, .sealSignatureRefused, .signature, failure.description)
        }
        if options.revokedKeys?.contains(check.key) == true {
            return add(.integrity, .sealSignerRefused, .signature, "\(check.key) is among the revoked keys")
        }
        guard let allowed = options.allowedSigners else { return }
        let stamped = report.since?.time?.second
        guard let time = stamped ?? options.time ?? Clock.now else { return }
        switch allowed.answer(for: check.key, namespace: Self.namespace, at: time) {
        case .allowed(let signers): report.signature?.signers = signers
        case .unknownKey:
            add(.integrity, .sealSignerRefused, .signature, "no line of the allowed signers has \(check.key)")
        case .refused(let refusals):
            let reasons = refusals.map(\.description).joined(separator: "; ")
            let when = stamped == nil ? "now, \(time), since no time is proven" : "at the time of the stamp, \(time)"
            add(.integrity, .sealSignerRefused, .signature, "\(check.key) may not sign \(when): \(reasons)")
        }
    }

    /// The note: its text and the signatures of keys that the user named.
    private mutating func checkNote() {
        guard let bytes = folder[.note], let text = folder[.checkpoint] else {
            if !options.noteKeys.isEmpty {
                add(.integrity, .sealNoteRefused, .note, "there is no signed note, you named its key")
            }
            return
        }
        let note: SignedNote
        do { note = try SignedNote(parsing: bytes) } catch {
            return add(.integrity, .sealFileUnreadable, .note, "\(error)")
        }
        report.note = SealReport.Note(claims: note.signatures.map(\.id))
        if note.text != text {
            add(.integrity, .sealOfOther, .note, "its text is not the one of the file checkpoint")
        }
        guard !options.noteKeys.isEmpty else { return }
        switch note.check(with: options.noteKeys) {
        case .verified(let keys): report.note?.keys = keys
        case let refused: add(.integrity, .sealNoteRefused, .note, refused.refusal)
        }
    }
}

extension NoteCheck {
    /// Why a note is not accepted.
    var refusal: String {
        switch self {
        case .verified: "nothing is wrong"
        case .noKnownKey: "no signature is of a key that you named"
        case .badSignature(let key): "a signature that bears the name and hash of \(key.id) is not that key's"
        case .ambiguousKey(let id): "two keys that you named have the name and hash \(id)"
        }
    }
}
