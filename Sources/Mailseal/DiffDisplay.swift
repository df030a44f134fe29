// Rows of a comparison as text for showing: decoded, not yet safe for a terminal.

import Bytes
import Mail

extension DiffRow {
    /// The day that the message claims, as `2017-05-05` in UTC; nil when it has no date that can be read.
    public var day: String? {
        Timestamp(claimedBy: date).map { String($0.description.prefix(10)) }
    }

    /// The first sender, decoded: `name <address>`; nil when there is none.
    public var shownSender: String? {
        guard let from else { return nil }
        guard let address = addresses(in: from).first else { return decodedHeader(from) }
        let (name, mailbox) = (decodedHeader(address.name), decodedHeader(address.address))
        return name.isEmpty ? mailbox : mailbox.isEmpty ? name : "\(name) <\(mailbox)>"
    }

    /// The subject, decoded; nil when there is none.
    public var shownSubject: String? { subject.map(decodedHeader) }
}
