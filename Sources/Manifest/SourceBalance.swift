// The balance of one source: what was found in it and in each container that is open.

import Bytes
import Cryptography

/// What has been found in the open source, and in the containers whose lines have not come yet.
struct SourceBalance {
    let id: Int
    private(set) var messages = 0
    private(set) var files = 0
    private(set) var failures = 0
    /// The containers in which the last line stood, outermost first: one level of its path each.
    private var open: [(name: [RawText], counts: Counts)] = []
    private var mailbox: Mailbox?
    /// The line directly before, when it is a file.
    private var lastFile: FileLine?
    /// The failures directly before that are about a container of which nothing has been listed yet, if it is one.
    private var lastFailures: (path: SourcePath, count: Int)?

    struct Counts: Equatable { var messages = 0, files = 0, failures = 0 }

    /// The mailbox whose messages are being listed.
    private struct Mailbox {
        let path: SourcePath
        var next: Int
    }

    /// What does not fit.
    struct Problem {
        let code: String
        let detail: String
    }

    init(id: Int) { self.id = id }

    /// Counts an occurrence; gives what does not fit about its place.
    mutating func found(_ occurrence: OccurrenceLine, size: Int) -> Problem? {
        messages += 1
        (lastFile, lastFailures) = (nil, nil)
        return placed(occurrence.path, offset: occurrence.offset, before: occurrence.before, size: size) {
            $0.messages += 1
        }
    }

    /// Counts a file; gives what does not fit about its place.
    mutating func found(_ file: FileLine) -> Problem? {
        files += 1
        lastFile = file.offset == nil ? file : nil
        if lastFailures?.path != file.path { lastFailures = nil }
        // The file of an open container is that container's own, and no part of what it holds.
        if file.offset == nil, file.before == nil, isOpen(file.path) { return nil }
        return placed(file.path, offset: file.offset, before: file.before, size: file.size ?? 0) { $0.files += 1 }
    }

    // An offset makes it a row of the mailbox at the path, else it stands in the container around it.
    private mutating func placed(
        _ path: SourcePath, offset: Int?, before: RawText?, size: Int, _ change: (inout Counts) -> Void
    ) -> Problem? {
        guard let offset else {
            let problem = count(in: path.levels.dropLast(), otherThanMailbox: true, change)
            return before == nil ? problem : Problem(code: "mailbox-gap", detail: "before without offset")
        }
        let continues = mailbox?.path == path
        let start = continues ? mailbox?.next ?? 0 : 0
        var problem = count(in: path.levels[...], otherThanMailbox: !continues, change)
        let expected = start + (before?.count ?? 0)
        if offset != expected {
            problem = Problem(code: "mailbox-gap", detail: "offset \(offset) in \(path), expected \(expected)")
        }
        // A sum that no size can reach stays one, instead of overflowing.
        mailbox = Mailbox(path: path, next: min(expected + size, 1 << 60))
        return problem
    }

    /// Counts a failure; gives what does not fit about its place.
    mutating func failed(_ failure: FailureLine) -> Problem? {
        failures += 1
        lastFile = nil
        guard let path = failure.path else { return nil }
        if isOpen(path) {
            open[open.count - 1].counts.failures += 1
            return nil
        }
        lastFailures = (path, (lastFailures?.path == path ? lastFailures?.count ?? 0 : 0) + 1)
        return count(in: path.levels.dropLast(), otherThanMailbox: true) { $0.failures += 1 }
    }

    /// Closes a container; gives what does not fit.
    mutating func close(_ line: ContainerLine) -> Problem? {
        let (rows, file) = (mailbox, lastFile)
        if !isOpen(line.path) { takeOver(line) }
        let problem = count(in: line.path.levels[...], otherThanMailbox: rows?.path != line.path) { _ in }
        let counts = open.popLast()?.counts ?? Counts()
        (mailbox, lastFile, lastFailures) = (nil, nil, nil)
        if line.stored { files -= 1 }
        if let problem { return problem }
        if counts != Counts(messages: line.messages, files: line.files, failures: line.failures) {
            return differs(
                "\(line.path) says \(line.messages) messages, \(line.files) files, \(line.failures) failures, found "
                    + "\(counts.messages), \(counts.files), \(counts.failures)")
        }
        // Of a container that could not be read to its end, the digest is not known.
        let isFile = file?.path == line.path && file?.size == line.size
        if line.stored, !isFile || line.sha256 != nil && file?.sha256 != line.sha256 {
            return differs("\(line.path) is stored, the line before is not its file")
        }
        return misfit(of: line, rows: rows)
    }

    // A container of which nothing has been listed: what was said of it counted outside it so far.
    private mutating func takeOver(_ line: ContainerLine) {
        let outer = open.count
        guard outer == line.path.levels.count - 1, zip(open, line.path.levels).allSatisfy({ $0.name == $1 }) else {
            return
        }
        let failures = lastFailures?.path == line.path ? lastFailures?.count ?? 0 : 0
        if outer > 0 {
            open[outer - 1].counts.failures -= failures
            if line.stored, lastFile?.path == line.path { open[outer - 1].counts.files -= 1 }
        }
        open.append((line.path.levels[outer], Counts(failures: failures)))
    }

    /// The innermost container that has content and no line.
    var unclosed: Problem? { open.last.map { differs("a container at \(display($0.name)) has no line") } }

    // Only a mailbox is made of rows, and then of nothing else.
    private func misfit(of line: ContainerLine, rows: Mailbox?) -> Problem? {
        guard line.kind == "mbox" else {
            return rows == nil && line.after == nil ? nil : differs("\(line.path) is no mailbox and has parts of one")
        }
        let covered = (rows?.next ?? 0) + (line.after?.count ?? 0)
        let whole = line.sha256 == nil ? covered <= line.size : covered == line.size
        return whole && (rows != nil || line.messages + line.files == 0)
            ? nil : differs("mailbox \(line.path) of \(line.size) bytes, its parts are \(covered)")
    }

    private func isOpen(_ path: SourcePath) -> Bool {
        !open.isEmpty && open.count == path.levels.count && zip(open, path.levels).allSatisfy { $0.name == $1 }
    }

    /// Counts something in a container, and opens that and those around it; gives the containers that had to be closed.
    private mutating func count(
        in levels: ArraySlice<[RawText]>, otherThanMailbox: Bool, _ change: (inout Counts) -> Void
    ) -> Problem? {
        var problem: Problem?
        let common = zip(open, levels).prefix { $0.name == $1 }.count
        if common < open.count {
            problem = unclosed
            open.removeLast(open.count - common)
        }
        if otherThanMailbox, let rows = mailbox {
            problem = Problem(code: "mailbox-gap", detail: "mailbox \(rows.path) is still open")
            mailbox = nil
        }
        open += levels.dropFirst(common).map { ($0, Counts()) }
        if !open.isEmpty { change(&open[open.count - 1].counts) }
        return problem
    }

    private func differs(_ detail: String) -> Problem { Problem(code: "container-differs", detail: detail) }

    private func display(_ name: [RawText]) -> String { Array(name.joined(separator: [0x2F])).displayText }
}
