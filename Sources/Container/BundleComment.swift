// The gzip header of a bundle, and the comment in it that leads to index.txt.

import Bytes
import Deflate
public import Files

/// Where index.txt begins and the checksum of what follows; it stands in the gzip comment (section 1 of the format).
public struct BundleComment: Equatable, Sendable {
    /// The offset in the file of the compressed block in which the tar header of index.txt begins (`C`).
    public let blockOffset: Int
    /// The offset of that header in the inflated block (`U`), less than 2^20.
    public let headerOffset: Int
    /// The CRC-32 of the file's bytes from `blockOffset` to its end (`K`).
    public let checksum: UInt32

    /// A comment of these numbers.
    public init(blockOffset: Int, headerOffset: Int, checksum: UInt32) {
        self.blockOffset = blockOffset
        self.headerOffset = headerOffset
        self.checksum = checksum
    }

    /// The length of the text in bytes.
    public static let size = 52

    /// The comment that the text stands for, or nil when it is not what `text` gives for any numbers in their range.
    public init?(text: [UInt8]) {
        var cursor = FixedWidthCursor(text)
        guard text.count == Self.size, cursor.skip("mailseal/0 index "), let blockOffset = cursor.offsetNumber(),
            cursor.skip("+"), let headerOffset = cursor.number(width: 5), cursor.skip(" crc "),
            let checksum = cursor.number(width: 8)
        else { return nil }
        self.init(blockOffset: blockOffset, headerOffset: Int(headerOffset), checksum: UInt32(checksum))
    }

    /// The text, `size` bytes of ASCII.
    public var text: [UInt8] {
        var text = "mailseal/0 index ".bytes
        text.appendHexadecimal(UInt64(blockOffset), width: 16)
        text += "+".bytes
        text.appendHexadecimal(UInt64(headerOffset), width: 5)
        text += " crc ".bytes
        text.appendHexadecimal(UInt64(checksum), width: 8)
        return text
    }

    /// The CRC-32 of the file's bytes from `offset` to its end.
    static func checksum(of file: ReadableFile, from offset: Int) throws(ContainerError) -> UInt32 {
        var checksum = CRC32()
        var place = offset
        while place < file.size {
            let piece = try file.bytes(at: place, count: min(1 << 20, file.size - place))
            checksum.update(piece)
            place += piece.count
        }
        return checksum.value
    }
}

/// The bytes of a bundle before its first block.
public struct GzipHeader: Sendable {
    /// Magic, deflate, FCOMMENT, no time, no level, unknown system (RFC 1952 §2.3).
    static let fixed: [UInt8] = [0x1F, 0x8B, 8, 0x10, 0, 0, 0, 0, 0, 0xFF]
    /// Where the comment begins.
    static let commentOffset = 10
    /// The length of the whole header: where block 0 begins.
    public static let size = commentOffset + BundleComment.size + 1

    /// The comment, or nil when it does not have its form.
    public let comment: BundleComment?
    /// The departures from section 1.
    public let faults: [Fault]

    /// Reads the header of a file; a file that is too short to have one gives a fault too.
    public init(of file: ReadableFile) throws(ContainerError) {
        let bytes = try file.bytes(at: 0, count: min(Self.size, file.size))
        guard bytes.count == Self.size else {
            comment = nil
            faults = [
                Fault(
                    .gzipHeader, in: .file, at: bytes.count, expected: "a header of \(Self.size) bytes",
                    found: "the end of the file")
            ]
            return
        }
        var faults = zip(Self.fixed, bytes).enumerated().filter { $1.0 != $1.1 }.prefix(1).map { offset, pair in
            Fault(.gzipHeader, in: .file, at: offset, expected: hexadecimal(pair.0), found: hexadecimal(pair.1))
        }
        let text = Array(bytes[Self.commentOffset..<Self.commentOffset + BundleComment.size])
        comment = BundleComment(text: text)
        if comment == nil {
            faults.append(
                Fault(
                    .gzipComment, in: .file, at: Self.commentOffset, expected: "\"mailseal/0 index …+… crc …\"",
                    found: shown(text)))
        }
        if let last = bytes.last, last != 0 {
            faults.append(
                Fault(.gzipHeader, in: .file, at: Self.size - 1, expected: "00", found: hexadecimal(last)))
        }
        self.faults = faults
    }

    /// The header's bytes with this comment.
    static func encode(_ comment: BundleComment) -> [UInt8] { fixed + comment.text + [0] }
}

extension ReadableFile {
    /// `read`, with the error of this module.
    func bytes(at offset: Int, count: Int) throws(ContainerError) -> [UInt8] {
        do { return try read(at: offset, count: count) } catch { throw .file(error) }
    }
}
