// Finds uuencoded items in the text of old mail.

import Bytes

/// A uuencoded item in a text: a `begin` line, data lines, and an `end` line.
///
/// An item is open from its `begin` line to the first line that is neither data nor empty, or that follows a line without
/// bytes. It counts when that line is `end`, or when it had data; in the second case it is not ended.
struct UUItem {
    /// The raw file name.
    let name: [UInt8]
    /// From the `begin` line to the `end` line, both included; of an item without `end`, to after its last data line.
    let range: Range<Int>
    /// Whether there is an `end` line.
    let isEnded: Bool

    /// Hands the items of a range over, in order and without overlap, until `found` returns false; linear in time.
    static func scan(_ range: Range<Int>, in bytes: Span<UInt8>, found: (UUItem) -> Bool) {
        var open: OpenItem?
        var position = range.lowerBound
        while position < range.upperBound {
            let next = bytes.lineEnd(from: position, to: range.upperBound)
            if var item = open {
                switch (UULine(position..<next, in: bytes), item.isComplete) {
                case (.data(let length), false):
                    item.take(length, next)
                    open = item
                    position = next
                    continue
                case (.end, _):
                    open = nil
                    if !found(UUItem(name: item.name, range: item.start..<next, isEnded: true)) { return }
                default:
                    open = nil
                    if let cut = item.cutShort, !found(cut) { return }
                }
            }
            if bytes[position] == 0x62, case .begin(let name) = UULine(position..<next, in: bytes) {
                open = OpenItem(name: bytes.bytes(in: name), start: position, dataEnd: next)
            }
            position = next
        }
        if let cut = open?.cutShort { _ = found(cut) }
    }

    private struct OpenItem {
        let name: [UInt8]
        let start: Int
        var dataEnd: Int
        var hasData = false
        /// Whether a line without bytes has come: only `end` may follow.
        var isComplete = false

        mutating func take(_ length: Int, _ next: Int) {
            isComplete = length == 0
            if length > 0 {
                hasData = true
                dataEnd = next
            }
        }

        var cutShort: UUItem? { hasData ? UUItem(name: name, range: start..<dataEnd, isEnded: false) : nil }
    }
}
