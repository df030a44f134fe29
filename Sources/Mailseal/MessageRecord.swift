// The one function that turns a message's bytes into its lines; `create` and `verify` both call it.

import Bytes
import Cryptography
import DKIM
import Mail
import Manifest

/// What follows from one message's bytes and the key records, without its number and places.
struct MessageRecord: Sendable {
    /// The message's line, with number 0.
    let message: MessageLine
    /// Its attachments' lines, in order.
    let attachments: [AttachmentLine]
    /// Its signatures' lines, in order.
    let signatures: [DKIMLine]
    /// The names of the key records that its signatures call for.
    let keyNames: [KeyName]

    /// Derives everything from the message's bytes.
    init(of bytes: [UInt8], keys: KeyStore) {
        var body: BodyEvidence?
        self.init(of: Message(parsing: bytes), digest: Digest(hashing: bytes), keys: keys, body: &body)
    }

    /// Derives everything from a message and its digest; `body` is what its signatures find in it.
    init(of mail: Message, digest: Digest, keys: KeyStore, body: inout BodyEvidence?) {
        var decoding: Set<Defect> = []
        attachments = mail.attachments.map { attachment in
            let hash = RunningHash(.sha256)
            var size = 0
            decoding.formUnion(
                mail.decode(attachment) { piece in
                    size += piece.count
                    hash.update(piece)
                })
            return AttachmentLine(
                message: digest, part: attachment.number.displayText, name: attachment.rawName?.nonEmpty?.cut,
                mediaType: attachment.mediaType.cut, disposition: attachment.disposition?.nonEmpty?.cut, size: size,
                sha256: hash.finishDigest())
        }
        let evidence = Verifier(keys: keys).evidence(of: mail, body: &body)
        signatures = evidence.signatures.map { DKIMLine($0, message: digest) }
        keyNames = evidence.signatures.compactMap { found in
            guard let domain = found.signature.domain, let selector = found.signature.selector else { return nil }
            return KeyName(selector: selector, domain: domain)
        }
        var defects = Set(mail.defects).union(decoding).map(\.rawValue)
        if evidence.unexamined > 0 { defects.append(DKIM.MessageEvidence.unexaminedCode) }
        message = Self.line(of: mail, digest, defects: defects)
    }

    /// Derives the signatures' lines alone.
    static func signatures(
        of mail: Message, _ message: Digest, keys: KeyStore, body: inout BodyEvidence?
    ) -> [DKIMLine] {
        Verifier(keys: keys).evidence(of: mail, body: &body).signatures.map { DKIMLine($0, message: message) }
    }

    private static func line(of mail: Message, _ digest: Digest, defects: [String]) -> MessageLine {
        func value(_ name: String) -> RawText? {
            mail.unfoldedValue(of: name)?.nonEmpty?.cut
        }
        return MessageLine(
            number: 0, sha256: digest, size: mail.bytes.count, lineEnds: mail.lineEnds.rawValue,
            messageID: value("Message-ID"), date: value("Date"), from: value("From"), to: value("To"),
            cc: value("Cc"), subject: value("Subject"), inReplyTo: value("In-Reply-To"),
            defects: defects.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    }

    /// Texts of messages in the manifest are cut to this many bytes.
    static let textLimit = 4096
}

extension RawText {
    /// As much of a text of a message as a manifest line holds.
    fileprivate var cut: RawText { Array(prefix(MessageRecord.textLimit)) }
}

extension DKIMLine {
    /// The recorded facts of one signature.
    init(_ evidence: Evidence, message: Digest) {
        let signature = evidence.signature
        self.init(
            message: message, index: evidence.index + 1, kind: evidence.kind == .dkim ? nil : evidence.kind.rawValue,
            instance: evidence.instance, chainValidation: evidence.chainValidation?.rawValue,
            domain: signature.domain?.nonEmpty?.cut,
            selector: signature.selector?.nonEmpty?.cut, algorithm: signature.algorithmName?.nonEmpty?.cut,
            canonicalization: signature.canonicalizationName?.nonEmpty?.cut,
            identity: signature.identity?.nonEmpty?.cut, signedAt: signature.timestamp, expiresAt: signature.expiration,
            bodyLength: signature.bodyLength, signed: signature.signedFields.map(\.cut), key: evidence.key?.digest,
            header: evidence.header.rawValue, body: evidence.body.word,
            covered: evidence.body.total == nil ? nil : evidence.body.covered, total: evidence.body.total,
            repairs: evidence.repairs.map { Repair(name: $0.name.rawValue, edits: $0.edits) },
            uncovered: evidence.uncovered.map(\.rawValue), added: evidence.added.map(\.rawValue),
            outside: evidence.outside.map(\.displayText), alignment: evidence.alignment?.rawValue,
            reservations: evidence.reservations.map(\.rawValue),
            violations: evidence.violations.map(\.rawValue), signedData: evidence.signedDataDigest,
            signature: evidence.signatureDigest)
    }
}
