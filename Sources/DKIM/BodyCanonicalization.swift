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

    private static func feedRelaxed(_ start: UnsafePointer<UInt8>, _ end: Int, _ hash: inout PrefixHash) {
        var runStart = 0
        var place = unsafe nextSpaceOrControl(start, 0, end)
        while place < end {
            let byte = unsafe start[place]
            var next = place + 1
            if byte == ASCII.lf {
                if unsafe place == 0 || start[place - 1] != ASCII.cr {
                    unsafe hash.append(start + runStart, place - runStart)
                    hash.appendLineEnd()
                    runStart = next
                }
            } else if ASCII.isBlank(byte) {
                while next < end, unsafe ASCII.isBlank(start[next]) { next += 1 }
                let isAtLineEnd = unsafe isLineEnd(start, next, end)
                if isAtLineEnd || byte == ASCII.tab || next > place + 1 {
                    unsafe hash.append(start + runStart, place - runStart)
                    if !isAtLineEnd { hash.appendSpace() }
                    runStart = next
                }
            }
            place = unsafe nextSpaceOrControl(start, next, end)
        }
        unsafe hash.append(start + runStart, end - runStart)
    }

    private static func isLineEnd(_ start: UnsafePointer<UInt8>, _ place: Int, _ end: Int) -> Bool {
        guard place < end else { return true }
        let byte = unsafe start[place]
        if byte == ASCII.cr, place + 1 < end { return unsafe start[place + 1] == ASCII.lf }
        return byte == ASCII.lf
    }

    /// The next byte of at most 0x20, or the end; eight bytes at a time, as base64 lines have none for long.
    private static func nextSpaceOrControl(_ start: UnsafePointer<UInt8>, _ place: Int, _ end: Int) -> Int {
        var place = place
        while place + 8 <= end {
            let word = unsafe UInt64(
                littleEndian: UnsafeRawPointer(start + place).loadUnaligned(as: UInt64.self))
            // The lowest high bit that is set belongs to the first byte below 0x21.
            let below = (word &- 0x2121_2121_2121_2121) & ~word & 0x8080_8080_8080_8080
            if below != 0 { return place + below.trailingZeroBitCount / 8 }
            place += 8
        }
        while place < end, unsafe start[place] > ASCII.space { place += 1 }
        return place
    }
}
