// Keys that must not be relied on any more: what `ssh-keygen -Y verify -r` takes.

import Bytes
import Cryptography

/// A list of revoked keys: public keys, one a line, or a binary key revocation list (PROTOCOL.krl).
public struct RevokedKeys: Hashable, Sendable {
    /// SHA-256 of the blobs of keys, whether the list has the blobs or the digests.
    private var digests: Set<Digest> = []
    /// SHA-1 of blobs, where the list has nothing better.
    private var sha1Digests: Set<[UInt8]> = []

    /// The most bytes of a list that are read.
    public static let maximumLength = 1 << 22

    /// Reads a list of either form; the first eight bytes tell which it is.
    public init(parsing bytes: [UInt8]) throws(SSHFormatError) {
        let isBinary = bytes.starts(with: Self.magic)
        guard bytes.count <= Self.maximumLength else {
            throw .tooLong(
                isBinary ? .revocationList : .revokedKeys, bytes: bytes.count, limit: Self.maximumLength)
        }
        if isBinary { try readSections(of: bytes) } else { try readLines(of: bytes) }
    }

    /// Whether the list has the key itself or a digest of it.
    ///
    /// Certificates that a list revokes are passed over, since none is accepted.
    public func contains(_ key: SSHPublicKey) -> Bool {
        digests.contains(Digest(hashing: key.blob)) || sha1Digests.contains(HashFunction.sha1.digest(of: key.blob))
    }

    /// The number of different keys and digests.
    public var count: Int { digests.count + sha1Digests.count }

    private mutating func readLines(of text: [UInt8]) throws(SSHFormatError) {
        var lines = SSHListLines(text)
        while let (number, line) = lines.next() {
            // OpenSSH takes a certificate for the key in it.
            guard let key = try? SSHPublicKeyLine(line).key, key.algorithm != .certificate else {
                let isOther = line.prefix { !ASCII.isBlank($0) }.contains(0x3A)
                throw .malformed(
                    .revokedKeys, line: number,
                    expected: isOther
                        ? "a public key; of lines such as hash: and serial: ssh-keygen -k makes a revocation list"
                        : "a public key, which is a type and base64, and no certificate")
            }
            digests.insert(Digest(hashing: key.blob))
        }
    }

    /// `SSHKRL`, LF and NUL.
    private static let magic = "SSHKRL\n\0".bytes

    /// The kinds of sections (PROTOCOL.krl §1).
    private enum Section: UInt8 {
        case certificates = 1
        case explicitKeys = 2
        case sha1Fingerprints = 3
        case signature = 4
        case sha256Fingerprints = 5
        case `extension` = 255
    }

    private mutating func readSections(of bytes: [UInt8]) throws(SSHFormatError) {
        var reader = SSHWireReader(bytes, of: .revocationList)
        _ = try reader.raw(Self.magic.count, "SSHKRL")
        guard try reader.uint32("a format version") == 1 else { throw reader.error("format version 1") }
        for what in ["a version", "a date", "flags"] { _ = try reader.uint64(what) }
        _ = try reader.string("a reserved field")
        _ = try reader.text("a comment")
        while !reader.isAtEnd {
            let type = try reader.byte("a section")
            var section = SSHWireReader(try reader.string("a section"), of: .revocationList)
            switch Section(rawValue: type) {
            case .certificates: continue
            case .explicitKeys: while !section.isAtEnd { digests.insert(Digest(hashing: try section.string("a key"))) }
            case .sha1Fingerprints: try readDigests(&section, length: 20)
            case .sha256Fingerprints: try readDigests(&section, length: 32)
            // OpenSSH does not look at signatures of lists either: the list must be trusted for another reason.
            case .signature: _ = try reader.string("a signature")
            case .extension: try readExtension(&section)
            case nil: throw reader.error("a section of type 1 to 5 or 255, found \(type)")
            }
        }
    }

    private mutating func readDigests(_ section: inout SSHWireReader, length: Int) throws(SSHFormatError) {
        while !section.isAtEnd {
            let bytes = try section.string("a fingerprint")
            guard bytes.count == length else { throw section.error("a fingerprint of \(length) bytes") }
            if let digest = Digest(bytes) { digests.insert(digest) } else { sha1Digests.insert(bytes) }
        }
    }

    private func readExtension(_ section: inout SSHWireReader) throws(SSHFormatError) {
        let name = try section.text("the name of an extension")
        let isCritical = try section.byte("whether an extension is critical") != 0
        _ = try section.string("an extension")
        try section.finish("an extension")
        guard !isCritical else {
            throw section.error("no critical extension, found \(safeForTerminal(name.displayText))")
        }
    }
}
