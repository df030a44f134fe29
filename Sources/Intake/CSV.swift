// Comma-separated values (RFC 4180), strict: quotes enclose a whole field or are no quotes.

import Bytes

/// Reads CSV whose first record names the columns.
enum CSV {
    /// The rows below the header.
    static func rows(of bytes: [UInt8]) throws(RetrievalLogError) -> [RetrievalLog.Row] {
        var reader = Reader(bytes: bytes)
        guard let header = try reader.record() else { throw RetrievalLogError(1, "no header row") }
        guard Set(header.fields).count == header.fields.count else {
            throw RetrievalLogError(header.line, "two columns of one name")
        }
        guard header.fields.contains("path".bytes) else { throw RetrievalLogError(header.line, "no column path") }
        var rows: [RetrievalLog.Row] = []
        while let record = try reader.record() {
            guard record.fields.count == header.fields.count else {
                let counts = "\(record.fields.count) fields, expected \(header.fields.count)"
                throw RetrievalLogError(record.line, counts)
            }
            let fields = zip(header.fields, record.fields).filter { !$0.1.isEmpty }
            rows.append(
                RetrievalLog.Row(line: record.line, fields: fields.map { RetrievalLog.Field(name: $0.0, value: $0.1) }))
        }
        guard !rows.isEmpty else { throw RetrievalLogError(header.line, "no line below the header") }
        return rows
    }

    private struct Reader {
        let bytes: [UInt8]
        var place = 0
        var line = 1

        private static let quote = UInt8(ascii: "\"")
        private static let comma = UInt8(ascii: ",")

        /// The next record, empty lines left out; nil at the end.
        mutating func record() throws(RetrievalLogError) -> (line: Int, fields: [[UInt8]])? {
            while takeLineEnd() {}
            guard place < bytes.count else { return nil }
            let start = line
            var fields: [[UInt8]] = []
            while true {
                fields.append(try field())
                if place == bytes.count || takeLineEnd() { return (start, fields) }
                guard bytes[place] == Self.comma else { throw RetrievalLogError(line, "a byte after a closing quote") }
                place += 1
            }
        }

        private mutating func takeLineEnd() -> Bool {
            guard place < bytes.count else { return false }
            let length = bytes[place] == ASCII.lf ? 1 : bytes[place...].starts(with: [ASCII.cr, ASCII.lf]) ? 2 : 0
            guard length > 0 else { return false }
            place += length
            line += 1
            return true
        }

        private mutating func field() throws(RetrievalLogError) -> [UInt8] {
            guard place < bytes.count, bytes[place] == Self.quote else { return try plainField() }
            place += 1
            let start = line
            var value: [UInt8] = []
            while place < bytes.count {
                let byte = bytes[place]
                place += 1
                if byte == ASCII.lf { line += 1 }
                if byte == Self.quote {
                    guard place < bytes.count, bytes[place] == Self.quote else { return value }
                    place += 1
                }
                value.append(byte)
            }
            throw RetrievalLogError(start, "a quoted field has no end")
        }

        private mutating func plainField() throws(RetrievalLogError) -> [UInt8] {
            let start = place
            while place < bytes.count, bytes[place] != Self.comma, bytes[place] != ASCII.lf {
                guard bytes[place] != Self.quote else { throw RetrievalLogError(line, "a quote within a field") }
                place += 1
            }
            if place < bytes.count, place > start, bytes[place] == ASCII.lf, bytes[place - 1] == ASCII.cr { place -= 1 }
            guard !bytes[start..<place].contains(ASCII.cr) else {
                throw RetrievalLogError(
                    line, "a CR within a field without quotes; lines end in LF or CRLF")
            }
            return Array(bytes[start..<place])
        }
    }
}
