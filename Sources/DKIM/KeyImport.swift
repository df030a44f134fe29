// Key records as others keep them: each text is recognised by its content, and what gives no key is told.

public import Bytes

/// The key records of one text of any form that is known.
public struct KeyImport: Sendable {
    /// What a text is.
    public enum Form: String, Sendable {
        /// Lines of name and record.
        case keyFile = "key-file"
        /// A master file (RFC 1035 §5), or what tools print in its form.
        case zone
        /// The output of dig, host or nslookup.
        case lookup
        /// The JSON of a key archive: `domain`, `selector`, `value`.
        case archive
        /// mailauth's DNS cache: `{"NAME": {"TXT": [["…"]]}}`.
        case mailauth
        /// The key store of the add-on DKIM Verifier.
        case dkimVerifier = "dkim-verifier"
        /// Passive DNS in the Common Output Format.
        case passiveDNS = "passive-dns"
    }

    /// What the user states about records that do not say themselves where they are from.
    public struct Statement: Sendable {
        /// What they rest on; nil for what the form suggests.
        public var basis: KeyProvenance.Basis?
        /// The resolver, archive or publication.
        public var from: [UInt8]?
        /// When they were obtained.
        public var obtained: Timestamp?

        /// A statement.
        public init(basis: KeyProvenance.Basis? = nil, from: [UInt8]? = nil, obtained: Timestamp? = nil) {
            self.basis = basis
            self.from = from
            self.obtained = obtained
        }

        /// What is stated in the place of what the form gives.
        func applied(to provenance: KeyProvenance) -> KeyProvenance {
            var stated = provenance
            stated.basis = basis ?? provenance.basis
            stated.from = from ?? provenance.from
            stated.obtained = obtained ?? provenance.obtained
            return stated
        }
    }

    /// The keys in the order of the text.
    public private(set) var keys: [Key] = []
    /// What gives no key, and what was left out of keys, in the order of the lines.
    public private(set) var notes: [KeyFile.LineNote] = []
    /// How many records of other types and names were left aside.
    public private(set) var leftAside = 0
    /// What the text is; of several forms, the last that was seen.
    public private(set) var form = Form.keyFile
    private let statement: Statement

    /// Reads a whole text.
    ///
    /// - Parameter origin: what relative names in a zone file belong to as long as it has no `$ORIGIN`.
    public init(parsing text: [UInt8], stating statement: Statement = Statement(), origin: [UInt8]? = nil) {
        self.statement = statement
        let text = Array(ByteOrderMark.removed(from: text))
        let first = text.first { !ASCII.isWhiteSpace($0) }
        if first == 0x7B || first == 0x5B {
            readJSON(text)
        } else {
            var reader = MasterFileReader(text, origin: origin)
            reader.read()
            take(reader)
        }
        notes.sort { $0.line < $1.line }
    }

    private mutating func take(_ reader: MasterFileReader) {
        form = reader.form
        leftAside = reader.leftAside
        notes = reader.notes
        for entry in reader.entries {
            let provenances = entry.stated.isEmpty ? [statement.applied(to: reader.found(entry))] : entry.stated
            keys.append(Key(entry.name, record: entry.record, provenances: provenances))
        }
    }

    /// Adds the record of a name; neither needs to be one.
    mutating func add(_ name: KeyName?, _ record: [UInt8], _ provenance: KeyProvenance, line: Int) {
        guard let name, !name.isWildcard else { return note(.notAKeyName, line: line) }
        guard !record.isEmpty else { return note(.notARecord, line: line) }
        guard record.count <= KeyFile.recordLimit else { return note(.recordTooLong, line: line) }
        keys.append(Key(name, record: record, provenances: [statement.applied(to: provenance)]))
    }

    /// Adds what is wrong with a line.
    mutating func note(_ reason: KeyFile.Reason, line: Int) {
        notes.append(KeyFile.LineNote(line: line, reason: reason))
    }

    /// Counts a record of another type or name.
    mutating func leaveAside() { leftAside += 1 }

    /// Says what the text is.
    mutating func recognise(_ form: Form) { self.form = form }
}
