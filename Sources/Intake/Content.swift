// Bytes of an input, in memory or in a file, read at positions.

import Bytes
import Cryptography
public import Files

extension Intake {
    /// The bytes of an input; large ones stay in their file.
    public struct Content: Sendable {
        private enum Store {
            case memory([UInt8])
            case file(ReadableFile, start: Int)
        }

        /// The number of bytes.
        public let size: Int
        private let store: Store

        /// Bytes in memory.
        init(_ bytes: [UInt8]) {
            store = .memory(bytes)
            size = bytes.count
        }

        /// A whole file.
        init(_ file: ReadableFile) {
            store = .file(file, start: 0)
            size = file.size
        }

        private init(_ file: ReadableFile, _ range: Range<Int>) {
            store = .file(file, start: range.lowerBound)
            size = range.count
        }

        /// The bytes that it holds in memory; nil when it holds an open file instead.
        public var heldBytes: Int? {
            if case .memory(let bytes) = store { bytes.count } else { nil }
        }

        /// A part of these bytes; the range must lie within.
        func part(_ range: Range<Int>) -> Content {
            switch store {
            case .memory(let bytes): Content(Array(bytes[range]))
            case .file(let file, let start): Content(file, start + range.lowerBound..<start + range.upperBound)
            }
        }

        /// Exactly `count` bytes from `offset`; throws when there are fewer.
        public func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
            guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
                throw FileError("read", path, reason: "\(count) bytes at byte \(offset) of \(size) were asked for")
            }
            switch store {
            case .memory(let bytes): return offset == 0 && count == size ? bytes : Array(bytes[offset..<offset + count])
            case .file(let file, let start): return try file.read(at: start + offset, count: count)
            }
        }

        /// All bytes at once, for what is known to fit into memory.
        public func bytes() throws(FileError) -> [UInt8] { try read(at: 0, count: size) }

        /// Throws when the file that holds the bytes is no longer as it was when it was opened.
        ///
        /// To be called after the last read of content that is not in memory.
        public func checkUnchanged() throws(FileError) {
            if case .file(let file, _) = store { try file.checkUnchanged() }
        }

        /// The first bytes, up to `count` of them.
        func prefix(_ count: Int) throws(FileError) -> [UInt8] { try read(at: 0, count: min(count, size)) }

        /// Feeds all bytes to a hash, a mebibyte at a time.
        func update(_ hash: RunningHash) throws(FileError) {
            var position = 0
            while position < size {
                let chunk = try read(at: position, count: min(1 << 20, size - position))
                hash.update(chunk)
                position += chunk.count
            }
        }

        private var path: String {
            if case .file(let file, _) = store { file.path } else { "bytes in memory" }
        }
    }
}
