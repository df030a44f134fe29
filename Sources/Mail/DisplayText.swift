// Parts and names as text for showing; no fact of a manifest may come from here.

import Bytes

extension Part {
    /// The file name as text for showing, not yet safe for a terminal: in its RFC 2231 character set, else as a header.
    public var displayName: String? { rawName.map { shownName($0, nameCharset) } }
}

extension Attachment {
    /// The file name as text for showing, not yet safe for a terminal: in its RFC 2231 character set, else as a header.
    public var displayName: String? { rawName.map { shownName($0, nameCharset) } }
}

private func shownName(_ name: [UInt8], _ charset: [UInt8]?) -> String {
    charset.map { Charset($0).text(name) } ?? decodedHeader(name)
}

extension Message {
    /// The text of a text part for showing, not yet safe for a terminal: decoded, in its character set, HTML as plain text.
    ///
    /// No more than `limit` decoded bytes are looked at. An unknown or missing character set is taken as UTF-8 when the
    /// bytes are well-formed UTF-8, else as Windows-1252. Nil for a part that is not text.
    public func displayText(of part: Part, limit: Int = 1 << 20) -> String? {
        guard part.isLeaf, part.isType("text") else { return nil }
        var decoded: [UInt8] = []
        decode(part) { piece in
            if decoded.count < limit { decoded += piece.bytes(in: 0..<min(piece.count, limit - decoded.count)) }
        }
        let text = Charset(part.parameter("charset") ?? []).text(decoded)
        return part.mediaType == "text/html".bytes ? plainText(fromHTML: text) : text
    }
}
