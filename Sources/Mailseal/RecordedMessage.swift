// One message's recorded lines beside its bytes: are the bytes the ones, and does the evidence follow from them?

import Bytes
import Cryptography
import DKIM
import Mail
import Manifest

/// The lines of one message and the bytes that the payload gave for it.
struct RecordedMessage: Sendable {
    let message: MessageLine
    let entry: ReadEntry?
    /// The number of the edition that holds it.
    let edition: Int
    var attachments: [AttachmentLine] = []
    var signatures: [DKIMLine] = []
    /// What later editions say of its signatures, in their order.
    var later: [RecordedEvidence] = []

    init(message: MessageLine, entry: ReadEntry?, edition: Int) {
        self.message = message
        self.entry = entry
        self.edition = edition
    }

    /// What is found out about one message.
    struct Judgement: Sendable {
        /// Everything that does not fit.
        var findings: [Finding] = []
        /// Its signatures' lines by all keys and our own rules, when they are not those recorded last.
        var renewed: [DKIMLine]?
        /// The names of the key records that its signatures call for.
        var keyNames: [KeyName] = []
    }

    /// Compares bytes and lines; facts are derived again for the editions that recorded them under our rules.
    ///
    /// - Parameter renews: whether the last edition of the history is only being made: then nothing is recorded in it,
    ///   and what it must record is told.
    func judge(by history: KeyHistory, renews: Bool = false) -> Judgement {
        guard let entry else { return Judgement() }  // its absence has been found already
        guard entry.isWhole else {
            return Judgement(findings: [finding(.integrity, .messageUnreadable, "its bytes lie in a damaged block")])
        }
        let digest = entry.foundDigest
        guard entry.size == message.size, digest == message.sha256 else {
            let expected = "\(message.size) bytes with SHA-256 \(message.sha256)"
            let found = "\(entry.size) with \(digest)"
            return Judgement(findings: [finding(.integrity, .messageAltered, "expected \(expected), found \(found)")])
        }
        guard let bytes = entry.bytes, history.firstDerived != nil else { return Judgement() }
        return judge(bytes, by: history, renews: renews)
    }

    /// How many later editions' key records can change what a message's signatures prove: each set is worked out.
    private static let laterLimit = 64

    private func judge(_ bytes: [UInt8], by history: KeyHistory, renews: Bool) -> Judgement {
        let mail = Message(parsing: bytes)
        var body: BodyEvidence?
        let own = MessageRecord(of: mail, digest: message.sha256, keys: history.keys(of: [], in: 1), body: &body)
        let additions = history.additions(to: own.keyNames)
        var judgement = Judgement(keyNames: own.keyNames)
        if history.derives(edition) { judgement.findings = compareFacts(own) }
        let laterAdditions = Set(additions.filter { $0 > edition }.prefix(Self.laterLimit))
        let recorded = Dictionary([(edition, signatures)] + later.map { ($0.edition, $0.signatures) }) { $1 }
        // What follows from the keys that were known last; nil before it is looked for.
        var derived = additions.contains { $0 <= edition } ? nil : own.signatures
        var newest = signatures
        // Between these editions neither what is recorded nor what follows can change.
        let changes = laterAdditions.union(recorded.keys).union([history.firstDerived ?? edition])
        for now in changes.sorted() where now >= edition {
            newest = recorded[now] ?? newest
            if laterAdditions.contains(now) { derived = nil }
            guard history.derives(now) else { continue }
            let follows =
                derived
                ?? MessageRecord.signatures(
                    of: mail, message.sha256, keys: history.keys(of: own.keyNames, in: now), body: &body)
            derived = follows
            guard follows != newest else { continue }
            // No group of lines says that there is no evidence: what nothing supports can only be refused.
            if renews, now == history.rules.count, !follows.isEmpty {
                judgement.renewed = follows
            } else {
                judgement.findings.append(differs(newest, follows, in: now))
            }
        }
        return judgement
    }

    private func differs(_ recorded: [DKIMLine], _ derived: [DKIMLine], in edition: Int) -> Finding {
        let place = edition == 1 ? "" : "edition \(edition), "
        return finding(
            .derivation, .dkimDiffers, place + Self.difference(recorded, derived) { ManifestLine.dkim($0) })
    }

    private func compareFacts(_ derived: MessageRecord) -> [Finding] {
        var findings: [Finding] = []
        var line = derived.message
        line.number = message.number
        if line != message { findings.append(finding(.derivation, .messageFactsDiffer, difference(of: line))) }
        if derived.attachments != attachments {
            findings.append(
                finding(
                    .derivation, .attachmentsDiffer,
                    Self.difference(attachments, derived.attachments) { ManifestLine.attachment($0) }))
        }
        return findings
    }

    private func difference(of derived: MessageLine) -> String {
        Self.difference(ManifestLine.message(message).bytes, ManifestLine.message(derived).bytes)
    }

    private static func difference<Line: Equatable>(
        _ recorded: [Line], _ derived: [Line], _ line: (Line) -> ManifestLine
    ) -> String {
        guard let place = zip(recorded, derived).enumerated().first(where: { $1.0 != $1.1 }) else {
            return "recorded \(recorded.count), \(derived.count) follow"
        }
        return "line \(place.offset + 1): " + difference(line(place.element.0).bytes, line(place.element.1).bytes)
    }

    // Both lines from a little before the first byte in which they differ.
    private static func difference(_ recorded: [UInt8], _ derived: [UInt8]) -> String {
        let same = zip(recorded, derived).prefix { $0 == $1 }.count
        func shown(_ line: [UInt8]) -> String {
            let start = max(0, same - 40)
            let part = line[start...].prefix(200)
            return (start > 0 ? "…" : "") + Array(part).displayText + (part.endIndex < line.count ? "…" : "")
        }
        return "recorded \(shown(recorded)), follows \(shown(derived))"
    }

    private func finding(_ weight: Finding.Weight, _ code: Finding.Code, _ detail: String) -> Finding {
        Finding(weight, code, "message \(message.number) (\(message.sha256))", detail)
    }
}
