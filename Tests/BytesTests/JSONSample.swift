// An object with a member of every kind, for the tests of canonical JSON.

import Bytes

/// One member of every kind that canonical JSON knows.
struct JSONSample: Equatable, Sendable {
    var text: RawText?
    var number: UInt64?
    var flag = false
    var texts: [RawText] = []
    var lists: [[RawText]] = []
    var inner: Inner?

    struct Inner: Equatable, Sendable {
        var text: RawText?
        var last: UInt64?
    }

    static let full = JSONSample(
        text: "a\"\\\u{1}é".bytes, number: 120, flag: true, texts: ["x".bytes, [0xFF]],
        lists: [["y".bytes, "".bytes], ["z".bytes]], inner: Inner(text: [0xC3], last: 7))

    static let fullText =
        #"{"a":"a\"\\\u0001é","n":120,"f":true,"t_hex":["78","ff"],"p":[["y",""],["z"]],"#
        + #""o":{"i_hex":"c3","l":7}}"#

    var bytes: [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("a", text)
        writer.add("n", number)
        writer.add("f", flag)
        writer.add("t", texts)
        writer.add("p", lists)
        writer.add(
            "o",
            object: inner.map { inner in
                var writer = CanonicalJSONWriter()
                writer.add("i", inner.text)
                writer.add("l", inner.last)
                return writer.finish()
            })
        return writer.finish()
    }

    init(
        text: RawText? = nil, number: UInt64? = nil, flag: Bool = false, texts: [RawText] = [],
        lists: [[RawText]] = [], inner: Inner? = nil
    ) {
        self.text = text
        self.number = number
        self.flag = flag
        self.texts = texts
        self.lists = lists
        self.inner = inner
    }

    init(_ bytes: [UInt8]) throws(CanonicalJSONError) {
        var reader = try CanonicalJSONReader(bytes)
        text = try reader.text("a")
        number = try reader.number("n")
        flag = try reader.flag("f")
        texts = try reader.texts("t")
        lists = try reader.textLists("p")
        inner = try reader.object("o") { (reader) throws(CanonicalJSONError) in
            Inner(text: try reader.text("i"), last: try reader.number("l"))
        }
        try reader.finish()
    }
}
