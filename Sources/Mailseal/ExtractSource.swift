// Rebuilding sources: trees, Maildirs and mailboxes from their lines, in one pass over the manifest.

import Bytes
import Cryptography
import Files
import Manifest

/// The extraction of all sources of a bundle.
struct SourceExtraction {
    private let bundle: Bundle
    private let makesLinks: Bool
    private var output: ExtractOutput
    private var progress: Progress
    /// The folder or file below the target that each source becomes.
    private var roots: [Int: SourceRoot] = [:]
    /// Containers that are stored as files: what is inside them is written with them.
    private var stored: Set<Place> = []
    /// Where the first line of each message and each file is.
    private var messages: [Digest: (leaf: Int, line: MessageLine)] = [:]
    private var files: [Digest: Int] = [:]
    private var mailbox: RebuiltMailbox?
    /// Links wait until everything else is written.
    private var links: [(place: Place, target: [UInt8])] = []

    /// A path in a source.
    struct Place: Hashable {
        let source: Int
        let path: SourcePath
    }

    private struct SourceRoot {
        /// The components that come before each path of the source.
        let prefix: [[UInt8]]
        let name: RawText
        let isFile: Bool
    }

    init(_ bundle: Bundle, _ folder: SafeDirectory, _ options: ExtractOptions, _ observer: Observer) {
        self.bundle = bundle
        makesLinks = options.makesLinks
        output = ExtractOutput(folder, observer)
        progress = Progress(
            bytes: 0, totalBytes: bundle.end.bytes, messages: 0, totalMessages: bundle.end.occurrences)
    }

    /// Reads which sources and stored containers there are; gives the names that will stand right in the folder.
    mutating func readPlan() throws -> Set<[UInt8]> {
        var names: Set<[UInt8]> = []
        var opened: [ContainerLine] = []
        var lines = bundle.unread()
        while let line = try lines.next() {
            if line.isOf(.source), case .source(let source) = try line.read() {
                let isTaken = names.contains(source.name) || names.contains(source.name + Self.contents)
                let prefix = isTaken ? [unused("\(source.id)".bytes, names)] : []
                names.formUnion(isTaken ? prefix : [source.name, source.name + Self.contents])
                let isFile = source.kind == "file"
                roots[source.id] = SourceRoot(
                    prefix: isFile ? prefix : prefix + [source.name], name: source.name, isFile: isFile)
                if isTaken {
                    note(
                        "source-renamed", source.name.displayText,
                        "another source has that name: it is below \(prefix[0].displayText)/")
                }
            } else if line.isOf(.container), case .container(let container) = try line.read() {
                if container.stored {
                    stored.insert(Place(source: container.source, path: container.path))
                } else if container.kind != "mbox" {
                    opened.append(container)
                }
            }
        }
        // An inner container's line stands before that of the one around it.
        for container in opened { noteOpened(container) }
        return names
    }

    private static let contents = ".contents".bytes

    /// Tells where the contents of an archive come to stand that is not stored itself.
    private mutating func noteOpened(_ container: ContainerLine) {
        let place = Place(source: container.source, path: container.path)
        guard !isInside(place), let components = try? components(of: place) else { return }
        let folder = Array(components.joined(separator: "/".bytes)) + Self.contents
        note(
            "archive-not-stored", container.path.description,
            "the \(container.kind) itself is not in the bundle; what was in it is below \(folder.displayText)/")
    }

    /// The name, lengthened until nothing else has it.
    private func unused(_ name: [UInt8], _ names: Set<[UInt8]>) -> [UInt8] {
        var name = name
        while names.contains(name) { name.append(0x5F) }
        return name
    }

    private mutating func note(_ code: String, _ subject: String, _ detail: String) {
        output.summary.notes.append(Finding(.remark, code: code, subject, detail))
    }

    /// Writes everything.
    consuming func run() throws -> ExtractSummary {
        var lines = bundle.unread()
        while let line = try lines.next() {
            let parsed = try line.read()
            switch parsed {
            case .message(let message):
                progress.bytes += min(message.size, Format.messageLimit)
                if messages[message.sha256] == nil { messages[message.sha256] = (line.leaf, message) }
            case .occurrence(let occurrence): try follow(occurrence)
            case .file(let file): try follow(file, leaf: line.leaf)
            case .container(let container): try close(container)
            default: break
            }
        }
        if let mailbox { output.refuse("mailbox \(mailbox.place.path)", "the manifest has no line for it") }
        for link in links { try make(link.place, link.target) }
        return output.summary
    }

    // MARK: Places

    /// Whether a place lies inside a container that is stored.
    private func isInside(_ place: Place) -> Bool {
        let levels = place.path.levels
        return !stored.isEmpty
            && (1..<max(1, levels.count)).contains {
                stored.contains(Place(source: place.source, path: SourcePath(levels: Array(levels.prefix($0)))))
            }
    }

    /// Where a place comes to stand: what is inside a container goes below `NAME.contents`.
    private func components(of place: Place) throws -> [[UInt8]] {
        guard let root = roots[place.source] else { throw MailsealError("source \(place.source) has no line") }
        var components = root.prefix
        for level in place.path.levels.dropLast() {
            guard let name = level.last else { throw MailsealError("an empty path") }
            components += level.dropLast() + [name + Self.contents]
        }
        guard let last = place.path.levels.last, !last.isEmpty else { throw MailsealError("an empty path") }
        return components + last
    }

    // MARK: Messages

    private mutating func follow(_ occurrence: OccurrenceLine) throws {
        let place = Place(source: occurrence.source, path: occurrence.path)
        progress.messages += 1
        guard !isInside(place), occurrence.offset == nil || !stored.contains(place) else { return }
        guard let known = messages[occurrence.message] else {
            return output.refuse("\(occurrence.path)", "no message has the digest \(occurrence.message)")
        }
        output.observer.progress(progress)
        let bundle = bundle
        guard occurrence.offset == nil else {
            return try append(to: place, occurrence.before) { mailbox in
                try mailbox.append(try bundle.bytes(of: known.line, leaf: known.leaf))
            }
        }
        let components = try? components(of: place)
        try output.attempt("\(occurrence.path)") {
            let bytes = try bundle.bytes(of: known.line, leaf: known.leaf)
            try $0.write(bytes, at: components ?? [], mtime: occurrence.mtime)
            $0.summary.messages += 1
        }
    }

    /// Appends a part to the mailbox at a place, which is opened by its first part.
    private mutating func append(
        to place: Place, _ before: RawText?, _ content: (inout RebuiltMailbox) throws -> Void
    ) throws {
        if mailbox?.place != place { try open(place) }
        guard mailbox?.fault == nil, var open = mailbox else { return }
        mailbox = nil
        do {
            try open.append(before ?? [])
            try content(&open)
            open.messages += 1
        } catch let error as FileError where error.isOutOfSpace {
            throw error
        } catch {
            open.give(up: "\(error)")
        }
        mailbox = open
    }

    private mutating func open(_ place: Place) throws {
        if let mailbox { output.refuse("mailbox \(mailbox.place.path)", "the manifest has no line for it") }
        var new = RebuiltMailbox(place: place)
        do {
            new.file = try output.create(try components(of: place))
        } catch let error as FileError where error.isOutOfSpace {
            throw error
        } catch {
            new.give(up: "\(error)")
        }
        mailbox = new
    }

    private mutating func close(_ container: ContainerLine) throws {
        let place = Place(source: container.source, path: container.path)
        guard container.kind == "mbox", !stored.contains(place), !isInside(place) else { return }
        if mailbox?.place != place { try open(place) }
        guard var closed = mailbox else { return }
        mailbox = nil
        try output.attempt("mailbox \(container.path)") {
            if let fault = closed.fault { throw MailsealError(fault) }
            try closed.append(container.after ?? [])
            try closed.check(container)
            if let file = closed.file { try $0.finish(file, mtime: container.mtime) }
            $0.summary.mailboxes += 1
            $0.summary.messages += closed.messages
        }
    }

    // MARK: Other files

    private mutating func follow(_ file: FileLine, leaf: Int) throws {
        if let digest = file.sha256, files[digest] == nil { files[digest] = leaf }
        let place = Place(source: file.source, path: file.path)
        guard !isInside(place), file.offset == nil || !stored.contains(place) else { return }
        if let target = file.target { return links.append((place, target)) }
        guard let first = file.sha256.flatMap({ files[$0] }) else {
            return output.refuse("\(file.path)", "the manifest gives no digest for it")
        }
        let bundle = bundle
        guard file.offset == nil else {
            return try append(to: place, file.before) { mailbox in
                try bundle.forEachPiece(of: file, leaf: first) { try mailbox.append($0) }
                mailbox.messages -= 1
            }
        }
        let components = try? components(of: place)
        try output.attempt("\(file.path)") {
            let new = try $0.create(components ?? [])
            try bundle.forEachPiece(of: file, leaf: first) { try new.append($0) }
            try $0.finish(new, mtime: file.mtime)
            $0.summary.files += 1
        }
    }

    private mutating func make(_ place: Place, _ target: [UInt8]) throws {
        guard makesLinks else {
            return note("link-not-made", place.path.description, "a symbolic link to \(target.displayText)")
        }
        let components = try? components(of: place)
        try output.attempt("\(place.path)") {
            try $0.link(components ?? [], to: target)
            $0.summary.links += 1
        }
    }
}

/// A mailbox that is being rebuilt.
struct RebuiltMailbox {
    let place: SourceExtraction.Place
    var file: NewFile?
    var messages = 0
    /// Why it cannot be rebuilt.
    private(set) var fault: String?
    private let hash = RunningHash(.sha256)

    init(place: SourceExtraction.Place) { self.place = place }

    /// Appends bytes.
    mutating func append(_ bytes: [UInt8]) throws {
        hash.update(bytes)
        try file?.append(bytes)
    }

    /// Removes what was written.
    mutating func give(up reason: String) {
        fault = reason
        file = nil
    }

    /// Compares it with what its line says.
    func check(_ container: ContainerLine) throws {
        let found = hash.finishDigest()
        guard let expected = container.sha256, found == expected, file?.size == container.size else {
            throw MailsealError(
                "rebuilt SHA-256 \(found), recorded \(container.sha256?.description ?? "none")")
        }
    }
}
