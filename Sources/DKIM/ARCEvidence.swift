// The verification of a message's ARC sets (RFC 8617 §5.2), each signature and seal for itself.

import Bytes
import Cryptography
import Mail

extension Verifier {
    /// The evidence of all ARC sets by number, the message signature before the seal, and what RFC 8617 §5.2 makes of it.
    ///
    /// `verify` gives the evidence of a message signature. Those that are passed over have none, and no chain holds then.
    func arcEvidence(
        of sets: ARCSets, _ header: HeaderSection, of message: Span<UInt8>, verify: (SignatureField) -> Evidence
    ) -> (evidence: [Evidence], unexamined: Int, status: ChainValidation) {
        guard sets.isPresent else { return ([], 0, .absent) }
        let unexamined = sets.unexamined + sets.signatures.count(where: \.isPassedOver)
        var walk = SealWalk(sets, header)
        var found: [Evidence] = []
        var holds = sets.isOrderly && unexamined == 0
        for (place, (set, violations)) in zip(sets.sets, sets.violations).enumerated() {
            var messages = set.messages.filter { !$0.isPassedOver }.map(verify)
            var seals = zip(set.seals, walk.next(set, of: message)).filter { !$0.0.isPassedOver }.map { seal, data in
                guard let data else { return Evidence(malformed: seal.signature) }
                return Evidence(seal.signature, trial(of: seal, data.hashed), signedData: data.digest)
            }
            for place in messages.indices { messages[place].add(violations) }
            for place in seals.indices { seals[place].add(violations) }
            holds = holds && violations.isEmpty && seals.allSatisfy(\.countsInChain)
            if place == sets.sets.count - 1 { holds = holds && messages.allSatisfy(\.countsInChain) }
            found += messages + seals
        }
        return (found, unexamined, holds ? .pass : .fail)
    }
}

extension Evidence {
    fileprivate mutating func add(_ more: [Violation]) {
        violations = Set(violations + more).sorted()
    }

    /// Whether RFC 8617 lets a chain pass over it: the mathematics alone is not enough (RFC 8301 §3).
    fileprivate var countsInChain: Bool {
        guard header == .valid, violations.isEmpty, chainValidation != .fail else { return false }
        switch signature.algorithm {
        case .rsaSHA256: if (key?.bits ?? 0) < 1024 { return false }
        case .ed25519SHA256: break
        case .rsaSHA1, nil: return false
        }
        switch body {
        case .intact, .partial: return true
        case .notComputed: return kind == .arcSeal
        case .restored, .altered, .tooShort: return false
        }
    }
}
