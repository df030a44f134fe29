// DKIM signing, for tests and for sample archives.

import Bytes
public import Cryptography
public import Mail

/// Makes DKIM-Signature fields; the same input always gives the same bytes.
public struct Signer: Sendable {
    /// A private key.
    public enum PrivateKey: Sendable {
        /// RSA, with SHA-256 or for old mail SHA-1.
        case rsa(RSAPrivateKey, HashFunction)
        /// Ed25519.
        case ed25519(Ed25519PrivateKey)
    }

    /// The key to sign with.
    public var key: PrivateKey
    /// d=.
    public var domain: [UInt8]
    /// s=.
    public var selector: [UInt8]
    /// c=.
    public var canonicalization = Canonicalization(header: .relaxed, body: .relaxed)
    /// h=; a name may stand more often than its field.
    public var signedFields: [[UInt8]] = ["from", "to", "subject", "date", "message-id"].map(\.bytes)
    /// i=, as it is to be written.
    public var identity: [UInt8]?
    /// l=, the octets of the canonical body to sign.
    public var bodyLength: Int?
    /// t=.
    public var timestamp: Int?
    /// x=.
    public var expiration: Int?

    /// A signer for a name; the other tags have their usual values.
    public init(key: PrivateKey, domain: [UInt8], selector: [UInt8]) {
        self.key = key
        self.domain = domain
        self.selector = selector
    }

    private var algorithm: Algorithm {
        switch key {
        case .rsa(_, .sha1): .rsaSHA1
        case .rsa: .rsaSHA256
        case .ed25519: .ed25519SHA256
        }
    }

    /// The DKIM-Signature field to put above a message, with its CRLF; nil when the key is too short for the hash.
    public func field(for message: Span<UInt8>, header: HeaderSection) -> [UInt8]? {
        var body = PrefixHash(algorithm.hash, lengths: [bodyLength].compactMap { $0 })
        canonicalization.body.feed(message.extracting(header.bodyStart..<message.count), to: &body)
        let whole = body.finish()
        let bodyHash = bodyLength.flatMap { body.digests[$0] } ?? whole
        let start = fieldStart(bodyHash: bodyHash)
        let own = HeaderSection(of: start.span)
        guard let field = own.fields.first else { return nil }
        let fields = FieldIndex(header, of: message).select(signedFields, besides: nil).fields
        let data = signedData(
            fields, of: message, form: canonicalization.header, own: field, in: start.span, omitting: nil)
        let digest = algorithm.hash.digest(of: data)
        return sign(digest).map { start + Self.folded(Base64.encode($0)) + "\r\n".bytes }
    }

    /// The key record to publish for this signer.
    public var keyRecord: [UInt8] {
        switch key {
        case .rsa(let key, _):
            "v=DKIM1; k=rsa; p=".bytes + Base64.encode(key.publicKey.subjectPublicKeyInfo)
        case .ed25519(let key): "v=DKIM1; k=ed25519; p=".bytes + Base64.encode(key.publicKey.bytes)
        }
    }

    private func sign(_ digest: [UInt8]) -> [UInt8]? {
        switch key {
        case .rsa(let key, _): key.sign(digest: digest, of: algorithm.hash)
        case .ed25519(let key): key.sign(message: digest)
        }
    }

    /// The field up to and with `b=`.
    private func fieldStart(bodyHash: [UInt8]) -> [UInt8] {
        var text = "DKIM-Signature: v=1; a=\(algorithm.rawValue); c=\(canonicalization.name);\r\n d=".bytes
        text += domain + "; s=".bytes + selector + ";".bytes
        if let identity { text += " i=".bytes + identity + ";".bytes }
        if let timestamp { text += " t=\(timestamp);".bytes }
        if let expiration { text += " x=\(expiration);".bytes }
        if let bodyLength { text += " l=\(bodyLength);".bytes }
        text += "\r\n h=".bytes + signedFields.joined(separator: ":".bytes) + ";\r\n bh=".bytes
        return text + Base64.encode(bodyHash) + ";\r\n b=".bytes
    }

    private static func folded(_ text: [UInt8]) -> [UInt8] {
        let width = 72
        return Array(
            stride(from: 0, to: text.count, by: width).map { text[$0..<min(text.count, $0 + width)] }
                .joined(separator: "\r\n ".bytes))
    }
}
