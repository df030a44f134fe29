// The message that repairs start from: as it is stored, or without the quoting marks that a mailbox file put into it.

import Bytes
import Glibc
import Mail

/// A copy of the stored message, perhaps without some of its bytes, and where each byte stands in the stored one.
struct RepairSource {
    /// The copy, header section included.
    let bytes: [UInt8]
    /// How the copy was made; none for the stored message itself.
    let repairs: [Repair]
    /// The places of the stored message that are left out, ascending; all of them in the body.
    private let omitted: [Int]

    /// The message as it is stored.
    init(_ stored: [UInt8]) {
        bytes = stored
        repairs = []
        omitted = []
    }

    /// The stored message without the bytes at these places, which ascend.
    init(_ stored: [UInt8], without omitted: [Int], as name: Repair.Name) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(stored.count - omitted.count)
        var start = 0
        for place in omitted {
            bytes += stored[start..<place]
            start = place + 1
        }
        self.bytes = bytes + stored[start...]
        self.omitted = omitted
        repairs = [Repair(name, edits: omitted.map { $0..<$0 + 1 })]
    }

    /// Where a range of the copy stands in the stored message; what is left out inside it belongs to it.
    func stored(_ range: Range<Int>) -> Range<Int> {
        guard !range.isEmpty else {
            let start = stored(range.lowerBound)
            return start..<start
        }
        return stored(range.lowerBound)..<stored(range.upperBound - 1) + 1
    }

    private func stored(_ place: Int) -> Int {
        // How many of the omitted places have at most `place` kept bytes before them.
        var low = 0
        var high = omitted.count
        while low < high {
            let middle = (low + high) / 2
            if omitted[middle] - middle <= place { low = middle + 1 } else { high = middle }
        }
        return place + low
    }
}

/// The lines of a body that a mailbox file may have quoted: `>` at least once, then `From `.
struct QuotedLines {
    /// More than so many are not looked at: no mailbox has them.
    static let limit = 1000
    /// Of so many at most, every choice is tried.
    static let mixedLimit = 10

    /// Where they start, ascending; empty when there are too many.
    let all: [Int]
    /// Those with one `>` only.
    let single: [Int]

    init(of bytes: [UInt8], from start: Int) {
        var all: [Int] = []
        var single: [Int] = []
        var position = start
        while position < bytes.count, all.count <= Self.limit {
            if bytes[position] == 0x3E {
                var end = position
                while end < bytes.count, bytes[end] == 0x3E { end += 1 }
                if bytes[end...].starts(with: "From ".utf8) {
                    all.append(position)
                    if end == position + 1 { single.append(position) }
                }
                position = end
            }
            position = bytes.firstPlace(of: ASCII.lf, from: position).map { $0 + 1 } ?? bytes.count
        }
        let isTooMany = all.count > Self.limit
        self.all = isTooMany ? [] : all
        self.single = isTooMany ? [] : single
    }

    /// The message without all the marks (mboxrd), and without the single ones (mboxo) when that is another one.
    func sources(of stored: [UInt8]) -> [RepairSource] {
        guard !all.isEmpty else { return [] }
        let all = RepairSource(stored, without: all, as: .mboxrdQuoting)
        guard !single.isEmpty, single.count < self.all.count else { return [all] }
        return [all, RepairSource(stored, without: single, as: .mboxoQuoting)]
    }

    /// The remaining choices of marks, in the order of the binary numbers whose lowest bit is the first mark.
    var mixed: [[Int]] {
        guard (2...Self.mixedLimit).contains(all.count) else { return [] }
        return (1..<(1 << all.count) - 1).map { choice in
            all.indices.filter { choice >> $0 & 1 == 1 }.map { all[$0] }
        }.filter { $0 != single }
    }
}

extension [UInt8] {
    /// The first place of a byte at or after a place.
    func firstPlace(of byte: UInt8, from start: Int) -> Int? {
        unsafe withUnsafeBufferPointer { buffer -> Int? in
            guard start < buffer.count, let base = buffer.baseAddress,
                let found = unsafe memchr(base + start, Int32(byte), buffer.count - start)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
        }
    }
}

extension Span<UInt8> {
    /// Whether an LF stands in it without a CR before it.
    var hasBareLF: Bool {
        unsafe withUnsafeBufferPointer { buffer -> Bool in
            guard let base = buffer.baseAddress else { return false }
            var place = 0
            while place < buffer.count, let found = unsafe memchr(base + place, Int32(ASCII.lf), buffer.count - place) {
                let feed = unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
                if feed == 0 { return true }
                if unsafe base[feed - 1] != ASCII.cr { return true }
                place = feed + 1
            }
            return false
        }
    }
}
