// One message's recorded lines beside its bytes: are the bytes the ones, and does the evidence follow from them?

import Cryptography
import DKIM
import Manifest

/// The lines of one message and the bytes that the payload gave for it.
struct RecordedMessage: Sendable {
    let message: MessageLine
    let entry: ReadEntry?
    var attachments: [AttachmentLine] = []
    var signatures: [DKIMLine] = []

    init(message: MessageLine, entry: ReadEntry?) {
        self.message = message
        self.entry = entry
    }

    /// Everything that does not fit; `derives` tells whether the facts were recorded under our rules.
    func compare(keys: KeyStore, derives: Bool) -> [Finding] {
        guard let entry else { return [] }  // its absence has been found already
        guard entry.isWhole, let bytes = entry.bytes else {
            return [finding(.integrity, "message-unreadable", "its bytes lie in a damaged block")]
        }
        let digest = Digest(hashing: bytes)
        guard digest == message.sha256, bytes.count == message.size else {
            let expected = "\(message.size) bytes with SHA-256 \(message.sha256)"
            return [finding(.integrity, "message-altered", "expected \(expected), found \(bytes.count) with \(digest)")]
        }
        return derives ? compareEvidence(MessageRecord(of: bytes, keys: keys)) : []
    }

    private func compareEvidence(_ derived: MessageRecord) -> [Finding] {
        var findings: [Finding] = []
        var line = derived.message
        line.number = message.number
        if line != message { findings.append(finding(.derivation, "message-facts-differ", difference(of: line))) }
        if derived.attachments != attachments {
            findings.append(
                finding(
                    .derivation, "attachments-differ",
                    Self.difference(attachments, derived.attachments) { ManifestLine.attachment($0) }))
        }
        if derived.signatures != signatures {
            findings.append(
                finding(
                    .derivation, "dkim-differs",
                    Self.difference(signatures, derived.signatures) { ManifestLine.dkim($0) }))
        }
        return findings
    }

    private func difference(of derived: MessageLine) -> String {
        "recorded \(ManifestLine.message(message).bytes.displayed), follows \(ManifestLine.message(derived).bytes.displayed)"
    }

    private static func difference<Line: Equatable>(
        _ recorded: [Line], _ derived: [Line], _ line: (Line) -> ManifestLine
    ) -> String {
        guard let place = zip(recorded, derived).enumerated().first(where: { $1.0 != $1.1 }) else {
            return "recorded \(recorded.count), \(derived.count) follow"
        }
        return "recorded \(line(place.element.0).bytes.displayed), follows \(line(place.element.1).bytes.displayed)"
    }

    private func finding(_ weight: Finding.Weight, _ code: String, _ detail: String) -> Finding {
        Finding(weight, code, "message \(message.number) (\(message.sha256))", detail)
    }
}

extension [UInt8] {
    /// The text for a report, at most 400 characters of it.
    fileprivate var displayed: String {
        count <= 400 ? String(decoding: self, as: UTF8.self) : String(decoding: prefix(400), as: UTF8.self) + "…"
    }
}
