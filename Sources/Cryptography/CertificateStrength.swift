// Whether the key and the signature of a certificate are strong enough, and what it may be used for.

import CCrypto

extension Certificate {
    /// What is too weak about the key, or nil when it is RSA of at least 2048 bits, EC of at least 256, or Ed25519 or Ed448.
    var weaknessOfKey: String? {
        guard let key = unsafe X509_get0_pubkey(handle) else { return "a key of an unknown kind" }
        let bits = unsafe EVP_PKEY_get_bits(key)
        if unsafe EVP_PKEY_is_a(key, "RSA") == 1 || EVP_PKEY_is_a(key, "RSA-PSS") == 1 {
            return bits >= 2048 ? nil : "an RSA key of \(bits) bits"
        }
        if unsafe EVP_PKEY_is_a(key, "EC") == 1 { return bits >= 256 ? nil : "an EC key of \(bits) bits" }
        if unsafe EVP_PKEY_is_a(key, "ED25519") == 1 || EVP_PKEY_is_a(key, "ED448") == 1 { return nil }
        return "a key of an unknown kind"
    }

    /// What is too weak about the issuer's signature, or nil when its hash function is at least as strong as SHA-256.
    var weaknessOfSignature: String? {
        var hash: Int32 = 0
        var bits: Int32 = 0
        guard unsafe X509_get_signature_info(handle, &hash, nil, &bits, nil) == 1 else {
            return "a signature of an unknown kind"
        }
        // Half of the length of the digest; of Ed25519 128, of SHA-1 and MD5 less than 80.
        return bits >= 128 ? nil : "a signature by \(name(ofHash: hash))"
    }

    /// What makes this no certificate of a time-stamping authority, each thing once (RFC 3161 §2.3).
    var unfitness: [TimeStampFailure.Unfitness] {
        var found: [TimeStampFailure.Unfitness] = []
        let usage = value(ofExtension: NID_ext_key_usage)
        // SEQUENCE of the one identifier 1.3.6.1.5.5.7.3.8.
        let timeStamping: [UInt8] = [0x30, 0x0A, 0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08]
        if usage?.contents != timeStamping { found.append(.notForTimeStampingAlone) }
        if let usage, !usage.isCritical { found.append(.extendedKeyUsageNotCritical) }
        if unsafe X509_check_ca(handle) != 0 { found.append(.authorityCertificate) }
        let keyUsage = unsafe X509_get_key_usage(handle)
        let allowed = UInt32(KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)
        if keyUsage != UInt32.max, keyUsage & ~allowed != 0 || keyUsage & allowed == 0 {
            found.append(.keyUsage)
        }
        return found
    }

    /// Whether an extendedKeyUsage, where there is one, lets this issuer issue certificates for time stamping.
    var mayIssueForTimeStamping: Bool {
        let usage = unsafe X509_get_extended_key_usage(handle)
        return usage == UInt32.max || usage & UInt32(XKU_TIMESTAMP | XKU_ANYEKU) != 0
    }
}

/// libcrypto's name of a hash function by its number.
func name(ofHash number: Int32) -> String {
    guard let name = unsafe OBJ_nid2ln(number) else { return "an unknown hash function" }
    return unsafe String(cString: name)
}
