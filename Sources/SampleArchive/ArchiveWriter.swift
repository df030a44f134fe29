// Writes an archive: messages are made in tasks, and stored in order by one writer.

import Bytes
import Cryptography
import Glibc

/// Where an archive and what belongs to it are written.
public struct SampleOutput: Sendable {
    /// The archive's folder: empty, or not there yet.
    public var folder: String
    /// The key file.
    public var keys: String
    /// The truth file, JSON lines.
    public var truth: String
    /// The retrieval log, CSV.
    public var retrievalLog: String

    /// A folder, and beside it (in the folder that it stands in) `keys.txt`, `truth.jsonl` and `retrieval.csv`.
    public init(folder: String) {
        var folder = folder
        while folder.utf8.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        self.folder = folder
        let parent = folder.lastIndex(of: "/").map { String(folder[...$0]) } ?? ""
        keys = parent + "keys.txt"
        truth = parent + "truth.jsonl"
        retrievalLog = parent + "retrieval.csv"
    }
}

/// How much was written.
public struct SampleTotals: Equatable, Sendable {
    /// Messages.
    public var messages = 0
    /// The bytes of all messages.
    public var bytes = 0
    /// The messages of each DKIM class.
    public var dkim: [SampleDKIM: Int] = [:]
}

extension SampleArchive {
    /// Writes the archive with everything beside it; memory is bounded by `width` and the largest messages.
    ///
    /// Existing files are never overwritten. `progress` is told the totals now and then.
    public func write(
        to output: SampleOutput, width: Int = 2, progress: (SampleTotals) -> Void = { _ in }
    ) async throws(SampleArchiveError) -> SampleTotals {
        var writer = try ArchiveWriter(output, keyLines: keyLines)
        let chunk = max(1, 1_000_000 / averageSize)
        let failure = await withTaskGroup(of: MadeChunk.self) { group -> SampleArchiveError? in
            var parked: [Int: MadeChunk] = [:]
            var (admitted, written) = (0, 0)
            let chunks = (messageCount + chunk - 1) / chunk
            while written < chunks {
                while admitted < chunks, admitted - written < width + 2 {
                    let range = admitted * chunk..<min((admitted + 1) * chunk, messageCount)
                    group.addTask { MadeChunk(self, range) }
                    admitted += 1
                }
                guard let made = await group.next() else { break }
                parked[made.range.lowerBound / chunk] = made
                while let ready = parked.removeValue(forKey: written) {
                    do throws(SampleArchiveError) { try writer.store(ready) } catch { return error }
                    written += 1
                }
                progress(writer.totals)
            }
            return nil
        }
        if let failure { throw failure }
        try writer.finish(self)
        return writer.totals
    }
}

/// Messages that were made in one task.
private struct MadeChunk: Sendable {
    let range: Range<Int>
    let messages: [(message: SampleMessage, digest: Digest)]

    init(_ archive: SampleArchive, _ range: Range<Int>) {
        self.range = range
        messages = range.map { index in
            let message = archive.message(at: index)
            return (message, Digest(hashing: message.bytes))
        }
    }
}

private struct ArchiveWriter {
    var totals = SampleTotals()
    private var folders: OutputFolders
    private var mailboxes: [[UInt8]: (file: OutputFile, count: Int, modified: Int)] = [:]
    private var firstFile: [UInt8]?
    private let truth: OutputFile
    private let log: OutputFile

    init(_ output: SampleOutput, keyLines: [String]) throws(SampleArchiveError) {
        folders = try OutputFolders(root: output.folder)
        truth = try OutputFile(creating: output.truth.bytes)
        log = try OutputFile(creating: output.retrievalLog.bytes)
        let name = output.folder.split(separator: "/").last.map(String.init) ?? output.folder
        try log.append("path,url,retrieved_at,operator\n".bytes + RetrievalLog.row(name.bytes, number: 0))
        let keys = try OutputFile(creating: output.keys.bytes)
        try keys.append(keyLines.flatMap { ($0 + "\n").bytes })
        try keys.finish(modified: nil)
    }

    mutating func store(_ chunk: MadeChunk) throws(SampleArchiveError) {
        for (message, digest) in chunk.messages {
            let ordinal: Int? = message.mailboxLine == nil ? nil : try append(message)
            if ordinal == nil { try storeFile(message) }
            try truth.append(message.truthLine(digest: digest, ordinal: ordinal))
            totals.messages += 1
            totals.bytes += message.bytes.count
            totals.dkim[message.truth.dkim, default: 0] += 1
        }
    }

    private mutating func storeFile(_ message: SampleMessage) throws(SampleArchiveError) {
        if firstFile == nil { firstFile = message.path }
        let file = try OutputFile(creating: folders.place(for: message.path))
        try file.append(message.bytes)
        try file.finish(modified: message.truth.date)
        try state(message)
    }

    /// Writes into the log when and from where a file was retrieved, for those of one account.
    private func state(_ message: SampleMessage) throws(SampleArchiveError) {
        guard message.isOfLoggedAccount else { return }
        try log.append(RetrievalLog.row(message.path, number: message.truth.index + 1))
    }

    private mutating func append(_ message: SampleMessage) throws(SampleArchiveError) -> Int {
        let known = mailboxes[message.path]
        let file: OutputFile
        if let known {
            file = known.file
        } else {
            file = try OutputFile(creating: folders.place(for: message.path))
            try state(message)
        }
        let lineEnd = message.endsWithCRLF ? "\r\n".bytes : "\n".bytes
        try file.append((message.mailboxLine ?? "").bytes + lineEnd)
        try file.append(message.bytes)
        try file.append(lineEnd)
        let ordinal = (known?.count ?? 0) + 1
        mailboxes[message.path] = (file, ordinal, max(known?.modified ?? 0, message.truth.date))
        return ordinal
    }

    mutating func finish(_ archive: SampleArchive) throws(SampleArchiveError) {
        for mailbox in mailboxes.values { try mailbox.file.finish(modified: mailbox.modified) }
        if archive.layout == .mixed { try addOtherFiles(archive.seed) }
        if archive.layout == .maildir || archive.layout == .mixed {
            try completeMaildirs(root: archive.layout == .mixed ? "boites/" : "")
        }
        try log.finish(modified: nil)
        try truth.finish(modified: nil)
    }

    /// Makes `cur`, `new` and `tmp` of every Maildir folder, whether there is mail in it or not.
    private mutating func completeMaildirs(root: String) throws(SampleArchiveError) {
        for account in Vocabulary.accounts {
            for folder in SamplePlace.maildirFolders.values.sorted() {
                for part in ["cur", "new", "tmp"] {
                    _ = try folders.place(for: "\(root)\(account.local)/Maildir/\(folder)\(part)/".bytes)
                }
            }
        }
    }

    /// Files that are no mail, as any collection has them.
    private mutating func addOtherFiles(_ seed: UInt64) throws(SampleArchiveError) {
        var random = RandomSource(seed, .pool, -1)
        let zip: [UInt8] = [0x50, 0x4B, 3, 4, 20, 0, 0, 0, 8, 0] + random.bytes(20_000) + [0x50, 0x4B, 5, 6]
        let files = [
            ("notes.txt", "Archives reçues le 5 mai 2017, sur une clé.\n".bytes), ("courriels/contrat.docx", zip),
            ("vide", []),
        ]
        for (path, content) in files {
            let file = try OutputFile(creating: folders.place(for: path.bytes))
            try file.append(content)
            try file.finish(modified: Envelopes.end)
        }
        if let firstFile { try folders.link("premier.eml", to: firstFile) }
    }
}

extension SampleMessage {
    /// Whether it was collected from the account whose files the retrieval log names one by one.
    fileprivate var isOfLoggedAccount: Bool {
        path.split(separator: 0x2F).dropLast().contains { $0.elementsEqual(Vocabulary.people[0].local.utf8) }
    }

    /// Whether its lines end with CRLF, judged by its first.
    fileprivate var endsWithCRLF: Bool {
        guard let lf = bytes.firstIndex(of: ASCII.lf), lf > 0 else { return false }
        return bytes[lf - 1] == ASCII.cr
    }
}
