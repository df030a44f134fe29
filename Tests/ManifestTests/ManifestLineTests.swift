import Bytes
import Cryptography
import Foundation
import Manifest
import Testing

@Suite struct ManifestLineTests {
    @Test(arguments: LineExample.all)
    func `a line has one text and the text that line`(example: LineExample) throws {
        #expect(example.line.bytes.displayText == example.text)
        #expect(try ManifestLine(example.text.bytes) == example.line)
        #expect(example.text.hasPrefix(#"{"type":"\#(example.line.typeName)""#))
    }

    @Test func `the examples are of every kind`() {
        #expect(Set(LineExample.all.map(\.line.typeName)).count == 13)
    }

    @Test(arguments: LineExample.all)
    func `a line lives without a key only when it may`(example: LineExample) throws {
        let members = try members(of: example.text)
        let required = Set(example.required.split(separator: " ").map(String.init) + ["type"])
        #expect(required.isSubset(of: members.map(\.key)))
        for (place, member) in members.enumerated() {
            var rest = members
            rest.remove(at: place)
            let text = "{\(rest.map(\.text).joined(separator: ","))}"
            let line = try? ManifestLine(text.bytes)
            #expect((line == nil) == required.contains(member.key), "\(member.key)")
            #expect(line.map(\.bytes.displayText) ?? text == text)
        }
    }

    @Test(arguments: LineExample.all)
    func `keys stand once and in their order`(example: LineExample) throws {
        let members = try members(of: example.text).map(\.text)
        for place in members.indices {
            let twice = members[...place] + members[place...]
            #expect(throws: CanonicalJSONError.self) { try ManifestLine("{\(twice.joined(separator: ","))}".bytes) }
            let unknown = members[...place] + [#""zz":1"#] + members[(place + 1)...]
            #expect(throws: CanonicalJSONError.self) { try ManifestLine("{\(unknown.joined(separator: ","))}".bytes) }
            guard place > 0 else { continue }
            var swapped = members
            swapped.swapAt(place - 1, place)
            #expect(throws: CanonicalJSONError.self) { try ManifestLine("{\(swapped.joined(separator: ","))}".bytes) }
        }
    }

    @Test func `a path has at most so many levels, a key record so many bytes`() throws {
        for (levels, isRead) in [(Format.levelLimit, true), (Format.levelLimit + 1, false)] {
            let path = SourcePath(levels: [[RawText]](repeating: ["a".bytes], count: levels))
            let line = ManifestLine.failure(FailureLine(source: 1, path: path, code: "x"))
            #expect((try? ManifestLine(line.bytes)) == (isRead ? line : nil))
        }
        for (record, selector, isRead) in [(65_536, 4_093, true), (65_537, 1, false), (1, 4_094, false)] {
            let text = { [UInt8](repeating: 0x61, count: $0) }
            let line = ManifestLine.key(
                KeyLine(domain: "a.b".bytes, selector: text(selector), record: text(record), basis: "file"))
            #expect((try? ManifestLine(line.bytes)) == (isRead ? line : nil))
        }
    }

    @Test func `no line with a byte replaced reads as another line`() throws {
        let lines = LineExample.all.filter {
            ["dkim", "occurrence"].contains($0.line.typeName) && $0.text.contains("_")
        }
        let bytes: [UInt8] = Array("0fA\"\\[,-.u\n".utf8) + [0x7F, 0xFF]
        for original in lines.map(\.text.bytes) + [Array(LineExample.messages[3].text.utf8)] {
            var text = original
            for place in original.indices {
                for byte in bytes {
                    text[place] = byte
                    if let line = try? ManifestLine(text), line.bytes != text {
                        Issue.record("byte \(byte) at \(place) reads as \(line.bytes.displayText)")
                    }
                }
                text[place] = original[place]
            }
        }
    }

    @Test(arguments: [
        ("type", #""type":"lamp""#), ("type", #""type":"Head""#), ("type_hex", #""type_hex":"ff""#),
        ("salt", #""salt":"00""#),
    ])
    func `a line of unknown type is refused`(key: String, member: String) {
        #expect(throws: CanonicalJSONError.self) { try ManifestLine("{\(member)}".bytes) }
    }

    // Each is written into a text that is otherwise right.
    @Test(arguments: [
        (#""kind":"tree""#, #""kind":"Tree""#), (#""kind":"tree""#, #""kind":"a b""#),
        (#""kind":"tree""#, #""kind_hex":"ff""#),
        (#""part":"1;uu2""#, #""part":"1;uu""#), (#""part":"1;uu2""#, #""part":"1;uu0""#),
        (#""part":"1;uu2""#, #""part":";uu1""#),
        (#""part":"1;uu2""#, #""part":"1.""#), (#""part":"1;uu2""#, #""part":".1""#),
        (#""part":"1;uu2""#, #""part":"1..2""#),
        (#""part":"1;uu2""#, #""part":"01""#), (#""part":"1;uu2""#, #""part":"1;uu1;uu1""#),
        (#""part":"1;uu2""#, #""part":"a""#),
        (#""part":"1;uu2""#, #""part_hex":"ff""#), (#""part":"1;uu2""#, #""part":"1;2""#),
        (#""defects":["a-1","b"]"#, #""defects":["b","a-1"]"#), (#""defects":["a-1","b"]"#, #""defects":["b","b"]"#),
        (#""defects":["a-1","b"]"#, #""defects":["","b"]"#), (#""defects":["a-1","b"]"#, #""defects":["a_1","b"]"#),
        (#""violations":["a","b"]"#, #""violations":["a","B"]"#),
        (#""uncovered":["cc","to"]"#, #""uncovered":["to","cc"]"#),
        (#""uncovered":["cc","to"]"#, #""uncovered":["cc","To"]"#),
        (#""reservations":["field-added"]"#, #""reservations":["field-added","field-added"]"#),
        (#""outside":["2","1.3","1;uu2"]"#, #""outside":["2","1.","1;uu2"]"#),
        (#""outside":["2","1.3","1;uu2"]"#, #""outside":[""]"#), (#""outside":["2","1.3","1;uu2"]"#, #""outside":[]"#),
        (#""alignment":"same""#, #""alignment":"Same""#), (#""kind":"arc-seal""#, #""kind":"ARC""#),
        (#""repairs":[["line-ends"],"#, #""repairs":[["Line-Ends"],"#),
        (#""repairs":[["line-ends"],"#, #""repairs":[[""],"#),
        (#""repairs":[["line-ends"],"#, #""repairs":[[],"#),
        (#""repairs":[["line-ends"],"#, #""repairs":["line-ends","#),
        (#""1+1","12+100""#, #""0+2","12+100""#), (#""1+1","12+100""#, #""12+100","1+1""#),
        (#""1+1","12+100""#, #""1+1","12+0""#), (#""1+1","12+100""#, #""1+1","12""#),
        (#""1+1","12+100""#, #""1+1","+12+100""#), (#""1+1","12+100""#, #""1+1","012+100""#),
        (#""1+1","12+100""#, #""1+1","12+0100""#), (#""1+1","12+100""#, #""1+1","12+-1""#),
        (#""1+1","12+100""#, #""1+1","12+1+1""#), (#""1+1","12+100""#, #""1+1","1000000000000000+1""#),
        (#""1+1","12+100""#, #""1+1","12+""#),
        (#""obtained":"2026-11-22T10:00:00Z""#, #""obtained":"2026-11-22""#),
        (#""dnssec":"insecure""#, #""dnssec":"Insecure""#),
        (#""messages":3,"first_date""#, #""messages":03,"first_date""#),
        (#""at":"2017-05-05T18:00:00Z""#, #""at":"2017-05-05T18:00:00z""#),
        (#""at":"2017-05-05T18:00:00Z""#, #""at":"2017-05-05T20:00:00+02:00""#),
        (#""at":"2017-05-05T18:00:00Z""#, #""at":"2017-05-05T18:00:00.0Z""#),
        (#""at":"2017-05-05T18:00:00Z""#, #""at":"2017-02-29T18:00:00Z""#),
        (#""basis":"stated""#, #""basis":"observed""#),
        (#"[["6279","ff"],["746f6f6c","77676574"]]"#, #"[["746f6f6c","77676574"],["6279","ff"]]"#),
        (#"[["6279","ff"],["746f6f6c","77676574"]]"#, #"[["6279","ff"],["746f6f6c"]]"#),
        (#"[["6279","ff"],["746f6f6c","77676574"]]"#, #"[["6279","ff","ff"]]"#),
        (#""pieces":["\#(LineExample.one)","#, #""pieces":["\#(LineExample.one.uppercased())","#),
        (#""pieces":["\#(LineExample.one)","#, #""pieces":["","#),
        (#""root":"\#(LineExample.m)""#, #""root":"\#(LineExample.m.dropLast())""#),
        (#""root":"\#(LineExample.m)""#, #""root":"\#(LineExample.m)00""#),
        (#""root":"\#(LineExample.m)""#, #""root":"\#(LineExample.m.uppercased())""#),
        (#""path":[["link"]]"#, #""path":["link"]"#), (#""path":[["link"]]"#, #""path":"link""#),
        (#""path":[["link"]]"#, #""path":[]"#), (#""path":[["link"]]"#, #""path":[[]]"#),
        (#""path":[["link"]]"#, #""path_hex":[["6c696e6b"]]"#),
    ])
    func `a value of the wrong form is refused`(right: String, wrong: String) throws {
        let texts = LineExample.all.map(\.text).filter { $0.contains(right) }
        try #require(!texts.isEmpty)
        for text in texts {
            let wrongText = text.replacingOccurrences(of: right, with: wrong)
            #expect(throws: CanonicalJSONError.self) { try ManifestLine(wrongText.bytes) }
        }
    }

    // Splits an object's members at the commas outside strings, arrays and objects.
    private func members(of text: String) throws -> [(key: String, text: String)] {
        var members: [String] = [""]
        var (depth, quoted, escaped) = (0, false, false)
        for character in text.dropFirst().dropLast() {
            if quoted {
                (quoted, escaped) = (escaped || character != "\"", !escaped && character == "\\")
            } else {
                quoted = character == "\""
                depth += "[{".contains(character) ? 1 : "]}".contains(character) ? -1 : 0
                if character == ",", depth == 0 {
                    members.append("")
                    continue
                }
            }
            members[members.count - 1].append(character)
        }
        return try members.map { (try #require($0.split(separator: "\"").first).description, $0) }
    }
}
