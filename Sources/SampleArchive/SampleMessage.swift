// A generated message and what is true of it.

import Bytes
public import Cryptography

/// What a message's signatures prove, judged with the sample's key file.
public enum SampleDKIM: String, Sendable, CaseIterable {
    /// At least one signature of From's domain holds for its header fields and the whole body.
    case verified
    /// At least one does once a mailing list's footer is left out.
    case repaired
    /// At least one does, but covers the body in part only.
    case qualified
    /// At least one signature of From's domain proves header fields, but the body is altered.
    case headersOnly = "headers_only"
    /// The only signatures that prove anything are those of a mailing list.
    case otherDomain = "other_domain"
    /// There is a key for a signature, but none proves any header field.
    case notVerifying = "not_verifying"
    /// The key file has no usable key for any of the signatures: none, or a revoked one.
    case keyUnavailable = "key_unavailable"
    /// There is no signature.
    case unsigned
}

/// What was done to a message on purpose.
public enum SampleFlaw: String, Sendable, CaseIterable {
    /// The subject was altered after signing.
    case headerAltered = "header_altered"
    /// A line was added to the text after signing.
    case bodyAltered = "body_altered"
    /// A mailing list's footer was appended after signing.
    case footerAppended = "footer_appended"
    /// The subject was altered and a footer appended, but the mailing list signed the result again.
    case signedAgainByList = "signed_again_by_list"
    /// A footer was appended below the length that the signature covers (l=).
    case appendedBelowLength = "appended_below_length"
    /// The key file does not have the signature's key.
    case keyMissing = "key_missing"
    /// The key record is revoked: its p= is empty (RFC 6376 §3.6.1).
    case keyRevoked = "key_revoked"
    /// The key record holds another key than the one that signed.
    case wrongKey = "wrong_key"
    /// The last boundary of the outermost multipart is missing.
    case missingClosingBoundary = "missing_closing_boundary"
    /// The body has a CR that no LF follows.
    case bareCR = "bare_cr"
    /// The body has a NUL.
    case nul
    /// The header section has bytes above 127.
    case eightBitHeader = "eight_bit_header"
    /// There is no Message-ID.
    case noMessageID = "no_message_id"
    /// An earlier message, byte for byte, in another place.
    case duplicateBytes = "duplicate_bytes"
    /// The Message-ID of an earlier message on another message.
    case duplicateMessageID = "duplicate_message_id"
}

/// A file that a message carries.
public struct SampleAttachment: Equatable, Sendable {
    /// The file's name, UTF-8.
    public let name: String
    /// Its size in bytes, decoded.
    public let size: Int
    /// The SHA-256 of its decoded bytes.
    public let digest: Digest
}

/// What is true of a message, whatever folder or mailbox it is stored in.
public struct SampleTruth: Sendable {
    /// Its place among all messages, from 0.
    public let index: Int
    /// The Message-ID with its angle brackets; nil when the message has none.
    public let messageID: String?
    /// Its Date in seconds since 1970.
    public let date: Int
    /// What its signatures prove.
    public let dkim: SampleDKIM
    /// How many signatures it has.
    public let signatureCount: Int
    /// The files that it carries as base64 or uuencoded, in order; forwarded messages are not among them.
    public let attachments: [SampleAttachment]
    /// How many messages it carries as message/rfc822.
    public let forwardedCount: Int
    /// What was done to it on purpose.
    public let flaws: [SampleFlaw]
    /// The index of the message that it repeats byte for byte.
    public let duplicateOf: Int?
}

/// A generated message.
public struct SampleMessage: Sendable {
    /// The path of its file, components joined by `/`; most are UTF-8, some are ISO-8859-1.
    public let path: [UInt8]
    /// Its bytes as they stand in that file; in a mailbox, without the From_ line and the empty line that ends it.
    public let bytes: [UInt8]
    /// The From_ line before it, without its line end; nil when it has a file of its own.
    public let mailboxLine: String?
    /// How many of its lines the mailbox quoted: its signatures then hold for the message without that `>`.
    public let quotedLines: Int
    /// What is true of it.
    public let truth: SampleTruth
}
