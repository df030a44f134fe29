// `check --extends`: whether a newer bundle only adds to an older one, by the consistency proof of their trees.

import Bytes
import Container
import Cryptography
import Files
public import MerkleTree

/// How two checkpoints of one archive stand to each other.
public struct ConsistencyReport: Sendable {
    /// The answer in one word.
    public enum Verdict: String, Sendable {
        /// Both are the same.
        case same
        /// The newer one begins with every line of the older one, unaltered.
        case extends
        /// Neither extends the other, though both bear the same origin.
        case fork
        /// They bear different origins, so that nothing is expected of them.
        case otherArchive = "other-archive"
        /// The one that was named as the newer has fewer lines than the other, so that no proof can be made from it.
        case shorter
    }

    /// The older checkpoint.
    public let old: Checkpoint
    /// The newer checkpoint.
    public let new: Checkpoint
    /// The proof that leads to both roots; only for an extension.
    public let proof: ConsistencyProof?
    /// The answer.
    public let verdict: Verdict

    /// The hashes of the proof in base64; none but for an extension.
    public var proofTexts: [[UInt8]] { (proof?.hashes ?? []).map { Base64.encode($0.bytes) } }
}

/// Compares checkpoints of one archive.
public enum Consistency {
    /// Whether a bundle begins with all lines that an older checkpoint counts.
    ///
    /// It reads the index and at most 256 lines.
    public static func run(of bundle: Bundle, with old: Checkpoint) throws -> ConsistencyReport {
        // Every tree extends the empty one, and no bundle ever was it: a yes would assure of nothing.
        guard old.size > 0 else {
            throw MailsealError("the older checkpoint is of no lines, every bundle extends it", hint: hint)
        }
        let new = bundle.checkpoint
        func report(_ verdict: ConsistencyReport.Verdict, _ proof: ConsistencyProof? = nil) -> ConsistencyReport {
            ConsistencyReport(old: old, new: new, proof: proof, verdict: verdict)
        }
        guard old.origin == new.origin else { return report(.otherArchive) }
        if old == new { return report(.same) }
        guard old.size <= new.size else { return report(.shorter) }
        guard old.size < new.size else { return report(.fork) }
        let group = try bundle.lines(ofGroup: (old.size - 1) / Tree.groupSize)
        let proof = Tree.consistencyProof(
            from: old.size, to: new.size, groups: bundle.groups.map(\.hash), leafHashesOfGroup: group.map(\.hash))
        guard let proof else {
            throw MailsealError("the index does not lead to line \(old.size - 1)", hint: Bundle.hint)
        }
        return proof.verify(oldRoot: old.root, newRoot: new.root) ? report(.extends, proof) : report(.fork)
    }

    private static let hint = "name a bundle, its seal, or a checkpoint"

    /// The longest checkpoint that is read, with its signatures: 64 KiB.
    private static let checkpointLimit = 1 << 16

    /// The checkpoint that a path leads to: of a bundle, of a seal's folder, or in a file of its own.
    public static func checkpoint(of path: [UInt8]) throws -> Checkpoint {
        if ReadableFolder.isFolder(path) { return try checkpoint(of: path + "/checkpoint".bytes) }
        let file = try ReadableFile(named: path)
        if try BundleManifest.isBundle(file) { return try Bundle(path: path).checkpoint }
        let text = try file.read(at: 0, count: min(file.size, checkpointLimit))
        do {
            return try Checkpoint(parsing: Array(Checkpoint.body(of: text)))
        } catch {
            throw MailsealError("\(path.displayText): \(error)", hint: hint)
        }
    }
}
