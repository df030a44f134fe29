// The truth file: one JSON line for each message.

import Bytes
import Cryptography

extension SampleMessage {
    /// The message's line of the truth file, ended by LF: a JSON object, keys in a fixed order, absent facts left out.
    ///
    /// `ordinal` is its place in its mailbox, from 1. A path that is not UTF-8 stands as `path_hex`.
    func truthLine(digest: Digest, ordinal: Int?) -> [UInt8] {
        var members: [String] = []
        func add(_ key: String, _ value: String) { members.append("\"\(key)\":\(value)") }
        if let text = String(validating: path, as: UTF8.self) {
            add("path", Self.quoted(text))
        } else {
            add("path_hex", Self.quoted(Hexadecimal.encode(path).displayText))
        }
        if let ordinal { add("ordinal", String(ordinal)) }
        add("sha256", Self.quoted(digest.description))
        add("size", String(bytes.count))
        if let identifier = truth.messageID { add("message_id", Self.quoted(identifier)) }
        add("date", Self.quoted(Moment(seconds: truth.date, zone: 0).timestamp))
        add("dkim", Self.quoted(truth.dkim.rawValue))
        add("signatures", String(truth.signatureCount))
        let files = truth.attachments.map { file in
            let digest = Self.quoted(file.digest.description)
            return "{\"name\":\(Self.quoted(file.name)),\"size\":\(file.size),\"sha256\":\(digest)}"
        }
        add("attachments", "[" + files.joined(separator: ",") + "]")
        add("forwarded", String(truth.forwardedCount))
        add("flaws", "[" + truth.flaws.map { Self.quoted($0.rawValue) }.joined(separator: ",") + "]")
        if let other = truth.duplicateOf { add("duplicate_of", String(other)) }
        if quotedLines > 0 { add("quoted_lines", String(quotedLines)) }
        return ("{" + members.joined(separator: ",") + "}\n").bytes
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
        return "\"\(escaped)\""
    }
}
