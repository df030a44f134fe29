// What the facts amount to, in words that people quote; computed when shown, never stored.

/// The verdict on one signature, close to the words of RFC 8601 §2.7.1.
public enum Verdict: String, Sendable, CaseIterable {
    /// Header fields and the whole body are as signed, and no rule is broken.
    case pass
    /// Header fields and the whole body are as signed once known changes of content are undone.
    case restored
    /// A usable key did not make this signature of this message.
    case fail
    /// The signature or its key record breaks rules, so that it does not count.
    case permerror
    /// Header fields and the beginning of the body are as signed; what follows may be anybody's.
    case neutral
    /// Without a key nothing can be said of the header fields.
    case keyUnavailable = "key-unavailable"

    /// The verdict that these facts amount to; expiry plays no part.
    public init(header: HeaderResult, body: BodyResult, violations: [Violation]) {
        switch (header, body) {
        case (.noKey, _): self = .keyUnavailable
        case (.malformed, _), (.keyRevoked, _), (.keyUnusable, _): self = .permerror
        case _ where !violations.isEmpty: self = .permerror
        case (.valid, .intact): self = .pass
        case (.valid, .partial), (.restored, .partial): self = .neutral
        case (.valid, .restored), (.restored, .intact), (.restored, .restored): self = .restored
        default: self = .fail
        }
    }
}

/// What a message's signatures amount to together, the strongest first.
public enum MessageClass: String, Sendable, CaseIterable {
    /// A signature of From's domain passes, and covers what readers judge by.
    case verified
    /// One does, once known changes of content are undone.
    case repaired
    /// One does, but for reservations.
    case qualified
    /// A signature of From's domain proves header fields; the body is another one.
    case headersOnly = "headers-only"
    /// Signatures prove something, but none is of From's domain.
    case otherDomain = "other-domain"
    /// No signature proves anything; at least one was tried with a key, or is malformed.
    case notVerifying = "not-verifying"
    /// No signature could be tried, for want of a usable key.
    case keyUnavailable = "key-unavailable"
    /// There is no signature, or only those of ARC sets.
    case unsigned
}

extension Evidence {
    /// The verdict on the signature.
    public var verdict: Verdict { Verdict(header: header, body: body, violations: violations) }

    /// Whether header fields are proven, whatever the body is.
    public var provesHeader: Bool { (header == .valid || header == .restored) && violations.isEmpty }
}

extension MessageEvidence {
    /// What the signatures amount to together: the strongest that any of them gives alone; ARC speaks for
    /// others than From.
    public var messageClass: MessageClass {
        let found = Set(signatures.filter { !$0.kind.isARC }.map(\.messageClass))
        return MessageClass.allCases.first(where: found.contains) ?? .unsigned
    }
}

extension Evidence {
    fileprivate var messageClass: MessageClass {
        guard provesHeader else {
            return [.valid, .restored, .invalid, .malformed].contains(header) ? .notVerifying : .keyUnavailable
        }
        guard alignment == .same || alignment == .related || alignment == .tenant else { return .otherDomain }
        switch body {
        case .altered, .tooShort, .notComputed, .partial(covered: 0, _): return .headersOnly
        case _ where !reservations.isEmpty: return .qualified
        case .restored: return .repaired
        case .intact, .partial: return header == .restored ? .repaired : .verified
        }
    }
}

/// Something a reader should know of a signature that does not change its verdict.
public enum Remark: String, Sendable, CaseIterable {
    /// The key has fewer than 1024 bits: anybody could have computed it (RFC 8301 §3.2).
    case keyBelow1024 = "key-below-1024-bits"
    /// The key has fewer than 2048 bits: a powerful attacker could have computed it.
    case keyBelow2048 = "key-below-2048-bits"
    /// The domain said that it was only testing DKIM (t=y).
    case keyTesting = "key-testing"
    /// The hash is SHA-1, which no longer withstands made-up collisions.
    case sha1
    /// The body is covered in part only (l=).
    case bodyPartlyCovered = "body-partly-covered"
    /// x= lies before now.
    case expiredNow = "expired-now"
    /// x= lies before the date that the message claims.
    case expiredAtDate = "expired-at-date"
    /// x= lies before the topmost Received field.
    case expiredAtReceipt = "expired-at-receipt"
    /// t= lies after now.
    case signedInFuture = "signed-in-future"
    /// The field has tags that no standard names.
    case unknownTags = "unknown-tags"
}

extension Evidence {
    /// What a reader should know, in the order of the cases; times are seconds since 1970, nil when not known.
    public func remarks(now: Int?, date: Int?, received: Int?) -> [Remark] {
        var remarks: [Remark] = []
        if let bits = key?.bits, let algorithm = signature.algorithm, algorithm != .ed25519SHA256, bits < 2048 {
            remarks.append(bits < 1024 ? .keyBelow1024 : .keyBelow2048)
        }
        if key?.isTesting == true { remarks.append(.keyTesting) }
        if signature.algorithm == .rsaSHA1 { remarks.append(.sha1) }
        if case .partial = body { remarks.append(.bodyPartlyCovered) }
        func isExpired(at time: Int?) -> Bool {
            guard let time, let expiration = signature.expiration else { return false }
            return expiration < time
        }
        if isExpired(at: now) { remarks.append(.expiredNow) }
        if isExpired(at: date) { remarks.append(.expiredAtDate) }
        if isExpired(at: received) { remarks.append(.expiredAtReceipt) }
        if let now, let timestamp = signature.timestamp, timestamp > now { remarks.append(.signedInFuture) }
        if signature.hasUnknownTags { remarks.append(.unknownTags) }
        return remarks
    }
}
