// What an audit remembers of the `dkim` lines of each message: enough to count and to tell whether new ones differ.

import Bytes
import Cryptography

/// The `dkim` lines of one message as they come.
struct OpenEvidence {
    let message: Digest
    /// The index of its first line.
    let start: Int
    /// The number of lines.
    private(set) var signatures = 0
    /// The kind of the last one.
    private(set) var lastKind = SignatureOrder.first
    /// What they amount to.
    private(set) var standing = EvidenceStanding()
    /// The hash of the lines; seeded anew in each process.
    private(set) var hash = 0

    /// No lines yet of a message, the first one to stand at an index.
    init(of message: Digest, from start: Int) {
        self.message = message
        self.start = start
    }

    /// Adds the next line.
    mutating func add(_ line: DKIMLine) {
        signatures += 1
        lastKind = SignatureOrder(of: line) ?? lastKind
        standing.count(line)
        var hasher = Hasher()
        hasher.combine(hash)
        // As bytes: an array hashes its elements one by one.
        unsafe ManifestLine.dkim(line).bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        hash = hasher.finalize()
    }
}

/// The newest `dkim` lines of one message.
struct KnownEvidence: Equatable {
    /// A hash of the lines; 0 when there are none.
    var hash: UInt64 = 0
    /// What they amount to.
    var standing = Standing()

    /// What is counted of `dkim` lines.
    struct Standing: Hashable {
        /// The reservations, as bits of a `ReservationTally`.
        var reservations: UInt64 = 0
        /// The number of lines.
        var signatures: UInt32 = 0
        /// The class that they give the message.
        var evidence = EvidenceClass.unsigned
    }
}

/// Counts reservations by their codes, and names each by one bit.
public struct ReservationTally: Sendable {
    /// How many codes are told apart: a hostile manifest can have others on every line.
    public static let limit = 64
    /// Longer codes, of which a hostile line can hold 64 MiB, are not counted.
    private static let lengthLimit = 64

    private var codes: [String] = []
    private var messages: [Int] = []

    /// Nothing counted.
    public init() {}

    /// For how many messages each reservation is one of the signature that gives their class, by code.
    public var counts: [String: Int] {
        Dictionary(uniqueKeysWithValues: zip(codes, messages).filter { $0.1 > 0 })
    }

    /// Counts a message.
    public mutating func count(_ standing: EvidenceStanding) {
        count(bits(of: standing), by: 1)
    }

    /// What is remembered of evidence.
    mutating func known(_ evidence: OpenEvidence) -> KnownEvidence {
        KnownEvidence(
            hash: UInt64(bitPattern: Int64(evidence.hash)),
            standing: KnownEvidence.Standing(
                reservations: bits(of: evidence.standing), signatures: UInt32(clamping: evidence.signatures),
                evidence: evidence.standing.evidence))
    }

    /// Counts a message with this evidence, or with a step of -1 takes it back.
    mutating func count(_ evidence: KnownEvidence, by step: Int) {
        count(evidence.standing.reservations, by: step)
    }

    private mutating func count(_ reservations: UInt64, by step: Int) {
        for place in codes.indices where reservations & 1 << UInt64(place) != 0 { messages[place] += step }
    }

    private mutating func bits(of standing: EvidenceStanding) -> UInt64 {
        standing.reservations.reduce(0) { $0 | bit(of: $1) }
    }

    private mutating func bit(of code: String) -> UInt64 {
        if let place = codes.firstIndex(of: code) { return 1 << UInt64(place) }
        guard codes.count < Self.limit, code.utf8.count <= Self.lengthLimit else { return 0 }
        codes.append(code)
        messages.append(0)
        return 1 << UInt64(codes.count - 1)
    }
}
