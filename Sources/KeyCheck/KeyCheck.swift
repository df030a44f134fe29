// What is weak about key records: whose signatures prove less than they seem to.

import BigIntegers
import Cryptography
public import DKIM

/// Why someone else may be able to sign with a key, or what else is to be said of its record.
public enum KeyWeakness: String, Sendable, CaseIterable {
    /// The modulus has fewer than 1024 bits.
    case below1024Bits = "below-1024-bits"
    /// The modulus has 1024 to 2047 bits.
    case below2048Bits = "below-2048-bits"
    /// The public exponent is below 65537.
    case smallExponent = "small-exponent"
    /// The modulus is even; the key is refused.
    case evenModulus = "even-modulus"
    /// The public exponent is even, 1 or longer than 64 bits; the key is refused.
    case unsoundExponent = "unsound-exponent"
    /// The modulus is shorter than 512 bits or longer than 16384; the key is refused.
    case modulusLength = "modulus-length"
    /// The modulus has a prime factor below 2^16.
    case smallFactor = "small-factor"
    /// Fermat's method splits the modulus in a few steps.
    case closePrimes = "close-primes"
    /// Another modulus has a prime in common.
    case sharedPrime = "shared-prime"
    /// h= allows no hash but SHA-1.
    case sha1Only = "sha1-only"
    /// The same modulus stands under another name.
    case sharedModulus = "shared-modulus"
    /// t=y.
    case testing
    /// p= is empty.
    case revoked
    /// The record is malformed, or of an unknown kind.
    case unusable

    /// Whether it makes the key weak; else it is a remark.
    public var isWeak: Bool {
        switch self {
        case .sharedModulus, .testing, .revoked, .unusable: false
        default: true
        }
    }
}

/// The weaknesses of a number of keys.
public struct KeyCheck: Sendable {
    /// One weakness of one key.
    public struct Finding: Sendable {
        /// The key.
        public let key: Key
        /// What is weak.
        public let weakness: KeyWeakness
        /// The strength in bits when the record has a key, refused ones included.
        public let bits: Int?
        /// More about it: an exponent, a factor, a violation; ASCII.
        public let detail: String?
        /// Another key that it has something in common with.
        public let other: KeyName?
    }

    /// What was found, in the order of the keys, weaknesses before remarks.
    public let findings: [Finding]
    /// The distinct records that were looked at.
    public let keys: [Key]
    /// Whether primes in common were looked for; they are not when the moduli have more than 2^28 bits.
    public let comparesPrimes: Bool

    /// The records that have a weakness.
    public var weakKeys: Int {
        Set(findings.lazy.filter(\.weakness.isWeak).map { [$0.key.name.text, $0.key.record] }).count
    }

    /// Checks keys.
    public init(_ keys: some Sequence<Key>) {
        let keys = Key.merged(keys)
        let moduli = Moduli(keys)
        self.keys = keys
        comparesPrimes = moduli.partners != nil
        findings = keys.flatMap { key in
            var found = Self.findings(of: key)
            if let rsa = key.parsed.rsaKey { found += moduli.findings(of: key, rsa) }
            return found.filter(\.weakness.isWeak) + found.filter { !$0.weakness.isWeak }
        }
    }

    private static func findings(of key: Key) -> [Finding] {
        let record = key.parsed
        var found: [Finding] = []
        var bits = record.bits
        func add(_ weakness: KeyWeakness, _ detail: String? = nil) {
            found.append(Finding(key: key, weakness: weakness, bits: bits, detail: detail, other: nil))
        }
        if let rsa = record.rsaKey {
            if rsa.bits < 2048 { add(rsa.bits < 1024 ? .below1024Bits : .below2048Bits) }
            let exponent = rsa.exponent.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
            if exponent < 65537 { add(.smallExponent, "exponent \(exponent)") }
        } else if let violation = record.violation {
            switch KeyRecord.refusal(of: key.record) {
            case .evenModulus: add(.evenModulus)
            case .publicExponent: add(.unsoundExponent)
            case .modulusLength(let length):
                bits = length
                add(.modulusLength, "\(length) bits")
            default: add(.unusable, violation.rawValue)
            }
        }
        if record.isRevoked { add(.revoked) }
        if record.allows(hash: "sha1"), !record.allows(hash: "sha256") { add(.sha1Only) }
        if record.isTesting { add(.testing) }
        return found
    }
}

/// The moduli of a number of keys, and what they have in common.
private struct Moduli {
    /// Places of moduli with a prime in common, each with one such; nil when there are too many to look for them.
    let partners: [Int: Int]?
    private var places: [[UInt8]: Int] = [:]
    /// The first names under which each modulus stands, at most two.
    private var names: [[KeyName]] = []
    private var weaknesses: [[(weakness: KeyWeakness, detail: String?)]] = []

    init(_ keys: [Key]) {
        var moduli: [[UInt8]] = []
        for key in keys {
            guard let rsa = key.parsed.rsaKey else { continue }
            guard let place = places[rsa.modulus] else {
                places[rsa.modulus] = moduli.count
                moduli.append(rsa.modulus)
                names.append([key.name])
                weaknesses.append(Self.weaknesses(of: rsa))
                continue
            }
            if names[place].count < 2, names[place].first != key.name { names[place].append(key.name) }
        }
        partners = CommonFactors.places(in: moduli)
    }

    func findings(of key: Key, _ rsa: RSAPublicKey) -> [KeyCheck.Finding] {
        guard let place = places[rsa.modulus] else { return [] }
        func finding(_ weakness: KeyWeakness, _ detail: String? = nil, _ other: KeyName? = nil) -> KeyCheck.Finding {
            KeyCheck.Finding(key: key, weakness: weakness, bits: rsa.bits, detail: detail, other: other)
        }
        var found = weaknesses[place].map { finding($0.weakness, $0.detail) }
        if let partner = partners?[place] {
            found.append(finding(.sharedPrime, nil, partner == place ? nil : names[partner].first))
        }
        if let other = names[place].first(where: { $0 != key.name }) {
            found.append(finding(.sharedModulus, nil, other))
        }
        return found
    }

    private static func weaknesses(of rsa: RSAPublicKey) -> [(weakness: KeyWeakness, detail: String?)] {
        guard let modulus = Natural(rsa.modulus) else { return [] }
        if let factor = modulus.smallestOddFactor(below: 1 << 16) { return [(.smallFactor, "factor \(factor)")] }
        return modulus.hasCloseFactors(steps: 100) ? [(.closePrimes, nil)] : []
    }
}
