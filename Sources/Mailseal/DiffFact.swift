// One manifest line as `diff` keeps it: digests and hashes instead of texts, so that large manifests fit into memory.

import Bytes
import Cryptography
import Manifest

/// A hash of texts for finding equal ones; seeded anew in each process, so that no input can be made to collide.
struct DiffHash {
    private var hasher = Hasher()

    mutating func add(_ bytes: some Collection<UInt8>) {
        hasher.combine(bytes.count)
        let isWhole: Void? = bytes.withContiguousStorageIfAvailable { buffer in
            unsafe hasher.combine(bytes: UnsafeRawBufferPointer(buffer))
        }
        if isWhole == nil { for byte in bytes { hasher.combine(byte) } }
    }

    mutating func add(_ number: Int) { hasher.combine(number) }

    /// The hash; never 0, which stands for what is absent.
    func finish() -> UInt64 { max(1, UInt64(bitPattern: Int64(hasher.finalize()))) }

    static func of(_ bytes: some Collection<UInt8>) -> UInt64 {
        var hash = DiffHash()
        hash.add(bytes)
        return hash.finish()
    }

    static func of(_ parts: [[UInt8]]) -> UInt64 {
        var hash = DiffHash()
        for part in parts { hash.add(part) }
        return hash.finish()
    }

    static func of(_ levels: [[[UInt8]]]) -> UInt64 {
        var hash = DiffHash()
        for level in levels {
            hash.add(level.count)
            for part in level { hash.add(part) }
        }
        return hash.finish()
    }
}

/// A message.
struct DiffMessageEntry {
    let leaf: UInt32
    let number: UInt32
    /// The hash of its Message-ID; 0 when it has none.
    let identity: UInt64
    /// The hash of all derived facts but signatures.
    var derived: UInt64
}

/// A place where a message stood.
struct DiffPlaceEntry {
    var message: UInt32 = 0
    let leaf: UInt32
    let source: UInt32
    /// Whether the path is that of a mailbox.
    let isInMailbox: Bool
    /// In a mailbox, the hash of path and offset; else that of the path.
    let spot: UInt64
    /// The mailbox or folder, and the file's name in it (0 in a mailbox).
    let folder: UInt64
    let base: UInt64
    /// The hash of its own retrieval, else 0.
    let retrieval: UInt64
    let mtime: Int64
    /// The hash of offset and framing.
    let frame: UInt64

    /// The hash of the path.
    var path: UInt64 { isInMailbox ? folder : spot }
}

/// A signature.
struct DiffSignatureEntry {
    var message: UInt32 = 0
    /// The number of the edition in which the line stands.
    var edition: UInt32 = 1
    let leaf: UInt32
    /// The hash of the whole line.
    let line: UInt64
    /// The first bytes of the digests of signature and key; 0 when there is none.
    let signature: UInt64
    let key: UInt64
    /// The class that it alone gives its message.
    let evidence: EvidenceClass
}

/// An input that is no mail.
struct DiffFileEntry {
    let leaf: UInt32
    let source: UInt32
    let path: UInt64
    /// The hash of its digest, or of a link's target.
    let content: UInt64
    let retrieval: UInt64
}

/// A key record.
struct DiffKeyEntry {
    let leaf: UInt32
    let name: UInt64
    let record: UInt64
}

/// One line.
enum DiffFact {
    indirect case head(HeadLine)
    indirect case source(SourceLine)
    case message(Digest, DiffMessageEntry)
    case attachment(Digest, UInt64)
    case signature(Digest, DiffSignatureEntry)
    case place(Digest, DiffPlaceEntry)
    case file(DiffFileEntry)
    case failure(leaf: UInt32, identity: UInt64)
    case container(UInt64)
    case key(DiffKeyEntry)
    case content(ContentLine)
    case other

    /// The facts of a line; throws when it is malformed, or the index leaves another room than a message calls for.
    init(_ unread: UnreadLine, in bundle: Bundle) throws {
        let leaf = UInt32(clamping: unread.leaf)
        let text = unread.statement
        switch try unread.read() {
        case .head(let line): self = .head(line)
        case .source(let line): self = .source(line)
        case .message(let line):
            try bundle.checkRoom(for: line, leaf: unread.leaf)
            self = .message(line.sha256, DiffMessageEntry(line, text, leaf))
        case .attachment(let line): self = .attachment(line.message, DiffHash.of(text))
        case .dkim(let line): self = .signature(line.message, DiffSignatureEntry(line, text, leaf))
        case .occurrence(let line): self = .place(line.message, DiffPlaceEntry(line, leaf))
        case .file(let line): self = .file(DiffFileEntry(line, leaf))
        case .failure(let line):
            self = .failure(leaf: leaf, identity: DiffHash.of((line.path?.levels ?? []) + [[line.code.bytes]]))
        case .container(let line):
            let facts = [[line.kind.bytes, "\(line.size)".bytes, line.sha256?.bytes ?? [], line.after ?? []]]
            self = .container(DiffHash.of(line.path.levels + facts))
        case .key(let line): self = .key(DiffKeyEntry(line, leaf))
        case .content(let line): self = .content(line)
        case .sourceEnd, .end, .withheld: self = .other
        }
    }
}

extension DiffMessageEntry {
    fileprivate init(_ line: MessageLine, _ text: [UInt8], _ leaf: UInt32) {
        self.leaf = leaf
        number = UInt32(clamping: line.number)
        identity = line.messageID.map { DiffHash.of($0) } ?? 0
        // The number says nothing of the message; the line starts with {"type":"message","number":N,
        let start = "{\"type\":\"message\",\"number\":".utf8.count
        derived = DiffHash.of(text[start...].drop { $0 != 0x2C })
    }
}

extension DiffPlaceEntry {
    fileprivate init(_ line: OccurrenceLine, _ leaf: UInt32) {
        self.leaf = leaf
        source = UInt32(clamping: line.source)
        isInMailbox = line.offset != nil
        let levels = line.path.levels
        if let offset = line.offset {
            spot = DiffHash.of(levels + [["\(offset)".bytes]])
            folder = DiffHash.of(levels)
            base = 0
        } else {
            spot = DiffHash.of(levels)
            folder = DiffHash.of(levels.dropLast() + [levels.last?.dropLast() ?? []])
            base = DiffHash.of(levels.last?.last ?? [])
        }
        retrieval = line.retrieved?.diffHash ?? 0
        mtime = line.mtime?.secondsSince1970 ?? .min
        frame = DiffHash.of(line.before ?? [])
    }
}

extension DiffSignatureEntry {
    fileprivate init(_ line: DKIMLine, _ text: [UInt8], _ leaf: UInt32) {
        self.leaf = leaf
        self.line = DiffHash.of(text)
        signature = line.signature.map { Self.start(of: $0) } ?? 0
        key = line.key.map { Self.start(of: $0) } ?? 0
        evidence = EvidenceClass(of: [line])
    }

    private static func start(of digest: Digest) -> UInt64 { DiffHash.of(digest.bytes) }
}

extension DiffFileEntry {
    fileprivate init(_ line: FileLine, _ leaf: UInt32) {
        self.leaf = leaf
        source = UInt32(clamping: line.source)
        path = DiffHash.of(line.offset.map { line.path.levels + [["\($0)".bytes]] } ?? line.path.levels)
        content = DiffHash.of([line.sha256?.bytes ?? [], line.target ?? []])
        retrieval = line.retrieved?.diffHash ?? 0
    }
}

extension DiffKeyEntry {
    fileprivate init(_ line: KeyLine, _ leaf: UInt32) {
        self.leaf = leaf
        name = DiffHash.of([line.selector, line.domain])
        record = DiffHash.of(line.record)
    }
}

extension Retrieval {
    /// The hash of all that is stated.
    var diffHash: UInt64 {
        DiffHash.of([at?.rfc3339 ?? [], from ?? []] + stated.flatMap { [$0.name, $0.value] })
    }
}
