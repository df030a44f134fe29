// A departure of a bundle from the container format, as a value that verification collects.

/// One departure from sections 1, 2 or 5 of the format: what, where, what the format calls for and what stands there.
public struct Fault: Hashable, Sendable {
    /// The kind of a fault; its raw value is a stable name for reports.
    public enum Code: String, CaseIterable, Sendable {
        /// The ten fixed bytes before the comment, or the NUL after it, differ.
        case gzipHeader = "gzip-header"
        /// The comment does not have its form, or does not say where index.txt and what its checksum is.
        case gzipComment = "gzip-comment"
        /// What follows the last block is not `03 00`, the CRC-32 and the length of the tar stream.
        case gzipTrailer = "gzip-trailer"
        /// Bytes follow the gzip trailer.
        case trailingBytes = "trailing-bytes"
        /// The CRC-32 of a block's compressed bytes is not the one in index.txt.
        case blockChecksum = "block-crc"
        /// A block is not deflate data, refers to what precedes it, or does not end as the format says.
        case blockInflate = "block-inflate"
        /// A block inflates to another number of bytes than its place calls for.
        case blockSize = "block-size"
        /// A tar header is not the canonical one of its name, path and size.
        case tarHeader = "tar-header"
        /// The bytes that fill up an entry's last 512 bytes are not all NUL.
        case tarPadding = "tar-padding"
        /// The end of the archive is missing, cut short or followed by more.
        case tarEnd = "tar-end"
        /// Bytes of the tar stream that belong to no entry that could be recognised.
        case tarLost = "tar-lost"
        /// index.txt is missing where the comment says it is.
        case indexMissing = "index-missing"
        /// The text of index.txt is malformed, or not the one recomputed from the bundle.
        case indexText = "index-text"
    }

    /// What an offset counts in.
    public enum Stream: String, Sendable {
        /// The bytes of the file.
        case file = "the file"
        /// The bytes of the inflated tar stream.
        case tar = "the tar stream"
        /// The bytes of index.txt.
        case index = "index.txt"
    }

    /// The kind of the fault.
    public let code: Code
    /// What `offset` counts in.
    public let stream: Stream
    /// Where the departure begins, in bytes from 0.
    public let offset: Int
    /// What the format calls for.
    public let expected: String
    /// What stands there.
    public let found: String

    /// A fault at an offset of a stream.
    public init(_ code: Code, in stream: Stream, at offset: Int, expected: String, found: String) {
        self.code = code
        self.stream = stream
        self.offset = offset
        self.expected = expected
        self.found = found
    }
}

extension Fault: CustomStringConvertible {
    /// A sentence such as `tar-end at byte 512 of the tar stream: expected …, found …`.
    public var description: String {
        "\(code.rawValue) at byte \(offset) of \(stream.rawValue): expected \(expected), found \(found)"
    }
}
