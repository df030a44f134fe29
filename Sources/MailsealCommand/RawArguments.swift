// Arguments are bytes, as file names are; the argument parser takes text only, so bytes that are none travel disguised.

import Bytes
import Glibc

/// The arguments of this process.
enum RawArguments {
    // The last private characters of Unicode, one for each byte above 0x7F.
    private static let disguise: UInt32 = 0x10FF00

    /// The arguments as text: those that are no UTF-8 have each byte above 0x7F disguised.
    static var texts: [String] {
        (1..<max(1, Int(CommandLine.argc))).compactMap { place in
            guard let start = unsafe CommandLine.unsafeArgv[place] else { return nil }
            return unsafe text(
                of: UnsafeBufferPointer(start: start, count: strlen(start)).map { UInt8(bitPattern: $0) })
        }
    }

    /// The text of an argument, from which `bytes(of:)` gives its bytes back.
    static func text(of bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains(where: isDisguised) {
            return text
        }
        var text = String.UnicodeScalarView()
        for byte in bytes {
            text.append(byte < 0x80 ? Unicode.Scalar(byte) : Unicode.Scalar(disguise + UInt32(byte)) ?? "?")
        }
        return String(text)
    }

    /// The bytes of an argument.
    static func bytes(of text: String) -> [UInt8] {
        text.unicodeScalars.flatMap {
            isDisguised($0) ? [UInt8(truncatingIfNeeded: $0.value)] : Array(UTF8.encode($0) ?? .init())
        }
    }

    private static func isDisguised(_ scalar: Unicode.Scalar) -> Bool { scalar.value >= disguise + 0x80 }
}

extension String {
    /// The bytes of an argument.
    var argumentBytes: [UInt8] { RawArguments.bytes(of: self) }
}
