// The `#:` lines of key files: facts about a record's origin that any other reader takes for a comment.

import Bytes

extension KeyProvenance {
    /// The facts as a line of a key file, without its end: `#: basis=dns obtained=2026-11-22T10:00:00Z from="127.0.0.1"`.
    ///
    /// Names and order are those of the manifest's `key` lines, times RFC 3339 in UTC.
    public var annotation: [UInt8] {
        var text = "#: basis=\(basis.rawValue)".bytes
        func add(_ name: String, _ value: [UInt8]?) {
            if let value { text += " \(name)=".utf8 + value }
        }
        add("obtained", obtained?.rfc3339)
        add("from", from.map { QuotedText.quoted($0) })
        add("first_seen", firstSeen?.rfc3339)
        add("last_seen", lastSeen?.rfc3339)
        add("dnssec", dnssec?.rawValue.bytes)
        add("messages", messages.map { String($0).bytes })
        add("first_date", firstDate?.rfc3339)
        add("last_date", lastDate?.rfc3339)
        return text
    }

    /// Reads a `#:` line: what it says, `basis=file` where it does not say, and what is wrong with it.
    static func reading(annotation: ArraySlice<UInt8>) -> (KeyProvenance, [KeyFile.Reason]) {
        var provenance = KeyProvenance()
        var reasons: [KeyFile.Reason] = []
        var names: Set<[UInt8]> = []
        var rest = ASCII.trimmed(annotation.dropFirst(2))
        while !rest.isEmpty {
            guard let fact = nextFact(&rest) else {
                if !reasons.contains(.malformedAnnotation) { reasons.append(.malformedAnnotation) }
                break
            }
            let isNew = names.insert(fact.name).inserted
            let reason = isNew ? provenance.set(fact.name, to: fact.value) : .malformedAnnotation
            if let reason, !reasons.contains(reason) { reasons.append(reason) }
            rest = rest.drop(while: ASCII.isBlank)
        }
        return (provenance, reasons)
    }

    /// The `name=value` or `name="value"` at the start, which is taken away; nil when there is none.
    private static func nextFact(_ rest: inout ArraySlice<UInt8>) -> (name: [UInt8], value: [UInt8])? {
        guard let equals = rest.firstIndex(of: 0x3D) else { return nil }
        let name = Array(rest[..<equals])
        rest = rest[(equals + 1)...]
        guard !name.isEmpty, !name.contains(where: ASCII.isBlank) else { return nil }
        if rest.first == 0x22 {
            guard let value = QuotedText.next(&rest), rest.first.map(ASCII.isBlank) ?? true else { return nil }
            return (name, value)
        }
        let value = rest.prefix { !ASCII.isBlank($0) }
        rest = rest[value.endIndex...]
        return (name, Array(value))
    }

    private mutating func set(_ name: [UInt8], to value: [UInt8]) -> KeyFile.Reason? {
        func assign<Value>(_ place: inout Value?, _ value: Value?) -> KeyFile.Reason? {
            place = value
            return value == nil ? .malformedAnnotation : nil
        }
        switch name.displayText {
        case "basis":
            guard let found = Basis(rawValue: value.displayText) else { return .malformedAnnotation }
            basis = found
            return nil
        case "obtained": return assign(&obtained, Timestamp(rfc3339: value))
        case "from": return assign(&from, value.isEmpty ? nil : value)
        case "first_seen": return assign(&firstSeen, Timestamp(rfc3339: value))
        case "last_seen": return assign(&lastSeen, Timestamp(rfc3339: value))
        case "dnssec": return assign(&dnssec, DNSSEC(rawValue: value.displayText))
        case "messages": return assign(&messages, TagValue.number(value[...]))
        case "first_date": return assign(&firstDate, Timestamp(rfc3339: value))
        case "last_date": return assign(&lastDate, Timestamp(rfc3339: value))
        default: return .unknownAnnotation
        }
    }
}
