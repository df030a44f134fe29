// Repairs on the evidence of a message: what does not fit as stored is tried again with known changes undone.

import Bytes
import Cryptography
import Mail

extension Verifier {
    /// How many header sections are tried for all signatures of a message.
    private static let headerTrials = 500
    /// How many octets of header sections are tried at least, and how many times the message's size.
    private static let headerOctets = (minimum: 1 << 22, multiple: 8)

    /// Repairs what does not fit as stored; `fields` are the signatures that `found` is the evidence of.
    ///
    /// The work is bounded by a multiple of the message's size, and there is none when everything fits.
    func repair(
        _ found: inout [Evidence], _ fields: [SignatureField], _ index: FieldIndex, _ header: HeaderSection,
        of message: Span<UInt8>, _ repaired: inout [Int: RepairedBody]?, _ budget: inout TrialBudget
    ) {
        let goals = found.indices.compactMap { place in
            found[place].body.isBroken ? RepairGoal(place, found[place].signature) : nil
        }
        let invalid = found.indices.filter { found[$0].header == .invalid }
        guard !goals.isEmpty || !invalid.isEmpty else { return }
        let stored = message.bytes(in: 0..<message.count)
        let bodies = repaired ?? RepairSearch.bodies(of: stored, from: header.bodyStart, for: goals)
        repaired = bodies
        for (place, body) in bodies {
            found[place].body = body.result
            found[place].repairs = body.repairs
        }
        var headers = RepairHeaderSearch(stored, header)
        var octets = max(Self.headerOctets.minimum, Self.headerOctets.multiple * stored.count)
        var trials = Self.headerTrials
        for place in invalid where trials > 0 {
            let name = ASCII.lowercased(message.bytes(in: header.fields[fields[place].place].name))
            guard let number = index.places(of: name).firstIndex(of: fields[place].place) else { continue }
            let own = header.fields[fields[place].place]
            let body = bodies[place]
            octets -= body?.innerHeader?.count ?? 0
            guard octets >= 0 else { break }
            let names = found[place].signature.signedFields
            for choice in headers.choices(signing: names, body, isKnown: !found[place].body.isBroken) {
                octets -= choice.octets
                guard found[place].header == .invalid, trials > 0, octets >= 0,
                    budget.admitsAgain(fields[place].signature)
                else { break }
                trials -= 1
                verify(&found[place], fields[place], own, of: message, number, name, with: headers.section(choice))
            }
        }
    }

    /// Tries a signature, the field `own` of the message and the `number`-th of its name, with another header section.
    private func verify(
        _ evidence: inout Evidence, _ field: SignatureField, _ own: HeaderField, of message: Span<UInt8>,
        _ number: Int, _ name: [UInt8], with repaired: RepairedHeader
    ) {
        let signature = field.signature
        let bytes = repaired.bytes.span
        let section = HeaderSection(of: bytes)
        let index = FieldIndex(section, of: bytes)
        let places = index.places(of: name)
        guard number < places.count, let form = signature.canonicalization?.header,
            let function = signature.algorithm?.hash
        else { return }
        let selected = index.select(signature.signedFields, besides: places[number])
        let data = signedData(
            selected.fields, of: bytes, form: form, own: own, in: message, omitting: signature.omitted(in: own))
        guard let trial = trial(of: field, function.digest(of: data)), trial.result == .valid else { return }
        evidence.header = .restored
        evidence.openWhenRepaired = OpenFields(selected.coverage, in: index, of: bytes)
        evidence.key = trial.facts
        evidence.repairs += repaired.repairs
        evidence.violations = Set(signature.violations + trial.violations).sorted()
        evidence.signedDataDigest = Digest(hashing: data)
    }
}

extension BodyResult {
    /// Whether it is not the body that was signed, as far as it was signed.
    fileprivate var isBroken: Bool {
        switch self {
        case .altered, .tooShort: true
        case .intact, .restored, .partial, .notComputed: false
        }
    }
}
