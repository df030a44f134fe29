// The text form of an SSH signature: base64 between two lines, in the one way that ssh-keygen writes it.

import Bytes

/// The armor of PROTOCOL.sshsig §1, made stricter: each blob has one text, and each text is a blob's.
enum SSHArmor {
    /// The most bytes of an armored signature that are read: 20 times the largest that a key of 16384 bits makes.
    static let maximumLength = 1 << 16
    /// What a line of base64 holds, which is what ssh-keygen writes and not the 76 that its document recommends.
    static let lineLength = 70

    private static let begin = "-----BEGIN SSH SIGNATURE-----".bytes
    private static let end = "-----END SSH SIGNATURE-----".bytes

    /// The text of a blob.
    static func encode(_ blob: [UInt8]) -> [UInt8] {
        let base64 = Base64.encode(blob)
        var text = begin + [ASCII.lf]
        for start in stride(from: 0, to: base64.count, by: lineLength) {
            text += base64[start..<min(start + lineLength, base64.count)]
            text.append(ASCII.lf)
        }
        return text + end + [ASCII.lf]
    }

    /// The blob of a text that `encode` gives, and of no other.
    static func decode(_ text: [UInt8]) throws(SSHFormatError) -> [UInt8] {
        guard text.count <= maximumLength else { throw .tooLong(.signature, bytes: text.count, limit: maximumLength) }
        let lines = text.split(separator: ASCII.lf, omittingEmptySubsequences: false)
        guard lines[0].elementsEqual(begin), lines.count > 1 else {
            throw malformed(1, "\(begin.displayText) and a line feed")
        }
        let last = lines.firstIndex { $0.elementsEqual(end) }
        let body = lines[1..<(last ?? lines.count - 1)]
        for (place, line) in body.enumerated() {
            let isLast = place == body.count - 1
            guard isLast ? (1...lineLength).contains(line.count) : line.count == lineLength else {
                throw malformed(place + 2, "\(lineLength) characters of base64, fewer only in the last such line")
            }
        }
        guard let last else { throw malformed(lines.count, end.displayText) }
        guard let blob = Base64.decode(Array(body.joined())), !blob.isEmpty else {
            throw malformed(2, "canonical base64 up to line \(last)")
        }
        guard last == lines.count - 2, lines[last + 1].isEmpty else {
            throw malformed(last + 2, "nothing after the line feed of line \(last + 1)")
        }
        return blob
    }

    private static func malformed(_ line: Int, _ expected: String) -> SSHFormatError {
        .malformed(.signature, line: line, expected: expected)
    }
}
