// The folder of a seal as it stands, and what is to be added to it.

import Bytes
import Cryptography
import Files
import Sealing

/// A folder that exists or is to be made; nothing is written before `commit`, and no file is ever changed.
struct SealDraft {
    /// Where the folder is or is to be.
    let path: [UInt8]
    /// Whether there is no folder yet.
    let isNew: Bool
    /// The names in the folder that no seal has, which are never looked at.
    let unexpected: [[UInt8]]
    /// The names of what was added, in order.
    private(set) var added: [SealFolderName] = []
    private var files: [SealFolderName: [UInt8]] = [:]

    /// Reads the folder if there is one.
    init(path: [UInt8]) throws {
        self.path = path
        isNew = try !AtomicOutput.isTaken(path)
        guard !isNew else {
            unexpected = []
            return
        }
        guard ReadableFolder.isFolder(path) else {
            throw MailsealError("\(path.displayText) is there already, and no folder")
        }
        let folder = try SealFolder(path: path)
        if let fault = folder.faults.first {
            throw MailsealError("\(fault.name) of \(path.displayText): \(fault.reason)")
        }
        files = folder.files
        unexpected = folder.unexpected
    }

    /// The folder as it will be.
    var folder: SealFolder { SealFolder(files: files) }

    /// The bytes of a file, added or there before.
    subscript(_ name: SealFolderName) -> [UInt8]? { files[name] }

    /// The number of the newest list.
    var newestList: Int { folder.lists.last ?? 1 }

    /// Adds a file; what a seal cannot hold is refused.
    mutating func add(_ name: SealFolderName, _ bytes: [UInt8]) throws {
        guard files[name] == nil else {
            throw MailsealError("\(path.displayText) has \(name) already, which is never changed")
        }
        guard bytes.count <= name.sizeLimit else {
            throw MailsealError("\(name) has \(bytes.count) bytes, expected at most \(name.sizeLimit)")
        }
        let size = files.values.reduce(bytes.count) { $0 + $1.count }
        guard files.count < SealFolder.mostFiles, size <= SealFolder.sizeLimit else {
            throw MailsealError(
                "with \(name) the seal has \(files.count + 1) files and \(size) bytes, "
                    + "expected at most \(SealFolder.mostFiles) and \(SealFolder.sizeLimit)")
        }
        files[name] = bytes
        added.append(name)
    }

    /// A stamp called NAME, NAME-2, NAME-3 …: the first of which there is neither a reply nor a request.
    func freeStamp(_ authority: String, list: Int) -> SealFolderStamp {
        var (number, stamp) = (1, SealFolderStamp(list: list, authority: authority))
        while self[.stamp(stamp, .reply)] != nil || self[.stamp(stamp, .request)] != nil {
            number += 1
            let end = "-\(number)"
            let start = authority.prefix(SealFolderName.longestAuthority - end.count)
            stamp = SealFolderStamp(list: list, authority: start + end)
        }
        return stamp
    }

    /// Writes what was added: a new folder appears whole, and in one that was there each file does.
    func commit() throws {
        if isNew {
            let folder = try AtomicFolder(path: path)
            for name in added { try folder.write(files[name] ?? [], to: name.text) }
            return try folder.commit()
        }
        let outputs = try added.map { name in
            let output = try AtomicOutput(path: path + [0x2F] + name.text)
            try output.append(files[name] ?? [])
            return output
        }
        // All of them are written by now, so that a full disk cannot part them.
        for output in outputs { try output.commit(force: false) }
    }
}

/// A bundle as lists have it.
struct SealedBundle {
    /// How lists name it: `../` and its file name.
    let name: [UInt8]
    let digests: BundleDigests

    /// The list that `sha256sum` or `sha512sum` checks: a line for each file, and one for the bundle.
    func list(_ function: HashFunction, of files: [SealFolderName], in draft: SealDraft) -> [UInt8] {
        files.flatMap { Self.line(function.digest(of: draft[$0] ?? []), $0.text) } + Self.line(digests[function], name)
    }

    private static func line(_ digest: [UInt8], _ name: [UInt8]) -> [UInt8] {
        Hexadecimal.encode(digest) + "  ".bytes + name + [ASCII.lf]
    }
}
