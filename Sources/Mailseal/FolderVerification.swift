// The verification of an extracted bundle: the same manifest, payload and tag files, without tar, gzip and index.

import Bytes
import Cryptography
import Files
import Glibc
import Manifest
import MerkleTree

/// A folder whose files are read by their path below it.
struct ReadableFolder: Sendable {
    let path: [UInt8]

    /// Whether the path is a folder.
    static func isFolder(_ path: [UInt8]) -> Bool {
        var status = stat()
        let terminated = path.map { CChar(bitPattern: $0) } + [0]
        return unsafe terminated.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return false }
            return unsafe stat(start, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        }
    }

    /// Opens a file below the folder; nil when there is none that can be opened.
    func open(_ name: [UInt8]) -> ReadableFile? { try? ReadableFile(path: path + [0x2F] + name) }
}

/// Reads the payload from the files of an extracted bundle.
struct FolderPayload: PayloadReader, ~Copyable {
    private let folder: ReadableFolder

    init(_ folder: ReadableFolder) { self.folder = folder }

    mutating func take(
        _ file: PayloadFile, leaf: Int, scan: ManifestScan, into others: [RunningHash], findings: inout Findings
    ) async throws -> ReadEntry? {
        let isMessage = file.path.starts(with: "data/eml/".utf8)
        let limit = isMessage ? min(file.size, BundlePayload.messageLimit) : -1
        guard let open = folder.open(file.path) else {
            findings.append(Finding(.integrity, .entryMissing, scan.subject(of: file), "no such file in the folder"))
            return nil
        }
        return read(open, path: file.path, keeping: limit, into: others)
    }

    func reread(_ file: PayloadFile, entry: Int, into hash: RunningHash) throws -> Bool {
        guard let open = folder.open(file.path), open.size == file.size else { return false }
        return read(open, path: file.path, keeping: -1, into: [hash]).foundDigest == file.digest
    }

    /// A tag file: its bytes when they are few.
    func readTag(_ name: String, findings: inout Findings) throws -> ReadEntry? {
        guard let open = folder.open(name.bytes) else {
            findings.append(Finding(.integrity, .entryMissing, name, "no such file in the folder"))
            return nil
        }
        return read(open, path: name.bytes, keeping: 1 << 16)
    }

    // A file that shrinks or fails while it is read is found to be not whole.
    private func read(
        _ file: ReadableFile, path: [UInt8], keeping limit: Int, into others: [RunningHash] = []
    ) -> ReadEntry {
        var entry = ReadEntry(path: path, size: file.size)
        var bytes: [UInt8] = []
        let hash = RunningHash(.sha256)
        for offset in stride(from: 0, to: file.size, by: Fingerprint.pieceLength) {
            let count = min(Fingerprint.pieceLength, file.size - offset)
            guard let piece = try? file.read(at: offset, count: count) else {
                entry.isWhole = false
                return entry
            }
            if file.size <= limit { bytes += piece } else { hash.update(piece) }
            for other in others { other.update(piece) }
        }
        if file.size <= limit { entry.bytes = bytes } else { entry.digest = hash.finishDigest() }
        return entry
    }
}

/// The verification of an extracted bundle.
struct FolderVerification {
    private let folder: ReadableFolder
    private let options: VerifyOptions
    private let observer: Observer
    private var findings = Findings()

    init(_ path: [UInt8], _ options: VerifyOptions, _ observer: Observer) {
        folder = ReadableFolder(path: path)
        self.options = options
        self.observer = observer
    }

    consuming func run() async throws -> VerifyReport {
        guard let manifest = folder.open(BundleManifest.path) else {
            throw MailsealError(
                "\(folder.path.displayText) is no extracted mailseal bundle: no manifest.jsonl in it",
                hint: "name the folder that holds bagit.txt and manifest.jsonl")
        }
        let text = TextSource(size: manifest.size) { offset, count in try manifest.read(at: offset, count: count) }
        let scan = try ManifestScan(text)
        findings += scan.findings
        findings += Pin.compare(scan, options)
        var payload = FolderPayload(folder)
        var check = PayloadCheck(scan, jobs: options.jobs, memory: options.memory, observer: observer)
        try await check.run(text, &payload)
        findings += check.findings
        let tags = [TagFileCheck.bagit] + TagFileCheck(scan).expected
        for expected in tags {
            guard let tag = try payload.readTag(expected.name, findings: &findings) else {
                continue
            }
            if let finding = expected.compare(tag) { findings.append(finding) }
        }
        try findUnexpected(scan, tags: tags.map(\.name))
        findings.append(
            Finding(
                .remark, .folder, folder.path.displayText,
                "an extracted bundle: tar and gzip are not there to be verified, and index.txt was not looked at"))
        return VerifyReport(
            scan, findings: findings.report, options: options, isFolder: true)
    }

    private mutating func findUnexpected(_ scan: ManifestScan, tags: [String]) throws {
        let known = Set((tags + ["index.txt"]).map(\.bytes))
        var walk = try TreeWalk(root: folder.path + "/.".bytes)
        while let entry = walk.next() {
            let path = Array(entry.path.joined(separator: [0x2F]))
            switch entry.kind {
            case .directory: continue
            case .symbolicLink: addUnexpected(path, "a symbolic link, which no bundle holds")
            case .special(let what): addUnexpected(path, "a \(what), which no bundle holds")
            case .tooDeep: addUnexpected(path, "a folder too deep to be looked into")
            case .unreadable(let error): addUnexpected(path, "cannot be looked into: \(error)")
            case .file:
                if known.contains(path) || scan.calls(for: path) { continue }
                addUnexpected(path, "not in the manifest")
            }
        }
    }

    private mutating func addUnexpected(_ path: [UInt8], _ detail: String) {
        findings.append(Finding(.integrity, .entryUnexpected, path.displayText, detail))
    }
}

extension ManifestScan {
    /// Whether the lines call for a payload file at exactly this path.
    func calls(for path: [UInt8]) -> Bool {
        guard let name = path.split(separator: 0x2F).last, let digest = Digest(hexadecimal: name.prefix(64)) else {
            return false
        }
        if stores(digest), PayloadFile.message(digest, size: 0).path == path { return true }
        guard fileEntries[digest] != nil else { return false }
        let whole = PayloadFile.files(digest, size: 0, pieces: [])[0].path
        guard let pieces = filePieces[digest] else { return path == whole }
        guard path.starts(with: whole), let piece = Int(path.dropFirst(whole.count + 1).displayText) else {
            return false
        }
        return (0..<pieces).contains(piece) && path == whole + PayloadFile.pieceSuffix(piece)
    }
}
