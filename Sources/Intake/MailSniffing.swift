// Whether the first bytes of a file are those of a message or of an mbox.

import Bytes
import Mail

/// Looks at the start of inputs whose names say nothing.
enum MailSniffing {
    /// Whether an mbox starts here: a `From ` line, then a header field.
    static func startsLikeMbox(_ prefix: [UInt8]) -> Bool {
        guard prefix.starts(with: "From ".utf8), let end = prefix.firstIndex(of: ASCII.lf) else { return false }
        let line = prefix[(end + 1)...]
        guard let first = line.first, !ASCII.isBlank(first) else { return false }
        let section = HeaderSection(of: prefix.span, from: end + 1)
        return section.fields.first?.whole.lowerBound == end + 1
    }

    /// Whether a message starts here: a header field, and one of those that make it mail with one more.
    static func looksLikeMail(_ prefix: [UInt8]) -> Bool {
        let section = HeaderSection(of: prefix.span)
        guard section.fields.first?.whole.lowerBound == 0, section.fields.count >= 2 else { return false }
        return ["From", "Received", "Message-ID", "Date"].contains { section.first(named: $0, in: prefix.span) != nil }
    }
}
