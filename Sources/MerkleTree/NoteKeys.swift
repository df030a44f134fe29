// The keys of signed notes and the texts that they are passed on in (C2SP signed-note; Go's sumdb/note).

import Bytes
public import Cryptography

/// What a signature line says of its key: a name, and four bytes of a hash that tell keys of one name apart.
public struct NoteKeyID: Hashable, Sendable, CustomStringConvertible {
    /// The key name: UTF-8, not empty, without Unicode white space and `+`.
    public let name: [UInt8]
    /// The first four bytes of SHA-256(name || 0x0A || type || key), big-endian.
    public let hash: UInt32

    /// An identifier as it was read; nil when the name is none.
    init?(name: [UInt8], hash: UInt32) {
        guard NoteText.isKeyName(name) else { return nil }
        self.name = name
        self.hash = hash
    }

    /// `NAME+HASH`, the hash as eight lower-case hexadecimal digits.
    public var text: [UInt8] { name + "+".bytes + Hexadecimal.encode(UInt64(hash), width: 8) }

    /// `NAME+HASH` for showing.
    public var description: String { text.displayText }
}

/// A public key that signed notes are verified with: Ed25519 and a name.
public struct NoteVerifierKey: Hashable, Sendable, CustomStringConvertible {
    /// The name and the hash that signature lines bear.
    public let id: NoteKeyID
    /// The key.
    public let key: Ed25519PublicKey

    /// A key under a name that notes may have.
    public init(name: [UInt8], key: Ed25519PublicKey) throws(MerkleTreeError) {
        let digest = Digest(hashing: name + [ASCII.lf, ed25519Type] + key.bytes).bytes
        guard let id = NoteKeyID(name: name, hash: bigEndian(digest.prefix(4))) else { throw .keyName }
        self.id = id
        self.key = key
    }

    /// Reads exactly the text that `text` gives, without a line end.
    public init(parsing text: [UInt8]) throws(MerkleTreeError) {
        guard let parts = KeyText(text[...]) else { throw .malformedVerifierKey }
        guard parts.type == ed25519Type else { throw .noteKeyType(parts.type) }
        guard let key = try? Ed25519PublicKey(parts.key) else { throw .malformedVerifierKey }
        try self.init(name: parts.name, key: key)
        guard id.hash == parts.hash else { throw .keyHash }
    }

    /// `NAME+HASH+BASE64`: what Go's note package calls a verifier key, C2SP a vkey.
    public var text: [UInt8] { id.text + "+".bytes + Base64.encode([ed25519Type] + key.bytes) }

    /// `NAME+HASH+BASE64` for showing.
    public var description: String { text.displayText }
}

/// A private key that signs notes; its text is a secret.
public struct NoteSignerKey: Sendable, CustomStringConvertible {
    /// The public half.
    public let verifierKey: NoteVerifierKey
    private let seed: [UInt8]
    private let key: Ed25519PrivateKey

    /// A new key of 32 bytes from the system's random source.
    ///
    /// The name must be visible ASCII without `+`, so that no two names look the same.
    public init(name: [UInt8], seed: [UInt8]) throws(MerkleTreeError) {
        guard name.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .keyName }
        try self.init(anyName: name, seed: seed)
    }

    /// Reads exactly the text that `text` gives, without a line end.
    public init(parsing text: [UInt8]) throws(MerkleTreeError) {
        guard text.starts(with: Self.prefix), let parts = KeyText(text.dropFirst(Self.prefix.count)) else {
            throw .malformedSignerKey
        }
        guard parts.type == ed25519Type else { throw .noteKeyType(parts.type) }
        try self.init(anyName: parts.name, seed: parts.key)
        guard verifierKey.id.hash == parts.hash else { throw .keyHash }
    }

    private init(anyName name: [UInt8], seed: [UInt8]) throws(MerkleTreeError) {
        guard let key = try? Ed25519PrivateKey(seed: seed) else { throw .malformedSignerKey }
        verifierKey = try NoteVerifierKey(name: name, key: key.publicKey)
        self.seed = seed
        self.key = key
    }

    private static let prefix = "PRIVATE+KEY+".bytes

    /// `PRIVATE+KEY+NAME+HASH+BASE64`, which Go's note package calls a signer key: a secret.
    public var text: [UInt8] {
        Self.prefix + verifierKey.id.text + "+".bytes + Base64.encode([ed25519Type] + seed)
    }

    /// The public half for showing.
    public var description: String { "private half of \(verifierKey)" }

    /// The signature of a note's text, which must be one.
    public func sign(_ text: [UInt8]) throws(MerkleTreeError) -> NoteSignature {
        guard NoteText.isNoteText(text) else { throw .malformedNote }
        return NoteSignature(id: verifierKey.id, value: key.sign(message: text))
    }
}

/// Signature type 1 of C2SP signed-note: Ed25519 over the text.
private let ed25519Type: UInt8 = 1

/// `NAME+HASH+BASE64`, taken apart.
private struct KeyText {
    let name: [UInt8]
    let hash: UInt32
    let type: UInt8
    let key: [UInt8]

    init?(_ text: ArraySlice<UInt8>) {
        // The base64 may have a plus, names have none.
        let parts = text.split(separator: 0x2B, maxSplits: 2, omittingEmptySubsequences: false)
        guard text.count <= 1024, parts.count == 3, NoteText.isKeyName(parts[0]), parts[1].count == 8,
            let hash = Hexadecimal.decodeNumber(parts[1]), let key = Base64.decode(parts[2]), let type = key.first
        else { return nil }
        name = Array(parts[0])
        self.hash = UInt32(truncatingIfNeeded: hash)
        self.type = type
        self.key = Array(key.dropFirst())
    }
}

/// The number of at most four bytes.
func bigEndian(_ bytes: some Sequence<UInt8>) -> UInt32 { bytes.reduce(0) { $0 << 8 | UInt32($1) } }
