// What the user believes of seals: whose keys, which authorities.

public import Bytes
public import Cryptography
import Files
public import MerkleTree
public import Sealing

/// What a seal is checked against: nothing is trusted that is not named here.
public struct SealCheckOptions: Sendable {
    /// Whose SSH keys are whose; nil when nobody was named.
    public var allowedSigners: AllowedSigners?
    /// SSH keys that must not be relied on.
    public var revokedKeys: RevokedKeys?
    /// The note keys, of which one must have signed.
    public var noteKeys: [NoteVerifierKey] = []
    /// The certificates of time-stamping authorities, or of their issuers; nil when nobody was named.
    public var anchors: CertificateList?
    /// The time at which a signer must be allowed when no stamp proves one; nil for now.
    public var time: Timestamp?

    /// Nobody is named.
    public init() {}

    /// Whether the user named anything that only a seal can meet.
    public var namesAnything: Bool {
        allowedSigners != nil || revokedKeys != nil || !noteKeys.isEmpty || anchors != nil
    }

    /// Reads a file of allowed signers.
    public mutating func readAllowedSigners(_ path: [UInt8]) throws {
        let text = try ReadableFile.bytes(named: path, limit: AllowedSigners.maximumLength)
        allowedSigners = try Self.naming(path) { try AllowedSigners(parsing: text) }
    }

    /// Reads a list of revoked keys of either form.
    public mutating func readRevokedKeys(_ path: [UInt8]) throws {
        let text = try ReadableFile.bytes(named: path, limit: RevokedKeys.maximumLength)
        revokedKeys = try Self.naming(path) { try RevokedKeys(parsing: text) }
    }

    /// Adds the note key that a text is, or the keys in the lines of a file.
    public mutating func addNoteKeys(_ text: [UInt8]) throws {
        if let key = try? NoteVerifierKey(parsing: text) { return noteKeys.append(key) }
        let lines: [UInt8]
        do {
            lines = try ReadableFile.bytes(named: text, limit: 1 << 16)
        } catch let error as FileError where error.isMissing {
            throw MailsealError(
                "\(text.displayText) is neither a note key nor a file", hint: "a note key is NAME+HASH+BASE64")
        }
        let keys = try Self.naming(text) {
            try lines.split(separator: ASCII.lf).map { try NoteVerifierKey(parsing: Array(ASCII.trimmed($0))) }
        }
        guard !keys.isEmpty else { throw MailsealError("\(text.displayText) has no note key") }
        noteKeys += keys
    }

    /// Adds the certificates of a file, PEM or DER.
    public mutating func addAnchors(_ path: [UInt8]) throws {
        let bytes = try ReadableFile.bytes(named: path, limit: 1 << 20)
        let list = try Self.naming(path) { try CertificateList(derOrPEM: bytes) }
        anchors = (anchors ?? CertificateList()).joined(with: list)
    }

    private static func naming<T>(_ path: [UInt8], _ body: () throws -> T) throws -> T {
        do { return try body() } catch { throw MailsealError("\(path.displayText): \(error)") }
    }
}
