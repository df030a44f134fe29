// X.509 certificates, read and compared by libcrypto.

public import Bytes
import CCrypto

/// What a certificate says of itself (RFC 5280 §4.1).
public struct CertificateFacts: Hashable, Sendable {
    /// The subject's name as RFC 2253 writes it, in UTF-8, safe to be shown.
    public let subject: String
    /// The issuer's name, likewise.
    public let issuer: String
    /// The serial number, hexadecimal digits, after a minus sign when it is negative.
    public let serialNumber: String
    /// The first second at which it is valid.
    public let notBefore: Timestamp
    /// The last second at which it is valid.
    public let notAfter: Timestamp
    /// The SHA-256 of its DER.
    public let sha256: Digest
}

/// A certificate in libcrypto's private context.
@safe
final class Certificate {
    let der: [UInt8]
    let facts: CertificateFacts
    /// libcrypto's X509, which lives as long as this object.
    let handle: OpaquePointer

    /// The certificate of this DER, or nil when it is none.
    init?(der: [UInt8]) {
        guard (try? DERReader.checkForm(of: der, tag: .sequence)) != nil else { return nil }
        var handle = unsafe X509_new_ex(LibraryContext.shared, nil)
        let isRead = unsafe der.withUnsafeBufferPointer { buffer in
            var place = buffer.baseAddress
            return unsafe d2i_X509(&handle, &place, buffer.count) != nil
        }
        guard isRead, let handle = unsafe handle,
            let notBefore = unsafe Timestamp(X509_get0_notBefore(handle)),
            let notAfter = unsafe Timestamp(X509_get0_notAfter(handle))
        else {
            // Where its extensions alone are malformed, d2i leaves the certificate; else there is nil to free.
            unsafe X509_free(handle)
            return nil
        }
        unsafe self.handle = handle
        self.der = der
        facts = CertificateFacts(
            subject: unsafe DistinguishedName.text(of: X509_get_subject_name(handle)),
            issuer: unsafe DistinguishedName.text(of: X509_get_issuer_name(handle)),
            serialNumber: TimeStampToken.hexadecimal(unsafe contents(ofInteger: X509_get0_serialNumber(handle))),
            notBefore: notBefore, notAfter: notAfter, sha256: Digest(hashing: der))
    }

    deinit { unsafe X509_free(handle) }

    /// Whether the signer of a token names this certificate.
    func isNamed(by identifier: SignedData.SignerIdentifier) -> Bool {
        switch identifier {
        case .issuerAndSerialNumber(let issuer, let serialNumber):
            guard let name = DistinguishedName(der: issuer) else { return false }
            return unsafe name.matches(X509_get_issuer_name(handle)) && serialNumber == serialNumberDER
        case .subjectKeyIdentifier(let identifier):
            guard let own = unsafe X509_get0_subject_key_id(handle) else { return false }
            return unsafe bytes(of: own) == identifier
        }
    }

    /// The DER of the serial number.
    var serialNumberDER: [UInt8] {
        DERWriter.value(.integer, unsafe contents(ofInteger: X509_get0_serialNumber(handle)))
    }

    /// Whether this certificate's name and key are those that the other was signed with, as far as both tell.
    func isIssuer(of other: Certificate) -> Bool {
        unsafe X509_check_issued(handle, other.handle) == X509_V_OK
            && X509_verify(other.handle, X509_get0_pubkey(handle)) == 1
    }

    /// Whether the name is the subject's or one of its alternative names.
    func isCalled(_ name: GeneralName) -> Bool {
        if let distinguished = name.directoryName.flatMap(DistinguishedName.init(der:)),
            unsafe distinguished.matches(X509_get_subject_name(handle))
        {
            return true
        }
        guard let names = value(ofExtension: NID_subject_alt_name)?.contents else { return false }
        var whole = DERReader(names)
        guard var list = try? whole.contents(of: .sequence) else { return false }
        while let other = try? list.element() {
            if other == name.der { return true }
        }
        return false
    }

    /// Whether the name is the issuer's.
    func isIssued(by name: GeneralName) -> Bool {
        guard let distinguished = name.directoryName.flatMap(DistinguishedName.init(der:)) else { return false }
        return unsafe distinguished.matches(X509_get_issuer_name(handle))
    }

    /// The contents of an extension that stands there once, and whether it is critical; nil when there is none.
    func value(ofExtension number: Int32) -> (contents: [UInt8], isCritical: Bool)? {
        let place = unsafe X509_get_ext_by_NID(handle, number, -1)
        guard place >= 0, unsafe X509_get_ext_by_NID(handle, number, place) < 0 else { return nil }
        let found = unsafe X509_get_ext(handle, place)
        guard let contents = unsafe X509_EXTENSION_get_data(found) else { return nil }
        return (unsafe bytes(of: contents), unsafe X509_EXTENSION_get_critical(found) == 1)
    }
}

/// The bytes of an ASN.1 string.
func bytes(of string: UnsafePointer<ASN1_STRING>) -> [UInt8] {
    let count = max(0, Int(unsafe ASN1_STRING_length(string)))
    return unsafe Array(UnsafeBufferPointer(start: ASN1_STRING_get0_data(string), count: count))
}

/// The two's complement of an INTEGER, of the shortest form.
func contents(ofInteger number: UnsafePointer<ASN1_INTEGER>?) -> [UInt8] {
    let count = unsafe i2d_ASN1_INTEGER(number, nil)
    guard count > 0 else { return [] }
    let der = unsafe [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, filled in
        var place = buffer.baseAddress
        filled = max(0, Int(unsafe i2d_ASN1_INTEGER(number, &place)))
    }
    var reader = DERReader(der)
    return (try? reader.contents(of: .integer).rest) ?? []
}

extension Timestamp {
    /// The second of a time in a certificate or revocation list, or nil when it is none of UTC.
    init?(_ time: UnsafePointer<ASN1_TIME>?) {
        var fields = unsafe tm()
        guard unsafe time != nil, unsafe ASN1_TIME_to_tm(time, &fields) == 1 else { return nil }
        let (year, month, day) = unsafe (Int(fields.tm_year) + 1900, Int(fields.tm_mon) + 1, Int(fields.tm_mday))
        let (hour, minute, second) = unsafe (Int64(fields.tm_hour), Int64(fields.tm_min), Int64(fields.tm_sec))
        guard let date = CivilDate(year: year, month: month, day: day) else { return nil }
        let seconds = hour * 3600 + minute * 60 + second
        self.init(secondsSince1970: date.daysSince1970 * 86_400 + seconds)
    }
}
