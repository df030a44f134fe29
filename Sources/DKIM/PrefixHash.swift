// A hash of the canonical body that gives the digests of several prefixes in one pass.

import Bytes
import Cryptography

/// A running hash that stops at given lengths (l=) to take a digest there.
struct PrefixHash {
    /// How many bytes have come in.
    private(set) var count = 0
    /// The digests at the lengths that were reached.
    private(set) var digests: [Int: [UInt8]] = [:]
    private var hash: RunningHash
    /// The lengths still to come, the largest first.
    private var lengths: [Int]
    private var hashed = 0
    /// Short runs are gathered here, as a call of the hash costs more than copying them.
    private var gathered: [UInt8] = []

    private static let gatheringLimit = 8192
    private static let shortRun = 512

    /// A hash that takes a digest at each of these lengths.
    init(_ function: HashFunction, lengths: some Sequence<Int>) {
        hash = RunningHash(function)
        self.lengths = Set(lengths).sorted(by: >)
        gathered.reserveCapacity(Self.gatheringLimit + Self.shortRun)
    }

    /// Appends CRLF.
    mutating func appendLineEnd() {
        gathered.append(ASCII.cr)
        gathered.append(ASCII.lf)
        count += 2
        if gathered.count >= Self.gatheringLimit { flush() }
    }

    /// Appends one space.
    mutating func appendSpace() {
        gathered.append(ASCII.space)
        count += 1
        if gathered.count >= Self.gatheringLimit { flush() }
    }

    /// Appends `length` bytes.
    mutating func append(_ start: UnsafePointer<UInt8>, _ length: Int) {
        let run = unsafe UnsafeBufferPointer(start: start, count: length)
        count += length
        if length < Self.shortRun {
            unsafe gathered.append(contentsOf: run)
            if gathered.count >= Self.gatheringLimit { flush() }
        } else {
            flush()
            let span = unsafe run.span
            update(span)
        }
    }

    /// The digest of everything; nothing may be appended after that.
    mutating func finish() -> [UInt8] {
        flush()
        return hash.copy().finish()
    }

    /// A hash of the same bytes so far, which goes on by itself.
    func branched() -> PrefixHash {
        var branch = self
        branch.hash = hash.copy()
        return branch
    }

    private mutating func flush() {
        guard !gathered.isEmpty || hashed == 0 else { return }
        let bytes = gathered
        gathered.removeAll(keepingCapacity: true)
        update(bytes.span)
    }

    private mutating func update(_ bytes: Span<UInt8>) {
        var taken = 0
        while let length = lengths.last, length <= hashed + bytes.count {
            lengths.removeLast()
            hash.update(bytes.extracting(taken..<length - hashed))
            taken = length - hashed
            digests[length] = hash.copy().finish()
        }
        hash.update(bytes.extracting(taken..<bytes.count))
        hashed += bytes.count
    }
}
