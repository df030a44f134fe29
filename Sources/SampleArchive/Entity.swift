// MIME entities put together: text in its encodings, multiparts, attachments (RFC 2045, 2046, 2183).

import Bytes

/// A body part, or the body of a message.
struct Entity {
    /// Its Content fields, each ended by CRLF.
    let fields: [[UInt8]]
    /// What follows the empty line.
    var content: [UInt8]

    private init(_ fields: [String], _ content: [UInt8]) {
        self.init(fields.map { ($0 + "\r\n").bytes }, content)
    }

    private init(_ fields: [[UInt8]], _ content: [UInt8]) {
        self.fields = fields
        self.content = content
    }

    /// How text is stored.
    enum TextForm: Int { case latin1Quoted, utf8Quoted, utf8, latin1, utf8Base64 }

    /// Text of a subtype such as `plain`, given as UTF-8 with CRLF line ends.
    static func text(_ text: [UInt8], _ subtype: String, _ form: TextForm) -> Entity {
        let (charset, encoding) =
            switch form {
            case .latin1Quoted: ("iso-8859-1", "quoted-printable")
            case .utf8Quoted: ("utf-8", "quoted-printable")
            case .utf8: ("utf-8", "8bit")
            case .latin1: ("ISO-8859-1", "8bit")
            case .utf8Base64: ("UTF-8", "base64")
            }
        let content =
            switch form {
            case .latin1Quoted: TransferEncoding.quotedPrintable(TransferEncoding.latin1(text))
            case .utf8Quoted: TransferEncoding.quotedPrintable(text)
            case .utf8: text
            case .latin1: TransferEncoding.latin1(text)
            case .utf8Base64: TransferEncoding.base64Lines(text)
            }
        return Entity(
            ["Content-Type: text/\(subtype); charset=\(charset)", "Content-Transfer-Encoding: \(encoding)"], content)
    }

    /// A calendar invitation (RFC 5546).
    static func invitation(_ lines: [String]) -> Entity {
        Entity(
            ["Content-Type: text/calendar; charset=utf-8; method=REQUEST", "Content-Transfer-Encoding: 8bit"],
            lines.flatMap { ($0 + "\r\n").bytes })
    }

    /// A file in base64.
    static func attachment(_ file: AttachedFile, extendedName: Bool) -> Entity {
        func field(_ text: String, _ parameter: String) -> [UInt8] {
            "\(text);\r\n ".bytes + HeaderText.fileName(parameter, file.name, extended: extendedName) + "\r\n".bytes
        }
        let fields = [
            field("Content-Type: \(file.mediaType)", "name"), "Content-Transfer-Encoding: base64\r\n".bytes,
            field("Content-Disposition: attachment", "filename"),
        ]
        return Entity(fields, TransferEncoding.base64Lines(file.content))
    }

    /// A whole message as an attachment (RFC 2046 §5.2.1).
    static func message(_ bytes: [UInt8]) -> Entity {
        Entity(["Content-Type: message/rfc822", "Content-Disposition: attachment"], bytes)
    }

    /// The parts with a boundary between them; `closed` is false to leave the last boundary away.
    static func multipart(_ subtype: String, boundary: String, _ parts: [Entity], closed: Bool = true) -> Entity {
        let line = "\r\n--\(boundary)".bytes
        var content: [UInt8] = []
        content.reserveCapacity(parts.reduce(100) { $0 + $1.content.count + 600 })
        content += "This is a multi-part message in MIME format.\r\n".bytes
        for part in parts {
            content += line
            content += [ASCII.cr, ASCII.lf]
            for field in part.fields { content += field }
            content += [ASCII.cr, ASCII.lf]
            content += part.content
        }
        if closed { content += line + "--\r\n".bytes }
        return Entity(["Content-Type: multipart/\(subtype);\r\n boundary=\"\(boundary)\""], content)
    }
}
