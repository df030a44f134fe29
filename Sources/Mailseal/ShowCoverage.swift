// Which signatures cover each header field: what is proven stands next to what is claimed.

import Bytes
import DKIM
import Mail

/// What the signatures of a message say of one of its header fields.
public enum FieldStanding: Equatable, Sendable {
    /// No signature verifies, so that there is nothing to say of any field; or the field is itself a signature.
    case unjudged
    /// The signatures with these numbers verify, are of From's domain, and cover the field as it stands.
    case signed(by: [Int])
    /// Such signatures cover the field only as it was before a change that stands in it was undone.
    case restored(by: [Int])
    /// Only signatures that do not speak for From's domain cover the field.
    case otherDomain(by: [Int])
    /// Signatures verify, and none of them covers the field.
    case unsigned

    /// The numbers of the signatures that it is due to.
    public var signers: [Int] {
        switch self {
        case .signed(let numbers), .restored(let numbers), .otherDomain(let numbers): numbers
        case .unjudged, .unsigned: []
        }
    }
}

extension FieldStanding {
    /// A signature that verifies, and what it covers.
    private struct Signer {
        let number: Int
        let isAligned: Bool
        private let covered: [[UInt8]: Int]
        private let undone: [Range<Int>]

        init(_ evidence: Evidence) {
            number = evidence.index + 1
            isAligned = [.same, .related, .tenant].contains(evidence.alignment)
            covered = Dictionary(evidence.coverage.map { ($0.name, $0.covered) }) { first, _ in first }
            undone = evidence.repairs.filter { $0.name == .subjectTag || $0.name == .contentFields }.flatMap(\.edits)
        }

        /// Whether it covers the field that has so many of its name below it.
        func covers(_ name: [UInt8], _ rank: Int) -> Bool { covered[name, default: 0] > rank }

        /// Whether a repair of the header changed the field.
        func changes(_ field: HeaderField) -> Bool { undone.contains { $0.overlaps(field.whole) } }
    }

    /// The standing of each header field, in their order; ARC sets do not count.
    ///
    /// A signature takes the fields of a name from the bottom (RFC 6376 §5.4.2).
    static func standings(of mail: Message, by evidence: [Evidence]) -> [FieldStanding] {
        let proving = evidence.filter { $0.provesHeader && !$0.kind.isARC }.map(Signer.init)
        guard !proving.isEmpty else { return mail.header.fields.map { _ in .unjudged } }
        var below: [[UInt8]: Int] = [:]
        var standings: [FieldStanding] = []
        for field in mail.header.fields.reversed() {
            let name = field.name.map { ASCII.lowercased(mail.bytes[$0]) }
            let rank = below[name, default: 0]
            below[name] = rank + 1
            let signers = proving.filter { $0.covers(name, rank) }
            standings.append(signatureFields.contains(name) ? .unjudged : standing(of: field, by: signers))
        }
        return standings.reversed()
    }

    private static func standing(of field: HeaderField, by signers: [Signer]) -> FieldStanding {
        guard !signers.isEmpty else { return .unsigned }
        let aligned = signers.filter(\.isAligned)
        guard !aligned.isEmpty else { return .otherDomain(by: signers.map(\.number)) }
        let asItStands = aligned.filter { !$0.changes(field) }.map(\.number)
        return asItStands.isEmpty ? .restored(by: aligned.map(\.number)) : .signed(by: asItStands)
    }

    private static let signatureFields = Set(
        ["dkim-signature", "domainkey-signature", "arc-seal", "arc-message-signature"].map(\.bytes))
}
