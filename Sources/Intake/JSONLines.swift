// JSON Lines of flat objects (RFC 8259), strict, values kept as texts.

import Bytes

/// Reads lines that are JSON objects of strings, numbers and truth values; null says nothing.
enum JSONLines {
    /// The rows, blank lines left out.
    static func rows(of bytes: [UInt8]) throws(RetrievalLogError) -> [RetrievalLog.Row] {
        var rows: [RetrievalLog.Row] = []
        var number = 0
        for text in bytes.split(separator: ASCII.lf, omittingEmptySubsequences: false) {
            number += 1
            let text = Array(ASCII.trimmed(text))
            if text.isEmpty { continue }
            rows.append(RetrievalLog.Row(line: number, fields: try fields(of: text, line: number)))
        }
        return rows
    }

    /// The members that say something.
    private static func fields(of text: [UInt8], line: Int) throws(RetrievalLogError) -> [RetrievalLog.Field] {
        let object: JSONValue
        do throws(JSONError) {
            object = try JSONText.value(of: text)
        } catch {
            throw RetrievalLogError(line, "not a flat JSON object: \(error)")
        }
        guard let members = object.members else { throw RetrievalLogError(line, "not a flat JSON object") }
        var fields: [RetrievalLog.Field] = []
        for member in members {
            guard let value = Self.text(of: member.value) else {
                throw RetrievalLogError(
                    line, "not a flat JSON object: more than a value at byte \(member.value.offset)")
            }
            if !value.isEmpty { fields.append(RetrievalLog.Field(name: member.name, value: value)) }
        }
        return fields
    }

    /// A value as text; nil for an array or object.
    private static func text(of value: JSONValue) -> [UInt8]? {
        switch value.content {
        case .text(let text), .number(let text): text
        case .boolean(let isTrue): isTrue ? "true".bytes : "false".bytes
        case .null: []
        case .array, .object: nil
        }
    }
}
