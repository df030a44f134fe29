// Certificate revocation lists, read by libcrypto.

import Bytes
import CCrypto

/// Certificate revocation lists as files hold them (RFC 5280 §5).
public struct RevocationLists: Hashable, Sendable {
    /// The most lists that a file may hold.
    public static let mostLists = 64

    /// The DER of each list.
    public let der: [[UInt8]]

    /// No lists.
    public init() { der = [] }

    /// The lists of PEM text, or the one list of DER, as a distribution point answers; at least one.
    public init(derOrPEM bytes: [UInt8]) throws(CryptographyError) {
        let isDER = bytes.first == DERReader.Tag.sequence.rawValue
        let lists = try isDER ? [bytes] : PEM.decode(bytes, .revocationList)
        guard (1...Self.mostLists).contains(lists.count) else {
            throw .malformedPEM(line: 1, expected: "1 to \(Self.mostLists) certificate revocation lists")
        }
        for (place, list) in lists.enumerated() where RevocationList(der: list) == nil {
            throw .malformedRevocationList(number: place + 1)
        }
        der = lists
    }

    init(der: [[UInt8]]) { self.der = der }

    /// The names of the lists' issuers, in order, safe to be shown.
    public var issuers: [String] { der.compactMap { RevocationList(der: $0)?.issuer } }

    /// The PEM text of the lists, in order.
    public var pem: [UInt8] { PEM.encode(der, .revocationList) }

    /// The lists of both, each once.
    public func joined(with other: RevocationLists) -> RevocationLists {
        var seen = Set<[UInt8]>()
        return RevocationLists(der: (der + other.der).filter { seen.insert($0).inserted })
    }
}

/// Why a certificate was revoked (CRLReason, RFC 5280 §5.3.1).
public struct RevocationReason: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The number of the reason.
    public let rawValue: Int

    /// The reason of a number.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// The reasons after which tokens from before the revocation stay good, when they are stated (RFC 3161 §4, item 1).
    public var leavesEarlierTokensGood: Bool { [0, 3, 4, 5].contains(rawValue) }

    /// The name of RFC 5280, such as `keyCompromise`.
    public var description: String {
        let names = [
            "unspecified", "keyCompromise", "cACompromise", "affiliationChanged", "superseded", "cessationOfOperation",
            "certificateHold", "reason 7", "removeFromCRL", "privilegeWithdrawn", "aACompromise",
        ]
        return names.indices.contains(rawValue) ? names[rawValue] : "reason \(rawValue)"
    }
}

/// A list in libcrypto's private context.
@safe
final class RevocationList {
    let issuer: String
    let thisUpdate: Timestamp
    let nextUpdate: Timestamp?
    /// libcrypto's X509_CRL, which lives as long as this object.
    let handle: OpaquePointer

    /// The list of this DER, or nil when it is none.
    init?(der: [UInt8]) {
        guard (try? DERReader.checkForm(of: der, tag: .sequence)) != nil else { return nil }
        var handle = unsafe X509_CRL_new_ex(LibraryContext.shared, nil)
        let isRead = unsafe der.withUnsafeBufferPointer { buffer in
            var place = buffer.baseAddress
            return unsafe d2i_X509_CRL(&handle, &place, buffer.count) != nil
        }
        guard isRead, let handle = unsafe handle,
            let thisUpdate = unsafe Timestamp(X509_CRL_get0_lastUpdate(handle))
        else {
            unsafe X509_CRL_free(handle)
            return nil
        }
        unsafe self.handle = handle
        self.thisUpdate = thisUpdate
        nextUpdate = unsafe Timestamp(X509_CRL_get0_nextUpdate(handle))
        issuer = unsafe DistinguishedName.text(of: X509_CRL_get_issuer(handle))
    }

    deinit { unsafe X509_CRL_free(handle) }

    /// Whether the list is by the issuer of the certificate, going by the name.
    func isByIssuer(of certificate: Certificate) -> Bool {
        unsafe X509_NAME_cmp(X509_CRL_get_issuer(handle), X509_get_issuer_name(certificate.handle)) == 0
    }

    /// Whether the hash function of the signature is at least as strong as SHA-256.
    var isStrong: Bool {
        let number = unsafe X509_CRL_get_signature_nid(handle)
        var hash: Int32 = 0
        guard unsafe OBJ_find_sigid_algs(number, &hash, nil) == 1 else { return false }
        if number == NID_rsassaPss { return hashOfPSS != nil }
        return [NID_sha256, NID_sha384, NID_sha512].contains(hash) || number == NID_ED25519 || number == NID_ED448
    }

    /// The hash function among the parameters of RSASSA-PSS (RFC 4055 §3.1), nil for SHA-1, the default.
    private var hashOfPSS: TimeStampImprint.Algorithm? {
        var algorithm: UnsafePointer<X509_ALGOR>?
        unsafe X509_CRL_get0_signature(handle, nil, &algorithm)
        let count = unsafe i2d_X509_ALGOR(algorithm, nil)
        guard count > 0 else { return nil }
        let der = unsafe [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, filled in
            var place = buffer.baseAddress
            filled = max(0, Int(unsafe i2d_X509_ALGOR(algorithm, &place)))
        }
        var whole = DERReader(der)
        guard var fields = try? whole.contents(of: .sequence), (try? fields.objectIdentifier()) != nil,
            var parameters = try? fields.contents(of: .sequence),
            var hash = try? parameters.contents(of: .constructed0), let identifier = try? hash.algorithm()
        else { return nil }
        return TimeStampImprint.Algorithm(identifier)
    }

    /// The entry of the certificate, which the list was found to revoke.
    func entry(of certificate: Certificate) -> Revocation? {
        var found: OpaquePointer?
        guard unsafe X509_CRL_get0_by_cert(handle, &found, certificate.handle) != 0, let found = unsafe found,
            let date = unsafe Timestamp(X509_REVOKED_get0_revocationDate(found))
        else { return nil }
        return Revocation(
            date: date, invalidityDate: unsafe Self.invalidityDate(of: found), reason: unsafe Self.reason(of: found))
    }

    private static func reason(of entry: OpaquePointer) -> RevocationReason? {
        guard let contents = unsafe value(ofExtension: NID_crl_reason, in: entry) else { return nil }
        var reader = DERReader(contents)
        guard let number = try? reader.contents(of: .enumerated).rest, number.count == 1 else {
            return RevocationReason(rawValue: -1)
        }
        return RevocationReason(rawValue: Int(number[0]))
    }

    private static func invalidityDate(of entry: OpaquePointer) -> Timestamp? {
        guard let contents = unsafe value(ofExtension: NID_invalidity_date, in: entry) else { return nil }
        var reader = DERReader(contents)
        return (try? TimeStampTime(&reader))?.second
    }

    private static func value(ofExtension number: Int32, in entry: OpaquePointer) -> [UInt8]? {
        let place = unsafe X509_REVOKED_get_ext_by_NID(entry, number, -1)
        guard place >= 0, let contents = unsafe X509_EXTENSION_get_data(X509_REVOKED_get_ext(entry, place)) else {
            return nil
        }
        return unsafe bytes(of: contents)
    }
}
