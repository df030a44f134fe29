// The text of a proof that one leaf belongs to a tree (C2SP tlog-proof, version 1).

import Bytes
public import Cryptography

/// Why a text is no proof.
public enum LogProofError: Error, Equatable, CustomStringConvertible {
    /// A line, counted from 1, is not what must stand there.
    case malformed(line: Int, expected: String)
    /// The text is longer than `LogProof.sizeLimit` bytes.
    case tooLong(bytes: Int)

    /// A sentence that says where and what was expected.
    public var description: String {
        switch self {
        case .malformed(let line, let expected): "malformed proof at line \(line), expected \(expected)"
        case .tooLong(let bytes): "proof of \(bytes) bytes, expected at most \(LogProof.sizeLimit)"
        }
    }
}

/// A leaf's inclusion proof with the checkpoint that it leads to, in one text that stands for itself.
///
/// ```
/// c2sp.org/tlog-proof@v1
/// extra <base64>          (may be missing)
/// index <decimal>
/// <base64 of a hash>      (0 to 63 of them, from the leaf to the root)
///
/// <checkpoint, with the lines of its signatures if it has any>
/// ```
public struct LogProof: Hashable, Sendable {
    /// The first line of version 1, without its LF.
    public static let header = "c2sp.org/tlog-proof@v1".bytes
    /// The longest text that is read, 4 MiB: `extra` may hold a line of a manifest.
    public static let sizeLimit = 4 << 20
    /// The most hashes of a proof.
    public static let hashLimit = 63

    /// What the leaf is made of; it proves nothing before its hash leads to the root.
    public let extra: [UInt8]?
    /// The leaf's index, from 0.
    public let index: Int
    /// Sibling hashes from the leaf to the root.
    public let hashes: [Digest]
    /// The checkpoint's text as it stands, signature lines included.
    public let signedCheckpoint: [UInt8]
    /// The checkpoint's values.
    public let checkpoint: Checkpoint

    /// A proof of these parts, or nil when the signed checkpoint does not begin with a checkpoint's body, the index is
    /// negative or there are more than `hashLimit` hashes.
    public init?(extra: [UInt8]?, index: Int, hashes: [Digest], signedCheckpoint: [UInt8]) {
        let body = Checkpoint.body(of: signedCheckpoint)
        guard let checkpoint = try? Checkpoint(parsing: Array(body)), index >= 0, hashes.count <= Self.hashLimit
        else { return nil }
        (self.extra, self.index, self.hashes) = (extra, index, hashes)
        (self.signedCheckpoint, self.checkpoint) = (signedCheckpoint, checkpoint)
    }

    /// Reads exactly the text that `text` gives; who signed the checkpoint is not looked at.
    public init(parsing text: [UInt8]) throws(LogProofError) {
        guard text.count <= Self.sizeLimit else { throw .tooLong(bytes: text.count) }
        var reader = LineReader(text)
        guard reader.next() == Self.header[...] else {
            throw reader.malformed(expected: Self.header.displayText)
        }
        var line = reader.next()
        var extra: [UInt8]?
        if let value = line?.value(of: "extra ") {
            guard let bytes = Base64.decode(value) else {
                throw reader.malformed(expected: "extra and base64")
            }
            extra = bytes
            line = reader.next()
        }
        guard let index = line?.value(of: "index ").flatMap(leafCount) else {
            throw reader.malformed(expected: "index and a number")
        }
        let hashes = try Self.hashes(&reader)
        guard let proof = LogProof(extra: extra, index: index, hashes: hashes, signedCheckpoint: reader.rest) else {
            throw .malformed(line: reader.number + 1, expected: "a checkpoint")
        }
        self = proof
    }

    /// The hashes up to the empty line.
    private static func hashes(_ reader: inout LineReader) throws(LogProofError) -> [Digest] {
        var hashes: [Digest] = []
        while true {
            guard let line = reader.next() else { throw reader.malformed(expected: "an empty line") }
            if line.isEmpty { return hashes }
            guard hashes.count < hashLimit, let hash = Base64.decode(line).flatMap({ Digest($0) }) else {
                throw reader.malformed(expected: "the base64 of a hash, of which there are at most \(hashLimit)")
            }
            hashes.append(hash)
        }
    }

    /// The proof as a text, to be kept in a file `NAME.tlog-proof`.
    public var text: [UInt8] {
        var text = Self.header + [ASCII.lf]
        if let extra { text += "extra ".bytes + Base64.encode(extra) + [ASCII.lf] }
        text += "index \(index)\n".bytes
        for hash in hashes { text += Base64.encode(hash.bytes) + [ASCII.lf] }
        return text + [ASCII.lf] + signedCheckpoint
    }

    /// Whether the hash of a leaf leads to the checkpoint's root; who signed it is not looked at.
    public func verify(leafHash: Digest) -> Bool {
        InclusionProof(index: index, size: checkpoint.size, hashes: hashes)
            .verify(leafHash: leafHash, root: checkpoint.root)
    }
}

/// The lines of a text, each ended by LF.
private struct LineReader {
    /// The number of the line that was read last.
    private(set) var number = 0
    private var place = 0
    private let text: [UInt8]

    init(_ text: [UInt8]) { self.text = text }

    /// What stands behind the line that was read last.
    var rest: [UInt8] { Array(text[place...]) }

    /// The next line without its LF; nil when there is none that ends.
    mutating func next() -> ArraySlice<UInt8>? {
        number += 1
        guard let end = text[place...].firstIndex(of: ASCII.lf) else { return nil }
        defer { place = end + 1 }
        return text[place..<end]
    }

    func malformed(expected: String) -> LogProofError { .malformed(line: number, expected: expected) }
}

extension ArraySlice<UInt8> {
    /// What stands behind a word that the line starts with.
    fileprivate func value(of word: String) -> ArraySlice<UInt8>? {
        starts(with: word.utf8) ? dropFirst(word.utf8.count) : nil
    }
}
