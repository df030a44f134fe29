// What `verify` and `check` say of a seal: text and JSON.

import Bytes
import Cryptography
import Mailseal
import MerkleTree
import Sealing

extension SealReport {
    private static let notAnchored = "not anchored in anything you named"

    /// The number of findings that break the seal.
    var faults: Int { findings.count { $0.weight != .remark } }

    /// What follows the word of the verdict: since when, by whom.
    var clause: String {
        guard let since, let time = since.time else { return ", \(sealedBy), \(timeNotProven)" }
        return " since \(Self.words(for: time)) at the latest (stamped by \(since.authority)), \(sealedBy)"
    }

    private var sealedBy: String {
        var named: [String] = []
        for signer in signers where !named.contains(signer) { named.append(signer) }
        if !named.isEmpty { return "sealed by \(named.joined(separator: ", "))" }
        if let signature, signature.isVerified {
            return "sealed by \(signature.key.fingerprint.displayText) (\(Self.notAnchored))"
        }
        guard let claim = note?.claims.first else { return "not signed" }
        return "sealed in the name of \(safeForTerminal(claim.name.displayText)) (\(Self.notAnchored))"
    }

    private var timeNotProven: String {
        let claims = stamps.filter { $0.state == .unanchored }.compactMap { stamp in
            stamp.time.map { "stamped \(Self.words(for: $0)) by \(stamp.authority), \(Self.notAnchored)" }
        }
        return claims.isEmpty ? "time not proven" : "time not proven (\(claims.joined(separator: "; ")))"
    }

    /// A time such as `2026-11-22 14:03:05 UTC`.
    static func words(for time: TimeStampTime) -> String {
        time.description.dropLast().split(separator: "T").joined(separator: " ") + " UTC"
    }

    /// Signatures and stamps, one a line.
    var lines: [String] {
        var lines: [String] = []
        if let signature {
            let who = signature.signers.map { safeForTerminal($0.principals.description) }.joined(separator: ", ")
            let state = !signature.isVerified ? "refused" : who.isEmpty ? Self.notAnchored : who
            lines.append("signed  \(signature.key), \(state)")
        }
        if let note {
            let keys = Set(note.keys.map(\.id))
            for claim in note.claims {
                let state = keys.contains(claim) ? "a key that you named" : Self.notAnchored
                lines.append("note    \(safeForTerminal(claim.description)), \(state)")
            }
        }
        return lines + stamps.map(\.line)
    }

    /// The report as a JSON object.
    func json(path: String?) -> [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("folder", path?.bytes)
        writer.add("broken", isBroken)
        writer.add("anchored", isAnchored)
        writer.add("root", checkpoint?.reference.description.bytes)
        writer.add("since", since?.time?.description.bytes)
        writer.add("stamped_by", since?.authority.bytes)
        writer.add("sealed_by", signers.map(\.bytes))
        writer.add("signature", object: signature?.json)
        writer.add("note", object: note?.json)
        writer.add("stamps", objects: stamps.map(\.json))
        writer.add("bundle", bundleLine.rawValue.bytes)
        writer.add("findings", objects: findings.map(\.json))
        return writer.finish()
    }
}

extension SealReport.Signature {
    fileprivate var json: [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("type", key.type)
        writer.add("fingerprint", key.fingerprint)
        writer.add("verified", isVerified)
        writer.add("principals", signers.map(\.principals.text))
        return writer.finish()
    }
}

extension SealReport.Note {
    fileprivate var json: [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("claims", claims.map(\.text))
        writer.add("verified", keys.map(\.id.text))
        return writer.finish()
    }
}

extension SealReport.Stamp {
    fileprivate var line: String {
        let list = SealFolderName.list(name.list)
        let what = "stamp   \(time?.description ?? "no time") over \(list) by \(authority)"
        let anchoring = verification.anchoring?.description ?? "not anchored in anything you named"
        let renewal = verification.renewBefore.map { ", to be renewed before \($0)" } ?? ""
        switch state {
        case .refused: return "\(what), refused"
        case .doubtful: return "\(what), doubtful"
        case .sound, .unanchored: return "\(what), \(anchoring)\(renewal)"
        }
    }

    fileprivate var json: [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("list", SealFolderName.list(name.list).text)
        writer.add("name", name.authority.bytes)
        writer.add("time", time?.description.bytes)
        writer.add("state", state.rawValue.bytes)
        writer.add("authority", verification.signer?.subject.bytes)
        writer.add("topmost", verification.chain.last?.subject.bytes)
        writer.add("renew_before", verification.renewBefore?.description.bytes)
        return writer.finish()
    }
}
