// The second pass of `verify`: every payload file against its lines, in stored order, and what follows from it.

import Bytes
import Container
import Cryptography
import DKIM
import Manifest

/// Where the payload comes from: the stream of a bundle, or the files of an extracted one.
protocol PayloadReader: ~Copyable {
    /// Reads the file that is called for next, or nil when it is missing; anything else on the way is a finding.
    ///
    /// - Parameter others: hashes that its bytes go into, besides its own digest.
    mutating func take(
        _ file: PayloadFile, leaf: Int, scan: ManifestScan, into others: [RunningHash], findings: inout Findings
    ) async throws -> ReadEntry?
    /// Hashes a file again that has been read before; false when its bytes are not there any more.
    func reread(_ file: PayloadFile, entry: Int, into hash: RunningHash) throws -> Bool
}

/// Walks the manifest's lines and the payload side by side and compares them.
struct PayloadCheck: ~Copyable {
    private(set) var findings = Findings()
    private(set) var messages = 0
    private(set) var bytes = 0
    private let scan: ManifestScan
    private let history: KeyHistory
    private let renewal: Renewal?
    private var window: InOrder<RecordedMessage.Judgement>
    private var payload = Payload()
    /// The number of the edition whose lines come.
    private var edition = 0
    private var group: RecordedMessage?
    private var mailbox: RunningMailbox?
    private let observer: Observer

    /// A check of the lines that `scan` has read; a renewal gathers what another edition has to record.
    init(_ scan: ManifestScan, jobs: Int, memory: Int, observer: Observer, renewal: Renewal? = nil) {
        self.scan = scan
        self.observer = observer
        self.renewal = renewal
        history = KeyHistory(scan.knowledge + (renewal.map { [(rules: Format.rules, keys: $0.keys)] } ?? []))
        window = InOrder(width: jobs * 8, budget: memory / 4, batch: 1 << 17)
    }

    /// Follows all lines of the manifest.
    mutating func run(
        _ manifest: TextSource, _ reader: inout some PayloadReader & ~Copyable
    ) async throws {
        var cursor = ManifestCursor(manifest)
        var leaf = 0
        while let text = try cursor.next() {
            if let line = try? ManifestLine(text) { try await follow(line, leaf: leaf, &reader) }
            leaf += 1
        }
        try await closeGroup()
        while try await takeResult() {}
    }

    private mutating func follow(
        _ line: ManifestLine, leaf: Int, _ reader: inout some PayloadReader & ~Copyable
    ) async throws {
        let files = payload.files(broughtBy: line)
        switch line {
        case .head:
            try await closeGroup()
            edition = min(edition + 1, Format.editionLimit)
        case .message(let message) where message.isListed: try await closeGroup()
        case .message(let message):
            try await closeGroup()
            let entry = try await reader.take(files[0], leaf: leaf, scan: scan, into: [], findings: &findings)
            group = RecordedMessage(message: message, entry: entry, edition: max(1, edition))
            group?.later = try scan.laterEvidence.evidence(of: message.sha256)
        case .attachment(let attachment): group?.attachments.append(attachment)
        case .dkim(let signature): group?.signatures.append(signature)
        case .occurrence(let occurrence): try await follow(occurrence, reader)
        case .file(let file): try await check(file, files, leaf: leaf, &reader)
        case .container(let container): close(container)
        default: try await closeGroup()
        }
    }

    // MARK: Messages

    private mutating func closeGroup() async throws {
        guard let recorded = group else { return }
        group = nil
        messages += 1
        bytes += recorded.entry?.size ?? 0
        reportProgress()
        while window.isFull { try await takeResult() }
        let (history, renews) = (history, renewal != nil)
        window.submit(weight: (recorded.entry?.bytes?.count ?? 0) * 2) {
            recorded.judge(by: history, renews: renews)
        }
    }

    @discardableResult
    private mutating func takeResult() async throws -> Bool {
        guard let result = try await window.next() else { return false }
        findings += result.findings
        try renewal?.take(result)
        return true
    }

    // MARK: Mailboxes

    private mutating func follow(
        _ occurrence: OccurrenceLine, _ reader: borrowing some PayloadReader & ~Copyable
    ) async throws {
        if occurrence.offset != nil {
            let rows = openMailbox(occurrence.path, before: occurrence.before)
            if let open = group, open.message.sha256 == occurrence.message {
                rows.isWhole = rows.isWhole && open.entry?.bytes != nil
                rows.hash.update(open.entry?.bytes ?? [])
            } else if let known = scan.audit.messages[occurrence.message] {
                let file = PayloadFile.message(occurrence.message, size: Int(known.size))
                try reread([file], entry: scan.entry(of: known), into: rows, reader)
            }
        }
        try await closeGroup()
    }

    private mutating func openMailbox(_ path: SourcePath, before: RawText?) -> RunningMailbox {
        let running = mailbox?.path == path ? mailbox : nil
        let rows = running ?? RunningMailbox(path: path)
        mailbox = rows
        rows.hash.update(before ?? [])
        return rows
    }

    private func reread(
        _ files: [PayloadFile], entry: Int, into rows: RunningMailbox,
        _ reader: borrowing some PayloadReader & ~Copyable
    ) throws {
        for (place, file) in files.enumerated() where rows.isWhole {
            rows.isWhole = try reader.reread(file, entry: entry + place, into: rows.hash)
        }
    }

    private mutating func close(_ container: ContainerLine) {
        guard container.kind == "mbox" else { return }
        defer { mailbox = nil }
        guard let recorded = container.sha256 else { return }
        let running = mailbox?.path == container.path ? mailbox : RunningMailbox(path: container.path)
        // What is missing from a mailbox that is not whole is a finding already.
        guard let running, running.isWhole else { return }
        running.hash.update(container.after ?? [])
        let digest = running.hash.finishDigest()
        if digest != recorded {
            findings.append(
                Finding(
                    .integrity, .sourceDigestDiffers, "mailbox \(container.path)",
                    "rebuilt SHA-256 \(digest), recorded \(recorded)"))
        }
    }

    // MARK: Other files

    private mutating func check(
        _ file: FileLine, _ stored: [PayloadFile], leaf: Int, _ reader: inout some PayloadReader & ~Copyable
    ) async throws {
        let rows = file.offset == nil ? nil : openMailbox(file.path, before: file.before)
        if stored.isEmpty, let rows, let digest = file.sha256, let size = file.size {
            let files = PayloadFile.files(digest, size: size, pieces: file.pieces)
            try reread(files, entry: scan.fileEntries[digest] ?? 0, into: rows, reader)
        }
        let whole = RunningHash(.sha256)
        let hashes = (rows.map { [$0.hash] } ?? []) + (file.pieces.isEmpty ? [] : [whole])
        var isSound = true
        for part in stored {
            let entry = try await reader.take(part, leaf: leaf, scan: scan, into: hashes, findings: &findings)
            isSound = check(part, entry, of: file) && isSound
            bytes += entry?.size ?? 0
            reportProgress()
        }
        if let rows { rows.isWhole = rows.isWhole && isSound }
        guard !file.pieces.isEmpty, !stored.isEmpty, isSound, let digest = file.sha256 else { return }
        let found = whole.finishDigest()
        guard found != digest else { return }
        findings.append(
            Finding(
                .integrity, .fileAltered, "file \(file.path)",
                "its pieces together have SHA-256 \(found), expected \(digest)"))
    }

    /// Whether a stored file, or a piece of one, is what its line calls for.
    private mutating func check(_ part: PayloadFile, _ entry: ReadEntry?, of file: FileLine) -> Bool {
        guard let entry else { return false }
        let subject = "file \(file.path) (\(part.path.displayText))"
        if !entry.isWhole {
            findings.append(Finding(.integrity, .fileUnreadable, subject, "its bytes lie in a damaged block"))
        } else if entry.size != part.size || entry.foundDigest != part.digest {
            let found = "\(entry.size) with \(entry.foundDigest)"
            findings.append(
                Finding(
                    .integrity, .fileAltered, subject,
                    "expected \(part.size) bytes with SHA-256 \(part.digest), found \(found)"))
        } else {
            return true
        }
        return false
    }

    private func reportProgress() {
        let counts = scan.audit.counts
        observer.progress(
            Progress(bytes: bytes, totalBytes: counts.bytes, messages: messages, totalMessages: counts.messages))
    }
}

/// A mailbox that is being rebuilt from its parts.
private final class RunningMailbox {
    let path: SourcePath
    /// Whether all parts so far were there.
    var isWhole = true
    let hash = RunningHash(.sha256)

    init(path: SourcePath) { self.path = path }
}
