// Whether the first bytes of an input are those of a message or of an mbox.

import Bytes
import Mail

/// Looks at the start of inputs whose names say nothing.
enum MailSniffing {
    /// Whether an mbox starts here: a From_ line, then header fields.
    ///
    /// A letter that begins "From me to you" is not one for that alone.
    static func startsLikeMbox(_ prefix: [UInt8]) -> Bool {
        guard isMailbox(prefix: prefix.span), let end = prefix.firstIndex(of: ASCII.lf) else { return false }
        return !HeaderSection(of: prefix.span, from: end + 1).fields.isEmpty
    }

    /// Whether a message starts here.
    static func startsLikeMail(_ prefix: [UInt8]) -> Bool { looksLikeMail(prefix: prefix.span) }
}
