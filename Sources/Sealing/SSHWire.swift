// SSH's binary form: numbers in network order and strings behind their length (RFC 4251 §5).

import Bytes

/// A cursor over bytes in SSH's wire encoding; every length is checked against what is left.
struct SSHWireReader {
    private let bytes: [UInt8]
    private var place: Int
    private let end: Int
    private let format: SSHFormat

    /// A reader of all the bytes; `format` is what errors name.
    init(_ bytes: [UInt8], of format: SSHFormat) {
        self.bytes = bytes
        self.format = format
        place = 0
        end = bytes.count
    }

    /// Whether every byte has been read.
    var isAtEnd: Bool { place == end }

    /// The error that something else was expected.
    func error(_ expected: String) -> SSHFormatError { .malformed(format, expected: expected) }

    /// Throws unless every byte has been read.
    func finish(_ after: String) throws(SSHFormatError) {
        guard isAtEnd else { throw error("no bytes after \(after)") }
    }

    /// The next bytes, as they are.
    mutating func raw(_ count: Int, _ what: String) throws(SSHFormatError) -> [UInt8] {
        guard count <= end - place else { throw error(what) }
        defer { place += count }
        return Array(bytes[place..<place + count])
    }

    /// A byte.
    mutating func byte(_ what: String) throws(SSHFormatError) -> UInt8 { try raw(1, what)[0] }

    /// A uint32.
    mutating func uint32(_ what: String) throws(SSHFormatError) -> UInt32 {
        try raw(4, what).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// A uint64.
    mutating func uint64(_ what: String) throws(SSHFormatError) -> UInt64 {
        try raw(8, what).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A string: any bytes.
    mutating func string(_ what: String) throws(SSHFormatError) -> [UInt8] {
        let count = try uint32(what)
        return try raw(Int(count), what)
    }

    /// A string that a C program could not read otherwise than we do: without NUL.
    mutating func text(_ what: String) throws(SSHFormatError) -> [UInt8] {
        let text = try string(what)
        guard !text.contains(ASCII.nul) else { throw error("\(what) without NUL") }
        return text
    }

    /// The magnitude of an mpint that is positive and in its only form: without superfluous zeros.
    mutating func magnitude(_ what: String) throws(SSHFormatError) -> [UInt8] {
        let number = try string(what)
        guard let first = number.first, first < 0x80 else { throw error("\(what) that is a positive number") }
        guard first == 0 else { return number }
        guard number.count > 1, number[1] >= 0x80 else { throw error("\(what) without superfluous zeros") }
        return Array(number.dropFirst())
    }
}

/// SSH's wire encoding.
enum SSHWire {
    /// A uint32.
    static func uint32(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * $0)) }
    }

    /// A string.
    static func string(_ bytes: [UInt8]) -> [UInt8] { uint32(UInt32(clamping: bytes.count)) + bytes }
}
