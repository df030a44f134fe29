// The verification of a message's DKIM signatures (RFC 6376 §6.1).

import Bytes
import Cryptography
public import Mail

/// Verifies signatures with the keys of a store; the same bytes and keys always give the same evidence.
public struct Verifier: Sendable {
    /// The number of DKIM-Signature fields of one message that are looked at.
    public static let maximumSignatures = 100

    let keys: KeyStore

    /// A verifier that knows these keys.
    public init(keys: KeyStore) { self.keys = keys }

    /// What the signatures of a message prove.
    ///
    /// `body` is what they find in its body, which is worked out when it is nil: it can be given again with other keys.
    public func evidence(of message: Message, body: inout BodyEvidence?) -> MessageEvidence {
        evidence(
            of: message.bytes.span, header: message.header, attachments: message.attachments,
            lineEnds: message.lineEnds, body: &body)
    }

    /// What the signatures of a message prove.
    public func evidence(of message: Message) -> MessageEvidence {
        var body: BodyEvidence?
        return evidence(of: message, body: &body)
    }

    /// What the signatures of a message prove.
    ///
    /// `header` is the header section at the start of `message`, `attachments` are those that a partly covered body is
    /// compared with. `lineEnds` are found when they are not given.
    public func evidence(
        of message: Span<UInt8>, header: HeaderSection, attachments: [Attachment] = [], lineEnds: LineEnds? = nil
    ) -> MessageEvidence {
        var body: BodyEvidence?
        return evidence(of: message, header: header, attachments: attachments, lineEnds: lineEnds, body: &body)
    }

    private func evidence(
        of message: Span<UInt8>, header: HeaderSection, attachments: [Attachment], lineEnds: LineEnds?,
        body: inout BodyEvidence?
    ) -> MessageEvidence {
        var context = SignatureContext(header, attachments, of: message)
        let index = context.index
        let places = index.places(of: "dkim-signature")
        let fields = places.prefix(Self.maximumSignatures).map { place in
            SignatureField(at: place, in: header, of: message, as: .dkim)
        }
        let sets = ARCSets(index, header, of: message)
        var budget = TrialBudget()
        budget.admit(fields + sets.signatures)
        let domainKeys = domainKeysEvidence(index, header, of: message, &budget)
        let hashed = fields + sets.messageSignatures
        let hashes =
            body?.hashes
            ?? BodyHashes(of: message.extracting(header.bodyStart..<message.count), for: hashed.map(\.signature))
        var found = body ?? BodyEvidence(hashes: hashes)
        var results = hashed.map { evidence(of: $0, index, header, message, hashes) }
        repair(&results, hashed, index, header, of: message, &found.repaired, &budget)
        body = found
        let byPlace = Dictionary(zip(hashed.map(\.place), results)) { first, _ in first }
        let arc = arcEvidence(of: sets, header, of: message) {
            byPlace[$0.place] ?? Evidence(malformed: $0.signature)
        }
        let own = zip(fields, results).filter { !$0.0.isPassedOver }.map(\.1)
        var all = own + domainKeys.evidence + arc.evidence
        let isKeptWithLF = !all.isEmpty && hasBareLF(message, lineEnds)
        for place in all.indices {
            all[place].index = place
            if isKeptWithLF, all[place].header != .malformed {
                all[place].repairs.insert(Repair(.lineEnds), at: 0)
            }
            context.complete(&all[place], of: message)
        }
        let unexamined = places.count - own.count + domainKeys.unexamined + arc.unexamined
        return MessageEvidence(signatures: all, unexamined: unexamined, chainStatus: arc.status)
    }

    /// Whether a line ends in an LF without a CR before it.
    private func hasBareLF(_ message: Span<UInt8>, _ lineEnds: LineEnds?) -> Bool {
        if let lineEnds { return lineEnds == .lf || lineEnds == .mixed }
        return message.hasBareLF
    }

    /// The evidence of a DKIM-Signature or an ARC-Message-Signature.
    private func evidence(
        of field: SignatureField, _ index: FieldIndex, _ header: HeaderSection, _ message: Span<UInt8>,
        _ bodies: BodyHashes
    ) -> Evidence {
        let signature = field.signature
        guard !signature.isMalformed, let form = signature.canonicalization?.header,
            let algorithm = signature.algorithm
        else { return Evidence(malformed: signature) }
        let selected = index.select(signature.signedFields, besides: field.place)
        let own = header.fields[field.place]
        let data = signedData(
            selected.fields, of: message, form: form, own: own, in: message, omitting: signature.omitted(in: own))
        let dataDigest = Digest(hashing: data)
        let digest = algorithm.hash == .sha256 ? dataDigest.bytes : algorithm.hash.digest(of: data)
        var evidence = Evidence(signature, trial(of: field, digest), signedData: dataDigest)
        evidence.body = bodies.result(for: signature)
        evidence.coverage = selected.coverage
        return evidence
    }

    /// The key that a signature is best tried with, of those of its name; nil when there is none.
    func trial(
        of field: SignatureField, _ digest: [UInt8], rule: (KeyRecord) -> Violation? = { _ in nil }
    ) -> KeyTrial? {
        let signature = field.signature
        guard !field.isPassedOver, let algorithm = signature.algorithm, signature.value != nil else { return nil }
        var best: KeyTrial?
        for key in keys.keys(selector: signature.selector ?? [], domain: signature.domain ?? []) {
            var trial = KeyTrial(key, field, algorithm, digest)
            if let violation = rule(key.parsed) { trial.violations.append(violation) }
            if best.map({ trial.rank < $0.rank }) ?? true { best = trial }
            if trial.rank == 0 { break }
        }
        return best
    }
}

/// A signature field with its place in the header section.
final class SignatureField {
    let place: Int
    let signature: Signature
    /// Whether it would be too much work to try its keys, so that nobody looks at it.
    var isPassedOver = false
    /// What the signature says under keys it was tried with, by the digests of their records.
    private var opened: [Digest: OpenedSignature] = [:]

    init(at place: Int, in header: HeaderSection, of message: Span<UInt8>, as kind: SignatureKind) {
        self.place = place
        signature = Signature(parsing: message.bytes(in: header.fields[place].value)[...], as: kind)
    }

    /// What the signature says under the key of a record: computed once, since repairs compare it with hundreds of digests.
    func opened(with key: RSAPublicKey, of record: Digest) -> OpenedSignature {
        if let known = opened[record] { return known }
        let new = key.opened(signature.value ?? [])
        opened[record] = new
        return new
    }
}

extension Signature {
    /// Where b= stands in the message, of which `own` is the signature's field.
    func omitted(in own: HeaderField) -> Range<Int>? {
        valueRange.map { $0.lowerBound + own.value.lowerBound..<$0.upperBound + own.value.lowerBound }
    }
}

extension Evidence {
    /// The evidence of a field that is too broken to be evaluated.
    init(malformed signature: Signature) {
        self.init(
            index: 0, kind: signature.kind, instance: signature.instance, chainValidation: signature.chainValidation,
            signature: signature, header: .malformed, body: .notComputed, violations: signature.violations,
            signatureDigest: signature.value.map { Digest(hashing: $0) })
    }

    /// The evidence of a field that was tried with a key, or would have been; its body is not computed yet.
    init(_ signature: Signature, _ trial: KeyTrial?, signedData: Digest?) {
        self.init(malformed: signature)
        key = trial?.facts
        header = trial?.result ?? .noKey
        violations = Set(signature.violations + (trial?.violations ?? [])).sorted()
        signedDataDigest = signedData
    }
}

/// One key tried on one signature.
struct KeyTrial {
    let facts: KeyFacts
    let result: HeaderResult
    var violations: [Violation]

    init(_ key: Key, _ field: SignatureField, _ algorithm: Algorithm, _ digest: [UInt8]) {
        let (record, signature) = (key.parsed, field.signature)
        facts = KeyFacts(
            digest: key.digest, bits: record.bits, isTesting: record.isTesting,
            isRecovered: key.provenances.allSatisfy { $0.basis == .recovered })
        var violations: [Violation] = []
        switch (record.state, algorithm) {
        case (.rsa(let key), .rsaSHA1), (.rsa(let key), .rsaSHA256):
            let opened = field.opened(with: key, of: facts.digest)
            result = opened.isOf(digest, of: algorithm.hash) ? .valid : .invalid
        case (.ed25519(let key), .ed25519SHA256):
            result = key.verify(signature.value ?? [], message: digest) ? .valid : .invalid
        case (.rsa, _), (.ed25519, _):
            result = .keyUnusable
            violations.append(.keyTypeMismatch)
        case (.revoked, _):
            result = .keyRevoked
        case (.unusable(let violation), _):
            result = .keyUnusable
            violations.append(violation)
        }
        if !record.allows(hash: algorithm.hashName) { violations.append(.hashNotAllowedByKey) }
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
        // The same key may stand in a record that was computed and in one that the domain published.
        case .valid: (violations.isEmpty ? 0 : 2) + (facts.isRecovered ? 1 : 0)
        case .invalid: 4
        default: 5
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
