// Writing base64, quoted-printable, uuencode and encoded words as mail programs do.

import Bytes

enum TransferEncoding {
    private static let alphabet: [UInt8] = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Base64 in lines of 76 characters, each ended by CRLF (RFC 2045 §6.8).
    static func base64Lines(_ content: [UInt8]) -> [UInt8] {
        let lines = (content.count + 56) / 57
        let length = (content.count + 2) / 3 * 4 + lines * 2
        return unsafe [UInt8](unsafeUninitializedCapacity: length) { out, filled in
            unsafe content.withUnsafeBufferPointer { input in
                unsafe alphabet.withUnsafeBufferPointer { digits in
                    var start = 0
                    while start < input.count {
                        let end = min(start + 57, input.count)
                        filled = unsafe encodeLine(input, start..<end, digits, out, filled)
                        start = end
                    }
                }
            }
        }
    }

    @unsafe
    private static func encodeLine(
        _ input: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ digits: UnsafeBufferPointer<UInt8>,
        _ out: UnsafeMutableBufferPointer<UInt8>, _ start: Int
    ) -> Int {
        var to = start
        var from = range.lowerBound
        while from + 3 <= range.upperBound {
            let group = unsafe Int(input[from]) << 16 | Int(input[from + 1]) << 8 | Int(input[from + 2])
            unsafe out[to] = digits[group >> 18]
            unsafe out[to + 1] = digits[group >> 12 & 63]
            unsafe out[to + 2] = digits[group >> 6 & 63]
            unsafe out[to + 3] = digits[group & 63]
            from += 3
            to += 4
        }
        let rest = range.upperBound - from
        if rest > 0 {
            let group = unsafe Int(input[from]) << 16 | (rest == 2 ? Int(input[from + 1]) << 8 : 0)
            unsafe out[to] = digits[group >> 18]
            unsafe out[to + 1] = digits[group >> 12 & 63]
            unsafe out[to + 2] = rest == 2 ? digits[group >> 6 & 63] : 0x3D
            unsafe out[to + 3] = 0x3D
            to += 4
        }
        unsafe out[to] = ASCII.cr
        unsafe out[to + 1] = ASCII.lf
        return to + 2
    }

    /// Quoted-printable of text with CRLF line ends (RFC 2045 §6.7).
    static func quotedPrintable(_ text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.count + text.count / 5)
        var column = 0
        for place in text.indices {
            let byte = text[place]
            if byte == ASCII.cr || byte == ASCII.lf {
                out.append(byte)
                column = 0
                continue
            }
            let endsLine = place + 1 == text.count || text[place + 1] == ASCII.cr
            let literal = byte > 0x20 && byte < 0x7F && byte != 0x3D || ASCII.isBlank(byte) && !endsLine
            if column + (literal ? 1 : 3) > 75 {
                out += [0x3D, ASCII.cr, ASCII.lf]
                column = 0
            }
            column += appendEscaped(byte, as: literal, to: &out)
        }
        return out
    }

    private static func appendEscaped(_ byte: UInt8, as literal: Bool, to out: inout [UInt8]) -> Int {
        if literal {
            out.append(byte)
            return 1
        }
        let digits: StaticString = "0123456789ABCDEF"
        out.append(0x3D)
        out.append(unsafe digits.utf8Start[Int(byte >> 4)])
        out.append(unsafe digits.utf8Start[Int(byte & 15)])
        return 3
    }

    /// A uuencoded file from `begin` to `end` with CRLF line ends (POSIX uuencode).
    static func uuencoded(_ content: [UInt8], name: String) -> [UInt8] {
        var out = "begin 644 \(name)\r\n".bytes
        func character(_ value: Int) -> UInt8 { value == 0 ? 0x60 : UInt8(0x20 + value) }
        for start in stride(from: 0, to: content.count, by: 45) {
            let line = content[start..<min(start + 45, content.count)]
            out.append(character(line.count))
            for place in stride(from: line.startIndex, to: line.endIndex, by: 3) {
                let group = (0..<3).reduce(0) { sum, offset in
                    sum << 8 | (place + offset < line.endIndex ? Int(line[place + offset]) : 0)
                }
                for shift in [18, 12, 6, 0] { out.append(character(group >> shift & 63)) }
            }
            out += [ASCII.cr, ASCII.lf]
        }
        return out + "`\r\nend\r\n".bytes
    }

    /// The ISO-8859-1 bytes of UTF-8 text; a character outside of it becomes `?`.
    static func latin1(_ text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        var place = 0
        while place < text.count {
            let byte = text[place]
            if byte < 0x80 {
                out.append(byte)
            } else if byte >= 0xC2, byte <= 0xC3, place + 1 < text.count {
                out.append(byte << 6 | text[place + 1] & 0x3F)
                place += 1
            } else if byte & 0xC0 != 0x80 {
                out.append(0x3F)
            }
            place += 1
        }
        return out
    }
}
