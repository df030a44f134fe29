// Which header fields say how a message travelled, and which are a mail program's own notes (Docs/diff.md).

import Bytes

/// What a header field is about, by its name.
enum FieldNature {
    /// Written on the way or on delivery: fields that only one side has leave a message equivalent.
    case transport
    /// Kept by a mail program or a mailbox: any difference leaves a message equivalent.
    case state
    /// Everything else.
    case content

    /// The nature of a field with this lower-case name.
    init(ofField name: [UInt8]) {
        if Self.transportNames.contains(name) {
            self = .transport
        } else if Self.stateNames.contains(name) {
            self = .state
        } else if Self.transportPrefixes.contains(where: { name.starts(with: $0) }) {
            self = .transport
        } else {
            self = .content
        }
    }

    /// RFC 5321 §4.4, RFC 8601, RFC 8617, RFC 7208 §9.1, RFC 9228, and what common servers add.
    private static let transportNames: Set<[UInt8]> = Set(
        [
            "received", "return-path", "delivered-to", "delivery-date", "envelope-to", "received-spf",
            "authentication-results", "arc-seal", "arc-message-signature", "arc-authentication-results",
            "x-received", "x-original-to", "x-delivered-to", "x-envelope-to", "x-envelope-from", "x-real-to",
            "x-resolved-to", "x-forwarded-to", "x-forwarded-for", "x-forwarded-encrypted", "x-rcpt-to", "x-return-path",
            "x-gm-message-state", "x-gm-gg", "x-gm-features", "x-google-smtp-source", "x-google-dkim-signature",
            "x-originalarrivaltime", "x-virus-scanned", "x-virus-status", "x-yahoo-filtered-bulk", "x-ymailisg",
        ].map(\.bytes))

    private static let transportPrefixes: [[UInt8]] = [
        "x-spam-", "x-ms-exchange-", "x-forefront-", "x-microsoft-antispam", "x-proofpoint-", "x-barracuda-",
        "x-ironport-", "x-amavis-", "x-greylist", "x-rspamd-", "x-dspam-", "x-ovh-", "x-vr-",
    ].map(\.bytes)

    private static let stateNames: Set<[UInt8]> = Set(
        [
            "status", "x-status", "x-keywords", "x-uid", "x-uidl", "x-imap", "x-imapbase", "content-length", "lines",
            "x-mozilla-status", "x-mozilla-status2", "x-mozilla-keys", "x-mozilla-draft-info", "x-account-key",
            "x-gmail-labels", "x-gm-thrid", "x-evolution", "x-evolution-source", "x-kmail-signaturestate",
            "x-kmail-encryptionstate", "x-kmail-mdn-sent", "x-apple-base-url", "x-universally-unique-identifier",
        ].map(\.bytes))
}
