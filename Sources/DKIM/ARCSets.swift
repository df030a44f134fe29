// The ARC sets of a message (RFC 8617 §4.2): its ARC fields by their numbers, and whether they form a chain.

import Bytes
import Mail

/// The ARC fields of a message by the number of their set.
struct ARCSets {
    /// The fields of one number; a sound set has one of each.
    struct Fields {
        /// The places of the ARC-Authentication-Results, from the top.
        var results: [Int] = []
        /// The ARC-Message-Signatures, from the top.
        var messages: [SignatureField] = []
        /// The ARC-Seals, from the top.
        var seals: [SignatureField] = []

        var isEmpty: Bool { results.isEmpty && messages.isEmpty && seals.isEmpty }

        /// What is wrong with the set by itself (RFC 8617 §5.2, step 3).
        var violations: [Violation] {
            let counts: [(Int, Violation, Violation)] = [
                (results.count, .arcMissingResults, .arcDuplicateResults),
                (messages.count, .arcMissingMessageSignature, .arcDuplicateMessageSignature),
                (seals.count, .arcMissingSeal, .arcDuplicateSeal),
            ]
            return counts.compactMap { count, missing, duplicate in
                count == 1 ? nil : count == 0 ? missing : duplicate
            }
        }
    }

    /// The sets from the first to the highest number that any field has.
    private(set) var sets: [Fields] = []
    /// Whether there is any ARC field.
    let isPresent: Bool
    /// Whether every field has a number, and all were looked at.
    private(set) var isOrderly = true
    /// How many message signatures and seals nobody looked at.
    let unexamined: Int

    init(_ index: FieldIndex, _ header: HeaderSection, of message: Span<UInt8>) {
        let results = index.places(of: "arc-authentication-results")
        let messages = index.places(of: "arc-message-signature")
        let seals = index.places(of: "arc-seal")
        let limit = Verifier.maximumSignatures
        isPresent = !results.isEmpty || !messages.isEmpty || !seals.isEmpty
        unexamined = max(0, messages.count - limit) + max(0, seals.count - limit)
        guard isPresent else { return }
        isOrderly = unexamined == 0 && results.count <= limit
        for place in results.prefix(limit) {
            let instance = ARCInstance.number(ofResults: message.bytes(in: header.fields[place].value)[...])
            add(instance) { $0.results.append(place) }
        }
        for (places, kind) in [(messages, SignatureKind.arcMessage), (seals, .arcSeal)] {
            for place in places.prefix(limit) {
                let field = SignatureField(at: place, in: header, of: message, as: kind)
                add(field.signature.instance) { set in
                    if kind == .arcSeal { set.seals.append(field) } else { set.messages.append(field) }
                }
            }
        }
    }

    /// Puts a field into its set; one without a number belongs to none.
    private mutating func add(_ instance: Int?, _ change: (inout Fields) -> Void) {
        guard let instance else {
            isOrderly = false
            return
        }
        while sets.count < instance { sets.append(Fields()) }
        change(&sets[instance - 1])
    }

    /// The message signatures of all sets.
    var messageSignatures: [SignatureField] { sets.flatMap(\.messages) }

    /// The message signatures and seals of all sets.
    var signatures: [SignatureField] { messageSignatures + sets.flatMap(\.seals) }

    /// What is wrong with each set, in their order: by itself, and in its place in the chain.
    var violations: [[Violation]] {
        var hasFailed = false
        return sets.indices.map { place in
            var found = sets[place].violations
            if place > 0, sets[place - 1].isEmpty { found.append(.arcGap) }
            if hasFailed { found.append(.arcFollowsFailure) }
            if sets[place].seals.contains(where: { $0.signature.chainValidation == .fail }) { hasFailed = true }
            return found
        }
    }
}
