// The folder of a seal, read into memory: nothing in it is believed yet.

import Bytes
public import Files

/// The files of a seal.
public struct SealFolder: Sendable {
    /// A file that has a name of a seal's and cannot be read.
    public struct Fault: Hashable, Sendable {
        /// The name.
        public let name: SealFolderName
        /// A sentence about why.
        public let reason: String
    }

    /// The most files of a folder.
    public static let mostFiles = 1000
    /// The most bytes of all files together, 64 MiB.
    public static let sizeLimit = 1 << 26

    /// The files by their names.
    public let files: [SealFolderName: [UInt8]]
    /// What cannot be read.
    public let faults: [Fault]
    /// The names of what does not belong into a seal; it is not looked at.
    public let unexpected: [[UInt8]]

    /// A folder of these files.
    public init(files: [SealFolderName: [UInt8]]) {
        self.files = files
        faults = []
        unexpected = []
    }

    /// Reads a folder; no symbolic link in it is followed.
    public init(path: [UInt8]) throws(FileError) {
        var walk = try TreeWalk(root: path + "/.".bytes)
        var files: [SealFolderName: [UInt8]] = [:]
        var faults: [Fault] = []
        var unexpected: [[UInt8]] = []
        var (count, size) = (0, 0)
        while let entry = walk.next() {
            count += 1
            guard count <= Self.mostFiles else {
                throw FileError("read", path.displayText, reason: "a seal has at most \(Self.mostFiles) files")
            }
            guard entry.path.count == 1, let name = SealFolderName(entry.path[0]) else {
                unexpected.append(Array(entry.path.joined(separator: [0x2F])))
                continue
            }
            do throws(FileError) {
                guard case .file(let file) = entry.kind else {
                    throw FileError("read", name.description, reason: "it is not a regular file")
                }
                size += min(file.size, name.sizeLimit)
                guard file.size <= name.sizeLimit, size <= Self.sizeLimit else {
                    throw FileError(
                        "read", name.description,
                        reason: "it has \(file.size) bytes, expected at most \(name.sizeLimit), and 64 MiB in all")
                }
                files[name] = try file.read(at: 0, count: file.size)
            } catch {
                faults.append(Fault(name: name, reason: error.description))
            }
        }
        self.files = files
        self.faults = faults
        self.unexpected = unexpected
    }

    /// The bytes of a file, nil when it is not there.
    public subscript(name: SealFolderName) -> [UInt8]? { files[name] }

    /// Whether there is something of this name, be it nothing that can be read.
    public func has(_ name: SealFolderName) -> Bool { files[name] != nil || faults.contains { $0.name == name } }

    /// The names of all files, sorted by their bytes.
    public var names: [SealFolderName] {
        files.keys.sorted { $0.text.lexicographicallyPrecedes($1.text) }
    }

    /// The time stamps of which there is a file, the older list first.
    public var stamps: [SealFolderStamp] {
        let found = files.keys.compactMap { if case .stamp(let stamp, _) = $0 { stamp } else { nil } }
        return Set(found).sorted()
    }

    /// The numbers of the lists that there are, 1 for `SEAL`.
    public var lists: [Int] {
        files.keys.compactMap { if case .list(let number) = $0 { number } else { nil } }.sorted()
    }
}
