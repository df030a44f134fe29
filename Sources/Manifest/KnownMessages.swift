// What an audit remembers of each message, in as few bytes as it takes: there may be millions.

import Bytes
public import Cryptography

/// The messages that a manifest named, by their digests; 32 bytes for each digest and some 26 for all else.
public struct KnownMessages: Sendable {
    private struct Row {
        let number: UInt32
        let size: UInt32
        /// The place of its evidence's standing among all that occur.
        var standing: UInt32 = 0
        /// The halves of the evidence's hash: as one word they would make each row four bytes longer.
        var hash: (low: UInt32, high: UInt32) = (0, 0)
    }

    private var digests = DigestList()
    private var rows = PagedArray<Row>()
    /// All standings that occur, which many messages share, and where each is.
    private var standings = [KnownEvidence.Standing()]
    private var standingPlaces = [KnownEvidence.Standing(): UInt32(0)]
    private var knownRoot: (count: Int, root: Digest)?

    /// No messages.
    init() {}

    /// The number of messages.
    public var count: Int { digests.count }

    /// What is known of a message; nil when it has no line.
    public subscript(digest: Digest) -> KnownMessage? {
        digests.place(of: digest).map { place in
            KnownMessage(place: place, number: rows[place].number, size: rows[place].size)
        }
    }

    /// The root over the digests (see `ContentRoot`).
    public mutating func contentRoot() -> Digest {
        if let knownRoot, knownRoot.count == count { return knownRoot.root }
        var root = ContentRoot()
        digests.forEachSorted { root.append($0) }
        knownRoot = (count, root.root)
        return root.root
    }

    /// Adds a message without evidence, and gives whether it is new.
    ///
    /// Of one that is not, number and size are now these.
    mutating func insert(_ digest: Digest, number: Int, size: Int) -> Bool {
        let row = Row(number: UInt32(clamping: number), size: UInt32(clamping: size))
        let (isNew, place) = digests.insert(digest)
        if isNew { rows.append(row) } else { rows[place] = row }
        return isNew
    }

    /// The newest evidence of the message at a place.
    func evidence(at place: Int) -> KnownEvidence {
        let row = rows[place]
        return KnownEvidence(
            hash: UInt64(row.hash.high) << 32 | UInt64(row.hash.low), standing: standings[Int(row.standing)])
    }

    /// Remembers newer evidence.
    mutating func setEvidence(_ evidence: KnownEvidence, at place: Int) {
        let standing = standingPlaces[evidence.standing] ?? UInt32(standings.count)
        if standing == standings.count {
            standings.append(evidence.standing)
            standingPlaces[evidence.standing] = standing
        }
        rows[place].standing = standing
        rows[place].hash = (UInt32(truncatingIfNeeded: evidence.hash), UInt32(evidence.hash >> 32))
    }
}

/// What is known of a message that a manifest named.
public struct KnownMessage: Equatable, Sendable {
    /// How many other messages were named before it.
    public let place: Int
    /// Its number.
    public let number: UInt32
    /// Its size in bytes.
    public let size: UInt32
}
