// What ARC seals sign: the fields of all sets up to their own (RFC 8617 §5.1.1).

import Bytes
import Cryptography
import Mail

/// The digests of one seal's data.
struct SealedData {
    /// The SHA-256 of what the seal signs.
    let digest: Digest
    /// The same by the hash of the seal's algorithm.
    let hashed: [UInt8]
}

/// A walk over the sets from the first, that hashes each field once, however many seals cover it.
struct SealWalk {
    private let header: HeaderSection
    private let functions: Set<HashFunction>
    /// The fields of all sets before.
    private var before: [HashFunction: RunningHash]

    init(_ sets: ARCSets, _ header: HeaderSection) {
        self.header = header
        functions = Set(sets.sets.flatMap(\.seals).compactMap { $0.signature.algorithm?.hash }).union([.sha256])
        before = Self.fresh(functions)
    }

    private static func fresh(_ functions: Set<HashFunction>) -> [HashFunction: RunningHash] {
        Dictionary(uniqueKeysWithValues: functions.map { ($0, RunningHash($0)) })
    }

    /// The data of each seal of the next set, in their order; nil for a malformed one.
    ///
    /// Of fields that should stand once, the lowest counts. A seal that says cv=fail signs its own set only
    /// (RFC 8617 §5.1.2).
    mutating func next(_ set: ARCSets.Fields, of message: Span<UInt8>) -> [SealedData?] {
        var text: [UInt8] = []
        for place in [set.results.last, set.messages.last?.place].compactMap({ $0 }) {
            CanonicalForm.relaxed.append(header.fields[place], of: message, to: &text)
            text += [ASCII.cr, ASCII.lf]
        }
        let alone = Self.fresh(functions)
        for function in functions {
            alone[function]?.update(text)
            before[function]?.update(text)
        }
        let found = set.seals.map { data(of: $0, after: alone, message) }
        if let seal = set.seals.last {
            var text: [UInt8] = []
            CanonicalForm.relaxed.append(header.fields[seal.place], of: message, to: &text)
            text += [ASCII.cr, ASCII.lf]
            for function in functions { before[function]?.update(text) }
        }
        return found
    }

    private func data(
        of seal: SignatureField, after alone: [HashFunction: RunningHash], _ message: Span<UInt8>
    ) -> SealedData? {
        guard !seal.signature.isMalformed, let algorithm = seal.signature.algorithm else { return nil }
        let scope = seal.signature.chainValidation == .fail ? alone : before
        let own = header.fields[seal.place]
        let text = signedData(
            [], of: message, form: .relaxed, own: own, in: message, omitting: seal.signature.omitted(in: own))
        func finish(_ function: HashFunction) -> [UInt8]? {
            let hash = scope[function]?.copy()
            hash?.update(text)
            return hash?.finish()
        }
        guard let digest = finish(.sha256).flatMap({ Digest($0) }) else { return nil }
        let hashed = algorithm.hash == .sha256 ? digest.bytes : finish(algorithm.hash)
        return hashed.map { SealedData(digest: digest, hashed: $0) }
    }
}
