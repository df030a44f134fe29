// Time stamps over a list of a seal: asked for, checked before they are kept, and what proves them later.

import Bytes
import Cryptography
import Files
import HTTP
import Sealing

/// Gets time stamps into a draft.
struct SealStamping {
    let observer: Observer
    private let client = HTTPClient()

    init(observer: Observer) { self.observer = observer }

    /// The most certificates and lists of one stamp that are fetched.
    private static let mostFetches = 16

    /// A request over a list, with 16 random bytes.
    static func request(
        for list: Int, of draft: SealDraft, _ algorithm: TimeStampImprint.Algorithm
    ) throws -> TimeStampRequest {
        let nonce = (0..<16).map { _ in UInt8.random(in: 0...255) }
        return try TimeStampRequest(TimeStampImprint(algorithm, of: draft[.list(list)] ?? []), nonce: nonce)
    }

    /// Asks an authority.
    func stamp(
        _ draft: inout SealDraft, list: Int, _ algorithm: TimeStampImprint.Algorithm, by url: String
    ) throws -> SealSummary.Stamp {
        let request = try Self.request(for: list, of: draft, algorithm)
        let answer: [UInt8]
        do {
            answer = try client.post(
                url, body: request.der, contentType: "application/timestamp-query",
                accept: "application/timestamp-reply", limit: TimeStampReply.longest)
        } catch {
            throw MailsealError("\(error): nothing was written", hint: Self.hint)
        }
        let reply = try Self.read(answer, from: url)
        try Self.check(reply.verify([request.imprint], nonce: request.nonce), of: url)
        let stamp = draft.freeStamp(SealFolderName.authority(of: url), list: list)
        try draft.add(.stamp(stamp, .request), request.der)
        return try add(reply, to: &draft, as: stamp, request, from: url, isOnline: true)
    }

    /// Takes in a reply that came by another way, to a request that the draft holds.
    func take(_ file: [UInt8], named authority: String, into draft: inout SealDraft) throws -> SealSummary.Stamp {
        let source = safeForTerminal(file.displayText)
        let opened = try ReadableFile(named: file)
        let reply = try Self.read(
            try opened.read(at: 0, count: min(opened.size, TimeStampReply.longest + 1)), from: source)
        guard let token = reply.token else {
            return try Self.refuse(reply.verify([]), of: source)
        }
        for var stamp in draft.folder.stamps {
            guard let bytes = draft[.stamp(stamp, .request)],
                let request = try? TimeStampRequest(der: bytes), let nonce = request.nonce, nonce == token.nonce,
                draft[.stamp(stamp, .reply)] == nil
            else { continue }
            try Self.check(reply.verify([request.imprint], nonce: nonce), of: source)
            if stamp.authority != authority {
                stamp = draft.freeStamp(authority, list: stamp.list)
                try draft.add(.stamp(stamp, .request), bytes)
            }
            return try add(reply, to: &draft, as: stamp, request, from: source, isOnline: false)
        }
        throw MailsealError(
            "\(source) answers no request of \(draft.path.displayText) that waits for a reply: nothing was written",
            hint: "mailseal seal --stamp-request writes requests")
    }

    private static let hint = "without --tsa the seal can be made now, and stamped later"

    private static func read(_ answer: [UInt8], from source: String) throws -> TimeStampReply {
        do { return try TimeStampReply(parsing: answer) } catch {
            throw MailsealError(
                "\(safeForTerminal(source)): the answer is no time stamp: \(error): nothing was written", hint: hint)
        }
    }

    private static func check(_ found: TimeStampVerification, of source: String) throws {
        guard found.verdict != .refused else { return try refuse(found, of: source) }
    }

    private static func refuse<Answer>(_ found: TimeStampVerification, of source: String) throws -> Answer {
        let reasons = found.failures.map(\.description).joined(separator: "; ")
        throw MailsealError(
            "\(safeForTerminal(source)): the time stamp is refused: \(reasons): nothing was written", hint: hint)
    }

    private func add(
        _ reply: TimeStampReply, to draft: inout SealDraft, as stamp: SealFolderStamp, _ request: TimeStampRequest,
        from source: String, isOnline: Bool
    ) throws -> SealSummary.Stamp {
        guard let token = reply.token else { return try Self.refuse(reply.verify([]), of: source) }
        let chain = certificates(of: token, isOnline: isOnline)
        var lists = revocationLists(of: token, chain, isOnline: isOnline)
        var found = reply.verify([request.imprint], nonce: request.nonce, chain: chain, revocationLists: lists)
        if found.verdict == .refused, !lists.der.isEmpty, !found.isRevoked {
            tell("the revocation lists for \(source) cannot be used and are not kept")
            lists = token.revocationLists
            found = reply.verify([request.imprint], nonce: request.nonce, chain: chain)
        }
        try Self.check(found, of: source)
        if !found.isRevocationChecked {
            tell("not every certificate of \(source) has a revocation list: whether they are revoked is not checked")
        }
        if !chain.der.isEmpty { try draft.add(.stamp(stamp, .chain), chain.pem) }
        if !lists.der.isEmpty { try draft.add(.stamp(stamp, .revocationLists), lists.pem) }
        let name = SealFolderName.stamp(stamp, .reply)
        try draft.add(name, reply.der)
        return SealSummary.Stamp(file: name.description, time: token.time, verification: found)
    }

    /// The certificates of the token and those of their issuers, as far as they are to be had.
    private func certificates(of token: TimeStampToken, isOnline: Bool) -> CertificateList {
        var chain = token.certificates()
        var asked: Set<String> = []
        while isOnline, asked.count < Self.mostFetches,
            let address = chain.issuerAddresses.first(where: { !asked.contains($0) })
        {
            asked.insert(address)
            do {
                let more = try CertificateList(derOrPEM: client.get(address, limit: 1 << 18))
                chain = token.certificates(joinedWith: chain.joined(with: more))
            } catch { tell("no certificate from there: \(error)") }
            if chain.der.count > CertificateList.mostCertificates / 2 { break }
        }
        return chain
    }

    private func revocationLists(
        of token: TimeStampToken, _ chain: CertificateList, isOnline: Bool
    ) -> RevocationLists {
        var lists = token.revocationLists
        guard isOnline else { return lists }
        for address in chain.revocationListAddresses.prefix(Self.mostFetches) {
            do {
                lists = lists.joined(with: try RevocationLists(derOrPEM: client.get(address, limit: 8 << 20)))
            } catch { tell("no revocation list from there: \(error)") }
        }
        return lists
    }

    private func tell(_ sentence: String) { observer.notice(.warning(sentence, hint: nil)) }
}

extension TimeStampVerification {
    fileprivate var isRevoked: Bool {
        failures.contains { if case .revoked = $0 { true } else { false } }
    }
}

extension SealDraft {
    /// Throws when a stamp of the folder is not over its list, or is refused for another reason.
    func checkStamps() throws {
        for stamp in folder.stamps {
            func file(_ part: SealFolderName.StampPart) -> [UInt8]? { self[.stamp(stamp, part)] }
            guard let reply = file(.reply) else { continue }
            let name = SealFolderName.stamp(stamp, .reply)
            do {
                let found = try TimeStampReply(parsing: reply).verify(
                    TimeStampImprint.all(of: self[.list(stamp.list)] ?? []),
                    nonce: try file(.request).flatMap { try TimeStampRequest(der: $0).nonce },
                    chain: try file(.chain).map { try CertificateList(derOrPEM: $0) } ?? CertificateList(),
                    revocationLists: try file(.revocationLists).map { try RevocationLists(derOrPEM: $0) }
                        ?? RevocationLists())
                guard found.verdict == .refused else { continue }
                let reasons = found.failures.map(\.description).joined(separator: "; ")
                throw MailsealError("\(name) is refused: \(reasons)", hint: "a renewal keeps only what is sound")
            } catch let error as CryptographyError {
                throw MailsealError("\(name) cannot be read: \(error)", hint: "a renewal keeps only what is sound")
            }
        }
    }
}
