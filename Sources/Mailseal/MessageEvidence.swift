// The one function that turns a message's bytes into its lines; `create` and `verify` both call it.

import Bytes
import Cryptography
import DKIM
import Mail
import Manifest

/// What follows from one message's bytes and the key records, without its number and places.
struct MessageEvidence: Sendable {
    /// The message's line, with number 0.
    let message: MessageLine
    /// Its attachments' lines, in order.
    let attachments: [AttachmentLine]
    /// Its signatures' lines, in order.
    let signatures: [DKIMLine]
    /// The names of the key records that its signatures call for.
    let keyNames: [KeyName]

    /// Where a signature's key record is looked up.
    struct KeyName: Hashable, Sendable {
        let domain: [UInt8]
        let selector: [UInt8]
    }

    /// Derives everything from the message's bytes.
    init(of bytes: [UInt8], keys: KeyStore) {
        let digest = Digest(hashing: bytes)
        let mail = Message(parsing: bytes)
        message = Self.line(of: mail, bytes, digest)
        attachments = mail.attachments.map { attachment in
            let hash = RunningHash(.sha256)
            var size = 0
            mail.decode(attachment) { piece in
                size += piece.count
                hash.update(piece)
            }
            return AttachmentLine(
                message: digest, part: attachment.number.displayText, name: attachment.rawName,
                mediaType: attachment.mediaType, disposition: attachment.disposition, size: size,
                sha256: hash.finishDigest())
        }
        let results = DKIM.verify(bytes, keys: keys)
        signatures = results.map { DKIMLine($0, message: digest) }
        keyNames = results.compactMap { result in
            guard let domain = result.domain, let selector = result.selector else { return nil }
            return KeyName(domain: ASCII.lowercased(domain), selector: ASCII.lowercased(selector))
        }
    }

    private static func line(of mail: Message, _ bytes: [UInt8], _ digest: Digest) -> MessageLine {
        func value(_ name: String) -> RawText? {
            mail.header.first(named: name, in: bytes.span).map {
                Array($0.unfoldedValue(in: bytes.span).prefix(Self.headerLimit))
            }.flatMap { $0.isEmpty ? nil : $0 }
        }
        return MessageLine(
            number: 0, sha256: digest, size: bytes.count, lineEnds: mail.lineEnds.rawValue,
            messageID: value("Message-ID"), date: value("Date"), from: value("From"), to: value("To"),
            cc: value("Cc"), subject: value("Subject"), inReplyTo: value("In-Reply-To"),
            defects: mail.defects.map(\.rawValue).sorted())
    }

    /// Header values in the manifest are cut to this many bytes.
    static let headerLimit = 4096
}
