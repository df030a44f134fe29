// What may be spent on trying keys on the signatures of one message: keys of the largest size are hundreds of times slower than usual ones.

import Cryptography

/// The work that is left for one message; counted, not measured, so that every machine comes to the same end.
///
/// It is counted as if a name had as many keys of the signature's size as are tried at most: so which signatures are looked
/// at follows from the message alone, and no key record that becomes known takes one away.
struct TrialBudget {
    /// 128 signatures of 2048 bits, 32 of 4096, or 2 of 16384; less than a second.
    static let limit = 1 << 41

    private var left = Self.limit

    /// Marks the fields that would be too much work.
    mutating func admit(_ fields: [SignatureField]) {
        for field in fields { field.isPassedOver = !admits(field.signature) }
    }

    private mutating func admits(_ signature: Signature) -> Bool {
        guard !signature.isMalformed, let algorithm = signature.algorithm, let value = signature.value else {
            return true
        }
        let work = KeyStore.nameLimit * Self.work(of: algorithm, length: value.count)
        guard work <= left else { return false }
        left -= work
        return true
    }

    /// Whether all keys of a signature's name may be tried on it once more, with another digest: RSA signatures are open already.
    mutating func admitsAgain(_ signature: Signature) -> Bool {
        signature.algorithm != .ed25519SHA256 || admits(signature)
    }

    /// The most work that a key takes on a signature of so many bytes; none when no key makes one of that length.
    private static func work(of algorithm: Algorithm, length: Int) -> Int {
        switch algorithm {
        case .rsaSHA1, .rsaSHA256: RSAPublicKey.work(ofLength: length)
        case .ed25519SHA256: length == 64 ? Ed25519PublicKey.work : 0
        }
    }
}
