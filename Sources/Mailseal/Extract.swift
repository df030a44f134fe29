// `extract`: messages, attachments or whole sources out of a bundle, into a folder, byte for byte.

import Bytes
import Files
import Mail
import Manifest

/// What to extract and where to.
public struct ExtractOptions: Sendable {
    /// What is written.
    public enum Layout: String, CaseIterable, Sendable {
        /// Each message as `000017.eml`.
        case messages
        /// Each attachment as `000017-2.1-invoice.pdf`.
        case attachments
        /// The sources as they were: trees, Maildirs, mailboxes.
        case source
    }

    /// The folder; made when it is missing.
    public var folder: [UInt8]
    /// What is written.
    public var layout = Layout.messages
    /// Which messages; has no meaning for sources.
    public var filter = MessageFilter()
    /// Whether symbolic links of a source are made.
    public var makesLinks = false
    /// The number of workers.
    public var jobs = 2

    /// All messages into a folder.
    public init(folder: [UInt8]) { self.folder = folder }
}

/// What was extracted.
public struct ExtractSummary: Sendable {
    /// Messages written, each place of it in a source counted.
    public internal(set) var messages = 0
    /// Attachments written.
    public internal(set) var attachments = 0
    /// Other files written.
    public internal(set) var files = 0
    /// Mailboxes rebuilt.
    public internal(set) var mailboxes = 0
    /// Symbolic links made.
    public internal(set) var links = 0
    /// Bytes written.
    public internal(set) var bytes = 0
    /// What was refused, or could not be written as it was.
    public internal(set) var findings: [Finding] = []
    /// What is not there as it was in the source, for a reason that is no fault: links, archives that were not stored.
    public internal(set) var notes: [Finding] = []
    /// Messages left out because they have no Date that can be read, and a time was asked for.
    public internal(set) var undated = 0
}

/// Extracts from bundles.
public enum Extract {
    /// Writes what the options name, each file complete and checked or not at all.
    ///
    /// - Throws: `MailsealError` or `FileError` when the folder cannot be used, the disk is full, or the manifest cannot be
    ///   read. What one name or one damaged message forbids is a finding, and the rest goes on.
    public static func run(
        _ bundle: Bundle, _ options: ExtractOptions, observer: Observer = Observer()
    ) async throws -> ExtractSummary {
        let folder = try SafeDirectory(path: options.folder)
        switch options.layout {
        case .messages, .attachments:
            try refuseTaken(in: folder, options.folder) { ExtractedName.isOurs($0, options.layout) }
            return try await messages(bundle, options, folder, observer)
        case .source:
            guard !bundle.isRedacted else {
                throw MailsealError("no source is whole in a redacted bundle", hint: "extract its messages")
            }
            guard options.filter.isEmpty else {
                throw MailsealError("a source is extracted whole: no filter can be given with it")
            }
            var sources = SourceExtraction(bundle, folder, options, observer)
            let names = try sources.readPlan()
            try refuseTaken(in: folder, options.folder) { names.contains($0) }
            return try sources.run()
        }
    }

    /// Refuses a folder in which something stands that would be in the way.
    private static func refuseTaken(
        in folder: SafeDirectory, _ path: [UInt8], _ isInTheWay: ([UInt8]) -> Bool
    ) throws {
        guard let taken = try folder.names().first(where: isInTheWay) else { return }
        throw MailsealError(
            "\(path.displayText) holds \(taken.displayText) already, nothing was written",
            hint: "choose another folder with -o; extract never overwrites")
    }

    private static func messages(
        _ bundle: Bundle, _ options: ExtractOptions, _ folder: SafeDirectory, _ observer: Observer
    ) async throws -> ExtractSummary {
        var output = ExtractOutput(folder, observer)
        let digits = max(6, String(bundle.end.messages).utf8.count)
        let listed = try await List.run(bundle, options.filter, jobs: options.jobs, observer: observer) { message in
            try output.attempt("message \(message.line.number)") {
                let bytes = try bundle.bytes(of: message.line, leaf: message.leaf)
                let number = ExtractedName.number(message.line.number, digits: digits)
                guard options.layout == .attachments else {
                    try $0.write(bytes, at: [number + ".eml".bytes])
                    return $0.summary.messages += 1
                }
                try Self.attachments(of: Message(parsing: bytes), number, &$0)
            }
        }
        output.summary.undated = listed.undated
        if listed.unreadable > 0 {
            output.summary.findings.append(
                Finding(
                    .integrity, code: "message-unreadable", "\(listed.unreadable) messages", "could not be searched"))
        }
        return output.summary
    }

    private static func attachments(of mail: Message, _ number: [UInt8], _ output: inout ExtractOutput) throws {
        for attachment in mail.attachments {
            let name = ExtractedName.attachment(attachment, ofMessage: number)
            try output.attempt("attachment \(name.displayText)") {
                try $0.write(mail.decoded(attachment), at: [name])
                $0.summary.attachments += 1
            }
        }
    }
}

/// Where extracted files go, and what has become of them.
struct ExtractOutput {
    var summary = ExtractSummary()
    let observer: Observer
    private let folder: SafeDirectory

    init(_ folder: SafeDirectory, _ observer: Observer) {
        self.folder = folder
        self.observer = observer
    }

    /// Does something whose failure is a finding about a subject; a full disk and our own errors at the folder end all.
    mutating func attempt(_ subject: String, _ work: (inout ExtractOutput) throws -> Void) throws {
        do {
            try work(&self)
        } catch let error as FileError where error.isOutOfSpace {
            throw error
        } catch {
            refuse(subject, "\(error)")
        }
    }

    /// Records that something was not written.
    mutating func refuse(_ subject: String, _ reason: String) {
        summary.findings.append(Finding(.integrity, code: "not-extracted", subject, reason))
        observer.notice(.failure("\(subject) was not extracted: \(reason)"))
    }

    /// A new file.
    func create(_ components: [[UInt8]]) throws -> NewFile { try folder.create(components) }

    /// Makes a symbolic link.
    func link(_ components: [[UInt8]], to target: [UInt8]) throws { try folder.link(components, to: target) }

    /// Writes a file whole.
    mutating func write(_ bytes: [UInt8], at components: [[UInt8]], mtime: Timestamp? = nil) throws {
        let file = try create(components)
        try file.append(bytes)
        try finish(file, mtime: mtime)
    }

    /// Keeps a file that is complete.
    mutating func finish(_ file: NewFile, mtime: Timestamp?) throws {
        if let mtime { try file.setModified(Int(mtime.secondsSince1970)) }
        try file.finish()
        summary.bytes += file.size
    }
}
