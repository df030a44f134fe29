// Object identifiers as the dotted numbers that people know them by.

/// An object identifier (X.660), such as `2.16.840.1.101.3.4.2.1`.
public struct ObjectIdentifier: Hashable, Sendable {
    /// The contents of its DER.
    let contents: [UInt8]

    /// The identifier whose DER has these contents, or nil when they are not of the shortest form or a number is over 63 bits.
    init?(contents: [UInt8]) {
        guard (1...64).contains(contents.count), Self.numbers(of: contents) != nil else { return nil }
        self.contents = contents
    }

    /// The identifier of at least two decimal numbers with dots between them, or nil for any other text.
    public init?(_ text: String) {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt64($0) }
        guard (2...32).contains(numbers.count), let first = numbers[0], first <= 2, let second = numbers[1],
            second < (first == 2 ? 1 << 62 : 40)
        else { return nil }
        var contents = Self.encoded(first * 40 + second)
        for number in numbers.dropFirst(2) {
            guard let number, number < 1 << 63 else { return nil }
            contents += Self.encoded(number)
        }
        self.init(contents: contents)
        guard description == text else { return nil }
    }

    /// An identifier of a list in this module.
    init(known contents: [UInt8]) { self.contents = contents }

    private static func encoded(_ number: UInt64) -> [UInt8] {
        var bytes = [UInt8(number & 0x7F)]
        var rest = number >> 7
        while rest > 0 {
            bytes.insert(0x80 | UInt8(rest & 0x7F), at: 0)
            rest >>= 7
        }
        return bytes
    }

    private static func numbers(of contents: [UInt8]) -> [UInt64]? {
        var numbers: [UInt64] = []
        var number: UInt64 = 0
        var isInside = false
        for byte in contents {
            guard isInside || byte != 0x80, number < 1 << 56 else { return nil }
            number = number << 7 | UInt64(byte & 0x7F)
            isInside = byte >= 0x80
            guard !isInside else { continue }
            numbers.append(number)
            number = 0
        }
        return isInside ? nil : numbers
    }
}

extension ObjectIdentifier: CustomStringConvertible {
    /// The decimal numbers with dots between them.
    public var description: String {
        guard let numbers = Self.numbers(of: contents), let joined = numbers.first else { return "" }
        let first = min(joined / 40, 2)
        return ([first, joined - first * 40] + numbers.dropFirst()).map(String.init).joined(separator: ".")
    }
}

extension ObjectIdentifier {
    static let signedData = Self(known: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02])
    static let timeStampInfo = Self(known: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01, 0x04])
    static let probabilisticSignature = Self(known: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0A])
    static let contentType = Self(known: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03])
    static let messageDigest = Self(known: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04])
    static let signingCertificate = Self(known: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x02, 0x0C])
    static let signingCertificateV2 = Self(known: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x02, 0x2F])
}

extension DERReader {
    /// The next OBJECT IDENTIFIER.
    mutating func objectIdentifier() throws(CryptographyError) -> ObjectIdentifier {
        let start = offset
        guard let identifier = ObjectIdentifier(contents: try contents(of: .objectIdentifier).rest) else {
            throw .malformedKey(offset: start, expected: "an object identifier")
        }
        return identifier
    }

    /// The object identifier of the next AlgorithmIdentifier, with NULL or no parameters as hash functions have; one
    /// algorithm may have others, which are passed over.
    mutating func algorithm(
        withParametersOf other: ObjectIdentifier? = nil
    ) throws(CryptographyError) -> ObjectIdentifier {
        var algorithm = try contents(of: .sequence)
        let identifier = try algorithm.objectIdentifier()
        if identifier == other, !algorithm.isAtEnd {
            _ = try algorithm.next()
        } else {
            try algorithm.contentsIfNext(.null)?.finish()
        }
        try algorithm.finish()
        return identifier
    }
}
