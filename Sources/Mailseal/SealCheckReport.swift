// What was found about a seal: who signed, since when it existed, and what does not hold.

import Bytes
public import Cryptography
public import MerkleTree
public import Sealing

/// The outcome of checking a seal.
public struct SealReport: Sendable {
    /// The SSH signature of the checkpoint.
    public struct Signature: Sendable {
        /// The key that signed.
        public let key: SSHPublicKey
        /// Whether the signature is that key's over this checkpoint, and all that is required holds.
        public let isVerified: Bool
        /// The lines of the user's file that allow the key; empty without such a file.
        public internal(set) var signers: [AllowedSigner] = []
    }

    /// The signed note.
    public struct Note: Sendable {
        /// The names and hashes that its signatures bear, which are claims.
        public let claims: [NoteKeyID]
        /// The keys that the user named and that signed.
        public internal(set) var keys: [NoteVerifierKey] = []
    }

    /// A time stamp.
    public struct Stamp: Sendable {
        /// What can be said of it.
        public enum State: String, Sendable {
            /// Nothing is wrong, and its authority is one that the user named.
            case sound
            /// Nothing is wrong that the files alone can show; nobody named its authority.
            case unanchored
            /// A certificate was revoked later, for a reason that throws doubt on all its tokens.
            case doubtful
            /// It proves nothing.
            case refused
        }

        /// The list that was stamped and the name of the stamp's files.
        public let name: SealFolderStamp
        /// The time in the token; nil when there is none.
        public let time: TimeStampTime?
        /// What was found about it.
        public let verification: TimeStampVerification
        /// What can be said of it.
        public internal(set) var state: State

        /// The name of the certificate that signed, which is proven when the stamp is sound.
        public var authority: String { verification.signer?.subject ?? name.authority }
    }

    /// What became of the line about the bundle's file.
    public enum BundleLine: String, Sendable {
        /// The file has the digests.
        case compared
        /// The file has others.
        case differs
        /// The bundle is redacted: the line is about the full one.
        case ofFullBundle = "of-full-bundle"
        /// There was no file to compare.
        case notCompared = "not-compared"
    }

    /// The checkpoint in the seal; nil when it cannot be read.
    public internal(set) var checkpoint: Checkpoint?
    /// The SSH signature; nil when there is none that can be read.
    public internal(set) var signature: Signature?
    /// The signed note; nil when there is none that can be read.
    public internal(set) var note: Note?
    /// The stamps, those of the oldest list first.
    public internal(set) var stamps: [Stamp] = []
    /// The line about the bundle.
    public internal(set) var bundleLine = BundleLine.notCompared
    /// Everything that does not hold, and remarks.
    public internal(set) var findings: [Finding] = []

    /// Whether a link of the seal does not hold.
    public var isBroken: Bool { findings.contains { $0.weight != .remark } }

    /// The earliest stamp of an authority that the user named: everything existed no later than that.
    public var since: Stamp? {
        stamps.filter { $0.state == .sound }.min { a, b in
            guard let first = a.time?.second, let second = b.time?.second else { return b.time == nil }
            return first < second
        }
    }

    /// Whether somebody whom the user named signed the checkpoint.
    public var isSignedByNamed: Bool {
        signature?.isVerified == true && signature?.signers.isEmpty == false || note?.keys.isEmpty == false
    }

    /// Whether the seal vouches for the root as if the user had named it.
    public var isAnchored: Bool { !isBroken && isSignedByNamed }

    /// Who the user's own files say has signed, safe to be shown.
    public var signers: [String] {
        (signature?.signers ?? []).map { safeForTerminal($0.principals.description) }
            + (note?.keys ?? []).map { safeForTerminal($0.id.name.displayText) }
    }
}
