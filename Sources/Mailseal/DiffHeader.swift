// Two header sections beside each other: what differs, field name by field name.

import Bytes
import Mail

/// The differences of two header sections.
struct DiffHeader {
    private(set) var reasons: [DiffReason] = []
    /// The names of content fields that differ, lower case.
    private(set) var changed: [[UInt8]] = []

    /// Compares the header sections of two messages; linear in their sizes.
    init(_ a: Message, _ b: Message) {
        let (left, right) = (Fields(a), Fields(b))
        if !a.header.isComplete || !b.header.isComplete { reasons.append(DiffReason(.tooManyFields)) }
        compareContent(left, right)
        compareTransport(left, right)
        compareState(left, right)
        if left.stray != right.stray { reasons.append(DiffReason(.strayLines)) }
    }

    private mutating func compareContent(_ left: Fields, _ right: Fields) {
        var byCode: [(DiffReason.Code, DiffSide?, [UInt8])] = []
        for name in left.order + right.order.filter({ left.content[$0] == nil }) {
            let (first, second) = (left.content[name] ?? [], right.content[name] ?? [])
            if first.map(\.relaxed) == second.map(\.relaxed) {
                if first.map(\.raw) != second.map(\.raw) { byCode.append((.refolded, nil, first[0].name)) }
                continue
            }
            changed.append(name)
            let shown = (first.first ?? second.first)?.name ?? name
            if let longer = Self.longer(first.map(\.relaxed), second.map(\.relaxed)) {
                byCode.append((.fieldAdded, longer, shown))
            } else {
                let isRecoded =
                    first.map { Array(decodedHeader($0.relaxed).utf8) }
                    == second.map { Array(decodedHeader($0.relaxed).utf8) }
                byCode.append((isRecoded ? .fieldRecoded : .fieldChanged, nil, shown))
            }
        }
        add(byCode, [.refolded, .fieldAdded, .fieldChanged, .fieldRecoded])
        if changed.isEmpty, left.sequence != right.sequence { reasons.append(DiffReason(.fieldOrder)) }
    }

    private mutating func compareTransport(_ left: Fields, _ right: Fields) {
        let (first, second) = (left.transport, right.transport)
        guard first.map(\.line) != second.map(\.line) else { return addRefolded(first, second) }
        let names = Self.difference(first, second)
        if let side = Self.longer(first.map(\.line), second.map(\.line)) {
            reasons.append(DiffReason(.transportAdded, side: side, side == .a ? names.a : names.b))
        } else {
            var seen: Set<[UInt8]> = []
            let both = (names.a + names.b).filter { seen.insert(ASCII.lowercased($0)).inserted }
            reasons.append(DiffReason(.transportChanged, both))
        }
    }

    private mutating func compareState(_ left: Fields, _ right: Fields) {
        guard left.state.map(\.line) != right.state.map(\.line) else { return addRefolded(left.state, right.state) }
        let names = Self.difference(left.state, right.state)
        var seen: Set<[UInt8]> = []
        reasons.append(
            DiffReason(.mailboxState, (names.a + names.b).filter { seen.insert(ASCII.lowercased($0)).inserted }))
    }

    private mutating func addRefolded(_ a: [Field], _ b: [Field]) {
        let names = zip(a, b).filter { $0.raw != $1.raw }.map(\.0.name)
        if !names.isEmpty { reasons.append(DiffReason(.refolded, names)) }
    }

    private mutating func add(_ found: [(DiffReason.Code, DiffSide?, [UInt8])], _ order: [DiffReason.Code]) {
        for code in order {
            for side in [nil, DiffSide.a, .b] {
                let names = found.filter { $0.0 == code && $0.1 == side }.map(\.2)
                if !names.isEmpty { reasons.append(DiffReason(code, side: side, names)) }
            }
        }
    }

    /// The side whose list holds all of the other's in its order; nil when neither does.
    private static func longer(_ a: [[UInt8]], _ b: [[UInt8]]) -> DiffSide? {
        if a.count < b.count { return isSubsequence(a, of: b) ? .b : nil }
        return isSubsequence(b, of: a) ? .a : nil
    }

    private static func isSubsequence(_ short: [[UInt8]], of long: [[UInt8]]) -> Bool {
        var place = 0
        for line in long where place < short.count && short[place] == line { place += 1 }
        return place == short.count
    }

    /// The names of fields that one list has more often than the other, each once.
    private static func difference(_ a: [Field], _ b: [Field]) -> (a: [[UInt8]], b: [[UInt8]]) {
        func surplus(_ fields: [Field], _ others: [Field]) -> [[UInt8]] {
            var counts: [[UInt8]: Int] = [:]
            for field in others { counts[field.line, default: 0] += 1 }
            var seen: Set<[UInt8]> = []
            return fields.filter { field in
                counts[field.line, default: 0] -= 1
                return counts[field.line, default: 0] < 0 && seen.insert(ASCII.lowercased(field.name)).inserted
            }.map(\.name)
        }
        return (surplus(a, b), surplus(b, a))
    }
}

/// A header field as it is compared.
private struct Field {
    let name: [UInt8]
    /// The value in DKIM's relaxed form (RFC 6376 §3.4.2): unfolded, each run of blanks one space, trimmed.
    let relaxed: [UInt8]
    /// The whole field, CRLF made LF.
    let raw: [UInt8]

    /// Lower-case name and relaxed value.
    var line: [UInt8] { ASCII.lowercased(name) + [0x3A] + relaxed }
}

/// The fields of a header section by their nature.
private struct Fields {
    var order: [[UInt8]] = []
    var content: [[UInt8]: [Field]] = [:]
    var sequence: [[UInt8]] = []
    var transport: [Field] = []
    var state: [Field] = []
    let stray: [[UInt8]]

    init(_ message: Message) {
        let bytes = message.bytes
        stray = message.header.strayLines.map { Array(ASCII.trimmed(bytes[$0])) }
        for found in message.header.fields {
            let field = Field(
                name: Array(bytes[found.name]), relaxed: Self.relaxed(bytes[found.value]),
                raw: withoutCarriageReturns(bytes[found.whole]))
            let name = ASCII.lowercased(field.name)
            switch FieldNature(ofField: name) {
            case .transport: transport.append(field)
            case .state: state.append(field)
            case .content:
                if content[name] == nil { order.append(name) }
                content[name, default: []].append(field)
                sequence.append(name)
            }
        }
    }

    private static func relaxed(_ value: ArraySlice<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(value.count)
        var hasBlank = false
        for place in value.indices {
            let byte = value[place]
            if ASCII.isBlank(byte) {
                hasBlank = true
            } else if byte == ASCII.lf
                || (byte == ASCII.cr && place + 1 < value.endIndex && value[place + 1] == ASCII.lf)
            {
                continue
            } else {
                if hasBlank, !text.isEmpty { text.append(ASCII.space) }
                hasBlank = false
                text.append(byte)
            }
        }
        return text
    }
}

/// The bytes, each CRLF made LF.
func withoutCarriageReturns(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    for place in bytes.indices {
        if bytes[place] == ASCII.cr, place + 1 < bytes.endIndex, bytes[place + 1] == ASCII.lf { continue }
        text.append(bytes[place])
    }
    return text
}
