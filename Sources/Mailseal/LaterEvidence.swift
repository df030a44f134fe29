// The evidence that later editions recorded anew, found by message; its text waits in a temporary file.

import Bytes
import Cryptography
import Manifest

/// All `dkim` lines of one message as one edition recorded them.
struct RecordedEvidence: Sendable {
    /// The number of the edition.
    let edition: Int
    /// The lines.
    let signatures: [DKIMLine]
}

/// The `dkim` lines of messages in editions behind the one that holds the message; some 60 bytes of memory for each.
struct LaterEvidence {
    private struct Place {
        let message: Digest
        let edition: Int
        let offset: Int
        var size: Int
    }

    private let spool = SpooledText()
    private var places: [Place] = []
    private var text: TextSource?

    /// Adds the next line, of a message and an edition.
    mutating func append(_ line: [UInt8], of message: Digest, edition: Int) throws {
        if let last = places.last, last.message == message, last.edition == edition {
            places[places.count - 1].size += line.count + 1
        } else {
            places.append(Place(message: message, edition: edition, offset: spool.size, size: line.count + 1))
        }
        try spool.append(line + [ASCII.lf])
    }

    /// Ends the adding, so that evidence can be asked for.
    mutating func finish() throws {
        guard !places.isEmpty else { return }
        places.sort { ($0.message, $0.offset) < ($1.message, $1.offset) }
        text = try spool.source()
    }

    /// What was recorded anew for a message, in the order of the editions.
    func evidence(of message: Digest) throws -> [RecordedEvidence] {
        guard let text else { return [] }
        var (low, high) = (0, places.count)
        while low < high {
            let middle = (low + high) / 2
            if places[middle].message < message { low = middle + 1 } else { high = middle }
        }
        return try places[low...].prefix { $0.message == message }.map { place in
            let lines = try text.read(place.offset, place.size).split(separator: ASCII.lf)
            return RecordedEvidence(edition: place.edition, signatures: lines.compactMap { Self.signature($0) })
        }
    }

    private static func signature(_ line: ArraySlice<UInt8>) -> DKIMLine? {
        guard case .dkim(let signature)? = try? ManifestLine(Array(line)) else { return nil }
        return signature
    }
}
