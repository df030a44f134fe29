// Entries of the tar stream, what a parser comes across in it, and the faults of headers.

import Bytes

/// An entry of the archive.
public struct TarEntry: Hashable, Sendable {
    /// The path below the bundle's name.
    public let path: [UInt8]
    /// The length of its content in bytes.
    public let size: Int
    /// Where its header begins in the tar stream.
    public let tarOffset: Int

    /// Where its content begins in the tar stream.
    public var contentOffset: Int { tarOffset + Tar.unit }
    /// Where the next header begins in the tar stream.
    public var end: Int { contentOffset + size + Tar.padding(after: size) }
}

/// What a `StrictTarParser` comes across, in the order of the tar stream.
public enum TarEvent: Equatable, Sendable {
    /// An entry begins; after a `tar-header` fault at its offset, its path and size are read as well as can be.
    case begin(TarEntry)
    /// The next bytes of the entry's content.
    case content(ArraySlice<UInt8>)
    /// This many bytes of the entry's content are missing: they lie in a damaged block or behind the stream's end.
    case lost(Int)
    /// The entry ends; it is whole when every byte of its content was given.
    case end(isWhole: Bool)
    /// Something is not as the format says.
    case fault(Fault)
    /// The two zero blocks that end the archive.
    case endOfArchive
}

extension Fault {
    /// A header at this offset of the tar stream leaves the canonical form.
    init(_ departure: ParsedHeader.Departure, headerAt offset: Int) {
        self.init(
            .tarHeader, in: .tar, at: offset + departure.offset, expected: departure.expected, found: departure.found)
    }

    /// A header at this offset of the tar stream has another prefix than the others.
    init(name: [UInt8], insteadOf expected: [UInt8], headerAt offset: Int) {
        self.init(
            .tarHeader, in: .tar, at: offset + 345, expected: "the prefix \(shown(expected))", found: shown(name))
    }
}
