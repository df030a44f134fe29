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

/// What a message's signatures amount to together.
public enum MessageClass: String, Sendable, CaseIterable {
    /// At least one signature passes.
    case verified
    /// No signature passes, but one proves header fields; the body is altered or only partly covered.
    case headersOnly = "headers-only"
    /// No signature proves anything; at least one was tried with a key, or is malformed.
    case failed
    /// No signature could be tried, for want of a usable key.
    case keyUnavailable = "key-unavailable"
    /// There is no signature.
    case unsigned
}

extension Evidence {
    /// The verdict on the signature.
    public var verdict: Verdict { Verdict(header: header, body: body, violations: violations) }

    /// Whether header fields are proven, whatever the body is.
    public var provesHeader: Bool { (header == .valid || header == .restored) && violations.isEmpty }
}

extension MessageEvidence {
    /// What the signatures amount to together: the strongest that any of them gives.
    public var messageClass: MessageClass {
        if signatures.isEmpty { return .unsigned }
        if signatures.contains(where: { $0.verdict == .pass || $0.verdict == .restored }) { return .verified }
        if signatures.contains(where: \.provesHeader) { return .headersOnly }
        let wasTried = signatures.contains { [.valid, .restored, .invalid, .malformed].contains($0.header) }
        return wasTried ? .failed : .keyUnavailable
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
        return remarks
    }
}
