// What the facts about one signature draw from the rest of the message: its fields, From, its attachments.

import Mail

/// The message around its signatures.
struct SignatureContext {
    let index: FieldIndex
    private var from: FromDomains?
    private let attachments: [Attachment]
    private let bodyStart: Int
    private var ends: [Measure: AttachmentEnds] = [:]

    /// What the ends of attachments depend on.
    private struct Measure: Hashable {
        let form: CanonicalForm
        let omitted: [Range<Int>]
    }

    init(_ header: HeaderSection, _ attachments: [Attachment], of message: Span<UInt8>) {
        index = FieldIndex(header, of: message)
        self.attachments = attachments
        bodyStart = header.bodyStart
    }

    /// Adds what follows from coverage, key, results and repairs, once these are there; `message` is the stored one.
    ///
    /// A malformed signature stays as it is. A set of ARC speaks for whoever forwarded the message, so that it is aligned
    /// with nothing; its seal covers no field of the message.
    mutating func complete(_ evidence: inout Evidence, of message: Span<UInt8>) {
        guard evidence.header != .malformed else { return }
        if evidence.kind != .arcSeal {
            var open = OpenFields(evidence.coverage, in: index, of: message)
            // A field that is only in the repaired header, such as that of a part, decides what is shown too.
            if let repaired = evidence.openWhenRepaired { open.formUnion(repaired) }
            evidence.uncovered = open.uncovered
            evidence.added = open.added
        }
        if !evidence.kind.isARC {
            let domains = from ?? FromDomains(index.fields("from"), of: message)
            from = domains
            evidence.alignment = domains.alignment(of: evidence.signature.domain ?? [])
        }
        evidence.outside = attachments.isEmpty ? [] : outside(evidence, message)
        evidence.reservations = evidence.derivedReservations
    }

    /// The attachments behind the covered octets, and those that a repair leaves out or cuts.
    private mutating func outside(_ evidence: Evidence, _ message: Span<UInt8>) -> [[UInt8]] {
        let leftOut = LeftOutBytes(evidence.repairs)
        switch evidence.body {
        case .partial(let covered, _):
            guard let form = evidence.signature.canonicalization?.body, !evidence.repairs.contains(where: \.isRecoding)
            else { return Array(attachments.lazy.map(\.number).prefix(AttachmentEnds.limit)) }
            let omitted = evidence.repairs.flatMap(\.edits).sorted { $0.lowerBound < $1.lowerBound }
            let measure = Measure(form: form, omitted: omitted)
            let known = ends[measure]
            let found =
                known ?? AttachmentEnds(attachments, of: message, from: bodyStart, form: form, omitting: omitted)
            ends[measure] = found
            return found.numbers(outside: covered, leftOut)
        case .restored:
            let found = attachments.lazy.filter { leftOut.overlaps($0.range) }
            return Array(found.map(\.number).prefix(AttachmentEnds.limit))
        case .intact, .altered, .tooShort, .notComputed: return []
        }
    }
}
