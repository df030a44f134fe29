// What `verify` found: the verdict, never stronger than the evidence, and everything behind it.

public import Bytes
public import Manifest
public import MerkleTree

/// What to verify and against what.
public struct VerifyOptions: Sendable {
    /// The bundle, or the folder of an extracted one; nil for standard input.
    public var path: [UInt8]?
    /// The root that the bundle must have, when the user knows it.
    public var pin: RootReference?
    /// The root that an edition of the bundle must have, when the user knows one that the bundle must extend.
    public var base: RootReference?
    /// The origin that the checkpoint must have, when the user gave a checkpoint file.
    public var pinnedOrigin: RawText?
    /// Which seal to check.
    public var seal = Seal.none
    /// What a seal is checked against.
    public var sealing = SealCheckOptions()
    /// The number of workers.
    public var jobs = 2
    /// The memory to stay within, in bytes.
    public var memory = 512 << 20

    /// Which seal to check.
    public enum Seal: Hashable, Sendable {
        /// None.
        case none
        /// The folder `NAME.seal` beside the bundle, if there is one.
        case beside
        /// The folder of this path.
        case folder([UInt8])
    }

    /// The defaults for a bundle.
    public init(path: [UInt8]?) { self.path = path }
}

/// The outcome of a verification.
public struct VerifyReport: Sendable {
    /// The answer in one word.
    public enum Verdict: String, Sendable {
        /// Something is not what was sealed.
        case altered
        /// The bytes are consistent, and the recorded evidence does not follow from them.
        case evidenceDiffers = "evidence-differs"
        /// Everything agrees, and the root is the one that the user named.
        case intact
        /// Everything agrees, and the root that the user named is that of an earlier edition: that much is intact, what
        /// later editions add is consistent.
        case extended
        /// The bundle agrees with itself, and its seal does not hold.
        case sealBroken = "seal-broken"
        /// Everything agrees with everything else in the bundle; nobody named the root.
        case consistent
        /// The bytes agree and the root is the one that the user named; derived facts were not checked.
        case bytesIntact = "bytes-intact"
        /// The bytes agree with everything else in the bundle; derived facts were not checked, nobody named the root.
        case bytesConsistent = "bytes-consistent"
    }

    /// What a redacted bundle holds, and of how much.
    public struct Disclosure: Equatable, Sendable {
        /// The messages whose bytes are there.
        public let messages: Int
        /// The messages of which only the lines are there.
        public let listed: Int
        /// The messages of the archive, as its end line counts them.
        public let total: Int
        /// The lines that are withheld.
        public let withheldLines: Int
    }

    /// All findings, in the order in which they were made.
    public let findings: [Finding]
    /// The bundle's name.
    public let name: RawText
    /// The checkpoint's origin.
    public let origin: RawText
    /// The root computed from the manifest's lines; of no leaf when the manifest could not be read.
    public let root: RootReference
    /// The root that the user named.
    public let pin: RootReference?
    /// The root that the user named as one that the bundle extends.
    public let base: RootReference?
    /// The editions, as computed from the manifest's lines.
    public let editions: [Edition]
    /// The content root in the manifest.
    public let contentRoot: String
    /// The rules under which the facts were recorded; of several the first that are not this program's.
    public let rules: Int?
    /// The counts computed from the manifest's lines.
    public let counts: EndLine
    /// For how many messages each reservation is one of the signature that gives their class, by code;
    /// computed from the lines as the counts are.
    public let reservations: [String: Int]
    /// How much of the archive the bundle discloses; nil when nothing is withheld.
    public let disclosure: Disclosure?
    /// Whether a folder was verified, where container and index cannot be.
    public let isFolder: Bool
    /// What was found about its seal; nil when none was checked.
    public internal(set) var seal: SealReport?
    /// The path of the seal's folder, safe to be shown; nil when none was checked.
    public internal(set) var sealPath: String?

    /// Whether there was a manifest that could be read; without one neither root nor counts are known.
    public var hasManifest: Bool { root.size > 0 }

    /// Whether recorded facts were derived again; not so when the bundle has other rules than this program.
    public var derivationChecked: Bool { rules == Format.rules }

    /// The edition whose root the user named, if there is one.
    public var namedEdition: Edition? { editions.last { $0.root == pin ?? base } }

    /// The verdict.
    public var verdict: Verdict {
        let own = bundleVerdict
        guard seal?.isBroken == true, own != .altered, own != .evidenceDiffers else { return own }
        return .sealBroken
    }

    /// The verdict on the bundle itself, for which a seal vouches only when nothing is wrong with it.
    public var bundleVerdict: Verdict {
        if findings.contains(where: { $0.weight == .integrity }) { return .altered }
        if findings.contains(where: { $0.weight == .derivation }) { return .evidenceDiffers }
        if isNamed || pin == nil && seal?.isAnchored == true { return derivationChecked ? .intact : .bytesIntact }
        if namedEdition != nil { return .extended }
        return derivationChecked ? .consistent : .bytesConsistent
    }

    /// Whether the user named the root itself.
    public var isNamed: Bool { (pin ?? base) == root }
}
