// The rules about sources: their ids, the mailboxes that rebuild without gaps, and the balances.

import Bytes

extension ManifestAudit {
    mutating func open(_ line: SourceLine) {
        if line.id != counts.sources { fault("number-sequence", "source \(line.id), expected \(counts.sources)") }
        if !["tree", "maildir", "file"].contains(line.kind) { fault("code-unknown", "source kind \(line.kind)") }
        source = SourceBalance(id: line.id)
    }

    mutating func checkSource(_ id: Int) {
        if source?.id != id { fault("reference-unknown", "source \(id) is not the one that is open") }
    }

    mutating func check(_ file: FileLine) {
        checkSource(file.source)
        let content = file.sha256 != nil && file.size != nil
        if content == (file.target != nil) || (file.sha256 == nil) != (file.size == nil) {
            fault("file-invalid", "a file has a digest and a size, or a link's target")
        }
        let pieces = (file.size ?? 0) > PayloadFile.pieceSize ? ((file.size ?? 0) - 1) / PayloadFile.pieceSize + 1 : 0
        if file.pieces.count != pieces { fault("file-invalid", "\(file.pieces.count) pieces, expected \(pieces)") }
        if let detail = source?.found(file) { fault("mailbox-gap", detail) }
    }

    mutating func check(_ container: ContainerLine) {
        checkSource(container.source)
        if let detail = source?.close(container) { fault("container-differs", detail) }
    }

    mutating func close(_ line: SourceEndLine) {
        checkSource(line.source)
        guard let balance = source else { return }
        if line.messages != balance.messages || line.files != balance.files || line.failures != balance.failures
            || line.items != balance.messages + balance.files + balance.failures
        {
            fault(
                "balance-differs",
                "source-end says \(line), found \(balance.messages) messages, \(balance.files) files, \(balance.failures) failures"
            )
        }
        if let path = balance.unclosed { fault("container-differs", "container \(path) has no line") }
        source = nil
    }
}

/// What has been found in the open source, and in each container whose line has not come yet.
struct SourceBalance {
    let id: Int
    private(set) var messages = 0
    private(set) var files = 0
    private(set) var failures = 0
    private(set) var mailbox: Mailbox?
    private var open: [[[RawText]]: Counts] = [:]

    struct Counts: Equatable { var messages = 0, files = 0, failures = 0 }

    /// The mailbox whose messages are being listed.
    struct Mailbox {
        let path: SourcePath
        var next: Int
    }

    init(id: Int) { self.id = id }

    /// Counts an occurrence; gives what does not fit about its place in a mailbox.
    mutating func found(_ occurrence: OccurrenceLine, size: Int) -> String? {
        messages += 1
        let inside = occurrence.offset == nil ? occurrence.path.levels.dropLast() : occurrence.path.levels[...]
        count(in: inside) { $0.messages += 1 }
        return placed(occurrence.path, offset: occurrence.offset, before: occurrence.before, size: size)
    }

    /// Counts a file; gives what does not fit about its place in a mailbox.
    mutating func found(_ file: FileLine) -> String? {
        files += 1
        let inside = file.offset == nil ? file.path.levels.dropLast() : file.path.levels[...]
        count(in: inside) { $0.files += 1 }
        if file.offset == nil, file.before == nil, mailbox?.path == file.path { return nil }
        return placed(file.path, offset: file.offset, before: file.before, size: file.size ?? 0)
    }

    private mutating func placed(_ path: SourcePath, offset: Int?, before: RawText?, size: Int) -> String? {
        guard let offset else {
            return before == nil ? mailbox.map { "mailbox \($0.path) is still open" } : "before without offset"
        }
        let start: Int
        var problem: String?
        if let mailbox, mailbox.path == path {
            start = mailbox.next
        } else {
            problem = mailbox.map { "mailbox \($0.path) is still open" }
            start = 0
        }
        let expected = start + (before?.count ?? 0)
        if offset != expected { problem = "offset \(offset) in \(path), expected \(expected)" }
        mailbox = Mailbox(path: path, next: offset + size)
        return problem
    }

    mutating func failed(_ failure: FailureLine) {
        failures += 1
        guard let path = failure.path else { return }
        count(in: path.levels.dropLast()) { $0.failures += 1 }
    }

    /// Closes a container; gives what does not fit.
    mutating func close(_ line: ContainerLine) -> String? {
        if line.stored {
            // Its own bytes are a file line that counts nowhere.
            files -= 1
            count(in: line.path.levels.dropLast()) { $0.files -= 1 }
        }
        let counts = open.removeValue(forKey: line.path.levels) ?? Counts()
        if counts != Counts(messages: line.messages, files: line.files, failures: line.failures) {
            return "\(line.path) says \(line.messages) messages, \(line.files) files, \(line.failures) failures, found "
                + "\(counts.messages), \(counts.files), \(counts.failures)"
        }
        guard line.kind == "mbox" else { return nil }
        defer { mailbox = nil }
        let covered = (mailbox?.next ?? 0) + (line.after?.count ?? 0)
        guard mailbox.map({ $0.path == line.path }) ?? (line.messages == 0), covered == line.size else {
            return "mailbox \(line.path) of \(line.size) bytes, its parts are \(covered)"
        }
        return nil
    }

    /// A container that has content and no line.
    var unclosed: SourcePath? { open.keys.first.map { SourcePath(levels: $0) } }

    // Only containers are tracked: the first level is the source itself.
    private mutating func count(in levels: ArraySlice<[RawText]>, _ change: (inout Counts) -> Void) {
        guard !levels.isEmpty else { return }
        change(&open[Array(levels), default: Counts()])
    }
}
