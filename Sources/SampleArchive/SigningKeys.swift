// The sample's own keys, the same on every machine, and the key records of its domains.

import Bytes
import Cryptography

/// A private key of the sample.
enum SigningKey {
    case rsa(RSAPrivateKey)
    case ed25519(Ed25519PrivateKey)

    /// The tag list of its key record (RFC 6376 §3.6.1, RFC 8463 §4.2).
    var record: String {
        switch self {
        case .rsa(let key): "v=DKIM1; k=rsa; p=" + Base64.encode(key.publicKey.subjectPublicKeyInfo).displayText
        case .ed25519(let key): "v=DKIM1; k=ed25519; p=" + Base64.encode(key.publicKey.bytes).displayText
        }
    }

    /// The signature algorithm's name without its hash function.
    var algorithm: String {
        switch self {
        case .rsa: "rsa"
        case .ed25519: "ed25519"
        }
    }

    /// The signature of a header hash input.
    func sign(_ input: [UInt8], _ function: HashFunction) -> [UInt8] {
        let hash = RunningHash(function)
        hash.update(input)
        let digest = hash.finish()
        switch self {
        case .rsa(let key): return key.sign(digest: digest, of: function) ?? []
        case .ed25519(let key): return key.sign(message: digest)
        }
    }
}

enum SigningKeys {
    /// The selector whose key record is in no file.
    static let missing = "perdu"
    /// The selector whose key record is revoked.
    static let revoked = "retire"
    /// The selector whose key record holds a key that never signed.
    static let wrong = "ancien"

    /// Each domain's selectors with their keys; the first is the domain's usual one.
    static let byDomain: [String: [(selector: String, key: SigningKey)]] = [
        "en-marche.example": [("google", rsa("a", 2048))],
        "courriel.example": [("20120113", rsa("b", 1024))],
        "presse.example": [("mail", rsa("c", 1024))],
        "parti.example": [("ed2017", ed25519("d")), ("s2048", shared)],
        "cabinet.example": [("selector1", shared)],
        "example.org": [("default", rsa("e", 1024))],
        Vocabulary.newsletterDomain: [("k1", rsa("f", 1024))],
        Vocabulary.listDomain: [("liste", rsa("g", 2048))],
    ]

    private static let shared = rsa("h", 2048)

    /// The lines of a key file, `name TXT`, sorted by name.
    static let keyLines: [String] = {
        var lines: [String] = []
        for (domain, keys) in byDomain {
            for (selector, key) in keys { lines.append("\(selector)._domainkey.\(domain) \(key.record)") }
            lines.append("\(revoked)._domainkey.\(domain) v=DKIM1; k=rsa; p=")
            lines.append("\(wrong)._domainkey.\(domain) \(rsaThatNeverSigns.record)")
        }
        return lines.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }()

    private static let rsaThatNeverSigns = rsa("never", 1024)

    private static func rsa(_ name: String, _ bits: Int) -> SigningKey {
        guard let key = try? RSAPrivateKey(deterministicFrom: "mailseal sample \(name)".bytes, bits: bits) else {
            preconditionFailure("no RSA key of \(bits) bits")
        }
        return .rsa(key)
    }

    private static func ed25519(_ name: String) -> SigningKey {
        guard let key = try? Ed25519PrivateKey(seed: Digest(hashing: "mailseal sample \(name)".bytes).bytes) else {
            preconditionFailure("no Ed25519 key")
        }
        return .ed25519(key)
    }
}
