// Signed notes (C2SP signed-note): a text, an empty line, and a line for each signature.

import Bytes
import Cryptography

/// One signature line of a note.
public struct NoteSignature: Hashable, Sendable {
    /// The name and hash of the key that it claims to be made with.
    public let id: NoteKeyID
    /// The signature, not empty; 64 bytes when the key is an Ed25519 key.
    public let value: [UInt8]

    init(id: NoteKeyID, value: [UInt8]) {
        self.id = id
        self.value = value
    }

    /// Reads a line without its LF.
    init?(line: ArraySlice<UInt8>) {
        guard line.starts(with: Self.dash) else { return nil }
        let fields = line.dropFirst(Self.dash.count).split(
            separator: ASCII.space, maxSplits: 1, omittingEmptySubsequences: false)
        guard fields.count == 2, let bytes = Base64.decode(fields[1]), bytes.count > 4,
            let id = NoteKeyID(name: Array(fields[0]), hash: bigEndian(bytes.prefix(4)))
        else { return nil }
        self.init(id: id, value: Array(bytes.dropFirst(4)))
    }

    /// U+2014 and a space.
    private static let dash = "\u{2014} ".bytes

    /// The line, with its LF.
    public var line: [UInt8] {
        let hash = (0..<4).map { UInt8(truncatingIfNeeded: id.hash >> UInt32(24 - 8 * $0)) }
        return Self.dash + id.name + [ASCII.space] + Base64.encode(hash + value) + [ASCII.lf]
    }
}

/// A text and signatures of it; nothing is verified before `check`.
public struct SignedNote: Hashable, Sendable {
    /// The most bytes of a note that are read.
    public static let maximumLength = 1 << 20
    /// The most signatures of a note that are read.
    public static let maximumSignatures = 100

    /// The text, which ends in LF.
    public let text: [UInt8]
    /// The signatures in their order, one or more.
    public let signatures: [NoteSignature]

    /// A note of a text and its signatures.
    public init(text: [UInt8], signatures: [NoteSignature]) throws(MerkleTreeError) {
        guard NoteText.isNoteText(text), !signatures.isEmpty else { throw .malformedNote }
        self.text = text
        self.signatures = signatures
        guard signatures.count <= Self.maximumSignatures, bytes.count <= Self.maximumLength else { throw .noteTooLong }
    }

    /// Reads exactly the bytes that `bytes` gives.
    ///
    /// UTF-8 without control characters but LF; the last empty line ends the text. Base64 must be canonical, which Go's
    /// note package does not ask for.
    public init(parsing note: [UInt8]) throws(MerkleTreeError) {
        guard note.count <= Self.maximumLength else { throw .noteTooLong }
        guard note.last == ASCII.lf, let split = Self.lastEmptyLine(in: note), split < note.count - 1 else {
            throw .malformedNote
        }
        let text = Array(note[..<split])
        let lines = note[(split + 1)..<(note.count - 1)].split(
            separator: ASCII.lf, maxSplits: Self.maximumSignatures, omittingEmptySubsequences: false)
        guard lines.count <= Self.maximumSignatures else { throw .noteTooLong }
        let signatures = lines.compactMap(NoteSignature.init)
        guard signatures.count == lines.count, NoteText.isNoteText(text) else { throw .malformedNote }
        self.text = text
        self.signatures = signatures
    }

    /// The note as it is stored: text, empty line, signature lines.
    public var bytes: [UInt8] { text + [ASCII.lf] + signatures.flatMap(\.line) }

    /// What the note's signatures say when these keys are the ones that are known.
    public func check(with keys: [NoteVerifierKey]) -> NoteCheck {
        let known = Dictionary(grouping: Set(keys), by: \.id)
        var verified: [NoteVerifierKey] = []
        for signature in signatures {
            guard let candidates = known[signature.id] else { continue }
            guard candidates.count == 1, let key = candidates.first else { return .ambiguousKey(signature.id) }
            guard key.key.verify(signature.value, message: text) else { return .badSignature(key) }
            if !verified.contains(key) { verified.append(key) }
        }
        return verified.isEmpty ? .noKnownKey : .verified(verified)
    }

    /// The offset of the last empty line.
    private static func lastEmptyLine(in note: [UInt8]) -> Int? {
        var place = note.count - 1
        while place > 0 {
            if note[place] == ASCII.lf, note[place - 1] == ASCII.lf { return place }
            place -= 1
        }
        return nil
    }
}

/// What was found when a note was checked with the keys that are known.
public enum NoteCheck: Hashable, Sendable {
    /// Every signature of a known key verified; these keys, each once, in the order of their signatures.
    case verified([NoteVerifierKey])
    /// No signature is of a known key: the text must not be relied on.
    case noKnownKey
    /// A signature that bears the name and hash of this key is not its: the whole note is refused.
    case badSignature(NoteVerifierKey)
    /// Several different known keys have the name and hash of a signature: the note is refused.
    case ambiguousKey(NoteKeyID)
}

/// What the texts and names of notes may be.
enum NoteText {
    /// Whether the bytes are a text that ends in LF, in UTF-8, without control characters below U+0020 but LF.
    static func isNoteText(_ text: [UInt8]) -> Bool {
        text.last == ASCII.lf && text.allSatisfy { $0 >= ASCII.space || $0 == ASCII.lf }
            && String(validating: text, as: UTF8.self) != nil
    }

    /// Whether the bytes are a key name: UTF-8, not empty, without Unicode white space, control characters and `+`.
    static func isKeyName(_ name: some Collection<UInt8>) -> Bool {
        guard !name.isEmpty, let text = String(validating: name, as: UTF8.self) else { return false }
        return text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "+" && !$0.properties.isWhitespace }
    }
}
