// The words for DKIM evidence, the same in every command; Docs/dkim.md says what they prove.

import Manifest

extension EvidenceClass {
    /// What to say of one message of the class.
    var words: String {
        switch self {
        case .verified: "verified by DKIM"
        case .repaired: "verified by DKIM after undoing a known change"
        case .qualified: "verified by DKIM with reservations"
        case .headersOnly: "headers proven by DKIM, body altered"
        case .otherDomain: "signed by another domain than From's only"
        case .notVerifying: "its DKIM signatures do not verify"
        case .keyUnavailable: "DKIM signatures, key unavailable"
        case .unsigned: "no DKIM signature"
        }
    }

    /// What to say of a number of messages of the class, behind the number.
    var countWords: String {
        switch self {
        case .verified: "verified by DKIM"
        case .repaired: "verified after undoing a known change, such as a list's footer"
        case .qualified: "verified with reservations"
        case .headersOnly: "headers proven by DKIM, body altered"
        case .otherDomain: "proven by another domain than From's only"
        case .notVerifying: "with DKIM signatures that do not verify"
        case .keyUnavailable: "with DKIM signatures whose key is unavailable"
        case .unsigned: "without a DKIM signature"
        }
    }
}

/// The sentences for reservations.
enum Reservations {
    /// What a reservation means for one message, lower case and without a full stop.
    static func sentence(_ code: String) -> String {
        switch code {
        case "field-added": "a field stands more often than it is signed: the one that is shown may have been added"
        case "field-not-covered": "a field that readers see is not signed: anyone could have written it"
        case "rendering-not-covered":
            "the fields that say how the body is displayed are not all signed: its bytes are proven, its looks are not"
        case "body-partly-covered": "only the beginning of the body is covered (l=); what follows may be anybody's"
        case "other-domain": "the signature speaks for another domain than From's"
        case "provider-domain": "the signature speaks for a provider of many customers, not for From's domain"
        case "key-below-1024-bits": "the key is so short that anybody could have computed it"
        case "key-recovered": "the key was computed from messages: same signer, not confirmed by DNS"
        default: code
        }
    }

    /// The same in few words, behind a number of messages.
    static func countWords(_ code: String) -> String {
        switch code {
        case "field-added": "a shown field may have been added"
        case "field-not-covered": "a shown field is not signed"
        case "rendering-not-covered": "how the body is displayed is not signed"
        case "body-partly-covered": "the end of the body is not covered"
        case "other-domain": "signed for another domain than From's"
        case "provider-domain": "signed for a provider of many customers"
        case "key-below-1024-bits": "the key is shorter than 1024 bits"
        case "key-recovered": "the key was recovered, not confirmed by DNS"
        default: code
        }
    }
}
