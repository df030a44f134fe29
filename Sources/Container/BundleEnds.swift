// The two ends of an archive: its first entry, and whether index.txt is the last thing in it, and it in the file.

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

extension BundleReader {
    /// The archive's first entry, the rest of whose block is not inflated; nil when that does not give a canonical header
    /// of an entry that ends where the next one begins.
    public func firstEntry() throws(ContainerError) -> TarEntry? {
        guard blocks.count > 0, index.entries.count > 1 else { return nil }
        let range = blocks.range(of: 0)
        let stream = InflateStream()
        stream.feed(try file.bytes(at: range.lowerBound, count: min(range.count, 1 << 13)))
        var bytes: [UInt8] = []
        while bytes.count < Tar.unit, case .output(let output)? = try? stream.next() { bytes += output }
        let header = Tar.parse(bytes.prefix(Tar.unit))
        guard header.isCanonical, header.name == name, let size = header.size else { return nil }
        let entry = TarEntry(path: header.path, size: size, tarOffset: 0)
        return entry.end == index.entries[1].tarOffset ? entry : nil
    }
}
