// File names for what is extracted: of our own making, with as much of the found name as every system allows.

import Bytes
import Mail
import Manifest

/// Names of extracted messages and attachments.
enum ExtractedName {
    /// The longest name in bytes that file systems agree on.
    static let limit = 255
    /// The longest file extension that is kept when a name is cut, its dot included.
    private static let extensionLimit = 16

    /// The number of a message, zero-padded.
    static func number(_ number: Int, digits: Int) -> [UInt8] {
        let text = String(number).bytes
        return [UInt8](repeating: 0x30, count: max(0, digits - text.count)) + text
    }

    /// The numbers of message and part, then the name: unique, however names differ in case or composition.
    static func attachment(_ attachment: Attachment, ofMessage number: [UInt8]) -> [UInt8] {
        let part = attachment.number.map { $0 == 0x3B ? 0x2D : $0 }
        let start = number + [0x2D] + part + [0x2D]
        let name = attachment.displayName.map(safe) ?? []
        return start + cut(name.isEmpty ? unnamed(attachment.mediaType) : name, to: limit - start.count)
    }

    /// Whether a name could be one that this layout makes.
    static func isOurs(_ name: [UInt8], _ layout: ExtractOptions.Layout) -> Bool {
        let digits = name.prefix(while: ASCII.isDigit).count
        guard digits >= 6 else { return false }
        return layout == .messages
            ? ASCII.lowercased(name[digits...]) == ".eml".bytes : name.dropFirst(digits).first == 0x2D
    }

    /// The name without what could leave the folder, hide the file, reorder its letters or trouble a system: such
    /// characters become `_`; blanks and dots at either end go.
    static func safe(_ name: String) -> [UInt8] {
        var text = String.UnicodeScalarView()
        for scalar in safeForTerminal(name).unicodeScalars {
            let isSafe =
                !"<>:\"/\\|?*\u{FFFD}".unicodeScalars.contains(scalar) && !(0x2400...0x2421).contains(scalar.value)
            text.append(isSafe ? scalar : "_")
        }
        let isTrimmed = { (byte: UInt8) in byte == 0x2E || byte == ASCII.space }
        let bytes = String(text).bytes.drop(while: isTrimmed)
        return Array(bytes.reversed().drop(while: isTrimmed).reversed())
    }

    /// What to call an attachment without a name.
    private static func unnamed(_ mediaType: [UInt8]) -> [UInt8] {
        mediaType == "message/rfc822".bytes ? "message.eml".bytes : "attachment".bytes
    }

    /// At most so many bytes of a name, its extension kept, no character cut in two.
    static func cut(_ name: [UInt8], to limit: Int) -> [UInt8] {
        guard name.count > limit else { return name }
        var ending: ArraySlice<UInt8> = []
        if let dot = name.lastIndex(of: 0x2E), name.count - dot <= extensionLimit { ending = name[dot...] }
        var end = max(0, limit - ending.count)
        while end > 0, name[end] & 0xC0 == 0x80 { end -= 1 }
        return Array(name[..<end] + ending)
    }
}
