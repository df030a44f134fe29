// Signs a message as its plan says, and then breaks what the plan wants broken.

import Bytes
import Cryptography

/// A message with its signatures, and what they prove.
struct SignedDraft {
    var draft: Draft
    /// The signature fields, the newest first.
    var signatures: [[UInt8]] = []
    var verdict = SampleDKIM.unsigned
    var flaw: SampleFlaw?

    init(_ draft: Draft) { self.draft = draft }

    /// Signs the message and lets its fate happen.
    init(_ draft: Draft, _ fate: Fate, domain: String, date: Int, random: inout RandomSource) {
        self.draft = draft
        switch fate {
        case .keyMissing: finish(.keyMissing, SigningKeys.missing, .keyUnavailable)
        case .keyRevoked: finish(.keyRevoked, SigningKeys.revoked, .keyUnavailable)
        case .wrongKey: finish(.wrongKey, SigningKeys.wrong, .notVerifying)
        default: finish(nil, nil, .verified)
        }
        func finish(_ flaw: SampleFlaw?, _ selector: String?, _ verdict: SampleDKIM) {
            self.flaw = flaw
            self.verdict = verdict
            for var style in Self.styles(domain, date: date, &random) {
                if let selector { style = style.under(selector) }
                if fate == .lengthLimited { style.limitsLength = true }
                signatures.insert(style.field(fields: self.draft.fields, body: self.draft.body), at: 0)
            }
        }
        switch fate {
        case .headerAltered: alterSubject(.headerAltered, .notVerifying)
        case .bodyAltered: append("\r\nTout est vrai.\r\n", .bodyAltered, .headersOnly)
        case .signedAgainByList:
            alterSubject(.signedAgainByList, .otherDomain)
            append(Self.footer, .signedAgainByList, .otherDomain)
            let list = Self.styles(Vocabulary.listDomain, date: date + 30, &random)
            for style in list {
                signatures.insert(style.field(fields: self.draft.fields, body: self.draft.body), at: 0)
            }
        case .footerAppended: append(Self.footer, .footerAppended, .repaired)
        case .lengthLimited where random.chance(500): append(Self.footer, .appendedBelowLength, .qualified)
        default: break
        }
    }

    // No repair undoes this: it is no list's tag.
    private mutating func alterSubject(_ flaw: SampleFlaw, _ verdict: SampleDKIM) {
        let name = "Subject: ".bytes
        draft.fields = draft.fields.map { $0.starts(with: name) ? name + "Urgent : ".bytes + $0.dropFirst(9) : $0 }
        self.flaw = flaw
        self.verdict = verdict
    }

    private mutating func append(_ text: String, _ flaw: SampleFlaw, _ verdict: SampleDKIM) {
        draft.body += text.bytes
        self.flaw = flaw
        self.verdict = verdict
    }

    private static let footer =
        "\r\n\(String(repeating: "_", count: 47))\r\nListe de diffusion equipe@\(Vocabulary.listDomain)\r\n"

    /// How a domain signs: by each of its keys, in one of the canonicalisations that are in use.
    private static func styles(_ domain: String, date: Int, _ random: inout RandomSource) -> [SignatureStyle] {
        var keys = SigningKeys.byDomain[domain] ?? []
        // A domain with two keys signs with both, or with its first alone.
        if random.chance(300) { keys = Array(keys.prefix(1)) }
        let form = Stratum(random.next(), perMille: [750, 170]).index
        let expires = random.chance(60)
        let old = random.chance(120)
        return keys.map { selector, key in
            var style = SignatureStyle(domain: domain, selector: selector, key: key, date: date)
            style.relaxedBody = form == 0
            style.relaxedHeader = form < 2
            style.expires = expires
            if old, case .rsa(let rsa) = key, rsa.publicKey.modulus.count == 128 { style.function = .sha1 }
            return style
        }
    }
}

extension SignatureStyle {
    /// The same with another selector; an RSA key then signs, whichever the domain has.
    fileprivate func under(_ selector: String) -> SignatureStyle {
        var style = self
        style.selector = selector
        if case .ed25519 = key, let other = SigningKeys.byDomain["cabinet.example"]?.first { style.key = other.key }
        return style
    }
}
