// Reading index.txt strictly, and deciding whether what it says can be true of a file.

import Bytes
import Cryptography

extension BundleIndex {
    /// Reads the text of index.txt; throws when it is not what `encode` gives for some index.
    ///
    /// Only the form is judged here; `check` judges whether the offsets can be true.
    public init(text: [UInt8]) throws(ContainerError) {
        var cursor = FixedWidthCursor(text)
        guard text.count <= Self.maximumSize else { throw .indexTooLarge(text.count) }
        guard read(&cursor) else {
            throw .damaged(
                Fault(
                    .indexText, in: .index, at: cursor.offset, expected: "the next field of an index",
                    found: shown(Array(text[cursor.offset...].prefix(20)))))
        }
    }

    /// The longest text that a file can have with this comment: nobody has to inflate a gigabyte for a small file.
    static func maximumSize(after comment: BundleComment) -> Int {
        // Deflate gives at most 1032 bytes for one; each entry takes 512 of them, and so do 256 lines.
        let (tarSize, overflow) = (comment.blockOffset - GzipHeader.size).multipliedReportingOverflow(by: 1032)
        return overflow ? maximumSize : min(maximumSize, tarSize / 4 + comment.headerOffset / 4 + 4096)
    }

    private mutating func read(_ cursor: inout FixedWidthCursor) -> Bool {
        guard cursor.skip("mailseal-index/0\nblocks "), let blockCount = cursor.count(lineLength: Self.blockLine) else {
            return false
        }
        blocks.reserveCapacity(blockCount)
        for _ in 0..<blockCount {
            guard let offset = cursor.offsetNumber(), let checksum = cursor.lastNumber() else { return false }
            blocks.append(Block(offset: offset, checksum: checksum))
        }
        guard cursor.skip("entries "), let entryCount = cursor.count(lineLength: Self.entryLine) else { return false }
        entries.reserveCapacity(entryCount)
        for _ in 0..<entryCount {
            guard let offset = cursor.offsetNumber(), let leaf = cursor.lastNumber() else { return false }
            entries.append(Entry(tarOffset: offset, leaf: leaf == Self.noLeaf ? nil : leaf))
        }
        return readGroups(&cursor) && cursor.remaining == 0
    }

    private mutating func readGroups(_ cursor: inout FixedWidthCursor) -> Bool {
        guard cursor.skip("leaves "), let leaves = cursor.number(width: 8), cursor.skip("\n") else { return false }
        leafCount = UInt32(leaves)
        let groupCount = (Int(leaves) + Self.groupSize - 1) / Self.groupSize
        guard cursor.remaining == groupCount * Self.groupLine else { return false }
        groups.reserveCapacity(groupCount)
        for _ in 0..<groupCount {
            guard let offset = cursor.offsetNumber(), cursor.skip(ASCII.space), let message = cursor.number(width: 8),
                cursor.skip(ASCII.space),
                let hash = cursor.bytes(count: 64).flatMap({ Digest(hexadecimal: Array($0)) }),
                cursor.skip(ASCII.lf)
            else { return false }
            groups.append(Group(tarOffset: offset, firstMessage: UInt32(truncatingIfNeeded: message), hash: hash))
        }
        return true
    }

    /// Why the offsets cannot be those of a file, nil when they can.
    ///
    /// They must rise, begin and end where they must, and leave room for what they point to. `blockOffset` is where the
    /// block of index.txt begins in the file, `headerOffset` where its header begins in that block.
    func check(blockOffset: Int, headerOffset: Int) -> Fault? {
        var gap = GzipHeader.size...GzipHeader.size
        for number in 0...blocks.count {
            let start = number < blocks.count ? blocks[number].offset : blockOffset
            guard gap.contains(start) else {
                return fault("block \(number) within \(gap) of the file", found: start, at: blockPlace(number))
            }
            gap = BundleBlocks.compressedSizes(after: start)
        }
        let end = blocks.count * BundleBlocks.size + headerOffset
        return checkEntries(end: end) ?? checkGroups(end: end)
    }

    private func checkEntries(end: Int) -> Fault? {
        var least = 0
        for number in 0...entries.count {
            let offset = number < entries.count ? entries[number].tarOffset : end
            guard offset >= least, offset <= end, offset % Tar.unit == 0, number > 0 || offset == 0 else {
                return fault(
                    "entry \(number) at a multiple of 512 from \(least) to \(end)", found: offset,
                    at: entryPlace(number))
            }
            least = offset + Tar.unit
        }
        return nil
    }

    private func checkGroups(end: Int) -> Fault? {
        var least = (offset: 0, message: UInt32(1))
        for (number, group) in groups.enumerated() {
            guard group.tarOffset >= least.offset, group.tarOffset < end else {
                return fault(
                    "group \(number) from \(least.offset) to \(end)", found: group.tarOffset, at: groupPlace(number))
            }
            let most = number * Self.groupSize + 1
            guard group.firstMessage >= least.message, Int(group.firstMessage) <= most else {
                return fault(
                    "group \(number) from a message from \(least.message) to \(most)", found: Int(group.firstMessage),
                    at: groupPlace(number))
            }
            // Each of its lines is at least one byte and a line feed.
            least = (group.tarOffset + 2 * Self.groupSize, group.firstMessage)
        }
        return nil
    }

    private func fault(_ expected: String, found: Int, at place: Int) -> Fault {
        Fault(.indexText, in: .index, at: place, expected: expected, found: "\(found)")
    }

    // Where the line of a block, entry or group begins in the text.
    private func blockPlace(_ number: Int) -> Int { 17 + 16 + Self.blockLine * number }
    private func entryPlace(_ number: Int) -> Int { blockPlace(blocks.count) + 17 + Self.entryLine * number }
    private func groupPlace(_ number: Int) -> Int { entryPlace(entries.count) + 16 + Self.groupLine * number }
}

extension FixedWidthCursor {
    /// The count that ends a heading, with its line feed; nil when fewer lines of this length are left.
    fileprivate mutating func count(lineLength: Int) -> Int? {
        guard let count = number(width: 8), skip("\n"), Int(count) <= remaining / lineLength else { return nil }
        return Int(count)
    }

    /// The space, 8 digits and line feed that end a line of two numbers.
    fileprivate mutating func lastNumber() -> UInt32? {
        guard skip(ASCII.space), let number = number(width: 8), skip(ASCII.lf) else { return nil }
        return UInt32(truncatingIfNeeded: number)
    }
}
