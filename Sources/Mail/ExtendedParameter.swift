// Parameter values in pieces and with a character set (RFC 2231 §3 and §4).

import Bytes

/// The bytes of a parameter's value and the character set that RFC 2231 lets it name.
struct ParameterValue: Equatable {
    /// The bytes, percent-decoded where the name says so, in no charset but their own.
    var bytes: [UInt8]
    /// The character set's name, of the `name*=charset'language'value` form only.
    var charset: [UInt8]?
}

extension [Parameter] {
    /// The value of a parameter: that of `name*` before that of `name*0`, `name*1` …, before that of `name`.
    ///
    /// Pieces are joined from 0 on, in the order of their numbers, up to the first number that is missing. Pieces whose
    /// name ends with `*` are percent-decoded; a `%` without two hexadecimal digits stays.
    func value(of name: String) -> ParameterValue? {
        let name = name.bytes
        let starred = name + [0x2A]
        if let extended = first(where: { $0.name == starred }) { return Self.extended(extended.value) }
        if let joined = continued(starred) { return joined }
        return first { $0.name == name }.map { ParameterValue(bytes: $0.value) }
    }

    /// The value in pieces, whose names start with `starred`.
    private func continued(_ starred: [UInt8]) -> ParameterValue? {
        var pieces: [Int: (value: [UInt8], isExtended: Bool)] = [:]
        for parameter in self where parameter.name.starts(with: starred) {
            var number = parameter.name.dropFirst(starred.count)
            let isExtended = number.last == 0x2A
            if isExtended { number.removeLast() }
            guard let index = Self.index(number), pieces[index] == nil else { continue }
            pieces[index] = (parameter.value, isExtended)
        }
        guard let first = pieces[0] else { return nil }
        var value = first.isExtended ? Self.extended(first.value) : ParameterValue(bytes: first.value)
        var index = 1
        while let piece = pieces[index] {
            value.bytes += piece.isExtended ? Self.percentDecoded(piece.value[...]) : piece.value
            index += 1
        }
        return value
    }

    /// The number of a piece: 0…999 without leading zeroes.
    private static func index(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...3).contains(digits.count), digits.allSatisfy(ASCII.isDigit) else { return nil }
        guard digits.count == 1 || digits.first != 0x30 else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func extended(_ value: [UInt8]) -> ParameterValue {
        guard let first = value.firstIndex(of: 0x27), let second = value[(first + 1)...].firstIndex(of: 0x27) else {
            return ParameterValue(bytes: percentDecoded(value[...]))
        }
        let charset = first > 0 ? Array<UInt8>(value[..<first]) : nil
        return ParameterValue(bytes: percentDecoded(value[(second + 1)...]), charset: charset)
    }

    private static func percentDecoded(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var place = text.startIndex
        while place < text.endIndex {
            if text[place] == 0x25, place + 2 < text.endIndex, let high = hexadecimalValue(text[place + 1]),
                let low = hexadecimalValue(text[place + 2])
            {
                bytes.append(high << 4 | low)
                place += 3
            } else {
                bytes.append(text[place])
                place += 1
            }
        }
        return bytes
    }
}

/// The value of a hexadecimal digit of either case.
func hexadecimalValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x41...0x46: digit - 0x41 + 10
    case 0x61...0x66: digit - 0x61 + 10
    default: nil
    }
}
