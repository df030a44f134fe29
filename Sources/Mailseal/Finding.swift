// What was found about a bundle, as values: coded, with the message or file that is hit.

/// One checked fact that did not hold, or a remark.
public struct Finding: Hashable, Sendable {
    /// What a finding means for the verdict.
    public enum Weight: String, Sendable {
        /// The bundle is not what was sealed: it is ALTERED.
        case integrity
        /// Recorded evidence does not follow from the bytes.
        case derivation
        /// Worth knowing; changes no verdict.
        case remark
    }

    /// The codes of findings that are made here; those about the container and between lines have theirs from
    /// `Fault.Code` and `ManifestAudit`.
    public enum Code: String, CaseIterable, Sendable {
        /// The comment or index.txt does not lead to the manifest.
        case indexUnusable = "index-unusable"
        /// index.txt is not the one recomputed from the bundle.
        case indexDiffers = "index-differs"
        /// The manifest, or a part of it, lies in damaged bytes.
        case manifestUnreadable = "manifest-unreadable"
        /// A line of the manifest is not canonical, or not one of the format's.
        case lineMalformed = "line-malformed"
        /// The root or origin is not the one that the user named.
        case pinDiffers = "pin-differs"
        /// The folder in the tar headers is not called what the `head` line says.
        case nameDiffers = "name-differs"
        /// A file that the manifest or the format calls for is not in its place.
        case entryMissing = "entry-missing"
        /// A file that nothing calls for, or not here.
        case entryUnexpected = "entry-unexpected"
        /// A message's bytes could not be read whole.
        case messageUnreadable = "message-unreadable"
        /// A message does not have the size or digest that was recorded.
        case messageAltered = "message-altered"
        /// Another payload file's bytes could not be read whole.
        case fileUnreadable = "file-unreadable"
        /// Another payload file does not have the size or digest that was recorded.
        case fileAltered = "file-altered"
        /// A mailbox put together again does not have the recorded digest.
        case sourceDigestDiffers = "source-digest-differs"
        /// A tag file does not follow from the manifest.
        case tagFileDiffers = "tag-file-differs"
        /// The facts in a `message` line do not follow from its bytes.
        case messageFactsDiffer = "message-facts-differ"
        /// The `attachment` lines do not follow from the message's bytes.
        case attachmentsDiffer = "attachments-differ"
        /// The `dkim` lines do not follow from the message's bytes and the `key` lines.
        case dkimDiffers = "dkim-differs"
        /// A proof does not lead from its line to its root.
        case proofBroken = "proof-broken"
        /// A proof is of other bytes than those of the file.
        case proofOfOther = "proof-of-other"
        /// A file that every seal has, or that another of its files calls for, is not there.
        case sealFileMissing = "seal-file-missing"
        /// A file of a seal cannot be read, or has not its form.
        case sealFileUnreadable = "seal-file-unreadable"
        /// A seal, or a file in it, is of another checkpoint.
        case sealOfOther = "seal-of-other"
        /// A list of a seal has not the lines or digests that its files call for.
        case sealListDiffers = "seal-list-differs"
        /// The bundle's file is not the one that was sealed.
        case sealBundleDiffers = "seal-bundle-differs"
        /// The SSH signature is not its key's over the checkpoint, or lacks what is required.
        case sealSignatureRefused = "seal-signature-refused"
        /// The SSH key is none that the user allows, or is revoked.
        case sealSignerRefused = "seal-signer-refused"
        /// No note key that the user named signed, or what bears its name is not its signature.
        case sealNoteRefused = "seal-note-refused"
        /// A time stamp proves nothing of the list that it is for.
        case sealStampRefused = "seal-stamp-refused"
        /// A file that no seal has.
        case sealFileUnexpected = "seal-file-unexpected"
        /// The line about the bundle's file was not compared.
        case sealBundleNotCompared = "seal-bundle-not-compared"
        /// The request for a time stamp is there, the reply is not.
        case sealStampPending = "seal-stamp-pending"
        /// The authority is none that the user named; another stamp's is.
        case sealStampUnanchored = "seal-stamp-unanchored"
        /// A certificate of a stamp was revoked later, for a reason that throws doubt on it.
        case sealStampDoubtful = "seal-stamp-doubtful"
        /// The status of a reply, which nobody signs, tells of changes.
        case sealStampChanged = "seal-stamp-changed"
        /// No revocation list says anything of a certificate.
        case sealRevocationUnchecked = "seal-revocation-unchecked"
        /// Something in a stamp's files that the check did not need.
        case sealPartUnused = "seal-part-unused"
        /// More findings of one code than are listed.
        case moreFindings = "more-findings"
        /// The root that the user named is that of an earlier edition.
        case earlierEdition = "earlier-edition"
        /// The facts were recorded under other rules than this program's.
        case otherRules = "other-rules"
        /// A folder was verified.
        case folder
    }

    /// What it means.
    public let weight: Weight
    /// The stable code that Docs/findings.md explains.
    public let code: String
    /// What is hit: a message, a file, a line, a place in the container.
    public let subject: String
    /// What was expected and found.
    public let detail: String

    /// A finding about a subject.
    init(_ weight: Weight, _ code: Code, _ subject: String, _ detail: String) {
        self.init(weight, code: code.rawValue, subject, detail)
    }

    /// A finding whose code is another module's.
    init(_ weight: Weight, code: String, _ subject: String, _ detail: String) {
        self.weight = weight
        self.code = code
        self.subject = Self.cut(subject)
        self.detail = Self.cut(detail)
    }

    private static let lengthLimit = 2000

    // What a hostile bundle says of itself can be of any length.
    private static func cut(_ text: String) -> String {
        text.utf8.count <= lengthLimit ? text : String(decoding: text.utf8.prefix(lengthLimit), as: UTF8.self) + "…"
    }
}

/// Findings while they are made: a thousand of each code are kept, the others counted, so that a hostile bundle
/// cannot fill the memory with them.
struct Findings: Sendable {
    /// How many findings of one code are kept.
    static let limit = 1000

    private struct Kind: Hashable {
        let weight: Finding.Weight
        let code: String
    }

    private var kept: [Finding] = []
    private var known: Set<Finding> = []
    private var counts: [Kind: Int] = [:]
    private var order: [Kind] = []

    /// Adds a finding, unless it is there already.
    mutating func append(_ finding: Finding) {
        guard !known.contains(finding) else { return }
        let kind = Kind(weight: finding.weight, code: finding.code)
        let count = counts[kind, default: 0] + 1
        counts[kind] = count
        if count == 1 { order.append(kind) }
        guard count <= Self.limit else { return }
        known.insert(finding)
        kept.append(finding)
    }

    /// Adds findings that could not even be listed where they were made.
    mutating func countMore(_ count: Int, like finding: Finding) {
        counts[Kind(weight: finding.weight, code: finding.code), default: 0] += count
    }

    static func += (findings: inout Findings, more: some Sequence<Finding>) {
        for finding in more { findings.append(finding) }
    }

    static func += (findings: inout Findings, more: Findings) {
        findings += more.kept
        for kind in more.order where more.counts[kind, default: 0] > limit {
            findings.counts[kind, default: 0] += more.counts[kind, default: 0] - limit
        }
    }

    /// Integrity first, then derivation, then remarks; each as found, and at its end what was not listed.
    var report: [Finding] {
        [Finding.Weight.integrity, .derivation, .remark].flatMap { weight in
            kept.filter { $0.weight == weight }
                + order.filter { $0.weight == weight && counts[$0, default: 0] > Self.limit }.map {
                    Finding(weight, .moreFindings, $0.code, "and \(counts[$0, default: 0] - Self.limit) more of them")
                }
        }
    }
}

/// Why an operation could not go on, with what it was doing.
public struct MailsealError: Error, CustomStringConvertible, Sendable {
    /// The sentence, lower case and without a full stop.
    public let description: String
    /// What the user can do, when there is something to do.
    public let hint: String?

    /// A sentence and a hint.
    public init(_ description: String, hint: String? = nil) {
        self.description = description
        self.hint = hint
    }
}
