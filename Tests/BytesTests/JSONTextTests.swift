import Testing

@testable import Bytes

private func value(_ text: String) throws(JSONError) -> JSONValue { try JSONText.value(of: text.bytes) }

@Suite struct JSONTextTests {
    @Test func `a document gives its values in their order`() throws {
        let found = try value(
            " {\"a\" : [1, -0.5e+3, \"x\\n\"], \"b\":{\"c\":null}, \"d\":true,\"e\":false, \"\":[] }\r\n\t ")
        #expect(found["a"]?.elements?.map(\.integer) == [1, nil, nil])
        #expect(found["a"]?.elements?[1].content == .number("-0.5e+3".bytes))
        #expect(found["a"]?.elements?[2].text == "x\n".bytes)
        #expect(found["b"]?["c"]?.isNull == true)
        #expect(found["d"]?.isTrue == true && found["e"]?.isTrue == false)
        #expect(found[""]?.elements == [] && found["f"] == nil)
        #expect(found.members?.map(\.name.displayText) == ["a", "b", "d", "e", ""])
        #expect(found.offset == 1 && found["b"]?.offset == 33)
    }

    @Test(arguments: [
        ("\"\"", ""), ("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "a\"\\/\u{8}\u{C}\n\r\t"), ("\"\\u00e9\\u20AC\"", "é€"),
        ("\"\\ud83d\\ude00\"", "😀"), ("\"\\u0000\"", "\0"), ("\"é😀\u{7F}\"", "é😀\u{7F}"),
        ("\"\\uD800\\uDC00\"", "\u{10000}"),
        ("\"\\udbff\\udfff\"", "\u{10FFFF}"),
    ])
    func `strings are unescaped`(json: String, text: String) throws {
        #expect(try value(json).text == text.bytes)
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("-1", -1), ("9223372036854775807", .max), ("-9223372036854775808", .min),
    ])
    func `whole numbers are read`(json: String, number: Int64) throws {
        #expect(try value(json).integer == number)
    }

    @Test(arguments: ["1.0", "1e2", "9223372036854775808", "true", "\"1\""])
    func `what is no whole number of 64 bits is none`(json: String) throws {
        #expect(try value(json).integer == nil)
    }

    @Test(arguments: [
        ("", 0), (" ", 1), ("nul", 3), ("nulL", 3), ("tru", 3), ("01", 1), ("-", 1), ("+1", 0), (".5", 0), ("1.", 2),
        ("1e", 2),
        ("1e+", 3), ("0x1", 1), ("NaN", 0), ("[1,]", 3), ("[,1]", 1), ("[1 2]", 3), ("[1", 2), ("{\"a\":1,}", 7),
        ("{a:1}", 1),
        ("{\"a\" 1}", 5), ("{\"a\":}", 5), ("{\"a\":1 \"b\":2}", 7), ("{1:2}", 1), ("[1]]", 3), ("1 2", 2), ("'a'", 0),
        ("\"a", 2),
        ("\"a\nb\"", 2), ("\"\\x\"", 1), ("\"\\u12\"", 1), ("\"\\u12g4\"", 1), ("\"\\", 1), ("\"\\ud800\"", 1),
        ("\"\\udc00\"", 1), ("\"\\ud800\\u0041\"", 1), ("\"\\ud800\\ud800\"", 1), ("/**/1", 0), ("\u{FEFF}1", 0),
        ("{\"a\":1,\"a\":2}", 7), ("{\"a\":1,\"\\u0061\":2}", 7), ("1\0", 1),
    ])
    func `what the RFC does not allow is refused where it stands`(json: String, offset: Int) {
        #expect { try JSONText.value(of: json.bytes) } throws: { ($0 as? JSONError)?.offset == offset }
    }

    @Test func `bytes that are no UTF-8 are refused`() {
        for (bytes, offset) in [
            ([0x22, 0xFF, 0x22], 1), ([0x22, 0xC3], 1), ([0x22, 0x61, 0xED, 0xA0, 0x80, 0x22], 2),
        ]
            as [([UInt8], Int)]
        {
            #expect { try JSONText.value(of: bytes) } throws: { ($0 as? JSONError)?.offset == offset }
        }
    }

    @Test func `the depth has a limit`() throws {
        func nested(_ depth: Int, _ start: String, _ end: String) -> String {
            String(repeating: start, count: depth) + "1" + String(repeating: end, count: depth)
        }
        for (start, end) in [("[", "]"), ("{\"a\":", "}")] {
            _ = try value(nested(JSONText.depthLimit, start, end))
            #expect(throws: JSONError.self) { try value(nested(JSONText.depthLimit + 1, start, end)) }
        }
        #expect(throws: JSONError.self) { try value(String(repeating: "[", count: 1_000_000)) }
        var items = 0
        try JSONText.forEachItem(of: nested(JSONText.depthLimit, "[", "]").bytes) { _ in items += 1 }
        #expect(throws: JSONError.self) {
            try JSONText.forEachItem(of: nested(JSONText.depthLimit + 1, "[", "]").bytes) { _ in items += 1 }
        }
        #expect(items == 1)
    }

    @Test func `the elements of an array come one by one, up to a fault`() throws {
        func items(_ text: String) -> (texts: [String], error: JSONError?) {
            var texts: [String] = []
            do throws(JSONError) {
                try JSONText.forEachItem(of: text.bytes) { texts.append($0.text?.displayText ?? "\($0.integer ?? -1)") }
            } catch {
                return (texts, error)
            }
            return (texts, nil)
        }
        #expect(items(" [ \"a\", 2 ] ") == (["a", "2"], nil))
        #expect(items("[]") == ([], nil))
        #expect(items("\"a\"") == (["a"], nil))
        #expect(items("[1, 2, x]").texts == ["1", "2"])
        #expect(items("[1, 2, x]").error?.offset == 7)
        #expect(items("[1] 2") == (["1"], JSONError(offset: 4, expected: "the end")))
        #expect(items("[1, 2").error?.description == "expected a comma or ] at byte 5")
    }

    @Test func `a large object is read in one pass`() throws {
        let members = (0..<3_000).map { "\"k\($0)\":[\"\(String(repeating: "\\u00e9", count: 5))\"]" }
        let found = try value("{" + members.joined(separator: ",") + "}")
        #expect(found.members?.count == 3_000 && found["k2999"]?.elements?.first?.text == "ééééé".bytes)
    }
}
