// What index.txt records: where the compressed blocks, the entries and the groups of leaves are.

import Bytes
public import Cryptography

/// The contents of index.txt (section 5 of the format), gathered while a bundle is written or verified.
public struct BundleIndex: Equatable, Sendable {
    /// A compressed block.
    public struct Block: Hashable, Sendable {
        /// Where its compressed bytes begin in the file.
        public let offset: Int
        /// The CRC-32 of its compressed bytes.
        public let checksum: UInt32

        /// A block of compressed bytes at `offset` of the file.
        public init(offset: Int, checksum: UInt32) {
            self.offset = offset
            self.checksum = checksum
        }
    }

    /// An entry of the archive before index.txt.
    public struct Entry: Hashable, Sendable {
        /// Where its header begins in the tar stream.
        public let tarOffset: Int
        /// The first line of the manifest that names it, or nil for a tag file and the manifest.
        public let leaf: UInt32?

        /// An entry whose header is at `tarOffset`.
        public init(tarOffset: Int, leaf: UInt32?) {
            self.tarOffset = tarOffset
            self.leaf = leaf
        }
    }

    /// A group of 256 lines of the manifest; the last one may be shorter.
    public struct Group: Hashable, Sendable {
        /// Where its first line begins in the tar stream.
        public let tarOffset: Int
        /// One more than the number of `message` lines before it.
        public let firstMessage: UInt32
        /// The RFC 6962 tree hash of its leaves.
        public let hash: Digest

        /// A group whose first line begins at `tarOffset`.
        public init(tarOffset: Int, firstMessage: UInt32, hash: Digest) {
            self.tarOffset = tarOffset
            self.firstMessage = firstMessage
            self.hash = hash
        }
    }

    /// The number of leaves in a full group.
    public static let groupSize = 256
    /// The longest text that a writer makes and a reader accepts, in bytes: about 40 million entries.
    public static let maximumSize = 1 << 30

    /// The blocks before the one in which the header of index.txt begins.
    public var blocks: [Block] = []
    /// All entries before index.txt, in tar order.
    public var entries: [Entry] = []
    /// The number of lines of the manifest.
    public var leafCount: UInt32 = 0
    /// The groups of leaves, `leafCount` / 256 rounded up when the index is complete.
    public var groups: [Group] = []

    /// An index of nothing yet.
    public init() {}

    /// The length of the text in bytes.
    public var encodedSize: Int { encodedSize(entries: entries.count) }

    /// The length of the text in bytes with this number of entries instead of its own.
    func encodedSize(entries count: Int) -> Int {
        Self.headings + Self.blockLine * blocks.count + Self.entryLine * count + Self.groupLine * groups.count
    }

    /// The text of index.txt.
    public func encode() -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(encodedSize)
        for piece in IndexText(self, entries: entries, count: entries.count) { text += piece }
        return text
    }

    /// Where this text first differs from `found`, as a fault of index.txt, or nil when they are the same.
    public func difference(from found: [UInt8]) -> Fault? {
        let expected = encode()
        guard expected != found else { return nil }
        let offset =
            zip(expected, found).enumerated().first { $1.0 != $1.1 }?.offset ?? min(expected.count, found.count)
        func line(_ text: [UInt8]) -> String {
            guard offset < text.count else { return "its end after \(text.count) bytes" }
            let start = text[..<offset].lastIndex(of: ASCII.lf).map { $0 + 1 } ?? 0
            return shown(Array(text[start...].prefix(100).prefix { $0 != ASCII.lf }))
        }
        return Fault(.indexText, in: .index, at: offset, expected: line(expected), found: line(found))
    }

    /// Whether there is a group for each 256 of this many lines.
    func isComplete(leafCount: UInt32) -> Bool {
        groups.count == (Int(leafCount) + Self.groupSize - 1) / Self.groupSize
    }

    static let noLeaf = UInt32.max
    static let blockLine = 26
    static let entryLine = 26
    static let groupLine = 91
    /// The lengths of the four lines that are always there.
    static let headings = 17 + 16 + 17 + 16
}
