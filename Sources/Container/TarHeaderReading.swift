// Reading a tar header: strictly by building it again, and leniently so that verification can go on.

import Bytes

/// What 512 bytes at the place of a tar header say.
public struct ParsedHeader: Equatable, Sendable {
    /// Where the bytes leave the canonical form; in the checksum field only when nothing else does.
    public struct Departure: Equatable, Sendable {
        /// The offset of the first such byte in the header.
        public let offset: Int
        /// What the format calls for.
        public let expected: String
        /// What stands there.
        public let found: String
    }

    /// The name of the bundle, from the prefix field, up to its first NUL.
    public let name: [UInt8]
    /// The path below the name, from the name field, up to its first NUL.
    public let path: [UInt8]
    /// The size, or nil when the size field is not eleven octal digits and one NUL or space.
    public let size: Int?
    /// Whether the checksum field holds the sum of the bytes, in whatever form.
    public let isSound: Bool
    /// Nil when the bytes are the canonical header of `name`, `path` and `size`.
    public let departure: Departure?

    /// Whether the bytes are the canonical header of `name`, `path` and `size`.
    public var isCanonical: Bool { departure == nil }
}

extension Tar {
    /// Reads 512 bytes as a header; takes any bytes of any number, and says where they are not canonical.
    public static func parse(_ header: ArraySlice<UInt8>) -> ParsedHeader {
        let path = text(header, at: 0, length: 100)
        let name = text(header, at: 345, length: 155)
        let size = self.size(header)
        let isSound = header.count == unit && storedChecksum(header) == checksum(header)
        let departure = departure(of: header, name: name, path: path, size: size)
        return ParsedHeader(name: name, path: path, size: size, isSound: isSound, departure: departure)
    }

    private static func departure(
        of header: ArraySlice<UInt8>, name: [UInt8], path: [UInt8], size: Int?
    ) -> ParsedHeader.Departure? {
        guard header.count == unit else {
            return .init(offset: header.count, expected: "512 bytes of header", found: "\(header.count)")
        }
        guard isPath(path) else {
            return .init(offset: 0, expected: "a path of a-z 0-9 . _ - /", found: shown(path))
        }
        guard let size else {
            return .init(
                offset: 124, expected: "11 octal digits and NUL", found: shown(Array(header.dropFirst(124).prefix(12))))
        }
        guard isName(name) else {
            return .init(offset: 345, expected: "a name of a-z 0-9 . _ -", found: shown(name))
        }
        let canonical = encode(name: name, path: path, size: size)
        if canonical[...] == header { return nil }
        let differing = canonical.indices.filter { canonical[$0] != header[header.startIndex + $0] }
        // A changed field changes the checksum too, which is the less telling of the two.
        guard let offset = differing.first(where: { !(148..<156).contains($0) }) ?? differing.first else { return nil }
        let found = header[header.startIndex + offset]
        return .init(
            offset: offset, expected: "byte \(hexadecimal(canonical[offset])) in the \(field(at: offset)) field",
            found: hexadecimal(found))
    }

    /// The bytes of a field up to its first NUL.
    private static func text(_ header: ArraySlice<UInt8>, at offset: Int, length: Int) -> [UInt8] {
        Array(header.dropFirst(offset).prefix(length).prefix { $0 != 0 })
    }

    private static func size(_ header: ArraySlice<UInt8>) -> Int? {
        let field = header.dropFirst(124).prefix(12)
        guard field.count == 12, let last = field.last, last == 0 || last == 0x20 else { return nil }
        return number(field.dropLast())
    }

    /// The checksum in any of the forms that tar programs write: octal digits between blanks and NULs.
    private static func storedChecksum(_ header: ArraySlice<UInt8>) -> Int? {
        let field = header.dropFirst(148).prefix(8)
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
        return digits.isEmpty ? nil : number(digits)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard (0x30...0x37).contains(digit) else { return nil }
            value = value << 3 | Int(digit - 0x30)
        }
        return value
    }

    private static func field(at offset: Int) -> String {
        let starts: [(Int, String)] = [
            (500, "last"), (345, "prefix"), (337, "devminor"), (329, "devmajor"), (297, "gname"), (265, "uname"),
            (263, "version"), (257, "magic"), (157, "linkname"), (156, "typeflag"), (148, "checksum"), (136, "mtime"),
            (124, "size"), (116, "gid"), (108, "uid"), (100, "mode"),
        ]
        return starts.first { offset >= $0.0 }?.1 ?? "name"
    }
}

/// Bytes for a message: quoted as text when they are printable ASCII, else as hexadecimal; at most 64 of them.
func shown(_ bytes: [UInt8]) -> String {
    let part = bytes.prefix(64)
    let tail = bytes.count > 64 ? "…" : ""
    if part.allSatisfy({ (0x20...0x7E).contains($0) }) { return "\"\(part.displayText)\"\(tail)" }
    return Hexadecimal.encode(part).displayText + tail
}

/// One byte as two digits.
func hexadecimal(_ byte: UInt8) -> String { Hexadecimal.encode([byte]).displayText }

/// A checksum as eight digits.
func hexadecimal(_ checksum: UInt32) -> String { Hexadecimal.encode(UInt64(checksum), width: 8).displayText }
