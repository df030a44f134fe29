// The signatures of an archive by the key that must have made them, for `keys recover`.

import Bytes
import Cryptography
import DKIM
import Files
import KeyRecovery
import Mail

/// The rsa signatures of one name and one length: those of one key, or of several one after the other.
struct SignatureGroup: Sendable {
    /// What makes signatures belong together.
    struct ID: Hashable, Sendable {
        let name: KeyName
        /// The length of each signature in bytes.
        let length: Int
    }

    /// One signature: where it lies in the spool, and what decides whether it is tried.
    struct Entry: Sendable {
        let offset: Int
        /// The message's number in the order of reading.
        let message: Int
        /// What the message says of when it was written.
        let time: Int64?
        /// How little speaks for its being sound.
        let rank: UInt8
    }

    let id: ID
    /// The signatures in the order of reading.
    var entries: [Entry] = []
    /// How many messages they stand in.
    var messages = 0

    /// Those of most messages first, then by name and length.
    static func isSearchedBefore(_ a: SignatureGroup, _ b: SignatureGroup) -> Bool {
        if a.messages != b.messages { return a.messages > b.messages }
        let (first, second) = (a.id.name, b.id.name)
        if first.domain != second.domain { return first.domain.lexicographicallyPrecedes(second.domain) }
        if first.selector != second.selector { return first.selector.lexicographicallyPrecedes(second.selector) }
        return a.id.length < b.id.length
    }
}

/// The rsa signatures of an archive by name and length, their values in a file.
struct SignatureSurvey {
    /// Names that DNS cannot have are left out.
    private static let nameLimit = 255

    /// The groups; a name that no signature of a length to try calls for has none.
    private(set) var groups: [SignatureGroup.ID: SignatureGroup] = [:]
    private let spool: TemporaryFile
    private var messages = 0

    init() throws { spool = try TemporaryFile() }

    /// What one message gives.
    struct Found: Sendable {
        let samples: [KeyRecoverySample]
        let time: Int64?

        /// Reads a message.
        init(in message: [UInt8]) {
            let header = HeaderSection(of: message.span)
            samples = KeyRecoverySample.samples(of: message.span, header: header)
            let date = header.first(named: "date", in: message.span)
            time = date.flatMap { DateField.seconds(in: $0.unfoldedValue(in: message.span)) }
        }
    }

    /// Takes up what the next message gives.
    mutating func add(_ found: Found) throws {
        messages += 1
        for sample in found.samples
        where KeySearch.lengths.contains(sample.signature.value.count)
            && sample.name.text.count <= Self.nameLimit
        {
            let id = SignatureGroup.ID(name: sample.name, length: sample.signature.value.count)
            let entry = SignatureGroup.Entry(
                offset: spool.size, message: messages, time: found.time, rank: UInt8(clamping: sample.rank))
            var group = groups[id] ?? SignatureGroup(id: id)
            // A dictionary that still held the group would make every append a copy.
            groups[id] = nil
            if group.entries.last?.message != messages { group.messages += 1 }
            group.entries.append(entry)
            groups[id] = group
            try spool.append(SpooledSignature.bytes(of: sample.signature))
        }
    }

    /// The signatures' values, for reading only; nothing may be added any more.
    func values() throws -> ReadableFile { try spool.readable() }
}

/// A signature as it lies in the spool: value, hash function, digest, filled up to one size for each length.
enum SpooledSignature {
    static func bytes(of signature: RSASignature) -> [UInt8] {
        let padding = [UInt8](repeating: 0, count: 64 - signature.digest.count)
        return signature.value + [UInt8(signature.function.digestLength)] + signature.digest + padding
    }

    /// The signature of an entry.
    static func read(_ entry: SignatureGroup.Entry, length: Int, from file: ReadableFile) throws -> RSASignature {
        let bytes = try file.read(at: entry.offset, count: length + 65)
        let function: HashFunction =
            switch bytes[length] {
            case 20: .sha1
            case 64: .sha512
            default: .sha256
            }
        return RSASignature(
            value: Array(bytes[..<length]), digest: Array(bytes[(length + 1)...].prefix(function.digestLength)),
            function: function)
    }
}
