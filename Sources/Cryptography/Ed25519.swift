// Ed25519 signatures (RFC 8032 §5.1).

import CCrypto

/// An Ed25519 public key.
public struct Ed25519PublicKey: Hashable, Sendable {
    /// The 32 bytes of the encoded point.
    public let bytes: [UInt8]

    /// A key of its 32 bytes (RFC 8032 §5.1.2); whether they are a point shows when something is verified.
    public init(_ bytes: [UInt8]) throws(CryptographyError) {
        guard bytes.count == 32 else { throw .keyLength(bytes: bytes.count) }
        self.bytes = bytes
    }

    /// How much work it is to verify a signature, counted as `RSAPublicKey.work` is: about that of a usual key of 4096 bits.
    public static let work = 1 << 28

    /// Whether the 64-byte signature is that of the message.
    public func verify(_ signature: [UInt8], message: [UInt8]) -> Bool {
        guard signature.count == 64 else { return false }
        let key = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe EVP_PKEY_new_raw_public_key_ex(
                LibraryContext.shared, "ED25519", nil, buffer.baseAddress, buffer.count)
        }
        guard let key = unsafe key else { return false }
        defer { unsafe EVP_PKEY_free(key) }
        guard let context = unsafe EVP_MD_CTX_new() else { fatalError("out of memory") }
        defer { unsafe EVP_MD_CTX_free(context) }
        guard unsafe EVP_DigestVerifyInit_ex(context, nil, nil, LibraryContext.shared, nil, key, nil) == 1 else {
            return false
        }
        return unsafe signature.withUnsafeBufferPointer { signature in
            unsafe message.withUnsafeBufferPointer { message in
                unsafe EVP_DigestVerify(
                    context, signature.baseAddress, signature.count, message.baseAddress, message.count) == 1
            }
        }
    }
}

/// An Ed25519 private key, for signed notes, tests and sample archives; its signatures are deterministic.
///
/// The seed is the secret. It stays in memory as long as the value, and is not wiped afterwards.
public struct Ed25519PrivateKey: Sendable {
    /// The public half.
    public let publicKey: Ed25519PublicKey
    private let seed: [UInt8]

    /// The key that a 32-byte seed stands for (RFC 8032 §5.1.5).
    public init(seed: [UInt8]) throws(CryptographyError) {
        guard seed.count == 32 else { throw .keyLength(bytes: seed.count) }
        let key = unsafe Self.handle(of: seed)
        defer { unsafe EVP_PKEY_free(key) }
        let point = unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            var length = 32
            let given = unsafe EVP_PKEY_get_raw_public_key(key, buffer.baseAddress, &length)
            count = given == 1 ? length : 0
        }
        publicKey = try Ed25519PublicKey(point)
        self.seed = seed
    }

    /// The 64-byte signature of a message.
    public func sign(message: [UInt8]) -> [UInt8] {
        let key = unsafe Self.handle(of: seed)
        defer { unsafe EVP_PKEY_free(key) }
        guard let context = unsafe EVP_MD_CTX_new() else { fatalError("out of memory") }
        defer { unsafe EVP_MD_CTX_free(context) }
        guard unsafe EVP_DigestSignInit_ex(context, nil, nil, LibraryContext.shared, nil, key, nil) == 1 else {
            preconditionFailure("libcrypto has no Ed25519")
        }
        return unsafe [UInt8](unsafeUninitializedCapacity: 64) { buffer, count in
            count = 64
            let signed = unsafe message.withUnsafeBufferPointer { message in
                unsafe EVP_DigestSign(context, buffer.baseAddress, &count, message.baseAddress, message.count)
            }
            precondition(signed == 1, "libcrypto did not sign")
        }
    }

    private static func handle(of seed: [UInt8]) -> OpaquePointer? {
        unsafe seed.withUnsafeBufferPointer { buffer in
            unsafe EVP_PKEY_new_raw_private_key_ex(
                LibraryContext.shared, "ED25519", nil, buffer.baseAddress, buffer.count)
        }
    }
}
