// Whether the index leads through the archive itself, and not into a message that holds an archive of its own.

import Bytes
import Container
import Manifest
import Synchronization

/// The check of the index that a bundle is read by.
///
/// Entries that follow each other from the archive's first byte without a gap are those that every reader of tar finds.
/// In a bundle of at most 8 MiB all are looked at when it is opened. In a larger one, whatever its size:
/// - when it is opened: index.txt is the last thing in the archive, and the archive, of the length that the gzip trailer
///   tells, the last thing in the file; bagit.txt is at its first byte; the entries from the last of the payload on
///   follow each other without a gap, the tag files under the names and in the order of the format;
/// - before a payload file is given: it, the one before it and the one behind it follow each other without a gap;
/// - where a message's line is read by `list`, `show`, `extract` or `diff`: the index leaves as much room as its size
///   calls for.
///
/// So an archive inside a payload file is refused, whatever the comment says: its index is not the file's last thing.
/// What is given out has the digest that its line states, and the line belongs to the root that is shown. Not found is
/// a gap between entries of which none is used, which only the maker of the whole file can leave, with a manifest of a
/// root of its own choice. A sample would not find it: whoever makes the gap knows where nobody looks. Only `verify`
/// reads everything. What lies in a damaged block is left to it, too.
final class BundleChain: Sendable {
    private let reader: BundleReader
    /// The place of the manifest among the entries.
    private let manifest: Int
    /// The place of the payload file that was given last.
    private let last = Mutex(-1)
    /// Whether every entry is looked at when the bundle is opened.
    private let isSmall: Bool
    /// The most blocks that a small bundle has: they are inflated in some 20 ms.
    static let blockLimit = 8

    init(_ reader: BundleReader, manifest: Int, blockLimit: Int) {
        self.reader = reader
        self.manifest = manifest
        isSmall = reader.blocks.count <= blockLimit
    }

    /// What is looked at when the bundle is opened.
    func checkFrame() throws {
        try reader.checkEnd()
        let entries = reader.index.entries
        guard entries.first?.tarOffset == 0 else {
            throw MailsealError("it has no entry at the archive's first byte")
        }
        let names = try tagNames(count: entries.count - manifest)
        if !isSmall, try reader.firstEntry()?.path != Self.first { try check(0, names) }
        for number in (isSmall ? 0 : max(1, manifest - 1))..<entries.count { try check(number, names) }
    }

    /// The payload file at this place; throws when it does not stand between its neighbours.
    func payload(_ number: Int) throws -> TarEntry {
        let entry = try reader.entry(number)
        guard !isSmall else { return entry }
        // The one before was found to end here when it was given itself.
        if last.withLock({ $0 }) != number - 1 { try check(number - 1, []) }
        if number + 1 < manifest { try check(number + 1, []) }
        last.withLock { $0 = number }
        return entry
    }

    /// Throws when the index leaves more or less room for a payload file of one piece than its size calls for.
    func checkRoom(of number: Int, size: Int) throws {
        let entries = reader.index.entries
        guard number + 1 < entries.count else { return }
        let room = entries[number + 1].tarOffset - entries[number].tarOffset
        guard size >= 0, size <= room, room == Tar.unit + size + Tar.padding(after: size) else {
            throw MailsealError(
                "the index leaves \(room) bytes for entry \(number), whose line states a size of \(size)",
                hint: Bundle.hint)
        }
    }

    private static let first = "bagit.txt".bytes

    private func check(_ number: Int, _ names: [[UInt8]]) throws {
        do {
            let entry = try reader.entry(number)
            guard isInPlace(entry, number, names) else {
                throw MailsealError("entry \(number) is \(entry.path.displayText), which cannot stand there")
            }
        } catch let error as ContainerError {
            // The rest of a bundle can be read beside a damaged block.
            guard number < manifest, case .damaged(let fault) = error, fault.code != .tarHeader else { throw error }
        }
    }

    private func isInPlace(_ entry: TarEntry, _ number: Int, _ names: [[UInt8]]) -> Bool {
        if number == 0 { return entry.path == Self.first }
        return number < manifest ? entry.path.starts(with: "data/".utf8) : entry.path == names[number - manifest]
    }

    /// The paths of the entries from the manifest on, of which there are so many.
    private func tagNames(count: Int) throws -> [[UInt8]] {
        let ends = (
            ["manifest.jsonl", "checkpoint"], ["manifest-sha256.txt", "bag-info.txt", "tagmanifest-sha256.txt"]
        )
        let tables = count - ends.0.count - ends.1.count
        guard tables > 0, reader.index.entries[manifest...].allSatisfy({ $0.leaf == nil }) else {
            throw MailsealError("it has \(count) entries behind the payload")
        }
        let names = tables == 1 ? ["mailbag.csv"] : (1...tables).map { "mailbag-\($0).csv" }
        return (ends.0 + names + ends.1).map(\.bytes)
    }
}
