// Whether index.txt is the last thing in the archive, and the archive the last thing in the file.

import Deflate
import Files

extension BundleReader {
    /// Throws when anything follows index.txt, or the gzip trailer tells another length than blocks and index.
    ///
    /// An index inside a payload file cannot pass: what the file goes on with stands behind it.
    public func checkEnd() throws(ContainerError) {
        guard isIndexLast else {
            throw .damaged(
                Fault(
                    .tarEnd, in: .tar, at: indexEntry.end, expected: "the end of the archive behind index.txt",
                    found: "something else"))
        }
        let size = UInt32(truncatingIfNeeded: blocks.tarSize)
        let expected = file.size - blocks.end == Self.trailerSize
        let trailer = expected ? try file.bytes(at: blocks.end, count: Self.trailerSize) : []
        guard trailer.starts(with: Deflate.end),
            trailer.suffix(4).reversed().reduce(0, { $0 << 8 | UInt32($1) }) == size
        else {
            throw .damaged(
                Fault(
                    .gzipTrailer, in: .file, at: blocks.end,
                    expected: "the end of a stream of \(blocks.tarSize) bytes, and of the file",
                    found: "\(file.size - blocks.end) bytes that are not"))
        }
    }

    /// `03 00`, CRC-32 and length.
    static let trailerSize = 10
}
