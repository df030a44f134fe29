// Why an SSH signature, key or list of keys cannot be read.

/// A kind of text or blob that OpenSSH writes.
public enum SSHFormat: String, Sendable, CustomStringConvertible {
    /// An armored signature (PROTOCOL.sshsig).
    case signature = "SSH signature"
    /// A public key.
    case publicKey = "SSH public key"
    /// A file of allowed signers (ssh-keygen(1), "ALLOWED SIGNERS").
    case allowedSigners = "allowed signers file"
    /// A list of revoked public keys, one a line.
    case revokedKeys = "list of revoked keys"
    /// A binary key revocation list (PROTOCOL.krl).
    case revocationList = "key revocation list"

    /// The name of the format.
    public var description: String { rawValue }
}

/// What is wrong with the form of a text or blob; a signature that does not verify is a value, not an error.
public enum SSHFormatError: Error, Equatable, CustomStringConvertible {
    /// Something else was expected, in this line (from 1) when there are lines.
    case malformed(SSHFormat, line: Int? = nil, expected: String)
    /// There are more bytes than are read.
    case tooLong(SSHFormat, bytes: Int, limit: Int)

    /// A sentence such as `malformed SSH signature in line 1, expected -----BEGIN SSH SIGNATURE-----`.
    public var description: String {
        switch self {
        case .malformed(let format, let line?, let expected):
            "malformed \(format) in line \(line), expected \(expected)"
        case .malformed(let format, nil, let expected): "malformed \(format), expected \(expected)"
        case .tooLong(let format, let bytes, let limit): "\(format) has \(bytes) bytes, expected at most \(limit)"
        }
    }
}
