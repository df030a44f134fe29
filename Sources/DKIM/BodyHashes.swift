// The body hashes that a message's signatures ask for, each computed once.

import Cryptography

/// What a message's signatures find in its body: the same whatever keys they are tried with, and most of the work.
public struct BodyEvidence: Sendable {
    let hashes: BodyHashes
    /// The repaired bodies by the place of their signature.
    var repaired: [Int: RepairedBody]?
}

/// The digests of one body: one pass for each hash function and form, whatever the number of signatures.
struct BodyHashes: Sendable {
    private struct Kind: Hashable {
        let function: HashFunction
        let form: CanonicalForm
    }

    private struct Digests: Sendable {
        let total: Int
        let whole: [UInt8]
        let prefixes: [Int: [UInt8]]
    }

    private let digests: [Kind: Digests]

    /// Hashes the body for all signatures that can be evaluated.
    init(of body: Span<UInt8>, for signatures: [Signature]) {
        var lengths: [Kind: Set<Int>] = [:]
        for signature in signatures where !signature.isMalformed {
            guard let kind = Self.kind(of: signature) else { continue }
            lengths[kind, default: []].formUnion([signature.bodyLength].compactMap { $0 })
        }
        var digests: [Kind: Digests] = [:]
        for (kind, lengths) in lengths {
            var hash = PrefixHash(kind.function, lengths: lengths)
            kind.form.feed(body, to: &hash)
            let whole = hash.finish()
            digests[kind] = Digests(total: hash.count, whole: whole, prefixes: hash.digests)
        }
        self.digests = digests
    }

    /// Whether the body is the one that a signature was made of.
    func result(for signature: Signature) -> BodyResult {
        guard let kind = Self.kind(of: signature), let digests = digests[kind], let expected = signature.bodyHash else {
            return .notComputed
        }
        guard let length = signature.bodyLength, length != digests.total else {
            return digests.whole == expected ? .intact(total: digests.total) : .altered(total: digests.total)
        }
        guard let prefix = digests.prefixes[length] else { return .tooShort(total: digests.total) }
        return prefix == expected
            ? .partial(covered: length, total: digests.total) : .altered(total: digests.total)
    }

    private static func kind(of signature: Signature) -> Kind? {
        guard let function = signature.algorithm?.hash, let form = signature.canonicalization?.body else { return nil }
        return Kind(function: function, form: form)
    }
}
