// Tells mail from other files by how they start.

import Bytes

/// Whether bytes start like a message: the first line is a header field, and among the fields that follow each other
/// within 64 KiB there is one of From, Received, Message-ID and Date, and one more of any name.
public func looksLikeMail(prefix: Span<UInt8>) -> Bool {
    let end = min(prefix.count, Limits.sniffed)
    guard HeaderSection.colon(in: prefix, 0..<prefix.lineEnd(from: 0, to: end)) != nil else { return false }
    let section = HeaderSection(of: prefix, from: 0, to: end)
    guard section.fields.count >= 2 else { return false }
    return ["from", "received", "message-id", "date"].contains { section.first(named: $0, in: prefix) != nil }
}

/// Whether bytes start like an mbox file: a byte order mark perhaps, a line that starts with `From `, then a header field, a
/// line that starts with `>From `, or nothing more.
public func isMailbox(prefix: Span<UInt8>) -> Bool {
    let mark = ByteOrderMark.length(in: prefix)
    guard prefix.hasBytes(Array("From ".utf8), at: mark, to: prefix.count) else { return false }
    let start = prefix.lineEnd(from: mark, to: prefix.count)
    guard start < prefix.count else { return true }
    let line = start..<prefix.lineEnd(from: start, to: prefix.count)
    if HeaderSection.colon(in: prefix, line) != nil { return true }
    return prefix.hasBytes(Array(">From ".utf8), at: start, to: prefix.count)
}
