// Key files on their way in and out: what every command about keys shares.

import Bytes
public import DKIM
import Files
import Manifest

/// Reading and writing key files.
public enum KeyFiles {
    /// The records of key files, merged; lines that are no record are told as warnings.
    public static func load(_ paths: [[UInt8]], observer: Observer = Observer()) throws -> KeyStore {
        try Keys.load(paths, observer: observer)
    }

    /// The records of a bundle, when the path leads to one, else of a key file.
    public static func keys(in path: [UInt8], observer: Observer = Observer()) throws -> [Key] {
        guard try Bundle.isBundle(path) else { return try Keys.read(path, observer: observer) }
        return Keys.store(of: try Bundle(path: path).keys()).keys
    }
}

/// A key file that is to be written, or its text when it has no path.
public struct KeyFileOutput {
    private let path: [UInt8]?
    private let force: Bool

    /// A file at a path, nil for none; what stands there already is replaced only with `force`.
    ///
    /// - Throws: `MailsealError` or `FileError` when something stands there or no file can be made there, so that long
    ///   work is not done in vain.
    public init(path: [UInt8]?, force: Bool) throws {
        self.path = path
        self.force = force
        guard let path else { return }
        if ReadableFolder.isFolder(path) { throw MailsealError("\(path.displayText) is a folder, expected a file") }
        if !force { try AtomicOutput.checkFree(path) }
        try AtomicOutput(path: path).discard()
    }

    /// Writes the keys, sorted and merged; gives the text when there is no path.
    ///
    /// - Parameter again: whether it replaces what this function wrote before.
    public func write(_ keys: some Sequence<Key>, again: Bool = false) throws -> [UInt8]? {
        try write(text: KeyFile.text(of: keys), again: again)
    }

    /// Writes the text of a key file; gives it back when there is no path.
    public func write(text: [UInt8], again: Bool = false) throws -> [UInt8]? {
        guard let path else { return text }
        do {
            try AtomicOutput.write(text, to: path, force: force || again)
        } catch {
            // Somebody was faster than this run.
            if error.isExisting { try AtomicOutput.checkFree(path) }
            throw error
        }
        return nil
    }
}
