// DKIM signatures (RFC 6376 §3.4, §3.7), by a canonicalisation of the sample's own: a fault that signing and
// verifying shared would hide in the tests.

import Bytes
import Cryptography

/// How a message is signed.
struct SignatureStyle {
    var domain: String
    var selector: String
    var key: SigningKey
    var function = HashFunction.sha256
    var relaxedHeader = true
    var relaxedBody = true
    /// Whether l= limits the signature to the body as it is when signed.
    var limitsLength = false
    /// Whether x= ends it a week later.
    var expires = false
    var date: Int

    /// The DKIM-Signature field of a message, ended by CRLF.
    func field(fields: [[UInt8]], body: [UInt8]) -> [UInt8] {
        let canonicalBody = relaxedBody ? Canonical.relaxedBody(body) : Canonical.simpleBody(body)
        let hash = RunningHash(function)
        hash.update(canonicalBody)
        let names = Self.signedNames.filter { name in fields.contains { Self.hasName($0, name) } }
        var text = "DKIM-Signature: v=1; a=\(key.algorithm)-\(function == .sha1 ? "sha1" : "sha256");"
        text += " c=\(relaxedHeader ? "relaxed" : "simple")/\(relaxedBody ? "relaxed" : "simple");\r\n"
        text += "\td=\(domain); s=\(selector); t=\(date);"
        if expires { text += " x=\(date + 604_800);" }
        if limitsLength { text += " l=\(canonicalBody.count);" }
        text += "\r\n\th=\(names.joined(separator: ":"));\r\n\tbh=\(Base64.encode(hash.finish()).displayText);\r\n\tb="
        var input: [UInt8] = []
        for name in names {
            guard let field = fields.last(where: { Self.hasName($0, name) }) else { continue }
            input += relaxedHeader ? Canonical.relaxedField(field) : field
        }
        let unsigned = (text + "\r\n").bytes
        input += (relaxedHeader ? Canonical.relaxedField(unsigned) : unsigned).dropLast(2)
        let signature = Base64.encode(key.sign(input, function)).displayText
        return (text + Self.folded(signature) + "\r\n").bytes
    }

    private static let signedNames = [
        "from", "to", "cc", "reply-to", "subject", "date", "message-id", "mime-version", "content-type",
        "content-transfer-encoding", "in-reply-to", "references",
    ]

    private static func hasName(_ field: [UInt8], _ name: String) -> Bool {
        field.count > name.utf8.count && field[name.utf8.count] == 0x3A
            && ASCII.equalIgnoringCase(field.prefix(name.utf8.count), name.utf8)
    }

    private static func folded(_ text: String) -> String {
        var rest = text[...]
        var lines: [String] = []
        while !rest.isEmpty {
            lines.append(String(rest.prefix(70)))
            rest = rest.dropFirst(70)
        }
        return lines.joined(separator: "\r\n\t ")
    }
}

/// The canonical forms of what the sample writes: CRLF line ends and well-formed fields only.
enum Canonical {
    /// The body without empty lines at its end, and with a last line end (RFC 6376 §3.4.3).
    static func simpleBody(_ body: [UInt8]) -> [UInt8] {
        var end = body.count
        while end >= 4, body[end - 1] == ASCII.lf, body[end - 3] == ASCII.lf, body[end - 2] == ASCII.cr { end -= 2 }
        let kept = Array(body[..<end])
        return kept.last == ASCII.lf ? kept : kept + [ASCII.cr, ASCII.lf]
    }

    /// The body with runs of blanks made one space, none before a line end, no empty lines at its end (§3.4.4).
    static func relaxedBody(_ body: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(body.count + 2)
        var emptyLines = 0
        let lines = body.split(separator: ASCII.lf, omittingEmptySubsequences: false)
        for line in lines.dropLast(body.last == ASCII.lf ? 1 : 0) {
            var end = line.endIndex
            if end > line.startIndex, line[end - 1] == ASCII.cr { end -= 1 }
            while end > line.startIndex, ASCII.isBlank(line[end - 1]) { end -= 1 }
            if end == line.startIndex {
                emptyLines += 1
                continue
            }
            for _ in 0..<emptyLines { out += [ASCII.cr, ASCII.lf] }
            emptyLines = 0
            appendReduced(line[..<end], to: &out)
            out.append(ASCII.cr)
            out.append(ASCII.lf)
        }
        return out
    }

    /// The field with its name in lower case, unfolded, runs of blanks made one space (§3.4.2).
    static func relaxedField(_ field: [UInt8]) -> [UInt8] {
        let colon = field.firstIndex(of: 0x3A) ?? field.endIndex
        let value = field[colon...].dropFirst().filter { $0 != ASCII.cr && $0 != ASCII.lf }
        var out = ASCII.lowercased(field[..<colon]) + [0x3A]
        appendReduced(ASCII.trimmed(value[...]), to: &out)
        return out + [ASCII.cr, ASCII.lf]
    }

    /// Appends runs between blanks whole; most lines have no blank to change.
    private static func appendReduced(_ line: ArraySlice<UInt8>, to out: inout [UInt8]) {
        var start = line.startIndex
        for place in line.indices where ASCII.isBlank(line[place]) {
            let follows = place > line.startIndex && ASCII.isBlank(line[place - 1])
            if !follows && line[place] == ASCII.space { continue }
            out += line[start..<place]
            if !follows { out.append(ASCII.space) }
            start = place + 1
        }
        out += line[start...]
    }
}
