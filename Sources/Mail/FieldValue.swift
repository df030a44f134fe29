// A header field's value as raw bytes on one line, for manifest lines and for every parser of this module.

import Bytes

extension HeaderField {
    /// The value on one line: each LF and CRLF removed, nothing else changed, then blanks trimmed at both ends.
    ///
    /// `bytes` are those that the field was found in (RFC 5322 §2.2.3).
    public func unfoldedValue(in bytes: Span<UInt8>) -> [UInt8] { unfolded(bytes, value) }
}

/// The bytes of a range without its line ends (LF or CRLF), blanks trimmed at both ends.
func unfolded(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    var value: [UInt8] = []
    value.reserveCapacity(range.count)
    var position = range.lowerBound
    while position < range.upperBound {
        let next = bytes.lineEnd(from: position, to: range.upperBound)
        value += bytes.bytes(in: bytes.content(ofLine: position..<next))
        position = next
    }
    return Array(trimmingBlanks(value[...]))
}

/// The bytes without spaces and tabs at both ends.
func trimmingBlanks(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var start = bytes.startIndex
    var end = bytes.endIndex
    while start < end, ASCII.isBlank(bytes[start]) { start += 1 }
    while end > start, ASCII.isBlank(bytes[end - 1]) { end -= 1 }
    return bytes[start..<end]
}
