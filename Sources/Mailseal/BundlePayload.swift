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

    init(_ file: ReadableFile, reader: BundleReader?, jobs: Int, digests: PassingDigests?) {
        stream = EntryStream(file, reader: reader, jobs: jobs, digests: digests)
        self.reader = reader
    }

    mutating func take(
        _ file: PayloadFile, leaf: Int, scan: ManifestScan, into others: [RunningHash], findings: inout Findings
    ) async throws -> ReadEntry? {
        let place = scan.place(of: file.path)
        while let entry = try await stream.peek() {
            if entry.path == file.path {
                stream.observe(entry, leaf: leaf)
                let isMessage = file.path.starts(with: "data/eml/".utf8)
                return try await stream.read(keeping: isMessage ? min(file.size, Self.messageLimit) : -1, into: others)
            }
            if let later = scan.place(of: entry.path), let place, later > place { break }
            try await passOver(entry, findings: &findings)
        }
        let lost = stream.hasLostBlocks ? ": it lies in a damaged block, or is missing" : ""
        findings.append(
            Finding(.integrity, .entryMissing, scan.subject(of: file), "not where the manifest calls for it\(lost)"))
        return nil
    }

    func reread(_ file: PayloadFile, entry: Int, into hash: RunningHash) throws -> Bool {
        guard let reader, let found = try? reader.entry(entry + 1), found.path == file.path, found.size == file.size
        else { return false }
        let digest = RunningHash(.sha256)
        for offset in stride(from: 0, to: found.size, by: Fingerprint.pieceLength) {
            let range = offset..<min(offset + Fingerprint.pieceLength, found.size)
            guard let piece = try? reader.read(found, range: range) else { return false }
            digest.update(piece)
            hash.update(piece)
        }
        return digest.finishDigest() == file.digest
    }

    /// The tag file that comes next, its bytes when they are few; nil when another one, or none, comes.
    ///
    /// - Parameter endsAtPayload: whether payload files are not for this call, as before the first of them.
    mutating func takeTag(
        _ name: String, endsAtPayload: Bool = false, findings: inout Findings
    ) async throws -> ReadEntry? {
        while let entry = try await stream.peek() {
            if entry.path == name.bytes {
                if name != "index.txt" { stream.observe(entry, leaf: nil) }
                return try await stream.read(keeping: 1 << 16)
            }
            if TagFileCheck.isName(entry.path) || (endsAtPayload && entry.path.starts(with: "data/".utf8)) { break }
            try await passOver(entry, findings: &findings)
        }
        findings.append(Finding(.integrity, .entryMissing, name, "not where the format calls for it"))
        return nil
    }

    /// Everything that is left, none of which belongs there.
    mutating func passOverRest(findings: inout Findings) async throws {
        while let entry = try await stream.peek() { try await passOver(entry, findings: &findings) }
    }

    /// Without a manifest: each payload file is compared with the digest in its own name.
    mutating func checkNames(findings: inout Findings) async throws {
        while let entry = try await stream.peek() {
            let read = try await stream.read(keeping: -1)
            guard let read, let digest = entry.path.namedDigest else { continue }
            let isMessage = entry.path.starts(with: "data/eml/".utf8)
            let subject = entry.path.displayText
            if !read.isWhole {
                let code = isMessage ? Finding.Code.messageUnreadable : .fileUnreadable
                findings.append(Finding(.integrity, code, subject, "its bytes lie in a damaged block"))
            } else if read.foundDigest != digest {
                let code = isMessage ? Finding.Code.messageAltered : .fileAltered
                findings.append(Finding(.integrity, code, subject, "found SHA-256 \(read.foundDigest)"))
            }
        }
    }

    private mutating func passOver(_ entry: TarEntry, findings: inout Findings) async throws {
        findings.append(
            Finding(.integrity, .entryUnexpected, entry.path.displayText, "at tar offset \(entry.tarOffset)"))
        stream.observe(entry, leaf: nil)
        _ = try await stream.read(keeping: -1)
    }
}

extension [UInt8] {
    /// The digest that a payload file of this path must have; nil for other files and for pieces.
    fileprivate var namedDigest: Digest? {
        guard starts(with: "data/".utf8), let name = split(separator: 0x2F).last else { return nil }
        let hex = starts(with: "data/eml/".utf8) ? name.dropLast(4) : name
        return hex.count == 64 ? Digest(hexadecimal: hex) : nil
    }
}

extension ManifestScan {
    /// The place of a payload path among those that the lines call for, tag files behind all of them; nil for any other path.
    func place(of path: [UInt8]) -> Int? {
        if !path.starts(with: "data/".utf8) { return TagFileCheck.isName(path) ? .max : nil }
        guard let file = path.split(separator: 0x2F).last, let digest = Digest(hexadecimal: file.prefix(64)) else {
            return nil
        }
        if path.starts(with: "data/eml/".utf8) { return audit.messages[digest].map { entry(of: $0) } }
        guard let first = fileEntries[digest] else { return nil }
        guard file.count == 68, let piece = Int(file.suffix(3).displayText) else { return first }
        return first + piece
    }

    /// What a payload file is called in findings: a message by its number.
    func subject(of file: PayloadFile) -> String {
        let path = file.path.displayText
        guard file.path.starts(with: "data/eml/".utf8), let message = audit.messages[file.digest] else {
            return "file \(path)"
        }
        return "message \(message.number) (\(path))"
    }
}

extension BundlePayload {
    /// Records the groups of leaves for the recomputed index.
    mutating func observe(_ groups: [LeafTree.Group], manifestOffset: Int) {
        stream.observe(groups, manifestOffset: manifestOffset)
    }
}
