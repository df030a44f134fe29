// What a message's rsa signatures give to the recovery of a key that nobody has any more.

import Bytes
public import Cryptography
public import Mail

/// An rsa signature of a message with the digest that it must be of if nobody altered what it signs.
///
/// DKIM-Signatures, DomainKey-Signatures, and the message signatures and seals of ARC sets look up keys of the same names.
public struct KeyRecoverySample: Sendable {
    /// The selector and signing domain, lower case.
    public let name: KeyName
    /// The signature of the signed data's digest.
    public let signature: RSASignature
    /// How little speaks for its being sound, 0 to 199; only the order counts (`KeyRecoveryRank`).
    public let rank: Int

    private init?(_ signature: Signature, _ digest: [UInt8], rank: Int) {
        guard let selector = signature.selector, let domain = signature.domain, let value = signature.value,
            let function = signature.algorithm?.hash
        else { return nil }
        name = KeyName(selector: selector, domain: domain)
        self.signature = RSASignature(value: value, digest: digest, function: function)
        self.rank = rank
    }

    /// The samples of a message; `header` is the header section at the start of `message`.
    ///
    /// Signatures that are malformed, of another algorithm or without a name give none.
    public static func samples(of message: Span<UInt8>, header: HeaderSection) -> [KeyRecoverySample] {
        let index = FieldIndex(header, of: message)
        let sets = ARCSets(index, header, of: message)
        let own = index.places(of: "dkim-signature").prefix(Verifier.maximumSignatures).map { place in
            SignatureField(at: place, in: header, of: message, as: .dkim)
        }
        let fields = (own + sets.messageSignatures).filter(\.isOfRSA)
        let body = message.extracting(header.bodyStart..<message.count)
        let bodies = BodyHashes(of: body, for: fields.map(\.signature))
        return fields.compactMap { sample($0, index, header, message, bodies) } + seals(of: sets, header, message)
            + domainKeys(index, header, message)
    }

    /// The sample of a DKIM-Signature or an ARC-Message-Signature.
    private static func sample(
        _ field: SignatureField, _ index: FieldIndex, _ header: HeaderSection, _ message: Span<UInt8>,
        _ bodies: BodyHashes
    ) -> KeyRecoverySample? {
        let signature = field.signature
        guard let form = signature.canonicalization?.header, let function = signature.algorithm?.hash else {
            return nil
        }
        let own = header.fields[field.place]
        let fields = index.select(signature.signedFields, besides: field.place).fields
        let data = signedData(
            fields, of: message, form: form, own: own, in: message, omitting: signature.omitted(in: own))
        let rank = KeyRecoveryRank(
            isBodyIntact: bodies.result(for: signature).speaksForHeader, isSimple: form == .simple,
            touched: KeyRecoveryRank.touched(fields, index, header, message))
        return KeyRecoverySample(signature, function.digest(of: data), rank: rank.value)
    }

    private static func seals(
        of sets: ARCSets, _ header: HeaderSection, _ message: Span<UInt8>
    ) -> [KeyRecoverySample] {
        guard sets.isPresent else { return [] }
        var walk = SealWalk(sets, header)
        return sets.sets.flatMap { set in
            zip(set.seals, walk.next(set, of: message)).compactMap { seal, data in
                guard seal.isOfRSA, let data else { return nil }
                // A seal signs no field that lists and gateways alter.
                return KeyRecoverySample(seal.signature, data.hashed, rank: 0)
            }
        }
    }

    private static func domainKeys(
        _ index: FieldIndex, _ header: HeaderSection, _ message: Span<UInt8>
    ) -> [KeyRecoverySample] {
        index.places(of: "domainkey-signature").prefix(Verifier.maximumDomainKeys).compactMap { place in
            let field = SignatureField(at: place, in: header, of: message, as: .domainKeys)
            guard field.isOfRSA, let form = DomainKeysForm(name: field.signature.canonicalizationName?[...]),
                let order = DomainKeysHeader(field, index, header, of: message).orders.first
            else { return nil }
            var text: [UInt8] = []
            for place in order { form.append(header.fields[place], of: message, to: &text) }
            let body = message.extracting(header.bodyStart..<message.count)
            let digest = form.digest(of: text, body, by: .sha1).bytes
            let rank = KeyRecoveryRank(
                isBodyIntact: false, isSimple: form == .simple,
                touched: KeyRecoveryRank.touched(order.map { header.fields[$0] }, index, header, message))
            return KeyRecoverySample(field.signature, digest, rank: rank.value)
        }
    }
}

extension SignatureField {
    /// Whether the field can be evaluated, and is of an rsa key.
    fileprivate var isOfRSA: Bool { !signature.isMalformed && signature.algorithm != .ed25519SHA256 }
}

extension BodyResult {
    /// Whether nobody who altered the header fields touched the body too.
    fileprivate var speaksForHeader: Bool {
        switch self {
        case .intact, .restored: true
        case .partial(let covered, _): covered > 0
        case .altered, .tooShort, .notComputed: false
        }
    }
}

extension Key {
    /// The record's RSA key, when it holds one.
    public var rsaKey: RSAPublicKey? {
        guard case .rsa(let key) = parsed.state else { return nil }
        return key
    }

    /// The record of a key that was computed from signatures: `v=DKIM1; k=rsa; p=…`.
    public init(recovered key: RSAPublicKey, of name: KeyName, provenance: KeyProvenance) {
        let record = "v=DKIM1; k=rsa; p=".bytes + Base64.encode(key.subjectPublicKeyInfo)
        self.init(selector: name.selector, domain: name.domain, record: record, provenance: provenance)
    }
}
