// What may be spent on trying keys on the signatures of one message: keys of the largest size are hundreds of times slower than usual ones.

import Cryptography

/// The work that is left for one message; counted, not measured, so that every machine comes to the same end.
struct TrialBudget {
    /// A hundred signatures with 9 keys of 4096 bits each, or with 38 of 2048; a tenth of a second.
    static let limit = 1 << 38

    private let keys: KeyStore
    private var left = Self.limit

    init(_ keys: KeyStore) { self.keys = keys }

    /// Marks the fields whose keys are too much work to be tried.
    mutating func admit(_ fields: [SignatureField]) {
        for field in fields { field.isPassedOver = !admits(field.signature) }
    }

    /// Whether all keys of a signature's name may be tried on it; they count as tried then.
    private mutating func admits(_ signature: Signature) -> Bool {
        guard !signature.isMalformed, let algorithm = signature.algorithm else { return true }
        let keys = keys.keys(selector: signature.selector ?? [], domain: signature.domain ?? [])
        let work = keys.reduce(0) { $0 + $1.parsed.work(of: algorithm) }
        guard work <= left else { return false }
        left -= work
        return true
    }

    /// Whether all keys of a signature's name may be tried on it once more, with another digest: RSA signatures are open already.
    mutating func admitsAgain(_ signature: Signature) -> Bool {
        signature.algorithm != .ed25519SHA256 || admits(signature)
    }
}

extension KeyRecord {
    /// The work of trying the key on a signature of an algorithm.
    fileprivate func work(of algorithm: Algorithm) -> Int {
        switch (state, algorithm) {
        case (.rsa(let key), .rsaSHA1), (.rsa(let key), .rsaSHA256): key.work
        case (.ed25519, .ed25519SHA256): Ed25519PublicKey.work
        case (.rsa, _), (.ed25519, _), (.revoked, _), (.unusable, _): 0
        }
    }
}
