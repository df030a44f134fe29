// A signature's recorded facts, and what a reader today should know about them.

import Bytes
import DKIM
import Mail
public import Manifest

/// A signature as recorded, with what follows from it today.
public struct ShownSignature: Sendable {
    /// Something that a reader should know and that changes no verdict.
    public struct Remark: Sendable {
        /// The stable code.
        public let code: String
        /// The sentence, lower case and without a full stop.
        public let sentence: String
    }

    /// The recorded facts.
    public let line: DKIMLine
    /// The verdict that they amount to: `pass`, `fail`, `permerror`, `neutral` or `key-unavailable`.
    public let verdict: String
    /// The strength of the key in bits.
    public let keyBits: Int?
    /// Whether the key's domain said that it was only testing.
    public let isTesting: Bool
    /// Where the key record is from, the strongest first.
    public let origins: [KeyLine]
    /// Remarks, expiry among them.
    public let remarks: [Remark]

    /// The recorded signatures; `evidence` has what the bytes give, where they give the recorded facts again.
    static func signatures(_ lines: [DKIMLine], _ evidence: [Evidence], _ keys: KeyStore, _ mail: Message)
        -> [ShownSignature]
    {
        let times = Times(
            now: Clock.now, date: Timestamp(claimedBy: mail.unfoldedValue(of: "Date")),
            received: Timestamp(claimedBy: mail.receivedDate))
        return lines.map { line in
            guard let found = evidence.first(where: { $0.index + 1 == line.index }) else {
                return ShownSignature(
                    line: line, verdict: "not-derived", keyBits: nil, isTesting: false, origins: [], remarks: [])
            }
            let remarks = found.remarks(
                now: times.now?.seconds, date: times.date?.seconds, received: times.received?.seconds)
            let key = keys.keys(selector: line.selector ?? [], domain: line.domain ?? []).first {
                $0.digest == line.key
            }
            return ShownSignature(
                line: line, verdict: found.verdict.rawValue, keyBits: found.key?.bits,
                isTesting: found.key?.isTesting ?? false,
                origins: key.map { key in key.provenances.map { KeyLine(key, $0) } } ?? [],
                remarks: remarks.map {
                    Remark(code: $0.rawValue, sentence: times.sentence(for: $0, bits: found.key?.bits, line))
                })
        }
    }

    /// What the bytes give of signatures, without what differs from the recorded lines.
    static func evidence(of mail: Message, keys: KeyStore, recordedAs lines: [DKIMLine]) -> [Evidence] {
        let recorded = Dictionary(lines.map { ($0.index, $0) }) { first, _ in first }
        return Verifier(keys: keys).evidence(of: mail).signatures.filter { found in
            recorded[found.index + 1].map { DKIMLine(found, message: $0.message) == $0 } ?? false
        }
    }
}

/// The times that a signature's own times are compared with.
private struct Times {
    let now: Timestamp?
    let date: Timestamp?
    let received: Timestamp?

    func sentence(for remark: Remark, bits: Int?, _ line: DKIMLine) -> String {
        let expiry = line.expiresAt.flatMap { Timestamp(secondsSince1970: Int64($0)) }?.description ?? "its x="
        switch remark {
        case .keyBelow1024: return "the key has \(bits ?? 0) bits: anybody could have computed it"
        case .keyBelow2048: return "the key has \(bits ?? 0) bits: a powerful attacker could have computed it"
        case .keyTesting: return "the domain said that it was only testing DKIM (t=y)"
        case .sha1: return "it uses SHA-1, which no longer withstands made-up collisions"
        case .bodyPartlyCovered: return "only the beginning of the body is covered (l=); what follows may be anybody's"
        case .expiredNow: return "it expired on \(expiry), before today"
        case .expiredAtDate: return "it expired on \(expiry), before the message's own Date, \(Self.text(date))"
        case .expiredAtReceipt: return "it expired on \(expiry), before the topmost Received, \(Self.text(received))"
        case .unknownTags: return "it has tags that no standard names; they mean nothing here"
        case .signedInFuture:
            return
                "it says that it was made on \(Self.text(line.signedAt.flatMap { Timestamp(secondsSince1970: Int64($0)) })), after today"
        }
    }

    private static func text(_ time: Timestamp?) -> String { time?.description ?? "unknown" }
}

extension Timestamp {
    fileprivate var seconds: Int { Int(secondsSince1970) }
}

extension Message {
    /// What follows the last semicolon of the topmost Received field.
    fileprivate var receivedDate: [UInt8]? {
        guard let value = unfoldedValue(of: "Received"), let mark = value.lastIndex(of: 0x3B) else { return nil }
        return Array(value[(mark + 1)...])
    }
}
