// The way from a signer's certificate to an anchor, as it was at a time.

import Bytes
import CCrypto

/// A way from a certificate to its issuers, and whether libcrypto accepts it (RFC 5280 §6).
struct CertificateChain {
    /// The certificates, the signer's first.
    let certificates: [Certificate]
    /// Why the way is not accepted, and at which of the certificates; nil when it is.
    let problem: (code: Int32, depth: Int)?

    /// libcrypto's words for a problem.
    static func words(for code: Int32) -> String {
        unsafe X509_verify_cert_error_string(Int(code)).map { unsafe String(cString: $0) } ?? "error \(code)"
    }

    /// What a way is asked for.
    enum Question {
        /// Whether it was valid for time stamping at a time.
        case timeStamping(at: Timestamp)
        /// What a revocation list says of the first certificate, whatever the time.
        case revocation(RevocationList)
    }

    /// Finds a way from the first certificate to one of the anchors, over those given, and answers the question.
    ///
    /// Each anchor ends the way, whether it signed itself or not. No other certificate is trusted.
    init(from first: Certificate, over others: [Certificate], to anchors: [Certificate], _ question: Question) {
        let store = unsafe X509_STORE_new()
        defer { unsafe X509_STORE_free(store) }
        for anchor in anchors { unsafe X509_STORE_add_cert(store, anchor.handle) }
        if case .revocation(let list) = question { unsafe X509_STORE_add_crl(store, list.handle) }
        let untrusted = unsafe OPENSSL_sk_new_null()
        defer { unsafe OPENSSL_sk_free(untrusted) }
        for other in others { unsafe OPENSSL_sk_push(untrusted, UnsafeRawPointer(other.handle)) }
        let context = unsafe X509_STORE_CTX_new_ex(LibraryContext.shared, nil)
        defer { unsafe X509_STORE_CTX_free(context) }
        guard unsafe X509_STORE_CTX_init(context, store, first.handle, untrusted) == 1,
            let parameters = unsafe X509_STORE_CTX_get0_param(context)
        else { fatalError("out of memory") }
        unsafe Self.set(question, in: parameters)
        let isAccepted = unsafe X509_verify_cert(context) == 1
        let code = unsafe X509_STORE_CTX_get_error(context)
        let depth = Int(unsafe X509_STORE_CTX_get_error_depth(context))
        problem = isAccepted && code == X509_V_OK ? nil : (code == X509_V_OK ? X509_V_ERR_UNSPECIFIED : code, depth)
        let known = [first] + others + anchors
        let found = unsafe X509_STORE_CTX_get0_chain(context)
        certificates = (0..<max(0, unsafe OPENSSL_sk_num(found))).compactMap { place in
            guard let handle = unsafe OPENSSL_sk_value(found, place) else { return nil }
            return known.first { unsafe X509_cmp($0.handle, OpaquePointer(handle)) == 0 }
        }
        ERR_clear_error()
    }

    private static func set(_ question: Question, in parameters: OpaquePointer) {
        var flags = UInt(X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST)
        unsafe X509_VERIFY_PARAM_set_depth(parameters, 16)
        switch question {
        case .timeStamping(let time):
            unsafe X509_VERIFY_PARAM_set_time(parameters, Int(time.secondsSince1970))
            unsafe X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_TIMESTAMP_SIGN)
        case .revocation:
            flags |= UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_NO_CHECK_TIME)
        }
        unsafe X509_VERIFY_PARAM_set_flags(parameters, flags)
    }

    /// The certificates that can be come to from the first one by issuers whose signatures are good, without it.
    ///
    /// What somebody put beside them under the same names has no such signature, and is left out.
    static func reachable(from first: Certificate, in pool: [Certificate]) -> [Certificate] {
        var rest = pool.filter { $0.der != first.der }
        var found: [Certificate] = []
        var queue = [first]
        while let subject = queue.popLast(), !rest.isEmpty {
            let issuers = rest.filter { $0.isIssuer(of: subject) }
            rest.removeAll { candidate in issuers.contains { $0 === candidate } }
            found += issuers
            queue += issuers
        }
        return found
    }

    /// The way upwards from the first certificate, over issuers that were valid at the time where there are such.
    static func ascent(from first: Certificate, over others: [Certificate], at time: Timestamp) -> [Certificate] {
        var way = [first]
        var rest = others
        while let subject = way.last, !subject.isIssuer(of: subject) {
            let issuers = rest.filter { $0.isIssuer(of: subject) }
            let valid = issuers.first {
                ($0.facts.notBefore...max($0.facts.notBefore, $0.facts.notAfter)).contains(time)
            }
            guard let next = valid ?? issuers.first else { break }
            rest.removeAll { $0 === next }
            way.append(next)
        }
        return way
    }
}
