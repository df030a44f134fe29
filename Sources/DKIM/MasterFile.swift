// Lines of name and record, zone files (RFC 1035 §5.1) and what look-up tools print, in one reader: they come mixed.

import Bytes

/// Reads the key records of a text line by line.
struct MasterFileReader {
    /// A record of a key's name.
    struct Entry {
        let name: KeyName
        let record: [UInt8]
        /// What `#:` lines state.
        let stated: [KeyProvenance]
        /// The look-up that gave it.
        let lookup: Int?
    }

    /// What stands in the text, in its order; records that aliases lead to come last.
    private(set) var entries: [Entry] = []
    private(set) var notes: [KeyFile.LineNote] = []
    private(set) var leftAside = 0
    private(set) var form = KeyImport.Form.keyFile

    private var scanner: MasterFileScanner
    private var annotations = KeyFile.Annotations()
    private var origin: [UInt8]?
    /// The name that records without one are of; nil before the first, and nil within when DNS could not hold it.
    private var owner: [UInt8]??
    private var aliases = MasterFileAliases()
    /// What is known of look-ups; the first is any of which nothing is known.
    private var lookups = [KeyProvenance(.dns)]
    private var lookup: Int?

    init(_ text: [UInt8], origin: [UInt8]?) {
        scanner = MasterFileScanner(text)
        self.origin = origin.map { Self.withoutDot(ASCII.lowercased($0)) }
    }

    /// Reads the whole text.
    mutating func read() {
        while let line = scanner.nextLine() {
            let text = ASCII.trimmed(line)
            switch text.first {
            case nil: continue
            case 0x23: notes += annotations.read(text, at: scanner.line)
            case 0x3B: readComment(text)
            case 0x24: readDirective(text)
            default: readRecord(line)
            }
        }
        notes += annotations.finish()
        aliases.follow(budget: scanner.size) { name, record, lookup in
            entries.append(Entry(name: name, record: record, stated: [], lookup: lookup))
        } missing: { line in
            note(.aliasWithoutTarget, line)
        }
    }

    /// What the text suggests of an entry that no `#:` line tells of.
    func found(_ entry: Entry) -> KeyProvenance { entry.lookup.map { lookups[$0] } ?? KeyProvenance(.file) }

    private mutating func note(_ reason: KeyFile.Reason, _ line: Int) {
        notes.append(KeyFile.LineNote(line: line, reason: reason))
    }

    private mutating func readDirective(_ line: ArraySlice<UInt8>) {
        form = .zone
        let words = line.split(maxSplits: 2, whereSeparator: ASCII.isBlank)
        switch ASCII.lowercased(words[0]).displayText {
        case "$origin" where words.count > 1:
            guard let new = absolute(words[1]) else { return note(.malformedLine, scanner.line) }
            origin = new
        case "$ttl": break
        default: note(.directiveNotFollowed, scanner.line)
        }
    }

    private mutating func readRecord(_ line: ArraySlice<UInt8>) {
        let start = scanner.line
        let stated = annotations.take()
        guard let head = MasterFileHead(line) else {
            switch KeyFile.key(ASCII.trimmed(line), []) {
            case .success(let key):
                entries.append(Entry(name: key.name, record: key.record, stated: stated, lookup: nil))
            case .failure(let reason): note(reason, start)
            }
            return
        }
        if form != .lookup { form = head.isPrinted ? .lookup : .zone }
        guard let data = scanner.data(from: head.dataStart) else { return note(.malformedLine, start) }
        if let name = head.owner { owner = absolute(name) }
        guard let owner else { return note(.malformedLine, start) }
        guard let owner else { return leftAside += 1 }
        let name = owner.contains(0x2A) ? nil : KeyName(parsing: owner)
        switch head.type {
        case .txt: take(data, of: owner, name, stated, isPrinted: head.isPrinted, at: start)
        case .cname:
            guard let target = data.strings.first else { return note(.malformedLine, start) }
            if name == nil { leftAside += 1 }
            if let target = absolute(target[...]) {
                aliases.add(owner, name, to: target, line: start)
            } else if name != nil {
                note(.aliasWithoutTarget, start)
            }
        case .other: leftAside += 1
        }
    }

    private mutating func take(
        _ data: MasterFileScanner.Strings, of owner: [UInt8], _ name: KeyName?, _ stated: [KeyProvenance],
        isPrinted: Bool, at line: Int
    ) {
        let lookup = lookup ?? (isPrinted ? 0 : nil)
        guard let record = data.joined else {
            return name == nil ? leftAside += 1 : note(.recordTooLong, line)
        }
        aliases.add(record, at: owner, lookup: lookup)
        guard let name else { return leftAside += 1 }
        guard !record.isEmpty else { return note(.notARecord, line) }
        guard !data.isCut else { return note(.malformedQuotes, line) }
        entries.append(Entry(name: name, record: record, stated: stated, lookup: lookup))
    }

    /// A name as it is without relation to the origin, lower case, without a dot at the end; nil for one too long for DNS.
    ///
    /// A short name counts with its origin: many of them must not become much more than the text.
    private func absolute(_ name: ArraySlice<UInt8>) -> [UInt8]? {
        // The root's own name, without its dot, is empty.
        let origin = name.last == 0x2E ? [] : self.origin ?? []
        if name.elementsEqual([0x40]), !origin.isEmpty { return origin }
        guard name.count + origin.count <= KeyName.dnsLimit else { return nil }
        let name = Self.withoutDot(ASCII.lowercased(name))
        return origin.isEmpty ? name : name + [0x2E] + origin
    }

    private static func withoutDot(_ name: [UInt8]) -> [UInt8] { name.last == 0x2E ? Array(name.dropLast()) : name }
}

extension MasterFileReader {
    /// dig tells in comments whom it asked and when, behind the answer.
    private mutating func readComment(_ line: ArraySlice<UInt8>) {
        func value(_ label: String) -> ArraySlice<UInt8>? {
            line.starts(with: label.utf8) ? ASCII.trimmed(line.dropFirst(label.utf8.count)) : nil
        }
        if value("; <<>> DiG") != nil || value(";; Got answer") != nil
            || (lookup == nil && value(";; ANSWER SECTION") != nil)
        {
            form = .lookup
            lookups.append(KeyProvenance(.dns))
            lookup = lookups.count - 1
        }
        guard let lookup else { return }
        if let server = value(";; SERVER:") {
            lookups[lookup].from = Array(server.prefix { $0 != 0x23 && !ASCII.isBlank($0) }).nonEmpty
        } else if let when = value(";; WHEN:") {
            lookups[lookup].obtained = Self.time(when)
        } else if value(";; MSG SIZE") != nil {
            self.lookup = nil
        }
    }

    /// The time of `Sun Nov 22 10:00:00 UTC 2026`; of another zone's, or of none, nil.
    private static func time(_ text: ArraySlice<UInt8>) -> Timestamp? {
        let words = text.split(whereSeparator: ASCII.isBlank).map { $0.displayText }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard words.count == 6, ["UTC", "GMT"].contains(words[4]), let month = months.firstIndex(of: words[1]) else {
            return nil
        }
        func padded(_ text: String) -> String { text.utf8.count == 1 ? "0\(text)" : text }
        return Timestamp(rfc3339: "\(words[5])-\(padded("\(month + 1)"))-\(padded(words[2]))T\(words[3])Z")
    }
}

/// CNAME records of a text, and the TXT records that they may lead to.
private struct MasterFileAliases {
    private var links: [[UInt8]: [UInt8]] = [:]
    private var records: [[UInt8]: [(record: [UInt8], lookup: Int?)]] = [:]
    private var starts: [(name: KeyName, target: [UInt8], line: Int)] = []

    /// The most aliases that lead to each other, and records that one leads to.
    private static let limit = 8

    mutating func add(_ owner: [UInt8], _ name: KeyName?, to target: [UInt8], line: Int) {
        links[owner] = target
        if let name { starts.append((name, target, line)) }
    }

    mutating func add(_ record: [UInt8], at owner: [UInt8], lookup: Int?) {
        guard !record.isEmpty, records[owner, default: []].count < Self.limit else { return }
        records[owner, default: []].append((record, lookup))
    }

    /// Gives the records that aliases of keys' names lead to.
    ///
    /// - Parameter budget: the size of the text; many aliases of one long record must not make much more than that.
    func follow(
        budget: Int, _ body: (KeyName, [UInt8], Int?) -> Void, missing: (_ line: Int) -> Void
    ) {
        var left = 16 * budget
        for start in starts {
            var target = start.target
            for _ in 0..<Self.limit where records[target] == nil { target = links[target] ?? target }
            guard let found = records[target], left > 0 else {
                missing(start.line)
                continue
            }
            for found in found {
                body(start.name, found.record, found.lookup)
                left -= found.record.count
            }
        }
    }
}

extension [UInt8] {
    fileprivate var nonEmpty: [UInt8]? { isEmpty ? nil : self }
}
