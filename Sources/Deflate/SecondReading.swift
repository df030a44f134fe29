// Reading what was compressed with a decoder that shares nothing with encoder or reader of this module: libdeflate.

import CLibdeflate
import Glibc

extension Deflate {
    /// Whether libdeflate inflates a whole deflate stream, up to its last byte, to exactly these bytes.
    public static func isStream(_ stream: [UInt8], of bytes: [UInt8]) -> Bool {
        guard let decompressor = unsafe libdeflate_alloc_decompressor() else { return false }
        defer { unsafe libdeflate_free_decompressor(decompressor) }
        var taken = 0
        var given = 0
        let inflated = unsafe [UInt8](unsafeUninitializedCapacity: max(bytes.count, 1)) { buffer, filled in
            let result = unsafe libdeflate_deflate_decompress_ex(
                decompressor, stream, stream.count, buffer.baseAddress, bytes.count, &taken, &given)
            filled = result == LIBDEFLATE_SUCCESS ? given : 0
            if result != LIBDEFLATE_SUCCESS { taken = -1 }
        }
        guard taken == stream.count, given == bytes.count else { return false }
        // The arrays' own comparison goes byte by byte.
        return unsafe inflated.withUnsafeBytes { a in
            unsafe bytes.withUnsafeBytes { b in
                guard let first = a.baseAddress, let second = b.baseAddress else { return true }
                return unsafe memcmp(first, second, given) == 0
            }
        }
    }
}
