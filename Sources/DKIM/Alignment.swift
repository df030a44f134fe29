// How the domain that signed stands to the domain that the message claims to be from.

/// How d= stands to the domains of From.
public enum Alignment: String, Sendable, CaseIterable {
    /// It is the domain of every address in From.
    case same
    /// It is above or below the domain of every address in From, or the same.
    case related
    /// It is a provider's domain that spells the domain of From.
    case tenant
    /// It is the domain of a provider that signs for many customers.
    case provider
    /// It has nothing to do with From.
    case other
}
