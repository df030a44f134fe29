// The time stamps of a seal, each over the list that it is called after.

import Bytes
import Cryptography
import Sealing

extension SealCheck {
    /// Every stamp, and whether one is by an authority that the user named.
    mutating func checkStamps() {
        for stamp in folder.stamps {
            guard let list = folder[.list(stamp.list)] else { continue }
            guard let bytes = folder[.stamp(stamp, .reply)] else {
                remarkMissingReply(to: stamp)
                continue
            }
            if let found = check(stamp, bytes, list) { report.stamps.append(found) }
        }
        guard options.anchors != nil, !report.stamps.contains(where: { $0.state == .sound || $0.state == .doubtful })
        else { return }
        if report.stamps.isEmpty {
            add(.integrity, .sealStampRefused, .list(1), "there is no time stamp, you named authorities")
        }
        for stamp in report.stamps where stamp.state == .unanchored {
            let topmost = stamp.verification.chain.last?.subject ?? "nothing"
            add(
                .integrity, .sealStampRefused, .stamp(stamp.name, .reply),
                "its chain ends at \(topmost), which is none of those that you named")
        }
    }

    private mutating func remarkMissingReply(to stamp: SealFolderStamp) {
        guard !folder.has(.stamp(stamp, .reply)) else { return }
        if folder.has(.stamp(stamp, .request)) {
            return add(.remark, .sealStampPending, .stamp(stamp, .reply), "there is no reply yet")
        }
        for part in [SealFolderName.StampPart.chain, .revocationLists] where folder[.stamp(stamp, part)] != nil {
            add(.remark, .sealPartUnused, .stamp(stamp, part), "there is neither a request nor a reply of this name")
        }
    }

    private mutating func check(_ stamp: SealFolderStamp, _ bytes: [UInt8], _ list: [UInt8]) -> SealReport.Stamp? {
        let name = SealFolderName.stamp(stamp, .reply)
        let reply: TimeStampReply
        do { reply = try TimeStampReply(parsing: bytes) } catch {
            add(.integrity, .sealFileUnreadable, name, "\(error)")
            return nil
        }
        let nonce = checkRequest(stamp, reply, list)
        let chain = material(.stamp(stamp, .chain), CertificateList(), \.pem) { try CertificateList(derOrPEM: $0) }
        let lists = material(.stamp(stamp, .revocationLists), RevocationLists(), \.pem) {
            try RevocationLists(derOrPEM: $0)
        }
        let found = reply.verify(
            TimeStampImprint.all(of: list), nonce: nonce, chain: chain, revocationLists: lists,
            anchors: options.anchors ?? CertificateList())
        let failures = found.failures.filter { if case .otherAnchor = $0 { false } else { true } }
        for failure in failures { add(.integrity, .sealStampRefused, name, failure.description) }
        checkMaterial(stamp, reply, found, chain, lists)
        let state: SealReport.Stamp.State =
            if !failures.isEmpty { .refused } else if !found.isAnchored { .unanchored } else {
                found.verdict == .sound ? .sound : .doubtful
            }
        remark(on: found, of: reply, name, state)
        return SealReport.Stamp(name: stamp, time: reply.token?.time, verification: found, state: state)
    }

    /// The nonce of the stored request, which must be over the list and ask for what was answered.
    private mutating func checkRequest(
        _ stamp: SealFolderStamp, _ reply: TimeStampReply, _ list: [UInt8]
    ) -> [UInt8]? {
        let name = SealFolderName.stamp(stamp, .request)
        guard let bytes = folder[name] else { return nil }
        let request: TimeStampRequest
        do { request = try TimeStampRequest(der: bytes) } catch {
            add(.integrity, .sealFileUnreadable, name, "\(error)")
            return nil
        }
        if request.imprint != TimeStampImprint(request.imprint.algorithm, of: list) {
            add(.integrity, .sealStampRefused, name, "the request is over something else")
        } else if let found = reply.token?.imprint, found != request.imprint {
            add(.integrity, .sealStampRefused, name, "the request is over another digest than the token")
        }
        if let policy = request.policy, let token = reply.token, policy != token.policy {
            add(.integrity, .sealStampRefused, name, "the request is for the policy \(policy), not \(token.policy)")
        }
        if !request.wantsCertificate {
            add(.remark, .sealPartUnused, name, "the request is for a reply without certificates")
        }
        return request.nonce
    }

    /// A file of certificates or lists, in the one form that a seal has it in.
    private mutating func material<T>(
        _ name: SealFolderName, _ none: T, _ pem: KeyPath<T, [UInt8]>, _ parse: ([UInt8]) throws -> T
    ) -> T {
        guard let bytes = folder[name] else { return none }
        do {
            let found = try parse(bytes)
            if found[keyPath: pem] != bytes {
                add(.remark, .sealPartUnused, name, "it has text beside its blocks, or lines of another length")
            }
            return found
        } catch {
            add(.integrity, .sealFileUnreadable, name, "\(error)")
            return none
        }
    }

    /// The certificates and lists that are stored must be those of this stamp: no more of them is believed, but files of
    /// another seal are not to pass for parts of this one.
    private mutating func checkMaterial(
        _ stamp: SealFolderStamp, _ reply: TimeStampReply, _ found: TimeStampVerification, _ chain: CertificateList,
        _ lists: RevocationLists
    ) {
        guard let signer = found.signer else { return }
        let name = SealFolderName.stamp(stamp, .chain)
        let known = Set(found.chain.map(\.sha256))
        if !chain.der.isEmpty, !chain.facts.contains(where: { $0.sha256 == signer.sha256 }) {
            add(.integrity, .sealStampRefused, name, "it does not hold the certificate of \(signer.subject)")
        }
        for certificate in chain.facts where !known.contains(certificate.sha256) {
            add(.remark, .sealPartUnused, name, "\(certificate.subject) is not in the chain of this stamp")
        }
        for certificate in reply.token?.certificates().facts ?? [] where !known.contains(certificate.sha256) {
            add(
                .remark, .sealPartUnused, .stamp(stamp, .reply),
                "\(certificate.subject) is in the token and not in its chain")
        }
        if let count = reply.token?.unreadableParts, count > 0 {
            add(
                .remark, .sealPartUnused, .stamp(stamp, .reply),
                "\(count) of the certificates and revocation lists in the token cannot be read")
        }
        let issuers = Set(found.chain.map(\.issuer))
        let idle = lists.issuers.filter { !issuers.contains($0) }
        let isOfOther = !idle.isEmpty && idle.count == lists.der.count
        for issuer in idle {
            add(
                isOfOther ? .integrity : .remark, isOfOther ? .sealStampRefused : .sealPartUnused,
                .stamp(stamp, .revocationLists), "\(issuer) issued no certificate of this stamp")
        }
    }

    private mutating func remark(
        on found: TimeStampVerification, of reply: TimeStampReply, _ name: SealFolderName,
        _ state: SealReport.Stamp.State
    ) {
        guard state != .refused else { return }
        if reply.status != .granted {
            add(.remark, .sealStampChanged, name, "the authority says that it granted the request with changes")
        }
        if state == .unanchored, options.anchors != nil {
            add(.remark, .sealStampUnanchored, name, found.anchoring?.description ?? "not anchored")
        }
        for checked in found.revocations {
            let subject = checked.certificate.subject
            switch checked.state {
            case .notChecked: add(.remark, .sealRevocationUnchecked, name, "\(subject): \(checked.state)")
            case .doubtful: add(.remark, .sealStampDoubtful, name, "\(subject): \(checked.state)")
            case .notRevoked, .revokedLater, .revoked: continue
            }
        }
    }
}
