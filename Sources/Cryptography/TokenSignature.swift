// The signature of a token.

import CCrypto

extension SignedData {
    /// The attributes that bind the signer's certificate, version 2 last; nil for one that is malformed.
    var bindings: [SigningCertificate?] {
        bindingVersions.map { version in
            signedAttributes[version == 1 ? .signingCertificate : .signingCertificateV2]
                .flatMap { SigningCertificate(value: $0, isVersion2: version == 2) }
        }
    }

    /// The versions of `bindings`.
    var bindingVersions: [Int] {
        [1, 2].filter { signedAttributes[$0 == 1 ? .signingCertificate : .signingCertificateV2] != nil }
    }

    private static let rsa: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01]
    private static let ecdsa: [UInt8] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03]

    /// Whether the signature is by an algorithm that names no hash function, or SHA-256, SHA-384 or SHA-512.
    var isKnownSignature: Bool {
        // rsaEncryption, RSASSA-PSS; Ed25519, Ed448.
        let others = [1, 10].map { Self.rsa + [$0] } + [112, 113].map { [43, 101, $0] }
        return signatureHash != nil || others.contains(signatureAlgorithm.contents)
    }

    /// The hash function that the name of the signature's algorithm has; libcrypto goes by the signer's own alone.
    var signatureHash: TimeStampImprint.Algorithm? {
        // SHA-2 with RSA; with ECDSA.
        let names = [[11, 12, 13].map { Self.rsa + [$0] }, [2, 3, 4].map { Self.ecdsa + [$0] }]
        let places = names.compactMap { $0.firstIndex(of: signatureAlgorithm.contents) }
        return places.first.map { [.sha256, .sha384, .sha512][$0] }
    }
}

extension Certificate {
    /// Whether the certificate's key made the signature of the token, over its signed attributes and its content.
    ///
    /// Nothing but this is asked of libcrypto here: neither to choose a certificate nor to trust one.
    func signed(_ token: TimeStampToken) -> Bool {
        defer { ERR_clear_error() }
        var message = unsafe CMS_ContentInfo_new_ex(LibraryContext.shared, nil)
        defer { unsafe CMS_ContentInfo_free(message) }
        let isRead = unsafe token.der.withUnsafeBufferPointer { buffer in
            var place = buffer.baseAddress
            return unsafe d2i_CMS_ContentInfo(&message, &place, buffer.count) != nil
        }
        guard isRead, let output = unsafe BIO_new(BIO_s_mem()) else { return false }
        defer { unsafe BIO_free_all(output) }
        let signers = unsafe OPENSSL_sk_new_null()
        defer { unsafe OPENSSL_sk_free(signers) }
        unsafe OPENSSL_sk_push(signers, UnsafeRawPointer(handle))
        let flags = UInt32(CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY)
        guard unsafe CMS_verify(message, signers, nil, nil, output, flags) == 1 else { return false }
        // What was verified is what was read here.
        var start: UnsafeMutableRawPointer?
        let count = unsafe BIO_ctrl(output, BIO_CTRL_INFO, 0, &start)
        return unsafe UnsafeRawBufferPointer(start: start, count: max(0, count)).elementsEqual(token.signed.content)
    }
}
