// What the certification says of the bundle's seal.

import Bytes
import Cryptography
import Mailseal
import MerkleTree
import Sealing

extension StatementPage {
    /// The section on the seal, or on there being none.
    static func seal(_ statement: Statement) -> Section {
        let heading = "Seal"
        guard let seal = statement.report.seal else {
            let words =
                statement.looksForSeal
                ? "not sealed: no signature here vouches for the root, and no time stamp shows since when it exists "
                    + "(`mailseal seal` adds both beside the bundle)"
                : "not looked at, as the signer of this page chose"
            return Section(heading: heading, rows: [("Seal", words)])
        }
        let folder = statement.report.sealPath?.split(separator: "/").last.map(String.init) ?? "seal"
        var rows = [("Seal", "\(folder): \(seal.stated)")]
        if let signature = seal.signature { rows.append(("SSH signature", signature.stated)) }
        if let note = seal.note { rows += note.stated.map { ("Signed note", $0) } }
        rows += seal.stamps.map { ("Time stamp", $0.stated) }
        let faults = seal.findings.filter { $0.weight != .remark }
        rows += faults.prefix(Statement.listLimit).map { ("", "\($0.code): \($0.subject): \($0.detail)") }
        let rest = faults.count - Statement.listLimit
        if rest > 0 { rows.append(("", "and \(Quantity.grouped(rest)) more findings")) }
        let remarks = seal.findings.count - faults.count
        if remarks > 0 { rows.append(("", "\(Quantity.count(remarks, "remark")), which `mailseal verify` shows")) }
        let alarm = seal.isBroken ? "THE SEAL IS BROKEN: it does not vouch for this copy" : nil
        return Section(heading: heading, alarm: alarm, rows: rows, paragraphs: [meaning])
    }

    private static let meaning =
        "A signature shows which key vouches for the root. A time stamp (RFC 3161) shows that the seal and what it lists existed no later "
        + "than its time, if the authority and its clock are believed. README.txt in the seal's folder has the commands of "
        + "ssh-keygen and openssl that check each."
}

/// Who the signer of the page named is for each to say; that nobody was named must be said.
private let unnamed = "not anchored in anything that the signer of this page named"

extension SealReport {
    /// Whether its links hold, in words.
    fileprivate var stated: String {
        guard !isBroken else {
            return "BROKEN, \(Quantity.count(findings.count { $0.weight != .remark }, "finding"))"
        }
        switch bundleLine {
        case .ofFullBundle: return "sound; the file that it lists is the full bundle, of which this copy is a redaction"
        case .compared, .differs, .notCompared: return "sound; it is of this root and of this file"
        }
    }
}

extension SealReport.Signature {
    fileprivate var stated: String {
        guard isVerified else { return "\(key), REFUSED" }
        guard !signers.isEmpty else { return "\(key), good; \(unnamed)" }
        let names = signers.map(\.principals.description).joined(separator: "; ")
        return "\(key), good; of \(names), named by the signer of this page"
    }
}

extension SealReport.Note {
    fileprivate var stated: [String] {
        let good = Set(keys.map(\.id))
        return claims.map { claim in
            good.contains(claim)
                ? "\(claim), good; a key named by the signer of this page"
                : "\(claim), not checked; \(unnamed)"
        }
    }
}

extension SealReport.Stamp {
    fileprivate var stated: String {
        let when = time.map { SealReport.words(for: $0) } ?? "no time"
        let what = "\(when) by \(authority), over \(SealFolderName.list(name.list))"
        let revocation = verification.isRevocationChecked ? "" : "; revocation not checked for the whole chain"
        switch state {
        case .refused: return "\(what), REFUSED"
        case .doubtful: return "\(what), DOUBTFUL: a certificate was revoked later"
        case .unanchored: return "\(what), good; \(unnamed)\(revocation)"
        case .sound:
            let anchor = verification.chain.last?.subject ?? ""
            return "\(what), good; anchored in \(anchor), named by the signer of this page\(revocation)"
        }
    }
}
