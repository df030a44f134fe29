// The token in a reply: what a time-stamping authority signed.

import Bytes

/// A signed statement that some bytes existed at a time (TimeStampToken and TSTInfo, RFC 3161 §2.4.2).
public struct TimeStampToken: Hashable, Sendable {
    /// The bytes of the token, a CMS ContentInfo.
    public let der: [UInt8]
    /// The policy under which the authority issues tokens.
    public let policy: ObjectIdentifier
    /// The hash function of the imprint, whichever it is.
    public let imprintAlgorithm: ObjectIdentifier
    /// The digest that was stamped.
    public let imprintDigest: [UInt8]
    /// The token's number, hexadecimal digits, after a minus sign when it is negative.
    public let serialNumber: String
    /// When the authority says that it made the token.
    public let time: TimeStampTime
    /// How far from that the time may be, in microseconds; nil when the authority does not say it.
    public let accuracyMicroseconds: Int64?
    /// Whether the authority's tokens can be put into order by their times alone.
    public let isOrdering: Bool
    /// The number of the request, big-endian without leading zeros (zero is no bytes); nil when there is none.
    public let nonce: [UInt8]?
    /// The name that the authority gives itself, safe to be shown; nil when there is none.
    public let authority: String?
    /// The extensions that are critical: none is known, so a token that has any is not accepted.
    public let criticalExtensions: [ObjectIdentifier]

    let authorityName: GeneralName?
    let signed: SignedData

    /// What was stamped; nil when the hash function is weaker than SHA-256 or the digest is of another length.
    public var imprint: TimeStampImprint? {
        TimeStampImprint.Algorithm(imprintAlgorithm).flatMap { TimeStampImprint($0, digest: imprintDigest) }
    }

    /// The number of certificates and revocation lists in the token that cannot be read; they are passed over.
    public var unreadableParts: Int {
        signed.certificates.count { Certificate(der: $0) == nil }
            + signed.revocationLists.count { RevocationList(der: $0) == nil }
    }

    init(_ reader: inout DERReader) throws(CryptographyError) {
        var copy = reader
        der = try copy.element(of: .sequence)
        var content: DERReader
        (signed, content) = try SignedData.read(&reader)
        var info = try content.contents(of: .sequence)
        try content.finish()
        let start = info.offset
        guard try info.unsignedInteger() == [1] else { throw .malformedKey(offset: start, expected: "version 1") }
        policy = try info.objectIdentifier()
        (imprintAlgorithm, imprintDigest) = try info.imprint()
        serialNumber = Self.hexadecimal(try info.signedInteger())
        time = try TimeStampTime(&info)
        accuracyMicroseconds = try Self.readAccuracy(&info)
        isOrdering = try info.flagIfNext()
        nonce = try info.nonceIfNext()
        authorityName = try Self.readAuthority(&info)
        authority = authorityName?.text
        criticalExtensions = try Self.readExtensions(&info)
        try info.finish()
    }

    /// The digits of a number in two's complement.
    static func hexadecimal(_ number: [UInt8]) -> String {
        guard let first = number.first, first >= 0x80 else {
            return Hexadecimal.encode(number.count > 1 ? Array(number.drop { $0 == 0 }) : number).displayText
        }
        var magnitude = number.map { ~$0 }
        for place in magnitude.indices.reversed() {
            magnitude[place] &+= 1
            if magnitude[place] != 0 { break }
        }
        return "-" + Hexadecimal.encode(Array(magnitude.drop { $0 == 0 })).displayText
    }

    private static func readAccuracy(_ info: inout DERReader) throws(CryptographyError) -> Int64? {
        guard var accuracy = try info.contentsIfNext(.sequence) else { return nil }
        var microseconds: Int64 = 0
        if accuracy.isNext(.integer) {
            let start = accuracy.offset
            let seconds = try accuracy.unsignedInteger()
            guard seconds.count <= 4 else { throw .malformedKey(offset: start, expected: "an accuracy of 32 bits") }
            microseconds = seconds.reduce(0) { $0 << 8 | Int64($1) } * 1_000_000
        }
        for (tag, unit) in [(DERReader.Tag.primitive0, Int64(1000)), (.primitive1, 1)] {
            let start = accuracy.offset
            guard let number = try accuracy.contentsIfNext(tag)?.rest else { continue }
            let value = number.reduce(Int64(0)) { $0 << 8 | Int64($1) }
            guard (1...2).contains(number.count), number[0] < 0x80, value < 1000 else {
                throw .malformedKey(offset: start, expected: "a number below 1000")
            }
            microseconds += value * unit
        }
        try accuracy.finish()
        return microseconds
    }

    private static func readAuthority(_ info: inout DERReader) throws(CryptographyError) -> GeneralName? {
        guard var explicit = try info.contentsIfNext(.constructed0) else { return nil }
        let name = GeneralName(der: try explicit.element())
        try explicit.finish()
        return name
    }

    private static func readExtensions(_ info: inout DERReader) throws(CryptographyError) -> [ObjectIdentifier] {
        guard var list = try info.contentsIfNext(.constructed1) else { return [] }
        var critical: [ObjectIdentifier] = []
        while !list.isAtEnd {
            var fields = try list.contents(of: .sequence)
            let identifier = try fields.objectIdentifier()
            if try fields.flagIfNext() { critical.append(identifier) }
            _ = try fields.contents(of: .octetString)
            try fields.finish()
        }
        return critical
    }
}
