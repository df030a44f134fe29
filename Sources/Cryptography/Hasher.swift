// Incremental hashing over libcrypto.

import CCrypto

/// A hash function of FIPS 180-4.
public enum HashFunction: Sendable {
    /// SHA-1, 20 bytes: for old DKIM signatures only.
    case sha1
    /// SHA-256, 32 bytes.
    case sha256
    /// SHA-384, 48 bytes: for signatures on the curve P-384.
    case sha384
    /// SHA-512, 64 bytes.
    case sha512

    /// The length of its digest in bytes.
    public var digestLength: Int {
        switch self {
        case .sha1: 20
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }
}

/// A running hash: bytes go in with `update`, the digest comes out once with `finish`.
@safe
public final class RunningHash {
    private let context: OpaquePointer
    private let function: HashFunction

    /// A hash of no bytes yet.
    public init(_ function: HashFunction) {
        guard let context = unsafe EVP_MD_CTX_new() else { fatalError("out of memory") }
        unsafe self.context = context
        self.function = function
        let started = unsafe EVP_DigestInit_ex2(context, LibraryContext.implementation(of: function), nil)
        precondition(started == 1, "libcrypto has no \(function)")
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    private init(copying other: RunningHash) {
        guard let context = unsafe EVP_MD_CTX_new() else { fatalError("out of memory") }
        unsafe self.context = context
        function = other.function
        let copied = unsafe EVP_MD_CTX_copy_ex(context, other.context)
        precondition(copied == 1, "libcrypto did not copy a hash")
    }

    /// A hash of the same bytes so far, which goes on by itself.
    public func copy() -> RunningHash { RunningHash(copying: self) }

    /// Begins again with no bytes, after a digest or before.
    public func restart() {
        let started = unsafe EVP_DigestInit_ex2(context, nil, nil)
        precondition(started == 1, "libcrypto did not restart a hash")
    }

    /// Appends bytes to what is hashed.
    public func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            _ = unsafe EVP_DigestUpdate(context, buffer.baseAddress, buffer.count)
        }
    }

    /// Appends bytes to what is hashed.
    public func update(_ bytes: [UInt8]) { update(bytes.span) }

    /// Appends bytes to what is hashed.
    public func update(_ bytes: ArraySlice<UInt8>) { update(bytes.span) }

    /// The digest of all bytes, `digestLength` of them; the hash must not be used again.
    public func finish() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: function.digestLength) { buffer, count in
            let finished = unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
            precondition(finished == 1, "libcrypto did not finish a digest")
            count = function.digestLength
        }
    }

    /// The digest of all bytes of a running SHA-256; the hash must not be used again.
    public func finishDigest() -> Digest {
        guard function == .sha256 else { preconditionFailure("only SHA-256 gives a Digest") }
        return unsafe Digest(writtenBy: {
            let finished = unsafe EVP_DigestFinal_ex(context, $0, nil)
            precondition(finished == 1, "libcrypto did not finish a digest")
        })
    }
}

extension HashFunction {
    /// The digest of the bytes.
    public func digest(of bytes: [UInt8]) -> [UInt8] {
        let hash = RunningHash(self)
        hash.update(bytes)
        return hash.finish()
    }
}

extension Digest {
    /// The SHA-256 of the bytes.
    public init(hashing bytes: Span<UInt8>) {
        let hash = RunningHash(.sha256)
        hash.update(bytes)
        self = hash.finishDigest()
    }

    /// The SHA-256 of the bytes.
    public init(hashing bytes: [UInt8]) { self.init(hashing: bytes.span) }
}
