// `prove`: one line of a manifest with the hashes that lead from it to the root, as a text that needs no bundle.

import Container
import Cryptography
public import Manifest
public import MerkleTree

/// What is to be proved.
public enum ProofSubject: Equatable, Sendable {
    /// A message.
    case message(MessageReference)
    /// An attachment of a message, by its part's number.
    case attachment(MessageReference, part: String)
    /// A line of the manifest, by its index.
    case line(Int)
}

/// A proof that was made, and what it is of.
public struct MadeProof: Sendable {
    /// The proof, checked against the bundle's root.
    public let proof: LogProof
    /// The line that it proves.
    public let line: ManifestLine
    /// The number of the message that the line is or belongs to, when it was asked for by its message.
    public let message: Int?
}

/// Makes proofs.
public enum Prove {
    /// Makes the proof of a message, an attachment or a line; nil when the bundle has none of that name.
    ///
    /// It reads what leads to the line, and no payload.
    ///
    /// - Parameter signedCheckpoint: the bundle's checkpoint with signatures, when there is one; its body must be that of
    ///   the bundle.
    /// - Throws: `MailsealError` when the bundle does not lead to the line.
    public static func run(
        _ bundle: Bundle, _ subject: ProofSubject, signedCheckpoint: [UInt8]? = nil
    ) throws -> MadeProof? {
        guard let found = try place(of: subject, in: bundle) else { return nil }
        let group = found.leaf / Tree.groupSize
        let lines = try bundle.lines(ofGroup: group)
        let line = lines[found.leaf % Tree.groupSize]
        guard !line.isWithheld else { throw MailsealError("line \(found.leaf) is withheld from this bundle") }
        let checkpoint = signedCheckpoint ?? bundle.checkpoint.text
        guard Checkpoint.body(of: checkpoint).elementsEqual(bundle.checkpoint.text) else {
            throw MailsealError("the signed checkpoint is not that of the bundle")
        }
        let inclusion = Tree.inclusionProof(
            of: found.leaf, in: bundle.lineCount, groups: bundle.groups.map(\.hash),
            leafHashesOfGroup: lines.map(\.hash))
        guard let inclusion,
            let proof = LogProof(
                extra: line.leafData, index: found.leaf, hashes: inclusion.hashes, signedCheckpoint: checkpoint),
            proof.verify(leafHash: line.hash)
        else { throw MailsealError("the index does not lead from line \(found.leaf) to the root", hint: Bundle.hint) }
        return MadeProof(proof: proof, line: try line.read(), message: found.message)
    }

    /// The index of the line, and the number of its message.
    private static func place(
        of subject: ProofSubject, in bundle: Bundle
    ) throws -> (leaf: Int, message: Int?)? {
        switch subject {
        case .line(let leaf):
            return (0..<bundle.lineCount).contains(leaf) ? (leaf, nil) : nil
        case .message(let reference):
            guard let leaf = try bundle.leaf(of: reference) else { return nil }
            return (leaf, try number(ofLeaf: leaf, in: bundle))
        case .attachment(let reference, let part):
            guard let leaf = try bundle.leaf(of: reference) else { return nil }
            // Attachments stand right behind their message.
            var lines = bundle.unread(from: leaf + 1)
            while let line = try lines.next(), case .attachment(let attachment) = try line.read() {
                if attachment.part == part { return (line.leaf, try number(ofLeaf: leaf, in: bundle)) }
            }
            return nil
        }
    }

    private static func number(ofLeaf leaf: Int, in bundle: Bundle) throws -> Int? {
        var lines = bundle.unread(from: leaf)
        guard case .message(let message)? = try lines.next()?.read() else { return nil }
        return message.number
    }
}
