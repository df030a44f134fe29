// What DNS said about the TXT records of one name, and how far that can be trusted.

import Bytes

/// One TXT record (RFC 1035 §3.3.14).
public struct TXTRecord: Hashable, Sendable {
    /// The strings that it is made of, in order, each of at most 255 bytes.
    public let strings: [[UInt8]]

    /// A record of these strings.
    public init(strings: [[UInt8]]) { self.strings = strings }

    /// The strings joined, as DKIM reads them (RFC 6376 §3.6.2.2).
    public var joined: [UInt8] { Array(strings.joined()) }

    /// Reads the record's data as it stands in an answer; nil when a string runs over the end.
    init?(data: Span<UInt8>) {
        var strings: [[UInt8]] = []
        var place = 0
        while place < data.count {
            let end = place + 1 + Int(data[place])
            guard end <= data.count else { return nil }
            strings.append((place + 1..<end).map { data[$0] })
            place = end
        }
        self.strings = strings
    }
}

/// Whether DNSSEC vouches for an answer (RFC 4033 §5).
public enum Security: Hashable, Sendable {
    /// A chain of signatures leads from a trust anchor to the answer, or to the proof that there is none.
    case secure
    /// No trust anchor lies above the name, or a signed proof says that its zone is not signed.
    case insecure
    /// The answer should be signed and is not, or not soundly; the resolver's reason.
    case bogus(reason: [UInt8])
}

/// The response code of an answer (RFC 1035 §4.1.1, RFC 6895 §2.3).
public struct ResponseCode: Hashable, Sendable, CustomStringConvertible {
    /// The code's number.
    public let number: Int

    /// A code by its number.
    public init(_ number: Int) { self.number = number }

    /// The name is known, whether it has TXT records or not.
    public static let noError = ResponseCode(0)
    /// No server could be asked, or none answered soundly.
    public static let serverFailure = ResponseCode(2)
    /// The name does not exist.
    public static let noSuchName = ResponseCode(3)

    /// The code's mnemonic, such as `NXDOMAIN`.
    public var description: String {
        switch number {
        case 0: "NOERROR"
        case 1: "FORMERR"
        case 2: "SERVFAIL"
        case 3: "NXDOMAIN"
        case 4: "NOTIMP"
        case 5: "REFUSED"
        default: "RCODE\(number)"
        }
    }
}

/// What DNS said about the TXT records of one name.
public struct TXTAnswer: Hashable, Sendable {
    /// The records, in the order of the answer; none with any other code than NOERROR.
    public var records: [TXTRecord]
    /// The response code; NOERROR without records says that the name has none.
    public var code: ResponseCode
    /// Whether DNSSEC vouches for the answer.
    public var security: Security
    /// The name at the end of the aliases (CNAME), without a dot at the end; nil when there is no alias.
    public var canonicalName: [UInt8]?
    /// How long the answer may be kept, in seconds.
    public var timeToLive: Int
    /// The answer packet (RFC 1035 §4), with the signatures that came with it; at most 64 KiB.
    public var packet: [UInt8]

    /// An answer of these parts.
    public init(
        records: [TXTRecord] = [], code: ResponseCode = .noError, security: Security = .insecure,
        canonicalName: [UInt8]? = nil, timeToLive: Int = 0, packet: [UInt8] = []
    ) {
        self.records = records
        self.code = code
        self.security = security
        self.canonicalName = canonicalName
        self.timeToLive = timeToLive
        self.packet = packet
    }
}

/// How asking for one name ended.
public enum TXTOutcome: Hashable, Sendable {
    /// An answer came.
    case answer(TXTAnswer)
    /// No answer came within the time limit.
    case timeout
    /// The resolver could not handle the name or the answer; its reason.
    case failure(String)
}

/// Something that can be asked for TXT records: the network, or a table in a test.
public protocol TXTSource {
    /// Asks for each name once; `each` gets the place of a name in `names` and how it ended, in order of arrival.
    ///
    /// Throws what `each` throws, `ResolverError`, and `CancellationError` when the task is cancelled.
    func lookUp(_ names: [DNSName], each: (Int, TXTOutcome) throws -> Void) throws
}

/// Answers from a table, without asking anything; every other name does not exist.
public struct OfflineTXT: TXTSource {
    /// How asking for a name ends.
    public var outcomes: [DNSName: TXTOutcome]

    /// A source of these outcomes.
    public init(_ outcomes: [DNSName: TXTOutcome] = [:]) { self.outcomes = outcomes }

    /// Gives each name's outcome, in the order of the names.
    public func lookUp(_ names: [DNSName], each: (Int, TXTOutcome) throws -> Void) throws {
        for (place, name) in names.enumerated() {
            try Task.checkCancellation()
            try each(place, outcomes[name] ?? .answer(TXTAnswer(code: .noSuchName)))
        }
    }
}
