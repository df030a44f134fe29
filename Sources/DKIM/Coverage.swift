// Which of the fields that readers judge a message by a signature leaves uncovered.

/// A header field that readers judge a message by, or that decides how its body is shown.
public enum ShownField: String, Comparable, Sendable, CaseIterable {
    case from
    case sender
    case to
    case cc
    case subject
    case date
    case messageID = "message-id"
    case replyTo = "reply-to"
    case inReplyTo = "in-reply-to"
    case references
    case mimeVersion = "mime-version"
    case contentType = "content-type"
    case contentTransferEncoding = "content-transfer-encoding"

    /// Whether the name of `a` sorts before that of `b`, byte by byte.
    public static func < (a: ShownField, b: ShownField) -> Bool {
        a.rawValue.utf8.lexicographicallyPrecedes(b.rawValue.utf8)
    }
}
