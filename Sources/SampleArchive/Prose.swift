// Text that reads and compresses like French mail: sentences, quoted answers, newsletters in HTML.

import Bytes

enum Prose {
    /// At least so many bytes of UTF-8 text in lines of about 72 characters, ended by CRLF.
    ///
    /// A shorter text from the same random numbers is the beginning of a longer one.
    static func paragraphs(_ random: inout RandomSource, atLeast size: Int) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(size + 400)
        repeat {
            if random.chance(12) { text += "From ".bytes }
            for _ in 0..<random.within(2...5) { appendSentence(&random, to: &text) }
            wrapLastParagraph(&text)
            text += "\r\n\r\n".bytes
        } while text.count < size
        return text
    }

    /// A sentence of 6 to 20 words, followed by a space.
    static func appendSentence(_ random: inout RandomSource, to text: inout [UInt8]) {
        let start = text.count
        for _ in 0..<random.within(6...20) { text += Vocabulary.words.word(random.next()) }
        if ASCII.isLetter(text[start]) { text[start] &= 0xDF }
        text[text.count - 1] = random.chance(100) ? 0x3F : 0x2E
        text.append(ASCII.space)
    }

    /// Turns spaces of the text after its last empty line into line ends.
    private static func wrapLastParagraph(_ text: inout [UInt8]) {
        while text.last == ASCII.space { text.removeLast() }
        var start = text.count
        while start > 0, text[start - 1] != ASCII.lf { start -= 1 }
        let paragraph = Array(text[start...])
        text.removeSubrange(start...)
        var from = 0
        while paragraph.count - from > 76 {
            var space = from + 72
            while space > from, paragraph[space] != ASCII.space { space -= 1 }
            guard space > from else { break }
            text += paragraph[from..<space]
            text += [ASCII.cr, ASCII.lf]
            from = space + 1
        }
        text += paragraph[from...]
    }

    /// The text with `> ` before each line.
    static func quoted(_ text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.count + text.count / 20)
        for line in text.split(separator: ASCII.lf, omittingEmptySubsequences: true) {
            out += "> ".bytes
            out += line
            out.append(ASCII.lf)
        }
        return out
    }

    /// A newsletter of at least so many bytes: a table with links, pictures and text, UTF-8, lines ended by CRLF.
    static func newsletter(_ random: inout RandomSource, atLeast size: Int) -> [UInt8] {
        var page: [UInt8] = []
        page.reserveCapacity(size + 1500)
        page += head
        repeat {
            let link = random.hexadecimal(24)
            page +=
                "<tr><td style=\"padding:12px 24px;font-family:Arial,sans-serif;font-size:14px\">\r\n<a href=\"".bytes
            page += "https://\(Vocabulary.newsletterDomain)/c/".bytes + link
            page += "\"><img src=\"https://\(Vocabulary.newsletterDomain)/i/".bytes + link.prefix(10)
            page += ".png\" width=\"560\" alt=\"\" border=\"0\"></a>\r\n<p style=\"margin:0 0 1em\">".bytes
            for _ in 0..<random.within(2...6) {
                appendSentence(&random, to: &page)
                page += [ASCII.cr, ASCII.lf]
            }
            page += "</p></td></tr>\r\n".bytes
        } while page.count < size
        return page + "</table></body></html>\r\n".bytes
    }

    private static let head = """
        <!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN">\r
        <html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r
        <style type="text/css">a{color:#0a5c8c} td{vertical-align:top} @media screen{table{width:100%}}</style>\r
        </head><body bgcolor="#f4f4f4"><table width="600" align="center" cellpadding="0" cellspacing="0">\r

        """.bytes
}
