// A lost RSA key computed from signatures that it made.

import BigIntegers
public import Cryptography

/// The search for the public key that made signatures of one length.
///
/// Of a sound signature s of an encoded message m, sᵉ − m is a multiple of the modulus n; the greatest common divisor
/// of two of them is n, but for small factors. One attempt takes a pivot a and several partners b, c …, and computes
/// gcd(a, b·c… mod a): one divisor finds n if a and any of the partners are sound. What comes out counts
/// only if it verifies at least three signatures.
public struct KeySearch: Sendable {
    /// The public exponents that are tried, the Fermat primes: all but the last cost next to nothing.
    public static let exponents = [3, 5, 17, 257, 65537]
    /// The lengths of a signature in bytes that are tried: moduli of 512 to 4096 bits.
    public static let lengths = 64...512
    /// How many signatures a key must verify at least.
    public static let confirmations = 3
    /// The number of partners of each attempt, for each exponent.
    ///
    /// A further partner costs an eighth of a divisor, and most names need no second attempt.
    public static let partners = [2, 4, 4, 4]
    /// Prime factors below this do not belong to the modulus.
    private static let factorBound: UInt = 1 << 16

    /// Why no key was found.
    public enum Failure: String, Error, Sendable, CaseIterable {
        /// Fewer than three different signatures are of a length that is tried.
        case tooFewSignatures = "too-few-signatures"
        /// No two of the signatures that were tried together are of one key.
        case noCommonModulus = "no-common-modulus"
        /// A modulus came out that verifies no third signature.
        case notConfirmed = "not-confirmed"
        /// There is not as much memory as the computation needs.
        case outOfMemory = "out-of-memory"
    }

    /// What the search is about to do.
    public struct Step: Hashable, Sendable {
        /// The attempt's number, from 1.
        public let attempt: Int
        /// The number of attempts that there are for each exponent.
        public let attempts: Int
        /// How many powers are computed and multiplied, before the common divisor.
        public let powers: Int
        /// The length in bits of the numbers that the common divisor is computed of.
        public let weight: Int
        /// Whether the powers are there and the common divisor comes next: by far the longest step.
        public let isDivisor: Bool
    }

    /// What the search found.
    public struct Result: Sendable {
        /// The key, or why there is none.
        public let key: Swift.Result<RSAPublicKey, Failure>
        /// How many pairs of signatures were tried.
        public let pairs: Int
    }

    private let candidates: [RecoveryCandidate]
    /// The encoded message of each candidate.
    private let messages: [[UInt8]]
    /// The length of every signature in bytes.
    private let length: Int
    private let exponents: [Int]
    private let attempts: Int

    /// A search with these candidates; those of another length than the first, and repeated ones, are left out.
    ///
    /// - Parameters:
    ///   - exponents: the public exponents to try, in this order.
    ///   - attempts: how many attempts to make for each at most, up to the count of `partners`.
    public init(
        _ candidates: [RecoveryCandidate], exponents: [Int] = Self.exponents, attempts: Int = Self.partners.count
    ) {
        var kept: [RecoveryCandidate] = []
        var messages: [[UInt8]] = []
        var seen: Set<RSASignature> = []
        length = candidates.first?.signature.value.count ?? 0
        for candidate in candidates where candidate.signature.value.count == length && Self.lengths.contains(length) {
            guard let message = candidate.signature.encodedMessage, seen.insert(candidate.signature).inserted else {
                continue
            }
            kept.append(candidate)
            messages.append(message)
        }
        self.candidates = kept
        self.messages = messages
        self.exponents = exponents
        self.attempts = attempts
    }

    /// The memory in bytes that a search for a key of `length` bytes needs: 15 of its large numbers, as measured, while
    /// two of them are multiplied and reduced; their common divisor needs ten.
    public static func memory(length: Int, exponent: Int = exponents.last ?? 1) -> Int { 15 * length * exponent }

    /// Searches; `step` is told what comes next.
    public func run(_ step: (Step) -> Void = { _ in }) -> Result {
        guard Set(messages).count >= Self.confirmations else {
            return Result(key: .failure(.tooFewSignatures), pairs: 0)
        }
        let attempts = Attempt.plan(candidates, partners: Array(Self.partners.prefix(attempts)))
        var failure = Failure.noCommonModulus
        var tried = 0
        for exponent in exponents {
            tried = 0
            for (number, attempt) in attempts.enumerated() {
                tried += attempt.partners.count
                func report(isDivisor: Bool) {
                    step(
                        Step(
                            attempt: number + 1, attempts: attempts.count, powers: attempt.partners.count + 1,
                            weight: length * 8 * exponent, isDivisor: isDivisor))
                }
                do throws(Failure) {
                    guard let key = try key(by: attempt, exponent, report) else { continue }
                    return Result(key: .success(key), pairs: tried)
                } catch {
                    failure = error
                }
            }
        }
        return Result(key: .failure(failure), pairs: tried)
    }

    /// The key that an attempt gives, nil when it gives none.
    private func key(
        by attempt: Attempt, _ exponent: Int, _ report: (_ isDivisor: Bool) -> Void
    ) throws(Failure) -> RSAPublicKey? {
        guard Natural.isAvailable(bytes: Self.memory(length: length, exponent: exponent)) else { throw .outOfMemory }
        report(false)
        guard let pivot = multiple(attempt.pivot, exponent), !pivot.isZero else { return nil }
        var product: Natural?
        for partner in attempt.partners where canBothBeSound(attempt.pivot, partner) {
            guard let factor = multiple(partner, exponent) else { return nil }
            product = product == nil ? factor : product?.times(factor, modulo: pivot)
        }
        report(true)
        guard let divisor = product?.commonDivisor(with: pivot), divisor.bits <= length * 8 + 1024,
            let key = key(modulus: divisor.removingFactors(below: Self.factorBound), exponent)
        else { return nil }
        guard isConfirmed(key) else { throw .notConfirmed }
        return key
    }

    /// Whether the key made signatures of three messages.
    private func isConfirmed(_ key: RSAPublicKey) -> Bool {
        var signed: Set<[UInt8]> = []
        for (candidate, message) in zip(candidates, messages) where signed.count < Self.confirmations {
            if key.verify(candidate.signature) { signed.insert(message) }
        }
        return signed.count == Self.confirmations
    }

    /// Whether one key can have made both: it makes one signature of a message, and each of one message.
    private func canBothBeSound(_ a: Int, _ b: Int) -> Bool {
        messages[a] != messages[b] && candidates[a].signature.value != candidates[b].signature.value
    }

    /// A key of the signatures' length.
    private func key(modulus: Natural, _ exponent: Int) -> RSAPublicKey? {
        guard (length * 8 - 7...length * 8).contains(modulus.bits) else { return nil }
        let exponent = (0..<8).map { UInt8(truncatingIfNeeded: exponent >> (56 - 8 * $0)) }
        return try? RSAPublicKey(modulus: modulus.bytes, exponent: exponent)
    }

    /// sᵉ − m without its sign: a multiple of the modulus when the signature is sound.
    private func multiple(_ place: Int, _ exponent: Int) -> Natural? {
        guard let message = Natural(messages[place]) else { return nil }
        return Natural(candidates[place].signature.value)?.power(exponent)?.distance(to: message)
    }
}
