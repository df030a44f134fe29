// One signature as text: first what it amounts to, then header, body, coverage, whose word it is, the key, and remarks.

import Bytes
import Mailseal
import Manifest

extension FieldStanding {
    /// The word for it in JSON.
    var code: String {
        switch self {
        case .unjudged: "unjudged"
        case .unsigned: "not-signed"
        case .signed: "signed"
        case .restored: "restored"
        case .otherDomain: "other-domain"
        }
    }

    /// The mark to the left of a field, in at most 12 columns.
    var mark: String {
        switch self {
        case .unjudged: ""
        case .unsigned: "NOT SIGNED"
        case .signed: "signed " + numbers
        case .restored: "undone " + numbers
        case .otherDomain: "other " + numbers
        }
    }

    private var numbers: String {
        signers.count <= 3 ? signers.map(String.init).joined(separator: ",") : "\(signers[0]),…"
    }
}

extension ShownSignature {
    /// The lines about the signature of a message.
    func text(of message: [UInt8]) -> [String] {
        var lines = [
            "  \(line.index). \(kindWords)\(shown(line.domain)), selector \(shown(line.selector)), \(shown(line.algorithm)), "
                + "\(safeForTerminal(line.canonicalization?.displayText ?? "simple/simple")): \(words(in: message))"
        ]
        for (name, text) in facts(in: message) { lines.append("     \(Columns.fit(name, 8)) \(text)") }
        return lines
    }

    private func shown(_ text: RawText?) -> String { safeForTerminal(text?.displayText ?? "?") }

    private func facts(in message: [UInt8]) -> [(String, String)] {
        var facts = [("header", headerWords)]
        if !line.signed.isEmpty {
            facts.append(("", line.signed.map { safeForTerminal($0.displayText) }.joined(separator: " ")))
        }
        if line.kind != "arc-seal" { facts.append(("body", bodyWords)) }
        facts += line.repairTexts(in: message).map { ("undone", $0) }
        if !line.uncovered.isEmpty { facts.append(("unsigned", line.uncovered.joined(separator: " "))) }
        if !line.added.isEmpty {
            facts.append(("added", "\(line.added.joined(separator: " ")): more often there than signed"))
        }
        if !line.outside.isEmpty {
            let parts = line.outside.map { safeForTerminal("\($0)") }.joined(separator: " ")
            facts.append(("outside", "attachments \(parts) do not lie wholly in what is covered"))
        }
        if let alignment = line.alignment { facts.append(("whose", alignmentWords(alignment))) }
        return facts + keyFacts + claims + line.reservations.map { ("but", Reservations.sentence($0)) }
            + remarks.map { ("note", $0.sentence) }
    }

    private var keyFacts: [(String, String)] {
        guard let key = line.key else { return [] }
        let bits = keyBits.map { "\($0) bits, " } ?? ""
        let origins = origins.map(\.origin)
        var facts = [("key", bits + (isTesting ? "testing, " : "") + (origins.first ?? "of unknown origin"))]
        facts += origins.dropFirst().map { ("", "also \($0)") }
        return facts + [("record", "\(key)")]
    }

    private var claims: [(String, String)] {
        func time(_ seconds: Int?) -> String? {
            seconds.flatMap { Timestamp(secondsSince1970: Int64($0)) }?.description
        }
        var claims: [(String, String)] = []
        if let identity = line.identity { claims.append(("for", shown(identity))) }
        if let time = time(line.signedAt) { claims.append(("made", "\(time), as it says")) }
        if let time = time(line.expiresAt) { claims.append(("expires", "\(time), as it says")) }
        if let claim = line.chainValidation { claims.append(("chain", "\(claim), as the sealer says")) }
        if !line.violations.isEmpty { claims.append(("breaks", line.violations.joined(separator: " "))) }
        return claims
    }

    // MARK: Words

    private var kindWords: String {
        let instance = line.instance.map { " \($0)" } ?? ""
        return switch line.kind {
        case "domainkeys": "DomainKeys: "
        case "arc-message": "ARC\(instance), message: "
        case "arc-seal": "ARC\(instance), seal: "
        default: ""
        }
    }

    /// The verdict in words.
    private func words(in message: [UInt8]) -> String {
        switch verdict {
        case "pass" where line.kind == "arc-seal": "valid"
        case "pass": line.reservations.contains("key-recovered") ? "verified with a computed key" : "verified"
        case "restored": "verified after undoing: \(line.undone(in: message))"
        case "neutral": "headers proven, body only in part"
        case "fail":
            line.header == "valid" || line.header == "restored" ? "headers proven, body not" : "does not verify"
        case "permerror": "does not count"
        case "key-unavailable": "key unavailable"
        default: "recorded facts that do not follow from the bytes"
        }
    }

    private var headerWords: String {
        switch line.header {
        case "valid": "valid: these fields are as signed"
        case "restored": "restored: these fields are as signed once the change below is undone"
        case "invalid": "invalid: this key did not sign these fields"
        case "no-key": "not tried: no key is known"
        case "key-revoked": "not tried: the domain withdrew the key"
        case "key-unusable": "not tried: the key record cannot be used"
        default: "not tried: the signature is malformed"
        }
    }

    private var bodyWords: String {
        let total = Quantity.count(line.total ?? 0, "byte")
        return switch line.body {
        case "intact": "intact: its \(total) are as signed"
        case "restored": "restored: \(total) are as signed once the change below is undone"
        case "altered": "altered: its \(total) are not what was signed"
        case "partial":
            "partial: \(Quantity.grouped(line.covered ?? 0)) of \(total) are as signed, the rest is not covered"
        case "too-short": "too short: \(total), fewer than were signed"
        default: "not computed"
        }
    }

    private func alignmentWords(_ alignment: String) -> String {
        switch alignment {
        case "same": "the domain of From"
        case "related": "a domain above or below that of From"
        case "tenant": "a provider's, in the name of From's domain"
        case "provider": "a provider's that signs for many customers"
        default: "not the domain of From"
        }
    }
}

extension KeyLine {
    /// Where the record is from, in words: the word of whoever made the bundle, which nothing here confirms.
    fileprivate var origin: String {
        let claim = ", says the maker of this bundle"
        func text(_ value: RawText?) -> String { value.map { " (\(safeForTerminal($0.displayText)))" } ?? "" }
        let at = obtained.map { " on \($0)" } ?? ""
        switch basis {
        case "dns":
            let status = dnssec.map { ", DNSSEC \($0)" } ?? ""
            return "from DNS\(text(from))\(at)\(seen)\(status)\(claim)"
        case "archive": return "from an archive of keys\(text(from))\(at)\(seen)\(claim)"
        case "passive-dns": return "from a record of DNS traffic\(text(from))\(at)\(seen)\(claim)"
        case "recovered":
            let span = firstDate.flatMap { first in lastDate.map { " dated \(first) to \($0)" } } ?? ""
            // One of them may be this message.
            let others = messages.map { Quantity.count(max(0, $0 - 1), "other message") } ?? "other messages"
            let count = " as \(others)\(span)"
            return "computed from signatures: same signer\(count), key not confirmed by DNS"
        default: return "from a file that whoever made the bundle supplied\(text(from))\(at)\(seen)"
        }
    }

    private var seen: String {
        switch (firstSeen, lastSeen) {
        case (let first?, let last?): ", seen \(first) to \(last)"
        case (let first?, nil): ", seen first \(first)"
        case (nil, let last?): ", seen last \(last)"
        case (nil, nil): ""
        }
    }
}
