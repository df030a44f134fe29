// One full and one smallest example of every kind of line, with its text.

import Bytes
import Cryptography
import Manifest
import Testing

/// Something to hash, by name: the same name gives the same digest.
func digest(_ name: String) -> Digest { Digest(hashing: name.bytes) }

/// A place of components separated by `/`, one text for each level.
func path(_ levels: String...) -> SourcePath {
    SourcePath(levels: levels.map { $0.bytes.split(separator: 0x2F).map(Array.init) })
}

func time(_ text: String) -> Timestamp? { Timestamp(rfc3339: text) }

/// A line, its text, and the keys that cannot be left out.
struct LineExample: CustomTestStringConvertible {
    let line: ManifestLine
    let text: String
    let required: String
    var testDescription: String { text }

    // SHA-256 of `m`, `k`, `1` and `2`.
    static let m = "62c66a7a5dd70c3146618063c344e531e6d4b59e379808443ce962b3abd63c5a"
    static let k = "8254c329a92850f6d539dd376f4816ee2764517da5e0235514af433164480d7a"
    static let one = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
    static let two = "d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35"

    static let all = edition + sources + messages
}

extension LineExample {
    static let edition = [
        LineExample(
            line: .head(
                HeadLine(
                    format: "mailseal/0".bytes, rules: 1, name: "leak".bytes, origin: "example.org/leak".bytes,
                    edition: 1)),
            text:
                #"{"type":"head","format":"mailseal/0","rules":1,"name":"leak","origin":"example.org/leak","edition":1}"#,
            required: "format rules name origin edition"),
        LineExample(
            line: .head(
                HeadLine(
                    format: "f".bytes, rules: 2, name: "n".bytes, origin: "o".bytes, edition: 3, salted: true,
                    baggedAt: time("2017-05-05T18:00:00Z"))),
            text: #"{"type":"head","format":"f","rules":2,"name":"n","origin":"o","edition":3,"salted":true,"#
                + #""bagged_at":"2017-05-05T18:00:00Z"}"#,
            required: "format rules name origin edition"),
        LineExample(
            line: .content(ContentLine(messages: 2, root: digest("m"))),
            text: #"{"type":"content","messages":2,"root":"\#(m)"}"#, required: "messages root"),
        LineExample(
            line: .end(
                EndLine(
                    leaf: 16, sources: 1, messages: 2, attachments: 3, signatures: 4, occurrences: 5, files: 6,
                    containers: 7, failures: 8, keys: 9, bytes: 10, verified: 11, repaired: 12, qualified: 13,
                    headersOnly: 14, otherDomain: 15, notVerifying: 16, keyUnavailable: 17, unsigned: 18)),
            text:
                #"{"type":"end","leaf":16,"sources":1,"messages":2,"attachments":3,"signatures":4,"occurrences":5,"files":6,"#
                + #""containers":7,"failures":8,"keys":9,"bytes":10,"verified":11,"repaired":12,"qualified":13,"#
                + #""headers_only":14,"other_domain":15,"not_verifying":16,"key_unavailable":17,"unsigned":18}"#,
            required:
                "leaf sources messages attachments signatures occurrences files containers failures keys bytes verified "
                + "repaired qualified headers_only other_domain not_verifying key_unavailable unsigned"),
    ]

    static let sources = [
        LineExample(
            line: .source(SourceLine(id: 1, name: "mails".bytes, kind: "tree")),
            text: #"{"type":"source","id":1,"name":"mails","kind":"tree"}"#, required: "id name kind"),
        LineExample(
            line: .source(
                SourceLine(
                    id: 2, name: [0xE9], kind: "maildir",
                    retrieved: Retrieval(
                        at: time("2017-05-05T18:00:00Z"), from: "https://example.org/".bytes,
                        stated: [
                            .init(name: "tool".bytes, value: "wget".bytes), .init(name: "by".bytes, value: [0xFF]),
                        ]))),
            text: #"{"type":"source","id":2,"name_hex":"e9","kind":"maildir","retrieved":{"at":"2017-05-05T18:00:00Z","#
                + #""basis":"stated","from":"https://example.org/","stated_hex":[["6279","ff"],["746f6f6c","77676574"]]}}"#,
            required: "id name_hex kind"),
        LineExample(
            line: .file(FileLine(source: 1, path: path("link"), target: "../x".bytes)),
            text: #"{"type":"file","source":1,"path":[["link"]],"target":"../x"}"#, required: "source path"),
        LineExample(
            line: .file(
                FileLine(
                    sha256: digest("m"), size: 4_294_967_297, pieces: [digest("1"), digest("2")], source: 1,
                    path: path("a.zip", "b/c"), offset: 7, before: [0xFF], mtime: time("1969-12-31T23:59:59Z"),
                    retrieved: Retrieval(at: nil, from: nil))),
            text: #"{"type":"file","sha256":"\#(m)","size":4294967297,"pieces":["\#(one)","\#(two)"],"source":1,"#
                + #""path":[["a.zip"],["b","c"]],"offset":7,"before_hex":"ff","mtime":"1969-12-31T23:59:59Z","retrieved":{"basis":"stated"}}"#,
            required: "source path"),
        LineExample(
            line: .container(
                ContainerLine(
                    source: 1, path: path("a.zip"), kind: "zip", size: 0, sha256: nil, messages: 0, files: 0,
                    failures: 1)),
            text:
                #"{"type":"container","source":1,"path":[["a.zip"]],"kind":"zip","size":0,"messages":0,"files":0,"failures":1}"#,
            required: "source path kind size messages files failures"),
        LineExample(
            line: .container(
                ContainerLine(
                    source: 1, path: path("in/box"), kind: "mbox", readBy: "libarchive 3.6.2".bytes, size: 9,
                    sha256: digest("m"),
                    after: "\n".bytes, mtime: time("2017-05-05T18:00:00Z"), stored: true, messages: 1, files: 2,
                    failures: 3)),
            text:
                #"{"type":"container","source":1,"path":[["in","box"]],"kind":"mbox","reader":"libarchive 3.6.2","size":9,"#
                + #""sha256":"\#(m)","after":"\u000a","mtime":"2017-05-05T18:00:00Z","stored":true,"messages":1,"files":2,"failures":3}"#,
            required: "source path kind size messages files failures"),
        LineExample(
            line: .failure(FailureLine(source: 1, path: path("a.zip", "x"), code: "encrypted-member")),
            text: #"{"type":"failure","source":1,"path":[["a.zip"],["x"]],"code":"encrypted-member"}"#,
            required: "source code"),
        LineExample(
            line: .failure(FailureLine(source: 1, code: "unreadable")),
            text: #"{"type":"failure","source":1,"code":"unreadable"}"#, required: "source code"),
        LineExample(
            line: .sourceEnd(
                SourceEndLine(
                    source: 1, items: 6, messages: 1, files: 2, failures: 3,
                    bytes: .init(
                        read: 9, unpacked: 8, messages: 7, files: 6, framing: 2, containers: 1, failed: 1))),
            text: #"{"type":"source-end","source":1,"items":6,"messages":1,"files":2,"failures":3"#
                + #","bytes_read":9,"bytes_unpacked":8,"bytes_messages":7,"bytes_files":6,"bytes_framing":2"#
                + #","bytes_containers":1,"bytes_failed":1}"#,
            required: "source items messages files failures bytes_read bytes_unpacked bytes_messages bytes_files "
                + "bytes_framing bytes_containers bytes_failed"),
    ]

    static let messages = [
        LineExample(
            line: .message(MessageLine(number: 1, sha256: digest("m"), size: 0, lineEnds: "none")),
            text: #"{"type":"message","number":1,"sha256":"\#(m)","size":0,"line_ends":"none"}"#,
            required: "number sha256 size line_ends"),
        LineExample(
            line: .message(
                MessageLine(
                    number: 2, sha256: digest("m"), size: 3, lineEnds: "crlf", messageID: "<1@a>".bytes,
                    date: "d".bytes,
                    from: [0xE9], to: "t".bytes, cc: "c".bytes, subject: "=?utf-8?q?=C3=A9?= \"é\"".bytes,
                    inReplyTo: "<0@a>".bytes,
                    defects: ["a-1", "b"])),
            text:
                #"{"type":"message","number":2,"sha256":"\#(m)","size":3,"line_ends":"crlf","message_id":"<1@a>","date":"d","#
                + #""from_hex":"e9","to":"t","cc":"c","subject":"=?utf-8?q?=C3=A9?= \"é\"","in_reply_to":"<0@a>","#
                + #""defects":["a-1","b"]}"#,
            required: "number sha256 size line_ends"),
        LineExample(
            line: .attachment(
                AttachmentLine(
                    message: digest("m"), part: "1;uu2", mediaType: "text/plain".bytes, size: 0, sha256: digest("1"))),
            text:
                #"{"type":"attachment","message":"\#(m)","part":"1;uu2","media_type":"text/plain","size":0,"sha256":"\#(one)"}"#,
            required: "message part media_type size sha256"),
        LineExample(
            line: .attachment(
                AttachmentLine(
                    message: digest("m"), part: "2.10", name: [0x80], mediaType: "a/b".bytes,
                    disposition: "attachment".bytes,
                    size: 5, sha256: digest("1"))),
            text: #"{"type":"attachment","message":"\#(m)","part":"2.10","name_hex":"80","media_type":"a/b","#
                + #""disposition":"attachment","size":5,"sha256":"\#(one)"}"#,
            required: "message part media_type size sha256"),
        LineExample(
            line: .dkim(DKIMLine(message: digest("m"), index: 1, header: "no-key", body: "intact")),
            text: #"{"type":"dkim","message":"\#(m)","index":1,"header":"no-key","body":"intact"}"#,
            required: "message index header body"),
        LineExample(
            line: .dkim(
                DKIMLine(
                    message: digest("m"), index: 2, kind: "arc-seal", instance: 1, chainValidation: "none",
                    domain: "d".bytes, selector: "s".bytes,
                    algorithm: "rsa-sha256".bytes,
                    canonicalization: "relaxed/simple".bytes, identity: "@d".bytes, signedAt: 1, expiresAt: 2,
                    bodyLength: 0,
                    signed: ["From".bytes, "To".bytes], key: digest("k"), header: "valid", body: "altered", covered: 3,
                    total: 4,
                    repairs: [
                        .init(name: "line-ends"), .init(name: "mboxrd-quoting", edits: [0..<1, 1..<2, 12..<112]),
                    ],
                    uncovered: ["cc", "to"], added: ["from"], outside: ["2", "1.3", "1;uu2"], alignment: "same",
                    reservations: ["field-added"], violations: ["a", "b"], signedData: digest("1"),
                    signature: digest("2"))),
            text: #"{"type":"dkim","message":"\#(m)","index":2,"kind":"arc-seal","instance":1,"#
                + #""chain_validation":"none","domain":"d","selector":"s","algorithm":"rsa-sha256","#
                + #""canonicalization":"relaxed/simple","identity":"@d","t":1,"x":2,"l":0,"signed":["From","To"],"key":"\#(k)","#
                + #""header":"valid","body":"altered","covered":3,"total":4,"#
                + #""repairs":[["line-ends"],["mboxrd-quoting","0+1","1+1","12+100"]],"uncovered":["cc","to"],"added":["from"],"#
                + #""outside":["2","1.3","1;uu2"],"alignment":"same","reservations":["field-added"],"violations":["a","b"],"signed_data":"\#(one)","#
                + #""signature":"\#(two)"}"#,
            required: "message index header body"),
        LineExample(
            line: .occurrence(OccurrenceLine(message: digest("m"), source: 1, path: path("a.eml"))),
            text: #"{"type":"occurrence","message":"\#(m)","source":1,"path":[["a.eml"]]}"#,
            required: "message source path"),
        LineExample(
            line: .occurrence(
                OccurrenceLine(
                    message: digest("m"), source: 1, path: SourcePath(levels: [["a.zip".bytes], [[0xFF], "b".bytes]]),
                    offset: 0,
                    before: "From a\n".bytes, mtime: time("2017-05-05T18:00:00Z"),
                    retrieved: Retrieval(at: time("2018-01-01T00:00:00Z"), from: nil))),
            text:
                #"{"type":"occurrence","message":"\#(m)","source":1,"path_hex":[["612e7a6970"],["ff","62"]],"offset":0,"#
                + #""before":"From a\u000a","mtime":"2017-05-05T18:00:00Z","retrieved":{"at":"2018-01-01T00:00:00Z","#
                + #""basis":"stated"}}"#,
            required: "message source path_hex"),
        LineExample(
            line: .key(KeyLine(domain: "d".bytes, selector: "s".bytes, record: "k".bytes, basis: "file")),
            text: #"{"type":"key","domain":"d","selector":"s","record":"k","basis":"file"}"#,
            required: "domain selector record basis"),
        LineExample(
            line: .key(
                KeyLine(
                    domain: "*.d".bytes, selector: "s".bytes, record: [0xFF], basis: "passive-dns",
                    obtained: time("2026-11-22T10:00:00Z"), from: "a b".bytes, firstSeen: time("2015-06-23T00:00:00Z"),
                    lastSeen: time("2021-01-01T00:00:00Z"), dnssec: "insecure", messages: 3,
                    firstDate: time("2016-01-01T00:00:00Z"), lastDate: time("2017-01-01T00:00:00Z"))),
            text: #"{"type":"key","domain":"*.d","selector":"s","record_hex":"ff","basis":"passive-dns","#
                + #""obtained":"2026-11-22T10:00:00Z","from":"a b","first_seen":"2015-06-23T00:00:00Z","#
                + #""last_seen":"2021-01-01T00:00:00Z","dnssec":"insecure","messages":3,"#
                + #""first_date":"2016-01-01T00:00:00Z","last_date":"2017-01-01T00:00:00Z"}"#,
            required: "domain selector record_hex basis"),
    ]
}
