// What was found about a bundle, as values: coded, with the message or file that is hit.

/// One checked fact that did not hold, or a remark.
public struct Finding: Hashable, Sendable {
    /// What a finding means for the verdict.
    public enum Weight: String, Sendable {
        /// The bundle is not what was sealed: it is ALTERED.
        case integrity
        /// Recorded evidence does not follow from the bytes.
        case derivation
        /// Worth knowing; changes no verdict.
        case remark
    }

    /// What it means.
    public let weight: Weight
    /// The stable code that Docs/findings.md explains.
    public let code: String
    /// What is hit: a message, a file, a line, a place in the container.
    public let subject: String
    /// What was expected and found.
    public let detail: String

    /// A finding about a subject.
    public init(_ weight: Weight, _ code: String, _ subject: String, _ detail: String) {
        self.weight = weight
        self.code = code
        self.subject = subject
        self.detail = detail
    }
}

/// Why an operation could not go on, with what it was doing.
public struct MailsealError: Error, CustomStringConvertible, Sendable {
    /// The sentence, lower case and without a full stop.
    public let description: String
    /// What the user can do, when there is something to do.
    public let hint: String?

    /// A sentence and a hint.
    public init(_ description: String, hint: String? = nil) {
        self.description = description
        self.hint = hint
    }
}
