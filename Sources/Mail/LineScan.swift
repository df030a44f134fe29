// Finding bytes and line ends at the speed of libc's memchr.

import Bytes
import Glibc

extension Span<UInt8> {
    /// The first place of a byte in a range of the span, or nil.
    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        guard !range.isEmpty, range.lowerBound >= 0, range.upperBound <= count else { return nil }
        return unsafe withUnsafeBufferPointer { buffer -> Int? in
            guard let start = buffer.baseAddress,
                let found = unsafe memchr(start + range.lowerBound, Int32(byte), range.count)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(start)
        }
    }

    /// The place after the LF that ends the line at `start`, or `end` when there is none.
    func lineEnd(from start: Int, to end: Int) -> Int {
        guard start < end, let feed = firstIndex(of: ASCII.lf, in: start..<end) else { return end }
        return feed + 1
    }

    /// A line without its LF or CRLF.
    func content(ofLine line: Range<Int>) -> Range<Int> {
        line.lowerBound..<startOfLineEnd(before: line.upperBound, from: line.lowerBound)
    }

    /// Where the LF or CRLF that stands right before `position` starts; `position` when there is none after `start`.
    func startOfLineEnd(before position: Int, from start: Int) -> Int {
        guard position > start, self[position - 1] == ASCII.lf else { return position }
        return position - 1 > start && self[position - 2] == ASCII.cr ? position - 2 : position - 1
    }

    /// Whether the bytes from `start` are these, within `end`.
    func hasBytes(_ wanted: [UInt8], at start: Int, to end: Int) -> Bool {
        guard end - start >= wanted.count else { return false }
        for place in wanted.indices where self[start + place] != wanted[place] { return false }
        return true
    }

    /// The bytes of a range as an array.
    func bytes(in range: Range<Int>) -> [UInt8] {
        unsafe extracting(range).withUnsafeBufferPointer { unsafe Array($0) }
    }
}
