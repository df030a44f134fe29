// Names of X.500 and of the Internet, as certificates and tokens hold them.

import Bytes
import CCrypto

/// A distinguished name (X.501), which libcrypto compares and prints.
@safe
final class DistinguishedName {
    private let handle: OpaquePointer

    /// The name of this DER, or nil when it is none.
    init?(der: [UInt8]) {
        let parsed = unsafe der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var place = buffer.baseAddress
            let name = unsafe d2i_X509_NAME(nil, &place, buffer.count)
            guard unsafe name == nil || place == buffer.baseAddress.map({ unsafe $0 + buffer.count }) else {
                unsafe X509_NAME_free(name)
                return nil
            }
            return unsafe name
        }
        guard let handle = unsafe parsed else { return nil }
        unsafe self.handle = handle
    }

    deinit { unsafe X509_NAME_free(handle) }

    /// Whether the names are the same, apart from case and white space (RFC 5280 §7.1).
    func matches(_ name: OpaquePointer?) -> Bool { unsafe X509_NAME_cmp(handle, name) == 0 }

    var text: String { unsafe Self.text(of: handle) }

    /// A name as RFC 2253 writes it, in UTF-8, safe to be shown.
    static func text(of name: OpaquePointer?) -> String {
        guard let output = unsafe BIO_new(BIO_s_mem()) else { fatalError("out of memory") }
        defer { unsafe BIO_free_all(output) }
        guard unsafe X509_NAME_print_ex(output, name, 0, mailseal_name_flags()) >= 0 else { return "" }
        var start: UnsafeMutableRawPointer?
        let count = unsafe BIO_ctrl(output, BIO_CTRL_INFO, 0, &start)
        return safeForTerminal(unsafe UnsafeRawBufferPointer(start: start, count: max(0, count)).displayText)
    }
}

/// A GeneralName (RFC 5280 §4.2.1.6).
struct GeneralName: Hashable, Sendable {
    /// All its bytes.
    let der: [UInt8]

    /// The DER of the distinguished name, when it is one.
    var directoryName: [UInt8]? {
        var reader = DERReader(der)
        guard var name = try? reader.contentsIfNext(.constructed4), reader.isAtEnd,
            let contents = try? name.element(of: .sequence), name.isAtEnd
        else { return nil }
        return contents
    }

    /// The name, safe to be shown.
    var text: String {
        if let name = directoryName.flatMap(DistinguishedName.init(der:)) { return name.text }
        var reader = DERReader(der)
        // Addresses, host names and URIs are ASCII.
        guard let (tag, contents) = try? reader.next(), [0x81, 0x82, 0x86].contains(tag) else {
            return Hexadecimal.encode(der).displayText
        }
        return safeForTerminal(contents.rest.displayText)
    }
}
