// Keys and signatures made for the tests: in Swift, where they must be odd, and by ssh-keygen.

import Bytes
import Cryptography
import Foundation
import ScratchFolders
import Testing

@testable import Sealing

/// The test data of OpenSSH's own signature tests, beside the project's folder.
enum SharedVectors {
    static let names = ["rsa", "ecdsa", "ed25519", "ed25519_sk", "ecdsa_sk", "ecdsa_sk_webauthn"]

    private static let folder = URL(filePath: #filePath).appending(path: "../../../../shared/vectors/sshsig")
        .standardized

    /// A file, or nil when the data are not there.
    static func read(_ name: String) -> [UInt8]? {
        let data = try? Data(contentsOf: folder.appending(path: name))
        if data == nil { print("stepping aside: \(folder.path) has no \(name)") }
        return data.map(Array.init)
    }
}

/// A signature put together field by field, so that each of them can be wrong.
struct SignatureParts {
    var magic = "SSHSIG".bytes
    var version: UInt32 = 1
    var publicKey: [UInt8]
    var namespace = "file@mailseal".bytes
    var reserved: [UInt8] = []
    var hash = "sha512".bytes
    var signature: [UInt8]
    var after: [UInt8] = []

    var blob: [UInt8] {
        magic + SSHWire.uint32(version) + SSHWire.string(publicKey) + SSHWire.string(namespace)
            + SSHWire.string(reserved) + SSHWire.string(hash) + SSHWire.string(signature) + after
    }

    var armored: [UInt8] { SSHArmor.encode(blob) }
}

/// An Ed25519 key in software, which can act as a FIDO authenticator too.
struct SoftwareKey {
    let key: Ed25519PrivateKey
    /// What the authenticator's key is for; nil for an ordinary key.
    let application: String?

    init(seed: UInt8 = 1, application: String? = nil) throws {
        key = try Ed25519PrivateKey(seed: [UInt8](repeating: seed, count: 32))
        self.application = application
    }

    var type: [UInt8] { (application == nil ? "ssh-ed25519" : "sk-ssh-ed25519@openssh.com").bytes }

    var blob: [UInt8] {
        SSHWire.string(type) + SSHWire.string(key.publicKey.bytes)
            + (application.map { SSHWire.string($0.bytes) } ?? [])
    }

    /// A line of a file of public keys.
    var line: String { "\(type.displayText) \(Base64.encode(blob).displayText)" }

    var publicKey: SSHPublicKey { get throws { try SSHPublicKey(blob: blob) } }

    /// A signature of a message; `flags` and `counter` are those of an authenticator.
    func sign(
        _ message: [UInt8], namespace: String = "file@mailseal", hash: HashFunction = .sha512, flags: UInt8 = 1,
        counter: UInt32 = 7
    ) -> SignatureParts {
        let data = SSHSignature.signedData(namespace: namespace.bytes, hash: hash, message: message)
        var parts = SignatureParts(publicKey: blob, namespace: namespace.bytes, signature: SSHWire.string(type))
        parts.hash = SSHSignature.name(of: hash)
        if let application {
            let signed =
                Digest(hashing: application.bytes).bytes + [flags] + SSHWire.uint32(counter)
                + Digest(hashing: data).bytes
            parts.signature += SSHWire.string(key.sign(message: signed)) + [flags] + SSHWire.uint32(counter)
        } else {
            parts.signature += SSHWire.string(key.sign(message: data))
        }
        return parts
    }
}

/// A temporary folder in which ssh-keygen runs; gone with the value.
final class Workshop: ScratchFolder, @unchecked Sendable {
    /// Makes a key pair of this name without a passphrase, and gives the public half.
    func makeKey(_ name: String, _ options: String) throws -> SSHPublicKey {
        try run("ssh-keygen -q \(options) -N '' -C '\(name) key' -f \(name)")
        return try SSHPublicKeyLine(parsing: Array(read(name + ".pub").dropLast())).key
    }
}
