// The transfer encodings that a text may have had, written as the programs in use write them (RFC 2045 §6.7, §6.8).

import Bytes
import Mail

/// A way to write a decoded text as a body.
enum RepairCoding: Equatable {
    /// As it is.
    case identity
    /// Quoted-printable in lines of at most `width` octets. When `isEager`, a line is broken already where it would fill the
    /// width without a soft line break.
    case quotedPrintable(width: Int, isEager: Bool)
    /// Base64 in lines of 76 letters, of a text with CRLF or with LF line ends.
    case base64(LineEnds)

    /// All that are tried, the most common first.
    static let all: [RepairCoding] = [
        .identity, .quotedPrintable(width: 76, isEager: true), .base64(.crlf),
        .quotedPrintable(width: 76, isEager: false), .quotedPrintable(width: 74, isEager: true),
        .quotedPrintable(width: 75, isEager: true), .base64(.lf),
    ]

    /// What decodes it.
    var transferEncoding: TransferEncoding {
        switch self {
        case .identity: .identity
        case .quotedPrintable: .quotedPrintable
        case .base64: .base64
        }
    }

    /// The values of Content-Transfer-Encoding that it may have stood under.
    var names: [String] {
        switch self {
        case .identity: ["8bit", "7bit"]
        case .quotedPrintable: ["quoted-printable"]
        case .base64: ["base64"]
        }
    }

    /// How many octets of text a line of base64 holds.
    static let base64Line = 57

    /// The body of a text; several texts, each of whole lines (of base64: of `base64Line` octets), may be written one by one.
    func encode(_ text: ArraySlice<UInt8>) -> [UInt8] {
        switch self {
        case .identity: Array(text)
        case .quotedPrintable(let width, let isEager): Self.quotedPrintable(text, width, isEager)
        case .base64: Self.base64(text)
        }
    }

    /// The text with the line ends that the encoding keeps: only base64 tells them apart.
    func prepared(_ text: [UInt8]) -> [UInt8] {
        guard case .base64(let lineEnds) = self else { return text }
        var prepared: [UInt8] = []
        prepared.reserveCapacity(text.count + text.count / 32)
        var start = 0
        while let feed = text.firstPlace(of: ASCII.lf, from: start) {
            let end = feed > start && text[feed - 1] == ASCII.cr ? feed - 1 : feed
            prepared += text[start..<end]
            if lineEnds == .crlf { prepared.append(ASCII.cr) }
            prepared.append(ASCII.lf)
            start = feed + 1
        }
        return prepared + text[start...]
    }

    private static func base64(_ text: ArraySlice<UInt8>) -> [UInt8] {
        let lines = (text.count + base64Line - 1) / base64Line
        return unsafe [UInt8](unsafeUninitializedCapacity: (text.count + 2) / 3 * 4 + lines * 2) { body, written in
            unsafe text.withUnsafeBufferPointer { text in
                for start in stride(from: 0, to: text.count, by: base64Line) {
                    let end = min(start + base64Line, text.count)
                    for place in stride(from: start, to: end, by: 3) {
                        let second = unsafe place + 1 < end ? text[place + 1] : 0
                        let third = unsafe place + 2 < end ? text[place + 2] : 0
                        let group = unsafe Int(text[place]) << 16 | Int(second) << 8 | Int(third)
                        for letter in 0..<4 {
                            let isPadding = place + letter > end
                            unsafe body[written] = isPadding ? 0x3D : letters[group >> (18 - 6 * letter) & 63]
                            written += 1
                        }
                    }
                    unsafe body[written] = ASCII.cr
                    unsafe body[written + 1] = ASCII.lf
                    written += 2
                }
            }
        }
    }

    /// Whether a byte is a letter of base64, padding aside.
    static func isLetter(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == 0x2B || byte == 0x2F
    }

    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static func quotedPrintable(_ text: ArraySlice<UInt8>, _ width: Int, _ isEager: Bool) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(text.count + text.count / 8)
        unsafe text.withUnsafeBufferPointer { text in
            var start = 0
            while start < text.count {
                let rest = unsafe UnsafeBufferPointer(rebasing: text[start...])
                let feed = unsafe rest.firstIndex(of: ASCII.lf)
                let end = feed ?? rest.count
                let hasCR = unsafe feed != nil && end > 0 && rest[end - 1] == ASCII.cr
                let line = unsafe UnsafeBufferPointer(rebasing: rest[..<(hasCR ? end - 1 : end)])
                unsafe appendLine(line, width, isEager, to: &body)
                if feed != nil { body += [ASCII.cr, ASCII.lf] }
                start += end + 1
            }
        }
        return body
    }

    /// Appends a line without its line end.
    private static func appendLine(
        _ line: UnsafeBufferPointer<UInt8>, _ width: Int, _ isEager: Bool, to body: inout [UInt8]
    ) {
        var column = 0
        var runStart = 0
        for place in line.indices {
            let byte = unsafe line[place]
            let isLast = place == line.count - 1
            let isLiteral = byte != 0x3D && (0x20...0x7E).contains(byte) || byte == ASCII.tab
            let staysLiteral = isLiteral && !(isLast && ASCII.isBlank(byte))
            let length = staysLiteral ? 1 : 3
            let isFull = column + length > (isLast && !isEager ? width : width - 1)
            if isFull || !staysLiteral {
                unsafe body.append(contentsOf: line[runStart..<place])
                runStart = staysLiteral ? place : place + 1
            }
            if isFull {
                body += [0x3D, ASCII.cr, ASCII.lf]
                column = 0
            }
            if !staysLiteral { body += [0x3D, hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]] }
            column += length
        }
        unsafe body.append(contentsOf: line[runStart...])
    }

    private static let hexadecimal = Array("0123456789ABCDEF".utf8)
}

extension TransferEncoding {
    /// Whether decoding a body drops nothing but white space: what stands behind the padding of base64 would be lost.
    func keepsAll(of body: ArraySlice<UInt8>) -> Bool {
        guard self == .base64 else { return true }
        var letters = 0
        var padding = 0
        for byte in body where !ASCII.isWhiteSpace(byte) {
            if byte == 0x3D {
                padding += 1
            } else if padding > 0 || !RepairCoding.isLetter(byte) {
                return false
            } else {
                letters += 1
            }
        }
        return padding <= 2 && (letters + padding).isMultiple(of: 4)
    }

    /// The repair that decodes a body.
    var decoding: Repair.Name? {
        switch self {
        case .quotedPrintable: .quotedPrintableTo8Bit
        case .base64: .base64To8Bit
        case .identity, .uuencode: nil
        }
    }
}

extension RepairCoding {
    /// The repair that encodes a text.
    var encoding: Repair.Name? {
        switch self {
        case .quotedPrintable: .eightBitToQuotedPrintable
        case .base64: .eightBitToBase64
        case .identity: nil
        }
    }
}
