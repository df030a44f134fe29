// Time stamps over a list of a seal: asked for, checked before they are kept, and what proves them later.

import Bytes
import Cryptography
import Files
import HTTP
import Sealing

/// Gets time stamps into a draft.
struct SealStamping {
    private let material: SealMaterial
    /// Whether certificates and lists for replies that came by another way, and for older stamps, are fetched.
    private let fetches: Bool
    private let client = HTTPClient()

    init(_ options: SealOptions, _ observer: Observer) throws {
        material = try SealMaterial(files: options.chain, observer: observer)
        fetches = options.fetchesChain
    }

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
        return try add(reply, to: &draft, as: stamp, from: url, fetches: true)
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
            return try add(reply, to: &draft, as: stamp, from: source, fetches: fetches)
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

    /// Adds to older stamps what they lack of certificates and revocation lists.
    func complete(_ draft: inout SealDraft) throws {
        for stamp in draft.folder.stamps {
            let name = SealFolderName.stamp(stamp, .reply)
            guard let bytes = draft[name] else { continue }
            let reply = try Self.read(bytes, from: name.description)
            _ = try addMaterial(of: reply, to: &draft, as: stamp, from: name.description, fetches: fetches)
        }
    }

    private func add(
        _ reply: TimeStampReply, to draft: inout SealDraft, as stamp: SealFolderStamp, from source: String,
        fetches: Bool
    ) throws -> SealSummary.Stamp {
        let (time, found) = try addMaterial(of: reply, to: &draft, as: stamp, from: source, fetches: fetches)
        let name = SealFolderName.stamp(stamp, .reply)
        try draft.add(name, reply.der)
        return SealSummary.Stamp(file: name.description, time: time, verification: found)
    }

    /// Adds certificates and revocation lists, unless there are some: what is there is never changed.
    ///
    /// Left out, so that it can be added later, is a chain that neither is complete nor has more than the reply; and what
    /// lacks something that is said to be somewhere, unless it was looked for there.
    private func addMaterial(
        of reply: TimeStampReply, to draft: inout SealDraft, as stamp: SealFolderStamp, from source: String,
        fetches: Bool
    ) throws -> (TimeStampTime, TimeStampVerification) {
        let known = try draft.material(of: stamp)
        guard let token = reply.token else { return try Self.refuse(reply.verify([]), of: source) }
        let chain = known.chain ?? material.chain(of: token, fetches: fetches)
        var lists = known.lists ?? material.lists(of: token, chain, fetches: fetches)
        func verify() -> TimeStampVerification {
            reply.verify(known.imprints, nonce: known.nonce, chain: chain, revocationLists: lists)
        }
        var found = verify()
        if found.verdict == .refused, known.lists == nil, !lists.der.isEmpty, !found.isRevoked {
            material.tell("the revocation lists for \(source) cannot be used and are not kept")
            lists = token.revocationLists
            found = verify()
        }
        try Self.check(found, of: source)
        let gaps = SealMaterial.gaps(in: found, chain)
        // Which lists are called for is known only when the chain is.
        func isEnough(_ part: SealFolderName.StampPart) -> Bool {
            fetches || !gaps.contains { [part, .chain].contains($0.part) && !$0.addresses.isEmpty }
        }
        let hasMore = found.isComplete || chain.der.count > token.certificates().der.count
        if known.chain == nil, hasMore, isEnough(.chain) { try draft.add(.stamp(stamp, .chain), chain.pem) }
        if known.lists == nil, !lists.der.isEmpty, isEnough(.revocationLists) {
            try draft.add(.stamp(stamp, .revocationLists), lists.pem)
        }
        for gap in gaps {
            material.tell(gap, of: .stamp(stamp, .reply), isOpen: draft[.stamp(stamp, gap.part)] == nil)
        }
        return (token.time, found)
    }
}

extension TimeStampVerification {
    fileprivate var isRevoked: Bool {
        failures.contains { if case .revoked = $0 { true } else { false } }
    }

    /// Whether the chain leads to a root.
    fileprivate var isComplete: Bool {
        if case .notAnchored(_, isSelfSigned: false)? = anchoring { false } else { anchoring != nil }
    }
}

extension SealDraft {
    /// Throws when a stamp of the folder is not over its list, or is refused for another reason.
    func checkStamps() throws {
        for stamp in folder.stamps {
            let name = SealFolderName.stamp(stamp, .reply)
            guard let reply = self[name] else { continue }
            do {
                let known = try material(of: stamp)
                let found = try TimeStampReply(parsing: reply).verify(
                    known.imprints, nonce: known.nonce, chain: known.chain ?? CertificateList(),
                    revocationLists: known.lists ?? RevocationLists())
                guard found.verdict == .refused else { continue }
                let reasons = found.failures.map(\.description).joined(separator: "; ")
                throw MailsealError("\(name) is refused: \(reasons)", hint: "a renewal keeps only what is sound")
            } catch let error as CryptographyError {
                throw MailsealError("\(name) cannot be read: \(error)", hint: "a renewal keeps only what is sound")
            }
        }
    }

    /// What the folder holds to judge a stamp by; no chain and no lists where there is no file of them.
    fileprivate func material(of stamp: SealFolderStamp) throws -> StampMaterial {
        func read<T>(_ part: SealFolderName.StampPart, _ parse: ([UInt8]) throws -> T) throws -> T? {
            try self[.stamp(stamp, part)].map(parse)
        }
        return StampMaterial(
            imprints: TimeStampImprint.all(of: self[.list(stamp.list)] ?? []),
            nonce: try read(.request) { try TimeStampRequest(der: $0).nonce } ?? nil,
            chain: try read(.chain) { try CertificateList(derOrPEM: $0) },
            lists: try read(.revocationLists) { try RevocationLists(derOrPEM: $0) })
    }
}

/// What the folder holds to judge a stamp by.
private struct StampMaterial {
    let imprints: [TimeStampImprint]
    let nonce: [UInt8]?
    let chain: CertificateList?
    let lists: RevocationLists?
}
