// One header block of a tar archive (POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar's own fields).

import Bytes

/// The fields of a header block that say what a member is.
struct TarHeader {
    /// Every header is one block of this many bytes.
    static let length = 512

    let name: [UInt8]
    let linkName: [UInt8]
    let type: UInt8
    let size: Int
    let mtime: Int?
    /// Whether the header has parts of an old GNU sparse map: libarchive obeys them in a header of any type, GNU tar in its own only.
    let isSparse: Bool
    /// Whether a further block of an old GNU sparse map follows.
    let isExtended: Bool

    /// The types of plain files, old, ustar and contiguous.
    private static let fileTypes: [UInt8] = [0, UInt8(ascii: "0"), UInt8(ascii: "7")]

    /// Whether a block is a header: its checksum is right.
    static func isHeader(_ block: ArraySlice<UInt8>) -> Bool {
        guard block.count == length, let stated = number(block.dropFirst(148).prefix(8)) else { return false }
        var unsigned = 0
        var signed = 0
        for (place, byte) in block.enumerated() {
            let value = (148..<156).contains(place) ? 0x20 : byte
            unsigned += Int(value)
            // Some old writers added up signed characters.
            signed += Int(Int8(bitPattern: value))
        }
        return stated == unsigned || stated == signed
    }

    /// The fields of a block; nil when it is no header, its size is no number, or readers disagree on its name.
    init?(_ block: [UInt8]) {
        guard Self.isHeader(block[...]), let size = Self.number(block[124..<136]), size >= 0 else { return nil }
        self.size = size
        type = block[156]
        mtime = Self.number(block[136..<148])
        linkName = Self.text(block[157..<257])
        let own = Self.text(block[0..<100])
        let isUstar = block[257..<263].elementsEqual("ustar\0".utf8)
        let isGNU = block[257..<265].elementsEqual("ustar  \0".utf8)
        // Of another "ustar" GNU tar and Go leave the prefix out of the name, bsdtar and Python do not.
        let isAmbiguous = !isUstar && !isGNU && block[257..<262].elementsEqual("ustar".utf8)
        if isAmbiguous, block[345] != 0 { return nil }
        let prefix = isUstar ? Self.text(block[345..<500]) : []
        name = prefix.isEmpty ? own : prefix + [UInt8(ascii: "/")] + own
        let isSparseType = type == UInt8(ascii: "S")
        isSparse = isSparseType || isGNU && Self.fileTypes.contains(type) && (block[386] != 0 || block[483] != 0)
        isExtended = isSparseType && block[482] != 0
    }

    private static func text(_ field: ArraySlice<UInt8>) -> [UInt8] { Array(field.prefix { $0 != 0 }) }

    /// A number in octal digits, or in base 256 when the first bit is set (GNU); nil when it is neither or too large.
    static func number(_ field: ArraySlice<UInt8>) -> Int? {
        guard let first = field.first else { return nil }
        if first & 0x80 != 0 {
            var value = Int(Int8(bitPattern: first << 1)) >> 1
            for byte in field.dropFirst() {
                guard value < 1 << 53, value > -1 << 53 else { return nil }
                value = value << 8 | Int(byte)
            }
            return value
        }
        let digits = field.drop { $0 == ASCII.space }.prefix { $0 != ASCII.space && $0 != 0 }
        var value = 0
        for digit in digits {
            guard (0x30...0x37).contains(digit) else { return nil }
            value = value << 3 | Int(digit - 0x30)
        }
        return value
    }
}
