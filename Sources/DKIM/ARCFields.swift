// What the fields of an ARC set say of the set: its number, and the state of the chain that its sealer found.

import Bytes

extension Signature {
    /// What a seal says of the chain; the first set has none before it, any other one (RFC 8617 §5.2).
    static func chainValidation(
        _ tag: TagList.Tag?, _ instance: Int?, _ problems: inout Set<Violation>
    ) -> ChainValidation? {
        let found = tag.flatMap { tag in
            ChainValidation.allCases.first { ASCII.equalIgnoringCase($0.rawValue.utf8, tag.value) }
        }
        guard let found else {
            problems.insert(.arcMalformedChainValidation)
            return nil
        }
        if let instance, (instance == 1) != (found == .absent) { problems.insert(.arcWrongChainValidation) }
        return found
    }
}

/// The number of an ARC set, i=.
enum ARCInstance {
    /// The most sets that a message may have (RFC 8617 §4.2.1).
    static let maximum = 50

    /// The number of a set: one or two digits, from 1 to 50.
    static func number(_ text: ArraySlice<UInt8>) -> Int? {
        guard text.count <= 2, let number = TagValue.number(text), (1...maximum).contains(number) else {
            return nil
        }
        return number
    }

    /// The number of an ARC-Authentication-Results, which must come first: `i=1; …` (RFC 8617 §4.1.1).
    static func number(ofResults value: ArraySlice<UInt8>) -> Int? {
        guard let end = value.firstIndex(of: 0x3B), let equals = value[..<end].firstIndex(of: 0x3D),
            ASCII.trimmed(value[..<equals]).elementsEqual("i".utf8)
        else { return nil }
        return number(ASCII.trimmed(value[(equals + 1)..<end]))
    }
}
