// The canonical body, handed to a hash in runs of the message's own bytes.

import Bytes
import Glibc

extension CanonicalForm {
    /// Feeds the canonical form of a body to a hash (RFC 6376 §3.4.3, §3.4.4).
    ///
    /// A bare LF counts as CRLF; a lone CR is a byte like any other. Linear in the body's length.
    func feed(_ body: Span<UInt8>, to hash: inout PrefixHash) {
        unsafe body.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else {
                if self == .simple { hash.appendLineEnd() }
                return
            }
            let end = unsafe contentEnd(start, buffer.count)
            switch self {
            case .simple:
                unsafe Self.feedSimple(start, end, &hash)
                hash.appendLineEnd()
            case .relaxed:
                unsafe Self.feedRelaxed(start, end, &hash)
                if end > 0 { hash.appendLineEnd() }
            }
        }
    }

    /// Where the last line that is not empty has its end; in the relaxed form a line of blanks is empty too.
    private func contentEnd(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int {
        var end = count
        while end > 0 {
            let last = unsafe start[end - 1]
            if last == ASCII.lf {
                end -= 1
                if end > 0, unsafe start[end - 1] == ASCII.cr { end -= 1 }
            } else if self == .relaxed, ASCII.isBlank(last) {
                end -= 1
            } else {
                break
            }
        }
        return end
    }

    private static func feedSimple(_ start: UnsafePointer<UInt8>, _ end: Int, _ hash: inout PrefixHash) {
        var runStart = 0
        var place = 0
        while place < end, let found = unsafe memchr(start + place, Int32(ASCII.lf), end - place) {
            let lineFeed = unsafe UnsafeRawPointer(found) - UnsafeRawPointer(start)
            place = lineFeed + 1
            if lineFeed > 0, unsafe start[lineFeed - 1] == ASCII.cr { continue }
            unsafe hash.append(start + runStart, lineFeed - runStart)
            hash.appendLineEnd()
            runStart = place
        }
        unsafe hash.append(start + runStart, end - runStart)
    }

    /// Everything between two places that the form changes is one run; single spaces between words change nothing.
    private static func feedRelaxed(_ start: UnsafePointer<UInt8>, _ end: Int, _ hash: inout PrefixHash) {
        var runStart = 0
        var place = unsafe nextCandidate(start, 0, end)
        while place < end {
            let byte = unsafe start[place]
            let blankStart = unsafe place > runStart && ASCII.isBlank(start[place - 1]) ? place - 1 : place
            var next = place + 1
            if ASCII.isBlank(byte) {
                while next < end, unsafe ASCII.isBlank(start[next]) { next += 1 }
                let isAtLineEnd = unsafe isLineEnd(start, next, end)
                if isAtLineEnd || byte == ASCII.tab || next > blankStart + 1 {
                    unsafe hash.append(start + runStart, blankStart - runStart)
                    if !isAtLineEnd { hash.appendSpace() }
                    runStart = next
                }
            } else if byte == ASCII.lf, unsafe place == 0 || start[place - 1] != ASCII.cr {
                unsafe hash.append(start + runStart, blankStart - runStart)
                hash.appendLineEnd()
                runStart = next
            } else if byte == ASCII.cr, blankStart < place, unsafe isLineEnd(start, place, end) {
                unsafe hash.append(start + runStart, blankStart - runStart)
                runStart = place
            }
            place = unsafe nextCandidate(start, next, end)
        }
        unsafe hash.append(start + runStart, end - runStart)
    }

    private static func isLineEnd(_ start: UnsafePointer<UInt8>, _ place: Int, _ end: Int) -> Bool {
        guard place < end else { return true }
        let byte = unsafe start[place]
        if byte == ASCII.cr, place + 1 < end { return unsafe start[place + 1] == ASCII.lf }
        return byte == ASCII.lf
    }

    /// The next byte, from `place` on, that the relaxed form may change, or the end.
    ///
    /// That is one of at most 0x0A (tab, LF), or one of at most 0x20 after another such byte (two blanks, a blank
    /// before CR). Eight bytes are looked at together: the high bit of each byte tells what it is.
    private static func nextCandidate(_ start: UnsafePointer<UInt8>, _ place: Int, _ end: Int) -> Int {
        var place = place
        var isAfterLow = unsafe place > 0 && start[place - 1] <= ASCII.space
        while place + 8 <= end {
            let word = unsafe UInt64(littleEndian: UnsafeRawPointer(start + place).loadUnaligned(as: UInt64.self))
            let low7 = word & 0x7F7F_7F7F_7F7F_7F7F
            let upTo20 = ~((low7 + 0x5F5F_5F5F_5F5F_5F5F) | word) & 0x8080_8080_8080_8080
            let upTo0A = ~((low7 + 0x7575_7575_7575_7575) | word) & 0x8080_8080_8080_8080
            let candidates = upTo0A | (upTo20 & (upTo20 << 8 | (isAfterLow ? 0x80 : 0)))
            if candidates != 0 { return place + candidates.trailingZeroBitCount / 8 }
            isAfterLow = upTo20 >> 63 == 1
            place += 8
        }
        while place < end {
            let byte = unsafe start[place]
            if byte <= ASCII.lf || (isAfterLow && byte <= ASCII.space) { return place }
            isAfterLow = byte <= ASCII.space
            place += 1
        }
        return end
    }
}
