import Bytes
import ProcessorTime
import Testing

@Suite struct CanonicalJSONTests {
    @Test(arguments: [
        (JSONSample(), "{}"),
        (JSONSample.full, JSONSample.fullText),
        (JSONSample(text: "a".bytes), #"{"a":"a"}"#),
        (JSONSample(text: [0x80]), #"{"a_hex":"80"}"#),
        (
            JSONSample(text: "\u{7F}\u{0}\n\t/\u{80}\u{10FFFF}".bytes),
            "{\"a\":\"\\u007f\\u0000\\u000a\\u0009/\u{80}\u{10FFFF}\"}"
        ),
        (JSONSample(number: 0), #"{"n":0}"#),
        (JSONSample(number: 9_007_199_254_740_991), #"{"n":9007199254740991}"#),
        (JSONSample(flag: true), #"{"f":true}"#),
        (JSONSample(texts: ["a".bytes]), #"{"t":["a"]}"#),
        (JSONSample(texts: [[]]), #"{"t":[""]}"#),
        (JSONSample(texts: [[0xFF], []]), #"{"t_hex":["ff",""]}"#),
        (JSONSample(lists: [["a".bytes], ["b".bytes, "c".bytes]]), #"{"p":[["a"],["b","c"]]}"#),
        (JSONSample(lists: [["a".bytes], [[0xFF]]]), #"{"p_hex":[["61"],["ff"]]}"#),
        (JSONSample(inner: .init()), #"{"o":{}}"#),
        (JSONSample(inner: .init(last: 1)), #"{"o":{"l":1}}"#),
    ])
    func `a value has one text and the text that value`(value: JSONSample, text: String) throws {
        #expect(value.bytes.displayText == text)
        #expect(try JSONSample(text.bytes) == value)
    }

    @Test func `every byte survives at every place of a text`() throws {
        for place in 0..<17 {
            for byte in UInt8.min...UInt8.max {
                var text = [UInt8](repeating: 0x41, count: 17)
                text[place] = byte
                let value = JSONSample(text: text)
                #expect(try JSONSample(value.bytes) == value, "\(byte) at \(place)")
            }
        }
    }

    @Test func `every single byte survives as a text`() throws {
        for byte in UInt8.min...UInt8.max {
            let value = JSONSample(text: [byte], texts: [[byte], [byte, byte]], lists: [[[byte]]])
            #expect(try JSONSample(value.bytes) == value)
        }
    }

    @Test func `what cannot be written exactly is left out`() {
        var writer = CanonicalJSONWriter()
        writer.add("empty", RawText())
        writer.add("none", [RawText]())
        writer.add("no", [[RawText]]())
        writer.add("false", false)
        writer.add("negative", -1)
        writer.add("large", 1 << 53 as UInt64)
        writer.add("larger", Int.max)
        #expect(writer.finish().displayText == "{}")
    }

    // The bar stands where the text stops being canonical.
    @Test(arguments: [
        // White space and what is around the object.
        "|", "| {}", "{| }", "{|\n}", "{}|\n", "{}| ", "{}|{}", "|\u{FEFF}{}", "|[]", "|null", "{|", #"{|"a""#,
        #"{| "a":"a"}"#, #"{|"a" :"a"}"#, #"{"a":| "a"}"#, #"{"a":"a"| }"#, #"{"n":1|, "f":true}"#,
        #"{"n":1| ,"f":true}"#,
        #"{"t":[| "a"]}"#, #"{"t":["a"| ]}"#, #"{"t":["a",| "b"]}"#, #"{"p":[| ["a"]]}"#, #"{"o":{| }}"#,
        #"{"o":{}| }"#,
        // Keys.
        #"{|"b":"a"}"#, #"{|"A":"a"}"#, #"{|"":"a"}"#, #"{|"\u0061":"a"}"#, #"{|a:"a"}"#, #"{|'a':"a"}"#,
        #"{"a":"a"|,"a":"a"}"#, #"{"a":"a"|,"a_hex":"ff"}"#, #"{"n":1|,"n":1}"#, #"{"n":1|,"a":"a"}"#,
        #"{"f":true|,"n":1}"#, #"{"a":"a"|,"b":1}"#, #"{"o":{}|,"o":{}}"#, #"{"o":{"l":1|,"i":"a"}}"#,
        #"{"a":"a"|,}"#, #"{|,"a":"a"}"#, #"{"a":"a"|,,"n":1}"#, #"{"a":"a"|"n":1}"#, #"{"o":{|"a":"a"}}"#,
        #"{"o":{"i":"i"}|"#, #"{"o":{"i":"i"|"#,
        // Numbers.
        #"{"n":01|}"#, #"{"n":00|}"#, #"{"n":|-1}"#, #"{"n":|-0}"#, #"{"n":|+1}"#, #"{"n":1|.0}"#, #"{"n":1|e0}"#,
        #"{"n":1|E0}"#,
        #"{"n":|.5}"#, #"{"n":9007199254740992|}"#, #"{"n":9007199254740993|}"#, #"{"n":10000000000000000|}"#,
        #"{"n":18446744073709551|616}"#, #"{"n":00000000000000001|}"#, #"{"n":00000000000000000|1}"#, #"{"n":0|x10}"#,
        #"{"n":|}"#, #"{"n":|"1"}"#, #"{"n":|٣}"#, #"{"n":|true}"#, #"{"n":|NaN}"#, #"{"n":1|_0}"#,
        // Literals.
        #"{"f":|false}"#, #"{"f":|null}"#, #"{"f":t|True}"#, #"{"f":|"true"}"#, #"{"f":|1}"#, #"{"f":true|e}"#,
        #"{"a":|null}"#, #"{"a":|true}"#, #"{"a":|1}"#, #"{"n":|null}"#, #"{"t":|null}"#, #"{"p":|null}"#,
        #"{"o":|null}"#,
        // Empty values.
        #"{"a":""|}"#, #"{"a_hex":""|}"#, #"{"t":[|]}"#, #"{"t_hex":[|]}"#, #"{"p":[|]}"#, #"{"p":[[|]]}"#,
        #"{"p":[["a"],[|]]}"#,
        #"{"t":["a",|]}"#, #"{"t":[|,"a"]}"#, #"{"t":["a"|"b"]}"#, #"{"t":|"a"}"#, #"{"a":|["a"]}"#, #"{"p":[|"a"]}"#,
        #"{"t":[|["a"]]}"#, #"{"p":[[|["a"]]]}"#, #"{"o":|[]}"#, #"{"o":|"a"}"#, #"{"a":|{}}"#, #"{"t":["a"|}"#,
        // Escapes.
        #"{"a":"|\/"}"#, #"{"a":"|\n"}"#, #"{"a":"|\t"}"#, #"{"a":"|\b"}"#, #"{"a":"|\u0041"}"#, #"{"a":"|\u0020"}"#,
        #"{"a":"|\u001F"}"#, #"{"a":"|\u007F"}"#, #"{"a":"|\U001f"}"#, #"{"a":"|\u0080"}"#, #"{"a":"|\u0022"}"#,
        #"{"a":"|\u005c"}"#, #"{"a":"|\ud83d\ude00"}"#, #"{"a":"|\u1"}"#, #"{"a":"|\u000"}"#, #"{"a":"|\x01"}"#,
        #"{"a":"|\"#, #"{"a":"\\|"#, #"{"a":"\"}|"#, #"{"a":"x|\'"}"#,
        // Raw control characters and open strings.
        "{\"a\":\"|\u{0}\"}", "{\"a\":\"|\n\"}", "{\"a\":\"|\r\"}", "{\"a\":\"|\t\"}", "{\"a\":\"|\u{1F}\"}",
        "{\"a\":\"x|\u{7F}\"}", #"{"a":"abc|"#, #"{"a":'|a'}"#.replacing("'|", with: "|'"),
        #"{"a":"a"b|"}"#.replacing("b|", with: "|b"),
        // Hex.
        #"{"a_hex":"61"|}"#, #"{"a_hex":"c3a9"|}"#, #"{"a_hex":"F"|}"#, #"{"a_hex":"FF"|}"#, #"{"a_hex":"fff"|}"#,
        #"{"a_hex":"fg"|}"#,
        #"{"a_hex":"\u00ff"}"#.replacing(#""\u"#, with: #""|\u"#), #"{"t_hex":["61"]|}"#, #"{"t_hex":["61",""]|}"#,
        #"{"t_hex":["ff","6"|]}"#,
        #"{"t_hex":["ff","é"|]}"#, #"{"p_hex":[["61"],["62"]]|}"#, #"{"p_hex":[["FF"|]]}"#, #"{|"n_hex":"ff"}"#,
        #"{|"f_hex":"ff"}"#,
        #"{|"a_HEX":"ff"}"#, #"{|"a_hex_hex":"ff"}"#,
    ])
    func `any other text is refused where it goes wrong`(marked: String) throws {
        let parts = marked.bytes.split(separator: 0x7C, omittingEmptySubsequences: false)
        try #require(parts.count == 2)
        let text = Array(parts.joined())
        let error = #expect(throws: CanonicalJSONError.self) { try JSONSample(text) }
        #expect(error?.offset == parts[0].count, "\(error.map(\.description) ?? "")")
    }

    @Test(arguments: [
        [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
        [0xE2, 0x82],
        [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98],
        [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF],
    ])
    func `ill-formed UTF-8 is refused as text and read as hex`(ill: [UInt8]) throws {
        for (before, after) in [("", ""), ("a", ""), ("", "a"), ("\\\"", "\\u0000")] {
            let text = "{\"a\":\"".bytes + before.bytes + ill + after.bytes + "\"}".bytes
            let error = #expect(throws: CanonicalJSONError.self) { try JSONSample(text) }
            #expect(error?.offset == text.count - 1)
        }
        let hex = "{\"a_hex\":\"".bytes + Hexadecimal.encode(ill) + "\"}".bytes
        #expect(try JSONSample(hex).text == ill)
        #expect(JSONSample(text: ill).bytes == hex)
    }

    @Test func `no beginning of a text is a text`() {
        let text = JSONSample.full.bytes
        for length in 0..<text.count {
            #expect(throws: CanonicalJSONError.self) { try JSONSample(Array(text.prefix(length))) }
        }
    }

    @Test func `no text with a byte replaced reads as another text`() {
        let original = JSONSample.full.bytes
        var (refused, kept) = (0, 0)
        for place in original.indices {
            var text = original
            for byte in UInt8.min...UInt8.max where byte != original[place] {
                text[place] = byte
                guard let value = try? JSONSample(text) else {
                    refused += 1
                    continue
                }
                kept += 1
                if value.bytes != text { Issue.record("byte \(byte) at \(place) reads as \(value.bytes.displayText)") }
            }
        }
        #expect(refused + kept == original.count * 255)
        #expect(kept > 0)
    }

    @Test func `no text with a byte inserted or removed reads as another text`() {
        let original = JSONSample.full.bytes
        for place in original.indices {
            var shorter = original
            shorter.remove(at: place)
            if let value = try? JSONSample(shorter) { #expect(value.bytes == shorter) }
            for byte in UInt8.min...UInt8.max {
                var longer = original
                longer.insert(byte, at: place)
                if let value = try? JSONSample(longer), value.bytes != longer {
                    Issue.record("byte \(byte) inserted at \(place) reads as \(value.bytes.displayText)")
                }
            }
        }
    }

    @Test(arguments: [
        ("{\"a\":\"", "x", "\"}"), ("{\"a\":\"", "\\\\", "\"}"), ("{\"a\":\"", "\\u0001", "\"}"),
        ("{\"a\":\"", "é", "\"}"),
        ("{\"a_hex\":\"", "ff", "\"}"), ("{\"t\":[\"\"", ",\"\"", "]}"), ("{\"p\":[[\"\"]", ",[\"\"]", "]}"),
        ("{\"n\":", "1", "}"), ("{", "{", "}"), ("{\"p\":", "[", "}"), ("{\"a\":\"", "\\", "\"}"),
        ("{\"a_hex\":\"", "é", "\"}"),
    ])
    func `a hostile line takes time in proportion to its length`(head: String, unit: String, tail: String) {
        func time(_ count: Int) -> Duration {
            let text = head.bytes + Array(repeatElement(unit.bytes, count: count).joined()) + tail.bytes
            return processorTime { _ = try? JSONSample(text) }
        }
        let short = (0..<3).map { _ in time(5000) }.min() ?? .zero
        // Eight times the length; quadratic work would take 64 times as long.
        let long = min(time(40_000), time(40_000))
        #expect(long < short * 32 + .milliseconds(50))
    }

    @Test func `a text of ten megabytes is read whole`() throws {
        let value = JSONSample(text: [UInt8](repeating: 0x61, count: 10_000_000))
        #expect(try JSONSample(value.bytes) == value)
    }

    @Test func `UTF-8 of up to three bytes is valid as Unicode table 3-7 says`() {
        func isWellFormed(_ b: [UInt8]) -> Bool {
            guard let first = b.first else { return true }
            let tail: ClosedRange<UInt8> = 0x80...0xBF
            let (length, second): (Int, ClosedRange<UInt8>) =
                switch first {
                case 0...0x7F: (1, tail)
                case 0xC2...0xDF: (2, tail)
                case 0xE0: (3, 0xA0...0xBF)
                case 0xE1...0xEC, 0xEE...0xEF: (3, tail)
                case 0xED: (3, 0x80...0x9F)
                default: (99, tail)
                }
            guard b.count >= length else { return false }
            if length > 1, !second.contains(b[1]) { return false }
            if length > 2, !tail.contains(b[2]) { return false }
            return isWellFormed(Array(b.dropFirst(length)))
        }
        var seconds: [UInt8] = [0x00, 0x41, 0x7F]
        seconds += [0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xDF, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xFF]
        for first in UInt8.min...UInt8.max {
            #expect(isValidUTF8([first]) == isWellFormed([first]))
            for second in UInt8.min...UInt8.max where isValidUTF8([first, second]) != isWellFormed([first, second]) {
                Issue.record("\(first) \(second)")
            }
            for second in seconds {
                for third in seconds
                where isValidUTF8([first, second, third]) != isWellFormed([first, second, third]) {
                    Issue.record("\(first) \(second) \(third)")
                }
            }
        }
    }
}
