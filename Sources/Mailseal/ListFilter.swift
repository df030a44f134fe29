// Which messages are meant: by number, people, time, subject, evidence and words.

public import Bytes
import Mail
public import Manifest

/// What a message must be to be listed or extracted; every condition that is set must hold.
public struct MessageFilter: Sendable {
    /// Two people, in either direction.
    public struct Pair: Sendable {
        /// Text of one of them's address or name.
        public let one: String
        /// Text of the other's.
        public let other: String

        /// Two texts.
        public init(_ one: String, _ other: String) {
            self.one = one
            self.other = other
        }
    }

    /// Its number lies in one of these; all numbers when empty.
    public var numbers: [ClosedRange<Int>] = []
    /// One of these stands in an address or a name of From.
    public var from: [String] = []
    /// One of these stands in an address or a name of To or Cc.
    public var to: [String] = []
    /// From is one of a pair, To or Cc the other.
    public var between: [Pair] = []
    /// Its Date is not before this.
    public var after: Timestamp?
    /// Its Date is before this.
    public var before: Timestamp?
    /// One of these stands in its decoded Subject.
    public var subject: [String] = []
    /// Its evidence is one of these; any when empty.
    public var evidence: Set<EvidenceClass> = []
    /// It has an attachment.
    public var hasAttachment = false
    /// Each of these stands in its decoded Subject or in one of its decoded text parts.
    public var words: [String] = []

    /// Every message.
    public init() {}

    /// Whether anything is set.
    public var isEmpty: Bool {
        numbers.isEmpty && from.isEmpty && to.isEmpty && between.isEmpty && after == nil && before == nil
            && subject.isEmpty && evidence.isEmpty && !hasAttachment && words.isEmpty
    }
}

/// A filter that is ready to be applied.
struct MessageSelector: Sendable {
    private let filter: MessageFilter
    private let from: [FoldedText]
    private let to: [FoldedText]
    private let between: [(one: FoldedText, other: FoldedText)]
    private let subject: [FoldedText]
    private let words: [FoldedText]

    init(_ filter: MessageFilter) {
        self.filter = filter
        from = filter.from.map { FoldedText($0) }
        to = filter.to.map { FoldedText($0) }
        between = filter.between.map { (FoldedText($0.one), FoldedText($0.other)) }
        subject = filter.subject.map { FoldedText($0) }
        words = filter.words.map { FoldedText($0) }
    }

    /// Whether the message's bytes must be read.
    var needsBytes: Bool { !words.isEmpty }

    /// The ranges of numbers to look at, in order, not overlapping.
    func ranges(upTo count: Int) -> [ClosedRange<Int>] {
        guard !filter.numbers.isEmpty else { return count > 0 ? [1...count] : [] }
        var merged: [ClosedRange<Int>] = []
        for range in filter.numbers.sorted(by: { $0.lowerBound < $1.lowerBound })
        where range.overlaps(1...max(1, count)) {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }

    /// Whether a recorded header value that decides was cut, so that the message itself must be asked.
    func needsWhole(_ line: MessageLine) -> Bool {
        func isCut(_ value: RawText?) -> Bool { (value?.count ?? 0) >= MessageRecord.textLimit }
        if !from.isEmpty || !between.isEmpty, isCut(line.from) { return true }
        if !to.isEmpty || !between.isEmpty, isCut(line.to) || isCut(line.cc) { return true }
        return !subject.isEmpty && isCut(line.subject)
    }

    /// Whether people and subject are as they must be.
    func matches(_ line: MessageLine) -> Bool {
        if !subject.isEmpty {
            let text = FoldedText(decodedHeader(line.subject ?? []))
            guard subject.contains(where: text.contains) else { return false }
        }
        guard !(from.isEmpty && to.isEmpty && between.isEmpty) else { return true }
        let senders = People(in: [line.from])
        if !from.isEmpty, !from.contains(where: senders.include) { return false }
        let receivers = People(in: to.isEmpty && between.isEmpty ? [] : [line.to, line.cc])
        if !to.isEmpty, !to.contains(where: receivers.include) { return false }
        return between.isEmpty
            || between.contains {
                (senders.include($0.one) && receivers.include($0.other))
                    || (senders.include($0.other) && receivers.include($0.one))
            }
    }

    /// Whether evidence and attachments are as they must be.
    func matches(_ message: ListedMessage) -> Bool {
        if filter.hasAttachment, message.attachments == 0 { return false }
        return filter.evidence.isEmpty || filter.evidence.contains(message.evidence)
    }

    /// Whether the time is as it must be; nil when the message has no Date that can be read, and one is asked for.
    func matches(date: Timestamp?) -> Bool? {
        guard filter.after != nil || filter.before != nil else { return true }
        guard let date else { return nil }
        if let after = filter.after, date < after { return false }
        if let before = filter.before, date >= before { return false }
        return true
    }

    /// Whether each word stands in the subject or in one of the text parts.
    func matches(_ bytes: [UInt8]) -> Bool {
        let mail = Message(parsing: bytes)
        let subject = FoldedText(decodedHeader(mail.unfoldedValue(of: "Subject") ?? []))
        var missing = words.filter { !subject.contains($0) }
        for part in mail.parts where !missing.isEmpty {
            guard let text = mail.displayText(of: part) else { continue }
            let folded = FoldedText(text)
            missing.removeAll { folded.contains($0) }
        }
        return missing.isEmpty
    }
}

/// The addresses and names of header values, folded.
private struct People {
    private let texts: [FoldedText]

    init(in values: [RawText?]) {
        texts = values.compactMap(\.self).flatMap { addresses(in: $0) }.map {
            FoldedText("\(decodedHeader($0.name)) <\(decodedHeader($0.address))>")
        }
    }

    func include(_ text: FoldedText) -> Bool { texts.contains { $0.contains(text) } }
}
