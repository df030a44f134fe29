// The retrieval log of a sample: when and from where it was retrieved, as a user would state it.

import Bytes

/// Rows of a CSV with the columns `path`, `url`, `retrieved_at` and `operator` (RFC 4180, LF line ends).
enum RetrievalLog {
    /// One row; the whole archive is number 0, and its files follow, retrieved some seconds apart.
    static func row(_ path: [UInt8], number: Int) -> [UInt8] {
        let moment = Moment(seconds: Envelopes.end + 950_000 + 2 * number, zone: 0)
        return quoted(path) + ",https://example.org/depot/\(number),\(moment.timestamp),\"Rédaction, Example\"\n".bytes
    }

    // A Maildir's flags stand behind a comma.
    private static func quoted(_ field: [UInt8]) -> [UInt8] {
        guard field.contains(where: { [0x2C, 0x22, ASCII.cr, ASCII.lf].contains($0) }) else { return field }
        return [0x22] + field.split(separator: 0x22, omittingEmptySubsequences: false).joined(separator: [0x22, 0x22])
            + [0x22]
    }
}
