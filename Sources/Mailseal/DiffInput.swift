// One of the two inputs: a bundle as it stands, or a source that is packed for the time of the comparison.

import Bytes
import DKIM
import Files
import Manifest

/// An opened input.
struct DiffInput {
    let label: RawText
    let bundle: Bundle
    let isSource: Bool
    /// The key records that its manifest holds.
    let keys: KeyStore

    /// Opens a bundle, or gives nil when the path leads to something else.
    init?(bundle path: [UInt8]) throws {
        guard try Bundle.isBundle(path) else { return nil }
        try self.init(path, try Bundle(path: path), isSource: false)
    }

    /// Packs a source with the key records of the other input, so that DKIM results compare.
    init(packing path: [UInt8], like other: DiffInput, _ options: DiffOptions, _ observer: Observer) async throws {
        let spool = try TemporaryFile()
        var create = CreateOptions(sources: [path])
        create.knownKeys = try other.bundle.keysByEdition()
        create.storesBlocks = true
        create.sources.keepGoing = true
        create.jobs = options.jobs
        create.memory = options.memory
        // What the user did not state of a source is no news here.
        let quiet = Observer(progress: observer.progress) { if case .failure = $0 { observer.notice($0) } }
        do { try await Create.run(create, into: spool, observer: quiet) } catch let error as MailsealError {
            throw MailsealError("\(path.displayText): \(error.description)", hint: error.hint)
        }
        try self.init(path, try Bundle(try spool.readable()), isSource: true)
    }

    private init(_ path: [UInt8], _ bundle: Bundle, isSource: Bool) throws {
        label = path.split(separator: 0x2F).last.map(Array.init) ?? path
        self.bundle = bundle
        self.isSource = isSource
        keys = KeyStore(sets: try bundle.keysByEdition().map { $0.map { Keys.key(of: $0) } })
    }
}
