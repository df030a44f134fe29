// One message's recorded lines beside its bytes: are the bytes the ones, and does the evidence follow from them?

import Bytes
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
        guard entry.isWhole else {
            return [finding(.integrity, .messageUnreadable, "its bytes lie in a damaged block")]
        }
        guard entry.size == message.size, entry.foundDigest == message.sha256 else {
            let expected = "\(message.size) bytes with SHA-256 \(message.sha256)"
            let found = "\(entry.size) with \(entry.foundDigest)"
            return [finding(.integrity, .messageAltered, "expected \(expected), found \(found)")]
        }
        guard derives, let bytes = entry.bytes else { return [] }
        return compareEvidence(MessageRecord(of: bytes, keys: keys))
    }

    private func compareEvidence(_ derived: MessageRecord) -> [Finding] {
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
        if derived.signatures != signatures {
            findings.append(
                finding(
                    .derivation, .dkimDiffers,
                    Self.difference(signatures, derived.signatures) { ManifestLine.dkim($0) }))
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
