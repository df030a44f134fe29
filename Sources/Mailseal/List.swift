// `list`: the messages that a filter lets through, from the manifest's lines.

public import Bytes
import Mail
public import Manifest

/// A message as its lines describe it.
public struct ListedMessage: Sendable {
    /// The index of its line.
    public let leaf: Int
    /// Its line.
    public let line: MessageLine
    /// The number of its attachments.
    public internal(set) var attachments = 0
    /// Its signatures, as the newest edition that names them recorded them.
    public internal(set) var signatures: [DKIMLine] = []

    /// What its signatures amount to together.
    public var standing: EvidenceStanding { EvidenceStanding(of: signatures) }
    /// The class of its evidence.
    public var evidence: EvidenceClass { standing.evidence }

    /// The time that its Date claims; nil when there is none that can be read.
    public var date: Timestamp? { Timestamp(claimedBy: line.date) }
    /// Its From, decoded for showing.
    public var from: String { decodedHeader(line.from ?? []) }
    /// Its To, decoded for showing.
    public var to: String { decodedHeader(line.to ?? []) }
    /// Its Cc, decoded for showing.
    public var cc: String { decodedHeader(line.cc ?? []) }
    /// Its Subject, decoded for showing.
    public var subject: String { decodedHeader(line.subject ?? []) }

    /// Whom a list of addresses names, for a narrow column: names, else addresses.
    public static func people(in value: RawText?) -> String {
        addresses(in: value ?? []).map { decodedHeader($0.name.isEmpty ? $0.address : $0.name) }
            .joined(separator: ", ")
    }
}

/// What was listed.
public struct ListSummary: Sendable {
    /// The counts of the messages that were listed: messages, attachments, signatures, bytes and the DKIM classes.
    public internal(set) var counts = EndLine()
    /// How many of them there is which reservation about; one message can have several.
    public var reservations: [String: Int] { tally.counts }
    /// Messages left out because they have no Date that can be read, and a time was asked for.
    public internal(set) var undated = 0
    /// Messages left out because their bytes could not be read.
    public internal(set) var unreadable = 0

    var tally = ReservationTally()
}

/// Lists messages.
public enum List {
    /// Gives the messages that a filter lets through, in the order of their numbers.
    ///
    /// - Throws: when the manifest cannot be read, and what `body` throws.
    public static func run(
        _ bundle: Bundle, _ filter: MessageFilter = MessageFilter(), jobs: Int = 2, observer: Observer = Observer(),
        _ body: (ListedMessage) throws -> Void
    ) async throws -> ListSummary {
        let later = try bundle.laterEvidence()
        var listing = Listing(bundle, later, MessageSelector(filter), jobs: jobs, observer: observer)
        for range in listing.selector.ranges(upTo: bundle.end.messages) { try await listing.run(range, body) }
        while try await listing.takeResult(body) {}
        return listing.summary
    }
}

/// The work of `List.run`.
private struct Listing: ~Copyable {
    let selector: MessageSelector
    private(set) var summary = ListSummary()
    private let bundle: Bundle
    private let later: LaterEvidence
    private let observer: Observer
    private var open: ListedMessage?
    private var window: InOrder<ListedMessage?>
    private var progress: Progress

    init(_ bundle: Bundle, _ later: LaterEvidence, _ selector: MessageSelector, jobs: Int, observer: Observer) {
        self.bundle = bundle
        self.later = later
        self.selector = selector
        self.observer = observer
        window = InOrder(width: jobs * 4, budget: 256 << 20)
        progress = Progress(
            bytes: 0, totalBytes: bundle.end.bytes, messages: 0, totalMessages: bundle.end.messages)
    }

    mutating func run(_ range: ClosedRange<Int>, _ body: (ListedMessage) throws -> Void) async throws {
        guard let leaf = try bundle.leaf(ofMessageFrom: max(1, range.lowerBound)) else { return }
        var lines = bundle.unread(from: leaf)
        var last = 0
        while let line = try lines.next() {
            if line.isOf(.message) {
                try await close(body)
                guard last < range.upperBound, case .message(let message) = try line.read(),
                    message.number <= range.upperBound
                else { return }
                try bundle.checkRoom(for: message, leaf: line.leaf)
                last = message.number
                try consider(message, leaf: line.leaf)
            } else if open != nil {
                try await follow(line, body)
            } else if last == range.upperBound {
                return
            }
        }
        try await close(body)
    }

    private mutating func follow(_ line: UnreadLine, _ body: (ListedMessage) throws -> Void) async throws {
        if line.isOf(.attachment) {
            open?.attachments += 1
        } else if line.isOf(.dkim), case .dkim(let signature) = try line.read() {
            open?.signatures.append(signature)
        } else {
            try await close(body)
        }
    }

    /// Opens a message when people and subject are as they must be.
    private mutating func consider(_ message: MessageLine, leaf: Int) throws {
        progress.messages += 1
        progress.bytes += min(message.size, Format.messageLimit)
        observer.progress(progress)
        var whole = message
        if selector.needsWhole(message), let bytes = read(message, leaf: leaf) {
            let mail = Message(parsing: bytes)
            whole.from = mail.unfoldedValue(of: "From")
            whole.to = mail.unfoldedValue(of: "To")
            whole.cc = mail.unfoldedValue(of: "Cc")
            whole.subject = mail.unfoldedValue(of: "Subject")
        }
        if selector.matches(whole) { open = ListedMessage(leaf: leaf, line: message) }
    }

    /// All lines of a message have come: the conditions on them, and then those on its bytes.
    private mutating func close(_ body: (ListedMessage) throws -> Void) async throws {
        guard let opened = open else { return }
        open = nil
        let message = try newest(opened)
        guard selector.matches(message) else { return }
        guard let isInTime = selector.matches(date: message.date) else {
            summary.undated += 1
            return
        }
        guard isInTime else { return }
        guard selector.needsBytes else { return try emit(message, body) }
        guard let bytes = read(message.line, leaf: message.leaf) else {
            summary.unreadable += 1
            return
        }
        while window.isFull { try await takeResult(body) }
        let selector = selector
        window.submit(weight: bytes.count * 2) { selector.matches(bytes) ? message : nil }
    }

    private func newest(_ message: ListedMessage) throws -> ListedMessage {
        guard let newest = try later.evidence(of: message.line.sha256).last else { return message }
        var message = message
        message.signatures = newest.signatures
        return message
    }

    @discardableResult
    mutating func takeResult(_ body: (ListedMessage) throws -> Void) async throws -> Bool {
        guard let result = try await window.next() else { return false }
        if let message = result { try emit(message, body) }
        return true
    }

    private mutating func emit(_ message: ListedMessage, _ body: (ListedMessage) throws -> Void) throws {
        summary.counts.count(.message(message.line))
        summary.counts.attachments += message.attachments
        summary.counts.signatures += message.signatures.count
        let standing = message.standing
        summary.counts.count(standing.evidence)
        summary.tally.count(standing)
        try body(message)
    }

    private func read(_ message: MessageLine, leaf: Int) -> [UInt8]? {
        do {
            return try bundle.bytes(of: message, leaf: leaf)
        } catch {
            observer.notice(.failure("message \(message.number): \(error)"))
            return nil
        }
    }
}

extension Timestamp {
    /// The time that a Date field's value claims; nil when it cannot be read.
    init?(claimedBy value: RawText?) {
        guard let value, let seconds = DateField.seconds(in: value), let time = Timestamp(secondsSince1970: seconds)
        else { return nil }
        self = time
    }
}
