// One private libcrypto context: no configuration file, environment or system policy can change what it computes.

import CCrypto

/// The private libcrypto context that every algorithm is fetched from.
@safe
enum LibraryContext {
    /// A context of its own, into which no openssl.cnf is ever loaded; it lives as long as the process.
    nonisolated(unsafe) static let shared: OpaquePointer? = {
        // For its default context, which nothing here uses, libcrypto would read openssl.cnf, or whatever OPENSSL_CONF names.
        guard OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_LOAD_CONFIG), nil) == 1 else { return nil }
        return unsafe OSSL_LIB_CTX_new()
    }()

    nonisolated(unsafe) private static let sha1 = unsafe EVP_MD_fetch(shared, "SHA1", nil)
    nonisolated(unsafe) private static let sha256 = unsafe EVP_MD_fetch(shared, "SHA256", nil)
    nonisolated(unsafe) private static let sha384 = unsafe EVP_MD_fetch(shared, "SHA384", nil)
    nonisolated(unsafe) private static let sha512 = unsafe EVP_MD_fetch(shared, "SHA512", nil)

    /// The implementation of a hash function.
    static func implementation(of function: HashFunction) -> OpaquePointer? {
        switch function {
        case .sha1: unsafe sha1
        case .sha256: unsafe sha256
        case .sha384: unsafe sha384
        case .sha512: unsafe sha512
        }
    }
}
