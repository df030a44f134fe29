// Which signatures cover each header field: what is proven stands next to what is claimed.

import Bytes
import DKIM
import Mail

/// What the signatures of a message say of one of its header fields.
public enum FieldStanding: Equatable, Sendable {
    /// No signature verifies, so that there is nothing to say of any field; or the field is itself a signature.
    case unjudged
    /// The signatures with these numbers verify and cover the field, after a repair of the header where they say so.
    case signed(by: [Int])
    /// Signatures verify, and none of them covers the field.
    case unsigned
}

extension FieldStanding {
    /// The standing of each header field, in their order; ARC sets do not count.
    ///
    /// A signature takes the fields of a name from the bottom (RFC 6376 §5.4.2).
    static func standings(of mail: Message, by evidence: [Evidence]) -> [FieldStanding] {
        let proving = evidence.filter { $0.provesHeader && !$0.kind.isARC }
        guard !proving.isEmpty else { return mail.header.fields.map { _ in .unjudged } }
        let covered = proving.map { found in
            Dictionary(found.coverage.map { ($0.name, $0.covered) }) { first, _ in first }
        }
        var below: [[UInt8]: Int] = [:]
        var standings: [FieldStanding] = []
        for field in mail.header.fields.reversed() {
            let name = field.name.map { ASCII.lowercased(mail.bytes[$0]) }
            let rank = below[name, default: 0]
            below[name] = rank + 1
            guard !signatureFields.contains(name) else {
                standings.append(.unjudged)
                continue
            }
            let signers = zip(proving, covered).filter { $1[name, default: 0] > rank }.map { $0.0.index + 1 }
            standings.append(signers.isEmpty ? .unsigned : .signed(by: signers))
        }
        return standings.reversed()
    }

    private static let signatureFields = Set(
        ["dkim-signature", "domainkey-signature", "arc-seal", "arc-message-signature"].map(\.bytes))
}
