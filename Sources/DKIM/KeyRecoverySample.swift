// What a message's rsa signatures give to the recovery of a key that nobody has any more.

import Bytes
public import Cryptography
public import Mail

/// An rsa signature of a message with the digest that it must be of if nobody altered the header fields.
public struct KeyRecoverySample: Sendable {
    /// The selector, lower case.
    public let selector: [UInt8]
    /// The signing domain, lower case.
    public let domain: [UInt8]
    /// The signature of the signed header data's digest.
    public let signature: RSASignature
    /// How the header fields were canonicalized: simple breaks more easily.
    public let form: CanonicalForm
    /// Whether the body, or the part of it that is signed, is as signed: then the header fields most likely are too.
    public let isBodyIntact: Bool

    /// The samples of a message, from the top; `header` is the header section at the start of `message`.
    ///
    /// Signatures that are malformed, of another algorithm or without a name give none.
    public static func samples(of message: Span<UInt8>, header: HeaderSection) -> [KeyRecoverySample] {
        let index = FieldIndex(header, of: message)
        let places = index.places(of: "dkim-signature").prefix(Verifier.maximumSignatures)
        let fields = places.map { ($0, Signature(parsing: message.bytes(in: header.fields[$0].value)[...])) }
            .filter { !$0.1.isMalformed && $0.1.algorithm != .ed25519SHA256 }
        let bodies = BodyHashes(of: message.extracting(header.bodyStart..<message.count), for: fields.map(\.1))
        return fields.compactMap { place, signature in
            guard let selector = signature.selector, let domain = signature.domain, let value = signature.value,
                let form = signature.canonicalization?.header, let function = signature.algorithm?.hash
            else { return nil }
            let own = header.fields[place]
            let omitted = signature.valueRange.map {
                $0.lowerBound + own.value.lowerBound..<$0.upperBound + own.value.lowerBound
            }
            let signed = index.select(signature.signedFields, besides: place).fields
            let data = signedData(signed, of: message, form: form, own: own, in: message, omitting: omitted)
            return KeyRecoverySample(
                selector: ASCII.lowercased(selector), domain: ASCII.lowercased(domain),
                signature: RSASignature(value: value, digest: digest(of: data, by: function), function: function),
                form: form, isBodyIntact: bodies.result(for: signature).speaksForHeader)
        }
    }
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
