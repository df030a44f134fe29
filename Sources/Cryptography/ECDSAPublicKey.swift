// ECDSA verification (FIPS 186-5 §6.4.2) on the three prime curves that SSH keys and time stamps use.

import CCrypto

/// An ECDSA public key on one of NIST's prime curves.
public struct ECDSAPublicKey: Hashable, Sendable {
    /// A curve of FIPS 186-5, appendix D.1.2 (SP 800-186).
    public enum Curve: Hashable, Sendable, CaseIterable {
        /// P-256, also called prime256v1 and secp256r1.
        case p256
        /// P-384, also called secp384r1.
        case p384
        /// P-521, also called secp521r1.
        case p521

        /// The length of a coordinate, and of a number below the order, in bytes.
        public var coordinateLength: Int {
            switch self {
            case .p256: 32
            case .p384: 48
            case .p521: 66
            }
        }

        /// The name that libcrypto knows it by.
        var groupName: String {
            switch self {
            case .p256: "P-256"
            case .p384: "P-384"
            case .p521: "P-521"
            }
        }
    }

    /// The curve.
    public let curve: Curve
    /// The uncompressed point: 0x04 and the two coordinates, big-endian (SEC 1 §2.3.3).
    public let point: [UInt8]

    /// A key of its uncompressed point, which must be on the curve.
    public init(curve: Curve, point: [UInt8]) throws(CryptographyError) {
        let length = 2 * curve.coordinateLength + 1
        guard point.count == length, point.first == 0x04 else {
            throw .pointForm(bytes: point.count, expected: length)
        }
        self.curve = curve
        self.point = point
        guard let handle = unsafe handle() else { throw .notOnCurve }
        unsafe EVP_PKEY_free(handle)
    }

    /// Whether the numbers r and s, big-endian, are a signature of the digest.
    ///
    /// Numbers that are zero, or not below the order of the curve, are none. (r, −s) verifies whenever (r, s) does:
    /// that is how ECDSA is, so the bytes of a signature are no name for it.
    public func verify(r: [UInt8], s: [UInt8], digest: [UInt8]) -> Bool {
        let numbers = [r, s].map { Array($0.drop { $0 == 0 }) }
        guard !digest.isEmpty, numbers.allSatisfy({ (1...curve.coordinateLength).contains($0.count) }) else {
            return false
        }
        let signature = DERWriter.value(.sequence, numbers.flatMap(DERWriter.integer))
        guard let key = unsafe handle() else { return false }
        defer { unsafe EVP_PKEY_free(key) }
        guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(LibraryContext.shared, key, nil) else {
            fatalError("out of memory")
        }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_verify_init(context) == 1 else { return false }
        return unsafe signature.withUnsafeBufferPointer { signature in
            unsafe digest.withUnsafeBufferPointer { digest in
                unsafe EVP_PKEY_verify(
                    context, signature.baseAddress, signature.count, digest.baseAddress, digest.count) == 1
            }
        }
    }

    /// What libcrypto calls EVP_PKEY_PUBLIC_KEY.
    private static let selection =
        OSSL_KEYMGMT_SELECT_PUBLIC_KEY | OSSL_KEYMGMT_SELECT_DOMAIN_PARAMETERS | OSSL_KEYMGMT_SELECT_OTHER_PARAMETERS

    /// libcrypto's key, to be freed; nil when the point is not on the curve.
    private func handle() -> OpaquePointer? {
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(LibraryContext.shared, "EC", nil) else { return nil }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_fromdata_init(context) == 1 else { return nil }
        var key: OpaquePointer?
        var name = Array(curve.groupName.utf8CString)
        var bytes = point
        // The parameters point to their names, which must outlive the call.
        let made = unsafe OSSL_PKEY_PARAM_GROUP_NAME.withCString { group in
            unsafe OSSL_PKEY_PARAM_PUB_KEY.withCString { pub in
                unsafe name.withUnsafeMutableBufferPointer { name in
                    unsafe bytes.withUnsafeMutableBytes { bytes in
                        var parameters = unsafe [
                            OSSL_PARAM_construct_utf8_string(group, name.baseAddress, 0),
                            OSSL_PARAM_construct_octet_string(pub, bytes.baseAddress, bytes.count),
                            OSSL_PARAM_construct_end(),
                        ]
                        return unsafe EVP_PKEY_fromdata(context, &key, Self.selection, &parameters)
                    }
                }
            }
        }
        return made == 1 ? unsafe key : nil
    }
}
