// The rules that hold in a redacted manifest: what is disclosed is whole in itself, tells nothing of what is withheld, and
// leaves room for all that the end line counts (Docs/format.md §3.8).

import Bytes

extension ManifestAudit {
    /// What is known of the lines that are withheld.
    struct Gaps {
        /// Lines withheld since the last message that is disclosed.
        var linesSinceMessage = 0
        /// The number of the last message that is disclosed.
        var lastMessage = 0
        /// The number of the last source that is disclosed.
        var lastSource = 0
        /// Whether lines were withheld since that source began.
        var isSourcePartial = false
        /// The end line of the edition before.
        var lastEnd: EndLine?
    }

    /// The number that the next message has, or in a redacted manifest the lowest that it can have.
    public var nextMessage: Int { (isRedacted ? redaction.lastMessage : counts.messages) + 1 }

    /// A line can be withheld anywhere but at either end of an edition.
    static let beforeWithheld: Set<Place> = [
        .head, .laterHead, .edition, .source, .message, .signatures, .renewed, .keys, .withheld,
    ]

    mutating func followWithheld() {
        if !isRedacted { fault("redaction-invalid", "a line is withheld, but the content line is not") }
        closeRenewal()
        closeMessage()
        redaction.linesSinceMessage += 1
        redaction.isSourcePartial = true
        // One withheld line is the content line, which adds nothing.
        edition.addsSomething = edition.addsSomething || edition.hasGap
        edition.hasGap = true
        leaf += 1
    }

    mutating func checkNumber(of message: MessageLine) {
        guard isRedacted else {
            if message.number != counts.messages {
                fault("number-sequence", "message number \(message.number), expected \(counts.messages)")
            }
            return
        }
        let missing = message.number - redaction.lastMessage - 1
        // Each message has at least a line of its own and one for a place.
        if missing < 0 || missing > redaction.linesSinceMessage / 2 {
            fault(
                "number-sequence",
                "message number \(message.number) behind \(redaction.lastMessage) and "
                    + "\(redaction.linesSinceMessage) withheld lines")
        }
        redaction.lastMessage = max(redaction.lastMessage, message.number)
        redaction.linesSinceMessage = 0
    }

    mutating func checkNumber(of line: SourceLine) {
        let expected = isRedacted ? redaction.lastSource + 1...Int.max : counts.sources...counts.sources
        if !expected.contains(line.id) {
            fault("number-sequence", "source \(line.id), expected \(expected.lowerBound)")
        }
        redaction.lastSource = max(redaction.lastSource, min(line.id, Int.max - 1))
        redaction.isSourcePartial = false
    }

    /// Sizes and digests over several messages would tell of those that are withheld.
    mutating func checkWhole(_ type: String) {
        if redaction.isSourcePartial { fault("redaction-invalid", "the \(type) line tells of withheld lines") }
    }

    /// The end line against what is disclosed: nothing more of any kind than it counts, and no line too many or too few.
    mutating func checkDisclosure(_ end: EndLine) {
        checkKeys()
        checkAddition()
        if end.leaf != leaf || end.head != (edition.number > 1 ? edition.start : nil) {
            fault("counts-differ", "end line \(end.leaf) of an edition from \(end.head ?? 0), found it at \(leaf)")
        }
        for (claimed, found) in zip(end.named, counts.named) where found.value > claimed.value {
            fault("counts-differ", "end line: \(claimed.name) \(claimed.value), \(found.value) are disclosed")
        }
        if redaction.lastMessage > end.messages {
            fault("counts-differ", "end line: messages \(end.messages), number \(redaction.lastMessage) is disclosed")
        }
        if EvidenceClass.allCases.reduce(0, { $0 + end[$1] }) != end.messages {
            fault("counts-differ", "end line: the DKIM counts do not sum to \(end.messages) messages")
        }
        checkLineCount(end)
        redaction.lastEnd = end
    }

    // How many lines record evidence anew is not to be seen, so that a later edition can have more than it counts.
    private mutating func checkLineCount(_ end: EndLine) {
        let (lines, counts) = (leaf + 1 - edition.start, end.onlyGrowing)
        // head, content and end.
        var counted = 3 + (edition.number == 1 ? end.signatures : 0)
        for (now, then) in zip(counts, redaction.lastEnd?.onlyGrowing ?? counts.map { _ in 0 }) {
            if now < then { fault("counts-differ", "end line: counts fall, from \(then) to \(now)") }
            counted += now - then
        }
        if counted > lines || (edition.number == 1 && counted < lines) {
            fault("counts-differ", "end line: counts for \(counted) lines, there are \(lines)")
        }
    }
}

extension ManifestLine {
    /// Whether the line can stand behind one that is withheld: not what belongs to the message right before it.
    func mayFollowWithheld(in edition: ManifestAudit.OpenEdition) -> Bool {
        switch self {
        case .head, .attachment, .content: false
        case .dkim: edition.number > 1 && !edition.isPastRenewals
        case .source, .message, .occurrence, .file, .container, .failure, .sourceEnd, .key, .end, .withheld: true
        }
    }
}

extension EndLine {
    /// The counts of lines that no later edition takes back; each source has two lines.
    fileprivate var onlyGrowing: [Int] {
        [sources, sources, messages, attachments, occurrences, files, containers, failures, keys]
    }
}
