// Replies of a time-stamping authority, read strictly.

import Bytes

/// What an authority answered to a request for a time stamp (TimeStampResp, RFC 3161 §2.4.2).
///
/// Reading proves nothing: `verify` does. The status and its text are not signed by anybody.
public struct TimeStampReply: Hashable, Sendable {
    /// The most bytes that are read.
    public static let longest = 1 << 20

    /// What the authority did (PKIStatus).
    public enum Status: Int, Sendable {
        /// The token is as it was asked for.
        case granted = 0
        /// There is a token, with changes.
        case grantedWithMods = 1
        /// There is no token.
        case rejection = 2
        /// There is no token yet.
        case waiting = 3
        /// There is no token, and a revocation is imminent.
        case revocationWarning = 4
        /// There is no token, since a revocation took place.
        case revocationNotification = 5
    }

    /// Why the authority refused (PKIFailureInfo): the number of a bit.
    public struct Failure: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
        /// The number of the bit.
        public let rawValue: Int

        /// The failure of a bit.
        public init(rawValue: Int) { self.rawValue = rawValue }

        /// The name of RFC 3161, such as `badAlg`, or `bit 3` where it has none.
        public var description: String {
            let names = [
                0: "badAlg", 2: "badRequest", 5: "badDataFormat", 14: "timeNotAvailable", 15: "unacceptedPolicy",
                16: "unacceptedExtension", 17: "addInfoNotAvailable", 25: "systemFailure",
            ]
            return names[rawValue] ?? "bit \(rawValue)"
        }
    }

    /// All the bytes of the reply.
    public let der: [UInt8]
    /// What the authority did.
    public let status: Status
    /// What the authority says to it, safe to be shown.
    public let statusTexts: [String]
    /// Why the authority refused.
    public let failures: [Failure]
    /// The token, which there is if and only if the status is `granted` or `grantedWithMods`.
    public let token: TimeStampToken?

    /// Reads a whole reply, DER and nothing behind it; a bare token is refused.
    public init(parsing der: [UInt8]) throws(CryptographyError) {
        guard der.count <= Self.longest else { throw .timeStampLength(bytes: der.count) }
        self = try CryptographyError.ofTimeStamps { () throws(CryptographyError) in try Self(reading: der) }
    }

    private init(reading der: [UInt8]) throws(CryptographyError) {
        try DERReader.checkForm(of: der, tag: .sequence)
        var whole = DERReader(der)
        var fields = try whole.contents(of: .sequence)
        var information = try fields.contents(of: .sequence)
        let start = information.offset
        let number = try information.unsignedInteger()
        guard number.count == 1, let status = Status(rawValue: Int(number[0])) else {
            throw .malformedKey(offset: start, expected: "a status of 0 to 5")
        }
        statusTexts = try Self.readTexts(&information)
        failures = try Self.readFailures(&information)
        try information.finish()
        let tokenStart = fields.offset
        let isGranted = status == .granted || status == .grantedWithMods
        guard isGranted == !fields.isAtEnd else {
            throw .malformedKey(offset: tokenStart, expected: isGranted ? "a token" : "no token")
        }
        token = try isGranted ? TimeStampToken(&fields) : nil
        try fields.finish()
        self.status = status
        self.der = der
    }

    /// PKIFreeText, in which each text has at least one character.
    private static func readTexts(_ information: inout DERReader) throws(CryptographyError) -> [String] {
        guard var list = try information.contentsIfNext(.sequence) else { return [] }
        var texts: [String] = []
        while !list.isAtEnd {
            texts.append(safeForTerminal(try list.contents(of: .utf8String).rest.displayText))
        }
        return texts
    }

    private static func readFailures(_ information: inout DERReader) throws(CryptographyError) -> [Failure] {
        let start = information.offset
        guard let bits = try information.contentsIfNext(.bitString)?.rest else { return [] }
        guard (1...5).contains(bits.count), bits[0] < 8 else {
            throw .malformedKey(offset: start, expected: "a bit string of at most 32 bits")
        }
        let count = (bits.count - 1) * 8
        return (0..<count).filter { bits[1 + $0 / 8] & 0x80 >> UInt8($0 % 8) != 0 }.map(Failure.init(rawValue:))
    }
}
