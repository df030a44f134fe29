// The digests of a bundle's file, as the lists of seals have them.

import Cryptography
public import Files

/// The SHA-256 and the SHA-512 of a file.
public struct BundleDigests: Sendable {
    /// The SHA-256.
    public let sha256: [UInt8]
    /// The SHA-512.
    public let sha512: [UInt8]

    /// Reads the whole file.
    public init(of file: ReadableFile) throws { self = try PassingDigests(file).finish() }

    fileprivate init(_ sha256: RunningHash, _ sha512: RunningHash) {
        (self.sha256, self.sha512) = (sha256.finish(), sha512.finish())
    }

    /// The digest by the function that a list has.
    subscript(function: HashFunction) -> [UInt8] { function == .sha512 ? sha512 : sha256 }
}

/// Digests of a file that is read for another reason: what that reader passes over is read at last.
final class PassingDigests {
    private let file: ReadableFile
    private let hashes = (RunningHash(.sha256), RunningHash(.sha512))
    private var position = 0
    private var digests: BundleDigests?

    init(_ file: ReadableFile) { self.file = file }

    /// Takes bytes of the file; those that lie before what was taken already are passed over.
    func take(_ bytes: [UInt8], at offset: Int) throws {
        guard offset >= position, digests == nil else { return }
        try read(to: offset)
        hashes.0.update(bytes)
        hashes.1.update(bytes)
        position += bytes.count
    }

    /// The digests of the whole file; throws when it changed since it was opened.
    func finish() throws -> BundleDigests {
        if let digests { return digests }
        try read(to: file.size)
        try file.checkUnchanged()
        let found = BundleDigests(hashes.0, hashes.1)
        digests = found
        return found
    }

    private func read(to end: Int) throws {
        try file.hash(position..<max(position, end), into: hashes.0, hashes.1)
        position = max(position, end)
    }
}

extension ReadableFile {
    /// Feeds the whole file, or a part of it, to hashes, a piece at a time.
    func hash(_ range: Range<Int>? = nil, into hashes: RunningHash...) throws {
        let range = range ?? 0..<size
        for offset in stride(from: range.lowerBound, to: range.upperBound, by: 1 << 20) {
            let piece = try read(at: offset, count: min(1 << 20, range.upperBound - offset))
            for hash in hashes { hash.update(piece) }
        }
    }
}
