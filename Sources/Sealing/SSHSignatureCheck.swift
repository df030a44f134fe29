// Verifying an SSH signature of a message: what holds, and what does not.

import Bytes
import Cryptography

/// What was found about an SSH signature of a message, whoever made it; who may sign is for `AllowedSigners` to say.
public struct SSHSignatureCheck: Hashable, Sendable {
    /// Why a signature is not accepted.
    public enum Failure: Hashable, Sendable, CustomStringConvertible {
        /// It was made for this other namespace.
        case otherNamespace([UInt8])
        /// Its key is a certificate, which is not supported.
        case certificate(type: String)
        /// Its key is of a type that is not supported.
        case unsupportedKeyType(String)
        /// Its signature algorithm is not supported, or does not belong to its key.
        case unsupportedAlgorithm(String)
        /// Its RSA modulus has fewer bits than are accepted.
        case shortKey(bits: Int)
        /// The signature is not the key's over this message.
        case doesNotVerify
        /// A browser's client data is for another request, or does not fit the flags.
        case otherClientData
        /// The authenticator did not say that a person touched it.
        case noUserPresence

        /// A sentence.
        public var description: String {
            switch self {
            case .otherNamespace(let name): "signature is for the namespace \"\(safeForTerminal(name.displayText))\""
            case .certificate(let type): "certificates are not supported, found \(type)"
            case .unsupportedKeyType(let type): "unsupported key type \(type)"
            case .unsupportedAlgorithm(let name): "unsupported signature algorithm \(safeForTerminal(name))"
            case .shortKey(let bits):
                "RSA key has \(bits) bits, expected at least \(SSHSignatureCheck.minimumRSABits)"
            case .doesNotVerify: "signature is not this key's over this file"
            case .otherClientData: "client data of the browser is not for this file"
            case .noUserPresence: "nobody touched the authenticator that made the signature"
            }
        }
    }

    /// RSA moduli below this length are refused, whatever they verify.
    public static let minimumRSABits = 2048

    /// The key that the signature names.
    public let key: SSHPublicKey
    /// What the authenticator of a FIDO key said; it counts only when there is no failure.
    public let authenticator: SSHAuthenticatorData?
    /// Why the signature is not accepted, or nil when it is the key's over the message and all that is required holds.
    public let failure: Failure?

    /// Whether the signature is the key's over the message, for the namespace.
    public var isVerified: Bool { failure == nil }
}

extension SSHSignature {
    /// Verifies the signature of a message in a namespace.
    public func check(message: [UInt8], namespace: [UInt8]) -> SSHSignatureCheck {
        SSHSignatureCheck(key: key, authenticator: authenticator, failure: failure(message, namespace))
    }

    private func failure(_ message: [UInt8], _ expected: [UInt8]) -> SSHSignatureCheck.Failure? {
        switch key.algorithm {
        case .certificate: return .certificate(type: key.typeName)
        case .unsupported: return .unsupportedKeyType(key.typeName)
        case .rsa(let key) where key.bits < SSHSignatureCheck.minimumRSABits: return .shortKey(bits: key.bits)
        default: break
        }
        guard value != .unsupported else { return .unsupportedAlgorithm(algorithm.displayText) }
        guard namespace == expected else { return .otherNamespace(namespace) }
        var signed = Self.signedData(namespace: namespace, hash: hash, message: message)
        if let authenticator, let application = key.application {
            guard let data = authenticator.signedData(application: application, over: signed) else {
                return .otherClientData
            }
            signed = data
        }
        guard verify(signed) else { return .doesNotVerify }
        if let authenticator, !authenticator.isUserPresent { return .noUserPresence }
        return nil
    }

    private func verify(_ data: [UInt8]) -> Bool {
        switch (key.algorithm, value) {
        case (.ed25519(let key), .ed25519(let signature)), (.authenticatorEd25519(let key, _), .ed25519(let signature)):
            key.verify(signature, message: data)
        case (.rsa(let key), .rsa(let signature, let function)):
            key.verify(signature, digest: function.digest(of: data), of: function)
        case (.ecdsa(let key), .ecdsa(let r, let s)), (.authenticatorECDSA(let key, _), .ecdsa(let r, let s)):
            key.verify(r: r, s: s, digest: key.curve.sshHash.digest(of: data))
        default: false
        }
    }
}

extension SSHAuthenticatorData {
    /// What the authenticator signs (PROTOCOL.u2f, "SSH U2F Signatures"); nil when the browser's data are for another.
    func signedData(application: [UInt8], over data: [UInt8]) -> [UInt8]? {
        let head = Digest(hashing: application).bytes + [flags] + SSHWire.uint32(counter)
        guard let browser else { return head + Digest(hashing: data).bytes }
        // No attested credential data, and extensions exactly when the flags announce them (WebAuthn §6.1).
        guard flags & 0x40 == 0, (flags & 0x80 != 0) == !browser.extensions.isEmpty, browser.isFor(data) else {
            return nil
        }
        return head + browser.extensions + Digest(hashing: browser.clientData).bytes
    }
}

extension SSHBrowserData {
    /// Whether the JSON begins with the challenge and the origin in the form that WebAuthn §5.8.1.1 prescribes.
    fileprivate func isFor(_ data: [UInt8]) -> Bool {
        let challenge = Base64.encode(data).prefix { $0 != 0x3D }.map { byte in
            byte == 0x2B ? 0x2D : byte == 0x2F ? 0x5F : byte
        }
        let start =
            "{\"type\":\"webauthn.get\",\"challenge\":\"".bytes + challenge + "\",\"origin\":\"".bytes + origin
            + "\"".bytes
        return !origin.contains(0x22) && clientData.starts(with: start)
    }
}

extension SSHPublicKey {
    /// What the FIDO key was made for, such as `ssh:`; nil for other keys.
    public var application: [UInt8]? {
        switch algorithm {
        case .authenticatorEd25519(_, let application), .authenticatorECDSA(_, let application): application
        default: nil
        }
    }
}

extension ECDSAPublicKey.Curve {
    /// The hash function that SSH uses with the curve (RFC 5656 §6.2.1).
    fileprivate var sshHash: HashFunction {
        switch self {
        case .p256: .sha256
        case .p384: .sha384
        case .p521: .sha512
        }
    }
}
