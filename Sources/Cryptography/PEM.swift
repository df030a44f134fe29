// PEM text, in which certificates and revocation lists are kept.

import Bytes

/// The textual encoding of RFC 7468.
public enum PEM {
    /// What a block of text holds.
    public enum Label: String, Sendable {
        /// A certificate.
        case certificate = "CERTIFICATE"
        /// A certificate revocation list.
        case revocationList = "X509 CRL"
    }

    /// The text of the values, each of them a block with lines of 64 characters.
    public static func encode(_ values: [[UInt8]], _ label: Label) -> [UInt8] {
        var text: [UInt8] = []
        for value in values {
            text += "-----BEGIN \(label.rawValue)-----\n".utf8
            let base64 = Base64.encode(value)
            for start in stride(from: 0, to: base64.count, by: 64) {
                text += base64[start..<min(start + 64, base64.count)]
                text.append(ASCII.lf)
            }
            text += "-----END \(label.rawValue)-----\n".utf8
        }
        return text
    }

    /// The values of the blocks with this label, in order.
    ///
    /// Text outside of the blocks, and blocks with other labels, are passed over. Lines end with LF or CRLF.
    public static func decode(_ text: [UInt8], _ label: Label) throws(CryptographyError) -> [[UInt8]] {
        let (begin, end) = (Array("-----BEGIN ".utf8), Array("-----END ".utf8))
        var values: [[UInt8]] = []
        var open: (line: Int, label: ArraySlice<UInt8>, base64: [UInt8])?
        for (place, line) in text.split(separator: ASCII.lf, omittingEmptySubsequences: false).enumerated() {
            let line = ASCII.trimmed(line)
            if var block = open {
                guard line.starts(with: end) else {
                    // Appending to the copy would copy all of it for each line.
                    open = nil
                    block.base64 += line
                    open = block
                    continue
                }
                guard line.dropFirst(end.count).elementsEqual(block.label) else {
                    throw .malformedPEM(line: place + 1, expected: "the end of what began in line \(block.line)")
                }
                open = nil
                guard block.label.elementsEqual("\(label.rawValue)-----".utf8) else { continue }
                guard let value = Base64.decode(block.base64) else {
                    throw .malformedPEM(line: block.line, expected: "base64 between the boundaries")
                }
                values.append(value)
            } else if line.starts(with: begin) {
                open = (place + 1, line.dropFirst(begin.count), [])
            }
        }
        if let open { throw .malformedPEM(line: open.line, expected: "a boundary at the end") }
        return values
    }
}
