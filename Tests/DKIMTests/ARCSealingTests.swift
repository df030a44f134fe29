import Bytes
import Cryptography
import DKIM
import Mail
import Testing

/// A message in parts that tests can move, drop and change.
struct Draft {
    /// Fields from the top, folded with CRLF, without their last line end.
    var fields: [String]
    var body: String

    static let plain = Draft(
        fields: [
            "Received: from a", "From: A <a@example.org>", "To: B <b@example.net>", "Subject:  one  two \r\n\tthree",
            "Date: Fri, 11 Jul 2003 21:00:37 -0700",
        ], body: "First  line \r\n\r\nLast line\t.\r\n\r\n")

    var bytes: [UInt8] { ((fields + ["", ""]).joined(separator: "\r\n") + body).bytes }

    /// The fields of a name, in lower case, from the top.
    func fields(named name: String) -> [String] { fields.filter { $0.lowercased().hasPrefix(name + ":") } }

    /// The draft without the n-th field of a name that belongs to this ARC set.
    func without(_ name: String, of instance: Int) -> Draft {
        Draft(fields: fields.filter { !Self.is($0, name, of: instance) }, body: body)
    }

    /// The draft with the field of a name and ARC set once more on top.
    func doubling(_ name: String, of instance: Int) -> Draft {
        Draft(fields: fields.filter { Self.is($0, name, of: instance) } + fields, body: body)
    }

    static func `is`(_ field: String, _ name: String, of instance: Int) -> Bool {
        field.lowercased().hasPrefix(name + ": i=\(instance);")
    }
}

/// Adds ARC sets to a draft; written from RFC 8617 alone, for tests.
struct Sealer {
    var key: Signer.PrivateKey
    var selector = "arc"
    /// What the seal says of the chain; nil means none in set 1 and pass above.
    var chain: String?
    var signed = ["from", "to", "subject", "date", "arc-authentication-results"]
    var messageTags = ""
    var sealTags = ""

    init() throws { key = .ed25519(try Ed25519PrivateKey(seed: Sample.curveSeed)) }

    private var algorithm: String {
        switch key {
        case .rsa(_, .sha1): "rsa-sha1"
        case .rsa: "rsa-sha256"
        case .ed25519: "ed25519-sha256"
        }
    }

    private var hash: HashFunction { algorithm == "rsa-sha1" ? .sha1 : .sha256 }

    /// The draft with one more set on top.
    func seal(_ draft: Draft, as instance: Int) throws -> Draft {
        var sealed = draft
        sealed.fields.insert("ARC-Authentication-Results: i=\(instance); mx.example;\r\n\tdkim=pass", at: 0)
        let tags = "i=\(instance); a=\(algorithm); d=sealer.example; s=\(selector); t=1500000000"
        let bodyHash = Base64.encode(digest(Self.relaxed(body: draft.body))).displayText
        let list = signed.joined(separator: ":")
        let message =
            "ARC-Message-Signature: \(tags);\r\n c=relaxed/relaxed; h=\(list);\r\n bh=\(bodyHash)\(messageTags); b="
        let covered = signed.compactMap { sealed.fields(named: $0).last }
        sealed.fields.insert(message + (try sign(covered + [message])), at: 0)
        let status = chain ?? (instance == 1 ? "none" : "pass")
        let seal = "ARC-Seal: \(tags); cv=\(status)\(sealTags); b="
        let first = status == "fail" ? instance : 1
        let names = ["arc-authentication-results", "arc-message-signature", "arc-seal"]
        let scope = (first...instance).flatMap { number in
            names.compactMap { name in sealed.fields.last { Draft.is($0, name, of: number) } }
        }
        sealed.fields.insert(seal + (try sign(scope + [seal])), at: 0)
        return sealed
    }

    /// The draft with sets from 1 to `count`.
    func chain(of count: Int, _ draft: Draft = .plain) throws -> Draft {
        try (1...count).reduce(draft) { try seal($0, as: $1) }
    }

    func evidence(_ draft: Draft) -> MessageEvidence { evidence(draft.bytes) }

    func evidence(_ message: [UInt8]) -> MessageEvidence {
        var signer = Signer(key: key, domain: [], selector: [])
        signer.domain = "sealer.example".bytes
        let key = Key(selector: selector.bytes, domain: signer.domain, record: signer.keyRecord)
        return Verifier(keys: KeyStore([key])).evidence(of: message.span, header: HeaderSection(of: message.span))
    }

    private func digest(_ text: String) -> [UInt8] {
        let running = RunningHash(hash)
        running.update(text.bytes)
        return running.finish()
    }

    private func sign(_ fields: [String]) throws -> String {
        let digest = digest(fields.map(Self.relaxed(field:)).joined(separator: "\r\n"))
        switch key {
        case .rsa(let key, let hash): return Base64.encode(try #require(key.sign(digest: digest, of: hash))).displayText
        case .ed25519(let key): return Base64.encode(key.sign(message: digest)).displayText
        }
    }

    private static func relaxed(field: String) -> String {
        let name = field.prefix { $0 != ":" }
        let words = field.dropFirst(name.count + 1).split(whereSeparator: \.isWhitespace)
        return name.lowercased() + ":" + words.joined(separator: " ")
    }

    private static func relaxed(body: String) -> String {
        var lines = body.split(separator: "\r\n", omittingEmptySubsequences: false).map { line in
            let words = line.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            return line.first?.isWhitespace == true && !words.isEmpty ? " " + words : words
        }
        while lines.last == "" { lines.removeLast() }
        return lines.map { $0 + "\r\n" }.joined()
    }
}

@Suite struct ARCSealingTests {
    @Test func `each message signature and seal of a chain is verified for itself`() throws {
        let sealer = try Sealer()
        let message = try sealer.chain(of: 3).bytes
        for bytes in [message, message.filter { $0 != ASCII.cr }] {
            let found = sealer.evidence(bytes)
            #expect(found.chainStatus == .pass)
            #expect(found.unexamined == 0)
            let sets = found.signatures
            #expect(sets.map(\.kind) == (1...3).flatMap { _ in [SignatureKind.arcMessage, .arcSeal] })
            #expect(sets.map(\.instance) == [1, 1, 2, 2, 3, 3])
            #expect(sets.map(\.index) == Array(0..<6))
            #expect(sets.map(\.chainValidation) == [nil, .absent, nil, .pass, nil, .pass])
            #expect(sets.map(\.header) == Array(repeating: .valid, count: 6))
            #expect(sets.map(\.body.word) == (1...3).flatMap { _ in ["intact", "not-computed"] })
            #expect(sets.allSatisfy { $0.violations.isEmpty && $0.key?.bits == 256 })
            #expect(sets.allSatisfy { $0.signedDataDigest != nil && $0.signatureDigest != nil })
            #expect(sets.map(\.signature.timestamp) == Array(repeating: 1_500_000_000, count: 6))
            #expect(sets[2].coverage.map(\.covered) == [1, 1, 1, 1, 1])
            #expect(sets[2].coverage.last?.present == 3)
            #expect(sets[3].coverage.isEmpty)
        }
    }

    @Test func `a message without ARC fields has no chain, whatever else it has`() throws {
        let sealer = try Sealer()
        #expect(sealer.evidence(.plain).chainStatus == .absent)
        #expect(sealer.evidence([]).chainStatus == .absent)
        #expect(Sample.evidence(try Sample.signed(by: Sample.signer())).chainStatus == .absent)
    }

    @Test func `ARC counts for nothing in the class of a message`() throws {
        let sealer = try Sealer()
        let sealed = try sealer.chain(of: 1)
        #expect(sealer.evidence(sealed).messageClass == .unsigned)
        let signer = try Sample.signer()
        var both = sealed
        both.fields.insert(String(try Sample.field(both.bytes, by: signer).displayText.dropLast()), at: 0)
        let found = sealer.evidence(both)
        #expect(found.signatures.map(\.kind) == [.dkim, .arcMessage, .arcSeal])
        #expect(found.signatures.map(\.index) == [0, 1, 2])
        #expect(found.messageClass == .keyUnavailable)
        #expect(found.chainStatus == .pass)
    }

    @Test func `fifty sets are a chain, and one more is none`() throws {
        let sealer = try Sealer()
        let chain = try sealer.chain(of: 50)
        let found = sealer.evidence(chain)
        #expect(found.chainStatus == .pass)
        #expect(found.signatures.count == 100)
        #expect(found.signatures.allSatisfy { $0.header == .valid })
        let longer = sealer.evidence(try sealer.seal(chain, as: 51))
        #expect(longer.chainStatus == .fail)
        #expect(longer.signatures.count == 100)
        #expect(longer.signatures.allSatisfy { $0.header == .valid && $0.violations.isEmpty })
    }

    @Test(arguments: [(1024, HashFunction.sha256, true), (512, .sha256, false), (1024, .sha1, false)])
    func `weak keys and hashes verify as mathematics, but let no chain pass`(
        bits: Int, hash: HashFunction, passes: Bool
    ) throws {
        var sealer = try Sealer()
        sealer.key = .rsa(try RSAPrivateKey(deterministicFrom: Sample.seed, bits: bits), hash)
        let found = sealer.evidence(try sealer.chain(of: 2))
        #expect(found.signatures.map(\.header) == [.valid, .valid, .valid, .valid])
        #expect(found.signatures.map(\.body.word) == ["intact", "not-computed", "intact", "not-computed"])
        #expect(found.signatures.allSatisfy { $0.violations.isEmpty })
        #expect(found.chainStatus == (passes ? .pass : .fail))
    }
}
