// Which header fields a DomainKeys signature covers, in which order, and whom they name as the sender.

import Bytes
import Mail

/// The fields that follow a DomainKey-Signature and that it signs (RFC 4870 §3.3, §3.4.2).
struct DomainKeysHeader {
    /// The places of the fields in the orders that implementations presented them in: that of h=, then the message's.
    let orders: [[Int]]
    /// How many fields of each name are covered.
    let coverage: [FieldCoverage]
    /// The address of the signed Sender, else that of the signed From.
    let sender: [UInt8]?

    init(_ field: SignatureField, _ index: FieldIndex, _ header: HeaderSection, of message: Span<UInt8>) {
        let following = field.place + 1..<header.fields.count
        var named: [[UInt8]: Int] = [:]
        var order: [[UInt8]] = []
        let names = field.signature.signedFields.map { ASCII.lowercased($0) }
        let mentioned = names.isEmpty ? following.map { header.fields[$0].lowercasedName(in: message) } : names
        for name in mentioned {
            if named[name] == nil { order.append(name) }
            named[name, default: 0] += 1
        }
        let occurrences = named.reduce(into: [:]) { found, name in
            found[name.key] = index.places(of: name.key).filter { $0 > field.place }
        }
        let sorted = occurrences.values.joined().sorted()
        let listed = Self.listed(names, occurrences)
        orders = names.isEmpty || listed == sorted ? [sorted] : [listed, sorted]
        coverage = order.map { name in
            FieldCoverage(
                name: name, covered: occurrences[name]?.count ?? 0,
                present: index.places(of: name).count { $0 != field.place },
                named: names.isEmpty ? 0 : named[name] ?? 0)
        }
        sender =
            ["sender", "from"].compactMap { occurrences[$0.bytes]?.last }.compactMap { place in
                Self.address(in: message.bytes(in: header.fields[place].value))
            }.first
    }

    /// The fields in the order of h=: each mention of a name takes one field, the first takes those that are left.
    private static func listed(_ names: [[UInt8]], _ occurrences: [[UInt8]: [Int]]) -> [Int] {
        var left = occurrences
        var mentions = names.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        var fields: [Int] = []
        for name in names.reversed() {
            mentions[name, default: 0] -= 1
            if mentions[name] == 0 {
                fields += (left[name] ?? []).reversed()
            } else if let place = left[name]?.popLast() {
                fields.append(place)
            }
        }
        return fields.reversed()
    }

    private static func address(in value: [UInt8]) -> [UInt8]? {
        addresses(in: value).first.map(\.address).flatMap { $0.contains(0x40) ? $0 : nil }
    }

    /// Whether d= may sign for the sender: it is the domain of the address, or above it.
    func isSender(in domain: [UInt8]) -> Bool {
        guard let sender, let at = sender.lastIndex(of: 0x40) else { return false }
        let own = ASCII.lowercased(sender[(at + 1)...])
        let signing = ASCII.lowercased(domain)
        return own == signing || own.hasSuffix([0x2E] + signing)
    }

    /// Whether a key's g= allows the part of the sender's address before the @; an empty one allows any.
    func isAllowed(by granularity: [UInt8]?) -> Bool {
        guard let granularity, !granularity.isEmpty, let sender, let at = sender.lastIndex(of: 0x40) else {
            return true
        }
        let local = sender[..<at]
        // RFC 4870 has no wildcard; RFC 4871 gave the same records one.
        guard let star = granularity.firstIndex(of: 0x2A) else { return local.elementsEqual(granularity) }
        let (start, end) = (granularity[..<star], granularity[(star + 1)...])
        return local.count >= start.count + end.count && local.starts(with: start)
            && local.suffix(end.count).elementsEqual(end)
    }
}

extension HeaderField {
    fileprivate func lowercasedName(in bytes: Span<UInt8>) -> [UInt8] { name.map { ASCII.lowercased(bytes[$0]) } }
}
