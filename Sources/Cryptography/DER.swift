// The little of DER that RSA keys are written in, read strictly: one encoding for one value.

/// A cursor over DER-encoded values (X.690 §10): definite, shortest lengths; no trailing bytes.
struct DERReader {
    private let bytes: [UInt8]
    private var position: Int
    private let end: Int

    /// Tags of the universal class that keys use.
    enum Tag: UInt8 {
        case integer = 0x02
        case bitString = 0x03
        case octetString = 0x04
        case null = 0x05
        case objectIdentifier = 0x06
        case sequence = 0x30
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
        let start = position
        guard isNext(tag) else { throw .malformedKey(offset: start, expected: "tag \(tag)") }
        position += 1
        let length = try readLength()
        guard length <= end - position else { throw .malformedKey(offset: start, expected: "\(length) bytes") }
        defer { position += length }
        return DERReader(bytes, position..<position + length)
    }

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

    /// A length of at most three bytes; the keys we accept are far below 64 KiB.
    private mutating func readLength() throws(CryptographyError) -> Int {
        let start = position
        guard position < end else { throw .malformedKey(offset: start, expected: "a length") }
        let first = bytes[position]
        position += 1
        guard first >= 0x80 else { return Int(first) }
        let count = Int(first & 0x7F)
        guard (1...2).contains(count), count <= end - position else {
            throw .malformedKey(offset: start, expected: "a length below 65536")
        }
        var length = 0
        for _ in 0..<count {
            length = length << 8 | Int(bytes[position])
            position += 1
        }
        guard length >= (count == 1 ? 0x80 : 0x100) else {
            throw .malformedKey(offset: start, expected: "the shortest length")
        }
        return length
    }
}

/// The DER that keys are written in.
enum DERWriter {
    /// A value of less than 64 KiB.
    static func value(_ tag: DERReader.Tag, _ contents: [UInt8]) -> [UInt8] {
        let count = contents.count
        let low = UInt8(truncatingIfNeeded: count)
        let length: [UInt8] =
            count < 0x80 ? [low] : count < 0x100 ? [0x81, low] : [0x82, UInt8(truncatingIfNeeded: count >> 8), low]
        return [tag.rawValue] + length + contents
    }

    /// An INTEGER of a magnitude without leading zeros.
    static func integer(_ magnitude: [UInt8]) -> [UInt8] {
        value(.integer, (magnitude.first ?? 0x80) >= 0x80 ? [0] + magnitude : magnitude)
    }
}
