// Public keys as SSH writes them: a blob that begins with its type, and a line of type, base64 and comment.

import Bytes
public import Cryptography

/// A public key of any type that SSH has; those of types that are not known are kept as they are.
public struct SSHPublicKey: Hashable, Sendable, CustomStringConvertible {
    /// What the key verifies signatures with.
    public enum Algorithm: Hashable, Sendable {
        /// `ssh-ed25519` (RFC 8709).
        case ed25519(Ed25519PublicKey)
        /// `ssh-rsa` (RFC 4253 §6.6).
        case rsa(RSAPublicKey)
        /// `ecdsa-sha2-nistp256`, `-nistp384`, `-nistp521` (RFC 5656 §3.1).
        case ecdsa(ECDSAPublicKey)
        /// `sk-ssh-ed25519@openssh.com`: Ed25519 in a FIDO authenticator, for an application such as `ssh:`.
        case authenticatorEd25519(Ed25519PublicKey, application: [UInt8])
        /// `sk-ecdsa-sha2-nistp256@openssh.com`: ECDSA on P-256 in a FIDO authenticator.
        case authenticatorECDSA(ECDSAPublicKey, application: [UInt8])
        /// A certificate, of any type: not supported.
        case certificate
        /// A type that is not supported.
        case unsupported
    }

    /// The bytes that fingerprints are of, and keys are compared by: each key has one.
    public let blob: [UInt8]
    /// The name of the type, such as `ssh-ed25519`: visible ASCII.
    public let type: [UInt8]
    /// The key itself.
    public let algorithm: Algorithm

    /// The most bytes of a blob that are read.
    public static let maximumLength = 1 << 14

    /// Reads a blob: one of a known type must be sound and in the only form that it has.
    public init(blob: [UInt8]) throws(SSHFormatError) {
        guard blob.count <= Self.maximumLength else {
            throw .tooLong(.publicKey, bytes: blob.count, limit: Self.maximumLength)
        }
        var reader = SSHWireReader(blob, of: .publicKey)
        let type = try reader.string("a key type")
        guard (1...128).contains(type.count), type.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .malformed(.publicKey, expected: "a key type of visible characters")
        }
        self.blob = blob
        self.type = type
        do {
            algorithm = try Self.algorithm(of: type, &reader)
        } catch let error as SSHFormatError {
            throw error
        } catch {
            throw .malformed(.publicKey, expected: "a usable key: \(error)")
        }
    }

    /// Reads the base64 of a blob that must be of this type.
    init(type: ArraySlice<UInt8>, base64: ArraySlice<UInt8>) throws(SSHFormatError) {
        guard base64.count <= Self.maximumLength / 3 * 4 + 4, let blob = Base64.decode(base64) else {
            throw .malformed(.publicKey, expected: "base64 of a key after its type")
        }
        try self.init(blob: blob)
        guard self.type.elementsEqual(type) else {
            throw .malformed(.publicKey, expected: "a key of the type that the line names, found \(typeName)")
        }
    }

    /// The type for showing.
    public var typeName: String { type.displayText }

    /// `SHA256:` and the unpadded base64 of the blob's digest, as `ssh-keygen -l` prints it.
    public var fingerprint: [UInt8] {
        let digest = Base64.encode(Digest(hashing: blob).bytes)
        return "SHA256:".bytes + digest.prefix { $0 != 0x3D }
    }

    /// Type and base64, as a line of a `.pub` file begins.
    public var text: [UInt8] { type + [ASCII.space] + Base64.encode(blob) }

    /// Type and fingerprint for showing.
    public var description: String { "\(typeName) \(fingerprint.displayText)" }

    private static func algorithm(of type: [UInt8], _ reader: inout SSHWireReader) throws -> Algorithm {
        let algorithm: Algorithm
        switch type.displayText {
        case "ssh-ed25519": algorithm = .ed25519(try ed25519(&reader))
        case "ssh-rsa":
            let exponent = try reader.magnitude("an exponent")
            let modulus = try reader.magnitude("a modulus")
            algorithm = .rsa(try RSAPublicKey(modulus: modulus, exponent: exponent))
        case "ecdsa-sha2-nistp256": algorithm = .ecdsa(try ecdsa(.p256, "nistp256", &reader))
        case "ecdsa-sha2-nistp384": algorithm = .ecdsa(try ecdsa(.p384, "nistp384", &reader))
        case "ecdsa-sha2-nistp521": algorithm = .ecdsa(try ecdsa(.p521, "nistp521", &reader))
        case "sk-ssh-ed25519@openssh.com":
            let key = try ed25519(&reader)
            algorithm = .authenticatorEd25519(key, application: try reader.text("an application"))
        case "sk-ecdsa-sha2-nistp256@openssh.com":
            let key = try ecdsa(.p256, "nistp256", &reader)
            algorithm = .authenticatorECDSA(key, application: try reader.text("an application"))
        case let name where name.hasSuffix("-cert-v01@openssh.com") || name.hasSuffix("-cert-v00@openssh.com"):
            return .certificate
        default: return .unsupported
        }
        try reader.finish("the key")
        return algorithm
    }

    private static func ed25519(_ reader: inout SSHWireReader) throws -> Ed25519PublicKey {
        try Ed25519PublicKey(try reader.string("an Ed25519 key"))
    }

    private static func ecdsa(
        _ curve: ECDSAPublicKey.Curve, _ name: String, _ reader: inout SSHWireReader
    ) throws -> ECDSAPublicKey {
        guard try reader.string("a curve") == name.bytes else { throw reader.error("the curve \(name)") }
        return try ECDSAPublicKey(curve: curve, point: try reader.string("a point"))
    }
}

/// A line of a `.pub` file: a key, and what its owner calls it, which nothing covers.
public struct SSHPublicKeyLine: Hashable, Sendable {
    /// The key.
    public let key: SSHPublicKey
    /// What follows the key, as it stands: often a user and a host, perhaps nothing.
    public let comment: [UInt8]

    /// Reads type, base64 and comment, with blanks between them and no line end.
    public init(parsing line: [UInt8]) throws(SSHFormatError) { try self.init(line[...]) }

    init(_ line: ArraySlice<UInt8>) throws(SSHFormatError) {
        let type = line.prefix { !ASCII.isBlank($0) }
        let rest = line.dropFirst(type.count).drop(while: ASCII.isBlank)
        let base64 = rest.prefix { !ASCII.isBlank($0) }
        guard !base64.isEmpty else { throw .malformed(.publicKey, expected: "a key type and base64") }
        key = try SSHPublicKey(type: type, base64: base64)
        comment = Array(ASCII.trimmed(rest.dropFirst(base64.count)))
    }
}
