// The addresses of From, To, Cc and their like (RFC 5322 §3.4, obsolete syntax §4.4), for filters and for showing.

import Bytes

/// One mailbox of an address list.
public struct Address: Equatable, Sendable {
    /// The display name, quoting removed, encoded words as they are; else the last comment; may be empty.
    public let name: [UInt8]
    /// The address without comments, blanks and route, such as `user@example.org`, in the case it stands in; may be empty.
    public let address: [UInt8]
}

/// The mailboxes of an address list in order, those of groups included.
///
/// Any bytes give a list; a group's own name is left out. Linear in time.
public func addresses(in value: [UInt8]) -> [Address] {
    var list = AddressList(value)
    list.read()
    return list.addresses
}

private struct AddressList {
    private(set) var addresses: [Address] = []

    private let text: [UInt8]
    private var place = 0
    /// What stands outside angle brackets, quoting removed, runs of blanks made one space.
    private var phrase: [UInt8] = []
    /// The same with its quotes and without blanks, should it be the address itself.
    private var spec: [UInt8] = []
    private var comment: [UInt8] = []
    private var angle: [UInt8]?
    /// Whether `spec` has an `@` outside quotes.
    private var hasAt = false

    init(_ text: [UInt8]) { self.text = text }

    mutating func read() {
        while place < text.count {
            let byte = text[place]
            switch byte {
            case 0x2C, 0x3B: endAddress()
            case 0x3A: endGroupName()
            case 0x3C:
                // Two addresses without a comma are two: a reader may be shown either.
                if angle != nil { endAddress() }
                readAngle()
            case 0x28: comment = readComment()
            case 0x22: readQuoted()
            case _ where ASCII.isWhiteSpace(byte): addBlank()
            default:
                if byte == 0x40 { hasAt = true }
                phrase.append(byte)
                spec.append(byte)
            }
            place += 1
        }
        endAddress()
    }

    private mutating func addBlank() {
        if let last = phrase.last, last != ASCII.space { phrase.append(ASCII.space) }
    }

    private mutating func endAddress() {
        let words = Array(trimmingBlanks(phrase[...]))
        if let angle {
            addresses.append(Address(name: words.isEmpty ? comment : words, address: angle))
        } else if hasAt || (!words.isEmpty && words == spec) {
            addresses.append(Address(name: comment, address: spec))
        } else if !words.isEmpty {
            addresses.append(Address(name: words, address: []))
        }
        clear()
    }

    /// A colon ends the name of a group, unless it stands inside an address without brackets.
    private mutating func endGroupName() {
        if hasAt || angle != nil { spec.append(0x3A) } else { clear() }
    }

    private mutating func clear() {
        phrase = []
        spec = []
        comment = []
        angle = nil
        hasAt = false
    }

    /// Reads `<…>` from its `<` to its `>` or the end; a route before the last colon is dropped (§4.4).
    private mutating func readAngle() {
        var inner: [UInt8] = []
        var isQuoted = false
        place += 1
        while place < text.count, isQuoted || text[place] != 0x3E {
            let byte = text[place]
            if byte == 0x22 { isQuoted.toggle() }
            if isQuoted, byte == 0x5C, place + 1 < text.count {
                inner += [byte, text[place + 1]]
                place += 1
            } else if byte == 0x28, !isQuoted {
                _ = readComment()
            } else if isQuoted || !ASCII.isWhiteSpace(byte) {
                inner.append(byte)
            }
            place += 1
        }
        if inner.first == 0x40, let colon = inner.lastIndex(of: 0x3A) { inner.removeSubrange(...colon) }
        angle = inner
    }

    /// Reads a comment with those inside it, to its last `)`; returns what stands in it.
    private mutating func readComment() -> [UInt8] {
        var inner: [UInt8] = []
        var depth = 1
        place += 1
        while place < text.count {
            let byte = text[place]
            if byte == 0x28 { depth += 1 }
            if byte == 0x29 { depth -= 1 }
            if depth == 0 { break }
            if byte == 0x5C, place + 1 < text.count { place += 1 }
            inner.append(text[place])
            place += 1
        }
        return Array(trimmingBlanks(inner[...]))
    }

    private mutating func readQuoted() {
        spec.append(0x22)
        place += 1
        while place < text.count, text[place] != 0x22 {
            if text[place] == 0x5C, place + 1 < text.count {
                spec.append(0x5C)
                place += 1
            }
            phrase.append(text[place])
            spec.append(text[place])
            place += 1
        }
        spec.append(0x22)
    }
}
