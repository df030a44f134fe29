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
            let seal = try options.sealPath()
            return try await FolderVerification(path, options, observer).run().checkingSeal(seal, options, nil)
        }
        let file = try options.path.map { try ReadableFile(named: $0) } ?? StandardInput.spooled()
        return try await run(file, options, observer, nil)
    }

    /// Verifies a bundle; the digests are of its file, which is hashed as it is read if there is a seal or if they are given.
    static func run(
        _ file: ReadableFile, _ options: VerifyOptions, _ observer: Observer, _ digests: PassingDigests?
    ) async throws -> VerifyReport {
        let seal = try options.sealPath()
        let digests = digests ?? seal.map { _ in PassingDigests(file) }
        let report = try await BundleVerification(file, options, observer, digests: digests).run()
        return try report.checkingSeal(seal, options, digests)
    }
}

/// The verification of a bundle file.
struct BundleVerification {
    private let file: ReadableFile
    private let options: VerifyOptions
    private let observer: Observer
    private let renewal: Renewal?
    private let digests: PassingDigests?
    private var findings = Findings()

    /// A verification; a renewal gathers what another edition has to record, digests take the file's bytes as they are
    /// read.
    init(
        _ file: ReadableFile, _ options: VerifyOptions, _ observer: Observer, renewal: Renewal? = nil,
        digests: PassingDigests? = nil
    ) {
        self.file = file
        self.options = options
        self.observer = observer
        self.renewal = renewal
        self.digests = digests
    }

    consuming func run() async throws -> VerifyReport {
        let header = try GzipHeader(of: file)
        findings += header.faults.map { Finding($0) }
        let located = try await locateManifest()
        var payload = BundlePayload(file, reader: located.reader, jobs: options.jobs, digests: digests)
        if let bagit = try await payload.takeTag("bagit.txt", endsAtPayload: true, findings: &findings),
            let finding = TagFileCheck.bagit.compare(bagit)
        {
            findings.append(finding)
        }
        if let manifest = located.manifest {
            try await compare(manifest.scan, manifest.text, &payload)
        } else {
            try await payload.checkNames(findings: &findings)
        }
        let stream = payload.stream
        renewal?.blockChecksums = stream.observation.checksums
        findings += stream.findings
        // Where the blocks end is not known behind a damaged one that no index leads past.
        if !stream.isBroken {
            findings += try stream.observation.trailerFaults(of: file, end: stream.end).map { Finding($0) }
        }
        return VerifyReport(
            located.manifest?.scan ?? ManifestScan(), findings: findings.report, options: options, isFolder: false)
    }

    private mutating func compare(
        _ scan: ManifestScan, _ text: TextSource, _ payload: inout BundlePayload
    ) async throws {
        findings += scan.findings
        findings += Pin.compare(scan, options)
        var check = PayloadCheck(
            scan, jobs: options.jobs, memory: options.memory, observer: observer, renewal: renewal)
        try await check.run(text, &payload)
        findings += check.findings
        try await checkTags(scan, &payload)
        if let head = scan.head, let name = payload.stream.name, name != head.name {
            findings.append(
                Finding(
                    .integrity, .nameDiffers, "name",
                    "the folder is \(name.displayText), the manifest says \(head.name.displayText)"))
        }
    }

    /// A manifest with what its lines alone say.
    private struct ScannedManifest {
        let text: TextSource
        let scan: ManifestScan
    }

    /// The manifest, nil when it is damaged, and the reader when the index leads to it.
    private mutating func locateManifest() async throws -> (manifest: ScannedManifest?, reader: BundleReader?) {
        let reader: BundleReader
        let text: TextSource
        do {
            reader = try BundleReader(file)
            text = BundleManifest.text(of: try BundleManifest.entry(in: reader), in: reader)
        } catch {
            findings.append(Finding(.integrity, .indexUnusable, "index.txt", "\(error)"))
            return (try await spoolManifest(), nil)
        }
        do {
            return (ScannedManifest(text: text, scan: try ManifestScan(text)), reader)
        } catch {
            addUnreadable("\(error)")
            return (nil, reader)
        }
    }

    /// Without an index the manifest is found by reading the whole stream once, and copied into a temporary file.
    private mutating func spoolManifest() async throws -> ScannedManifest? {
        var stream = EntryStream(file, reader: nil, jobs: options.jobs)
        while let entry = try await stream.peek() {
            guard entry.path == BundleManifest.path else {
                _ = try await stream.read { _ in }
                continue
            }
            // Not into memory: a tar header can claim 8 GiB.
            let spool = SpooledText()
            guard try await stream.read({ try spool.append(Array($0)) })?.isWhole == true else { break }
            let text = try spool.source()
            return ScannedManifest(text: text, scan: try ManifestScan(text))
        }
        guard try BundleManifest.isBundle(file) else {
            throw MailsealError(
                "\(file.path) is no mailseal bundle: it does not begin like one, and there is no manifest.jsonl in it",
                hint: "a bundle is a NAME.tar.gz made by mailseal create, or the folder extracted from it")
        }
        addUnreadable("it is damaged, or lies behind damaged bytes or the end of the file")
        return nil
    }

    private mutating func addUnreadable(_ detail: String) {
        let consequence = "payload files were compared with the digests in their names only"
        findings.append(
            Finding(.integrity, .manifestUnreadable, "manifest.jsonl", "\(detail): \(consequence)"))
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
        try await payload.passOverRest(findings: &findings)
        guard let index, let entry else { return }
        let expected = payload.stream.observation.expectedIndex(
            indexOffset: entry.tarOffset, leafCount: UInt32(clamping: scan.root.size))
        if ExpectedTag("index.txt", expected.encode()).compare(index) != nil {
            let fault = index.bytes.flatMap { expected.difference(from: $0) }
            let detail = fault.map { "at byte \($0.offset): expected \($0.expected), found \($0.found)" }
            findings.append(
                Finding(
                    .integrity, .indexDiffers, "index.txt", detail ?? "it is not the one recomputed from the bundle"))
        }
        if let fault = try payload.stream.observation.commentFault(of: file, indexOffset: entry.tarOffset) {
            findings.append(Finding(fault))
        }
    }
}

/// The manifest inside a bundle.
enum BundleManifest {
    static let path = "manifest.jsonl".bytes

    /// Whether a file begins like a bundle, so that what is missing from it is damage.
    static func isBundle(_ file: ReadableFile) throws -> Bool {
        let start = try file.read(at: 0, count: min(GzipHeader.size, file.size))
        return start.starts(with: [0x1F, 0x8B, 8, 0x10, 0, 0, 0, 0, 0, 0xFF])
            || start.dropFirst(10).starts(with: "mailseal/".utf8)
    }

    /// The manifest's entry, found by the index: the first one behind the payload.
    static func entry(in reader: BundleReader) throws -> TarEntry {
        let entry = try reader.entry(place(in: reader))
        guard entry.path == path else {
            throw MailsealError("the index leads to \(entry.path.displayText), expected manifest.jsonl")
        }
        return entry
    }

    /// The place of the manifest's entry in the index.
    static func place(in reader: BundleReader) -> Int {
        1 + reader.index.entries.dropFirst().prefix { $0.leaf != nil }.count
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
            if let edition = scan.editions.last(where: { $0.root == pin }) {
                findings.append(earlier(edition, scan))
            } else {
                findings.append(Finding(.integrity, .pinDiffers, "root", "computed \(scan.root), you named \(pin)"))
            }
        }
        if let base = options.base, !scan.editions.contains(where: { $0.root == base }) {
            findings.append(
                Finding(.integrity, .pinDiffers, "extended root", "no edition has the root \(base) that you named"))
        }
        if let origin = options.pinnedOrigin, let head = scan.head, origin != head.origin {
            findings.append(
                Finding(
                    .integrity, .pinDiffers, "origin",
                    "recorded \(head.origin.displayText), you named \(origin.displayText)"))
        }
        return findings + otherRules(scan.heads)
    }

    private static func earlier(_ edition: Edition, _ scan: ManifestScan) -> Finding {
        let last = scan.heads.count
        let later =
            edition.number + 1 == last ? "edition \(last) adds" : "editions \(edition.number + 1) to \(last) add"
        return Finding(
            .remark, .earlierEdition, "root",
            "the root of edition \(edition.number), which you named, proves nothing of what \(later); "
                + "the bundle's own is \(scan.root)")
    }

    private static func otherRules(_ heads: [HeadLine]) -> [Finding] {
        heads.enumerated().filter { $0.element.rules != Format.rules }.map { place, head in
            let subject = heads.count == 1 ? "manifest" : "edition \(place + 1)"
            return Finding(
                .remark, .otherRules, subject,
                "recorded under rules \(head.rules), this program has rules \(Format.rules): derivation was not checked"
            )
        }
    }
}

extension VerifyReport {
    init(_ scan: ManifestScan, findings: [Finding], options: VerifyOptions, isFolder: Bool) {
        let rules = scan.heads.map(\.rules)
        self.init(
            findings: findings, name: scan.head?.name ?? [], origin: scan.head?.origin ?? [], root: scan.root,
            pin: options.pin, base: options.base, editions: scan.editions,
            contentRoot: scan.contentRoot?.description ?? "", rules: rules.first { $0 != Format.rules } ?? rules.last,
            counts: scan.audit.counts, reservations: scan.audit.reservations, disclosure: scan.disclosure,
            isFolder: isFolder)
    }
}
