// Bytes in a named character set as text, for showing only: no fact of a manifest may come from here.

import Bytes
import Glibc

/// A character set by the name that mail gives it.
struct Charset: Equatable {
    /// The name in lower case.
    let name: [UInt8]

    /// The character set of a name, without the language that RFC 2231 §5 lets follow a `*`.
    init(_ name: some Sequence<UInt8>) {
        self.name = ASCII.lowercased(Array(name).prefix { $0 != 0x2A })
    }

    /// The bytes as text; what is ill-formed becomes U+FFFD, and an unknown character set is guessed.
    func text(_ bytes: [UInt8]) -> String {
        switch name.displayText {
        case "utf-8", "utf8": return bytes.displayText
        case "", "us-ascii", "ascii", "ansi_x3.4-1968": return Self.guessed(bytes)
        case "iso-8859-1", "latin1", "windows-1252", "cp1252": return Windows1252.text(bytes)
        default: return converted(bytes) ?? Self.guessed(bytes)
        }
    }

    /// UTF-8 when the bytes are well-formed UTF-8, else Windows-1252.
    static func guessed(_ bytes: [UInt8]) -> String {
        String(validating: bytes, as: UTF8.self) ?? Windows1252.text(bytes)
    }

    /// The name that libc's iconv knows it by; nil when it is not fit to be given to iconv.
    private var systemName: String? {
        let text = name.displayText
        if let better = Self.betterNames[text] { return better }
        let isFit =
            (2...40).contains(name.count)
            && name.allSatisfy { byte in
                ASCII.isLetter(byte) || ASCII.isDigit(byte) || [0x2D, 0x2E, 0x3A, 0x5F].contains(byte)
            }
        // These two mean the locale's and the machine's own encoding.
        return isFit && text != "char" && text != "wchar_t" ? text : nil
    }

    /// Names that iconv does not know, and names of subsets that mail uses for more than they hold.
    private static let betterNames = [
        "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "euc-kr": "cp949", "gb2312": "gb18030", "gbk": "gb18030",
        "x-gbk": "gb18030", "gb_2312-80": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932",
        "x-sjis": "cp932", "big5": "big5-hkscs", "iso-8859-9": "windows-1254", "iso-8859-8-i": "iso-8859-8",
        "iso-8859-8-e": "iso-8859-8", "unicode-1-1-utf-7": "utf-7", "x-mac-cyrillic": "mac-cyrillic",
        "x-mac-roman": "macintosh", "windows-874": "cp874", "dos-874": "cp874",
    ]

    private func converted(_ bytes: [UInt8]) -> String? {
        guard let systemName, let converter = Converter(from: systemName) else { return nil }
        return converter.text(bytes)
    }
}

/// An open iconv conversion to UTF-8.
@safe
private struct Converter: ~Copyable {
    private let handle: iconv_t

    init?(from name: String) {
        guard let handle = unsafe iconv_open("UTF-8", name), unsafe handle != iconv_t(bitPattern: -1) else {
            return nil
        }
        unsafe self.handle = handle
    }

    deinit { unsafe _ = iconv_close(handle) }

    /// The bytes as text; each byte that cannot be converted, and an unfinished end, becomes U+FFFD.
    func text(_ bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        var input = bytes
        var piece = [CChar](repeating: 0, count: 16_384)
        var done = 0
        while done < input.count {
            let (read, written, code) = step(&input, from: done, to: &piece)
            done += read
            output += piece[..<written].lazy.map(UInt8.init(bitPattern:))
            if code == EINVAL || code == EILSEQ || (code != 0 && read == 0 && written == 0) {
                output += [0xEF, 0xBF, 0xBD]
                done = code == EINVAL ? input.count : done + 1
            }
        }
        let (_, written, _) = flush(to: &piece)
        output += piece[..<written].lazy.map(UInt8.init(bitPattern:))
        return output.displayText
    }

    private typealias Step = (read: Int, written: Int, code: Int32)

    private func step(_ input: inout [UInt8], from start: Int, to piece: inout [CChar]) -> Step {
        var inputLeft = input.count - start
        var outputLeft = piece.count
        let wanted = inputLeft
        let room = outputLeft
        let code = unsafe input.withUnsafeMutableBytes { input in
            unsafe piece.withUnsafeMutableBufferPointer { piece -> Int32 in
                var from = unsafe input.baseAddress.map { unsafe ($0 + start).assumingMemoryBound(to: CChar.self) }
                var to = piece.baseAddress
                let result = unsafe iconv(handle, &from, &inputLeft, &to, &outputLeft)
                return result == Int(bitPattern: UInt.max) ? errno : 0
            }
        }
        return (wanted - inputLeft, room - outputLeft, code)
    }

    /// Lets a stateful conversion write what it still holds.
    private func flush(to piece: inout [CChar]) -> Step {
        var outputLeft = piece.count
        let room = outputLeft
        unsafe piece.withUnsafeMutableBufferPointer { piece in
            var to = piece.baseAddress
            _ = unsafe iconv(handle, nil, nil, &to, &outputLeft)
        }
        return (0, room - outputLeft, 0)
    }
}

/// Windows-1252, in which most unlabelled 8-bit mail is; the five unassigned bytes stand for the C1 controls.
enum Windows1252 {
    private static let upper: [UInt16] = [
        0x20AC, 0x81, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0x8D, 0x17D,
        0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0x9D,
        0x17E, 0x178,
    ]

    /// The bytes as text.
    static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.map { $0 & 0xE0 == 0x80 ? upper[Int($0 & 0x1F)] : UInt16($0) }, as: UTF16.self)
    }
}
