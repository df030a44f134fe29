// Encoded words, character sets and HTML as text for showing.

import Bytes
import Testing

@testable import Mail

@Test(arguments: [
    ("", ""), ("plain", "plain"), ("=?utf-8?Q?caf=C3=A9_au_lait?=", "café au lait"), ("=?UTF-8?b?Y2Fmw6k=?=", "café"),
    ("=?iso-8859-1?q?caf=E9?= and more", "café and more"), ("a =?utf-8?Q?b?= c", "a b c"),
    // Blanks between encoded words are dropped, those beside other text are not.
    ("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"), ("=?utf-8?Q?a?=\r\n\t=?utf-8?Q?b?=", "ab"),
    ("=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"), ("=?utf-8?Q?a?= x =?utf-8?Q?b?=", "a x b"), ("=?utf-8?Q?a?= ", "a"),
    // Characters cut in two.
    ("=?utf-8?B?Y2Fmww==?= =?utf-8?B?qQ==?=", "café"), ("=?utf-8?Q?=E6=9D?= =?UTF-8?Q?=B1?=", "東"),
    ("=?iso-2022-jp?B?GyRCRWw=?= =?iso-2022-jp?B?NX4bKEI=?=", "東京"),
    ("=?iso-8859-1?Q?=E9?= =?utf-8?Q?=C3=A9?=", "éé"),
    // Many character sets.
    ("=?iso-8859-2?Q?=E8aj?=", "čaj"), ("=?koi8-r?B?8NLJ18XU?=", "Привет"), ("=?windows-1251?Q?=CF=F0?=", "Пр"),
    ("=?gb2312?B?1tDOxA==?=", "中文"), ("=?big5?B?pKSk5Q==?=", "中文"), ("=?shift_jis?B?k/qWew==?=", "日本"),
    ("=?euc-kr?B?x9GxuQ==?=", "한국"), ("=?ks_c_5601-1987?B?x9GxuQ==?=", "한국"), ("=?utf-7?Q?caf+AOk-?=", "café"),
    ("=?windows-1252?Q?=80?=", "€"), ("=?iso-8859-15?Q?=A4?=", "€"), ("=?utf-8*fr?Q?=C3=A9?=", "é"),
    ("=?x-unknown?Q?=C3=A9?=", "é"), ("=?x-unknown?Q?=E9?=", "é"), ("=?us-ascii?Q?=E9?=", "é"),
    // What is no encoded word stays.
    ("=?utf-8?X?a?=", "=?utf-8?X?a?="), ("=?utf-8?Q?a", "=?utf-8?Q?a"), ("=??Q?a?=", "=??Q?a?="), ("=?=?=?", "=?=?=?"),
    ("=?utf 8?Q?a?=", "=?utf 8?Q?a?="), ("=?utf-8?Q?a=4?=", "a=4"), ("=?utf-8?Q??=", ""),
    // Raw 8-bit bytes that are UTF-8, folded lines, quoted strings.
    ("café", "café"), ("one\r\n two", "one two"), ("\"=?utf-8?Q?=C3=A9?=\" <a@b>", "\"é\" <a@b>"),
    // Ill-formed bytes become U+FFFD.
    ("=?utf-8?Q?=FF?=", "\u{FFFD}"), ("=?shift_jis?Q?a=80?=", "a\u{FFFD}"), ("=?utf-16be?B?AGEAYg==?=", "ab"),
    ("=?utf-16be?B?AGEA?=", "a\u{FFFD}"),
])
func `a header value is read`(value: String, text: String) {
    #expect(decodedHeader(value.bytes) == text)
}

@Test func `raw bytes that are no UTF-8 are Windows-1252`() {
    #expect(decodedHeader([0x80, 0x20, 0xE9]) == "€ é")
    #expect(decodedHeader((0...255).map { UInt8($0) }).unicodeScalars.count == 255)
}

@Test(arguments: [
    "char", "wchar_t", "", "../../x", "utf-8//translit", String(repeating: "a", count: 60), "a b", "\u{1}",
])
func `a name that iconv must not see is no character set`(name: String) {
    #expect(Charset(name.bytes).text([0xE9]) == "é")
}

@Test func `all bytes in every character set give text without end`() {
    let all = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 167) }
    for name in [
        "utf-7", "iso-2022-jp", "iso-2022-kr", "iso-2022-cn", "gb18030", "big5-hkscs", "utf-16", "utf-32", "euc-tw",
        "hz",
    ] {
        let text = Charset(name.bytes).text(all)
        #expect(text.utf8.count > 100 && text.utf8.count < 6 * all.count, "\(name)")
    }
}

@Test func `a text part is shown in its character set`() {
    let parsed = message(
        "Content-Type: text/plain; charset=iso-8859-2\nContent-Transfer-Encoding: quoted-printable\n\n=E8aj\n")
    #expect(parsed.displayText(of: parsed.parts[0]) == "čaj\r\n")
    #expect(parsed.displayText(of: parsed.parts[0], limit: 1) == "č")
}

@Test func `an HTML part is shown as plain text, any other part not at all`() {
    let html = message("Content-Type: text/html; charset=utf-8\n\n<p>caf&eacute;</p>")
    #expect(html.displayText(of: html.parts[0]) == "café")
    let image = message("Content-Type: image/png\n\nx")
    #expect(image.displayText(of: image.parts[0]) == nil)
}

@Test(arguments: [
    ("", ""), ("a  b\n c", "a b c"), ("<p>one</p><p>two</p>", "one\n\ntwo"), ("a<br>b<BR/>c", "a\nb\nc"),
    ("<div>a</div><div>b</div>", "a\nb"), ("<b>bo</b>ld <i>it</i>", "bold it"), ("<ul><li>x<li>y</ul>", "- x\n- y"),
    ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\t\nc"),
    ("<pre>a  b\n c</pre>", "a  b\n c"),
    ("a<script>alert('<b>')</script>b", "ab"), ("<style>p{}</STYLE >x", "x"), ("<title>t</title>x", "x"),
    ("<script>never closed", ""), ("a<!-- <b> -- x -->b", "ab"), ("a<!--never", "a"), ("<!DOCTYPE html>x", "x"),
    ("<?php x ?>y", "y"), ("<a href=\"x>y\" title='>'>link</a>", "link"), ("<a href=\"never closed>x", ""),
    ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2"), ("&lt;b&gt; &amp;amp; &quot;&#39;&apos;", "<b> &amp; \"''"),
    ("&eacute;&Eacute;&szlig;&euro;&hellip;", "éÉß€…"), ("&#233;&#xE9;&#XE9;", "ééé"), ("&#128;", "€"),
    ("&eacute", "é"),
    ("&nope;&#;&#x;&#xD800;&#1114112;&#0;", "&nope;&#;&#x;&#xD800;&#1114112;&#0;"), ("a&nbsp;b", "a b"), ("<", "<"),
    ("</", ""),
    ("<x", ""), ("&", "&"), ("Zürich 東京", "Zürich 東京"),
])
func `HTML is shown as plain text`(html: String, text: String) {
    #expect(plainText(fromHTML: html) == text)
}
