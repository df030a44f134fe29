// `check`: a proof, and the file that it is said to be of, without the bundle.

import Bytes
import Cryptography
import Files
import Mail
public import Manifest
public import MerkleTree
import Sealing

/// What a proof is checked against.
public struct ProofCheckOptions: Sendable {
    /// The message or attachment that the proof is said to be of; nil to check the proof alone.
    public var file: [UInt8]?
    /// The root that the proof must lead to, when the user knows it.
    public var pin: RootReference?
    /// The folder of the seal that the proof's checkpoint must have; nil when there is none.
    public var seal: [UInt8]?
    /// What the seal, and the signatures in the proof, are checked against.
    public var sealing = SealCheckOptions()

    /// A check of a proof alone.
    public init() {}
}

/// The outcome of checking a proof.
public struct ProofReport: Sendable {
    /// The answer in one word.
    public enum Verdict: String, Sendable {
        /// File, line and root belong together, and the root is one that the user named.
        case proven
        /// File, line and root belong together; nobody vouched for the root.
        case consistent
        /// They do, and the seal does not hold.
        case sealBroken = "seal-broken"
        /// They do not.
        case notProven = "not-proven"
    }

    /// Everything that does not hold.
    public let findings: [Finding]
    /// The line of the manifest; nil when the proof holds none that can be read.
    public let line: ManifestLine?
    /// Its index.
    public let leaf: Int
    /// The checkpoint that the proof leads to.
    public let checkpoint: Checkpoint
    /// Whether the user named the root.
    public let isPinned: Bool
    /// Whether a file was compared.
    public let hasFile: Bool

    /// The note keys that the user named and that signed the checkpoint in the proof.
    public let noteKeys: [NoteVerifierKey]
    /// What was found about the seal; nil when none was named.
    public let seal: SealReport?

    /// The answer.
    public var verdict: Verdict {
        guard findings.isEmpty else { return .notProven }
        if seal?.isBroken == true { return .sealBroken }
        return isPinned || !noteKeys.isEmpty || seal?.isAnchored == true ? .proven : .consistent
    }
}

/// Checks proofs.
public enum ProofCheck {
    /// Checks a proof; what does not hold is a finding of the report.
    ///
    /// - Throws: `MailsealError` or `FileError` when there is nothing that could be judged.
    public static func run(_ text: [UInt8], _ options: ProofCheckOptions) throws -> ProofReport {
        let proof: LogProof
        do { proof = try LogProof(parsing: text) } catch { throw MailsealError("\(error)") }
        var findings: [Finding] = []
        let line = try? proof.extra.map { try ManifestLine.disclosed($0) }
        if let extra = proof.extra, proof.verify(leafHash: TreeHash.leaf(extra)) {
            if line == nil {
                findings.append(Finding(.integrity, .lineMalformed, "line", "the proof holds no line of a manifest"))
            }
        } else {
            findings.append(
                Finding(
                    .integrity, .proofBroken, "proof",
                    "line \(proof.index) does not lead to the root \(proof.checkpoint.reference)"))
        }
        if let pin = options.pin, pin != proof.checkpoint.reference {
            findings.append(
                Finding(.integrity, .pinDiffers, "root", "it leads to \(proof.checkpoint.reference), you named \(pin)"))
        }
        if let file = options.file { findings += try compare(file, line) }
        let (noteKeys, refusal) = try signers(of: proof, options)
        return ProofReport(
            findings: findings + refusal, line: line, leaf: proof.index, checkpoint: proof.checkpoint,
            isPinned: options.pin != nil, hasFile: options.file != nil, noteKeys: noteKeys,
            seal: try options.seal.map {
                SealCheck.run(try SealFolder(path: $0), of: proof.checkpoint, .none, options.sealing)
            })
    }

    /// The note keys that signed the checkpoint in the proof, among those that the user named.
    private static func signers(
        of proof: LogProof, _ options: ProofCheckOptions
    ) throws -> ([NoteVerifierKey], [Finding]) {
        let named = options.sealing
        guard options.seal != nil || named.allowedSigners == nil && named.anchors == nil && named.revokedKeys == nil
        else {
            throw MailsealError("the proof holds no SSH signature and no time stamp", hint: "name the seal: --seal")
        }
        guard !named.noteKeys.isEmpty else { return ([], []) }
        let check = (try? SignedNote(parsing: proof.signedCheckpoint))?.check(with: named.noteKeys) ?? .noKnownKey
        if case .verified(let keys) = check { return (keys, []) }
        // The seal's note says it then.
        if check == .noKnownKey, options.seal != nil { return ([], []) }
        return ([], [Finding(.integrity, .sealNoteRefused, "checkpoint of the proof", check.refusal)])
    }

    /// The file against the size and the digest in the line.
    private static func compare(_ path: [UInt8], _ line: ManifestLine?) throws -> [Finding] {
        guard let named = line?.content else {
            return [
                Finding(.integrity, .proofOfOther, path.displayText, "the proof is of no message, attachment or file")
            ]
        }
        let file = try ReadableFile(named: path)
        let hash = RunningHash(.sha256)
        try file.hash(into: hash)
        let found = hash.finishDigest()
        guard found != named.digest || file.size != named.size else { return [] }
        let other = found == named.digest ? nil : try otherLineEnds(file, named.digest)
        let hint = other.map { "; with \($0) line ends it would be the one" } ?? ""
        return [
            Finding(
                .integrity, .proofOfOther, path.displayText,
                "it has \(file.size) bytes and SHA-256 \(found), "
                    + "the proof is of \(named.size) bytes with SHA-256 \(named.digest)\(hint)")
        ]
    }

    /// Files up to this size are tried with other line ends, 64 MiB.
    private static let conversionLimit = 64 << 20

    /// The line ends with which the file would be the one that is proven: mail programs change them when they save.
    private static func otherLineEnds(_ file: ReadableFile, _ digest: Digest) throws -> String? {
        guard file.size <= conversionLimit else { return nil }
        var bare: [UInt8] = []
        var full: [UInt8] = []
        var previous: UInt8 = 0
        for byte in try file.read(at: 0, count: file.size) {
            if byte == ASCII.lf {
                if previous == ASCII.cr { bare.removeLast() } else { full.append(ASCII.cr) }
            }
            bare.append(byte)
            full.append(byte)
            previous = byte
        }
        if Digest(hashing: bare) == digest { return "LF" }
        return Digest(hashing: full) == digest ? "CRLF" : nil
    }
}

extension MessageLine {
    /// What the message says of itself, decoded for showing and not yet safe for a terminal: claims, as recorded.
    public var claims: [(name: String, text: String)] {
        [("From", from), ("To", to), ("Date", date), ("Subject", subject), ("Message-ID", messageID)].compactMap {
            name, value in value.map { (name, decodedHeader($0)) }
        }
    }
}

extension ManifestLine {
    /// The size and digest of the bytes that the line is about.
    fileprivate var content: (size: Int, digest: Digest)? {
        switch self {
        case .message(let line): (line.size, line.sha256)
        case .attachment(let line): (line.size, line.sha256)
        case .file(let line): line.sha256.map { (line.size ?? 0, $0) }
        case .container(let line): line.sha256.map { (line.size, $0) }
        case .head, .source, .dkim, .occurrence, .failure, .sourceEnd, .key, .content, .end, .withheld: nil
        }
    }
}
