// The folder of a seal as it stands, and what is to be added to it.

import Bytes
import Cryptography
import Files

/// A folder that exists or is to be made; nothing is written before `commit`, and no file is ever changed.
struct SealDraft {
    /// Where the folder is or is to be.
    let path: [UInt8]
    /// Whether there is no folder yet.
    let isNew: Bool
    /// The names in the folder that no seal has, which are never looked at.
    let unexpected: [[UInt8]]
    /// The names of what was added, in order.
    private(set) var added: [SealFileName] = []
    private var contents: [String: [UInt8]] = [:]

    /// The most files of a seal.
    static let mostFiles = 1000

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
        let names = try SafeDirectory(path: path).names()
        guard names.count <= Self.mostFiles else {
            throw MailsealError("\(path.displayText) has \(names.count) files, expected at most \(Self.mostFiles)")
        }
        var unexpected: [[UInt8]] = []
        for bytes in names {
            guard let name = SealFileName(bytes) else {
                unexpected.append(bytes)
                continue
            }
            let file = try ReadableFile(path: path + [0x2F] + bytes)
            guard file.size <= name.limit else {
                throw MailsealError("\(file.path) has \(file.size) bytes, expected at most \(name.limit)")
            }
            contents[name.text] = try file.read(at: 0, count: file.size)
        }
        self.unexpected = unexpected
    }

    /// The bytes of a file, added or there before.
    subscript(_ name: SealFileName) -> [UInt8]? { contents[name.text] }

    /// The names of all files that belong to the seal, sorted by their bytes.
    var names: [SealFileName] {
        contents.keys.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) }.compactMap { SealFileName($0) }
    }

    /// The number of the newest list.
    var newestList: Int {
        names.reduce(1) { newest, name in
            if case .list(let number) = name { max(newest, number) } else { newest }
        }
    }

    /// Adds a file.
    mutating func add(_ name: SealFileName, _ bytes: [UInt8]) throws {
        guard contents[name.text] == nil else {
            throw MailsealError("\(path.displayText) has \(name.text) already, which is never changed")
        }
        guard bytes.count <= name.limit, contents.count < Self.mostFiles else {
            throw MailsealError("\(name.text) has \(bytes.count) bytes, expected at most \(name.limit)")
        }
        contents[name.text] = bytes
        added.append(name)
    }

    /// The first of NAME, NAME-2, NAME-3 … under which there is neither a reply nor a request.
    func freeAuthority(_ authority: String, list: Int) -> String {
        var (number, name) = (1, authority)
        while [SealFileName.StampFile.reply, .request].contains(where: {
            self[.stamp(list: list, authority: name, $0)] != nil
        }) {
            number += 1
            name = "\(authority)-\(number)"
        }
        return name
    }

    /// Writes what was added: a new folder appears whole, and in one that was there each file does.
    func commit() throws {
        if isNew {
            let folder = try AtomicFolder(path: path)
            for name in added { try folder.write(contents[name.text] ?? [], to: name.text.bytes) }
            return try folder.commit()
        }
        let outputs = try added.map { name in
            let output = try AtomicOutput(path: path + "/\(name.text)".bytes)
            try output.append(contents[name.text] ?? [])
            return output
        }
        // All of them are written by now, so that a full disk cannot part them.
        for output in outputs { try output.commit(force: false) }
    }
}

/// The digests of a sealed bundle, and lists with it.
struct SealedBundle {
    /// How lists name it: `../` and its file name.
    let name: [UInt8]
    private let sha256: [UInt8]
    private let sha512: [UInt8]

    /// Reads the whole file.
    init(_ file: ReadableFile, name: [UInt8]) throws {
        let hashes = (RunningHash(.sha256), RunningHash(.sha512))
        let step = 1 << 20
        for start in stride(from: 0, to: file.size, by: step) {
            let piece = try file.read(at: start, count: min(step, file.size - start))
            hashes.0.update(piece)
            hashes.1.update(piece)
        }
        self.name = "../".bytes + name
        sha256 = hashes.0.finish()
        sha512 = hashes.1.finish()
    }

    /// The list that `sha256sum` or `sha512sum` checks: a line for each file, and one for the bundle.
    func list(_ function: HashFunction, of files: [SealFileName], in draft: SealDraft) -> [UInt8] {
        var text: [UInt8] = []
        for file in files {
            let hash = RunningHash(function)
            hash.update(draft[file] ?? [])
            text += Self.line(hash.finish(), file.text.bytes)
        }
        return text + Self.line(function == .sha512 ? sha512 : sha256, name)
    }

    private static func line(_ digest: [UInt8], _ name: [UInt8]) -> [UInt8] {
        Hexadecimal.encode(digest) + "  ".bytes + name + [ASCII.lf]
    }
}
