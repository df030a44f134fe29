// Why a signature that verifies proves less than a reader would think; a pure function of bytes and key records.

/// A reservation about a signature; its code never changes its meaning.
public enum Reservation: String, Comparable, Sendable, CaseIterable {
    /// A field that readers are shown stands more often than it is signed: what they see may be the unsigned one.
    case fieldAdded = "field-added"
    /// From, To, Cc, Subject, Date or Reply-To is not covered.
    case fieldNotCovered = "field-not-covered"
    /// A field that decides how the body is shown is not covered.
    case renderingNotCovered = "rendering-not-covered"
    /// Only the beginning of the body is covered (l=).
    case bodyPartlyCovered = "body-partly-covered"
    /// The signing domain has nothing to do with From.
    case otherDomain = "other-domain"
    /// The signing domain is that of a provider that signs for many customers.
    case providerDomain = "provider-domain"
    /// The key has fewer than 1024 bits: anybody could have computed it (RFC 8301 §3.2).
    case keyBelow1024 = "key-below-1024-bits"
    /// The key was computed from signatures, and nothing else says that it was the domain's.
    case keyRecovered = "key-recovered"

    /// Whether the code of `a` sorts before that of `b`, byte by byte.
    public static func < (a: Reservation, b: Reservation) -> Bool {
        a.rawValue.utf8.lexicographicallyPrecedes(b.rawValue.utf8)
    }
}

extension Evidence {
    /// The reservations that the other facts give, sorted by code.
    var derivedReservations: [Reservation] {
        var found: [Reservation] = []
        if !added.isEmpty { found.append(.fieldAdded) }
        if uncovered.contains(where: Self.judgedBy.contains) { found.append(.fieldNotCovered) }
        if uncovered.contains(where: Self.rendering.contains) { found.append(.renderingNotCovered) }
        if case .partial = body { found.append(.bodyPartlyCovered) }
        if alignment == .other { found.append(.otherDomain) }
        if alignment == .provider { found.append(.providerDomain) }
        if let key {
            if let bits = key.bits, bits < 1024, signature.algorithm != .ed25519SHA256 { found.append(.keyBelow1024) }
            if key.isRecovered { found.append(.keyRecovered) }
        }
        return found.sorted()
    }

    private static let judgedBy: Set<ShownField> = [.from, .to, .cc, .subject, .date, .replyTo]
    private static let rendering: Set<ShownField> = [
        .contentType, .mimeVersion, .contentTransferEncoding, .contentDisposition,
    ]
}
