// When and where sources and messages were retrieved, as far as the user stated it.

import Bytes
import Cryptography
import Intake
import Manifest

/// What the user stated about retrieval, and the lines that carry it.
struct Retrievals {
    private let stated: Retrieval?
    private let omitsTimes: Bool

    init(_ options: CreateOptions, observer: Observer) throws {
        stated = options.retrieval
        omitsTimes = options.omitsTimes
    }

    func line(of source: Intake.SourceBegin) -> SourceLine {
        SourceLine(id: source.id, name: source.name, kind: source.kind.rawValue, retrieved: stated)
    }

    mutating func occurrence(of digest: Digest, at message: Intake.Message) -> OccurrenceLine {
        let range = message.place.range
        return OccurrenceLine(
            message: digest, source: message.place.source, path: SourcePath(message.place), offset: range?.offset,
            before: range.flatMap { $0.before.isEmpty ? nil : $0.before }, mtime: Timestamp(fileTime: message.mtime),
            retrieved: nil)
    }

    mutating func line(of file: Intake.File, _ fingerprint: Fingerprint?) -> FileLine {
        FileLine(
            sha256: fingerprint?.digest, size: fingerprint?.size, pieces: fingerprint?.pieces ?? [],
            source: file.place.source, path: SourcePath(file.place), offset: file.place.range?.offset,
            before: file.place.range.flatMap { $0.before.isEmpty ? nil : $0.before }, mtime: Timestamp(fileTime: file.mtime),
            target: file.linkTarget, retrieved: nil)
    }

    func reportUnused(to observer: Observer) {}
}
