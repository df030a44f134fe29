// Content-Type and Content-Disposition: media types, parameters, file names.

import Bytes
import Testing

@testable import Mail

private func part(_ header: String) -> Part { message("\(header)\n\nbody").parts[0] }

@Test(arguments: [
    ("", "text/plain"), ("Content-Type: Text/HTML", "text/html"), ("content-type:text/html;", "text/html"),
    ("Content-Type: text/html (comment)", "text/html"), ("Content-Type: (a (nested) \\) one) text/html", "text/html"),
    ("Content-Type: text/html charset=utf-8", "text/html"), ("Content-Type:\n text/html", "text/html"),
    ("Content-Type: text/html\nContent-Type: image/png", "text/html"),
])
func `the media type is that of the first Content-Type, in lower case`(header: String, type: String) {
    #expect(part(header).mediaType == type.bytes)
}

@Test(arguments: [
    "text", "text/", "/plain", "text/plain/x", "te xt/html", "\"text/html\"", ";", "text/ht[ml", "téxt/html", "*/html?",
    "application/" + String(repeating: "x", count: 128),
])
func `what is no media type is plain text and a defect`(value: String) {
    let parsed = message("\(plainHeader)Content-Type: \(value)\n\nbody")
    #expect(parsed.parts[0].mediaType == MediaType.plainText)
    #expect(parsed.defects.contains(.contentTypeMalformed))
}

@Test(arguments: [
    ("charset=utf-8", "utf-8"), ("CHARSET = \"utf-8\"", "utf-8"), ("; ;charset=utf-8;x=y", "utf-8"),
    ("x=\"a;b\"; charset=utf-8", "utf-8"), ("charset=utf-8 (comment)", "utf-8"),
    ("charset=utf-8 format=flowed", "utf-8"),
    ("junk; charset=utf-8", "utf-8"), ("(charset=no) charset=utf-8", "utf-8"),
    ("charset=\"ut\\\"f\\\\8\\x\"", "ut\"f\\8\\x"),
    ("charset=\"utf-8", "utf-8"), ("charset=", ""), ("charset=a;charset=b", "a"), ("charset=\"a\"b; x=y", "a"),
    ("charset=\"utf\n -8\"", "utf -8"), ("charset=a=b", "a=b"),
])
func `a parameter is found`(parameters: String, value: String) {
    #expect(part("Content-Type: text/plain; \(parameters)").parameter("charset") == value.bytes)
}

@Test(arguments: [
    ("attachment; filename=a.pdf", "a.pdf"), ("attachment; filename=\"a b.pdf\"", "a b.pdf"),
    ("attachment; filename=a b.pdf; size=3", "a b.pdf"), ("attachment; filename=a(1).pdf", "a(1).pdf"),
    ("attachment; filename=a.pdf (comment)", "a.pdf"), ("attachment; filename=\"C:\\temp\\a.pdf\"", "C:\\temp\\a.pdf"),
    ("attachment; filename=\"../../etc/passwd\"", "../../etc/passwd"), ("attachment; filename=\"\"", ""),
    ("attachment; filename*=utf-8''caf%C3%A9.pdf", "café.pdf"),
    ("attachment; filename*=UTF-8'fr'caf%c3%a9.pdf", "café.pdf"),
    ("attachment; filename=plain; filename*=utf-8''extended", "extended"),
    ("attachment; filename*0=one; filename*1=\" two\"; filename*2=.txt", "one two.txt"),
    ("attachment; filename*2=c; filename*1=b; filename*0=a; filename*4=e", "abc"),
    ("attachment; filename*0*=utf-8''a%20; filename*1=%20; filename*2*=%21", "a %20!"),
    ("attachment; filename*1=no; filename=yes", "yes"), ("attachment; filename*=a%zz%4", "a%zz%4"),
    ("attachment; filename*00=a; filename=yes", "yes"), ("attachment; filename*=no'quotes", "no'quotes"),
    ("attachment; filename==?utf-8?Q?caf=C3=A9?=", "=?utf-8?Q?caf=C3=A9?="),
])
func `a file name is kept raw`(disposition: String, name: String) {
    #expect(part("Content-Disposition: \(disposition)").rawName == name.bytes)
}

@Test func `a file name in 8-bit bytes is kept raw and read for showing`() {
    let parsed = Message(parsing: "Content-Disposition: attachment; filename=\"caf".bytes + [0xE9] + ".txt\"\n\n".bytes)
    #expect(parsed.attachments[0].rawName == "caf".bytes + [0xE9] + ".txt".bytes)
    #expect(parsed.attachments[0].displayName == "café.txt")
}

@Test(arguments: [
    ("filename*=iso-8859-2''%E8aj.txt", "čaj.txt"), ("filename*=koi8-r''%F0%D2%C9.txt", "При.txt"),
    ("filename*0*=utf-8''caf%C3; filename*1*=%A9", "café"), ("filename*=''caf%C3%A9", "café"),
    ("filename=\"=?utf-8?B?Y2Fmw6k=?= =?utf-8?B?LnR4dA==?=\"", "café.txt"),
    ("filename*=no-such-charset''caf%E9", "café"),
])
func `a file name is shown in its character set`(parameter: String, name: String) {
    #expect(part("Content-Disposition: attachment; \(parameter)").displayName == name)
}

@Test func `the name of Content-Type counts where there is no filename`() {
    #expect(part("Content-Type: text/plain; name=a.txt").rawName == "a.txt".bytes)
    #expect(part("Content-Type: text/plain; name=a\nContent-Disposition: attachment; filename=b").rawName == "b".bytes)
    #expect(part("Content-Type: text/plain; name*=utf-8''a\nContent-Disposition: attachment").rawName == "a".bytes)
    #expect(part("Content-Type: text/plain; filename=a").rawName == nil)
}

@Test func `disposition and Content-ID are kept`() {
    let found = part("Content-Disposition: ATTACHMENT\nContent-ID: <a\n b@c>\n")
    #expect(found.disposition == "attachment".bytes)
    #expect(found.contentID == "<a b@c>".bytes)
    #expect(part("Content-Disposition: ;filename=x").disposition == nil)
}

@Test func `more parameters than the limit are left out`() {
    let names = (0..<Limits.parameters + 5).map { "p\($0)=v" }.joined(separator: ";")
    let parsed = message("Content-Type: text/plain; \(names)\n\n")
    #expect(parsed.parts[0].parameters.count == Limits.parameters)
    #expect(parsed.defects.contains(.parametersTooMany))
}
