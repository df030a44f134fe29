// Key records on their way in from files, into the manifest, and back out of it.

import Bytes
import DKIM
import Files
import Manifest

/// Loading key files and turning key records into lines and back.
enum Keys {
    /// A key file larger than this is refused.
    static let fileLimit = 256 << 20
    /// At most this many lines of one file are warned about one by one.
    private static let toldLines = 100

    /// The records of all files; lines that are no record are warned about.
    static func load(_ paths: [[UInt8]], observer: Observer) throws -> KeyStore {
        var keys: [Key] = []
        for path in paths { keys += try read(path, observer: observer) }
        let store = KeyStore(keys)
        for name in store.crowdedNames {
            observer.notice(
                .warning(
                    "more than \(KeyStore.nameLimit) key records of \(name.text.displayText)",
                    hint: "only the first \(KeyStore.nameLimit), in the order of their bytes, are used"))
        }
        return store
    }

    /// The records of one file, in the order of its lines.
    static func read(_ path: [UInt8], observer: Observer) throws -> [Key] {
        let parsed = KeyFile(parsing: try bytes(of: try ReadableFile(named: path), path))
        for note in parsed.notes.prefix(toldLines) {
            let what = note.reason.losesKey ? "gives no key" : "says something that is not understood"
            observer.notice(
                .warning("\(path.displayText): line \(note.line) \(what) (\(note.reason.rawValue))", hint: nil))
        }
        if parsed.notes.count > toldLines {
            let more = parsed.notes.count - toldLines
            observer.notice(.warning("\(path.displayText): \(more) more lines like these", hint: nil))
        }
        if parsed.keys.isEmpty {
            observer.notice(
                .warning(
                    "\(path.displayText) holds no key record",
                    hint: "a line is: selector._domainkey.domain TXT-record; mailseal keys import reads other forms"))
        }
        return parsed.keys
    }

    /// A whole file that is small enough to be one of keys.
    static func bytes(of file: ReadableFile, _ name: [UInt8]) throws -> [UInt8] {
        guard file.size <= fileLimit else {
            throw MailsealError("\(name.displayText) is no key file: \(file.size) bytes, at most \(fileLimit) expected")
        }
        return try file.read(at: 0, count: file.size)
    }

    /// The lines of the records that any of these names calls for, sorted; a wildcard's stand under the wildcard.
    ///
    /// - Throws: when they are more than a bundle can have.
    static func lines(of store: KeyStore, for names: Set<KeyName>) throws -> [KeyLine] {
        let lines = store.keys(of: names).flatMap { key in key.provenances.map { KeyLine(key, $0) } }.sorted()
        guard lines.reduce(0, { $0 + $1.weight }) <= KeyLine.weightLimit else {
            throw MailsealError("\(lines.count) key records are called for, more than a bundle can have")
        }
        return lines
    }

    /// The store of a manifest's `key` lines.
    static func store(of lines: [KeyLine]) -> KeyStore { KeyStore(lines.map { key(of: $0) }) }

    /// The record of a manifest's `key` line.
    static func key(of line: KeyLine) -> Key {
        Key(
            selector: line.selector, domain: line.domain, record: line.record, provenance: KeyProvenance(of: line))
    }
}

extension KeyLine {
    /// The line of one of a key's provenances.
    init(_ key: Key, _ provenance: KeyProvenance) {
        self.init(
            domain: key.domain, selector: key.selector, record: key.record, basis: provenance.basis.rawValue,
            obtained: provenance.obtained, from: provenance.from?.nonEmpty, firstSeen: provenance.firstSeen,
            lastSeen: provenance.lastSeen, dnssec: provenance.dnssec?.rawValue, messages: provenance.messages,
            firstDate: provenance.firstDate, lastDate: provenance.lastDate)
    }
}

extension KeyProvenance {
    /// The provenance that a line records.
    fileprivate init(of line: KeyLine) {
        self.init(
            Basis(rawValue: line.basis) ?? .file, obtained: line.obtained, from: line.from, firstSeen: line.firstSeen,
            lastSeen: line.lastSeen, dnssec: line.dnssec.flatMap(DNSSEC.init(rawValue:)), messages: line.messages,
            firstDate: line.firstDate, lastDate: line.lastDate)
    }
}
