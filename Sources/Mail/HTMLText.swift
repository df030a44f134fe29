// HTML as plain text for showing: nothing of it is run, fetched or laid out.

import Bytes

/// HTML as plain text, not yet safe for a terminal.
///
/// Tags and comments are dropped, and so is all that stands in `script`, `style`, `title`, `template` and the like. Runs
/// of white space become one space, except in `pre`; block elements start a line, `p` and headings leave an empty one,
/// `li` gets a dash, table cells a tab. Numeric references and common named ones are resolved. Linear in time.
public func plainText(fromHTML html: String) -> String {
    var renderer = HTMLRenderer(Array(html.utf8))
    renderer.run()
    return renderer.text
}

private struct HTMLRenderer {
    private let html: [UInt8]
    private var place = 0
    private var output: [UInt8] = []
    /// White space that counts only when more text follows on the line.
    private var hasBlank = false
    private var preDepth = 0

    init(_ html: [UInt8]) { self.html = html }

    var text: String { ASCII.trimmed(output[...]).displayText }

    mutating func run() {
        while place < html.count {
            switch html[place] {
            case 0x3C: readMarkup()
            case 0x26: readReference()
            default: readText()
            }
        }
    }

    private mutating func readText() {
        let byte = html[place]
        place += 1
        if preDepth == 0, ASCII.isWhiteSpace(byte) || byte == 0x0C {
            hasBlank = true
        } else {
            startText()
            output.append(byte)
        }
    }

    private mutating func startText() {
        if hasBlank, let last = output.last, !ASCII.isWhiteSpace(last) { output.append(ASCII.space) }
        hasBlank = false
    }

    private mutating func append(_ bytes: [UInt8]) {
        startText()
        output += bytes
    }

    /// Ends the line, and leaves `count - 1` empty ones.
    private mutating func breakLine(_ count: Int) {
        hasBlank = false
        guard !output.isEmpty else { return }
        let present = output.suffix(count).reversed().prefix { $0 == ASCII.lf }.count
        output += [UInt8](repeating: ASCII.lf, count: count - present)
    }

    private mutating func readMarkup() {
        let next = place + 1 < html.count ? html[place + 1] : 0
        if html[place...].starts(with: "<!--".utf8) {
            place = end(of: "-->", from: place + 4)
        } else if ASCII.isLetter(next) || next == 0x2F {
            readTag()
        } else if next == 0x21 || next == 0x3F {
            place = end(of: ">", from: place + 2)
        } else {
            append([0x3C])
            place += 1
        }
    }

    private mutating func readTag() {
        let isClosing = html[place + 1] == 0x2F
        let start = place + (isClosing ? 2 : 1)
        var end = start
        while end < html.count, ASCII.isLetter(html[end]) || ASCII.isDigit(html[end]) { end += 1 }
        let name = end - start <= 16 ? ASCII.lowercased(html[start..<end]).displayText : ""
        place = endOfTag(from: end)
        if !isClosing, Self.dropped.contains(name) {
            skipElement(name)
        } else {
            render(name, isClosing: isClosing)
        }
    }

    private mutating func render(_ name: String, isClosing: Bool) {
        switch name {
        case "br": append([ASCII.lf])
        case "pre":
            preDepth = max(0, preDepth + (isClosing ? -1 : 1))
            breakLine(2)
        case "li" where !isClosing:
            breakLine(1)
            append("- ".bytes)
        case "td", "th": if isClosing { append([ASCII.tab]) }
        case _ where Self.paragraphs.contains(name): breakLine(2)
        case _ where Self.blocks.contains(name): breakLine(1)
        default: break
        }
    }

    /// Passes over a tag; a `>` in a quoted attribute does not end it.
    private func endOfTag(from start: Int) -> Int {
        var end = start
        var quote: UInt8?
        while end < html.count {
            let byte = html[end]
            end += 1
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == 0x3E {
                return end
            } else if byte == 0x22 || byte == 0x27, html[end - 2] == 0x3D {
                quote = byte
            }
        }
        return end
    }

    /// Passes over an element's content and its closing tag, or to the end.
    private mutating func skipElement(_ name: String) {
        let wanted = "</".bytes + name.bytes
        while let open = html.span.firstIndex(of: 0x3C, in: place..<html.count) {
            place = open + 1
            if ASCII.equalIgnoringCase(html[open...].prefix(wanted.count), wanted) {
                place = endOfTag(from: open + wanted.count)
                return
            }
        }
        place = html.count
    }

    /// The place after the first occurrence of a mark, or the end.
    private func end(of mark: String, from start: Int) -> Int {
        let mark = mark.bytes
        var place = start
        while place + mark.count <= html.count {
            if html[place] == mark[0], html[place..<place + mark.count].elementsEqual(mark) {
                return place + mark.count
            }
            place += 1
        }
        return html.count
    }

    private mutating func readReference() {
        let name = html[(place + 1)...].prefix(10).prefix { $0 != 0x3B && $0 != 0x26 && $0 > ASCII.space }
        guard let scalar = HTMLReference.scalar(name) else {
            append([0x26])
            place += 1
            return
        }
        place = name.endIndex
        if place < html.count, html[place] == 0x3B { place += 1 }
        append(scalar == "\u{A0}" ? [ASCII.space] : Array(String(scalar).utf8))
    }

    private static let dropped: Set<String> = [
        "script", "style", "title", "template", "noscript", "iframe", "object", "svg", "math", "textarea", "select",
    ]
    private static let paragraphs: Set<String> = [
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "dl", "table", "hr",
    ]
    private static let blocks: Set<String> = [
        "div", "tr", "section", "article", "header", "footer", "dt", "dd", "address", "center", "form", "fieldset",
        "figure", "main", "nav", "body", "html", "head", "li", "caption", "tbody", "thead",
    ]
}

/// Character references of HTML.
private enum HTMLReference {
    /// The character of `#233`, `#xE9` or `eacute`; nil when there is none.
    static func scalar(_ name: ArraySlice<UInt8>) -> Unicode.Scalar? {
        guard name.first == 0x23 else { return named[name.displayText] }
        let isHexadecimal = name.dropFirst().first.map { $0 | 0x20 == 0x78 } ?? false
        let digits = name.dropFirst(isHexadecimal ? 2 : 1)
        guard !digits.isEmpty, let value = UInt32(digits.displayText, radix: isHexadecimal ? 16 : 10), value > 0 else {
            return nil
        }
        // Numbers of the C1 range are meant as Windows-1252, as HTML says.
        if value < 0x100 { return Windows1252.text([UInt8(value)]).unicodeScalars.first }
        return Unicode.Scalar(value)
    }

    private static let latin1 = """
        nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute \
        micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring \
        AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml \
        times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil \
        egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash \
        ugrave uacute ucirc uuml yacute thorn yuml
        """

    private static let named: [String: Unicode.Scalar] = {
        var table: [String: Unicode.Scalar] = [
            "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "ndash": "–", "mdash": "—", "lsquo": "‘",
            "rsquo": "’", "sbquo": "‚", "ldquo": "“", "rdquo": "”", "bdquo": "„", "bull": "•", "hellip": "…",
            "euro": "€", "trade": "™", "lsaquo": "‹", "rsaquo": "›", "OElig": "Œ", "oelig": "œ", "Scaron": "Š",
            "scaron": "š", "Yuml": "Ÿ", "rarr": "→", "larr": "←", "ensp": "\u{2002}", "emsp": "\u{2003}",
            "thinsp": "\u{2009}", "zwnj": "\u{200C}", "zwj": "\u{200D}", "dagger": "†", "permil": "‰",
        ]
        for (index, name) in latin1.split(separator: " ").enumerated() {
            table[String(name)] = Unicode.Scalar(UInt8(0xA0 + index))
        }
        return table
    }()
}
