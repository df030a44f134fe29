import Bytes
import Testing

@testable import MailsealCommand

@Suite struct ColumnsTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("ﾊﾝ", 2), ("한국", 4), ("👍", 2), ("a\u{AD}b", 2),
        ("ＡＢ", 4), ("\u{200D}", 0), ("…", 1), ("Ω", 1),
    ])
    func `a text has the width that terminals give it`(text: String, columns: Int) {
        #expect(Columns.width(of: text) == columns)
    }

    @Test(arguments: ["", "plain text", "日本語のメール", "e\u{301}te\u{301} a\u{300}", "mixed 日本 text", "👍👍👍"])
    func `a text is cut and padded to exactly the columns asked for`(text: String) {
        for columns in 0...20 {
            #expect(Columns.width(of: Columns.fit(text, columns)) == columns, "\(columns)")
            let cut = Columns.cut(text, columns)
            #expect(Columns.width(of: cut) <= columns)
            #expect(cut == text || cut.isEmpty || (cut.hasSuffix("…") && text.hasPrefix(cut.dropLast())))
        }
    }

    @Test func `no piece of a wrapped line is wider than asked for, starts at the line's start, or loses anything`() {
        let texts = [
            "  a few words that are to be broken at blanks", "  " + String(repeating: "x", count: 100),
            "    日本語 のメール " + "長い行",
            "no indent at all here",
        ]
        for text in texts {
            for columns in 8...50 {
                let lines = Columns.wrap(text, columns)
                #expect(lines.allSatisfy { Columns.width(of: $0) <= columns })
                #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("  ") })
                #expect(lines.joined().filter { $0 != " " } == text.filter { $0 != " " })
            }
        }
        #expect(Columns.wrap(texts[0], 0) == [texts[0]])
    }
}

@Suite struct FilterArgumentTests {
    @Test(arguments: [
        ("17", [17...17]), ("1-20,40-", [1...20, 40...Int.max]), ("5-5", [5...5]), ("", nil), ("0", nil), ("5-4", nil),
        ("-5", nil), ("1,,2", nil), ("1-2-3", nil), ("+1", nil), ("x", nil),
    ])
    func `numbers are ranges joined by commas`(text: String, ranges: [ClosedRange<Int>]?) {
        #expect(NumbersArgument(argument: text)?.ranges == ranges)
    }

    @Test func `a day is its start in UTC`() {
        #expect(DayArgument(argument: "2017-05-06")?.time.description == "2017-05-06T00:00:00Z")
        #expect(DayArgument(argument: "2017-05-06T02:00:00+02:00")?.time.description == "2017-05-06T00:00:00Z")
        #expect(DayArgument(argument: "06.05.2017") == nil)
    }

    @Test func `the bundle may stand behind the two people of between`() throws {
        #expect(try FilterOptions.bundle(nil, ["a", "b", "mail.tar.gz"]) == "mail.tar.gz")
        #expect(try FilterOptions.bundle("mail.tar.gz", ["a", "b"]) == "mail.tar.gz")
        #expect(try FilterOptions.bundle("mail.tar.gz", []) == "mail.tar.gz")
        for (argument, between) in [(nil, []), (nil, ["a", "b"]), ("x", ["a", "b", "c"]), ("x", ["a"])]
            as [(String?, [String])]
        {
            #expect(throws: (any Error).self) { try FilterOptions.bundle(argument, between) }
        }
    }
}

@Suite struct CSVTests {
    @Test(arguments: [
        ("plain", "\"plain\""), ("a \"b\" c", "\"a \"\"b\"\" c\""), ("=1+1", "\"'=1+1\""), ("+1", "\"'+1\""),
        ("-1", "\"'-1\""), ("@x", "\"'@x\""), ("a=b", "\"a=b\""), ("two\nlines", "\"two␊lines\""), ("", "\"\""),
    ])
    func `a field is quoted and is no formula`(field: String, expected: String) {
        #expect(CSVListing.record([field]) == expected + "\r\n")
    }

    @Test(arguments: [
        (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (12_345, "12 kB"), (999_999, "999 kB"), (1_234_567, "1.2 MB"),
    ])
    func `a size takes six columns at most`(bytes: Int, expected: String) {
        #expect(Quantity.compact(bytes) == expected)
    }
}
