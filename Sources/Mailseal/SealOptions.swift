// What `seal` is asked for, and what it did.

public import Cryptography
public import MerkleTree

/// What to seal and with what.
public struct SealOptions: Sendable {
    /// What becomes of a request for a time stamp that is carried to the authority by hand.
    public enum OfflineStamp: Hashable, Sendable {
        /// Write the request to this file.
        case request(file: [UInt8])
        /// Take in the reply in this file.
        case reply(file: [UInt8])
    }

    /// The bundle.
    public var bundle: [UInt8]
    /// The folder of the seal; nil for the one beside the bundle (`Seal.folder(of:)`).
    public var folder: [UInt8]?
    /// The file that `ssh-keygen -Y sign -f` is given.
    public var sshKey: [UInt8]?
    /// The file of a private note key.
    public var noteKey: [UInt8]?
    /// The addresses of time-stamping authorities.
    public var authorities: [String] = []
    /// The hash function of the imprints.
    public var imprint: TimeStampImprint.Algorithm = .sha256
    /// A request written, or a reply taken in.
    public var offline: OfflineStamp?
    /// The name under which an offline stamp is kept: `[a-z0-9][a-z0-9.-]*`.
    public var offlineName: String?
    /// Files of certificates and revocation lists for the stamps, PEM or DER.
    public var chain: [[UInt8]] = []
    /// Fetch what stamps of the folder, and a reply that is taken in, lack of these.
    public var fetchesChain = false
    /// A seal, bundle or checkpoint that the bundle must be the same as, or extend.
    public var after: [UInt8]?
    /// Seal even if the bundle does not extend what was sealed last for its origin.
    public var allowsFork = false
    /// Stamp all that the seal holds again.
    public var renews = false
    /// The user's folder of what was sealed last; nil to neither ask nor remember.
    public var memory: [UInt8]?
    /// The number of workers.
    public var jobs = 2
    /// The memory to stay within, in bytes.
    public var memoryBytes = 512 << 20

    /// Whether stamps that are there may be given what they lack.
    var completes: Bool { fetchesChain || !chain.isEmpty }

    /// The defaults for a bundle.
    public init(bundle: [UInt8]) { self.bundle = bundle }
}

/// What `seal` did.
public struct SealSummary: Sendable {
    /// How the bundle stands to what was sealed before for its origin.
    public enum Continuity: Hashable, Sendable {
        /// Nothing is known of an earlier seal, so nothing was compared.
        case notChecked
        /// The checkpoint is the one that was sealed before.
        case same
        /// It extends this one.
        case extends(RootReference)
        /// It does not extend this one, and was sealed all the same.
        case fork(RootReference)
        /// Something was added to a seal that there was.
        case notNew
    }

    /// A time stamp that was added.
    public struct Stamp: Sendable {
        /// The file of the reply.
        public let file: String
        /// The time in the token.
        public let time: TimeStampTime
        /// What was found about it.
        public let verification: TimeStampVerification
    }

    /// The folder.
    public let folder: [UInt8]
    /// Whether it was made now.
    public let isNew: Bool
    /// The bundle's checkpoint.
    public let checkpoint: Checkpoint
    /// The names of the files that were written, in their order.
    public let added: [String]
    /// The fingerprint of the SSH key that signed now.
    public let fingerprint: String?
    /// The public half of the note key that signed now.
    public let verifierKey: NoteVerifierKey?
    /// The time stamps that were added.
    public let stamps: [Stamp]
    /// The file of a request that was written.
    public let request: [UInt8]?
    /// How the bundle stands to what was sealed before.
    public let continuity: Continuity
    /// Whether the bundle's facts were derived from its bytes again.
    public let derivationChecked: Bool
}
