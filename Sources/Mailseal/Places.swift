// The places that `create` is given must not get into each other's way.

import Bytes
import Files

/// What the options name on this machine, checked before anything is read.
enum Places {
    /// Throws when a source would be packed twice, or when the bundle would be packed into itself or replace an input.
    ///
    /// - Parameters:
    ///   - output: where the bundle is to stand; nil when it gets no name.
    ///   - secret: the seed, which must not be packed.
    ///   - others: what else the bundle is made from.
    static func check(
        _ options: SourceOptions, output: [UInt8]?, secret: [UInt8]?, others: [[UInt8]]
    ) throws {
        let sources = options.paths.compactMap { path in Identity.stamp(of: path).map { (path, $0) } }
        for (place, (path, stamp)) in sources.enumerated() {
            let others = sources.enumerated().filter { $0.offset != place }.map(\.element)
            if let other = others.first(where: { $0.1.isSameFile(as: stamp) }) {
                throw MailsealError(
                    "\(path.displayText) and \(other.0.displayText) are the same source", hint: "give each source once")
            }
            if let around = try folder(around: path, among: others) {
                throw MailsealError(
                    "\(path.displayText) lies within \(around.displayText), which is packed as a whole",
                    hint: "give each source once")
            }
        }
        if let secret, let around = try folder(around: secret, among: sources) {
            throw MailsealError(
                "the seed lies within the source \(around.displayText), and would be packed with it",
                hint: "keep it outside: whoever has the seed can confirm what is withheld")
        }
        guard let output else { return }
        let inputs = options.paths + others + [options.retrievalLog, secret].compactMap(\.self)
        try check(output: output, madeFrom: inputs)
        if let around = try folder(around: output, among: sources) {
            throw MailsealError(
                "the bundle would lie within the source \(around.displayText)",
                hint: "choose an -o outside of it, so that packing it again gives the same bundle")
        }
    }

    /// The bytes of all files on disk, as far as they can be opened.
    static func size(of sources: [[UInt8]]) -> Int {
        var size = 0
        for path in sources {
            guard var walk = try? TreeWalk(root: path) else {
                size += (try? ReadableFile(path: path).size) ?? 0
                continue
            }
            while let entry = walk.next() {
                if case .file(let file) = entry.kind { size += file.size }
            }
        }
        return size
    }

    /// Throws when a bundle would stand where it cannot, or replace something from which it is made.
    static func check(output: [UInt8], madeFrom inputs: [[UInt8]]) throws {
        guard !output.isEmpty else { throw MailsealError("the output has no name") }
        if ReadableFolder.isFolder(output) {
            throw MailsealError("\(output.displayText) is a folder", hint: "name the file to write with -o")
        }
        guard let existing = Identity.stamp(of: output) else { return }
        if let input = inputs.first(where: { Identity.stamp(of: $0)?.isSameFile(as: existing) == true }) {
            throw MailsealError("the bundle would replace \(input.displayText), from which it is made")
        }
    }

    private static func folder(around path: [UInt8], among sources: [([UInt8], FileStamp)]) throws -> [UInt8]? {
        guard !sources.isEmpty else { return nil }
        let folders = try Identity.foldersAround(path)
        return sources.first { source in folders.contains { $0.isSameFile(as: source.1) } }?.0
    }
}
