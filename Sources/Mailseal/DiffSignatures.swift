// The signatures that two messages have in common: do they still verify, and do they cover what was changed?

import Bytes
import Cryptography
import DKIM
import Mail

/// The signatures with the same b= in two messages.
struct DiffSignatures {
    private var holding: [Evidence] = []
    private var found: [DiffReason] = []

    /// Verifies the signatures of both messages, each with its own keys.
    init(_ a: Message, _ b: Message, _ keys: (a: KeyStore, b: KeyStore)) {
        let first = Verifier(keys: keys.a).evidence(of: a).signatures
        let second = Verifier(keys: keys.b).evidence(of: b).signatures
        var byDigest: [Digest: Evidence] = [:]
        for evidence in second {
            if let digest = evidence.signatureDigest, byDigest[digest] == nil { byDigest[digest] = evidence }
        }
        var holds: [[UInt8]] = []
        for evidence in first {
            guard let digest = evidence.signatureDigest, let other = byDigest.removeValue(forKey: digest) else {
                continue
            }
            let domain = evidence.signature.domain ?? []
            if evidence.provesHeader, other.provesHeader, Self.isWhole(evidence) == Self.isWhole(other) {
                holding.append(other)
                holds.append(domain)
            } else {
                compare(evidence, other, domain)
            }
        }
        if !holds.isEmpty { found.insert(DiffReason(.signatureHolds, holds), at: 0) }
    }

    /// The reasons, given the names of changed fields and whether the body was changed.
    func reasons(changed: [[UInt8]], shown: [DiffReason], bodyChanged: Bool) -> [DiffReason] {
        var reasons = found
        guard !holding.isEmpty else { return reasons }
        if !changed.isEmpty {
            let names = shown.filter { [.fieldAdded, .fieldChanged, .fieldRecoded].contains($0.code) }
                .flatMap(\.values)
            reasons.append(DiffReason(.notCovered, names))
        }
        if bodyChanged { reasons.append(DiffReason(.bodyNotCovered)) }
        return reasons
    }

    private mutating func compare(_ a: Evidence, _ b: Evidence, _ domain: [UInt8]) {
        let strength = (Self.strength(a), Self.strength(b))
        guard strength.0 != strength.1 else { return }
        if a.key == nil || b.key == nil {
            found.append(DiffReason(.keyKnown, side: a.key == nil ? .b : .a, [Self.name(a)]))
        } else if a.key?.digest != b.key?.digest {
            found.append(DiffReason(.keyOther, [Self.name(a)]))
        } else {
            found.append(DiffReason(.signatureLost, side: strength.0 > strength.1 ? .a : .b, [domain]))
        }
    }

    private static func strength(_ evidence: Evidence) -> Int {
        guard evidence.provesHeader else { return 0 }
        return isWhole(evidence) ? 2 : 1
    }

    private static func isWhole(_ evidence: Evidence) -> Bool {
        if case .intact = evidence.body { true } else { false }
    }

    private static func name(_ evidence: Evidence) -> [UInt8] {
        (evidence.signature.selector ?? []) + "._domainkey.".utf8 + (evidence.signature.domain ?? [])
    }
}
