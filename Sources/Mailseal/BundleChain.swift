// Whether the index leads through the archive itself, and not into a message that holds an archive of its own.

import Bytes
import Container
import Manifest

/// The check of an index before a bundle is read by it.
///
/// Entries that follow each other from the archive's first byte without a gap are those that every reader of tar finds.
/// All are checked in a bundle of at most 64 MiB and 2,000 entries; in a larger one all that are no payload, the one
/// before the manifest and 64 payload entries spread over the list. A gap between others, or at an entry that lies in a
/// damaged block, is left for `verify`.
struct BundleChain {
    let reader: BundleReader
    /// The place of the manifest among the entries.
    let manifest: Int

    /// Throws when an entry does not end where the next one begins, or is none of its place.
    func check() throws {
        guard reader.index.entries.first?.tarOffset == 0 else {
            throw MailsealError("it has no entry at the archive's first byte")
        }
        for number in places {
            do {
                try check(number)
            } catch {
                guard number < manifest, isOfBlock(error) else { throw error }
                // The rest of a bundle can be read beside a damaged block.
            }
        }
    }

    private func check(_ number: Int) throws {
        let entry = try reader.entry(number)
        guard isInPlace(entry, number) else {
            throw MailsealError("entry \(number) is \(entry.path.displayText), which cannot stand there")
        }
    }

    private func isOfBlock(_ error: any Error) -> Bool {
        if let error = error as? ContainerError, case .damaged(let fault) = error { return fault.code != .tarHeader }
        return false
    }

    private var places: [Int] {
        let count = reader.index.entries.count
        let payload = max(0, manifest - 1)
        guard count > Self.entryLimit || reader.blocks.count > Self.blockLimit, payload > Self.sample else {
            return Array(0..<count)
        }
        let sample = (0..<Self.sample).map { 1 + $0 * payload / Self.sample }
        return [0] + sample + [manifest - 1] + Array(manifest..<count)
    }

    private static let entryLimit = 2000
    private static let blockLimit = 64
    private static let sample = 64

    private func isInPlace(_ entry: TarEntry, _ number: Int) -> Bool {
        if number == 0 { return entry.path == "bagit.txt".bytes }
        if number < manifest { return entry.path.starts(with: "data/".utf8) }
        return TagFileCheck.isName(entry.path) && (entry.path == BundleManifest.path) == (number == manifest)
    }
}
