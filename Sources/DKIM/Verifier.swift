// The verification of a message's DKIM signatures (RFC 6376 §6.1).

import Bytes
import Cryptography
public import Mail

/// Verifies signatures with the keys of a store; the same bytes and keys always give the same evidence.
public struct Verifier: Sendable {
    /// The number of DKIM-Signature fields of one message that are looked at.
    public static let maximumSignatures = 100

    private let keys: KeyStore

    /// A verifier that knows these keys.
    public init(keys: KeyStore) { self.keys = keys }

    /// What the signatures of a message prove.
    public func evidence(of message: Message) -> MessageEvidence {
        evidence(of: message.bytes.span, header: message.header, attachments: message.attachments)
    }

    /// What the signatures of a message prove; `header` is the header section at the start of `message`, `attachments`
    /// are those that a partly covered body is compared with.
    public func evidence(
        of message: Span<UInt8>, header: HeaderSection, attachments: [Attachment] = []
    ) -> MessageEvidence {
        var context = SignatureContext(header, attachments, of: message)
        let places = context.index.places(of: "dkim-signature")
        let examined = places.prefix(Self.maximumSignatures)
        let signatures = examined.map { place in
            Signature(parsing: message.bytes(in: header.fields[place].value)[...])
        }
        let bodies = BodyHashes(of: message.extracting(header.bodyStart..<message.count), for: signatures)
        var found: [Evidence] = []
        for (place, signature) in zip(examined, signatures) {
            let selected = context.index.select(signature.signedFields, besides: place)
            let own = header.fields[place]
            var evidence = evidence(
                found.count, signature, own, message, selected.fields, selected.coverage, bodies)
            context.complete(&evidence, of: message)
            found.append(evidence)
        }
        return MessageEvidence(signatures: found, unexamined: places.count - examined.count)
    }

    private func evidence(
        _ index: Int, _ signature: Signature, _ own: HeaderField, _ message: Span<UInt8>, _ fields: [HeaderField],
        _ coverage: [FieldCoverage], _ bodies: BodyHashes
    ) -> Evidence {
        guard !signature.isMalformed, let form = signature.canonicalization?.header,
            let algorithm = signature.algorithm, let value = signature.value
        else {
            return Evidence(
                index: index, signature: signature, key: nil, header: .malformed, body: .notComputed,
                violations: signature.violations, signatureDigest: signature.value.map { Digest(hashing: $0) })
        }
        let omitted = signature.valueRange.map {
            $0.lowerBound + own.value.lowerBound..<$0.upperBound + own.value.lowerBound
        }
        let data = signedData(fields, of: message, form: form, own: own, in: message, omitting: omitted)
        let dataDigest = Digest(hashing: data)
        let digest = algorithm.hash == .sha256 ? dataDigest.bytes : digest(of: data, by: algorithm.hash)
        var best: KeyTrial?
        for key in keys.keys(selector: signature.selector ?? [], domain: signature.domain ?? []) {
            let trial = KeyTrial(key, signature, algorithm, digest, value)
            if best.map({ trial.rank < $0.rank }) ?? true { best = trial }
            if trial.rank == 0 { break }
        }
        let trial = best
        return Evidence(
            index: index, signature: signature, key: trial?.facts, header: trial?.result ?? .noKey,
            body: bodies.result(for: signature), coverage: coverage,
            violations: Set(signature.violations + (trial?.violations ?? [])).sorted(),
            signedDataDigest: dataDigest, signatureDigest: Digest(hashing: value))
    }
}

/// The digest of bytes.
func digest(of bytes: [UInt8], by function: HashFunction) -> [UInt8] {
    let hash = RunningHash(function)
    hash.update(bytes)
    return hash.finish()
}

/// One key tried on one signature.
private struct KeyTrial {
    let facts: KeyFacts
    let result: HeaderResult
    let violations: [Violation]

    init(_ key: Key, _ signature: Signature, _ algorithm: Algorithm, _ digest: [UInt8], _ value: [UInt8]) {
        let record = key.parsed
        facts = KeyFacts(
            digest: key.digest, bits: record.bits, isTesting: record.isTesting,
            isRecovered: key.provenances.allSatisfy { $0.basis == .recovered })
        var violations: [Violation] = []
        switch (record.state, algorithm) {
        case (.rsa(let key), .rsaSHA1), (.rsa(let key), .rsaSHA256):
            result = key.verify(value, digest: digest, of: algorithm.hash) ? .valid : .invalid
        case (.ed25519(let key), .ed25519SHA256):
            result = key.verify(value, message: digest) ? .valid : .invalid
        case (.rsa, _), (.ed25519, _):
            result = .keyUnusable
            violations.append(.keyTypeMismatch)
        case (.revoked, _):
            result = .keyRevoked
        case (.unusable(let violation), _):
            result = .keyUnusable
            violations.append(violation)
        }
        if let hashes = record.hashes, !TagValue.list(hashes[...], contains: algorithm.hashName) {
            violations.append(.hashNotAllowedByKey)
        }
        if let services = record.services,
            !["*", "email"].contains(where: { TagValue.list(services[...], contains: $0) })
        {
            violations.append(.serviceNotEmail)
        }
        if record.isStrict, !signature.identityIsDomain { violations.append(.strictIdentityRequired) }
        self.violations = violations
    }

    /// The lower, the more it proves; equal ranks keep the order of the store.
    var rank: Int {
        switch result {
        case .valid: violations.isEmpty ? 0 : 1
        case .invalid: 2
        default: 3
        }
    }
}

extension Span<UInt8> {
    /// A copy of the bytes in a range.
    func bytes(in range: Range<Int>) -> [UInt8] {
        let part = extracting(range)
        return unsafe part.withUnsafeBufferPointer { unsafe Array($0) }
    }
}
