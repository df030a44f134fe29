// The time of a token, with as many decimals as the authority gives.

public import Bytes

/// A point in time of UTC, to the fraction of a second that the authority wrote (GeneralizedTime, RFC 3161 §2.4.2).
public struct TimeStampTime: Hashable, Sendable {
    /// The second.
    public let second: Timestamp
    /// The decimals of the second, without zeros at the end; empty when there are none.
    public let fraction: String

    /// Reads the form that RFC 3161 prescribes: `20261122140305Z` or `20261122140305.25Z`.
    init(_ reader: inout DERReader) throws(CryptographyError) {
        let start = reader.offset
        guard let time = Self(try reader.contents(of: .generalizedTime).rest) else {
            throw .malformedKey(offset: start, expected: "a time such as 20261122140305Z")
        }
        self = time
    }

    init?(_ text: [UInt8]) {
        guard (15...48).contains(text.count), text.last == 0x5A, text.prefix(14).allSatisfy(ASCII.isDigit) else {
            return nil
        }
        let fields = stride(from: 0, to: 14, by: 2).map { Int(text[$0] - 0x30) * 10 + Int(text[$0 + 1] - 0x30) }
        guard let date = CivilDate(year: fields[0] * 100 + fields[1], month: fields[2], day: fields[3]),
            fields[4] < 24, fields[5] < 60, fields[6] < 60,
            let second = Timestamp(
                secondsSince1970: date.daysSince1970 * 86_400 + Int64(fields[4] * 3600 + fields[5] * 60 + fields[6]))
        else { return nil }
        let decimals = text[14..<text.count - 1]
        if let point = decimals.first {
            let digits = decimals.dropFirst()
            guard point == 0x2E, let last = digits.last, last != 0x30, digits.allSatisfy(ASCII.isDigit) else {
                return nil
            }
        }
        self.second = second
        fraction = decimals.dropFirst().displayText
    }
}

extension TimeStampTime: CustomStringConvertible {
    /// The time as `2026-11-22T14:03:05.25Z`.
    public var description: String {
        let text = second.description
        return fraction.isEmpty ? text : String(text.dropLast()) + "." + fraction + "Z"
    }
}
