// The little of DER that keys and time stamps are written in, read strictly: one encoding for one value.

/// A cursor over DER-encoded values (X.690 §10): definite, shortest lengths; no trailing bytes.
struct DERReader {
    private let bytes: [UInt8]
    private var position: Int
    private let end: Int

    /// Tags of the universal class, and those of the context that are told apart by their place.
    enum Tag: UInt8 {
        case boolean = 0x01
        case integer = 0x02
        case bitString = 0x03
        case octetString = 0x04
        case null = 0x05
        case objectIdentifier = 0x06
        case enumerated = 0x0A
        case utf8String = 0x0C
        case generalizedTime = 0x18
        case sequence = 0x30
        case set = 0x31
        case primitive0 = 0x80
        case primitive1 = 0x81
        case primitive6 = 0x86
        case constructed0 = 0xA0
        case constructed1 = 0xA1
        case constructed4 = 0xA4
    }

    /// A reader of all the bytes.
    init(_ bytes: [UInt8]) {
        self.init(bytes, bytes.indices)
    }

    private init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    /// Whether every byte has been read.
    var isAtEnd: Bool { position == end }

    /// Whether a value of this tag comes next.
    func isNext(_ tag: Tag) -> Bool { position < end && bytes[position] == tag.rawValue }

    /// Throws unless every byte has been read.
    func finish() throws(CryptographyError) {
        guard isAtEnd else { throw .malformedKey(offset: position, expected: "the end") }
    }

    /// A reader of the contents of the next value, which must have this tag.
    mutating func contents(of tag: Tag) throws(CryptographyError) -> DERReader {
        guard isNext(tag) else { throw .malformedKey(offset: position, expected: "tag \(tag)") }
        return try next().contents
    }

    /// The tag of the next value, whatever it is, and a reader of its contents.
    mutating func next() throws(CryptographyError) -> (tag: UInt8, contents: DERReader) {
        let start = position
        guard !isAtEnd else { throw .malformedKey(offset: start, expected: "a value") }
        let tag = bytes[start]
        guard tag & 0x1F != 0x1F else { throw .malformedKey(offset: start, expected: "a tag of one byte") }
        position += 1
        let length = try readLength()
        guard length <= end - position else { throw .malformedKey(offset: start, expected: "\(length) bytes") }
        defer { position += length }
        return (tag, DERReader(bytes, position..<position + length))
    }

    /// The contents of the next value when it has this tag; nil, and nothing is read, when another or none comes next.
    mutating func contentsIfNext(_ tag: Tag) throws(CryptographyError) -> DERReader? {
        try isNext(tag) ? contents(of: tag) : nil
    }

    /// All the bytes, tag and length included, of the next value, whatever it is.
    mutating func element() throws(CryptographyError) -> [UInt8] {
        let start = position
        _ = try next()
        return Array(bytes[start..<position])
    }

    /// All the bytes, tag and length included, of the next value, which must have this tag.
    mutating func element(of tag: Tag) throws(CryptographyError) -> [UInt8] {
        guard isNext(tag) else { throw .malformedKey(offset: position, expected: "tag \(tag)") }
        return try element()
    }

    /// The contents of the next INTEGER, big-endian two's complement of the shortest form.
    mutating func signedInteger() throws(CryptographyError) -> [UInt8] {
        let start = position
        let contents = try contents(of: .integer).rest
        guard let first = contents.first else { throw .malformedKey(offset: start, expected: "an integer") }
        if contents.count > 1, first == 0 && contents[1] < 0x80 || first == 0xFF && contents[1] >= 0x80 {
            throw .malformedKey(offset: start, expected: "the shortest integer")
        }
        return contents
    }

    /// Where the next value begins, in the bytes that the first reader was made of.
    var offset: Int { position }

    /// The bytes that are left.
    var rest: [UInt8] { Array(bytes[position..<end]) }

    /// The magnitude of the next INTEGER, which must be positive or zero and of the shortest form.
    mutating func unsignedInteger() throws(CryptographyError) -> [UInt8] {
        let start = position
        let magnitude = try contents(of: .integer).rest
        guard let first = magnitude.first, first < 0x80 else {
            throw .malformedKey(offset: start, expected: "an integer that is not negative")
        }
        guard first == 0, magnitude.count > 1 else { return magnitude }
        guard magnitude[1] >= 0x80 else { throw .malformedKey(offset: start, expected: "the shortest integer") }
        return Array(magnitude.dropFirst())
    }

    /// A length of at most four bytes, which is below 16 MiB.
    private mutating func readLength() throws(CryptographyError) -> Int {
        let start = position
        guard position < end else { throw .malformedKey(offset: start, expected: "a length") }
        let first = bytes[position]
        position += 1
        guard first >= 0x80 else { return Int(first) }
        let count = Int(first & 0x7F)
        guard (1...3).contains(count), count <= end - position else {
            throw .malformedKey(offset: start, expected: "a length below 16777216")
        }
        var length = 0
        for _ in 0..<count {
            length = length << 8 | Int(bytes[position])
            position += 1
        }
        guard length >= (count == 1 ? 0x80 : 1 << (8 * (count - 1))) else {
            throw .malformedKey(offset: start, expected: "the shortest length")
        }
        return length
    }
}

/// The DER that keys and time-stamp requests are written in.
enum DERWriter {
    /// A value of less than 16 MiB.
    static func value(_ tag: DERReader.Tag, _ contents: [UInt8]) -> [UInt8] {
        [tag.rawValue] + length(contents.count) + contents
    }

    /// An INTEGER of a magnitude without leading zeros.
    static func integer(_ magnitude: [UInt8]) -> [UInt8] {
        value(.integer, (magnitude.first ?? 0x80) >= 0x80 ? [0] + magnitude : magnitude)
    }

    private static func length(_ count: Int) -> [UInt8] {
        guard count >= 0x80 else { return [UInt8(truncatingIfNeeded: count)] }
        let bytes = [16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }.drop { $0 == 0 }
        return [0x80 | UInt8(bytes.count)] + bytes
    }
}
