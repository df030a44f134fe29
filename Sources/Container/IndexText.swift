// The text of index.txt in pieces, so that nobody holds that of millions of entries as a whole.

import Bytes
import Cryptography

/// Gives the text of an index from its start to its end, some ten thousand bytes at a time.
struct IndexText<Entries: Sequence>: IteratorProtocol, Sequence where Entries.Element == BundleIndex.Entry {
    private let index: BundleIndex
    private let entryCount: Int
    private var entries: Entries.Iterator
    private var line = 0
    private let lineCount: Int
    private static var linesAtOnce: Int { 512 }

    /// The text of an index with these entries instead of its own.
    init(_ index: BundleIndex, entries: Entries, count: Int) {
        self.index = index
        self.entries = entries.makeIterator()
        entryCount = count
        lineCount = 3 + index.blocks.count + count + index.groups.count
    }

    mutating func next() -> [UInt8]? {
        guard line < lineCount else { return nil }
        var text: [UInt8] = []
        let end = Swift.min(line + Self.linesAtOnce, lineCount)
        while line < end {
            appendLine(to: &text)
            line += 1
        }
        return text
    }

    private mutating func appendLine(to text: inout [UInt8]) {
        let block = line - 1
        let entry = block - index.blocks.count - 1
        let group = entry - entryCount - 1
        if line == 0 {
            text += "mailseal-index/0\nblocks ".utf8
            text.appendHexadecimal(UInt64(index.blocks.count), width: 8)
        } else if block < index.blocks.count {
            text.append(index.blocks[block].offset, UInt64(index.blocks[block].checksum))
        } else if entry == -1 {
            text += "entries ".utf8
            text.appendHexadecimal(UInt64(entryCount), width: 8)
        } else if entry < entryCount, let next = entries.next() {
            text.append(next.tarOffset, UInt64(next.leaf ?? BundleIndex.noLeaf))
        } else if group == -1 {
            text += "leaves ".utf8
            text.appendHexadecimal(UInt64(index.leafCount), width: 8)
        } else if group >= 0 {
            text.append(index.groups[group].tarOffset, UInt64(index.groups[group].firstMessage))
            text.append(ASCII.space)
            text += index.groups[group].hash.hexadecimal
        }
        text.append(ASCII.lf)
    }
}

extension [UInt8] {
    /// Appends an offset of 16 digits, a space and a number of 8.
    fileprivate mutating func append(_ offset: Int, _ number: UInt64) {
        appendHexadecimal(UInt64(offset), width: 16)
        append(ASCII.space)
        appendHexadecimal(number, width: 8)
    }
}

/// The blocks from that in which the header of index.txt begins to the end of the archive, made one after another.
struct LastBlocks: IteratorProtocol, Sequence {
    private var waiting: [UInt8]
    private var text: IndexText<IndexEntries>
    private var end: [UInt8]?

    /// The blocks of these bytes one behind another.
    init(_ start: [UInt8], _ text: IndexText<IndexEntries>, _ end: [UInt8]) {
        waiting = start
        self.text = text
        self.end = end
    }

    mutating func next() -> [UInt8]? {
        while waiting.count < BundleBlocks.size, let piece = text.next() ?? end.take() { waiting += piece }
        guard !waiting.isEmpty else { return nil }
        let block = Array(waiting.prefix(BundleBlocks.size))
        waiting.removeFirst(block.count)
        return block
    }
}
