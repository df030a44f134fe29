// The one canonical ustar header of a name, a path and a size, and reading it back byte for byte.

/// The header and layout of the tar entries of a bundle (section 2 of the format; POSIX.1-1988 ustar).
public enum Tar {
    /// Headers, padding and the zero blocks come in multiples of 512 bytes.
    public static let unit = 512
    /// The two zero blocks at the end of the archive, in bytes.
    public static let endSize = 1024
    /// The largest size that eleven octal digits hold.
    public static let maximumSize = 0o77777777777

    /// The canonical header, 512 bytes, of an entry with `size` bytes of content at `name/path`.
    public static func header(name: [UInt8], path: [UInt8], size: Int) throws(ContainerError) -> [UInt8] {
        guard isName(name) else { throw .invalidName(name) }
        guard isPath(path) else { throw .invalidPath(path) }
        guard (0...maximumSize).contains(size) else { throw .invalidSize(size) }
        return encode(name: name, path: path, size: size)
    }

    /// The number of NUL bytes that fill up the last 512 bytes of `size` bytes of content.
    public static func padding(after size: Int) -> Int { (unit - size % unit) % unit }

    /// Whether the bytes may name a bundle: 1 to 64 of `a-z 0-9 . _ -`, not starting with `.` or `-`.
    public static func isName(_ name: [UInt8]) -> Bool {
        guard let first = name.first, name.count <= 64 else { return false }
        return first != 0x2E && first != 0x2D && name.allSatisfy(isNameByte)
    }

    /// Whether the bytes may be a path below the name: 1 to 100 bytes, components of `a-z 0-9 . _ -` joined by `/`,
    /// none of them empty, `.` or `..`.
    public static func isPath(_ path: [UInt8]) -> Bool {
        guard (1...100).contains(path.count) else { return false }
        return path.split(separator: 0x2F, omittingEmptySubsequences: false).allSatisfy { component in
            !component.isEmpty && component.allSatisfy(isNameByte)
                && !(component.count <= 2 && component.allSatisfy { $0 == 0x2E })
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x30...0x39, 0x2E, 0x5F, 0x2D: true
        default: false
        }
    }

    /// The header of fields that are known to fit.
    static func encode(name: [UInt8], path: [UInt8], size: Int) -> [UInt8] {
        var header = template
        header.replaceSubrange(0..<path.count, with: path)
        header.replaceSubrange(124..<135, with: octal(size, digits: 11))
        header.replaceSubrange(345..<345 + name.count, with: name)
        header.replaceSubrange(148..<154, with: octal(checksum(header[...]), digits: 6))
        return header
    }

    /// The sum of a header's bytes with the checksum field as 8 spaces.
    static func checksum(_ header: ArraySlice<UInt8>) -> Int {
        let field = header.dropFirst(148).prefix(8)
        let all = header.reduce(0) { $0 + Int($1) }
        return all - field.reduce(0) { $0 + Int($1) } + 8 * 0x20
    }

    private static func octal(_ value: Int, digits: Int) -> [UInt8] {
        (0..<digits).map { UInt8(0x30 + (value >> (3 * (digits - 1 - $0))) & 7) }
    }

    /// Everything in a header that is the same for all entries.
    private static let template: [UInt8] = {
        var header = [UInt8](repeating: 0, count: unit)
        let fields: [(Int, String)] = [
            (100, "0000644"), (108, "0000000"), (116, "0000000"), (136, "00000000000"), (154, "\0 "), (156, "0"),
            (257, "ustar\u{0}00"), (329, "0000000"), (337, "0000000"),
        ]
        for (offset, text) in fields { header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8) }
        return header
    }()
}
