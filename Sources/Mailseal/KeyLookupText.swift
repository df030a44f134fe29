// The answers of DNS as a key file: records with where they are from, and everything else in comments.

import Bytes
public import DKIM
public import Resolver

extension KeyLookup.Entry {
    /// The records as keys; those of a bogus answer say so.
    ///
    /// Empty records, which a key file cannot hold, are left out.
    func keys(_ origin: KeyLookup.Origin) -> [Key] {
        guard let answer else { return [] }
        let provenance = KeyProvenance(
            .dns, obtained: obtained, from: origin.from, dnssec: answer.security.dnssec(origin.isValidating))
        return answer.records.map {
            Key(
                selector: asked.name.selector, domain: asked.name.domain, record: $0.joined, provenance: provenance)
        }
    }

    /// One comment line that says how asking ended: `# NAME NXDOMAIN secure 2026-11-22T10:00:00Z`, and more after it.
    ///
    /// In the place of the code also stand `NODATA`, `TIMEOUT`, `FAILURE` and `NOTASKED`; `-` where there is no DNSSEC status.
    func comment(_ origin: KeyLookup.Origin) -> [UInt8] {
        var words = [plain(asked.name.text), code.bytes, "-".bytes]
        if let dnssec = answer?.security.dnssec(origin.isValidating) { words[2] = dnssec.rawValue.bytes }
        if let obtained { words.append(obtained.rfc3339) }
        if let timeToLive { words.append("ttl=\(timeToLive)".bytes) }
        if let name = answer?.canonicalName { words.append("alias=".bytes + plain(name)) }
        if let reason { words.append(plain(reason)) }
        return "# ".bytes + Array(words.joined(separator: [ASCII.space])) + [ASCII.lf]
    }

    /// How long an answer that can be trusted may be kept, in seconds.
    public var timeToLive: Int? { result == .bogus || result == .unanswered ? nil : answer?.timeToLive }

    /// Why there is no answer, or none that can be trusted.
    public var reason: [UInt8]? {
        switch outcome {
        case .failure(let reason): return reason.bytes
        case .answer(let answer):
            guard case .bogus(let reason) = answer.security else { return nil }
            return reason
        case .timeout: return nil
        }
    }

    /// The response code, or what stands for it.
    public var code: String {
        switch outcome {
        case .timeout: "TIMEOUT"
        case .failure: result == .notAsked ? "NOTASKED" : "FAILURE"
        case .answer(let answer):
            answer.code == .noError && answer.records.isEmpty ? "NODATA" : answer.code.description
        }
    }

    /// The longest text in a comment, in bytes.
    private static let commentLimit = 1024

    // Nothing of it can start a line of its own or reach a terminal as a command.
    private func plain(_ text: [UInt8]) -> [UInt8] {
        text.prefix(Self.commentLimit).map { (0x20...0x7E).contains($0) ? $0 : 0x3F }
    }
}

extension Security {
    /// The status as it is recorded; nil when nothing was validated.
    public func dnssec(_ isValidating: Bool) -> KeyProvenance.DNSSEC? {
        switch self {
        case .secure: .secure
        case .insecure: isValidating ? .insecure : nil
        case .bogus: .bogus
        }
    }
}

extension KeyLookup {
    /// The key file: for each name a comment on how asking ended, and its records; those of bogus answers as comments.
    public var keyFile: [UInt8] {
        let validation = origin.isValidating ? "DNSSEC validated" : "DNSSEC not validated"
        var text = "# answers of DNS, asked of \(origin.from.displayText), \(validation)\n".bytes
        for entry in entries {
            text += entry.comment(origin)
            let lines = KeyFile.text(of: entry.keys(origin))
            guard entry.result != .found else {
                text += lines
                continue
            }
            for line in lines.split(separator: ASCII.lf) { text += "# ".utf8 + line + [ASCII.lf] }
        }
        return text
    }
}
