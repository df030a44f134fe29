// The transfer encodings of bodies, and decoding in pieces; every rule here is part of what a bundle's `rules` number pins.

import Bytes

/// How a body is encoded for transport (RFC 2045 §6).
public enum TransferEncoding: Sendable {
    /// `7bit`, `8bit`, `binary`, and every name that is not known: the body is taken as it is.
    case identity
    /// `base64` (RFC 2045 §6.8).
    case base64
    /// `quoted-printable` (RFC 2045 §6.7).
    case quotedPrintable
    /// `x-uuencode`, `uuencode`, `x-uue`, `uue` (POSIX uuencode, historical algorithm).
    case uuencode

    /// The encoding of a name, letters of either case; nil when the name is not known.
    public init?(name: [UInt8]) {
        guard let encoding = Self.names[ASCII.lowercased(name)] else { return nil }
        self = encoding
    }

    private static let names: [[UInt8]: TransferEncoding] = [
        "7bit".bytes: .identity, "8bit".bytes: .identity, "binary".bytes: .identity, "base64".bytes: .base64,
        "quoted-printable".bytes: .quotedPrintable, "x-uuencode".bytes: .uuencode, "uuencode".bytes: .uuencode,
        "x-uue".bytes: .uuencode, "uue".bytes: .uuencode,
    ]

    /// Decodes a body and hands it over in pieces of at most 64 KiB, in order; an identity body is handed over as one piece.
    ///
    /// No character set or line end is converted. Returns the distinct defects found, in the order of their codes.
    @discardableResult
    public func decode<Failure: Error>(
        _ coded: Span<UInt8>, into consume: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) -> [Defect] {
        switch self {
        case .identity:
            if !coded.isEmpty { try consume(coded) }
            return []
        case .base64:
            return try Self.drain(Base64Decoder(), coded, into: consume)
        case .quotedPrintable:
            return try Self.drain(QuotedPrintableDecoder(), coded, into: consume)
        case .uuencode:
            guard let decoder = UUDecoder(coded) else {
                if !coded.isEmpty { try consume(coded) }
                return [.uuencodeMissing]
            }
            return try Self.drain(decoder, coded, into: consume)
        }
    }

    /// The decoded body as one array.
    public func decoded(_ coded: Span<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(self == .base64 ? coded.count / 4 * 3 : coded.count)
        decode(coded) { piece in bytes += piece.bytes(in: piece.indices) }
        return bytes
    }

    private static func drain<Failure: Error>(
        _ decoder: some BodyDecoder, _ coded: Span<UInt8>, into consume: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) -> [Defect] {
        var decoder = decoder
        var piece = Piece(forCoded: coded.count)
        var isMore = true
        while isMore {
            piece.count = 0
            isMore = decoder.fill(&piece, from: coded)
            if piece.count > 0 { try consume(piece.bytes.span.extracting(0..<piece.count)) }
        }
        return Defect.sorted(decoder.defects)
    }
}

/// A buffer for decoded bytes.
struct Piece {
    var bytes: [UInt8]
    var count = 0

    /// A buffer of 64 KiB, or smaller when a body of so many encoded bytes cannot fill it.
    init(forCoded length: Int) {
        bytes = [UInt8](repeating: 0, count: min(65_536, length + 64))
    }

    var room: Int { bytes.count - count }

    mutating func append(_ byte: UInt8) {
        bytes[count] = byte
        count += 1
    }

    /// Appends the start of a range, as much as there is room for; returns how much that was.
    mutating func append(_ source: Span<UInt8>, _ range: Range<Int>) -> Int {
        let length = min(room, range.count)
        let start = count
        unsafe source.extracting(range.lowerBound..<range.lowerBound + length).withUnsafeBufferPointer { from in
            unsafe bytes.withUnsafeMutableBufferPointer { to in
                _ = unsafe to[start..<start + length].update(fromContentsOf: from)
            }
        }
        count += length
        return length
    }
}

/// A decoder that keeps its place in a body that lies in memory as a whole.
protocol BodyDecoder {
    /// What was wrong so far.
    var defects: Set<Defect> { get }

    /// Fills an empty piece from where the last call ended; false when the body is at its end.
    mutating func fill(_ piece: inout Piece, from coded: Span<UInt8>) -> Bool
}
