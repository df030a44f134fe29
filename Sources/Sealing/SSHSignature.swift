// SSH signatures of files (PROTOCOL.sshsig): what is in one, read strictly; SSHSignatureCheck.swift verifies it.

import Bytes
public import Cryptography

/// A signature that names its key, the purpose (namespace) and the hash function; nothing is verified before `check`.
public struct SSHSignature: Hashable, Sendable {
    /// The key that it claims to be made with.
    public let key: SSHPublicKey
    /// What it is for, such as `file@mailseal`; not empty.
    public let namespace: [UInt8]
    /// The hash function that the message went through first: `sha256` or `sha512`.
    public let hash: HashFunction
    /// The name of the signature algorithm, such as `rsa-sha2-512`.
    public let algorithm: [UInt8]
    /// What the authenticator of a FIDO key said, covered by the signature; nil for other keys.
    public let authenticator: SSHAuthenticatorData?
    /// The numbers.
    let value: SSHSignatureValue
    /// What is between the armor's lines.
    let blob: [UInt8]

    /// Reads the text of a signature file: exactly what ssh-keygen writes, to the last byte.
    public init(armored text: [UInt8]) throws(SSHFormatError) { try self.init(blob: SSHArmor.decode(text)) }

    /// Reads a blob (PROTOCOL.sshsig §2): version 1, and an empty reserved field, which no signature covers.
    init(blob: [UInt8]) throws(SSHFormatError) {
        var reader = SSHWireReader(blob, of: .signature)
        guard try reader.raw(6, "SSHSIG") == Self.magic else { throw reader.error("SSHSIG") }
        guard try reader.uint32("a version") == 1 else { throw reader.error("version 1") }
        key = try SSHPublicKey(blob: reader.string("a public key"))
        namespace = try reader.text("a namespace")
        guard !namespace.isEmpty else { throw reader.error("a namespace that is not empty") }
        guard try reader.string("a reserved field").isEmpty else { throw reader.error("an empty reserved field") }
        switch try reader.string("a hash function") {
        case Self.name(of: .sha256): hash = .sha256
        case Self.name(of: .sha512): hash = .sha512
        default: throw reader.error("hash function sha256 or sha512")
        }
        var signature = SSHWireReader(try reader.string("a signature"), of: .signature)
        try reader.finish("the signature")
        algorithm = try signature.text("a signature algorithm")
        (value, authenticator) = try SSHSignatureValue.read(&signature, algorithm, of: key)
        self.blob = blob
    }

    /// The text of the signature file.
    public var armored: [UInt8] { SSHArmor.encode(blob) }

    /// The bytes that the key signs (PROTOCOL.sshsig §3).
    static func signedData(namespace: [UInt8], hash: HashFunction, message: [UInt8]) -> [UInt8] {
        let running = RunningHash(hash)
        running.update(message)
        return magic + SSHWire.string(namespace) + SSHWire.string([]) + SSHWire.string(name(of: hash))
            + SSHWire.string(running.finish())
    }

    static let magic = "SSHSIG".bytes

    static func name(of hash: HashFunction) -> [UInt8] { "\(hash)".bytes }
}

/// What a FIDO authenticator adds to the message before it signs (PROTOCOL.u2f; WebAuthn §6.1).
public struct SSHAuthenticatorData: Hashable, Sendable {
    /// The flags as they are.
    public let flags: UInt8
    /// How often the authenticator has signed, if it counts.
    public let counter: UInt32
    /// What a browser said of the request, when it made the signature (PROTOCOL.u2f, "webauthn"); else nil.
    public let browser: SSHBrowserData?

    /// Bit 0: a person touched the authenticator.
    public var isUserPresent: Bool { flags & 0x01 != 0 }
    /// Bit 2: the authenticator knew the person, by a PIN or a fingerprint.
    public var isUserVerified: Bool { flags & 0x04 != 0 }
}

/// What a browser adds to a signature that a web page asked for.
public struct SSHBrowserData: Hashable, Sendable {
    /// The page's origin, such as `https://example.org`.
    public let origin: [UInt8]
    /// The JSON that was signed in the message's stead.
    let clientData: [UInt8]
    /// The authenticator's extension data (CBOR), uninterpreted.
    let extensions: [UInt8]
}

/// The numbers of a signature, by what reads them.
enum SSHSignatureValue: Hashable, Sendable {
    /// 64 bytes (RFC 8709 §6).
    case ed25519([UInt8])
    /// As long as the modulus (RFC 8332 §3).
    case rsa([UInt8], HashFunction)
    /// r and s (RFC 5656 §3.1.2).
    case ecdsa(r: [UInt8], s: [UInt8])
    /// The algorithm does not belong to the key, or is not supported.
    case unsupported

    /// Reads what follows the name of the algorithm, to the end.
    static func read(
        _ reader: inout SSHWireReader, _ algorithm: [UInt8], of key: SSHPublicKey
    ) throws(SSHFormatError) -> (SSHSignatureValue, SSHAuthenticatorData?) {
        let value: SSHSignatureValue
        var authenticator: SSHAuthenticatorData?
        switch (key.algorithm, algorithm.displayText) {
        case (.ed25519, "ssh-ed25519"): value = .ed25519(try reader.string("an Ed25519 signature"))
        case (.rsa, "rsa-sha2-256"): value = .rsa(try reader.string("an RSA signature"), .sha256)
        case (.rsa, "rsa-sha2-512"): value = .rsa(try reader.string("an RSA signature"), .sha512)
        case (.ecdsa, _) where algorithm == key.type: value = try ecdsa(&reader)
        case (.authenticatorEd25519, _) where algorithm == key.type:
            value = .ed25519(try reader.string("an Ed25519 signature"))
            authenticator = try SSHAuthenticatorData(&reader)
        case (.authenticatorECDSA, _) where algorithm == key.type:
            value = try ecdsa(&reader)
            authenticator = try SSHAuthenticatorData(&reader)
        case (.authenticatorECDSA, "webauthn-sk-ecdsa-sha2-nistp256@openssh.com"):
            value = try ecdsa(&reader)
            authenticator = try SSHAuthenticatorData(browser: &reader)
        default: return (.unsupported, nil)
        }
        try reader.finish("the numbers of the signature")
        return (value, authenticator)
    }

    private static func ecdsa(_ reader: inout SSHWireReader) throws(SSHFormatError) -> SSHSignatureValue {
        var numbers = SSHWireReader(try reader.string("an ECDSA signature"), of: .signature)
        let r = try numbers.magnitude("a number r")
        let s = try numbers.magnitude("a number s")
        try numbers.finish("r and s")
        return .ecdsa(r: r, s: s)
    }
}

extension SSHAuthenticatorData {
    fileprivate init(_ reader: inout SSHWireReader) throws(SSHFormatError) {
        flags = try reader.byte("authenticator flags")
        counter = try reader.uint32("an authenticator counter")
        browser = nil
    }

    fileprivate init(browser reader: inout SSHWireReader) throws(SSHFormatError) {
        flags = try reader.byte("authenticator flags")
        counter = try reader.uint32("an authenticator counter")
        let origin = try reader.text("an origin")
        let clientData = try reader.string("client data")
        let extensions = try reader.string("extensions")
        browser = SSHBrowserData(origin: origin, clientData: clientData, extensions: extensions)
    }
}
