// Repairs in words: what was undone, how much of it, and where.

import Bytes
import Manifest

extension DKIMLine {
    /// The changes of content that were undone, in few words.
    func undone(in message: [UInt8]) -> String {
        repairs.filter { !$0.isOfStorage }.map { $0.summary(in: message, isEncoded: isDecoded) }.joined(separator: "; ")
    }

    /// What was undone, each with its code and the bytes of the stored message that it is about.
    func repairTexts(in message: [UInt8]) -> [String] {
        repairs.map { repair in
            let words = "\(repair.summary(in: message, isEncoded: isDecoded)) (\(safeForTerminal(repair.name)))"
            guard let first = repair.edits.first else { return words }
            let pieces = repair.edits.count > 1 ? " in \(Quantity.count(repair.edits.count, "piece"))" : ""
            let length = Quantity.count(repair.length, "byte")
            return "\(words), \(length)\(pieces) from byte \(Quantity.grouped(first.lowerBound))"
        }
    }

    /// Whether the text was decoded, so that what was left out of it stands encoded in the message.
    private var isDecoded: Bool {
        repairs.contains { $0.name == "base64-to-8bit" || $0.name == "quoted-printable-to-8bit" }
    }
}

extension DKIMLine.Repair {
    fileprivate func summary(in message: [UInt8], isEncoded: Bool) -> String {
        switch name {
        case "line-ends": "lines that end in LF, not CRLF"
        case "mboxrd-quoting", "mboxo-quoting", "mixed-quoting":
            "a mailbox's > before \(Quantity.count(edits.count, "line"))"
        case "list-footer": "a list's footer of \(amount(in: message, isEncoded: isEncoded))"
        case "banner": "a scanner's or gateway's banner of \(amount(in: message, isEncoded: isEncoded))"
        case "subject-tag": "the tag \(tag(in: message)) before the subject"
        case "content-fields": "the change of Content fields"
        case "quoted-printable-to-8bit": "the change to quoted-printable"
        case "base64-to-8bit": "the change to base64"
        case "8bit-to-quoted-printable": "the change from quoted-printable"
        case "8bit-to-base64": "the change from base64"
        default: "an unknown change"
        }
    }

    /// Whether it says how the file was kept only.
    fileprivate var isOfStorage: Bool {
        ["line-ends", "mboxrd-quoting", "mboxo-quoting", "mixed-quoting"].contains(name)
    }

    fileprivate var length: Int { edits.reduce(0) { $0 + $1.count } }

    /// How much is left out: lines with something in them, or bytes where the lines are encoded.
    private func amount(in message: [UInt8], isEncoded: Bool) -> String {
        guard !isEncoded else { return Quantity.count(length, "encoded byte") }
        let lines = edits.reduce(0) { count, edit in
            let left = bytes(edit, of: message).split(separator: ASCII.lf)
            return count + left.count { !$0.allSatisfy(ASCII.isWhiteSpace) }
        }
        return Quantity.count(lines, "line")
    }

    private func tag(in message: [UInt8]) -> String {
        let tag = edits.flatMap { bytes($0, of: message) }
        return safeForTerminal(ASCII.trimmed(tag[...]).prefix(80).displayText)
    }

    /// What was recorded may lie outside the message.
    private func bytes(_ edit: Range<Int>, of message: [UInt8]) -> ArraySlice<UInt8> {
        message[edit.clamped(to: message.indices)]
    }
}
