// HMAC-SHA256 (RFC 2104) over libcrypto.

import CCrypto

extension Digest {
    /// HMAC-SHA256 of a message under a key of any length.
    public init(authenticating message: [UInt8], key: [UInt8]) {
        var length = 0
        unsafe self.init(writtenBy: { place in
            unsafe key.withUnsafeBufferPointer { key in
                unsafe message.withUnsafeBufferPointer { message in
                    _ = unsafe EVP_Q_mac(
                        LibraryContext.shared, "HMAC", nil, "SHA256", nil, key.baseAddress, key.count,
                        message.baseAddress, message.count, place, 32, &length)
                }
            }
        })
        precondition(length == 32, "libcrypto has no HMAC-SHA256")
    }
}
