// The parameters of Content-Type and Content-Disposition (RFC 2045 §5.1, RFC 2183), as lenient as mail is broken.

import Bytes

/// One parameter as it stands, quoting removed.
public struct Parameter: Equatable, Sendable {
    /// The name in lower case, with the `*`, `*0` or `*0*` of RFC 2231 that it may end with.
    public let name: [UInt8]
    /// The value: of a quoted string what stands in it, `\"` and `\\` resolved and any other backslash kept.
    public let value: [UInt8]
}

/// A field value of the form `token; name=value; …`.
struct ParameterizedValue {
    /// What stands before the first parameter, in lower case.
    private(set) var token: [UInt8] = []
    private(set) var parameters: [Parameter] = []
    private(set) var defects: Set<Defect> = []

    private let text: [UInt8]
    private var place = 0

    /// Reads an unfolded value.
    init(_ text: [UInt8]) {
        self.text = text
        skipBlanksAndComments(andSemicolons: false)
        let start = place
        while place < text.count, !ASCII.isBlank(text[place]), text[place] != 0x3B, text[place] != 0x28 { place += 1 }
        token = ASCII.lowercased(text[start..<place])
        var names: Set<[UInt8]> = []
        var count = 0
        while let parameter = nextParameter() {
            count += 1
            if count > Limits.parameters {
                defects.insert(.parametersTooMany)
                break
            }
            if names.insert(parameter.name).inserted {
                parameters.append(parameter)
            } else {
                defects.insert(.parameterRepeated)
            }
        }
    }

    /// The next `name=value`; whatever has no `=` before the next `;` is skipped.
    private mutating func nextParameter() -> Parameter? {
        while place < text.count {
            skipBlanksAndComments(andSemicolons: true)
            let start = place
            while place < text.count, text[place] != 0x3B, text[place] != 0x3D { place += 1 }
            guard place < text.count else { return nil }
            place += 1
            let name = ASCII.lowercased(trimmingBlanks(text[start..<place - 1]))
            if text[place - 1] == 0x3D, !name.isEmpty { return Parameter(name: name, value: value(of: name)) }
        }
        return nil
    }

    private mutating func value(of name: [UInt8]) -> [UInt8] {
        while place < text.count, ASCII.isBlank(text[place]) { place += 1 }
        if place < text.count, text[place] == 0x22 {
            let value = quotedString()
            while place < text.count, text[place] != 0x3B, !ASCII.isBlank(text[place]) { place += 1 }
            return value
        }
        // A file name may hold blanks without quotes; elsewhere a blank ends the value, so that a missing `;` does no harm.
        let mayHoldBlanks = name.starts(with: "name".utf8) || name.starts(with: "filename".utf8)
        let start = place
        while place < text.count, text[place] != 0x3B {
            if ASCII.isBlank(text[place]), !mayHoldBlanks || (place + 1 < text.count && text[place + 1] == 0x28) {
                break
            }
            place += 1
        }
        return Array(trimmingBlanks(text[start..<place]))
    }

    private mutating func quotedString() -> [UInt8] {
        var value: [UInt8] = []
        place += 1
        while place < text.count, text[place] != 0x22 {
            if text[place] == 0x5C, place + 1 < text.count, text[place + 1] == 0x22 || text[place + 1] == 0x5C {
                place += 1
            }
            value.append(text[place])
            place += 1
        }
        if place == text.count { defects.insert(.quotedStringNotClosed) } else { place += 1 }
        return value
    }

    private mutating func skipBlanksAndComments(andSemicolons: Bool) {
        while place < text.count {
            if text[place] == 0x28 {
                if !skipComment() { defects.insert(.quotedStringNotClosed) }
            } else if ASCII.isBlank(text[place]) || (andSemicolons && text[place] == 0x3B) {
                place += 1
            } else {
                return
            }
        }
    }

    /// Skips a comment with those inside it (RFC 5322 §3.2.2); false when it is not closed.
    private mutating func skipComment() -> Bool {
        var depth = 0
        while place < text.count {
            switch text[place] {
            case 0x28: depth += 1
            case 0x29: depth -= 1
            case 0x5C: place += 1
            default: break
            }
            place += 1
            if depth == 0 { return true }
        }
        place = min(place, text.count)
        return false
    }
}
