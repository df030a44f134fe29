// The payload of a bundle file: entries in stored order, matched with what the manifest calls for.

import Bytes
import Container
import Cryptography
import Files
import Manifest

/// Reads the payload from the stream of a bundle.
struct BundlePayload: PayloadReader, ~Copyable {
    var stream: EntryStream
    private let reader: BundleReader?
    /// The largest message that is taken into memory, in bytes.
    static let messageLimit = 1 << 31

    init(_ file: ReadableFile, reader: BundleReader?, jobs: Int) {
        stream = EntryStream(file, reader: reader, jobs: jobs)
        self.reader = reader
    }

    mutating func take(
        _ file: PayloadFile, leaf: Int, scan: ManifestScan, findings: inout [Finding]
    ) async throws -> ReadEntry? {
        let place = scan.place(of: file.path)
        while let entry = try await stream.peek() {
            if entry.path == file.path {
                stream.observe(entry, leaf: leaf)
                let isMessage = file.path.starts(with: "data/eml/".utf8)
                return try await stream.read(keeping: isMessage ? min(file.size, Self.messageLimit) : -1)
            }
            if let later = scan.place(of: entry.path), let place, later > place { break }
            findings.append(
                Finding(.integrity, "entry-unexpected", entry.path.displayText, "at tar offset \(entry.tarOffset)"))
            stream.observe(entry, leaf: nil)
            _ = try await stream.read(keeping: -1)
        }
        findings.append(
            Finding(.integrity, "entry-missing", file.path.displayText, "not where the manifest calls for it"))
        return nil
    }

    func reread(_ file: PayloadFile, entry: Int) throws -> [UInt8]? {
        guard let reader, file.size <= Self.messageLimit else { return nil }
        guard let found = try? reader.entry(entry + 1), found.path == file.path, found.size == file.size,
            let bytes = try? reader.read(found), Digest(hashing: bytes) == file.digest
        else { return nil }
        return bytes
    }

    /// The tag file that comes next, its bytes when they are few; nil when another entry, or none, comes.
    mutating func takeTag(_ name: String, findings: inout [Finding]) async throws -> ReadEntry? {
        while let entry = try await stream.peek() {
            if entry.path == name.bytes {
                if name != "index.txt" { stream.observe(entry, leaf: nil) }
                return try await stream.read(keeping: 1 << 16)
            }
            if !entry.path.starts(with: "data/".utf8), TagFileCheck.names.contains(entry.path.displayText) { break }
            findings.append(
                Finding(.integrity, "entry-unexpected", entry.path.displayText, "at tar offset \(entry.tarOffset)"))
            stream.observe(entry, leaf: nil)
            _ = try await stream.read(keeping: -1)
        }
        findings.append(Finding(.integrity, "entry-missing", name, "not where the format calls for it"))
        return nil
    }
}

extension ManifestScan {
    /// The place of a payload path among those that the lines call for, tag files behind all of them; nil for any other path.
    func place(of path: [UInt8]) -> Int? {
        if !path.starts(with: "data/".utf8) { return .max }
        guard let file = path.split(separator: 0x2F).last, let digest = Digest(hexadecimal: file.prefix(64)) else {
            return nil
        }
        if path.starts(with: "data/eml/".utf8) { return audit.messages[digest].map { Int($0.entry) } }
        guard let first = fileEntries[digest] else { return nil }
        guard file.count == 68, let piece = Int(file.suffix(3).displayText) else { return first }
        return first + piece
    }
}

extension BundlePayload {
    /// Records the groups of leaves for the recomputed index.
    mutating func observe(_ groups: [EditionWriter.Group], manifestOffset: Int) {
        stream.observe(groups, manifestOffset: manifestOffset)
    }
}
