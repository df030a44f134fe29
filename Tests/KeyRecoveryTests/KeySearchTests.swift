import Bytes
import Testing

@testable import Cryptography
@testable import KeyRecovery

/// A key of 512 bits: a search for it is short, and with an exponent below 65537 takes no time.
private func key(_ seed: String, exponent: UInt64 = 257) throws -> RSAPrivateKey {
    for number in 0..<100 {
        let (p, q) = try RSAPrivateKey(deterministicFrom: "\(seed) \(number)".bytes, bits: 512).primes
        // Not every pair of primes goes with every exponent.
        if let key = try? RSAPrivateKey(primes: p, q, exponent: BigNumber(exponent).bytes) { return key }
    }
    throw CryptographyError.unsuitablePrimes
}

/// What a message signs, as a digest.
private func digest(_ number: Int) -> [UInt8] { Digest(hashing: "message \(number)".bytes).bytes }

/// A sound signature of the n-th message.
private func sound(
    _ key: RSAPrivateKey, _ number: Int, rank: Int = 0, time: Int64? = nil
) throws -> RecoveryCandidate {
    let value = try #require(key.sign(digest: digest(number), of: .sha256))
    let signature = RSASignature(value: value, digest: digest(number), function: .sha256)
    return RecoveryCandidate(signature, rank: rank, time: time ?? Int64(number))
}

/// A signature of which the message was altered afterwards.
private func unsound(
    _ key: RSAPrivateKey, _ number: Int, rank: Int = 0, time: Int64? = nil
) throws -> RecoveryCandidate {
    let value = try sound(key, number).signature.value
    let signature = RSASignature(value: value, digest: digest(-number - 1), function: .sha256)
    return RecoveryCandidate(signature, rank: rank, time: time ?? Int64(number))
}

private let cheap = [3, 5, 17, 257]

/// The failure, when there is one.
private func failure(_ result: KeySearch.Result) -> KeySearch.Failure? {
    guard case .failure(let failure) = result.key else { return nil }
    return failure
}

@Suite struct KeySearchTests {
    @Test(arguments: [3, 5, 17, 257] as [UInt64])
    func `a key of a small exponent comes back from three signatures`(exponent: UInt64) throws {
        let key = try key("small", exponent: exponent)
        let search = KeySearch(try (1...3).map { try sound(key, $0) }, exponents: cheap)
        #expect(try search.run().key.get() == key.publicKey)
    }

    /// The usual exponent takes the same way in a quarter of a minute; this one takes it in a second.
    @Test func `a key of a large exponent comes back, whatever is unsound besides`() throws {
        let key = try key("large", exponent: 4099)
        let candidates = try (1...9).map { try $0.isMultiple(of: 3) ? unsound(key, $0) : sound(key, $0) }
        var steps: [KeySearch.Step] = []
        let result = KeySearch(candidates, exponents: [4099]).run { steps.append($0) }
        #expect(try result.key.get() == key.publicKey)
        #expect(steps.map(\.isDivisor) == [false, true])
        #expect(steps.map(\.weight) == [512 * 4099, 512 * 4099])
        #expect(result.pairs == 2)
    }

    @Test(arguments: [HashFunction.sha1, .sha256])
    func `each hash function that mail was signed with serves`(function: HashFunction) throws {
        let key = try key("hash")
        let candidates = try (1...3).map { number in
            let digest = Array(digest(number).prefix(function.digestLength))
            let value = try #require(key.sign(digest: digest, of: function))
            return RecoveryCandidate(
                RSASignature(value: value, digest: digest, function: function), rank: 0, time: nil)
        }
        #expect(try KeySearch(candidates, exponents: cheap).run().key.get() == key.publicKey)
    }

    /// The pivot of the first attempts is unsound, then that of the second too.
    @Test(arguments: [[5], [5, 7], [5, 7, 2], [4, 6], [3, 4, 6, 7]])
    func `further pairs are tried when some are unsound`(broken: [Int]) throws {
        let key = try key("further")
        let candidates = try (0..<10).map { try broken.contains($0) ? unsound(key, $0) : sound(key, $0) }
        let result = KeySearch(candidates, exponents: cheap).run()
        #expect(try result.key.get() == key.publicKey)
        #expect(result.pairs <= KeySearch.partners.reduce(0, +))
    }

    @Test func `three sound signatures are enough wherever three of five candidates are sound`() throws {
        let key = try key("five")
        for first in 0..<5 {
            for second in first..<5 {
                let candidates = try (0..<5).map {
                    try [first, second].contains($0) ? unsound(key, $0) : sound(key, $0)
                }
                #expect(try KeySearch(candidates, exponents: cheap).run().key.get() == key.publicKey)
            }
        }
    }

    @Test func `candidates of a better rank are enough, however many worse ones there are`() throws {
        let key = try key("rank")
        let good = try (0..<12).map { try sound(key, $0) }
        let bad = try (12..<100).map { try unsound(key, $0, rank: 1, time: Int64($0 % 12)) }
        let result = KeySearch(bad + good, exponents: cheap).run()
        #expect(try result.key.get() == key.publicKey)
        #expect(result.pairs == KeySearch.partners[0])
    }

    @Test func `of two keys one after the other, one is found`() throws {
        let keys = try [key("older"), key("newer")]
        let candidates = try (0..<40).map { try sound(keys[$0 < 20 ? 0 : 1], $0) }
        let found = try KeySearch(candidates, exponents: cheap).run().key.get()
        #expect(keys.map(\.publicKey).contains(found))
    }

    @Test func `repeated signatures count once`() throws {
        let key = try key("repeated")
        let candidates = try [1, 2, 2, 1, 1, 2].map { try sound(key, $0) }
        #expect(failure(KeySearch(candidates, exponents: cheap).run()) == .tooFewSignatures)
    }

    @Test func `a message with two signatures counts once`() throws {
        let keys = try [key("first"), key("second")]
        let candidates = try keys.map { try sound($0, 1) } + [sound(keys[0], 2)]
        #expect(failure(KeySearch(candidates, exponents: cheap).run()) == .tooFewSignatures)
    }

    /// Copies of a message with another b=, or altered copies with the same, must not stand in the way of the sound one.
    @Test func `altered copies that come first do not hide the sound ones`() throws {
        let key = try key("copies")
        let good = try (0..<6).map { try sound(key, $0) }
        let otherValues = good.map {
            RecoveryCandidate(
                RSASignature(value: $0.signature.value.reversed(), digest: $0.signature.digest, function: .sha256),
                rank: 0, time: $0.time)
        }
        let otherMessages = try (0..<6).map { try unsound(key, $0) }
        #expect(try KeySearch(otherValues + good, exponents: cheap).run().key.get() == key.publicKey)
        #expect(try KeySearch(otherMessages + good, exponents: cheap).run().key.get() == key.publicKey)
    }

    @Test func `two sound signatures are not enough`() throws {
        let key = try key("two")
        let candidates = try [sound(key, 1), sound(key, 2), unsound(key, 3)]
        let result = KeySearch(candidates, exponents: cheap).run()
        #expect(failure(result) == .notConfirmed)
        #expect(result.pairs == 2)
    }

    @Test func `unsound signatures give no key`() throws {
        let key = try key("unsound")
        let result = KeySearch(try (0..<20).map { try unsound(key, $0) }, exponents: cheap).run()
        #expect(failure(result) == .noCommonModulus)
        #expect(result.pairs == KeySearch.partners.reduce(0, +))
    }

    @Test func `signatures of many keys give no key`() throws {
        let candidates = try (0..<6).map { try sound(key("many \($0)"), $0) }
        #expect(failure(KeySearch(candidates, exponents: cheap).run()) == .noCommonModulus)
    }

    @Test(arguments: [0, 1, 63, 513, 4096])
    func `signatures of other lengths than keys have are left alone`(length: Int) {
        let candidates = (0..<5).map { number in
            RecoveryCandidate(
                RSASignature(
                    value: [UInt8](repeating: UInt8(0x80 + number), count: length), digest: digest(number),
                    function: .sha256), rank: 0, time: nil)
        }
        #expect(failure(KeySearch(candidates).run()) == .tooFewSignatures)
    }

    @Test func `signatures of another length than the first are left out`() throws {
        let long = try RSAPrivateKey(deterministicFrom: "long".bytes, bits: 1024)
        let key = try key("mixed")
        let candidates = try (1...3).map { try sound(key, $0) } + (4...9).map { try sound(long, $0) }
        #expect(try KeySearch(candidates, exponents: cheap).run().key.get() == key.publicKey)
    }

    /// Values that are small, equal to what they sign, or powers of two: the numbers are zero or share large factors.
    @Test func `made-up values give no key and no crash`() throws {
        let length = 64
        let messages = (0..<4).map {
            RSASignature(value: [UInt8](repeating: 0, count: length), digest: digest($0), function: .sha256)
        }
        let shapes: [(Int) -> [UInt8]] = [
            { _ in [UInt8](repeating: 0, count: length) },
            { [UInt8](repeating: 0, count: length - 1) + [UInt8($0)] },
            { [UInt8](repeating: 0, count: length - 1 - $0) + [1] + [UInt8](repeating: 0, count: $0) },
            { [UInt8](repeating: 0xFF, count: length - 1) + [UInt8($0)] },
            { messages[$0].encodedMessage ?? [] },
        ]
        for shape in shapes {
            let candidates = (0..<4).map {
                RecoveryCandidate(
                    RSASignature(value: shape($0), digest: digest($0), function: .sha256), rank: 0, time: nil)
            }
            let result = KeySearch(candidates, exponents: [1, 3, 5, 17, 257]).run()
            #expect(throws: KeySearch.Failure.self) { try result.key.get() }
        }
    }

    @Test func `small factors that the numbers happen to share do not belong to the key`() throws {
        // Of sixty numbers many are even, so that most divisors hold a factor too much.
        let key = try key("factors")
        for start in 0..<20 {
            let candidates = try (0..<3).map { try sound(key, start * 3 + $0) }
            #expect(try KeySearch(candidates, exponents: cheap).run().key.get() == key.publicKey)
        }
    }
}
