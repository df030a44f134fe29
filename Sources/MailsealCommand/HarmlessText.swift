// Text from strangers in JSON, CSV, HTML and commands to paste: what has a meaning there stands escaped.

import Bytes

/// A JSON document with every character that `safeForTerminal` would replace as an escape (`\u202e`); its value stays the same.
///
/// Outside of strings a document has no such character but line feeds, which stay.
func safeJSON(_ document: String) -> String {
    if safeForTerminal(document, keepingLines: true) == document { return document }
    var safe = String.UnicodeScalarView()
    for scalar in document.unicodeScalars {
        guard !scalar.isASCII, !safeForTerminal(String(scalar)).unicodeScalars.elementsEqual([scalar]) else {
            safe.append(scalar)
            continue
        }
        for unit in UTF16.encode(scalar) ?? UTF16.EncodedScalar() {
            safe.append(contentsOf: "\\u".unicodeScalars)
            for shift in [12, 8, 4, 0] { safe.append(contentsOf: String(unit >> shift & 15, radix: 16).unicodeScalars) }
        }
    }
    return String(safe)
}

extension String {
    /// The text with another in the place of each occurrence of one scalar, whatever stands around it.
    ///
    /// Swift's characters are no measure where others read the text: `<` with a combining mark after it, or with a letter
    /// such as U+0600 before it, is one character that is not `<`.
    func replacingScalar(_ scalar: Unicode.Scalar, by replacement: String) -> String {
        guard unicodeScalars.contains(scalar) else { return self }
        var result = String.UnicodeScalarView()
        for found in unicodeScalars {
            if found == scalar { result.append(contentsOf: replacement.unicodeScalars) } else { result.append(found) }
        }
        return String(result)
    }
}
