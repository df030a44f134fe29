// The messages of bundles and of sources alike, for work that needs their bytes and no more.

import Bytes
public import Cryptography
import Files
import Intake
import Manifest

/// Goes through the distinct messages of any number of bundles and sources.
public enum MessageStream {
    /// Does work on each distinct message beside other work, and gives the results in the order of the messages.
    ///
    /// - Parameters:
    ///   - paths: bundles, folders, mailboxes, archives or messages; a bundle's message is checked against its digest.
    ///   - work: what is done with one message's bytes; it runs in a task.
    ///   - body: takes each result with the message's SHA-256; a message that was given before is left out.
    /// - Throws: `MailsealError`, `FileError` or `IntakeError` when an input cannot be read, and what `work` or `body` throws.
    public static func forEach<Output: Sendable>(
        in paths: [[UInt8]], jobs: Int = 2, memory: Int = 512 << 20, observer: Observer = Observer(),
        work: @escaping @Sendable ([UInt8]) throws -> Output, body: (Digest, Output) throws -> Void
    ) async throws {
        var pass = MessagePass(jobs: jobs, memory: memory, observer: observer, work: work)
        for path in paths {
            if try Bundle.isBundle(path) {
                try await pass.read(try Bundle(path: path), body)
            } else {
                try await pass.read(try Intake(sources: [path]), body)
            }
        }
    }
}

/// One pass over messages, with the digests of those that were given.
private struct MessagePass<Output: Sendable> {
    typealias Result = (digest: Digest, size: Int, output: Output)

    private let jobs: Int
    private let memory: Int
    private let observer: Observer
    private let work: @Sendable ([UInt8]) throws -> Output
    private var seen: Set<Digest> = []
    private var progress = Progress(bytes: 0, messages: 0)

    init(jobs: Int, memory: Int, observer: Observer, work: @escaping @Sendable ([UInt8]) throws -> Output) {
        self.jobs = jobs
        self.memory = memory
        self.observer = observer
        self.work = work
    }

    mutating func read(_ bundle: Bundle, _ body: (Digest, Output) throws -> Void) async throws {
        var window = InOrder<Result>(width: jobs * 8, budget: memory / 4, batch: 1 << 18)
        var lines = bundle.unread()
        let work = work
        while let unread = try lines.next() {
            guard unread.isOf(.message), case .message(let line) = try unread.read(), !line.isListed
            else { continue }
            while window.isFull { try await take(&window, body) }
            window.submit(weight: 4096 + min(line.size, Format.messageLimit) * 2) {
                let bytes = try bundle.bytes(of: line, leaf: unread.leaf)
                return (line.sha256, bytes.count, try work(bytes))
            }
        }
        while try await take(&window, body) {}
    }

    mutating func read(_ intake: Intake, _ body: (Digest, Output) throws -> Void) async throws {
        var window = InOrder<Result>(width: jobs * 8, budget: memory / 4, batch: 1 << 18)
        let work = work
        while let item = try intake.next() {
            if case .failure(let failure) = item { observer.notice(.failure(failure.sentence)) }
            guard case .message(let message) = item else { continue }
            while window.isFull { try await take(&window, body) }
            window.submit(weight: 4096 + message.bytes.count * 2) {
                (Digest(hashing: message.bytes), message.bytes.count, try work(message.bytes))
            }
        }
        while try await take(&window, body) {}
    }

    @discardableResult
    private mutating func take(
        _ window: inout InOrder<Result>, _ body: (Digest, Output) throws -> Void
    ) async throws -> Bool {
        guard let result = try await window.next() else { return false }
        progress.messages += 1
        progress.bytes += result.size
        observer.progress(progress)
        if seen.insert(result.digest).inserted { try body(result.digest, result.output) }
        return true
    }
}
