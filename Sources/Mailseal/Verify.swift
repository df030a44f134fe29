// `verify`: a bundle, or an extracted one, against everything that can be recomputed from it.

import Bytes
import Container
import Cryptography
import Files
import Manifest
import MerkleTree

/// Verifies bundles.
public enum Verify {
    /// Verifies what the options name; every departure is a finding of the report.
    ///
    /// - Throws: `MailsealError`, `FileError` or `ContainerError` when there is nothing that could be judged.
    public static func run(_ options: VerifyOptions, observer: Observer = Observer()) async throws -> VerifyReport {
        if let path = options.path, ReadableFolder.isFolder(path) {
            return try await FolderVerification(path, options, observer).run()
        }
        let file = try options.path.map { try ReadableFile(path: $0) } ?? StandardInput.spooled()
        return try await BundleVerification(file, options, observer).run()
    }
}

/// The verification of a bundle file.
struct BundleVerification {
    private let file: ReadableFile
    private let options: VerifyOptions
    private let observer: Observer
    private var findings: [Finding] = []

    init(_ file: ReadableFile, _ options: VerifyOptions, _ observer: Observer) {
        self.file = file
        self.options = options
        self.observer = observer
    }

    consuming func run() async throws -> VerifyReport {
        let header = try GzipHeader(of: file)
        add(header.faults)
        let located = try await locateManifest()
        let scan = try ManifestScan(located.text)
        findings += scan.findings
        findings += Pin.compare(scan, options)
        var payload = BundlePayload(file, reader: located.reader, jobs: options.jobs)
        if let bagit = try await payload.takeTag("bagit.txt", findings: &findings) {
            if let finding = TagFileCheck.bagit.compare(bagit) { findings.append(finding) }
        }
        var check = PayloadCheck(scan, jobs: options.jobs, memory: options.memory, observer: observer)
        try await check.run(located.text, &payload)
        findings += check.findings
        try await checkTags(scan, &payload)
        add(payload.stream.faults)
        return VerifyReport(scan, findings: Self.ordered(findings), options: options, isFolder: false)
    }

    /// Where the lines of the manifest are, and the reader when the index leads there.
    private mutating func locateManifest() async throws -> (text: TextSource, reader: BundleReader?) {
        do {
            let reader = try BundleReader(file)
            let manifest = try BundleManifest.entry(in: reader)
            return (BundleManifest.text(of: manifest, in: reader), reader)
        } catch {
            findings.append(Finding(.integrity, "index-unusable", "index.txt", "\(error)"))
            return (try await spoolManifest(), nil)
        }
    }

    /// Without an index the manifest is found by reading the whole stream once.
    private func spoolManifest() async throws -> TextSource {
        var stream = EntryStream(file, reader: nil, jobs: options.jobs)
        while let entry = try await stream.peek() {
            if entry.path == BundleManifest.path, let read = try await stream.read(keeping: 1 << 30),
                let bytes = read.bytes
            {
                let spool = SpooledText()
                try spool.append(bytes)
                return try spool.source()
            }
            _ = try await stream.read(keeping: -1)
        }
        throw MailsealError(
            "\(file.path) is no mailseal bundle: no manifest.jsonl in it",
            hint: "a bundle is a NAME.tar.gz made by mailseal create, or the folder extracted from it")
    }

    private mutating func checkTags(_ scan: ManifestScan, _ payload: inout BundlePayload) async throws {
        for expected in TagFileCheck(scan).expected {
            let offset = try await payload.stream.peek()?.tarOffset
            guard let tag = try await payload.takeTag(expected.name, findings: &findings) else { continue }
            if let finding = expected.compare(tag) { findings.append(finding) }
            if expected.name == "manifest.jsonl", let offset {
                payload.observe(scan.groups, manifestOffset: offset + Tar.unit)
            }
        }
        try await checkIndex(scan, &payload)
    }

    private mutating func checkIndex(_ scan: ManifestScan, _ payload: inout BundlePayload) async throws {
        let entry = try await payload.stream.peek()
        let index = try await payload.takeTag("index.txt", findings: &findings)
        while let extra = try await payload.stream.peek() {
            findings.append(Finding(.integrity, "entry-unexpected", extra.path.displayText, "behind index.txt"))
            _ = try await payload.stream.read(keeping: -1)
        }
        if let index, let entry {
            let expected = payload.stream.observation.expectedIndex(
                indexOffset: entry.tarOffset, leafCount: UInt32(clamping: scan.root.size))
            let tag = ExpectedTag("index.txt", expected.encode())
            if let finding = tag.compare(index) {
                findings.append(Finding(.integrity, "index-differs", "index.txt", finding.detail))
            }
            if let fault = try payload.stream.observation.commentFault(of: file, indexOffset: entry.tarOffset) {
                add([fault])
            }
        }
        add(try payload.stream.observation.trailerFaults(of: file, end: payload.stream.end))
    }

    private mutating func add(_ faults: [Fault]) {
        findings += faults.map { fault in
            Finding(
                .integrity, fault.code.rawValue, "byte \(fault.offset) of \(fault.stream.rawValue)",
                "expected \(fault.expected), found \(fault.found)")
        }
    }

    /// Integrity first, then derivation, then remarks; each as found, none twice.
    static func ordered(_ findings: [Finding]) -> [Finding] {
        var seen: Set<Finding> = []
        let distinct = findings.filter { seen.insert($0).inserted }
        return [Finding.Weight.integrity, .derivation, .remark].flatMap { weight in
            distinct.filter { $0.weight == weight }
        }
    }
}

/// The manifest inside a bundle.
enum BundleManifest {
    static let path = "manifest.jsonl".bytes

    /// The manifest's entry, found by the index: the first one behind the payload.
    static func entry(in reader: BundleReader) throws -> TarEntry {
        let payload = reader.index.entries.dropFirst().prefix { $0.leaf != nil }.count
        let entry = try reader.entry(payload + 1)
        guard entry.path == path else {
            throw MailsealError("the index leads to \(entry.path.displayText), expected manifest.jsonl")
        }
        return entry
    }

    static func text(of entry: TarEntry, in reader: BundleReader) -> TextSource {
        TextSource(size: entry.size) { offset, count in
            try reader.bytes(tarOffset: entry.contentOffset + offset, count: count)
        }
    }
}

/// The comparison with what the user named.
enum Pin {
    static func compare(_ scan: ManifestScan, _ options: VerifyOptions) -> [Finding] {
        var findings: [Finding] = []
        if let pin = options.pin, pin != scan.root {
            findings.append(Finding(.integrity, "pin-differs", "root", "computed \(scan.root), you named \(pin)"))
        }
        if let origin = options.pinnedOrigin, let head = scan.head, origin != head.origin {
            findings.append(
                Finding(
                    .integrity, "pin-differs", "origin",
                    "recorded \(head.origin.displayText), you named \(origin.displayText)"))
        }
        if let rules = scan.head?.rules, rules != Format.rules {
            findings.append(
                Finding(
                    .remark, "other-rules", "manifest",
                    "recorded under rules \(rules), this program has rules \(Format.rules): derivation was not checked")
            )
        }
        return findings
    }
}

extension VerifyReport {
    init(_ scan: ManifestScan, findings: [Finding], options: VerifyOptions, isFolder: Bool) {
        self.init(
            findings: findings, name: scan.head?.name ?? [], origin: scan.head?.origin ?? [], root: scan.root,
            pin: options.pin, contentRoot: scan.contentRoot?.description ?? "", rules: scan.head?.rules,
            counts: scan.audit.counts, isFolder: isFolder)
    }
}
