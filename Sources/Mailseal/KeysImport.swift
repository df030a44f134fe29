// `keys import`: key records of many files and forms, merged into one key file.

import Bytes
public import DKIM
import Files

/// What to import and where to.
public struct KeysImportOptions: Sendable {
    /// The files; nil is standard input.
    public var files: [[UInt8]?]
    /// What the user states about records that do not say themselves where they are from.
    public var statement = KeyImport.Statement()
    /// The origin of zone files that name none.
    public var origin: [UInt8]?

    /// The defaults for these files.
    public init(files: [[UInt8]?]) { self.files = files }
}

/// What an import found.
public struct KeysImport: Sendable {
    /// What one file gave.
    public struct File: Sendable {
        /// Its path, or `-`.
        public let path: [UInt8]
        /// What it is.
        public let form: KeyImport.Form
        /// The records that it gave.
        public let keys: Int
        /// The records of other types and names.
        public let leftAside: Int
        /// What gave no key, and what was left out of keys.
        public let notes: [KeyFile.LineNote]
    }

    /// The records, sorted and merged.
    public let keys: [Key]
    /// The files in the order given.
    public let files: [File]

    /// The number of names that have a record.
    public var names: Int { Set(keys.map(\.name)).count }

    /// Whether something that should have been a key gave none.
    public var losesKeys: Bool { files.contains { $0.notes.contains { $0.reason.losesKey } } }

    /// Reads all files.
    ///
    /// - Throws: `MailsealError` or `FileError` when a file cannot be read, or when there is no key in any.
    public init(_ options: KeysImportOptions) throws {
        var keys: [Key] = []
        var files: [File] = []
        for path in options.files {
            let file = try path.map { try ReadableFile(named: $0) } ?? StandardInput.spooled()
            let name = path ?? "-".bytes
            let found = KeyImport(
                parsing: try Keys.bytes(of: file, name), stating: options.statement, origin: options.origin)
            keys += found.keys
            files.append(
                File(
                    path: name, form: found.form, keys: found.keys.count, leftAside: found.leftAside,
                    notes: found.notes))
        }
        self.keys = Key.merged(keys)
        self.files = files
    }
}
