// The tag files as functions of the manifest (Docs/format.md §4): generated line by line, in bounded memory.

import Bytes
public import Cryptography
public import MerkleTree

/// What one manifest line adds to the two tag files that grow with the archive.
public struct TagFileGrowth: Equatable, Sendable {
    /// Text for manifest-sha256.txt.
    public var payloadManifest: [UInt8] = []
    /// Text for the part of mailbag.csv numbered `mailbagPart`.
    public var mailbag: [UInt8] = []
    /// The part, from 1.
    public var mailbagPart = 1
}

/// Derives the tag files from the manifest's lines.
public struct TagFiles: Sendable {
    /// Records in each part of mailbag.csv but the last (Mailbag 1.0 §5.3.3).
    public static let mailbagPartRecords = 100_000

    private var isBegun = false
    private var newestStatement: Timestamp?
    private var pending: (message: MessageLine, attachments: Int)?
    /// Records of mailbag.csv so far.
    public internal(set) var records = 0
    private var disclosedMessages = 0
    private var hasWithheldLines = false
    private var payloadBytes: UInt64 = 0
    private var payloadFiles = 0
    private var newestRetrieval: Timestamp?
    private var newestModification: Timestamp?
    private var contentRoot: Digest?
    private var end = EndLine(leaf: 0)

    /// Before the first line.
    public init() {}

    /// Follows one line with the payload files that it brings, and gives what it adds.
    public mutating func follow(_ line: ManifestLine, files: [PayloadFile]) -> TagFileGrowth {
        var growth = TagFileGrowth()
        for file in files {
            growth.payloadManifest += sumLine(file.digest, file.path)
            let (sum, overflow) = payloadBytes.addingReportingOverflow(UInt64(clamping: file.size))
            payloadBytes = overflow ? .max : sum
            payloadFiles += 1
        }
        if case .message(let message) = line, !message.isListed { disclosedMessages += 1 }
        switch line {
        case .withheld:
            hasWithheldLines = true
            growth = record(at: nil, growth)
        case .head(let line):
            if let time = line.baggedAt { newestStatement = max(newestStatement ?? time, time) }
            if !isBegun { growth.mailbag = Mailbag.header }
            isBegun = true
        case .source(let line): note(line.retrieved, nil)
        case .message(let message): pending = message.isListed ? nil : (message, 0)
        case .attachment: pending?.attachments += 1
        case .occurrence(let occurrence):
            note(occurrence.retrieved, occurrence.mtime)
            growth = record(at: occurrence.path, growth)
        case .file(let file): note(file.retrieved, file.mtime)
        case .container(let container): note(nil, container.mtime)
        case .content(let content): contentRoot = content.root
        case .end(let line): end = line
        default: break
        }
        return growth
    }

    /// Adds the record of the message whose lines have ended, if there is one.
    private mutating func record(at path: SourcePath?, _ growth: TagFileGrowth) -> TagFileGrowth {
        guard let (message, attachments) = pending else { return growth }
        var growth = growth
        growth.mailbag = Mailbag.record(message, attachments: attachments, path: path ?? SourcePath(levels: []))
        growth.mailbagPart = records / Self.mailbagPartRecords + 1
        records += 1
        pending = nil
        return growth
    }

    /// bagit.txt.
    public static let bagit = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".bytes

    /// The names of the parts of mailbag.csv, for so many records.
    public static func mailbagNames(records: Int) -> [String] {
        guard records > mailbagPartRecords else { return ["mailbag.csv"] }
        return (1...(records + mailbagPartRecords - 1) / mailbagPartRecords).map { "mailbag-\($0).csv" }
    }

    /// bag-info.txt, after the last line.
    public func bagInfo(root: RootReference) -> [UInt8] {
        let (time, basis) = baggingTime
        let lines = [
            ("Bag-Type", "Mailbag"),
            ("Mailbag-Source", "eml"),
            ("Mailbag-Specification-Version", "1.0"),
            ("Original-Included", "True"),
            ("Bagging-Timestamp", time),
            ("Bagging-Date", String(time.prefix(10))),
            ("External-Identifier", root.description),
            ("Mailbag-Agent", "mailseal"),
            ("Mailbag-Agent-Version", Format.name),
            ("Payload-Oxum", "\(payloadBytes).\(payloadFiles)"),
            ("Mailseal-Bagging-Basis", basis),
            hasWithheldLines
                ? ("Mailseal-Disclosed", "\(disclosedMessages) of \(end.messages) messages")
                : ("Mailseal-Content-Root", contentRoot?.description ?? ""),
            ("Mailseal-Messages", String(end.messages)),
            ("Mailseal-DKIM-Verified", String(end.verified)),
        ]
        return lines.map { "\($0): \($1)\n" }.joined().bytes
    }

    /// tagmanifest-sha256.txt for these files, in the order given.
    public static func tagManifest(_ files: [(name: String, digest: Digest)]) -> [UInt8] {
        files.flatMap { sumLine($0.digest, $0.name.bytes) }
    }

    private var baggingTime: (time: String, basis: String) {
        if let time = newestStatement { return (time.description, "stated") }
        if let time = newestRetrieval { return (time.description, "retrieved") }
        if let time = newestModification { return (time.description, "mtime") }
        return ("1970-01-01T00:00:00Z", "none")
    }

    private mutating func note(_ retrieval: Retrieval?, _ modification: Timestamp?) {
        if let time = retrieval?.at { newestRetrieval = max(newestRetrieval ?? time, time) }
        if let time = modification { newestModification = max(newestModification ?? time, time) }
    }
}

/// A line of `sha256sum -c`: digest, two spaces, path.
private func sumLine(_ digest: Digest, _ path: [UInt8]) -> [UInt8] {
    digest.hexadecimal + "  ".bytes + path + [ASCII.lf]
}

/// The records of mailbag.csv.
private enum Mailbag {
    static let header = record(
        [
            "Error", "Mailbag-Message-ID", "Message-ID", "Original-File", "Message-Path", "Derivatives-Path",
            "Attachments",
        ]
        .map(\.bytes))

    static func record(_ message: MessageLine, attachments: Int, path: SourcePath) -> [UInt8] {
        let hex = message.sha256.hexadecimal
        var folder = path.levels
        if !folder.isEmpty, !folder[folder.count - 1].isEmpty { folder[folder.count - 1].removeLast() }
        let readable = path.levels.allSatisfy { $0.allSatisfy(isValidUTF8) }
        return record([
            message.defects.joined(separator: " ").bytes,
            String(message.number).bytes,
            harmless(message.messageID.flatMap { isValidUTF8($0) ? $0 : nil } ?? []),
            hex[..<2] + "/".bytes + hex + ".eml".bytes,
            readable ? harmless(escaped(Array(folder.joined().joined(separator: [0x2F])))) : [],
            [],
            String(attachments).bytes,
        ])
    }

    private static func record(_ fields: [[UInt8]]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(256)
        for field in fields {
            text.append(0x22)
            text += replacing(0x22, in: field, by: [0x22, 0x22])
            text += [0x22, 0x2C]
        }
        text.removeLast()
        return text + [ASCII.cr, ASCII.lf]
    }

    private static func escaped(_ path: [UInt8]) -> [UInt8] { replacing(0x25, in: path, by: "%25".bytes) }

    private static func replacing(_ byte: UInt8, in text: [UInt8], by replacement: [UInt8]) -> [UInt8] {
        guard text.contains(byte) else { return text }
        return text.flatMap { $0 == byte ? replacement : [$0] }
    }

    // A spreadsheet takes a field that starts with one of these for a formula.
    private static func harmless(_ field: [UInt8]) -> [UInt8] {
        let plain = field.map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }
        return plain.first.map { "=+-@".utf8.contains($0) } == true ? [0x27] + plain : plain
    }
}
