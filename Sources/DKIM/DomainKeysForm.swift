// The forms that DomainKeys brings a message into before it is hashed: header and body in one piece (RFC 4870 §3.4.2).

import Bytes
import Mail

/// One of the two canonicalization algorithms of DomainKeys.
enum DomainKeysForm: String, CaseIterable {
    /// Changes nothing but line ends and empty lines at the end.
    case simple
    /// Leaves out all white space.
    case nofws

    /// The form that a c= value names; simple without one.
    init?(name: ArraySlice<UInt8>?) {
        guard let name else {
            self = .simple
            return
        }
        guard let form = Self.allCases.first(where: { ASCII.equalIgnoringCase($0.rawValue.utf8, name) }) else {
            return nil
        }
        self = form
    }

    /// Appends the canonical form of a field with its CRLF; a bare LF counts as CRLF.
    func append(_ field: HeaderField, of bytes: Span<UInt8>, to text: inout [UInt8]) {
        switch self {
        case .simple: CanonicalForm.simple.append(field, of: bytes, to: &text)
        case .nofws:
            for place in field.whole where !ASCII.isWhiteSpace(bytes[place]) { text.append(bytes[place]) }
        }
        text.append(ASCII.cr)
        text.append(ASCII.lf)
    }

    /// Feeds the empty line after the header and the body to a hash; returns the octets of the body.
    ///
    /// Empty lines at the end count for nothing, and so does the one after the header when there is no other line.
    func feed(_ body: Span<UInt8>, to hash: inout PrefixHash) -> Int {
        let end = contentEnd(body)
        guard end > 0 else { return 0 }
        hash.appendLineEnd()
        let start = hash.count
        switch self {
        case .simple: CanonicalForm.simple.feed(body, to: &hash)
        case .nofws:
            unsafe body.withUnsafeBufferPointer { buffer in
                guard let start = buffer.baseAddress else { return }
                unsafe Self.feedWithoutSpace(start, end, &hash)
            }
            hash.appendLineEnd()
        }
        return hash.count - start
    }

    /// Where the last line that is not empty has its end; nofws looks after leaving out white space.
    private func contentEnd(_ body: Span<UInt8>) -> Int {
        var end = body.count
        while end > 0 {
            let last = body[end - 1]
            let isLineEnd = last == ASCII.lf || (last == ASCII.cr && end < body.count && body[end] == ASCII.lf)
            guard isLineEnd || (self == .nofws && ASCII.isWhiteSpace(last)) else { break }
            end -= 1
        }
        return end
    }

    private static func feedWithoutSpace(_ start: UnsafePointer<UInt8>, _ end: Int, _ hash: inout PrefixHash) {
        var runStart = 0
        for place in 0..<end {
            let byte = unsafe start[place]
            guard byte <= ASCII.space, ASCII.isWhiteSpace(byte) else { continue }
            unsafe hash.append(start + runStart, place - runStart)
            if byte == ASCII.lf { hash.appendLineEnd() }
            runStart = place + 1
        }
        unsafe hash.append(start + runStart, end - runStart)
    }
}
