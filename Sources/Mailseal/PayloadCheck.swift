// The second pass of `verify`: every payload file against its lines, in stored order, and what follows from it.

import Bytes
import Container
import Cryptography
import DKIM
import Manifest

/// Where the payload comes from: the stream of a bundle, or the files of an extracted one.
protocol PayloadReader: ~Copyable {
    /// Reads the file that is called for next, or nil when it is missing; anything else on the way is a finding.
    mutating func take(
        _ file: PayloadFile, leaf: Int, scan: ManifestScan, findings: inout [Finding]
    ) async throws -> ReadEntry?
    /// Reads a message again that has been read before; nil when that cannot be done.
    func reread(_ file: PayloadFile, entry: Int) throws -> [UInt8]?
}

/// Walks the manifest's lines and the payload side by side and compares them.
struct PayloadCheck: ~Copyable {
    private(set) var findings: [Finding] = []
    private(set) var messages = 0
    private(set) var bytes = 0
    private let scan: ManifestScan
    private let keys: KeyStore
    private let derives: Bool
    private var window: InOrder<[Finding]>
    private var payload = Payload()
    private var group: RecordedMessage?
    private var mailbox: RunningMailbox?
    private let observer: Observer

    /// A check of the lines that `scan` has read.
    init(_ scan: ManifestScan, jobs: Int, memory: Int, observer: Observer) {
        self.scan = scan
        self.observer = observer
        keys = scan.keys
        derives = scan.head?.rules == Format.rules
        window = InOrder(width: jobs * 8, budget: memory / 4)
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
        case .message(let message):
            try await closeGroup()
            let entry = try await reader.take(files[0], leaf: leaf, scan: scan, findings: &findings)
            group = RecordedMessage(message: message, entry: entry)
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
        bytes += recorded.message.size
        observer.progress(
            Progress(
                bytes: bytes, totalBytes: scan.audit.counts.bytes, messages: messages,
                totalMessages: scan.audit.counts.messages))
        while window.isFull { try await takeResult() }
        let (keys, derives) = (keys, derives)
        window.submit(weight: (recorded.entry?.bytes?.count ?? 0) * 2) {
            recorded.compare(keys: keys, derives: derives)
        }
    }

    @discardableResult
    private mutating func takeResult() async throws -> Bool {
        guard let result = try await window.next() else { return false }
        findings += result
        return true
    }

    // MARK: Mailboxes

    private mutating func follow(
        _ occurrence: OccurrenceLine, _ reader: borrowing some PayloadReader & ~Copyable
    ) async throws {
        if occurrence.offset != nil {
            if mailbox?.path != occurrence.path { mailbox = RunningMailbox(path: occurrence.path) }
            var message: [UInt8]?
            if let open = group, open.message.sha256 == occurrence.message {
                message = open.entry?.bytes
            } else if let known = scan.audit.messages[occurrence.message] {
                let file = PayloadFile.message(occurrence.message, size: Int(known.size))
                message = try reader.reread(file, entry: Int(known.entry))
            }
            mailbox?.append(before: occurrence.before, message)
        }
        try await closeGroup()
    }

    private mutating func close(_ container: ContainerLine) {
        guard container.kind == "mbox" else { return }
        defer { mailbox = nil }
        guard let recorded = container.sha256 else { return }
        let running = mailbox?.path == container.path ? mailbox : RunningMailbox(path: container.path)
        guard let running, running.isWhole else { return }
        let digest = running.finish(after: container.after)
        if digest != recorded {
            findings.append(
                Finding(
                    .integrity, "source-digest-differs", "mailbox \(container.path)",
                    "rebuilt SHA-256 \(digest), recorded \(recorded)"))
        }
    }

    // MARK: Other files

    private mutating func check(
        _ file: FileLine, _ stored: [PayloadFile], leaf: Int, _ reader: inout some PayloadReader & ~Copyable
    ) async throws {
        for part in stored {
            guard let entry = try await reader.take(part, leaf: leaf, scan: scan, findings: &findings) else { continue }
            let subject = "file \(file.path) (\(part.path.displayText))"
            let found = entry.digest ?? entry.bytes.map { Digest(hashing: $0) }
            if !entry.isWhole {
                findings.append(Finding(.integrity, "file-unreadable", subject, "its bytes lie in a damaged block"))
            } else if entry.size != part.size || found != part.digest {
                findings.append(
                    Finding(
                        .integrity, "file-altered", subject,
                        "expected \(part.size) bytes with SHA-256 \(part.digest), found \(entry.size) with \(found?.description ?? "none")"
                    ))
            }
            observer.progress(
                Progress(
                    bytes: bytes, totalBytes: scan.audit.counts.bytes, messages: messages,
                    totalMessages: scan.audit.counts.messages))
        }
    }
}

/// A mailbox that is being rebuilt from its parts.
private struct RunningMailbox {
    let path: SourcePath
    private(set) var isWhole = true
    private let hash = RunningHash(.sha256)

    init(path: SourcePath) { self.path = path }

    mutating func append(before: [UInt8]?, _ message: [UInt8]?) {
        if let before { hash.update(before) }
        if let message { hash.update(message) } else { isWhole = false }
    }

    func finish(after: [UInt8]?) -> Digest {
        if let after { hash.update(after) }
        return hash.finishDigest()
    }
}
